//! A few plain sentences of other languages: where someone lives, works and comes from, and what they are called.
//!
//! Nothing else is read in them: a fact keeps the words of its sentence, and no English rule touches it.

use erstwhile::model::{ClaimKind, Holding, Metadata, Span};
use erstwhile::ports::{Claim, ExtractedAlias, ExtractedStatement, Extraction};
use erstwhile::text::sentences;

/// A sentence pattern: what stands before and after the object.
struct Pattern {
    before: &'static str,
    after: &'static str,
    meaning: Meaning,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    LivesIn,
    MovedTo,
    LivesNoMoreIn,
    WorksAt,
    ComesFrom,
    Likes,
    IsCalled,
}

const fn pattern(before: &'static str, after: &'static str, meaning: Meaning) -> Pattern {
    Pattern { before, after, meaning }
}

/// Lower-case patterns; of two with one meaning, the first that fits counts.
const PATTERNS: &[Pattern] = &[
    // German
    pattern("ich wohne nicht mehr in ", "", Meaning::LivesNoMoreIn),
    pattern("ich lebe nicht mehr in ", "", Meaning::LivesNoMoreIn),
    pattern("ich wohne in ", "", Meaning::LivesIn),
    pattern("ich lebe in ", "", Meaning::LivesIn),
    pattern("und wohne in ", "", Meaning::LivesIn),
    pattern("und lebe in ", "", Meaning::LivesIn),
    pattern("wir wohnen in ", "", Meaning::LivesIn),
    pattern("und arbeite bei ", "", Meaning::WorksAt),
    pattern("ich bin nach ", " gezogen", Meaning::MovedTo),
    pattern("ich bin nach ", " umgezogen", Meaning::MovedTo),
    pattern("ich arbeite bei ", "", Meaning::WorksAt),
    pattern("ich komme aus ", "", Meaning::ComesFrom),
    pattern("ich heiße ", "", Meaning::IsCalled),
    // French
    pattern("je n'habite plus à ", "", Meaning::LivesNoMoreIn),
    pattern("j'habite à ", "", Meaning::LivesIn),
    pattern("je vis à ", "", Meaning::LivesIn),
    pattern("et habite à ", "", Meaning::LivesIn),
    pattern("et vis à ", "", Meaning::LivesIn),
    pattern("on habite à ", "", Meaning::LivesIn),
    pattern("nous habitons à ", "", Meaning::LivesIn),
    pattern("j'ai déménagé à ", "", Meaning::MovedTo),
    pattern("je travaille chez ", "", Meaning::WorksAt),
    pattern("je m'appelle ", "", Meaning::IsCalled),
    pattern("je viens de ", "", Meaning::ComesFrom),
    // Spanish
    pattern("ya no vivo en ", "", Meaning::LivesNoMoreIn),
    pattern("vivo en ", "", Meaning::LivesIn),
    pattern("me mudé a ", "", Meaning::MovedTo),
    pattern("trabajo en ", "", Meaning::WorksAt),
    pattern("me llamo ", "", Meaning::IsCalled),
    pattern("soy de ", "", Meaning::ComesFrom),
    // Portuguese
    pattern("não moro mais em ", "", Meaning::LivesNoMoreIn),
    pattern("moro em ", "", Meaning::LivesIn),
    pattern("vivo em ", "", Meaning::LivesIn),
    pattern("mudei para ", "", Meaning::MovedTo),
    pattern("trabalho na ", "", Meaning::WorksAt),
    pattern("me chamo ", "", Meaning::IsCalled),
    // Italian
    pattern("abito a ", "", Meaning::LivesIn),
    pattern("vivo a ", "", Meaning::LivesIn),
    pattern("mi chiamo ", "", Meaning::IsCalled),
    pattern("lavoro alla ", "", Meaning::WorksAt),
    // Dutch, Swedish, Norwegian, Danish
    pattern("ik woon in ", "", Meaning::LivesIn),
    pattern("jag bor i ", "", Meaning::LivesIn),
    pattern("jeg bor i ", "", Meaning::LivesIn),
    pattern("resido en ", "", Meaning::LivesIn),
    pattern("vivimos en ", "", Meaning::LivesIn),
    pattern("moramos em ", "", Meaning::LivesIn),
    pattern("abitiamo a ", "", Meaning::LivesIn),
    pattern("vengo da ", "", Meaning::ComesFrom),
    pattern("ek woon in ", "", Meaning::LivesIn),
    pattern("ik werk bij ", "", Meaning::WorksAt),
    pattern("ik kom uit ", "", Meaning::ComesFrom),
    pattern("jag jobbar på ", "", Meaning::WorksAt),
    pattern("jag heter ", "", Meaning::IsCalled),
    pattern("jeg hedder ", "", Meaning::IsCalled),
    pattern("jeg heter ", "", Meaning::IsCalled),
    pattern("ik heet ", "", Meaning::IsCalled),
    // Czech, Romanian, Indonesian, Swahili, Tagalog, Greek, Ukrainian, Hindi in Latin letters
    pattern("bydlím v ", "", Meaning::LivesIn),
    pattern("locuiesc în ", "", Meaning::LivesIn),
    pattern("saya tinggal di ", "", Meaning::LivesIn),
    pattern("aku tinggal di ", "", Meaning::LivesIn),
    pattern("ninaishi ", "", Meaning::LivesIn),
    pattern("nakatira ako sa ", "", Meaning::LivesIn),
    pattern("μένω στην ", "", Meaning::LivesIn),
    pattern("μένω στη ", "", Meaning::LivesIn),
    pattern("μένω στο ", "", Meaning::LivesIn),
    pattern("я живу у ", "", Meaning::LivesIn),
    pattern("main ", " mein rehta", Meaning::LivesIn),
    pattern("main ", " mein rehti", Meaning::LivesIn),
    pattern("main ", " me rehta", Meaning::LivesIn),
    pattern("main ", " me rehti", Meaning::LivesIn),
    // Polish, Turkish, Vietnamese, Russian
    pattern("mieszkam w ", "", Meaning::LivesIn),
    pattern("", "'da yaşıyorum", Meaning::LivesIn),
    pattern("", "'de yaşıyorum", Meaning::LivesIn),
    pattern("tôi sống ở ", "", Meaning::LivesIn),
    pattern("я живу в ", "", Meaning::LivesIn),
    // Arabic, Hindi
    pattern("أنا أعيش في ", "", Meaning::LivesIn),
    pattern("أعيش في ", "", Meaning::LivesIn),
    pattern("मैं ", " में रहता हूँ", Meaning::LivesIn),
    pattern("मैं ", " में रहती हूँ", Meaning::LivesIn),
    // Chinese, Japanese, Korean
    pattern("我住在", "", Meaning::LivesIn),
    pattern("我喜欢", "", Meaning::Likes),
    pattern("我叫", "", Meaning::IsCalled),
    pattern("", "に住んでいます", Meaning::LivesIn),
    pattern("저는 ", "에 살아요", Meaning::LivesIn),
];

