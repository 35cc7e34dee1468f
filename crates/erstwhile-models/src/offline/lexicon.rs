//! Rules that map words to relations.

use erstwhile::model::Holding;

use Holding::{Event, Exclusive, Shared};

/// One way to express a relation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Base form of the verb.
    pub(super) verb: &'static str,
    /// Words that must follow, with alternatives separated by `|`; empty for a direct object.
    pub(super) then: &'static str,
    /// The relation.
    pub(super) predicate: &'static str,
    /// Whether facts of the relation exclude each other in time.
    pub(super) holding: Holding,
    /// Which objects are accepted, and their type if the object has none.
    pub(super) object: Object,
    /// The relation in words, to be placed between subject and object.
    pub(super) phrase: &'static str,
}

/// What a rule accepts as its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    /// A place: a name or a description.
    Place,
    /// An organization.
    Organization,
    /// A person: a name or a relative.
    Person,
    /// A job: a phrase that ends in an occupation.
    Job,
    /// A name, nothing else.
    Named,
    /// A relative or friend.
    Kin,
    /// An animal.
    Pet,
    /// Anything that can be owned, made, read.
    Thing,
    /// Anything that can be liked or done.
    Topic,
}

impl Object {
    /// The entity type of an object that has no type of its own.
    pub(super) fn entity_type(self) -> Option<&'static str> {
        match self {
            Object::Place => Some("Location"),
            Object::Organization => Some("Organization"),
            Object::Person | Object::Kin => Some("Person"),
            Object::Job | Object::Topic => Some("Topic"),
            Object::Pet | Object::Thing => Some("Object"),
            Object::Named => None,
        }
    }
}

const fn rule(
    verb: &'static str,
    then: &'static str,
    predicate: &'static str,
    (holding, object): (Holding, Object),
    phrase: &'static str,
) -> Rule {
    Rule { verb, then, predicate, holding, object, phrase }
}

