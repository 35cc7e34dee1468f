//! Splits texts into requests.

/// Consecutive batches within both maxima; a text that is longer than `characters_max` is a batch of its own.
pub(super) fn split<'a, 'b>(texts: &'a [&'b str], texts_max: usize, characters_max: usize) -> Vec<&'a [&'b str]> {
    let mut batches = Vec::new();
    let (mut start, mut characters) = (0, 0);
    for (at, text) in texts.iter().enumerate() {
        let length = text.chars().count();
        if at > start && (at - start >= texts_max || characters + length > characters_max) {
            batches.push(&texts[start..at]);
            (start, characters) = (at, 0);
        }
        characters += length;
    }
    if start < texts.len() {
        batches.push(&texts[start..]);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_within_the_number_of_texts() {
        assert_eq!(split(&["a", "b", "c"], 2, 100), [&["a", "b"][..], &["c"]]);
    }

    #[test]
    fn batches_keep_within_the_number_of_characters() {
        assert_eq!(split(&["éé", "bb", "c", "ddddddd", "e"], 9, 4), [&["éé", "bb"][..], &["c"], &["ddddddd"], &["e"]]);
    }

    #[test]
    fn no_texts_are_no_batches_and_zero_means_one_text_each() {
        assert!(split(&[], 2, 2).is_empty());
        assert_eq!(split(&["a", "b"], 0, 0).len(), 2);
    }
}