/// Words that end an object.
const ENDS: &[&str] =
    &["y", "e", "et", "und", "and", "desde", "seit", "depuis", "da", "con", "con", "mit", "avec", "com", "منذ", "و"];

/// Maximum number of characters of an object.
const OBJECT_CHARACTERS_MAX: usize = 40;

/// Reads a turn in another language.
pub(super) fn read(text: &str, speaker: Option<&str>) -> Extraction {
    let mut extraction = Extraction::default();
    let mut parts: Vec<Span> = Vec::new();
    for sentence in sentences::split(text) {
        let mut start = sentence.span.start;
        for (at, mark) in text[sentence.span.clone()].match_indices(['。', '，', '！', ',', ';']) {
            parts.push(start..sentence.span.start + at);
            start = sentence.span.start + at + mark.len();
        }
        parts.push(start..sentence.span.end);
        extraction.statements.push(ExtractedStatement {
            text: text[sentence.span.clone()].to_owned(),
            span: sentence.span,
            subject: speaker.map(str::to_owned),
            valid_from: None,
        });
    }
    let Some(speaker) = speaker else { return extraction };
    for span in parts {
        let part = text[span.clone()].trim().trim_end_matches(['.', '!', '。']);
        if part.is_empty() || text[span.clone()].contains('?') {
            continue;
        }
        let mut read: Vec<Meaning> = Vec::new();
        for pattern in PATTERNS {
            // "Ya no vivo en" is no "vivo en".
            let said = read.contains(&pattern.meaning)
                || pattern.meaning == Meaning::LivesIn && read.contains(&Meaning::LivesNoMoreIn);
            if let Some((object, words)) = object_of(part, pattern).filter(|_| !said) {
                read.push(pattern.meaning);
                state(&mut extraction, speaker, pattern.meaning, object, (words, span.clone()));
            }
        }
    }
    extraction
}

