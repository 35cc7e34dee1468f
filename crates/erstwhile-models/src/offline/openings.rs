//! Openings and closings of sentences that say nothing: "btw, …", "… lol".

/// Openings that announce a statement and are not part of it.
const OPENINGS: &[&str] = &[
    "please remember that ",
    "remember that ",
    "please note that ",
    "please note ",
    "note: ",
    "note that ",
    "please keep in mind that ",
    "keep in mind that ",
    "just so you know, ",
    "just so you know ",
    "by the way, ",
    "by the way ",
    "btw, ",
    "btw ",
    "for context, ",
    "for context: ",
    "for background, ",
    "some context: ",
    "background: ",
    "fyi, ",
    "fyi: ",
    "fyi ",
    "big news: ",
    "good news: ",
    "great news: ",
    "fun fact: ",
    "actually, ",
    "actually ",
    "well, ",
    "so, ",
    "ok so ",
    "okay so ",
    "oh, ",
    "oh ",
    "also, ",
    "also ",
    "no, ",
    "yes, ",
    "yeah, ",
    "yeah ",
    "yep, ",
    "haha, ",
    "haha ",
    "lol, ",
    "lol ",
    "sorry, i mean ",
    "sorry, i meant ",
    "sorry i meant ",
    "i meant ",
    "sorry - ",
    "oops, ",
    "oops ",
    "oh wait, ",
    "oh wait ",
    "wait no, ",
    "wait no ",
    "no wait, ",
    "no wait ",
    "hang on, ",
    "erm, ",
    "um, ",
    "right, ",
    "reminder: ",
    "just a reminder: ",
    "friendly reminder: ",
    "a reminder that ",
    "heads up: ",
    "heads up, ",
    "important: ",
    "anyways, ",
    "guess what, ",
    "guess what! ",
    "guess what ",
    "exciting news: ",
    "sad news: ",
    "quick update: ",
    "quick one: ",
    "ps ",
    "ps: ",
    "p.s. ",
    "for the record, ",
    "in case it helps, ",
    "thing is, ",
    "truth is, ",
    "sorry, ",
    "sorry i mean ",
    "i mean, ",
    "i mean ",
    "hi, ",
    "hi! ",
    "hello, ",
    "hello! ",
    "hey, ",
    "hey! ",
    "honestly, ",
    "to be honest, ",
    "tbh, ",
    "tbh ",
    "wow, ",
    "update: ",
    "wait, ",
    "wait: ",
    "hmm, ",
    "ugh, ",
    "anyway, ",
    "and ",
    "but ",
    "wait ",
    "ah, ",
    "nope, ",
    "nah, ",
    "correction: ",
    "typo, ",
    "typo: ",
    "scratch that, ",
    "thanks, ",
    "thanks! ",
];

/// Fillers at the end.
const CLOSINGS: &[&str] = &[
    " lol",
    " haha",
    " btw",
    " tbh",
    " though",
    " xx",
    " x",
    " :)",
    " ;)",
    " :d",
    " lmao",
    " imo",
    " innit",
    " mate",
    " wish me luck",
    " fingers crossed",
    " please note",
    " thankfully",
    " sadly",
    " bless him",
    " bless her",
    " pls update",
    " please update",
    " hahaha",
    " yay",
    " woohoo",
    " thank god",
    " hopefully",
    " tho",
    " actually",
    " so proud",
    " not gonna lie",
    " ngl",
    " of course",
    " obviously",
    " finally",
    " at last",
    " myself",
    " as well",
    " tbf",
];

/// The length of the openings at the start of a sentence that announce it and are not part of it.
pub(super) fn opening_length(sentence: &str) -> usize {
    let lower = sentence.to_lowercase();
    if lower.len() != sentence.len() {
        return 0;
    }
    let mut length = 0;
    for _ in 0..4 {
        match OPENINGS.iter().find(|opening| lower[length..].starts_with(**opening)) {
            Some(opening) => length += opening.len(),
            None => break,
        }
    }
    // "No, Leeds." must keep something to say.
    if sentence[length..].trim().is_empty() { 0 } else { length }
}

/// The length of a sentence without the fillers at its end.
pub(super) fn length_without_closing(sentence: &str) -> usize {
    let mut length = sentence.trim_end_matches(['.', '!', ' ']).len();
    let mut found = false;
    for _ in 0..3 {
        let lower = sentence[..length].to_ascii_lowercase();
        match CLOSINGS.iter().find(|closing| lower.ends_with(**closing)) {
            Some(closing) => {
                length -= closing.len();
                length = sentence[..length].trim_end_matches([',', ' ']).len();
                found = true;
            }
            None => break,
        }
    }
    if found { length } else { sentence.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_and_closings_are_measured() {
        assert_eq!(opening_length("Please remember that I am allergic"), 21);
        assert_eq!(opening_length("I am"), 0);
        assert_eq!(length_without_closing("I'm 38 lol"), 6);
        assert_eq!(length_without_closing("I'm 38."), 7);
    }
}
