//! Titles before names: "Dr. Smith", "Chancellor Olaf Braun".

/// What a title says about its bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearer {
    /// A man.
    Man,
    /// A woman.
    Woman,
    /// Either.
    Any,
}

/// Titles of men.
const OF_MEN: [&str; 10] = ["mr", "mister", "sir", "lord", "king", "prince", "father", "brother", "duke", "baron"];
/// Titles of women.
const OF_WOMEN: [&str; 12] =
    ["mrs", "ms", "miss", "madam", "mme", "lady", "queen", "princess", "sister", "mother", "dame", "duchess"];
/// Titles of anyone.
const OF_ANYONE: [&str; 35] = [
    "dr",
    "doctor",
    "prof",
    "professor",
    "president",
    "chancellor",
    "judge",
    "justice",
    "captain",
    "capt",
    "senator",
    "sen",
    "governor",
    "gov",
    "minister",
    "prime",
    "vice",
    "mayor",
    "general",
    "gen",
    "colonel",
    "col",
    "major",
    "lieutenant",
    "lt",
    "sergeant",
    "sgt",
    "officer",
    "detective",
    "inspector",
    "rev",
    "reverend",
    "pastor",
    "coach",
    "ambassador",
];
/// Titles that hardly ever begin a name of something else, unlike "General Motors" or "Lady Bird".
const CERTAIN: [&str; 16] = [
    "mr",
    "mister",
    "mrs",
    "ms",
    "miss",
    "mme",
    "dr",
    "doctor",
    "prof",
    "professor",
    "president",
    "chancellor",
    "senator",
    "governor",
    "sir",
    "minister",
];
/// Words after the names of relatives who share all of them.
const SUFFIXES: [&str; 8] = ["jr", "sr", "junior", "senior", "ii", "iii", "iv", "v"];

/// A word without the full stop of an abbreviation.
fn bare(word: &str) -> &str {
    word.strip_suffix('.').unwrap_or(word)
}

fn bearer(word: &str) -> Option<Bearer> {
    let word = bare(word);
    if OF_MEN.contains(&word) {
        Some(Bearer::Man)
    } else if OF_WOMEN.contains(&word) {
        Some(Bearer::Woman)
    } else {
        OF_ANYONE.contains(&word).then_some(Bearer::Any)
    }
}

/// Splits a normalized name into what its titles say and its other words; without a title, or without other words,
/// all words.
///
/// Of a name that is not known to be a person's, only certain titles are split off.
pub(super) fn split(normal: &str, is_person: bool) -> (Option<Bearer>, Vec<&str>) {
    let words: Vec<&str> = normal.split(' ').collect();
    let is_title = |word: &&&str| bearer(word).is_some() && (is_person || CERTAIN.contains(&bare(word)));
    let titles = words.iter().take_while(is_title).count();
    if titles == 0 || titles == words.len() {
        return (None, words);
    }
    let (titles, rest) = words.split_at(titles);
    let said = titles.iter().filter_map(|title| bearer(title));
    let said = said.reduce(|one, other| if one == Bearer::Any { other } else { one });
    (said, rest.to_vec())
}

/// The words of a name without the suffixes of a generation at its end.
pub(super) fn without_suffixes<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    let suffixes = words.iter().rev().take_while(|word| SUFFIXES.contains(&bare(word))).count();
    &words[..words.len() - suffixes]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_split_off_only_before_a_name() {
        assert_eq!(split("prof. dr. jane smith", true), (Some(Bearer::Any), vec!["jane", "smith"]));
        assert_eq!(split("mrs. dalloway", false), (Some(Bearer::Woman), vec!["dalloway"]));
        assert_eq!(split("prime minister braun", true), (Some(Bearer::Any), vec!["braun"]));
        assert_eq!(split("president", true), (None, vec!["president"]));
        assert_eq!(split("general motors", false), (None, vec!["general", "motors"]));
    }

    #[test]
    fn suffixes_are_no_surnames() {
        assert_eq!(without_suffixes(&["noor", "jr."]), ["noor"]);
        assert_eq!(without_suffixes(&["jane", "smith", "iii"]), ["jane", "smith"]);
    }
}
