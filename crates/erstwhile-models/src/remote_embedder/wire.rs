//! Requests and responses of the embedding dialects.

use erstwhile::{Error, Result};
use serde_json::{Value, json};

use super::EmbeddingDialect;

impl EmbeddingDialect {
    /// Base URL of the provider.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Ollama => "http://127.0.0.1:11434",
        }
    }

    /// Path of the operation.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/embeddings",
            Self::Ollama => "/api/embed",
        }
    }

    /// The body of a request.
    pub(super) fn body(self, model: &str, texts: &[&str], dimensions: Option<usize>) -> Value {
        let mut body = json!({ "model": model, "input": texts });
        if self == Self::OpenAi {
            body["encoding_format"] = json!("float");
        }
        if let Some(dimensions) = dimensions {
            body["dimensions"] = json!(dimensions);
        }
        body
    }

    /// The number of tokens that a response reports.
    pub(super) fn tokens(self, response: &Value) -> Option<u64> {
        match self {
            Self::OpenAi => {
                let usage = &response["usage"];
                usage["prompt_tokens"].as_u64().or_else(|| usage["total_tokens"].as_u64())
            }
            Self::Ollama => response["prompt_eval_count"].as_u64(),
        }
    }

    /// The vectors of a response, in the order of the texts.
    pub(super) fn read(self, mut response: Value, count: usize) -> Result<Vec<Vec<f32>>> {
        let vectors = match self {
            Self::OpenAi => in_order(response["data"].take(), count),
            Self::Ollama => response["embeddings"].as_array().and_then(|vectors| vectors.iter().map(vector).collect()),
        };
        let vectors: Vec<Vec<f32>> =
            vectors.ok_or_else(|| Error::internal("the embedding server's response has no valid vectors"))?;
        if vectors.len() != count {
            let message = format!("the embedding server returned {} vectors for {count} texts", vectors.len());
            return Err(Error::internal(message));
        }
        Ok(vectors)
    }
}

/// The vectors of a list whose items may name the positions of their texts.
fn in_order(mut data: Value, count: usize) -> Option<Vec<Vec<f32>>> {
    let items = data.as_array_mut()?;
    let position = |item: &Value| item.get("index").and_then(Value::as_u64);
    if items.iter().all(|item| position(item).is_some()) {
        items.sort_by_key(position);
        let complete = items.iter().enumerate().all(|(at, item)| position(item) == Some(at as u64));
        if !complete && items.len() == count {
            return None;
        }
    }
    items.iter().map(|item| vector(&item["embedding"])).collect()
}

/// A list of numbers.
fn vector(value: &Value) -> Option<Vec<f32>> {
    value.as_array()?.iter().map(|component| component.as_f64().map(|component| component as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_dimensions_is_sent_when_it_is_known() {
        let body = EmbeddingDialect::OpenAi.body("m", &["a"], Some(2));
        assert_eq!(body, json!({ "model": "m", "input": ["a"], "encoding_format": "float", "dimensions": 2 }));
        assert_eq!(EmbeddingDialect::Ollama.body("m", &["a"], None), json!({ "model": "m", "input": ["a"] }));
    }

    #[test]
    fn vectors_are_put_in_the_order_of_the_texts() {
        let response = json!({ "data": [{ "index": 1, "embedding": [2.0] }, { "index": 0, "embedding": [1] }] });
        assert_eq!(EmbeddingDialect::OpenAi.read(response, 2).expect("vectors"), [[1.0], [2.0]]);
        let response = json!({ "embeddings": [[1.0], [2.0]] });
        assert_eq!(EmbeddingDialect::Ollama.read(response, 2).expect("vectors"), [[1.0], [2.0]]);
    }

    #[test]
    fn a_wrong_number_of_vectors_is_an_error() {
        let response = json!({ "embeddings": [[1.0]] });
        let error = EmbeddingDialect::Ollama.read(response, 2).expect_err("an error");
        assert!(error.message().contains("1 vectors for 2 texts"), "{error}");
    }

    #[test]
    fn anything_but_numbers_is_an_error() {
        for response in [
            json!({}),
            json!({ "data": [{ "index": 0, "embedding": [null] }] }),
            json!({ "data": [{ "index": 0, "embedding": "AAAA" }] }),
            json!({ "data": [{ "index": 7, "embedding": [1.0] }] }),
        ] {
            assert!(EmbeddingDialect::OpenAi.read(response.clone(), 1).is_err(), "{response}");
        }
    }
}
