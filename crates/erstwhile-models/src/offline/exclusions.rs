//! What a relation never takes, whatever the types: each verb and object that would fit and says something else.

use erstwhile_nlp::{Dep, EntityKind, Pos, Tag};

use super::fitness::Context;
use super::lexicon::{Frame, Kind, Kinds};
use super::mood::Mood;
use super::reader::{SentenceReader, Trust};

/// What makes a part of the body a condition.
const AILING: &str = "bad sore stiff broken torn weak dodgy swollen sprained twisted frozen slipped trapped painful gammy \
    fractured bruised dislocated ruptured dicky wonky";

/// What one makes and eats.
const MEALS: &[&str] = &["dinner", "lunch", "breakfast", "brunch", "supper", "meal", "feast", "barbecue", "bbq"];

/// What one shares or rents to work in.
const DESKS: &[&str] = &["studio", "office", "desk", "workspace", "car"];
/// Homes that one rents for a holiday.
const HOLIDAY_HOMES: &[&str] = &["cabin", "cottage", "villa", "chalet", "lodge", "hut", "caravan", "campervan", "boat"];

/// Verbs for what one stops and has not given up: "stopped getting my nails done".
pub(super) const NOT_GIVEN_UP: &[&str] = &[
    "get", "have", "be", "make", "do", "go", "breathe", "exist", "cry", "laugh", "think", "try", "work", "sleep",
    "talk",
];

impl SentenceReader<'_, '_> {
    /// Whether a relation never takes such an object, whatever its types.
    pub(super) fn is_excluded(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        // "JUST DOING IT!" is about nothing.
        if s.lemma(context.verb) == "do" && s.child(context.verb, |c| s.text(c) == "IT").is_some() {
            return true;
        }
        // "I want to make sure that it passes": the thing is not what is wanted.
        if s.lemma(object) == "make" && s.has_child_word(object, &["sure"]) {
            return true;
        }
        // "He eats no cheese or eggs".
        if s.dep(object) == Dep::Conj && s.has_child_word(s.head(object), &["no"]) {
            return true;
        }
        let name = frame.relation.name.as_str();
        // What an assistant asks about is not said: "one thing he taught you".
        // "Teaches maths in Szeged".
        let where_taught = frame.slot == "in" && s.has_child(context.verb, &[Dep::Dobj]);
        if name == "TEACHES" && (self.trust == Trust::Assistant || where_taught) {
            return true;
        }
        if self.says_nothing(context, name, object)
            || matches!(name, "ATTENDED" | "WATCHED") && self.is_bare_sight(context, object, kinds)
            || self.says_something_else(context, name, object, kinds)
        {
            return true;
        }
        // "I started a podcast": one's own.
        let own_media = s.lemma(context.verb) == "start" && kinds.has(Kind::Media);
        match name {
            "READ" | "WATCHED" | "LISTENS_TO" if own_media => true,
            // "I can't wait for the trip".
            "WAITS_FOR" if s.has_child_word(context.verb, &["ca", "can"]) => !self.is_specific(object),
            "ACHIEVED" | "ATTENDED" | "VISITED" | "PARTICIPATED_IN" | "HAS_APPOINTMENT" | "HOSTED"
                if self.is_no_occasion(context, frame, object, kinds) =>
            {
                true
            }
            "USES" | "OWNS" | "BOUGHT" | "GAVE" | "SET_ASIDE" | "RENTS" => {
                self.is_no_possession(context, name, object, kinds)
            }
            "READ" => {
                s.subtree(object).any(|token| s.lower(token).contains("watch"))
                    // "Finished a Tamiya 1/48 Spitfire".
                    || s.lemma(context.verb) == "finish"
                        && s.is_proper(object)
                        && s.has_child_word(object, &["a", "an"])
                        && !kinds.has(Kind::Work)
                    || s.doc.ancestors(object).any(|above| s.lower(above).contains("watch"))
                    || s.is_lemma(context.verb, &["enjoy", "finish"])
                        && s.is_lemma(object, &["series", "show", "season", "episode"])
            }
            // "Loved the photo album".
            "LISTENS_TO" => {
                s.lemma(context.verb) == "play"
                    || s.has_child_word(object, &["photo", "wedding", "stamp", "baby", "picture"])
            }
            // "I take my son to karate".
            "DOES_ACTIVITY" if s.lemma(context.verb) == "take" && kinds.has(Kind::Person) => true,
            "DOES_ACTIVITY" => {
                kinds.has(Kind::Artwork)
                    && frame.slot == "obj"
                    && s.tag(object) != Tag::Vbg
                    && s.has_child(object, &[Dep::Det, Dep::Poss])
            }
            // "Did 10 minutes".
            "RAN_DISTANCE" => s.is_lemma(object, &["minute", "hour", "min", "second"]),
            // "Made the team" is no work of art.
            "CREATED" => {
                s.is_lemma(context.verb, &["make"]) && kinds.has(Kind::Team)
                    // "Drew two aces".
                    || s.lemma(context.verb) == "draw" && s.is_lemma(object, &["ace", "card", "ball", "name", "line"])
                    || self.is_exam_sat(context, object)
            }
            // "Upgraded my phone to a 15 Pro" mends nothing.
            "FIXED" => s.lemma(context.verb) == "upgrade" && s.has_child_word(context.verb, &["to"]),
            // "I love the view": one thing at hand, no lasting taste.
            "LIKES" | "LOVES" | "INTERESTED_IN" | "DISLIKES" => {
                let pointing = |c| s.dep(c) == Dep::Det && s.is(c, &["the", "that", "this", "these", "those"]);
                let of = s.child(object, |c| s.dep(c) == Dep::Prep && s.is(c, &["of", "in", "at"]));
                s.child(object, pointing).is_some()
                    && s.pos(object) != Pos::Propn
                    && !kinds.has(Kind::Work)
                    && (!self.is_specific(object)
                        || of.is_none() && !s.is_proper(object) && !s.children(object).any(|c| s.is_proper(c)))
            }
            "AVOIDS" | "HAD_PROCEDURE" | "TAKES_MEDICATION"
                if self.is_no_matter_of_health(context, name, object, kinds) =>
            {
                true
            }
            _ if self.is_no_work(context, frame, object, kinds) => true,
            _ => self.is_no_part_of_life(context, frame, object, kinds),
        }
    }

