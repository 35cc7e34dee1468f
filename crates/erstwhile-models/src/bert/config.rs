//! What the configuration of a model says.

use std::collections::BTreeMap;

use erstwhile::Result;
use serde::Deserialize;
use serde_json::Value;

use super::ModelFiles;

const FILE: &str = "config.json";
/// Ends the name of the architecture of a model that classifies texts.
const CLASSIFIER: &str = "ForSequenceClassification";
/// The number of classes of a model that does not say it.
const CLASSES_DEFAULT: usize = 2;

/// The shape of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    pub(crate) vocabulary: usize,
    pub(crate) hidden_size: usize,
    pub(crate) inner_size: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Number of positions that the model knows: the maximum number of tokens, with those that mark start and end.
    pub(crate) positions: usize,
    pub(crate) token_types: usize,
    pub(crate) epsilon: f32,
    /// The number of classes, if the model has a head that classifies texts.
    pub(crate) classes: Option<usize>,
}

#[derive(Deserialize)]
struct Bert {
    model_type: String,
    hidden_act: String,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    vocab_size: usize,
    layer_norm_eps: f32,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    id2label: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    num_labels: Option<usize>,
}

impl Config {
    pub(crate) fn read(files: &ModelFiles<'_>) -> Result<Self> {
        let kind = files.json(FILE)?;
        let refuse = |why: String| files.refuse(FILE, why);
        if kind["model_type"] != "bert" {
            let kind = kind["model_type"].as_str().unwrap_or("nothing");
            return Err(refuse(format!("it is a model of the kind `{kind}`, and only `bert` is supported")));
        }
        let bert: Bert = serde_json::from_value(kind).map_err(|error| refuse(error.to_string()))?;
        if bert.hidden_act != "gelu" || bert.position_embedding_type.as_deref().is_some_and(|kind| kind != "absolute") {
            return Err(refuse("only the activation `gelu` and absolute positions are supported".to_owned()));
        }
        let sizes = [bert.hidden_size, bert.intermediate_size, bert.num_hidden_layers, bert.num_attention_heads];
        let others = [bert.max_position_embeddings, bert.type_vocab_size, bert.vocab_size];
        let is_sane = sizes.into_iter().all(|size| (1..=16_384).contains(&size))
            && others.into_iter().all(|size| (1..=1 << 20).contains(&size))
            && bert.hidden_size.is_multiple_of(bert.num_attention_heads)
            && bert.max_position_embeddings > 2;
        if !is_sane {
            return Err(refuse(format!("its sizes make no sense ({})", bert.model_type)));
        }
        Ok(Self {
            vocabulary: bert.vocab_size,
            hidden_size: bert.hidden_size,
            inner_size: bert.intermediate_size,
            layers: bert.num_hidden_layers,
            heads: bert.num_attention_heads,
            positions: bert.max_position_embeddings,
            token_types: bert.type_vocab_size,
            epsilon: bert.layer_norm_eps,
            classes: bert.classes(),
        })
    }
}

impl Bert {
    fn classes(&self) -> Option<usize> {
        let is_classifier = self.architectures.iter().any(|name| name.ends_with(CLASSIFIER));
        let named = self.id2label.as_ref().map(BTreeMap::len);
        is_classifier.then(|| named.or(self.num_labels).unwrap_or(CLASSES_DEFAULT))
    }
}
