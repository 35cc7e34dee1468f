//! Facts of open relations: what no relation of the vocabulary says, and somebody would keep.

/// What Nora says, the fact and its sentence.
pub(super) const OPEN: &[(&str, &str, &str)] = &[
    ("My uncle Kamau keeps 60 hives in Baringo.", "+ Kamau KEEPS 60 hives", "Kamau keeps 60 hives in Baringo."),
    ("I've never built a boat.", "+ Nora DID_NOT build boat", "Nora has never built a boat."),
    (
        "I can't do overhead presses because of my shoulder.",
        "+ Nora CANNOT do overhead presses",
        "Nora cannot do overhead presses because of their shoulder.",
    ),
    (
        "I'd like a first draft of 90,000 words by Christmas.",
        "+ Nora WANTS first draft of 90,000 words @ 2023-05-12..2023-12-25",
        "Nora would like a first draft of 90,000 words by Christmas.",
    ),
    (
        "I've got twelve weeks of severance.",
        "+ Nora HAS twelve weeks of severance",
        "Nora has got twelve weeks of severance.",
    ),
    (
        "I got a grade D in maths in 1983.",
        "+ Nora DID get grade D in maths @ 1983-01-01..",
        "Nora got a grade D in maths in 1983.",
    ),
    (
        "I'm saving ten thousand every month.",
        "+ Nora IS_SAVING ten thousand",
        "Nora is saving ten thousand every month.",
    ),
    (
        "I have to rewrite the first five chapters.",
        "+ Nora NEEDS_TO rewrite the first five chapters",
        "Nora has to rewrite the first five chapters.",
    ),
    ("My laptop has no network port.", "+ Nora's laptop HAS no network port", "Nora's laptop has no network port."),
    (
        "I'm trying to set up a portfolio with sections for my skills and my projects, can you help me?",
        "+ Nora IS_TRYING_TO set up a portfolio",
        "Nora is trying to set up a portfolio with sections for their skills and their projects.",
    ),
    (
        "I want to raise my score to 95%.",
        "+ Nora WANTS raise their score to 95%",
        "Nora wants to raise their score to 95%.",
    ),
    (
        "I was thinking of adding some transferable skills to my resume.",
        "+ Nora CONSIDERS adding some transferable skills to their resume",
        "Nora was thinking of adding some transferable skills to their resume.",
    ),
    ("Loud music gives me migraines.", "+ loud music GIVES migraines", "Loud music gives Nora migraines."),
    (
        "My novel is about growing up in a lighthouse.",
        "+ Nora's novel IS_ABOUT growing up in a lighthouse",
        "Nora's novel is about growing up in a lighthouse.",
    ),
    (
        "I'll probably go with the blue tiles for the kitchen.",
        "+ Nora PLANS go with blue tiles",
        "Nora will probably go with the blue tiles for the kitchen.",
    ),
    (
        "I got my racket restrung at the start of the tennis season at a small shop.",
        "+ Nora DID get racket restrung at the start",
        "Nora got their racket restrung at the start of the tennis season at a small shop.",
    ),
    (
        "My article was rejected in March and published by a small journal in May.",
        "+ Nora's article DID be published by small journal @ 2023-05-01..",
        "Nora's article was published by a small journal in May 2023.",
    ),
];
/// What tells of the moment, needs somebody else, or holds under a condition.
pub(super) const NOT_KEPT: &[&str] = &[
    "I fell asleep with the phone in my hand.",
    "I'm in the queue at the bakery.",
    "I'm glad.",
    "I opened the window.",
    "I feel much better.",
    "They approved it with two conditions.",
    "If we finish the garage we sell two bikes.",
    "She said she bought 40 tiles.",
    "Maybe I finish three chapters.",
    "I thought I had paid 300 euros for the flight.",
    "I act as though I restore radios for a living.",
    "I was going to restore two radios but gave up.",
    "I won't only sell my car but also my bike.",
    "Red wine hardly ever gives me migraines.",
    "Supposedly red wine gives me migraines.",
    "I can't decide whether to sell my piano.",
    "I can do 20 pushups, not 50.",
    "I'm trying not to eat meat.",
    "How can I optimize 3 pages?",
    "This is the photo I took at the lake.",
    "I'm not sure if I can move the wall.",
    "You get two weeks of holiday.",
];
/// What Nora says, and what it says that may be kept: the model of judged facts decides about these.
pub(super) const CONSIDERED: &[(&str, &[&str])] = &[
    ("I think I sleep better with the window open.", &["Nora sleeps better with the window open"]),
    ("I thought I slept better with the window open.", &[]),
    ("I left early because my back needs a hard chair.", &["Nora left early", "Nora's back needs a hard chair"]),
    ("Dancing makes me happy.", &["dancing makes Nora happy"]),
    (
        "I've finished the outline and rewritten two chapters.",
        &["Nora has finished the outline", "Nora has rewritten two chapters"],
    ),
    ("My brother, who repairs clocks, is loud.", &["Nora's brother repairs clocks", "Nora's brother is loud"]),
    ("We lost two heifers.", &["Nora lost two heifers"]),
    ("I've stopped getting my nails done.", &["Nora has stopped getting their nails done"]),
    ("We signed the contract on Thursday.", &["Nora signed the contract on Thursday 11 May 2023"]),
    ("I'm trying to understand how medians work.", &[]),
    ("I photographed 412 pages.", &["Nora photographed 412 pages"]),
    ("My mum repainted my bathroom.", &["Nora's mother repainted Nora's bathroom"]),
    ("I've been blogging about politics.", &["Nora has been blogging about politics"]),
    ("I'll probably start with Mint.", &["Nora will probably start with Mint"]),
    ("I'll probably sell my boat next year if my son wants it.", &[]),
];