/// The object, and the words that state it, if a part of a sentence has them as the pattern says.
fn object_of<'p>(part: &'p str, pattern: &Pattern) -> Option<(&'p str, &'p str)> {
    let lower = part.to_lowercase();
    // Positions are the same in both only if lower case changes no length.
    let lower = if lower.len() == part.len() { lower } else { part.to_owned() };
    let from = lower.strip_prefix(pattern.before).map(|_| pattern.before.len()).or_else(|| {
        // "Hola, me llamo": after other words.
        let at = lower
            .find(pattern.before)
            .filter(|at| *at > 0 && !pattern.before.is_empty() && lower[..*at].ends_with(' '))?;
        Some(at + pattern.before.len())
    })?;
    let rest = part.get(from..)?;
    let rest = if pattern.after.is_empty() { rest } else { &rest[..lower.get(from..)?.find(pattern.after)?] };
    let spaced = rest.contains(' ');
    let end = if spaced {
        let mut end = 0;
        for word in rest.split_inclusive(' ') {
            if ENDS.contains(&word.trim().to_lowercase().as_str()) {
                break;
            }
            end += word.len();
        }
        end
    } else {
        rest.len()
    };
    let object = rest[..end].trim();
    let last =
        from + if pattern.after.is_empty() { rest[..end].trim_end().len() } else { rest.len() + pattern.after.len() };
    let words = part.get(from - pattern.before.len()..last).unwrap_or(part);
    (!object.is_empty() && object.chars().count() <= OBJECT_CHARACTERS_MAX).then_some((object, words))
}

fn state(extraction: &mut Extraction, speaker: &str, meaning: Meaning, object: &str, (words, span): (&str, Span)) {
    let claim = |predicate: &str, kind: ClaimKind, holding: Holding, object_type: &str| Claim {
        subject: speaker.to_owned(),
        subject_type: Some("Person".to_owned()),
        predicate: predicate.to_owned(),
        object: Some(object.to_owned()),
        object_type: Some(object_type.to_owned()),
        statement: format!("{words}."),
        span: span.clone(),
        kind,
        holding,
        valid_from: None,
        valid_until: None,
        confidence: 0.7,
        attributes: Metadata::new(),
    };
    let claims = match meaning {
        Meaning::LivesIn => vec![claim("LIVES_IN", ClaimKind::Asserts, Holding::Exclusive, "Location")],
        Meaning::LivesNoMoreIn => vec![claim("LIVES_IN", ClaimKind::Ends, Holding::Exclusive, "Location")],
        Meaning::MovedTo => vec![
            claim("MOVED_TO", ClaimKind::Asserts, Holding::Event, "Location"),
            claim("LIVES_IN", ClaimKind::Asserts, Holding::Exclusive, "Location"),
        ],
        Meaning::WorksAt => vec![claim("WORKS_AT", ClaimKind::Asserts, Holding::Exclusive, "Organization")],
        Meaning::ComesFrom => vec![claim("FROM", ClaimKind::Asserts, Holding::Exclusive, "Location")],
        Meaning::Likes => vec![claim("LIKES", ClaimKind::Asserts, Holding::Shared, "Topic")],
        Meaning::IsCalled => {
            extraction.aliases.push(ExtractedAlias {
                name: speaker.to_owned(),
                alias: object.to_owned(),
                entity_type: Some("Person".to_owned()),
                span: span.clone(),
            });
            // That Jonas Krämer is called Jonas is known.
            if speaker.split(' ').any(|part| part == object) {
                return;
            }
            vec![Claim {
                object_type: Some(erstwhile::model::VALUE_TYPE.to_owned()),
                ..claim("HAS_NAME", ClaimKind::Asserts, Holding::Exclusive, "")
            }]
        }
    };
    extraction.claims.extend(claims);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_sentences_are_read() {
        for (text, predicate, object) in [
            ("Ich wohne in Berlin.", "LIVES_IN", "Berlin"),
            ("Vivo en Madrid.", "LIVES_IN", "Madrid"),
            ("Hola, me llamo Lucía y vivo en Valencia desde 2021.", "HAS_NAME", "Lucía"),
            ("我叫李明，我住在北京。", "HAS_NAME", "李明"),
            ("東京に住んでいます。", "LIVES_IN", "東京"),
            ("मैं दिल्ली में रहता हूँ", "LIVES_IN", "दिल्ली"),
            ("Ich bin nach München gezogen.", "MOVED_TO", "München"),
        ] {
            let found = read(text, Some("Noor")).claims;
            let states = |claim: &Claim| claim.predicate == predicate && claim.object.as_deref() == Some(object);
            assert!(found.iter().any(states), "{text}: {found:?}");
            assert!(!found[0].statement.contains("Noor"), "{text}");
        }
    }

    #[test]
    fn other_sentences_state_nothing() {
        assert!(read("No me gusta Madrid.", Some("Noor")).claims.is_empty());
        assert_eq!(read("I ragazzi vivono a Roma.", Some("Noor")).statements.len(), 1);
    }
}