/// The lexicon; the first rule that matches wins.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    rule("live", "in|near|at|on", "LIVES_IN", (Exclusive, Object::Place), "lives in"),
    rule("reside", "in|at", "LIVES_IN", (Exclusive, Object::Place), "lives in"),
    rule("be", "based in|living in", "LIVES_IN", (Exclusive, Object::Place), "lives in"),
    rule("work", "as", "WORKS_AS", (Exclusive, Object::Job), "works as"),
    rule("work", "at|for|with", "WORKS_AT", (Exclusive, Object::Organization), "works at"),
    rule("be", "employed at|employed by", "WORKS_AT", (Exclusive, Object::Organization), "works at"),
    rule("be", "born in|born at", "BORN_IN", (Exclusive, Object::Place), "was born in"),
    rule("be", "from|originally from", "COMES_FROM", (Exclusive, Object::Place), "comes from"),
    rule("come", "from", "COMES_FROM", (Exclusive, Object::Place), "comes from"),
    rule("grow", "up in|up on|up near", "GREW_UP_IN", (Exclusive, Object::Place), "grew up in"),
    rule("be", "married to", "MARRIED_TO", (Exclusive, Object::Person), "is married to"),
    rule("be", "engaged to", "ENGAGED_TO", (Exclusive, Object::Person), "is engaged to"),
    rule("be", "dating|seeing", "DATING", (Exclusive, Object::Person), "is dating"),
    rule("date", "", "DATING", (Exclusive, Object::Person), "is dating"),
    rule("marry", "", "MARRIED_TO", (Exclusive, Object::Person), "is married to"),
    rule("get", "married to", "MARRIED_TO", (Exclusive, Object::Person), "is married to"),
    rule("get", "engaged to", "ENGAGED_TO", (Exclusive, Object::Person), "is engaged to"),
    rule("be", "allergic to", "ALLERGIC_TO", (Shared, Object::Topic), "is allergic to"),
    rule("be", "interested in|into|passionate about|keen on|obsessed with|curious about|fascinated by|hooked on|really into", "INTERESTED_IN", (Shared, Object::Topic), "is interested in"),
    rule("be", "a fan of|a big fan of|a huge fan of|fond of", "LIKES", (Shared, Object::Topic), "likes"),
    rule("be", "afraid of|scared of|terrified of", "FEARS", (Shared, Object::Topic), "is afraid of"),
    rule("be", "a member of|part of|an active member of", "MEMBER_OF", (Shared, Object::Organization), "is a member of"),
    rule("be", "friends with|a friend of|best friends with", "FRIEND_OF", (Shared, Object::Person), "is a friend of"),
    rule("be", "good at|great at", "GOOD_AT", (Shared, Object::Topic), "is good at"),
    rule("be", "a|an|the|now a|now an|currently a", "WORKS_AS", (Exclusive, Object::Job), "is a"),
    rule("become", "", "WORKS_AS", (Exclusive, Object::Job), "is a"),
    rule("like", "", "LIKES", (Shared, Object::Topic), "likes"),
    rule("love", "", "LOVES", (Shared, Object::Topic), "loves"),
    rule("adore", "", "LOVES", (Shared, Object::Topic), "loves"),
    rule("enjoy", "", "ENJOYS", (Shared, Object::Topic), "enjoys"),
    rule("prefer", "", "PREFERS", (Shared, Object::Topic), "prefers"),
    rule("hate", "", "DISLIKES", (Shared, Object::Topic), "dislikes"),
    rule("dislike", "", "DISLIKES", (Shared, Object::Topic), "dislikes"),
    rule("despise", "", "DISLIKES", (Shared, Object::Topic), "dislikes"),
    rule("miss", "", "MISSES", (Shared, Object::Topic), "misses"),
    rule("own", "", "OWNS", (Shared, Object::Thing), "owns"),
    rule("have", "", "HAS_PET", (Shared, Object::Pet), "has a pet:"),
    rule("get", "", "HAS_PET", (Shared, Object::Pet), "has a pet:"),
    rule("have", "", "HAS_RELATIVE", (Shared, Object::Kin), "has"),
    rule("speak", "", "SPEAKS", (Shared, Object::Named), "speaks"),
    rule("play", "", "PLAYS", (Shared, Object::Topic), "plays"),
    rule("collect", "", "COLLECTS", (Shared, Object::Topic), "collects"),
    rule("use", "", "USES", (Shared, Object::Thing), "uses"),
    rule("drive", "", "DRIVES", (Shared, Object::Thing), "drives"),
    rule("know", "", "KNOWS", (Shared, Object::Named), "knows"),
    rule("study", "at", "STUDIES_AT", (Exclusive, Object::Organization), "studies at"),
    rule("study", "", "STUDIES", (Shared, Object::Topic), "studies"),
    rule("major", "in", "STUDIES", (Shared, Object::Topic), "studies"),
    rule("teach", "", "TEACHES", (Shared, Object::Topic), "teaches"),
    rule("volunteer", "at|with|for", "VOLUNTEERS_AT", (Shared, Object::Organization), "volunteers at"),
    rule("belong", "to", "MEMBER_OF", (Shared, Object::Organization), "is a member of"),
    rule("need", "", "NEEDS", (Shared, Object::Topic), "needs"),
    rule("want", "", "WANTS", (Shared, Object::Topic), "wants"),
    rule("move", "to|back to|over to|into|in with", "MOVED_TO", (Event, Object::Place), "moved to"),
    rule("relocate", "to", "MOVED_TO", (Event, Object::Place), "moved to"),
    rule("visit", "", "VISITED", (Event, Object::Place), "visited"),
    rule("travel", "to|around|through", "TRAVELED_TO", (Event, Object::Place), "traveled to"),
    rule("fly", "to", "TRAVELED_TO", (Event, Object::Place), "traveled to"),
    rule("go", "to|back to", "WENT_TO", (Event, Object::Topic), "went to"),
    rule("be", "at|in", "WAS_AT", (Event, Object::Named), "was at"),
    rule("attend", "", "ATTENDED", (Event, Object::Topic), "attended"),
    rule("meet", "up with|with|", "MET", (Event, Object::Person), "met"),
    rule("buy", "", "BOUGHT", (Event, Object::Thing), "bought"),
    rule("purchase", "", "BOUGHT", (Event, Object::Thing), "bought"),
    rule("sell", "", "SOLD", (Event, Object::Thing), "sold"),
    rule("adopt", "", "ADOPTED", (Event, Object::Thing), "adopted"),
    rule("join", "", "JOINED", (Event, Object::Organization), "joined"),
    rule("sign", "up for", "SIGNED_UP_FOR", (Event, Object::Topic), "signed up for"),
    rule("graduate", "from", "GRADUATED_FROM", (Event, Object::Organization), "graduated from"),
    rule("start", "", "STARTED", (Event, Object::Topic), "started"),
    rule("begin", "", "STARTED", (Event, Object::Topic), "started"),
    rule("take", "up", "STARTED", (Event, Object::Topic), "took up"),
    rule("finish", "", "FINISHED", (Event, Object::Topic), "finished"),
    rule("complete", "", "FINISHED", (Event, Object::Topic), "finished"),
    rule("win", "", "WON", (Event, Object::Topic), "won"),
    rule("lose", "", "LOST", (Event, Object::Thing), "lost"),
    rule("read", "", "READ", (Event, Object::Thing), "read"),
    rule("watch", "", "WATCHED", (Event, Object::Thing), "watched"),
    rule("see", "", "SAW", (Event, Object::Topic), "saw"),
    rule("write", "", "WROTE", (Event, Object::Thing), "wrote"),
    rule("make", "", "MADE", (Event, Object::Thing), "made"),
    rule("bake", "", "MADE", (Event, Object::Thing), "baked"),
    rule("cook", "", "MADE", (Event, Object::Thing), "cooked"),
    rule("build", "", "MADE", (Event, Object::Thing), "built"),
    rule("create", "", "MADE", (Event, Object::Thing), "created"),
    rule("paint", "", "PAINTED", (Event, Object::Thing), "painted"),
    rule("acquire", "", "ACQUIRED", (Event, Object::Organization), "acquired"),
    rule("found", "", "FOUNDED", (Event, Object::Organization), "founded"),
    rule("launch", "", "LAUNCHED", (Event, Object::Thing), "launched"),
    rule("release", "", "RELEASED", (Event, Object::Thing), "released"),
    rule("hire", "", "HIRED", (Event, Object::Person), "hired"),
    rule("open", "", "OPENED", (Event, Object::Thing), "opened"),
    rule("receive", "", "RECEIVED", (Event, Object::Thing), "received"),
    rule("learn", "about|how to|to|", "LEARNED", (Event, Object::Topic), "learned"),
    rule("try", "out|", "TRIED", (Event, Object::Topic), "tried"),
    rule("volunteer", "", "VOLUNTEERED", (Event, Object::Topic), "volunteered"),
    rule("participate", "in", "ATTENDED", (Event, Object::Topic), "took part in"),
    rule("take", "part in", "ATTENDED", (Event, Object::Topic), "took part in"),
];

