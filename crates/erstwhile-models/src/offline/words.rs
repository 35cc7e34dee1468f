//! Word classes of English: closed classes in full, open classes as short lists.

use std::collections::HashMap;

/// A class that a word may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Determiners, prepositions, conjunctions, pronouns, auxiliaries.
    Function,
    /// Words between a subject and its verb, or modifiers of an adjective.
    Adverb,
    /// Greetings, thanks, exclamations.
    Interjection,
    /// "great", "awesome": expresses a feeling, not an event.
    Appraisal,
    /// Relatives and friends.
    Kin,
    /// Animals that people keep.
    Pet,
    /// Frequent given names.
    GivenName,
    /// Countries, large cities, continents.
    Place,
    /// Jobs.
    Occupation,
    /// Weekdays, months, holidays, seasons.
    Calendar,
    /// Ordinary words that often begin a sentence with a capital.
    Common,
    /// Nouns without a specific meaning: "thing", "lot".
    Empty,
}

const LISTS: [(Class, &str); 12] = [
    (
        Class::Function,
        "a an the this that these those my your his her its our their some any no every each all both either neither another \
what which who whom whose i me you he him she it we us they them myself yourself himself herself itself ourselves themselves \
mine yours hers ours theirs in on at to for from of with without by about into onto over under after before between among through \
during until till since against toward towards upon within across around near behind beside besides beyond except like as than off out up down \
and or but nor so yet if because cause while when where whenever wherever although though unless whether how why once \
am is are was were be been being have has had having do does did will would shall should can could may might must not n't \
isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't cannot couldn't haven't hasn't hadn't there here then \
someone somebody something anyone anybody anything everyone everybody everything nobody nothing one ones 's 'm 're 've 'll 'd let via per plus",
    ),
    (
        Class::Adverb,
        "just also really very so too quite pretty still even always never often usually sometimes rarely hardly finally recently lately \
already actually definitely totally absolutely truly only simply currently now then soon again ever almost nearly mostly mainly \
probably maybe perhaps certainly surely honestly literally basically kinda sorta super extremely incredibly yet once twice \
together currently first last long much more most well away back home forward instead especially particularly otherwise later sooner outside outdoors inside indoors abroad anywhere everywhere somewhere nowhere either rather enough apart ahead along today tomorrow \
yesterday tonight anymore somehow occasionally eventually currently",
    ),
    (
        Class::Interjection,
        "hey hi hello hiya howdy yo thanks thank thx ty wow whoa cool nice awesome amazing great yeah yep yup yes no nope nah oh ooh ah \
aw aww haha hahaha lol lmao omg ugh hmm hm well ok okay alright sure absolutely definitely totally exactly right congrats congratulations \
bye goodbye cheers sorry please gotcha woohoo yay hooray bravo wonderful fantastic true indeed btw anyway anyways so and but plus also then \
actually honestly unfortunately fortunately luckily sadly basically good welcome morning evening afternoon night sup man dude gosh god jeez \
excellent perfect brilliant lovely sweet fabulous incredible interesting um uh er hugs love",
    ),
    (
        Class::Appraisal,
        "awesome amazing great cool nice good wonderful fantastic incredible inspiring beautiful lovely fun exciting glad happy proud \
sounds looks seems sweet perfect interesting excited best better hard tough true right sorry hear know think see wait worth job luck way \
appreciate support agree kind keep going go get love feel bet guess sure absolutely",
    ),
    (
        Class::Kin,
        "mother mom mum mommy father dad daddy parent parents sister brother sibling siblings son daughter kid kids child children baby \
wife husband spouse partner fiance fiancé fiancee fiancée girlfriend boyfriend ex grandma grandmother grandpa grandfather grandparents aunt uncle cousin cousins \
niece nephew family friend friends roommate roommates neighbor neighbour boss colleague colleagues coworker coworkers manager mentor teacher coach \
stepmother stepfather stepson stepdaughter twin twins grandson granddaughter grandchildren therapist doctor classmate sisters brothers sons daughters",
    ),
    (
        Class::Pet,
        "dog dogs cat cats puppy puppies kitten kittens rabbit bunny hamster parrot turtle tortoise snake lizard gecko horse pony fish goldfish \
guinea-pig ferret bird budgie pup doggo rat mouse pet pets chicken chickens goat",
    ),
    (
        Class::GivenName,
        "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul \
andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon \
benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan \
jeremy harold keith christian roger noah gerald carl terry sean arthur austin liam lawrence jesse joe bryan billy bruce albert willie gabriel logan \
alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny mary patricia jennifer linda elizabeth barbara susan jessica \
sarah karen nancy lisa betty margaret sandra ashley kimberly emily donna michelle dorothy carol amanda melissa deborah stephanie rebecca sharon laura \
cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather \
diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann \
sara madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana natalie \
brittany charlotte marie kayla alexis lori lucas mason leo oscar felix hugo ella mia chloe zoe lucy lily ben sam tom tim jim bob bill mike dave steve \
chris matt nick alex max dan kate katie jenny sue ellen nora clara ines marta pedro luis carlos ana sofia elena ivan olga yuki kenji wei mei ravi priya \
fatima omar ahmed ali hassan layla amir",
    ),
    (
        Class::Place,
        "africa asia europe america australia antarctica argentina austria belgium brazil canada chile china colombia croatia cuba denmark egypt \
england estonia ethiopia finland france germany ghana greece hungary iceland india indonesia iran iraq ireland israel italy jamaica japan kenya korea \
latvia lebanon lithuania luxembourg malaysia mexico morocco nepal netherlands nigeria norway pakistan peru philippines poland portugal romania russia \
scotland serbia singapore slovakia slovenia spain sweden switzerland taiwan thailand tunisia turkey ukraine usa uk uruguay vietnam wales amsterdam athens \
atlanta austin bangkok barcelona beijing belfast berlin birmingham boston brussels budapest cairo chicago copenhagen dallas delhi denver detroit dubai \
dublin edinburgh florence geneva glasgow hamburg helsinki houston istanbul jakarta jerusalem kyoto lagos lima lisbon liverpool london lyon madrid \
manchester marseille melbourne miami milan montreal moscow mumbai munich nairobi naples nashville oslo ottawa oxford paris philadelphia phoenix porto \
portland prague rome rotterdam seattle seoul shanghai stockholm sydney tokyo toronto valencia vancouver venice vienna warsaw washington zurich california \
texas florida oregon colorado hawaii alaska arizona nevada ohio michigan utah vermont bali manhattan brooklyn",
    ),
    (
        Class::Occupation,
        "accountant actor actress administrator analyst architect artist assistant astronaut attorney author baker banker barber barista bartender \
biologist builder butcher carpenter cashier chef chemist clerk coach consultant contractor cook counselor counsellor dancer dentist designer developer \
director doctor driver economist editor electrician engineer entrepreneur farmer firefighter florist freelancer gardener geologist hairdresser historian \
illustrator instructor intern interpreter janitor journalist judge lawyer lecturer librarian linguist manager mechanic midwife model musician nanny \
nurse nutritionist optician painter paramedic pastor pharmacist photographer physicist physiotherapist pianist pilot plumber podcaster policeman politician potter \
president principal producer professor programmer psychiatrist psychologist realtor receptionist researcher sailor salesman scientist sculptor secretary \
singer social-worker soldier student surgeon surveyor tailor teacher technician therapist trainer translator tutor veterinarian vet videographer violinist waiter \
waitress welder writer zoologist volunteer founder ceo cto",
    ),
    (
        Class::Calendar,
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun january february march april may \
june july august september october november december jan feb mar apr jun jul aug sept sep oct nov dec christmas easter thanksgiving halloween \
spring summer autumn winter today tomorrow yesterday tonight mondays tuesdays wednesdays thursdays fridays saturdays sundays am pm",
    ),
    (
        Class::Common,
        "lots many much few several other others such same next last first new old big little good great bad best better real nice fun hard \
easy long short high low two three four five six seven eight nine ten time times day days week weeks month months year years life work job people person \
friend friends family mom dad kids everyone someone things thing stuff way place home house school music art dance art food book books movie game games \
being having doing getting going looking working taking making trying thinking feeling seeing hearing losing keeping starting running speaking talking \
sounds looks seems guess glad happy excited proud hope wish wait keep take make give come go get got let see look check try feel think know want need \
love like enjoy believe remember imagine did do does have has is are was were can could will would should may might must what when where who why how which \
whose whom yes no not never always maybe perhaps sometimes often usually recently lately currently finally especially speaking besides however therefore \
meanwhile instead overall despite although though unless since until while during before after once because if then else there here now today tomorrow \
yesterday tonight thanks thank sorry please congrats hey hi hello bye ok okay yeah yep wow oh nature mentors support confidence creativity dancing painting \
reading writing cooking hiking camping running swimming travel traveling nothing something anything everything nobody anybody somebody both either neither \
each every any some all most more less half none additionally furthermore moreover overall first second third step tip tips note here's these those this \
that it its you your we our they their he his she her my mine i me us them him everyone's anyway exactly absolutely definitely certainly just also so and but or \
nor yet for from in on at to of with without by about into onto over under through between among around near behind beyond across against like unlike \
as than off out up down via per plus use using used consider ensure avoid include includes including based depending ask tell say said start stop begin \
dear sir madam mr mrs ms dr taking totally honestly actually really seriously literally truly good morning afternoon evening night birthday happy merry \
team company business project class course event meeting party trip vacation holiday weekend season health mental self care stress exercise sleep \
user assistant system human ai question answer example examples list option options idea ideas way ways part story world moment memory memories",
    ),
    (
        Class::Empty,
        "thing things lot lots stuff way ways something anything everything nothing one ones it bit kind sort time times couple few ton tons bunch much \
more most part day days week weeks year years month months moment while fact point case rest deal chance idea place people person others other such so \
great good really well able sure able lot total same plenty hours minutes here there one's",
    ),
];

