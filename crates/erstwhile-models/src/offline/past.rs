//! Recognises verbs in the past tense without a parse: the direction of "on Monday" depends on it.

/// Past forms of irregular verbs.
const IRREGULAR: &str = "ate became began bent bet bit bled blew bought broke brought built burnt came caught chose cost cut dealt did \
drank dreamt drew drove dug fed fell felt flew forgave forgot fought found froze gave got grew had heard held \
hid hit hung hurt kept knew laid learnt led left lent let lit lost made meant met paid put quit ran rang read \
rode rose said sang sank sat saw sent set sewed shone shook shot showed shut slept sold sought split beat spent spoke \
spread stole stood struck stuck swam swore swung taught thought threw told took tore understood was went were \
woke won wore wound wove wrote";

/// Words in -ed that are no past forms, or seldom: "excited".
const NO_VERBS: &str = "need feed seed speed indeed red bed shed hundred excited interested tired worried scared bored supposed pleased \
thrilled stressed delighted determined prepared detailed limited unlimited related";

/// Whether a lower-case word looks like a verb in the past tense.
pub(super) fn is_past(word: &str) -> bool {
    let listed = |list: &str| list.split_whitespace().any(|known| known == word);
    word.len() > 3 && word.ends_with("ed") && !listed(NO_VERBS) || listed(IRREGULAR)
}

#[cfg(test)]
mod tests {
    use super::is_past;

    #[test]
    fn past_forms_are_recognised() {
        for word in ["went", "moved", "stopped", "was"] {
            assert!(is_past(word), "{word}");
        }
        for word in ["go", "red", "need", "moving", "excited"] {
            assert!(!is_past(word), "{word}");
        }
    }
}
