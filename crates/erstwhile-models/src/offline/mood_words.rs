//! Verbs, adjectives and adverbs that decide what a clause says about the world.

/// Verbs whose infinitive or gerund is done: "started running".
pub(super) const ACTUAL: &[&str] = &[
    "start",
    "begin",
    "continue",
    "keep",
    "get",
    "manage",
    "finish",
    "end",
    "help",
    "come",
    "learn",
    "choose",
    "volunteer",
    "spend",
    "resume",
    "remember",
    "happen",
];
/// Verbs that intend.
pub(super) const PLANS: &[&str] = &[
    "plan", "go", "gon", "intend", "decide", "aim", "schedule", "prepare", "set", "gonna", "arrange", "will", "commit",
    "agree", "invite", "look", "promise", "vow",
];
/// Verbs that wish.
pub(super) const WANTS: &[&str] = &["want", "wanna", "hope", "wish", "need", "dream", "mean", "wan", "aspire"];
/// Verbs that consider.
pub(super) const CONSIDERS: &[&str] = &["think", "consider", "debate", "toy", "explore"];
/// Verbs of taste, whose gerund is done: "love running".
pub(super) const LIKES: &[&str] = &["like", "love", "enjoy", "prefer", "hate", "dislike", "adore"];
/// What one tries for longer than a moment.
pub(super) const ATTEMPTS: &[&str] = &[
    "lose",
    "gain",
    "quit",
    "stop",
    "save",
    "sell",
    "buy",
    "cut",
    "eat",
    "learn",
    "improve",
    "conceive",
    "avoid",
    "become",
    "reduce",
    "increase",
    "lower",
    "build",
    "integrate",
    "implement",
    "set",
    "master",
    "finish",
    "grow",
    "schedule",
    "design",
    "deploy",
    "publish",
    "launch",
    "raise",
    "earn",
    "pay",
    "organize",
    "organise",
    "declutter",
    "optimize",
    "optimise",
    "refactor",
    "migrate",
    "develop",
    "train",
    "read",
    "practice",
    "practise",
    "adopt",
    "rent",
    "move",
    "visit",
    "plan",
];
/// Verbs and adjectives whose "that" clause is true.
pub(super) const FACTIVE: &[&str] = &[
    "know", "realize", "realise", "tell", "mention", "forget", "remember", "notice", "discover", "glad", "happy",
    "proud", "sad", "sorry", "excited", "lucky", "grateful", "thankful", "love", "say", "announce", "share", "sure",
    "believe", "find", "decide", "thrilled", "since", "note", "keep", "confirm",
];
/// Modal verbs, which take back an assertion.
pub(super) const MODALS: &[&str] = &["would", "could", "might", "may", "should", "can", "must", "shall", "'d", "ought"];
/// Verbs that are polite, not planned, after "will".
pub(super) const POLITE: &[&str] = &[
    "check", "try", "look", "consider", "explore", "see", "use", "keep", "make", "give", "have", "take", "be", "love",
    "like", "need", "start", "get", "let", "think",
];
/// Words that make a clause unreal or uncertain.
pub(super) const UNREAL: &[&str] =
    &["almost", "nearly", "maybe", "perhaps", "supposedly", "allegedly", "hypothetically"];
/// Verbs that introduce something supposed.
pub(super) const SUPPOSES: &[&str] = &[
    "suppose",
    "imagine",
    "pretend",
    "assume",
    "dream",
    "doubt",
    "lie",
    "joke",
    "translate",
    "rewrite",
    "wish",
    "guess",
];