    /// Whether an object is no job, business, project or membership.
    fn is_no_work(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // What one finishes is a work, not work under way.
            "WORKS_ON" => {
                self.is_exam_sat(context, object)
                    || s.is_lemma(context.verb, &["finish", "complete"]) && kinds.has(Kind::Work)
                    || s.is(object, &["project"])
                        && !s.has_child(object, &[Dep::Compound, Dep::Amod, Dep::Poss, Dep::Prep])
            }
            // "I have Netflix": a name is a business of one's own only with a verb that says so.
            "OWNS_BUSINESS" => {
                s.is_lemma(context.verb, &["have", "get"]) && kinds.has(Kind::Propn) && !kinds.has(Kind::Business)
            }
            // "Moved to Amarillo": a town, unless the name is that of a company.
            "STARTED_JOB" if s.lemma(context.verb) == "move" => {
                let known = s.lexicon.kinds(s.lower(object));
                let company = Kinds::of(&[Kind::Org, Kind::OrgName, Kind::Tech, Kind::KnownName]);
                s.is_proper(object)
                    && !known.intersects(company)
                    && !super::word_forms::is_company_name(&super::nouns::name(&s, object))
            }
            // "I got a new therapist".
            "STARTED_JOB" if kinds.has(Kind::Title) && !kinds.has(Kind::Job) => s.has_child_word(object, &["a", "an"]),
            "STARTED_JOB" if s.lemma(context.verb) == "go" => {
                !kinds.intersects(Kinds::of(&[Kind::Job, Kind::Org, Kind::OrgName, Kind::Business, Kind::Office]))
            }
            // "I've been with Sam for six years": with whom one lives.
            "WORKS_AT" if frame.slot == "with" && self.is_single_person(object) => true,
            // "Signed up for Chicago", a race, is no membership.
            "JOINED" | "SUBSCRIBES_TO"
                if frame.slot == "for"
                    && (kinds.intersects(Kinds::of(&[
                        Kind::Gpe,
                        Kind::Distance,
                        Kind::Event,
                        Kind::Exam,
                        Kind::Class,
                    ])) || s.is(object, &["k", "km"])
                        || super::word_forms::is_distance(s.lower(object))) =>
            {
                true
            }
            // "Teaches third grade in Decatur": a town.
            "WORKS_AT"
                if frame.slot == "in" && (kinds.has(Kind::Gpe) || s.entity_kind(object) == Some(EntityKind::Gpe)) =>
            {
                true
            }
            // "I'm running for the school board": not yet elected.
            "MEMBER_OF" if s.lemma(context.verb) == "run" && kinds.has(Kind::Office) => true,
            // "Dancing in the car park of a shop".
            "MEMBER_OF"
                if frame.slot == "in"
                    && s.pos(object) == Pos::Noun
                    && !kinds.intersects(Kinds::of(&[Kind::Club, Kind::Team])) =>
            {
                true
            }
            // "I work in IT" names no company.
            "WORKS_AT" if frame.slot == "in" && s.is(object, &["it", "hr", "pr", "qa", "tech"]) => true,
            // "I work for the whole clinic".
            "WORKS_AT" if s.has_child_word(object, &["whole", "entire"]) => true,
            // "The maid of honor": at one wedding.
            "WORKS_AS"
                if s.is_lemma(object, &["maid", "bridesmaid", "groomsman"])
                    && s.has_child_word(object, &["the", "of"]) =>
            {
                true
            }
            // "I leave the office at 9": in the evening.
            "LEFT_JOB"
                if matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                    && context.reading.mood == Mood::Actual
                    && s.lemma(context.verb) == "leave" =>
            {
                true
            }
            // "I'm in the planning program, starting January": not yet, as far as is known.
            "PARTICIPATED_IN" if s.lemma(context.verb) == "be" && frame.slot == "in" && !kinds.has(Kind::Event) => true,
            // "A poor keeper of secrets".
            "WORKS_AS"
                if frame.slot == "attr"
                    && (self.is_no_trade(object)
                        || s.is_lemma(object, &["keeper", "eater", "sleeper", "learner", "believer", "listener"])) =>
            {
                true
            }
            "FOUNDED" => {
                s.lemma(context.verb) == "set"
                    && !kinds.intersects(Kinds::of(&[Kind::Business, Kind::Club, Kind::Media]))
            }
            _ => false,
        }
    }

    /// Whether an object is nothing that one gives up, has done to oneself or takes.
    fn is_no_matter_of_health(&self, context: &Context<'_>, name: &str, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match name {
            // "Quit the dental office": a job.
            // "I stopped getting my nails done", "I stop breathing": nothing that one gives up.
            // "I can't drive for two weeks".
            "AVOIDS"
                if s.lemma(context.verb) == "drive" && s.has_child_word(context.verb, &["for", "until", "till"]) =>
            {
                true
            }
            "AVOIDS" => {
                s.is_lemma(context.verb, &["quit", "stop"])
                    && (kinds.intersects(Kinds::of(&[Kind::Place, Kind::Org, Kind::Office, Kind::School]))
                        || s.is_verb(object) && s.is_lemma(object, NOT_GIVEN_UP))
                    || s.lemma(context.verb) == "use" && s.pos(object) == Pos::Pron
            }
            // "I'm waiting for an MRI": not yet.
            "HAD_PROCEDURE" => s.is_lemma(context.verb, &["wait", "need", "book", "schedule"]),
            // "He has lithium in his inverter".
            // "On medication" does not say which.
            "TAKES_MEDICATION"
                if s.is_lemma(object, &["medication", "medicine", "med", "drug"])
                    && !s.has_child(object, &[Dep::Compound, Dep::Amod, Dep::Prep]) =>
            {
                true
            }
            "TAKES_MEDICATION" => {
                s.lemma(context.verb) == "have" && !s.has_child_word(object, &["tablet", "pill", "mg"])
            }
            _ => false,
        }
    }

    /// Whether an object is no home, degree, class, illness or relationship.
    fn is_no_part_of_life(&mut self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // "An allergy to nuts": `ALLERGIC_TO` says this.
            "HAS_CONDITION" if s.lemma(object) == "allergy" && s.has_child_word(object, &["to"]) => true,
            // "Forty-six hives" are of bees.
            "HAS_CONDITION" if s.lemma(object) == "hive" && s.has_child(object, &[Dep::Nummod]) => true,
            // "She has come to look after him".
            "CARES_FOR" => s.dep(context.verb) == Dep::Advcl,
            // "My calf is fine": a part of the leg.
            "HAS_PET" if s.lemma(object) == "calf" => true,
            // "I sell phone accessories" is what one does.
            "SOLD" => matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz) && context.reading.mood == Mood::Actual,
            // "I'm driving you to Arlanda".
            "VISITED" if s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|whom| s.pos(whom) == Pos::Pron) => true,
            // "Many honours in my life".
            // "Studying for an MBA": not yet.
            // "She has her exam certificate in June": to come.
            "HAS_DEGREE" if s.lemma(context.verb) == "have" && context.date.is_some() => true,
            "HAS_DEGREE" => {
                s.has_child_word(object, &["many", "several"])
                    || s.is_lemma(context.verb, &["study", "work", "apply"])
                    || s.is_lemma(object, &["licence", "license"])
            }
            // "I have the hearing aid clinic at noon".
            "OWNS_BUSINESS" => s.lemma(context.verb) == "have" && s.has_child_word(context.verb, &["at"]),
            // "Did the math" says that one counted, "doing business with them" that one trades.
            "STUDIES" if s.is(object, &["business"]) => s.lemma(context.verb) == "do",
            "STUDIES" => s.is_lemma(context.verb, &["do"]) && s.has_child_word(object, &["the"]),
            // "Came back from Rotterdam" is a journey.
            // "She has come from Nagpur till January" is a visit.
            "FROM"
                if s.is_lemma(context.verb, &["come", "be"])
                    && (s.has_child_word(context.verb, &["back", "home"])
                        || s.lemma(context.verb) == "come"
                            && (s.has_child_word(context.verb, &["have", "has", "'ve", "'s"])
                                || context.date.is_some())) =>
            {
                true
            }
            // "We have fish on Fridays": a dish.
            "HAS_PET"
                if s.is_lemma(context.verb, &["have", "eat", "get"])
                    && s.tag(object) == Tag::Nn
                    && s.children(object).all(|c| matches!(s.dep(c), Dep::Cc | Dep::Conj | Dep::Punct | Dep::Prep)) =>
            {
                true
            }
            // "Our neighbour's cat … we got her": another one.
            "HAS_PET"
                if s.pos(object) == Pos::Pron
                    && self
                        .person(object)
                        .and_then(|pet| pet.kinship)
                        .is_some_and(|kinship| kinship.owner != context.subject.name) =>
            {
                true
            }
            "DATING" if s.lemma(context.verb) == "be" => {
                let lasts = context
                    .date
                    .and_then(|date| self.dates.get(date))
                    .is_some_and(|date| date.extent == super::dates::Extent::Since);
                !lasts || !self.is_single_person(object)
            }
            // "Moved the wedding to Enugu": it moved, not the speaker.
            "MOVED_TO"
                if s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|moved| {
                    !s.is_lemma(moved, &["house", "home", "flat", "family", "place", "apartment"])
                }) =>
            {
                true
            }
            // "I have the Denver trip on the 11th" is to come.
            "WENT_ON" if s.lemma(context.verb) == "have" && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz) => true,
            "FROM" => self.is_no_origin(context, object, kinds),
            // "I'm coeliac" says it, "it's a cold" does not.
            "HAS_CONDITION" if s.lemma(context.verb) == "be" && frame.slot == "attr" => {
                !s.lower(object).ends_with("ic") && !s.is(object, &["coeliac", "celiac", "deaf", "blind"])
                    || s.has_child(object, &[Dep::Det])
            }
            "TAKES_CLASS" => {
                s.lemma(context.verb) == "do"
                    && kinds.has(Kind::Activity)
                    && !s.is_lemma(object, &["class", "course", "lesson", "workshop"])
            }
            // "Lost the dog" may be found; "lost our old dog" is not.
            "LOST_TO_DEATH" => {
                kinds.has(Kind::Animal)
                    && !s.subtree(object).any(|token| s.is(token, &["old", "beloved", "dear", "poor", "sweet"]))
                    && !s.has_child_word(context.verb, &["to"])
                    // "We lost our cat Salem".
                    && s.child(object, |c| s.dep(c) == Dep::Appos && s.is_proper(c)).is_none()
            }
            "STUDIES_AT" | "WORKS_AT" | "STARTED_JOB" | "VISITED" | "LOCATED_IN" | "LIVES_IN" | "LIVES_WITH" => {
                self.is_other_stay(context, frame, (object, kinds))
            }
            // "I have a bad back", but everybody has a back.
            "HAS_CONDITION" => {
                kinds.has(Kind::BodyPart)
                    && !kinds.has(Kind::Condition)
                    && !s.children(object).any(|c| AILING.split(' ').any(|ailing| s.lower(c) == ailing))
            }
            _ => false,
        }
    }

    /// Whether the object is not what the text says, or the verb does something to it that its frame does not mean.
    pub(super) fn is_misread(&self, context: &Context<'_>, frame: &Frame, object: usize) -> bool {
        let s = self.s;
        let owned = matches!(
            frame.relation.name.as_str(),
            "OWNS" | "BOUGHT" | "RECEIVED" | "HAS_APPOINTMENT" | "HAS_CONDITION" | "HAS_DEGREE"
        );
        s.is_cut_short(context.verb, object)
            || s.is_across_a_clause(context.verb, object)
            || frame.slot == "obj" && s.is_behind_a_dash(context.verb, object)
            || owned && s.is_causative(context.verb, object)
            || frame.slot == "obj" && s.is_behind_a_comma(context.verb, object)
            // "We have no dog but two birds".
            || s.child(object, |c| s.dep(c) == Dep::Det && s.is(c, &["no"])).is_some()
    }

    /// "Saw ospreys", "saw Todd Phillips at the talk": no event and no film.
    fn is_bare_sight(&self, context: &Context<'_>, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        s.lemma(context.verb) == "see"
            && !kinds.has(Kind::Music)
            && !super::nouns::is_quoted(&s, object)
            && (kinds.intersects(Kinds::of(&[Kind::Gpe, Kind::Sight]))
                && !kinds.has(Kind::Event)
                && s.entity_kind(object) != Some(EntityKind::Fac)
                || context.date.is_none() && self.is_full_name(object)
                || context.date.is_none() && s.tag(object) == Tag::Nnps
                || s.pos(object) == Pos::Propn && s.lower(object).ends_with('s') && s.entity(object).is_none())
    }

    /// Whether an object is no achievement, event or visit.
    fn is_no_occasion(&self, context: &Context<'_>, frame: &Frame, object: usize, kinds: Kinds) -> bool {
        let s = self.s;
        match frame.relation.name.as_str() {
            // "Came second in the trials", not "came in the van"; who manages a team of six has not managed to have one.
            "ACHIEVED" => {
                kinds.has(Kind::Team)
                    // "I manage two juniors".
                    || s.lemma(context.verb) == "manage"
                    // "Lost 5 kg", but not "lost two heifers".
                    // "Hit 500 last week, two counties over".
                    || context.verb + 1 < s.end
                        && s.pos(context.verb + 1) == Pos::Num
                        && !s.in_subtree(object, context.verb + 1)
                    || s.lemma(context.verb) == "lose"
                        && !s.is_lemma(object, &["kg", "kilo", "pound", "lb", "lbs", "stone", "weight", "inch", "kgs"])
                    // "My dad passed the piano to my sister".
                    || s.lemma(context.verb) == "pass" && s.child(context.verb, |c| s.is(c, &["to"])).is_some()
                    // "I got a physics test on Thursday" is to come.
                    || s.lemma(context.verb) == "get" && kinds.has(Kind::Exam)
                    // "Doing some promotion for my shop".
                    || s.lemma(context.verb) == "do"
                    || s.is_lemma(context.verb, &["come"])
                        && !s.has_child_word(context.verb, &["first", "second", "third", "top", "last", "fourth"])
            }
            // "I have a concert on Friday" is to come, "I have a party" says nothing.
            "HAS_APPOINTMENT" if s.lemma(context.verb) == "have" && kinds.has(Kind::Event) => {
                context.date.is_none() && !kinds.has(Kind::Appointment)
            }
            // "A man threw Linda into the sea".
            "HOSTED" => kinds.has(Kind::Person),
            // "I saw Sarah yesterday".
            "ATTENDED" if s.lemma(context.verb) == "see" && s.is_given_name(object) => true,
            // "Took the ferry to Roscoff".
            "ATTENDED" if s.lemma(context.verb) == "take" && frame.slot == "to" => !kinds.has(Kind::Event),
            // "I have a dentist appointment on Thursday" is to come; a series that one watches is no event.
            "ATTENDED" => {
                kinds.has(Kind::Gym)
                    // "I go to Guaruja every second Saturday" is a habit.
                    || s.lemma(context.verb) == "go"
                        && matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                        && !kinds.has(Kind::Event)
                    || s.lemma(context.verb) == "make" && s.is_lemma(object, MEALS)
                    || s.lemma(context.verb) == "have" && !s.is_past(context.verb)
                    || s.lemma(context.verb) == "watch"
                        && (super::nouns::is_quoted(&s, object) || kinds.has(Kind::Propn))
            }
            // "Dancing in the car park".
            "PARTICIPATED_IN" if frame.slot == "in" => {
                s.pos(object) == Pos::Noun
                    && s.is_lemma(object, &["lot", "park", "kitchen", "room", "street", "garden", "car"])
            }
            "VISITED" if s.lemma(context.verb) == "be" && frame.slot == "to" => s.lower(context.verb) != "been",
            // "We land in Tokyo pretty tired": not yet, or again and again.
            "VISITED"
                if matches!(s.tag(context.verb), Tag::Vbp | Tag::Vbz)
                    && s.lemma(context.verb) != "be"
                    && (context.date.is_none()
                        || s.has_child_word(
                            context.verb,
                            &["usually", "always", "often", "normally", "sometimes"],
                        ))
                    && context.reading.mood == Mood::Actual =>
            {
                true
            }
            // "Stayed in the guest room" is at home.
            "VISITED" if s.is_lemma(object, &["room", "bedroom", "kitchen", "garden", "bed"]) => true,
            // "Got warnings from the scanner".
            "VISITED" if s.lemma(context.verb) == "get" && s.has_child(context.verb, &[Dep::Dobj]) => true,
            // "Did the Great North Run" is no visit.
            "VISITED" if s.is_lemma(context.verb, &["do"]) && kinds.has(Kind::Event) => true,
            _ => false,
        }
    }

    /// Whether a token is the given name of one person.
    fn is_single_person(&self, token: usize) -> bool {
        let s = self.s;
        s.is_given_name(token) || s.is_capital(token) && s.lexicon.is(s.lower(token), Kind::FirstName)
    }

    /// "Todd Phillips": a given name with another one.
    fn is_full_name(&self, token: usize) -> bool {
        let s = self.s;
        s.entity(token).is_some_and(|entity| {
            entity.tokens.len() > 1 && s.lexicon.is(s.lower(entity.tokens.start), Kind::FirstName)
        })
    }

    /// Whether one is, starts or stays at a place for another reason: to learn, to work, to live or on a visit.
    fn is_other_stay(&self, context: &Context<'_>, frame: &Frame, (object, kinds): (usize, Kinds)) -> bool {
        let s = self.s;
        let verb = context.verb;
        // Where a child is or starts is a school: "my daughter starts at Exeter".
        let child = context.subject.kinship.as_ref().is_some_and(|kinship| {
            matches!(kinship.relation, "HAS_CHILD" | "HAS_GRANDCHILD")
                || matches!(kinship.word.as_str(), "niece" | "nephew")
        });
        let school = kinds.has(Kind::School);
        let is_there = s.is_lemma(verb, &["be", "start"]);
        // "Stays with us" and "earlier I was staying in Pune": where one lives.
        let stays = s.lemma(verb) == "stay";
        let lives = matches!(s.tag(verb), Tag::Vbz | Tag::Vbp) || self.is_earlier(verb);
        match frame.relation.name.as_str() {
            // Who goes there is at school, who went there once paid a visit.
            "STUDIES_AT" => {
                let present = matches!(s.tag(verb), Tag::Vbz | Tag::Vbp);
                let visits = s.lemma(verb) == "go" && !(present && child);
                (is_there && !child || visits) && !school
            }
            // "Based in the Leeds office" is no home.
            "LIVES_IN" if s.is_lemma(object, &["office", "branch", "team", "department", "store"]) => true,
            "LIVES_IN" | "LIVES_WITH" => stays && !lives,
            name => {
                is_there && frame.slot == "at" && (child || school && s.lemma(verb) == "start")
                    || name == "VISITED" && stays && lives
            }
        }
    }

    /// A company "based in" a town does not live there; "two cats, Thelma and Louise" are two pets and not one.
    pub(super) fn is_of_another_kind(&self, context: &Context<'_>, name: &str, object: usize) -> bool {
        let s = self.s;
        match name {
            // Whom one leaves is a partner, or it is a job.
            "BROKE_UP_WITH" => {
                let kinship = self.people.known(s.text(object)).and_then(|person| person.kinship.as_ref());
                let kin = s.lexicon.kin(s.lemma(object)).or(kinship.map(|kinship| kinship.relation));
                let partner = kin.is_some_and(|kin| matches!(kin, "MARRIED_TO" | "DATING" | "ENGAGED_TO"));
                let by_name = s.is_given_name(object) && !s.has_child_word(context.verb, &["at", "with"]);
                s.lemma(context.verb) == "leave" && !partner && !by_name
            }
            // "I share a studio with two artists" to work in.
            "LIVES_WITH" => s.child_of(context.verb, &[Dep::Dobj]).is_some_and(|shared| s.is_lemma(shared, DESKS)),
            "LIVES_IN" => {
                let rented = s.child_of(context.verb, &[Dep::Dobj]).filter(|_| s.lemma(context.verb) == "rent");
                rented.is_some_and(|rented| s.is_lemma(rented, HOLIDAY_HOMES) || s.is_lemma(rented, DESKS))
                    || s.lemma(context.verb) == "base" && context.subject.kinship.is_none() && !self.is_human(context)
            }
            // "My husband is 6'5": a height.
            "HAS_AGE" if s.text(object).contains(['\'', '"', '’', '”']) => true,
            // "Was 37": no present age.
            // "We're 11 now" counts people.
            "HAS_AGE" => {
                s.lemma(context.verb) == "be"
                    && (s.is_past(context.verb)
                        // "I'm half Greek".
                        || s.is(object, &["half"])
                        || s.text(object).parse::<u32>().is_ok_and(|years| years > 120)
                        || s.has_child(object, &[Dep::Det])
                        || s.subject(context.verb).is_some_and(|subject| s.is(subject, &["we"])))
            }
            // "Seeing someone", not "saw Dr Lund".
            // "I was in the rain with my nephew".
            "DATING" => {
                let kin = s.lexicon.kin(s.lemma(object));
                kin.is_some_and(|kin| !matches!(kin, "DATING" | "MARRIED_TO" | "ENGAGED_TO"))
                    || s.is_lemma(context.verb, &["see"])
                        && (s.tag(context.verb) != Tag::Vbg || s.child(object, |c| is_title(s.lower(c))).is_some())
            }
            "VISITED_PERSON" => {
                s.is_lemma(context.verb, &["see"]) && s.child(object, |c| is_title(s.lower(c))).is_none()
            }
            // "Took lessons with my friends".
            "HAS_MENTOR" => s.is_lemma(object, &["friend", "family", "kid", "child", "husband", "wife", "partner"]),
            // "I missed you".
            "LIKES" | "LOVES" => s.lemma(context.verb) == "miss" && s.pos(object) == Pos::Pron,
            "HAS_PET" | "MET" | "KNOWS" => {
                matches!(s.tag(object), Tag::Nns | Tag::Nnps) && super::listed_names::has_names(&s, object)
            }
            _ => false,
        }
    }

    /// "Earlier I was staying in Koramangala": where one lived before.
    pub(super) fn is_earlier(&self, verb: usize) -> bool {
        const EARLIER: &[&str] = &["earlier", "before", "previously", "originally", "formerly"];
        self.s.child(verb, |c| self.s.dep(c) == Dep::Advmod && self.s.is(c, EARLIER)).is_some()
    }

    /// Whether a clause says for how long: "for three years", "since 2019".
    pub(super) fn lasts(&self, verb: usize) -> bool {
        let s = self.s;
        s.children(verb).any(|child| {
            s.dep(child) == Dep::Prep
                && s.is(child, &["for", "since"])
                && s.object_of(child).is_some_and(|object| s.is_date(object) || s.is_lemma(object, &["year", "month"]))
        })
    }

    /// Whether the subject of a clause is surely a person, and no company.
    pub(super) fn is_human(&self, context: &Context<'_>) -> bool {
        let s = self.s;
        self.people.is_speaker(&context.subject.name)
            || s.subject(context.verb).is_some_and(|subject| {
                s.entity_kind(subject) == Some(EntityKind::Person)
                    || s.pos(subject) == Pos::Pron && !s.is(subject, &["it", "which", "that"])
            })
    }
}

fn is_title(word: &str) -> bool {
    matches!(word.trim_end_matches('.'), "dr" | "doctor" | "prof" | "professor")
}
