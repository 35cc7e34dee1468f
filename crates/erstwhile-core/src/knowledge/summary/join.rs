//! Joins sentences that differ in one place: "Nora likes tea." and "Nora likes jazz." are "Nora likes tea and jazz."

/// Minimum number of words that joined sentences have in common before the place in which they differ.
const COMMON_MIN: usize = 2;
/// Maximum number of words in that place.
const DIFFERENT_MAX: usize = 8;
/// Maximum number of sentences that become one.
const JOINED_MAX: usize = 8;

/// Joins sentences about one relation of one subject where they have the same frame, in their order; of the others, the
/// first `apart_max` remain as they are.
pub(super) fn join(sentences: &[&str], apart_max: usize) -> Vec<String> {
    let mut rest: Vec<Vec<&str>> = Vec::new();
    for sentence in sentences {
        let words: Vec<&str> = without_end(sentence).split_whitespace().collect();
        if !words.is_empty() && !rest.contains(&words) {
            rest.push(words);
        }
    }
    let mut joined = Vec::new();
    while !rest.is_empty() && joined.len() < apart_max {
        let first = rest.remove(0);
        let mut frame = Frame { before: first.len(), after: first.len() };
        let mut same = vec![first.clone()];
        rest.retain(|words| {
            let narrower = frame.with(&first, words);
            let fits = same.len() < JOINED_MAX && narrower.fits(same.iter().chain([words]));
            if fits {
                frame = narrower;
                same.push(words.clone());
            }
            !fits
        });
        joined.push(if same.len() == 1 { first.join(" ") + "." } else { frame.list(&same) });
    }
    joined
}

/// How many words sentences have in common at their start and at their end.
#[derive(Debug, Clone, Copy)]
struct Frame {
    before: usize,
    after: usize,
}

impl Frame {
    /// The frame that also fits another sentence.
    fn with(self, first: &[&str], other: &[&str]) -> Self {
        let common = |pairs: &mut dyn Iterator<Item = bool>| pairs.take_while(|equal| *equal).count();
        let before = common(&mut first.iter().zip(other).map(|(one, other)| one == other)).min(self.before);
        let after = common(&mut first.iter().rev().zip(other.iter().rev()).map(|(one, other)| one == other));
        // Something must remain between both.
        let shorter = first.len().min(other.len());
        Self { before: before.min(shorter.saturating_sub(1)), after: after.min(self.after) }.shortened(shorter)
    }

    fn shortened(self, length: usize) -> Self {
        Self { after: self.after.min(length.saturating_sub(self.before + 1)), ..self }
    }

    fn fits<'a, 'b: 'a>(self, sentences: impl Iterator<Item = &'a Vec<&'b str>>) -> bool {
        let mut sentences = sentences;
        self.before >= COMMON_MIN && sentences.all(|words| (1..=DIFFERENT_MAX).contains(&self.middle(words).len()))
    }

    fn middle<'a, 'b>(self, words: &'a [&'b str]) -> &'a [&'b str] {
        words.get(self.before..words.len().saturating_sub(self.after)).unwrap_or_default()
    }

    fn list(self, sentences: &[Vec<&str>]) -> String {
        // An article belongs to each of the things.
        let is_article = |word: &str| matches!(word, "a" | "an" | "the");
        let first = sentences.first().map(Vec::as_slice).unwrap_or_default();
        let common = &first[..self.before];
        let before = match common.last() {
            Some(article) if is_article(article) && common.len() > COMMON_MIN => common.len() - 1,
            // "a son, Leo" stays together.
            Some(noun) if noun.ends_with(',') => {
                common.iter().rposition(|word| is_article(word)).filter(|at| *at > 0).unwrap_or(common.len())
            }
            _ => common.len(),
        };
        let frame = Self { before, ..self };
        let things: Vec<String> = sentences.iter().map(|words| frame.middle(words).join(" ")).collect();
        let end = &first[first.len() - frame.after..];
        let listed = [first[..frame.before].join(" "), listed(&things), end.join(" ")];
        let parts: Vec<&str> = listed.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(" ") + "."
    }
}

/// "tea, jazz and hiking"; with commas inside, "a daughter, Mia, and a son, Leo".
fn listed(things: &[String]) -> String {
    let Some((last, others)) = things.split_last() else { return String::new() };
    if others.is_empty() {
        return last.clone();
    }
    let comma = if things.iter().any(|thing| thing.contains(',')) { "," } else { "" };
    format!("{}{comma} and {last}", others.join(", "))
}

/// A sentence without the mark at its end.
pub(super) fn without_end(sentence: &str) -> &str {
    sentence.trim().trim_end_matches(['.', '!', '?', '…'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_with_one_frame_become_one() {
        for (sentences, expected) in [
            (vec!["Nora likes tea.", "Nora likes jazz.", "Nora likes hiking."], "Nora likes tea, jazz and hiking."),
            (vec!["Nora has a dog.", "Nora has an owl"], "Nora has a dog and an owl."),
            (vec!["Nora has a red car.", "Nora has a boat."], "Nora has a red car and a boat."),
            (vec!["Nora has a daughter, Mia.", "Nora has a son, Leo."], "Nora has a daughter, Mia, and a son, Leo."),
            (vec!["Nora went to Rome in May.", "Nora went to Oslo in May."], "Nora went to Rome and Oslo in May."),
            (vec!["Nora likes tea.", "Nora likes tea!"], "Nora likes tea."),
            (vec!["Nora likes tea.", "Nora likes tea with milk."], "Nora likes tea and tea with milk."),
        ] {
            assert_eq!(join(&sentences, 3), [expected]);
        }
    }

    #[test]
    fn sentences_with_different_frames_stay_apart_and_are_limited() {
        let sentences = ["Mia is Nora's daughter.", "Nora has a son, Leo.", "Nora has a son, Tim.", "Ida is a child."];
        assert_eq!(
            join(&sentences, 3),
            ["Mia is Nora's daughter.", "Nora has a son, Leo, and a son, Tim.", "Ida is a child."]
        );
        assert_eq!(join(&sentences, 1), ["Mia is Nora's daughter."]);
        assert!(join(&["", " . "], 3).is_empty());
    }
}
