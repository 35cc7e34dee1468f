//! Finds the JSON document in a model's answer.

use serde::de::IgnoredAny;
use serde_json::Value;

/// Maximum number of places where a document may start; text before it is short.
const STARTS_MAX: usize = 16;

/// The only JSON document in an answer, without the text and the fences around it.
///
/// # Errors
/// Why there is none, in words for the model.
pub(crate) fn document<'a>(answer: &'a str, schema: &Value) -> Result<&'a str, String> {
    let answer = answer.trim();
    let opening: &[char] = match schema.get("type").and_then(Value::as_str) {
        Some("object") => &['{'],
        Some("array") => &['['],
        _ => &['{', '['],
    };
    let whole = serde_json::from_str::<IgnoredAny>(answer);
    if whole.is_ok() {
        // Without an object or array, a schema for any other value is satisfied.
        let fits = answer.starts_with(opening) || opening.len() == 2;
        return if fits { Ok(answer) } else { Err(format!("the document has to start with {}", opening[0])) };
    }
    let mut first_error = None;
    for (start, _) in answer.match_indices(opening).take(STARTS_MAX) {
        let mut documents = serde_json::Deserializer::from_str(&answer[start..]).into_iter::<IgnoredAny>();
        match documents.next() {
            Some(Ok(_)) => {
                let (document, after) = answer[start..].split_at(documents.byte_offset());
                // A part of a broken document is worse than none.
                let part = after.contains(['{', '}', '[', ']']) || answer[..start].contains("{\"");
                if !part {
                    return Ok(document);
                }
                first_error.get_or_insert("there has to be exactly one document".to_owned());
            }
            Some(Err(error)) if error.is_eof() => {
                return Err(first_error.unwrap_or_else(|| format!("the document is incomplete: {error}")));
            }
            Some(Err(error)) => {
                first_error.get_or_insert(error.to_string());
            }
            None => {}
        }
    }
    Err(first_error.unwrap_or_else(|| "there is no JSON document".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(answer: &str) -> Result<&str, String> {
        document(answer, &json!({ "type": "object" }))
    }

    #[test]
    fn a_document_alone_is_the_answer() {
        assert_eq!(object(" {\"a\": [1, {\"b\": 2}]}\n"), Ok("{\"a\": [1, {\"b\": 2}]}"));
    }

    #[test]
    fn fences_and_text_around_a_document_are_left_out() {
        assert_eq!(object("```json\n{\"a\": 1}\n```"), Ok("{\"a\": 1}"));
        assert_eq!(object("Here {it} is [1]: {\"a\": \"}\"} I hope it helps."), Ok("{\"a\": \"}\"}"));
        assert_eq!(document("Sure: [1, 2].", &json!({ "type": "array" })), Ok("[1, 2]"));
    }

    #[test]
    fn a_part_of_a_broken_document_is_no_document() {
        for broken in [
            "{\"facts\": [{\"a\": 1}, {\"b\": ",
            "{\"facts\": [{\"a\": 1}",
            "{\"facts\": [{\"a\": 1},, {\"b\": 2}]}",
            "{\"a\": 1,, \"b\": [{\"c\": 2}",
            "{\"a\": 1} {\"a\": 2}",
        ] {
            assert!(object(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_answer_without_an_object_is_no_document() {
        for none in ["", "I cannot do that.", "[1, 2]", "3", "\"text\""] {
            assert!(object(none).is_err(), "{none}");
        }
    }

    #[test]
    fn the_error_says_where_the_document_is_wrong() {
        assert!(object("{\"a\": 1, b}").expect_err("an error").contains("line 1 column 10"));
        assert!(object("{\"a\": [1, 2").expect_err("an error").contains("incomplete"));
    }
}