/// Looks up the classes of words.
#[derive(Debug)]
pub(super) struct Words {
    classes: HashMap<&'static str, u16>,
}

impl Words {
    /// Reads the lists.
    pub(super) fn new() -> Self {
        let mut classes: HashMap<&'static str, u16> = HashMap::new();
        for (class, list) in LISTS {
            for word in list.split_whitespace() {
                *classes.entry(word).or_default() |= 1 << class as u16;
            }
        }
        Self { classes }
    }

    /// Whether a lower-case word belongs to a class.
    pub(super) fn has(&self, word: &str, class: Class) -> bool {
        self.classes.get(word).is_some_and(|classes| classes & (1 << class as u16) != 0)
    }

    /// Whether a word is a listed adverb or has the form of one.
    pub(super) fn is_adverb(&self, word: &str) -> bool {
        self.has(word, Class::Adverb)
            || (word.len() > 5
                && word.ends_with("ly")
                && !["family", "supply", "reply", "italy", "assembly"].contains(&word))
    }

    /// Whether a word carries content: it is not a function word, adverb, interjection or appraisal.
    pub(super) fn is_content(&self, word: &str) -> bool {
        word.len() > 1
            && word.starts_with(char::is_alphanumeric)
            && !self.has(word, Class::Function)
            && !self.has(word, Class::Interjection)
            && !self.has(word, Class::Appraisal)
            && !self.is_adverb(word)
    }
}
