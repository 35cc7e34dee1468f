//! Tells English from other languages, so that no other language is read by English rules.

/// Frequent words of English that other languages do not have.
const ENGLISH: &[&str] = &[
    "the", "and", "i", "my", "is", "am", "are", "was", "were", "have", "has", "had", "to", "of", "in", "on", "at",
    "for", "with", "it", "that", "this", "you", "we", "they", "he", "she", "not", "don't", "i'm", "i've", "it's",
    "but", "from", "an", "be", "do", "did", "will", "would", "can", "just", "so", "what", "how", "when", "who",
    "where", "like", "love", "your", "our", "his", "her", "their", "as", "or", "if", "about", "been", "got", "get",
    "going", "went", "there", "here", "now",
];

/// Frequent words of other languages that English does not have.
const FOREIGN: &[&str] = &[
    // Spanish, Portuguese, Italian, French
    "el",
    "la",
    "los",
    "las",
    "una",
    "que",
    "en",
    "y",
    "es",
    "por",
    "con",
    "para",
    "mi",
    "vivo",
    "soy",
    "estoy",
    "tengo",
    "gusta",
    "muy",
    "del",
    "desde",
    "yo",
    "pero",
    "se",
    "lo",
    "su",
    "al",
    "hola",
    "mudé",
    "llamo",
    "trabajo",
    "moro",
    "em",
    "não",
    "uma",
    "o",
    "os",
    "eu",
    "meu",
    "minha",
    "com",
    "estou",
    "abito",
    "il",
    "di",
    "che",
    "e",
    "è",
    "una",
    "sono",
    "mio",
    "mia",
    "vivono",
    "amano",
    "miei",
    "gli",
    "je",
    "le",
    "les",
    "un",
    "une",
    "des",
    "du",
    "et",
    "à",
    "est",
    "suis",
    "mon",
    "ma",
    "dans",
    "j'habite",
    "j'ai",
    "nous",
    "vous",
    "pas",
    "avec",
    "pour",
    "déménagé",
    "habite",
    // German, Dutch, Scandinavian
    "ich",
    "bin",
    "und",
    "der",
    "das",
    "den",
    "dem",
    "ist",
    "nicht",
    "ein",
    "eine",
    "mit",
    "von",
    "zu",
    "wohne",
    "arbeite",
    "bei",
    "nach",
    "mehr",
    "meine",
    "mein",
    "wir",
    "haus",
    "ik",
    "het",
    "een",
    "van",
    "niet",
    "wonen",
    "woon",
    "wonen",
    "wij",
    "jeg",
    "og",
    "er",
    "jag",
    "och",
    "på",
    "bor",
    "är",
    "ikke",
    // Slavic, Turkish, Vietnamese
    "mieszkam",
    "w",
    "jestem",
    "nie",
    "się",
    "jsme",
    "z",
    "prahy",
    "yaşıyorum",
    "tôi",
    "sống",
    "ở",
    "và",
    "là",
];

/// Whether a text is written in English, as far as its letters and frequent words tell.
pub(super) fn is_english(text: &str) -> bool {
    let mut letters = 0_usize;
    let mut latin = 0_usize;
    for c in text.chars().take(2_000).filter(|c| c.is_alphabetic()) {
        letters += 1;
        latin += usize::from(c < '\u{250}');
    }
    if letters > 0 && latin * 2 < letters {
        return false;
    }
    let lower: String = text.chars().take(2_000).flat_map(char::to_lowercase).collect();
    let words = || lower.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
    let count = |list: &[&str]| words().filter(|word| list.contains(word)).count();
    let (english, foreign) = (count(ENGLISH), count(FOREIGN));
    // Letters with marks in half of few words, and no English word: a language that the lists do not have.
    let marked = words().filter(|word| word.chars().any(|c| !c.is_ascii() && c.is_alphabetic())).count();
    (foreign == 0 || foreign < english)
        && !(english == 0 && marked * 2 >= words().count().max(1) && words().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::is_english;

    #[test]
    fn other_languages_are_told_from_english() {
        for text in [
            "I live in Oslo.",
            "lost my keys lol",
            "Great!",
            "José works at Café Luna",
            "Oslo",
            "moved to Berlin last month",
        ] {
            assert!(is_english(text), "{text}");
        }
        for text in [
            "Ich wohne in Berlin.",
            "Vivo en Madrid.",
            "我住在北京。",
            "Я живу в Москве.",
            "J'habite à Lyon.",
            "Moro em Lisboa.",
        ] {
            assert!(!is_english(text), "{text}");
        }
    }
}
