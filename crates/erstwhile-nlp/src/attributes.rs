//! Parts of speech, and the lemmas of function words, from tags, words and labels.
//!
//! These are the rules of the pipeline's attribute ruler, in its order: a later rule overrides an earlier one.

use crate::labels::{Dep, Pos, Tag};

/// Words that introduce a clause although their tag is that of prepositions.
const SUBORDINATORS: &[&str] = &[
    "that", "if", "because", "while", "since", "so", "whether", "although", "though", "unless", "once", "cause",
    "upon", "till", "whereas", "whilst", "except", "despite", "wether", "but", "becuse", "whie", "it", "w/out",
    "albeit", "save", "besides", "becouse", "coz", "til", "ask", "i'd", "seince", "tho", "sice", "will",
];

const INDEFINITE: &[&str] = &[
    "something",
    "anyone",
    "anything",
    "nothing",
    "someone",
    "everything",
    "everyone",
    "everybody",
    "nobody",
    "somebody",
    "anybody",
    "any1",
];

/// Lemmas of personal pronouns that differ from the word.
const PRONOUNS: &[(&str, &str)] =
    &[("i", "I"), ("me", "I"), ("him", "he"), ("her", "she"), ("us", "we"), ("them", "they")];

/// Lemmas of words whatever their tag.
const WORDS: &[(&str, &str)] = &[
    ("doin'", "do"),
    ("goin'", "go"),
    ("nothin'", "nothing"),
    ("nuthin'", "nothing"),
    ("ol'", "old"),
    ("somethin'", "something"),
    ("'em", "them"),
    ("'ll", "will"),
    ("'nuff", "enough"),
];

/// Lemmas of the first or second of two words.
const PAIRS: &[(&str, &str, usize, &str)] = &[
    ("gon", "na", 0, "go"),
    ("gon", "na", 1, "to"),
    ("got", "ta", 1, "to"),
    ("let", "'s", 1, "us"),
    ("c'm", "on", 0, "come"),
    ("y'", "all", 0, "you"),
    ("y", "all", 0, "you"),
    ("ai", "n't", 0, "be"),
    ("ai", "nt", 0, "be"),
];

/// A token, as far as the rules need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'w> {
    pub(crate) lower: &'w str,
    pub(crate) tag: Tag,
    pub(crate) dep: Dep,
    pub(crate) is_space: bool,
}

/// The part of speech of a word; `before` is the word before it.
pub(crate) fn pos(word: Word<'_>, before: Option<Word<'_>>) -> Pos {
    let Word { lower, tag, dep, is_space } = word;
    if is_space {
        return Pos::Space;
    }
    let mut pos = of_tag(tag);
    match tag {
        Tag::Cc if lower == "but" && dep == Dep::Advmod => pos = Pos::Adv,
        Tag::Wdt if lower == "that" => pos = Pos::Pron,
        Tag::In if SUBORDINATORS.contains(&lower) => pos = Pos::Sconj,
        Tag::Nn if INDEFINITE.contains(&lower) => pos = Pos::Pron,
        Tag::Rb if is_negation(lower) => pos = Pos::Part,
        _ if is_auxiliary_form(tag, lower) => pos = Pos::Aux,
        _ => {}
    }
    if tag != Tag::To && matches!(dep, Dep::Aux | Dep::Auxpass) {
        pos = Pos::Aux;
    }
    let main = matches!(dep, Dep::Root | Dep::Advcl | Dep::Ccomp | Dep::Conj | Dep::Relcl | Dep::Xcomp);
    if main && matches!(lower, "do" | "does" | "did" | "'d" | "have" | "has" | "had") {
        pos = Pos::Verb;
    }
    if tag == Tag::In && dep == Dep::Mark {
        pos = Pos::Sconj;
    }
    if matches!(tag, Tag::Dt | Tag::Wdt) && !matches!(dep, Dep::Det | Dep::Quantmod) {
        pos = Pos::Pron;
    }
    if before.is_some_and(|before| before.dep == Dep::Expl)
        && matches!(lower, "is" | "are" | "was" | "were" | "'s" | "'re")
    {
        pos = Pos::Verb;
    }
    if tag == Tag::Space { Pos::X } else { pos }
}

