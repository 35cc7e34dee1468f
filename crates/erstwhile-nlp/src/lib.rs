//! English text analysis: tokens, parts of speech, dependency trees, sentences, entities and lemmas.
//!
//! [`English`] is spaCy's small English pipeline (`en_core_web_sm` 3.8), inference only, in safe Rust. Weights and tables
//! are part of the program. The results are those of spaCy, except for rare differences that the test `golden` measures.
//!
//! ```
//! # fn main() -> Result<(), erstwhile_nlp::LoadError> {
//! let english = erstwhile_nlp::English::load()?;
//! let document = english.parse("Maria moved to Lisbon last year.");
//! assert_eq!(document.lemma(1), "move");
//! assert_eq!(document.entities().len(), 3);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod attributes;
mod cache;
mod characters;
mod document;
mod english;
mod hash;
mod labels;
mod lemmatizer;
mod lexeme;
mod matrix;
mod ner;
mod parser;
mod tagger;
mod tok2vec;
mod tokenizer;
mod transitions;
mod weights;

pub use document::{Document, Entity, Token};
pub use english::{English, Scratch};
pub use labels::{Dep, EntityKind, Pos, Tag};
pub use tok2vec::WIDTH as VECTOR_WIDTH;
pub use weights::LoadError;
