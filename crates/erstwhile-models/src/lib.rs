//! The models that ship with Erstwhile, each behind a cargo feature.
//!
//! | feature | module | needs |
//! |:--|:--|:--|
//! | `embedder` (default) | `static_embedder`: text embeddings | nothing: the table is part of the binary |
//! | `offline` (default) | `offline`: extraction of entities and dated claims | nothing: rules and word lists |
//! | `model-extractor` | `model_extractor`: extraction by a language model, checked against the text | a language model |
//! | `openai` | `openai`: a chat client | an `OpenAI`-compatible server, local or remote |

#[cfg(feature = "model-extractor")]
pub mod model_extractor;
#[cfg(feature = "offline")]
pub mod offline;
#[cfg(feature = "openai")]
pub mod openai;
#[cfg(feature = "embedder")]
pub mod static_embedder;
#[cfg(feature = "embedder")]
mod wordpiece;
