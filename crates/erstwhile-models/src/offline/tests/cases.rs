//! Test cases with invented people and places.

pub(super) const SPOKEN: &[(&str, &[&str])] = &[
    (
        "I moved to Berlin last month and started working at Contoso.",
        &["+ Nora MOVED_TO Berlin @ 2023-04-01..", "+ Nora LIVES_IN Berlin @ 2023-04-01..", "+ Nora WORKS_AT Contoso"],
    ),
    ("Tom: I live in Oslo.", &["+ Tom LIVES_IN Oslo"]),
    ("April: I moved to Oslo.", &["+ Nora MOVED_TO Oslo @ 2023-04-01..", "+ Nora LIVES_IN Oslo @ 2023-04-01.."]),
    ("Maths: I live in Oslo.", &["+ Nora LIVES_IN Oslo"]),
    ("I live in Porto.", &["+ Nora LIVES_IN Porto"]),
    (
        "Big news: I moved to Copenhagen last week.",
        &["+ Nora MOVED_TO Copenhagen @ 2023-05-01..", "+ Nora LIVES_IN Copenhagen @ 2023-05-01.."],
    ),
    (
        "Hi! I live in Lyon and I work at Atelier Bleu, a small architecture office.",
        &["+ Nora LIVES_IN Lyon", "+ Nora WORKS_AT Atelier Bleu"],
    ),
    ("My favorite food is lasagna, especially my grandmother's.", &["+ Nora FAVORITE_FOOD lasagna"]),
    (
        "I like ramen, and my favorite soup is mushroom soup now.",
        &["+ Nora LIKES ramen", "+ Nora FAVORITE_SOUP mushroom soup"],
    ),
    ("I've lived in Porto since 2016.", &["+ Nora LIVES_IN Porto @ 2016-01-01.."]),
    ("I used to live in Paris.", &["- Nora LIVES_IN Paris"]),
    ("I worked at Contoso from 2010 to 2015.", &["+ Nora WORKS_AT Contoso @ 2010-01-01..2015-01-01"]),
    ("I no longer work at Contoso.", &["- Nora WORKS_AT Contoso"]),
    (
        "I quit Fabrikam two weeks ago.",
        &["+ Nora LEFT_JOB Fabrikam @ 2023-04-28..", "- Nora WORKS_AT Fabrikam @ 2023-04-28.."],
    ),
    ("I broke up with Pedro last week.", &["+ Nora BROKE_UP_WITH Pedro @ 2023-05-01.."]),
    ("I'm allergic to peanuts and shellfish.", &["+ Nora ALLERGIC_TO peanuts", "+ Nora ALLERGIC_TO shellfish"]),
    ("Please remember that I'm allergic to walnuts.", &["+ Nora ALLERGIC_TO walnuts"]),
    ("I love hiking and pottery!", &["+ Nora LOVES hiking", "+ Nora LOVES pottery"]),
    ("My favorite color is teal.", &["+ Nora FAVORITE_COLOR teal"]),
    ("I'm a nurse at the Riverside Clinic.", &["+ Nora WORKS_AT Riverside Clinic", "+ Nora WORKS_AS nurse"]),
    ("I'm married to Tom.", &["+ Nora MARRIED_TO Tom"]),
    ("I was born in Lisbon.", &["+ Nora BORN_IN Lisbon"]),
    ("We adopted a puppy named Biscuit yesterday.", &["+ Nora HAS_PET Biscuit @ 2023-05-11.."]),
    ("I'm 38.", &["+ Nora HAS_AGE 38"]),
    ("My phone number is 555-0100.", &["+ Nora HAS_PHONE_NUMBER 555-0100"]),
    ("I use C++ and Python 3.11.", &["+ Nora USES C++", "+ Nora USES Python 3.11"]),
    ("I work for the WHO.", &["+ Nora WORKS_AT WHO"]),
    ("I don't eat gluten.", &["+ Nora AVOIDS gluten"]),
    ("I no longer enjoy hiking.", &["- Nora LIKES hiking"]),
    ("My email changed to b@example.com.", &["+ Nora HAS_EMAIL b@example.com"]),
    ("I have three sons now.", &["+ Nora HAS_CHILD Nora's sons", "+ Nora NUMBER_OF_SONS 3"]),
    ("The test coverage for my parser, which has improved to 78%, is good.", &["+ Nora HAS_TEST_COVERAGE 78%"]),
    ("We've raised the marketing budget to $12,000.", &["+ Nora HAS_MARKETING_BUDGET $12,000"]),
    ("I have a deadline of 1 April 2024.", &["+ Nora HAS_DEADLINE 1 April 2024"]),
    ("I've solved 12 chess puzzles.", &["+ Nora NUMBER_OF_CHESS_PUZZLES 12"]),
    ("I noticed the number of mentees I work with has increased to 7.", &["+ Nora NUMBER_OF_MENTEES 7"]),
];

pub(super) const WRITTEN: &[(&str, &[&str])] = &[
    ("Ines Duarte works as a geologist.", &["+ Ines Duarte WORKS_AS geologist"]),
    (
        "Ines Duarte lives in Porto. She works at Fabrikam.",
        &["+ Ines Duarte LIVES_IN Porto", "+ Ines Duarte WORKS_AT Fabrikam"],
    ),
    ("Ines: I live in Porto.\nOmar: I love chess.", &["+ Ines LIVES_IN Porto", "+ Omar LOVES chess"]),
];

pub(super) const WITHOUT_FACTS: &[&str] = &[
    "I saw it with my late wife.",
    "Hi Omar!",
    "How are you? What did you do last week?",
    "If I worked at Acme, I'd be rich.",
    "Maybe I live in Rome.",
    "I almost bought a Tesla.",
    "In my novel I live in Paris.",
    "She said 'I live in Madrid'.",
    "Nobody told me that I work at Acme.",
    "Should I move to Oslo?",
    "You live in Oslo.",
    "Translate: I live in Paris.",
    "Can you plan a trip for me with a budget of $500?",
    "> I live in Denver.",
    "",
    "🎉🎉🎉",
];

pub(super) const STATEMENTS: &[(&str, &str)] = &[
    ("I've been painting landscapes for my aunt.", "Nora has been painting landscapes for Nora's aunt."),
    ("I don't think it rains here.", "Nora doesn't think it rains here."),
    ("Lost my keys at the beach last Sunday.", "Nora lost Nora's keys at the beach on Sunday 7 May 2023."),
    ("My kids loved the zoo.", "Nora's kids loved the zoo."),
];

pub(super) const ALIASES: &[(&str, &str, &str)] = &[
    ("My name is Eleonora.", "Nora", "Eleonora"),
    ("I go by Nono at work.", "Nora", "Nono"),
    ("My boss is called Tom Reed.", "Tom Reed", "Nora's boss"),
];