fn of_tag(tag: Tag) -> Pos {
    match tag {
        Tag::Space => Pos::Space,
        Tag::Period
        | Tag::Comma
        | Tag::OpenBracket
        | Tag::CloseBracket
        | Tag::OpenQuote
        | Tag::CloseQuote
        | Tag::Colon
        | Tag::Hyph
        | Tag::Nfp => Pos::Punct,
        Tag::Dollar | Tag::Sym => Pos::Sym,
        Tag::Afx | Tag::Jj | Tag::Jjr | Tag::Jjs => Pos::Adj,
        Tag::Cc => Pos::Cconj,
        Tag::Cd => Pos::Num,
        Tag::Dt | Tag::Pdt | Tag::Wdt | Tag::WpPoss => Pos::Det,
        Tag::Ex | Tag::Prp | Tag::PrpPoss | Tag::Wp => Pos::Pron,
        Tag::Fw | Tag::Ls | Tag::Add | Tag::Xx => Pos::X,
        Tag::In | Tag::Rp => Pos::Adp,
        Tag::Md => Pos::Aux,
        Tag::Nn | Tag::Nns => Pos::Noun,
        Tag::Nnp | Tag::Nnps => Pos::Propn,
        Tag::Possessive | Tag::To => Pos::Part,
        Tag::Rb | Tag::Rbr | Tag::Rbs => Pos::Adv,
        Tag::Uh => Pos::Intj,
        Tag::Vb | Tag::Vbd | Tag::Vbg | Tag::Vbn | Tag::Vbp | Tag::Vbz => Pos::Verb,
        Tag::Wrb => Pos::Sconj,
    }
}

fn is_negation(lower: &str) -> bool {
    matches!(lower, "not" | "n't" | "nt" | "n’t")
}

fn is_auxiliary_form(tag: Tag, lower: &str) -> bool {
    match tag {
        Tag::Vb => matches!(lower, "be" | "do" | "have" | "of" | "'ve"),
        Tag::Vbp => matches!(lower, "do" | "are" | "'re" | "am" | "'m" | "have" | "'ve" | "'s"),
        Tag::Vbn => matches!(lower, "been" | "had"),
        Tag::Vbg => lower == "being",
        Tag::Vbz => matches!(lower, "is" | "'s" | "has" | "does"),
        Tag::Vbd => matches!(lower, "was" | "were" | "did" | "had" | "'d"),
        _ => false,
    }
}

/// The lemma of a function word; `None` for the others.
pub(crate) fn lemma(word: Word<'_>, before: Option<&str>, after: Option<&str>) -> Option<&'static str> {
    let Word { lower, tag, .. } = word;
    let pair = |first: &str, second: &str, at: usize| {
        PAIRS
            .iter()
            .find(|(one, two, place, _)| *one == first && *two == second && *place == at)
            .map(|(.., lemma)| *lemma)
    };
    match (tag, lower) {
        (Tag::Vbz, "gets") | (Tag::Vbd, "got") => return Some("get"),
        _ => {}
    }
    if let Some(lemma) = after.and_then(|after| pair(lower, after, 0)) {
        let verb = lower != "ai" || matches!(tag, Tag::Vbp | Tag::Vbz);
        if verb {
            return Some(lemma);
        }
    }
    if let Some(lemma) = before.and_then(|before| pair(before, lower, 1)) {
        return Some(lemma);
    }
    if let Some((_, lemma)) = WORDS.iter().find(|(known, _)| *known == lower) {
        return Some(lemma);
    }
    match (tag, lower) {
        (Tag::Md, "'d") => Some("would"),
        (Tag::Md, "ca") => Some("can"),
        (Tag::Md, "sha") => Some("shall"),
        (Tag::Md, "wo") => Some("will"),
        (Tag::Prp, _) => PRONOUNS.iter().find(|(known, _)| *known == lower).map(|(_, lemma)| *lemma),
        (Tag::Rb, _) if is_negation(lower) => Some("not"),
        (Tag::Vbn, "been")
        | (Tag::Vbg, "being")
        | (Tag::Vbz, "is" | "'s")
        | (Tag::Vbp, "are" | "'re" | "am" | "'m")
        | (Tag::Vbd, "was" | "were") => Some("be"),
        (Tag::Vbz, "has") | (Tag::Vbp, "have" | "'ve") | (Tag::Vbd, "had" | "'d") | (Tag::Vbn, "had") => Some("have"),
        (Tag::Vbz, "does") | (Tag::Vbd, "did") => Some("do"),
        _ => None,
    }
}

/// Whether a word is in its base form already, so that its lemma is the word in lower case.
pub(crate) fn is_base_form(word: Word<'_>, pos: Pos) -> bool {
    match word.tag {
        Tag::Nn => pos == Pos::Noun,
        Tag::Vb | Tag::Jj => true,
        Tag::Vbp => pos == Pos::Verb,
        Tag::Rb => word.lower == "well",
        _ => false,
    }
}
