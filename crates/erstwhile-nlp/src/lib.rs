//! English, parsed: tokens, part-of-speech tags, dependency trees, named entities and lemmas.
//!
//! This is the inference of spaCy's small English pipeline (`en_core_web_sm` 3.8), rewritten in Rust; its weights and
//! tables are part of the crate (see NOTICE). There is no training, no I/O and no dependency on a language runtime.
//!
//! ```
//! use erstwhile_nlp::{Dep, English};
//!
//! # fn main() -> Result<(), erstwhile_nlp::LoadError> {
//! let english = English::load()?;
//! let document = english.parse("Nora moved to Bergen in May.");
//! let verb = document.head(0);
//! assert_eq!((document.lemma(verb), document.tokens()[0].dep), ("move", Dep::Nsubj));
//! assert_eq!(document.entities().len(), 3);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod attributes;
mod data;
mod document;
mod encoder;
mod english;
mod entities;
mod hash;
mod labels;
mod lemmatizer;
mod lexeme;
mod matrix;
mod parser;
mod scorer;
mod tokenizer;

pub use data::LoadError;
pub use document::{Document, Entity, Token};
pub use english::{English, Scratch};
pub use labels::{Dep, EntityKind, Pos, Tag};
