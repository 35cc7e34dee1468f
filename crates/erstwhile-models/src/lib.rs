//! The models that ship with Erstwhile, each behind a cargo feature.
//!
//! | feature | module | needs |
//! |:--|:--|:--|
//! | `embedder` (default) | `static_embedder`: text embeddings | nothing: the table is part of the binary |
//! | `offline` (default) | `offline`: extraction of entities and dated claims | nothing: rules and word lists |
//! | `model-extractor` | `model_extractor`: extraction by a language model, checked against the text | a language model |
//! | `language-models` | `language_models`: clients of language models | a server, local or remote |
//! | `remote-embedder` | `remote_embedder`: a client of embedding models | a server, local or remote |
//! | `remote-reranker` | `remote_reranker`: a client of reranking models | a server, local or remote |
//! | `sentence-encoder` | `sentence_encoder`, `cross_encoder`: models of the BERT family that embed and that score texts; `model_folders`: where they are stored | the files of a model |
//! | `model-download` | `model_folders::download`: fetches these files | a server that has them |

#[cfg(feature = "sentence-encoder")]
mod bert;
#[cfg(feature = "sentence-encoder")]
pub mod cross_encoder;
#[cfg(feature = "language-models")]
pub mod language_models;
#[cfg(feature = "model-extractor")]
pub mod model_extractor;
#[cfg(feature = "sentence-encoder")]
pub mod model_folders;
#[cfg(feature = "offline")]
pub mod offline;
#[cfg(feature = "remote-embedder")]
pub mod remote_embedder;
#[cfg(feature = "remote-reranker")]
pub mod remote_reranker;
#[cfg(feature = "sentence-encoder")]
pub mod sentence_encoder;
#[cfg(feature = "embedder")]
pub mod static_embedder;
#[cfg(any(feature = "embedder", feature = "sentence-encoder"))]
mod wordpiece;
