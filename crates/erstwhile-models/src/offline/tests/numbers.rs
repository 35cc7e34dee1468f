//! What people count and measure, each with one of its facts and its sentence.

pub(super) const NUMBERS: &[(&str, &str, &str)] = &[
    (
        "I've tried four Korean restaurants so far.",
        "+ Nora NUMBER_OF_KOREAN_RESTAURANTS_TRIED 4",
        "Nora has tried four Korean restaurants.",
    ),
    (
        "We've now been to 14 national parks.",
        "+ Nora NUMBER_OF_NATIONAL_PARKS 14",
        "Nora has been to 14 national parks.",
    ),
    ("I've completed 3 of the 10 modules.", "+ Nora NUMBER_OF_MODULES 3", "Nora has completed 3 modules."),
    ("I've had three surgeries on my knee.", "+ Nora NUMBER_OF_SURGERIES 3", "Nora has had three surgeries."),
    ("I now lead a team of seven engineers.", "+ Nora NUMBER_OF_ENGINEERS 7", "Nora leads a team of seven engineers."),
    ("My collection has grown to 120 records.", "+ Nora NUMBER_OF_RECORDS 120", "Nora has 120 records."),
    ("I've got close to 1,400 followers now.", "+ Nora NUMBER_OF_FOLLOWERS 1400", "Nora has 1,400 followers."),
    ("I've hit 1,000 subscribers on my channel.", "+ Nora NUMBER_OF_SUBSCRIBERS 1,000", "Nora has 1,000 subscribers."),
    (
        "I've increased my practice to 12 algebra problems.",
        "+ Nora NUMBER_OF_ALGEBRA_PROBLEMS 12",
        "Nora's number of algebra problems is 12.",
    ),
    (
        "I want full test coverage on my billing module, and I've reached 65%.",
        "+ Nora HAS_TEST_COVERAGE 65%",
        "The test coverage on Nora's billing module is 65%.",
    ),
    (
        "I'm working on a clay vase, and I've spent 5-6 hours on it.",
        "+ Nora TIME_SPENT_ON_CLAY_VASE 5-6 hours",
        "Nora has spent 5-6 hours on the clay vase.",
    ),
    ("I'm on episode 130 of One Piece.", "+ Nora HAS_EPISODE_OF_ONE_PIECE 130", "Nora is on episode 130 of One Piece."),
    ("I set a new personal best of 25:50 in the 5K.", "+ Nora HAS_5K_PB 25:50", "Nora's 5k PB is 25:50."),
    (
        "I got pre-approved for $350,000 from Wells Fargo.",
        "+ Nora HAS_MORTGAGE_PREAPPROVAL $350,000",
        "Nora's mortgage preapproval is $350,000.",
    ),
    ("My commute is down to 25 minutes.", "+ Nora HAS_COMMUTE 25 minutes", "Nora's commute is 25 minutes."),
    ("I have a yoga class every Tuesday.", "+ Nora HAS_YOGA_CLASS Tuesdays", "Nora's yoga class is on Tuesdays."),
];
