//! Models of the BERT family, computed on the processor: what sentence encoders and cross-encoders share.
//!
//! A model is a folder in the layout of the `transformers` library: `config.json`, `model.safetensors` and
//! `tokenizer.json`. The computation is that of Devlin et al., *BERT* (2019).

mod config;
mod files;
mod layers;
#[cfg(test)]
pub(crate) mod test_models;
mod tokens;
mod weights;

pub(crate) use config::Config;
pub(crate) use files::ModelFiles;
pub(crate) use layers::{Encoder, Linear};
pub(crate) use tokens::{Tokenizer, Tokens};
pub(crate) use weights::Weights;

/// The file with the weights.
pub(crate) const WEIGHTS: &str = "model.safetensors";
/// The files that every model has.
pub(crate) const REQUIRED_FILES: [&str; 3] = ["config.json", WEIGHTS, "tokenizer.json"];
