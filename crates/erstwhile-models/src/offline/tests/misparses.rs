//! Sentences that the parser misreads, or that say more than their verb, each with its one fact; `None` for no fact.

pub(super) const MISREAD: &[(&str, Option<(&str, &str)>)] = &[
    (
        "I'm thinking of getting a roof box that fits on the old bars, and I have looked at a few.",
        Some(("+ Nora CONSIDERS roof box", "Nora is thinking of getting a roof box.")),
    ),
    ("I need to send a form that's due by Friday.", None),
    ("I had the clock repaired yesterday.", None),
    ("I got some orders coming in from abroad.", None),
    ("I watched Batman: The Animated Series, Little Women, and Amelie.", None),
    (
        "I listened to an episode of \"My Dad, My Mum and Me\" on March 3rd.",
        Some((
            "+ Nora LISTENS_TO episode of My Dad, My Mum and Me @ 2023-03-03..",
            "Nora listened to an episode of My Dad, My Mum and Me on 3 March 2023.",
        )),
    ),
    (
        "I recently read \"Salt and The Sea\" on the train.",
        Some(("+ Nora READ Salt and The Sea", "Nora read Salt and The Sea.")),
    ),
    (
        "I've started reading \"Middle Street\" by J.K. Marlowe and I like it.",
        Some(("+ Nora READ Middle Street", "Nora has started reading Middle Street.")),
    ),
    (
        "What's the best way to clean my Canon 70-200mm f/4 lens?",
        Some(("+ Nora OWNS Canon 70-200 mm f/4 lens", "Nora has a Canon 70-200 mm f/4 lens.")),
    ),
    (
        "We went to a fair together last month.",
        Some(("+ Nora ATTENDED fair @ 2023-04-01..", "Nora went to a fair in April 2023.")),
    ),
    (
        "Can't wait for tomorrow's school play!",
        Some(("+ Nora WAITS_FOR school play @ 2023-05-13..", "Nora cannot wait for the school play on 13 May 2023.")),
    ),
    (
        "I've got my first driving test scheduled for October 15, 2024.",
        Some((
            "+ Nora HAS_APPOINTMENT first driving test @ 2024-10-15..",
            "Nora has their first driving test on 15 October 2024.",
        )),
    ),
    (
        "I met a baker, Maria, at the market last week.",
        Some((
            "+ Nora MET Maria @ 2023-05-01..",
            "Nora met a baker named Maria at the market in the week of 1 May 2023.",
        )),
    ),
    ("I bought the lamp on sale at 30% off.", Some(("+ Nora BOUGHT lamp", "Nora bought the lamp on sale."))),
    (
        "I just took part in a marching contest and it was fun.",
        Some(("+ Nora PARTICIPATED_IN marching contest", "Nora took part in a marching contest.")),
    ),
    (
        "I've been watching about 5 films per month.",
        Some(("+ Nora WATCHED about 5 films per month", "Nora has been watching about 5 films per month.")),
    ),
    (
        "I use an app for my language lessons on Mondays and Wednesdays from 8-9 pm.",
        Some(("+ Nora USES app for their language lessons", "Nora uses an app for their language lessons.")),
    ),
    ("I'm not sure I want a second dog.", None),
    ("It hurts me to think about all the kids without shoes.", None),
    ("We're 12 now, so the table is too small.", None),
    ("I sleep badly ever since I became a team lead at the call center.", None),
    ("We land in Tokyo pretty tired.", None),
    ("I have missed you so much.", None),
    ("I had the second window done in June.", None),
    ("I bought a little boat from 1968.", Some(("+ Nora BOUGHT little boat", "Nora bought a little boat."))),
    (
        "We have been staying in Gort since July, seven people and one bathroom.",
        Some(("+ Nora VISITED Gort @ 2022-07-01..", "Nora has been staying in Gort since July 2022.")),
    ),
    ("I eat eggs at lunch.", Some(("+ Nora EATS eggs", "Nora eats eggs."))),
    (
        "I've planted 40 leeks, two rows of potatoes and some beetroot.",
        Some(("+ Nora NUMBER_OF_LEEKS_PLANTED 40", "Nora has planted 40 leeks.")),
    ),
    (
        "I've moved my deadline to the first of March.",
        Some(("+ Nora HAS_DEADLINE 1 March 2024", "Nora's deadline is 1 March 2024.")),
    ),
    ("I shook my neighbour's hand on Friday.", None),
    ("I'll come on Thursday.", None),
    ("I'm holding two bags.", None),
    ("That's when I teach my pottery class.", None),
    ("I don't miss the Latin.", None),
    ("My aunt is over from Beirut this week.", None),
    ("Raised Inverness, born Swansea.", None),
    ("Ordered, 95 pounds with delivery on the 15th.", None),
    ("i joined a session in the pub every second monday.", None),
    ("I live above a bakery in Ghent.", Some(("+ Nora LIVES_IN Ghent", "Nora lives above a bakery in Ghent."))),
    ("We're getting a puppy in the fall.", Some(("+ Nora HAS_PET puppy", "Nora is getting a puppy in the fall."))),
    ("I'm stuck at Frankfurt airport.", None),
    ("I'm trying to trace my great-grandfather, one Archibald Reid.", None),
    ("Rehearsal on Sunday, the neighbour upstairs has a newborn.", None),
    ("Got a thing at my uncle's tyre place in Clayton on Saturdays.", None),
    ("And my calf's fine by the way.", None),
    ("I leave the office at 9.", None),
    ("It will be our first grandchild after nine years of marriage.", None),
    ("I usually run on tea and vibes.", None),
    ("My hostel is the one behind Sakthan stand.", None),
    ("My lab results are back.", None),
    ("I'm driving you to Arlanda.", None),
    ("Dapo says I'm not driving.", None),
    ("I broke the kick pedal.", None),
    ("I have no kids.", Some(("+ Nora LACKS kids", "Nora does not have kids."))),
    ("We have no dog.", Some(("+ Nora LACKS dog", "Nora does not have a dog."))),
    ("Now I'm the fat one!", None),
    (
        "I go to Guaruja every second Saturday with two colleagues.",
        Some(("+ Nora GOES_TO Guaruja", "Nora goes to Guaruja every second Saturday with two colleagues.")),
    ),
    (
        "I'm an insurance adjuster now, hail damage mostly.",
        Some(("+ Nora WORKS_AS insurance adjuster", "Nora is an insurance adjuster.")),
    ),
    (
        "I'm walking two miles at every stop.",
        Some(("+ Nora RAN_DISTANCE two miles", "Nora is walking two miles at every stop.")),
    ),
    ("I love these little cards.", None),
    ("That book about old castles I recently bought is lovely.", None),
    ("I've been watching a lot of films lately.", None),
    (
        "I just got back from a 3-day trip to Wales in early April.",
        Some((
            "+ Nora WENT_ON 3-day trip to Wales @ 2023-04-01..",
            "Nora got back from a 3-day trip to Wales in early April 2023.",
        )),
    ),
    (
        "I have a deadline of April 15 to finish the prototype.",
        Some(("+ Nora HAS_DEADLINE 15 April 2024", "Nora's deadline to finish the prototype is 15 April 2024.")),
    ),
    ("That truck is basically my child.", None),
    ("I'll call you after I dance at the party.", None),
    ("I hit 500 last week, a heron of all things.", None),
    ("I did the math.", None),
    (
        "My checks went live yesterday.",
        Some(("+ Nora's checks DID go live @ 2023-05-11..", "Nora's checks went live on 11 May 2023.")),
    ),
    ("He asked if the couch is my new house.", None),
    ("I stop breathing at night.", None),
    (
        "We have fish and chips on Fridays.",
        Some(("+ Nora HAS fish and chips on Fridays", "Nora has fish and chips on Fridays.")),
    ),
    ("I tried the laptop in the shop.", None),
    ("I never use it.", None),
    ("Excess is 350.", None),
    ("I buy yarn like mad.", None),
    (
        "I've never accepted any producer roles or started new employment.",
        Some(("+ Nora DID_NOT accept any producer roles", "Nora has never accepted any producer roles.")),
    ),
    ("I'm a reasonable cook but not a baker.", None),
    ("You can have the rest or we sell them.", None),
    (
        "I have the hearing aid clinic at noon.",
        Some(("+ Nora HAS hearing aid clinic", "Nora has the hearing aid clinic at noon.")),
    ),
    ("I got the van on Fridays.", Some(("+ Nora DID get van on Fridays", "Nora got the van on Fridays."))),
    ("We're called Wet Bus now.", None),
    ("I'm on a laptop from 2015.", Some(("+ Nora IS_ON laptop", "Nora is on a laptop from 2015."))),
    ("Bro I am crying in the traffic.", None),
    (
        "I've been offered the Bristol job, start 1 October.",
        Some(("+ Nora OFFERED Bristol job", "Nora has been offered the Bristol job.")),
    ),
    ("I manage two juniors.", Some(("+ Nora MANAGES two juniors", "Nora manages two juniors."))),
    ("If I won the lottery I'd quit my job at Acme.", Some(("+ Nora WORKS_AT Acme", "Nora works at Acme."))),
    ("Counts for me.", None),
];

