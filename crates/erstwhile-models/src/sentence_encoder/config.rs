//! What the configuration files of a model say.

use erstwhile::Result;
use serde::Deserialize;
use serde_json::Value;

use super::ModelFiles;

/// The shape of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Config {
    pub(super) vocabulary: usize,
    pub(super) hidden_size: usize,
    pub(super) inner_size: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Number of positions that the model knows.
    pub(super) positions: usize,
    pub(super) token_types: usize,
    pub(super) epsilon: f32,
    /// Maximum number of tokens of a text, with those that mark its start and end.
    pub(super) tokens_max: usize,
    pub(super) pooling: Pooling,
}

/// How the states of tokens become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// The first one.
    First,
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
}

impl Config {
    pub(super) fn read(files: &ModelFiles<'_>) -> Result<Self> {
        const FILE: &str = "config.json";
        let kind = files.json(FILE)?;
        let refuse = |why: String| files.refuse(FILE, why);
        if kind["model_type"] != "bert" {
            let kind = kind["model_type"].as_str().unwrap_or("nothing");
            return Err(refuse(format!("it is a model of the kind `{kind}`, and only `bert` is supported")));
        }
        let bert: Bert = serde_json::from_value(kind).map_err(|error| refuse(error.to_string()))?;
        if bert.hidden_act != "gelu" || bert.position_embedding_type.is_some_and(|kind| kind != "absolute") {
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
        let limit = files.optional_json("sentence_bert_config.json")?;
        let limit = limit.and_then(|limit| limit["max_seq_length"].as_u64()).and_then(|max| usize::try_from(max).ok());
        Ok(Self {
            vocabulary: bert.vocab_size,
            hidden_size: bert.hidden_size,
            inner_size: bert.intermediate_size,
            layers: bert.num_hidden_layers,
            heads: bert.num_attention_heads,
            positions: bert.max_position_embeddings,
            token_types: bert.type_vocab_size,
            epsilon: bert.layer_norm_eps,
            tokens_max: limit.unwrap_or(usize::MAX).clamp(3, bert.max_position_embeddings),
            pooling: pooling(files)?,
        })
    }
}

fn pooling(files: &ModelFiles<'_>) -> Result<Pooling> {
    const FILE: &str = "1_Pooling/config.json";
    let Some(config) = files.optional_json(FILE)? else { return Ok(Pooling::Mean) };
    let chosen = |name: &str| config[name].as_bool() == Some(true);
    let is_other = |(name, value): (&String, &Value)| {
        name.starts_with("pooling_mode_")
            && value.as_bool() == Some(true)
            && !matches!(name.as_str(), "pooling_mode_mean_tokens" | "pooling_mode_cls_token")
    };
    let others = config.as_object().is_some_and(|config| config.iter().any(is_other));
    match (chosen("pooling_mode_mean_tokens"), chosen("pooling_mode_cls_token"), others) {
        (true, false, false) => Ok(Pooling::Mean),
        (false, true, false) => Ok(Pooling::First),
        _ => Err(files.refuse(FILE, "only pooling by the mean of the tokens or by the first token is supported")),
    }
}
