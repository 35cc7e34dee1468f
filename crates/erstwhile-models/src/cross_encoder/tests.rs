//! Tests with a tiny model of random weights, which `scripts/tiny_cross_encoder.py` makes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use erstwhile::ErrorKind;
use erstwhile::ports::RerankingModel;
use serde_json::{Value, json};

use super::{CrossEncoder, LocalReranker, LocalRerankerSettings};
use crate::bert::test_models::{self, Damage, change};

fn tiny() -> PathBuf {
    test_models::tiny("tiny_cross_encoder")
}

fn load() -> CrossEncoder {
    CrossEncoder::load(&tiny(), "tiny").unwrap()
}

fn reranker(deadline: Duration, threads: usize) -> LocalReranker {
    LocalReranker::new(load(), LocalRerankerSettings { deadline, threads })
}

fn copy() -> tempfile::TempDir {
    test_models::copy("tiny_cross_encoder", &[])
}

fn refusal(folder: &Path) -> String {
    let error = CrossEncoder::load(folder, "tiny").expect_err("it cannot be used");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    error.message().to_owned()
}

#[test]
fn logits_are_those_of_the_reference_computation() {
    let cases: Value = serde_json::from_slice(&std::fs::read(tiny().join("expected.json")).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 14);
    let encoder = load();
    for case in cases {
        let [query, text] = ["query", "text"].map(|key| case[key].as_str().unwrap());
        let expected = case["logit"].as_f64().unwrap();
        // The second text stands after others, so that texts of different lengths are rows of one matrix.
        for logits in [encoder.logits(query, &[text]), encoder.logits(query, &["", "a bread", text])] {
            let own = f64::from(*logits.last().unwrap());
            assert!((own - expected).abs() < 1e-4, "{query:?} {text:?}: {own} {expected}");
        }
    }
}

#[tokio::test]
async fn scores_are_probabilities_in_the_order_of_the_logits_whatever_the_number_of_threads() {
    let texts: Vec<String> = (0..100).map(|number| "the bread is late ".repeat(number % 9) + "oven").collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let logits = load().logits("oven", &texts);
    assert_eq!(logits.len(), texts.len());
    let mut usages = Vec::new();
    for threads in [1, 2, 7] {
        let answer = reranker(Duration::from_mins(1), threads).scores("oven", &texts).await;
        assert_eq!(answer.usage.calls, 1);
        usages.push(answer.usage.tokens_in);
        let scores = answer.checked(texts.len()).unwrap();
        for (score, logit) in scores.iter().zip(&logits) {
            assert!((score - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-6);
        }
        let is_ordered =
            |(left, right): (usize, usize)| (logits[left] < logits[right]) == (scores[left] < scores[right]);
        assert!((0..100).flat_map(|left| (0..100).map(move |right| (left, right))).all(is_ordered));
    }
    let tokens: usize = load().pairs("oven", &texts).iter().map(crate::bert::Tokens::len).sum();
    assert_eq!(usages, [tokens as u64; 3]);
    let none = reranker(Duration::from_mins(1), 1).scores("oven", &[]).await;
    assert!(none.usage.is_zero() && none.checked(0).unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_computed_after_the_deadline() {
    let answer = reranker(Duration::ZERO, 2).scores("oven", &["bread", "oven"]).await;
    assert!(answer.usage.is_zero(), "{answer:?}");
    let error = answer.checked(2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("reranker.deadline_ms"), "{error}");
}

#[tokio::test]
async fn a_call_that_is_not_done_in_time_stops_between_batches() {
    // Far more than can be computed in this time, and still a second's work at most.
    let text = "bread ".repeat(100);
    let texts = vec![text.as_str(); 20_000];
    let answer = reranker(Duration::from_millis(300), 1).scores("oven", &texts).await;
    let all = 40 * texts.len() as u64;
    assert!(answer.usage.tokens_in < all, "{}", answer.usage.tokens_in);
    assert_eq!(answer.checked(texts.len()).unwrap_err().kind(), ErrorKind::Unavailable);
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
fn damaged_or_missing_weights_of_the_head_are_refused() {
    let folder = copy();
    let file = folder.path().join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    let mut damaged = bytes.clone();
    let end = damaged.len();
    damaged[end - 40..].fill(0xff);
    std::fs::write(&file, &damaged).unwrap();
    assert!(refusal(folder.path()).contains("its weights are damaged"));
    for (name, other) in
        [("classifier.weight", "klassifier.weight"), ("bert.pooler.dense.bias", "bert.fooler.dense.bias")]
    {
        let mut renamed = bytes.clone();
        let place = renamed.windows(name.len()).position(|part| part == name.as_bytes()).unwrap();
        renamed[place..place + name.len()].copy_from_slice(other.as_bytes());
        std::fs::write(&file, &renamed).unwrap();
        let refusal = refusal(folder.path());
        assert!(refusal.contains("are missing") && refusal.contains(name.trim_start_matches("bert.")), "{refusal}");
    }
}

#[test]
fn models_of_another_kind_are_refused_with_the_reason() {
    let cases: [(&str, &str, Damage); 6] = [
        ("config.json", "kind `roberta`", |config| config["model_type"] = json!("roberta")),
        ("config.json", "sentence encoder", |config| config["architectures"] = json!(["BertModel"])),
        ("config.json", "3 classes", |config| config["id2label"] = json!({ "0": "a", "1": "b", "2": "c" })),
        ("config.json", "2 classes", |config| config["id2label"] = Value::Null),
        ("config.json", "one type of tokens", |config| config["type_vocab_size"] = json!(1)),
        ("tokenizer.json", "case", |tokenizer| tokenizer["normalizer"]["lowercase"] = json!(false)),
    ];
    for (file, reason, damage) in cases {
        let folder = copy();
        change(folder.path(), file, damage);
        let refusal = refusal(folder.path());
        assert!(refusal.contains(reason), "{file}: {refusal}");
    }
}

#[test]
fn a_folder_with_weights_of_another_format_only_is_refused_with_the_way_out() {
    for other in ["model.onnx", "onnx/model_quantized.onnx", "pytorch_model.bin"] {
        let folder = copy();
        std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
        std::fs::create_dir(folder.path().join("onnx")).unwrap();
        std::fs::write(folder.path().join(other), "weights").unwrap();
        let refusal = refusal(folder.path());
        assert!(refusal.contains(&format!("`{other}`")) && refusal.contains("save_pretrained"), "{refusal}");
    }
}
