//! Test cases with invented people and places.

pub(super) const SPOKEN: &[(&str, &[&str])] = &[
    (
        "I moved to Berlin last month and started working at Contoso.",
        &["+ Nora MOVED_TO Berlin @ 2023-04-01..", "+ Nora LIVES_IN Berlin @ 2023-04-01..", "+ Nora WORKS_AT Contoso"],
    ),
    ("I live in Porto.", &["+ Nora LIVES_IN Porto"]),
    ("I've lived in Porto for 3 years.", &["+ Nora LIVES_IN Porto @ 2020-01-01.."]),
    ("I've lived in Porto since 2016.", &["+ Nora LIVES_IN Porto @ 2016-01-01.."]),
    ("I lived in Porto.", &["- Nora LIVES_IN Porto"]),
    ("I lived in Porto in 2015.", &["+ Nora LIVES_IN Porto @ 2015-01-01..2016-01-01"]),
    ("I used to live in Paris.", &["- Nora LIVES_IN Paris"]),
    ("I used to live in Paris until 2015.", &["+ Nora LIVES_IN Paris @ ..2015-01-01"]),
    ("I worked at Contoso from 2010 to 2015.", &["+ Nora WORKS_AT Contoso @ 2010-01-01..2015-01-01"]),
    ("I no longer work at Contoso.", &["- Nora WORKS_AT Contoso"]),
    ("I quit Fabrikam two weeks ago.", &["- Nora WORKS_AT Fabrikam @ 2023-04-28.."]),
    ("I left Fabrikam yesterday.", &["- Nora WORKS_AT Fabrikam @ 2023-05-11.."]),
    ("I broke up with Pedro last week.", &["- Nora DATING Pedro @ 2023-05-01.."]),
    ("I stopped playing chess.", &["- Nora PLAYS chess"]),
    ("I don't like opera any more.", &["! Nora LIKES opera"]),
    ("I'm not allergic to peanuts.", &["! Nora ALLERGIC_TO peanuts"]),
    ("I'm allergic to peanuts and shellfish.", &["+ Nora ALLERGIC_TO peanuts", "+ Nora ALLERGIC_TO shellfish"]),
    ("Please remember that I'm allergic to walnuts.", &["+ Nora ALLERGIC_TO walnuts"]),
    ("Nice to meet you, Sam.", &[]),
    ("I love hiking and pottery!", &["+ Nora LOVES hiking", "+ Nora LOVES pottery"]),
    ("My favorite color is teal.", &["+ Nora FAVORITE_COLOR teal"]),
    ("I'm a nurse at the Riverside Clinic.", &["+ Nora WORKS_AT Riverside Clinic", "+ Nora WORKS_AS nurse"]),
    ("I'm married to Tom.", &["+ Nora MARRIED_TO Tom"]),
    ("I was born in Lisbon.", &["+ Nora BORN_IN Lisbon"]),
    ("My dog Max ate a shoe.", &["+ Max EAT shoe", "+ Nora HAS_PET Max"]),
    (
        "We adopted a puppy named Biscuit yesterday.",
        &["+ Nora HAS_PET Biscuit @ 2023-05-11..", "+ Nora ADOPTED Biscuit @ 2023-05-11.."],
    ),
    (
        "I joined the Harbor Chess Club last year.",
        &["+ Nora JOINED Harbor Chess Club @ 2022-01-01..", "+ Nora MEMBER_OF Harbor Chess Club @ 2022-01-01.."],
    ),
    (
        "I'm going to move to Madrid next month.",
        &["+ Nora MOVED_TO Madrid @ 2023-06-01..", "+ Nora LIVES_IN Madrid @ 2023-06-01.."],
    ),
    ("I want to visit Kyoto.", &["+ Nora WANTS_TO visit Kyoto"]),
    ("I finished reading \"The Salt Road\" yesterday.", &["+ Nora FINISHED The Salt Road @ 2023-05-11.."]),
    ("I graduated last week!", &["+ Nora GRADUATE graduate @ 2023-05-01.."]),
    ("Just got back from a pottery class.", &["+ Nora GET pottery class"]),
];

pub(super) const WRITTEN: &[(&str, &[&str])] = &[
    ("Acme Corp acquired Foo in 2021.", &["+ Acme Corp ACQUIRED Foo @ 2021-01-01.."]),
    ("Ines Duarte works as a geologist.", &["+ Ines Duarte WORKS_AS geologist"]),
    ("Contoso opened an office in Madrid.", &["+ Contoso OPENED office"]),
    (
        "Ines Duarte lives in Porto. She works at Fabrikam.",
        &["+ Ines Duarte LIVES_IN Porto", "+ Ines Duarte WORKS_AT Fabrikam"],
    ),
];

pub(super) const STATEMENTS: &[(&str, &str)] = &[
    (
        "I'm so tired of my old bike, it broke yesterday.",
        "Nora is so tired of Nora's old bike, it broke on 11 May 2023.",
    ),
    ("I've been painting landscapes for my aunt.", "Nora has been painting landscapes for Nora's aunt."),
    ("I don't eat meat, fish or eggs.", "Nora doesn't eat meat, fish or eggs."),
    ("Hey Omar, I really enjoy your cooking videos!", "Nora really enjoys Omar's cooking videos."),
    ("Lost my keys at the beach last Sunday.", "Nora lost Nora's keys at the beach on Sunday 7 May 2023."),
    ("Working on a big garden project with my uncle.", "Nora is working on a big garden project with Nora's uncle."),
    ("My kids loved the zoo. We saw elephants and giraffes.", "Nora's kids loved the zoo."),
    ("You're a talented baker, Omar.", "Omar is a talented baker."),
];

pub(super) const WITHOUT_CLAIMS: &[&str] = &[
    "Hi Omar!",
    "Thanks so much, Omar!",
    "How are you? What did you do last week?",
    "Wow, that's awesome!",
    "Congrats on the new job!",
    "Keep it up!",
    "Haha yeah",
    "",
    "🎉🎉🎉",
];

pub(super) const ALIASES: &[(&str, &str, &str)] = &[
    ("My name is Eleonora.", "Nora", "Eleonora"),
    ("Robert Smith, everyone calls him Bob, taught me chess.", "Robert Smith", "Bob"),
    ("I go by Nono at work.", "Nora", "Nono"),
    ("We met Isabel Duarte (also known as Izzy) there.", "Isabel Duarte", "Izzy"),
];

pub(super) const NAMES: &[(&str, &[(&str, &str)])] = &[
    ("I flew from Oslo to Porto with Ines.", &[("Oslo", "Location"), ("Porto", "Location"), ("Ines", "Person")]),
    ("Dr. Okafor works at Contoso Ltd now.", &[("Dr. Okafor", "Person"), ("Contoso Ltd", "Organization")]),
    ("Dance is great and Monday is not.", &[]),
    (
        "We saw the University of Porto and the Harbor Jazz Festival.",
        &[("University of Porto", "Organization"), ("Harbor Jazz Festival", "Event")],
    ),
];
