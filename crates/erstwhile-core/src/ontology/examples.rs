//! The values that a description lists: "for example: American, Mexican, Indian, etc."

/// What introduces a list of values; the first one that a description contains counts.
const LEADS: [&str; 6] = ["for example", "e.g.", "such as", "one of", "including", "either"];
/// What introduces a list of all values.
const ALL: [&str; 2] = ["one of", "either"];
/// What introduces a list of at least two values.
const MARKS: [char; 2] = [':', '('];
/// Longer items are no values but explanations.
const VALUE_WORDS_MAX: usize = 3;
/// Items that are no particular value.
const VAGUE: [&str; 10] = ["etc", "any", "anything", "other", "others", "none", "unknown", "n/a", "so on", "more"];

/// The values that a description lists.
#[derive(Debug, Default)]
pub(super) struct Examples {
    /// In order, as written.
    pub(super) values: Vec<String>,
    /// Whether there are no other values: "one of …", but not "for example: …, etc.".
    pub(super) are_all: bool,
}

/// The values that a description lists; none if it lists none.
pub(super) fn examples(description: &str) -> Examples {
    let lower = description.to_ascii_lowercase();
    let led = LEADS.iter().filter_map(|lead| lower.find(lead).map(|at| (at, *lead))).min();
    if let Some((at, lead)) = led {
        let values = description.get(at + lead.len()..).and_then(items).unwrap_or_default();
        return Examples { are_all: ALL.contains(&lead) && !values.is_empty(), values };
    }
    let marked = MARKS.iter().filter_map(|mark| description.find(*mark)).min();
    let listed = marked.and_then(|at| items(description.get(at + 1..)?)).filter(|items| items.len() > 1);
    let is_open = lower.contains("etc") || lower.contains("...") || lower.contains('…');
    Examples { are_all: listed.is_some() && !is_open, values: listed.unwrap_or_default() }
}

/// The items of a list; `None` if it is rather a sentence.
fn items(list: &str) -> Option<Vec<String>> {
    let list = list.trim_start_matches([':', ',', ' ']);
    let end = list.find(". ").or_else(|| list.find([')', ';', '\n'])).unwrap_or(list.len());
    let list = list.get(..end)?.trim_end_matches(['.', ' ', '…']);
    let spaced = list.replace(" or ", ", ").replace(" and ", ", ");
    let mut items = Vec::new();
    for item in spaced.split([',', '|', '/']) {
        let item = item.trim().trim_matches(|c: char| !c.is_alphanumeric());
        let item = item.strip_prefix("or ").or_else(|| item.strip_prefix("and ")).unwrap_or(item);
        if item.is_empty() || VAGUE.contains(&item.to_lowercase().as_str()) {
            continue;
        }
        if item.split_whitespace().count() > VALUE_WORDS_MAX {
            return None;
        }
        items.push(item.to_owned());
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_lists_values() {
        for (description, expected) in [
            (
                "The cuisine type of the restaurant, for example: American, Mexican, Indian, etc.",
                vec!["American", "Mexican", "Indian"],
            ),
            (
                "Preference type of the user: anything, vegetarian, peanut allergy, etc.",
                vec!["vegetarian", "peanut allergy"],
            ),
            (
                "The genre, for example: self-help, fiction, nonfiction, etc.",
                vec!["self-help", "fiction", "nonfiction"],
            ),
            ("One of 'active', 'on hold' or 'closed'. Never empty.", vec!["active", "on hold", "closed"]),
            ("The size (small, medium, or large)", vec!["small", "medium", "large"]),
            ("A level such as low/medium/high", vec!["low", "medium", "high"]),
        ] {
            assert_eq!(examples(description).values, expected, "{description}");
        }
    }

    #[test]
    fn a_list_may_have_all_values() {
        for description in ["One of: small, large", "Either hot or cold", "The size (small, medium, or large)"] {
            assert!(examples(description).are_all, "{description}");
        }
        for description in ["e.g. small", "Size: small, large, etc.", "Size: small, large …", "The size", "One of"] {
            assert!(!examples(description).are_all, "{description}");
        }
    }

    #[test]
    fn other_descriptions_list_none() {
        for description in [
            "",
            "The name of the restaurant",
            "The time of the visit: when the user arrived there, as far as known",
            "The price (in US dollars)",
        ] {
            assert_eq!(examples(description).values, [""; 0], "{description}");
        }
    }
}
