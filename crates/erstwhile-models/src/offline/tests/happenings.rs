//! What people did, do or mean to do where no relation of the vocabulary says it, and what "it" and "them" stand for.

pub(super) const HAPPENINGS: &[(&str, &str, &str)] = &[
    ("I photographed 412 pages.", "+ Nora DID photograph 412 pages", "Nora photographed 412 pages."),
    (
        "I sold 86 bottles at the fair on Saturday.",
        "+ Nora DID sell 86 bottles @ 2023-05-06..",
        "Nora sold 86 bottles at the fair on Saturday 6 May 2023.",
    ),
    (
        "We signed the contract on Thursday.",
        "+ Nora DID sign contract @ 2023-05-11..",
        "Nora signed the contract on Thursday 11 May 2023.",
    ),
    (
        "My mum repainted my bathroom.",
        "+ Nora's mother DID repaint Nora's bathroom",
        "Nora's mother repainted Nora's bathroom.",
    ),
    (
        "I welded two rust holes on Sunday.",
        "+ Nora DID weld two rust holes @ 2023-05-07..",
        "Nora welded two rust holes on Sunday 7 May 2023.",
    ),
    (
        "I'm cataloguing two thousand Victorian buttons.",
        "+ Nora DOES_ACTIVITY cataloguing two thousand Victorian buttons",
        "Nora is cataloguing two thousand Victorian buttons.",
    ),
    (
        "My dad moves home on Friday.",
        "+ Nora's father PLANS move home @ 2023-05-19..",
        "Nora's father moves home on Friday 19 May 2023.",
    ),
    (
        "I pay the deposit on 1 July.",
        "+ Nora PLANS pay deposit @ 2023-07-01..",
        "Nora pays the deposit on 1 July 2023.",
    ),
    (
        "My brother starts at the port on 3 July.",
        "+ Nora's brother PLANS start at port @ 2023-07-03..",
        "Nora's brother starts at the port on 3 July 2023.",
    ),
    ("My colleague Mina is from Iran and plays the guitar.", "+ Mina PLAYS guitar", "Mina plays the guitar."),
    (
        "My son Milo is six. He hates carrots but loves his teacher.",
        "+ Milo LOVES Milo's teacher",
        "Milo loves their teacher.",
    ),
    (
        "My thesis is about lichens. It's due on the fifteenth of December.",
        "+ Nora HAS_THESIS_DUE 15 December 2023",
        "Nora's thesis is due on 15 December 2023.",
    ),
    ("I bought a boat last year. It's called Petrel.", "+ Nora HAS_BOAT_NAME Petrel", "Nora's boat is called Petrel."),
    ("My boat is called Petrel.", "+ Nora HAS_BOAT_NAME Petrel", "Nora's boat is called Petrel."),
    ("My flat is on the third floor.", "+ Nora HAS_FLAT third floor", "Nora's flat is on the third floor."),
    (
        "My daughter can't have nuts, she's allergic to them.",
        "+ Nora's daughter ALLERGIC_TO nuts",
        "Nora's daughter is allergic to nuts.",
    ),
    ("I'm afraid of electricity.", "+ Nora AFRAID_OF electricity", "Nora is afraid of electricity."),
    ("I hate gyms.", "+ Nora DISLIKES gyms", "Nora hates gyms."),
    (
        "The visa appointment is on the fourteenth of July.",
        "+ Nora HAS_APPOINTMENT visa appointment @ 2023-07-14..",
        "Nora's visa appointment is on 14 July 2023.",
    ),
    (
        "The school has asked me to be deputy head.",
        "+ Nora OFFERED deputy head role",
        "Nora was offered the deputy head role.",
    ),
    ("I've saved 1.2 million naira for it.", "+ Nora HAS_SAVINGS ₦1.2 million", "Nora's savings are ₦1.2 million."),
    ("I don't want to spend more than 550 pounds.", "+ Nora HAS_BUDGET 550 pounds", "Nora's budget is 550 pounds."),
    (
        "My surgery was on Monday.",
        "+ Nora HAD_PROCEDURE surgery @ 2023-05-08..",
        "Nora had a surgery on Monday 8 May 2023.",
    ),
    ("My dad's in hospital.", "+ Nora's father LIFE_EVENT hospitalised", "Nora's father is hospitalised."),
    ("My friend Raj bought a Tesla.", "+ Raj BOUGHT Tesla", "Raj bought a Tesla."),
    (
        "My sister is getting married on 5 June.",
        "+ Nora's sister PLANS get married @ 2023-06-05..",
        "Nora's sister is going to be married on 5 June 2023.",
    ),
    ("My wife and I are expecting our second.", "+ Nora EXPECTING baby", "Nora is expecting a baby."),
    ("I'm 34 and single.", "+ Nora HAS_RELATIONSHIP_STATUS single", "Nora is single."),
    ("My manager quit.", "+ Nora's manager LIFE_EVENT resigned", "Nora's manager resigned."),
    ("I've given up my season ticket.", "+ Nora CANCELLED season ticket", "Nora has cancelled their season ticket."),
    ("I always carry an EpiPen.", "+ Nora DOES_ACTIVITY carrying EpiPen", "Nora always carries an EpiPen."),
    ("My dentist says I need a crown.", "+ Nora PLANS crown", "Nora is going to have a crown."),
];
