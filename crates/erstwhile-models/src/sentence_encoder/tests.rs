//! Tests with a tiny model of random weights, which `scripts/tiny_encoder.py` makes.

use std::path::{Path, PathBuf};

use erstwhile::ErrorKind;
use erstwhile::ports::EmbeddingModel;
use serde_json::{Value, json};

use super::SentenceEncoder;
use crate::bert::test_models::{self, Damage, change};

fn tiny() -> PathBuf {
    test_models::tiny("tiny_encoder")
}

fn copy() -> tempfile::TempDir {
    test_models::copy("tiny_encoder", &super::OPTIONAL_FILES)
}

fn refusal(folder: &Path) -> String {
    let error = SentenceEncoder::load(folder, "tiny").expect_err("it cannot be used");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    error.message().to_owned()
}

#[test]
fn vectors_are_those_of_the_reference_computation() {
    let encoder = SentenceEncoder::load(&tiny(), "tiny").unwrap();
    let cases: Value = serde_json::from_slice(&std::fs::read(tiny().join("expected.json")).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    let texts: Vec<&str> = cases.iter().map(|case| case["text"].as_str().unwrap()).collect();
    // All together, so that texts of different lengths are rows of one matrix.
    for (case, vector) in cases.iter().zip(encoder.encode(&texts)) {
        let expected: Vec<f32> = serde_json::from_value(case["vector"].clone()).unwrap();
        assert_eq!(vector.len(), expected.len());
        for (own, other) in vector.iter().zip(&expected) {
            assert!((own - other).abs() < 1e-5, "{case} {vector:?}");
        }
    }
}

#[test]
fn many_texts_have_the_vectors_that_they_have_alone() {
    let encoder = SentenceEncoder::load(&tiny(), "tiny").unwrap();
    let texts: Vec<String> = (0..700).map(|number| "the cat sleeps ".repeat(number % 5)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = encoder.encode(&texts);
    assert_eq!(together.len(), texts.len());
    for (text, vector) in texts.iter().zip(&together).step_by(97) {
        let alone = encoder.encode(&[text]).remove(0);
        assert!(alone.iter().zip(vector).all(|(one, other)| (one - other).abs() < 1e-5));
    }
    assert!(encoder.encode(&[]).is_empty());
}

#[tokio::test]
async fn a_call_tells_its_tokens() {
    let encoder = SentenceEncoder::load(&tiny(), "tiny").unwrap();
    let embeddings = encoder.embed(&["The cat sleeps.", "late"]).await;
    assert_eq!((embeddings.usage.calls, embeddings.usage.tokens_in), (1, 7 + 3));
    let vectors = embeddings.checked(2, encoder.dimensions()).unwrap();
    assert_eq!(vectors, encoder.encode(&["The cat sleeps.", "late"]));
}

#[test]
fn the_first_token_is_another_pooling() {
    let folder = copy();
    change(folder.path(), "1_Pooling/config.json", |config| {
        *config = json!({ "pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true });
    });
    let first = SentenceEncoder::load(folder.path(), "tiny").unwrap().encode(&["the cat"]);
    let mean = SentenceEncoder::load(&tiny(), "tiny").unwrap().encode(&["the cat"]);
    assert_ne!(first, mean);
    change(folder.path(), "1_Pooling/config.json", |config| config["pooling_mode_max_tokens"] = json!(true));
    assert!(refusal(folder.path()).contains("1_Pooling/config.json: only pooling by"));
}

#[test]
fn a_folder_that_is_cut_off_is_refused() {
    let folder = copy();
    let file = folder.path().join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    for length in [0, 4, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&file, &bytes[..length]).unwrap();
        let refusal = refusal(folder.path());
        assert!(refusal.contains("model.safetensors: it is cut off"), "{length}: {refusal}");
    }
    for file in crate::bert::REQUIRED_FILES {
        let folder = copy();
        std::fs::remove_file(folder.path().join(file)).unwrap();
        assert!(refusal(folder.path()).contains(file));
    }
}

#[test]
fn damaged_weights_are_refused() {
    let folder = copy();
    let file = folder.path().join("model.safetensors");
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end - 2_000..].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    assert!(refusal(folder.path()).contains("its weights are damaged"));
}

#[test]
fn models_of_another_kind_are_refused_with_the_reason() {
    let cases: [(&str, &str, Damage); 9] = [
        ("config.json", "can only be a reranking model", |config| {
            config["architectures"] = json!(["BertForSequenceClassification"]);
        }),
        ("config.json", "kind `xlm-roberta`", |config| config["model_type"] = json!("xlm-roberta")),
        ("config.json", "kind `nothing`", |config| *config = json!({})),
        ("config.json", "activation", |config| config["hidden_act"] = json!("relu")),
        ("config.json", "no sense", |config| config["num_attention_heads"] = json!(3)),
        ("config.json", "no sense", |config| config["hidden_size"] = json!(0)),
        ("config.json", "shape", |config| config["hidden_size"] = json!(16)),
        ("tokenizer.json", "word pieces", |tokenizer| tokenizer["model"]["type"] = json!("Unigram")),
        ("tokenizer.json", "case", |tokenizer| tokenizer["normalizer"]["lowercase"] = json!(false)),
    ];
    for (file, reason, damage) in cases {
        let folder = copy();
        change(folder.path(), file, damage);
        let refusal = refusal(folder.path());
        assert!(refusal.contains(reason), "{file}: {refusal}");
    }
}
