//! The standard spelling of chat words and frequent typos.

use std::sync::LazyLock;

/// Words that the parser reads better in another spelling, in order, one on a line; an empty one is left out.
static SPELLINGS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    include_str!("../../data/spellings.tsv").lines().filter_map(|line| line.split_once('\t')).collect()
});

/// The standard spelling of a word in lower case, if it is another one.
pub(super) fn standard_spelling(word: &str) -> Option<&'static str> {
    let at = SPELLINGS.binary_search_by_key(&word, |(known, _)| known).ok()?;
    SPELLINGS.get(at).map(|(_, standard)| *standard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found() {
        for (known, standard) in SPELLINGS.iter() {
            assert_eq!(standard_spelling(known), Some(*standard), "{known}");
            assert_eq!(*known, known.to_lowercase());
        }
    }
}