/// Sentences with the names in them.
pub(super) const NAMES: &[(&str, &[&str])] = &[
    ("I bought a rug at West Anvers", &["West Anvers"]),
    ("We watched Keeper of Shadows at Omar's place", &["Keeper of Shadows", "Omar"]),
    ("Thanks for the photo Marla Dunn", &["Marla Dunn"]),
    ("Lily I love your photos", &["Lily"]),
    ("We talked to Dr. Osei about South Korea", &["Osei", "South Korea"]),
];

/// Sentences with a pronoun, and of whom they state something; `None` where nobody can be sure.
pub(super) const PRONOUNS: &[(&str, Option<&str>)] = &[
    ("My sister Milena met my boss Luc. He lives in Ghent.", Some("Luc")),
    ("I like Mahler. She lives in Oslo.", None),
    ("I flew to Kraków with friends. She lives in Oslo.", None),
    ("My mum came to my niece's party. She lives in Oslo.", Some("Nora's mother")),
    ("Quill and Sable came by. She lives in Oslo.", None),
    ("I can't wait for the trip.", None),
    ("As a joke I said that I live in Alaska.", None),
    ("Write a story in which I'm trying to learn Spanish.", None),
    ("I'm not sure if I'll be able to optimize my resume.", None),
    ("I'm trying to figure out what to cook.", None),
    ("I want to make sure my new phone stays charged.", None),
    ("I'm not thinking of moving to Canada.", None),
    ("I was thinking about moving to Canada, but I decided against it.", None),
    ("She dropped the lasagne.", None),
    ("I took the ferry from Plymouth to Hull and I saw Sarah.", None),
    ("That's okay, I'm still on cloud nine!", None),
    ("Elias eats no cheese or eggs.", None),
];