/// Verbs that say that a relation has ended.
pub(super) const ENDINGS: &[Rule] = &[
    rule("quit", "my job at|working at|", "WORKS_AT", (Exclusive, Object::Organization), "no longer works at"),
    rule("resign", "from", "WORKS_AT", (Exclusive, Object::Organization), "no longer works at"),
    rule("leave", "my job at|", "WORKS_AT", (Exclusive, Object::Organization), "no longer works at"),
    rule(
        "be",
        "fired from|laid off from|let go from",
        "WORKS_AT",
        (Exclusive, Object::Organization),
        "no longer works at",
    ),
    rule("move", "out of|away from", "LIVES_IN", (Exclusive, Object::Place), "no longer lives in"),
    rule("break", "up with", "DATING", (Exclusive, Object::Person), "is no longer dating"),
    rule("divorce", "", "MARRIED_TO", (Exclusive, Object::Person), "is no longer married to"),
    rule("get", "divorced from", "MARRIED_TO", (Exclusive, Object::Person), "is no longer married to"),
    rule("sell", "", "OWNS", (Shared, Object::Thing), "no longer owns"),
    rule("drop", "out of", "STUDIES_AT", (Exclusive, Object::Organization), "no longer studies at"),
];

/// States that begin with an event.
pub(super) const CONSEQUENCES: &[(&str, Rule)] = &[
    ("MOVED_TO", rule("", "", "LIVES_IN", (Exclusive, Object::Place), "lives in")),
    ("JOINED", rule("", "", "MEMBER_OF", (Shared, Object::Organization), "is a member of")),
    ("BOUGHT", rule("", "", "OWNS", (Shared, Object::Thing), "owns")),
];

/// The relation of a kinship word, and its holding.
pub(super) fn kinship(role: &str) -> Option<(&'static str, Holding)> {
    Some(match role {
        "mother" | "mom" | "mum" | "mommy" | "father" | "dad" | "daddy" | "parent" | "parents" => {
            ("HAS_PARENT", Shared)
        }
        "sister" | "brother" | "sibling" | "siblings" | "sisters" | "brothers" | "twin" => ("HAS_SIBLING", Shared),
        "son" | "daughter" | "kid" | "kids" | "child" | "children" | "baby" | "sons" | "daughters" | "twins" => {
            ("HAS_CHILD", Shared)
        }
        "wife" | "husband" | "spouse" => ("MARRIED_TO", Exclusive),
        "fiance" | "fiancé" | "fiancee" | "fiancée" => ("ENGAGED_TO", Exclusive),
        "girlfriend" | "boyfriend" | "partner" => ("DATING", Exclusive),
        "friend" | "friends" => ("FRIEND_OF", Shared),
        "boss" | "manager" => ("REPORTS_TO", Exclusive),
        "colleague" | "colleagues" | "coworker" | "coworkers" => ("WORKS_WITH", Shared),
        "grandma" | "grandmother" | "grandpa" | "grandfather" | "grandparents" | "aunt" | "uncle" | "cousin"
        | "cousins" | "niece" | "nephew" | "grandson" | "granddaughter" | "grandchildren" | "family" => {
            ("HAS_RELATIVE", Shared)
        }
        "ex" => return None,
        _ => ("KNOWS", Shared),
    })
}
