//! Whether values are said: ages, amounts, codes, properties of declared types.

use erstwhile::identity::normalise;
use erstwhile::ontology::{Property, PropertyKind};
use erstwhile::text::{NUMBER_WORDS, contains_word};
use serde_json::Value;

use super::quotes::{NAMED, Words};

/// Whether a value is said: its numbers literally or in words, and half of its words.
pub(super) fn is_said_value(value: &str, own: &Words, text: &str) -> bool {
    let said = numbers(text);
    let text = normalise(text);
    let is_said =
        |number: &String| said.contains(number) || number_word(number).is_some_and(|word| contains_word(&text, word));
    let wanted = numbers(value);
    let others: String = value.split_whitespace().filter(|word| numbers(word).is_empty()).collect::<Vec<_>>().join(" ");
    let others_are_said = own.share(&others) >= NAMED;
    wanted.iter().all(is_said) && others_are_said
}

/// The numbers of a text, without separators of thousands.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut number = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let joins = matches!(character, '.' | ',') && characters.peek().is_some_and(char::is_ascii_digit);
        if character.is_ascii_digit() || character == '.' && joins && !number.is_empty() {
            number.push(character);
        } else if (character != ',' || !joins) && !number.is_empty() {
            numbers.push(std::mem::take(&mut number));
        }
    }
    if !number.is_empty() {
        numbers.push(number);
    }
    numbers
}

fn number_word(number: &str) -> Option<&'static str> {
    NUMBER_WORDS.get(number.parse::<usize>().ok()?).copied()
}

/// A property's value of its declared kind, if it is said; whether something is so need not be said in so many words.
pub(super) fn said_property(property: &Property, value: &Value, own: &Words, text: &str) -> Option<Value> {
    let written = match value {
        Value::String(written) => written.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is_so) => is_so.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let number = || written.trim_start_matches(['$', '€', '£']).replace(',', "").parse::<f64>().ok();
    let is_said = || is_said_value(&written, own, text);
    match property.kind {
        PropertyKind::Text => (!written.is_empty() && is_said()).then_some(Value::String(written)),
        PropertyKind::Int => {
            let number = number().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
            is_said().then_some(Value::from(number as i64))
        }
        PropertyKind::Float => {
            let number = serde_json::Number::from_f64(number()?)?;
            is_said().then_some(Value::Number(number))
        }
        PropertyKind::Boolean => match written.to_lowercase().as_str() {
            "true" | "yes" => (own.share(&property.name.replace('_', " ")) > 0.0).then_some(Value::Bool(true)),
            "false" | "no" => Some(Value::Bool(false)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_value_must_be_said_in_digits_or_words() {
        for (value, text, expected) in [
            ("34", "I am 34.", true),
            ("34", "I am 35.", false),
            ("three", "I have three cats.", true),
            ("3", "I have three cats.", true),
            ("1200", "It costs 1,200 euros.", true),
            ("$12.50", "It costs 12.50 dollars.", true),
            ("A-17", "My locker is A-17.", true),
            ("single", "I am married.", false),
            ("2 felony convictions", "I have 2 cats.", false),
            ("15 km", "I ran fifteen kilometres, km by km.", true),
        ] {
            let mut own = Words::default();
            own.add(text);
            assert_eq!(is_said_value(value, &own, text), expected, "{value} in {text}");
        }
    }
}
