//! Numbers that are written as words.

/// The words for zero to twenty, each at the place of its number.
pub const NUMBER_WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// The words for twenty, thirty … ninety.
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The number that a word in lower case names, from zero to ninety-nine: "twelve", "seventy", "sixty-six".
pub fn number_of_word(word: &str) -> Option<u32> {
    let listed = |words: &[&str], word: &str| u32::try_from(words.iter().position(|known| *known == word)?).ok();
    let tens = |word: &str| Some((listed(&TENS, word)? + 2) * 10);
    let compound = || {
        let (first, second) = word.split_once('-')?;
        let ones = listed(&NUMBER_WORDS, second).filter(|ones| (1..10).contains(ones))?;
        Some(tens(first)? + ones)
    };
    listed(&NUMBER_WORDS, word).or_else(|| tens(word)).or_else(compound)
}

#[cfg(test)]
mod tests {
    use super::number_of_word;

    #[test]
    fn words_name_numbers() {
        let numbers =
            [("zero", 0), ("twelve", 12), ("nineteen", 19), ("twenty", 20), ("ninety", 90), ("sixty-six", 66)];
        for (word, number) in numbers {
            assert_eq!(number_of_word(word), Some(number), "{word}");
        }
        assert_eq!(["tenty", "twenty-twelve", "six-ty", ""].map(number_of_word), [None; 4]);
    }
}
