//! The models that ship with Erstwhile: they work with no network and no key.

pub mod offline;
pub mod openai;
pub mod static_embedder;
mod wordpiece;
