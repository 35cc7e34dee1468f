//! The features by which results are ranked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! features {
    ($(#[$doc:meta])* enum Feature { $($(#[$variant_doc:meta])* $variant:ident $name:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature {
            $($(#[$variant_doc])* $variant,)*
        }

        impl Feature {
            /// All features, in the order of [`Features`].
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in reports and explanations.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

features! {
    /// What is measured of a candidate for a query.
    ///
    /// Unless stated otherwise, a feature is 0 to 1. Text scores are BM25 divided by the best of the graph; cosines are
    /// standardized over the graph and divided by four, so that they are about as large.
    enum Feature {
        /// Text score without the names of the people who talk: their names are in many turns and tell little.
        Content "content";
        /// Cosine of query and candidate: the answer may use other words.
        Cosine "cosine";
        /// Text score (without names) of the turn before: an answer need not repeat what it answers.
        Before "before";
        /// Text score (without names) of the turn after: it takes up the words of the one it answers.
        After "after";
        /// Text score (without names) of the turn before, if it ends with a question.
        AnswersBefore "answers_before";
        /// Cosine of the turn before.
        CosineBefore "cosine_before";
        /// Cosine of the turn after.
        CosineAfter "cosine_after";
        /// Text score of the whole thread, taken as one document: a thread about the topic holds the answer.
        Thread "thread";
        /// The best text score (without names) in the thread.
        ThreadBest "thread_best";
        /// Mean cosine of the thread.
        ThreadCosine "thread_cosine";
        /// 1 if the query names the speaker (less if it names several), -1 if it names only other speakers.
        Speaker "speaker";
        /// The user speaks to an assistant that writes at much greater length: what such an assistant says is rarely asked for.
        UserSpeaks "user_speaks";
        /// The same, if the query is about the user.
        UserSpeaksOfUser "user_speaks_of_user";
        /// The same, if the query addresses the assistant.
        UserSpeaksOfAssistant "user_speaks_of_assistant";
        /// The candidate names a time, and the query asks for one.
        TimeAsked "time_asked";
        /// The candidate ends with a question.
        EndsWithQuestion "ends_with_question";
        /// How near the candidate's date is to one that the query names.
        DateNamed "date_named";
        /// Score of the best matching fact that the candidate supports: facts resolve pronouns and dates.
        Fact "fact";
        /// [`Cosine`](Self::Cosine) times the usual length of candidates (1 for 100 words and more): in long ones, meaning
        /// tells more than words.
        LongCosine "long_cosine";
        /// The logarithm of the length divided by the average, times the usual length: where turns are long, short ones say little.
        LongLength "long_length";
    }
}

/// A value for each feature: of one candidate, or the weights of a ranker. Written as a map by name, without zeros.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(into = "BTreeMap<&'static str, f32>", try_from = "BTreeMap<String, f32>")]
pub struct Features([f32; Feature::ALL.len()]);

impl Default for Features {
    fn default() -> Self {
        Self([0.0; Feature::ALL.len()])
    }
}

impl Features {
    /// The value of a feature.
    pub fn get(&self, feature: Feature) -> f32 {
        self.0[feature as usize]
    }

    /// Sets the value of a feature.
    pub fn set(&mut self, feature: Feature, value: f32) {
        self.0[feature as usize] = value;
    }

    /// Each value times that of the same feature in `others`.
    pub(super) fn times(&self, others: &Self) -> Self {
        let mut products = *self;
        products.0.iter_mut().zip(&others.0).for_each(|(value, other)| *value *= other);
        products
    }

    /// The sum of all values.
    pub(super) fn sum(&self) -> f32 {
        self.0.iter().sum()
    }
}

impl From<Features> for BTreeMap<&'static str, f32> {
    fn from(features: Features) -> Self {
        let values = Feature::ALL.iter().map(|feature| (feature.name(), features.get(*feature)));
        values.filter(|(_, value)| *value != 0.0).collect()
    }
}

impl TryFrom<BTreeMap<String, f32>> for Features {
    type Error = String;

    fn try_from(values: BTreeMap<String, f32>) -> Result<Self, String> {
        let mut features = Self::default();
        for (name, value) in values {
            let feature = Feature::ALL.iter().find(|feature| feature.name() == name);
            features.set(*feature.ok_or_else(|| format!("there is no feature `{name}`"))?, value);
        }
        Ok(features)
    }
}
