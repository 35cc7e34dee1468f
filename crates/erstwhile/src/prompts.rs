//! The prompts of the engine: files in `prompts/`, each with the name of its version and, unless the application determines
//! it, the schema of its answer.

use erstwhile_core::error::{Error, Result};
use serde_json::Value;

/// Writes summaries of users, threads and entities. The schema is completed with the number of summaries.
pub(crate) const SUMMARIES: PromptFile = PromptFile {
    version: "summaries-1",
    instructions: include_str!("../prompts/summaries.txt"),
    schema: include_str!("../prompts/summaries.schema.json"),
};
/// Answers a question from records of a graph. The schema is completed with the number of records.
pub(crate) const QUESTIONS: PromptFile = PromptFile {
    version: "questions-1",
    instructions: include_str!("../prompts/questions.txt"),
    schema: include_str!("../prompts/questions.schema.json"),
};
/// Classifies a thread. The classes follow the instructions, and determine the schema.
pub(crate) const CLASSIFICATION: PromptFile =
    PromptFile { version: "classification-1", instructions: include_str!("../prompts/classification.txt"), schema: "" };
/// Reads the values of fields from a thread. The fields follow the instructions, and determine the schema.
pub(crate) const FIELDS: PromptFile =
    PromptFile { version: "fields-1", instructions: include_str!("../prompts/fields.txt"), schema: "" };
/// Rewrites the end of a thread as a question, which has no schema.
pub(crate) const REWRITING: PromptFile =
    PromptFile { version: "rewriting-1", instructions: include_str!("../prompts/rewriting.txt"), schema: "" };

/// A prompt in files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromptFile {
    /// It changes with the text of the instructions or the schema.
    version: &'static str,
    instructions: &'static str,
    schema: &'static str,
}

impl PromptFile {
    /// The instructions.
    pub(crate) fn instructions(self) -> &'static str {
        self.instructions.trim_end()
    }

    /// The name of the version.
    pub(crate) fn version(self) -> &'static str {
        self.version
    }

    /// The schema of the answer, whose list with this name has at most `items` items.
    pub(crate) fn schema(self, list: &str, items: usize) -> Result<Value> {
        let malformed = || Error::internal("a schema of a prompt is malformed");
        let mut schema: Value = serde_json::from_str(self.schema).map_err(|_| malformed())?;
        let list = schema.pointer_mut(&format!("/properties/{list}")).and_then(Value::as_object_mut);
        list.ok_or_else(malformed)?.insert("maxItems".to_owned(), items.into());
        Ok(schema)
    }

    /// The name of a model with the version of the prompt, which is stored with what the model wrote.
    pub(crate) fn stamped(self, model: &str) -> String {
        format!("{model} ({})", self.version)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// Whoever changes a prompt gives it a new version, and its digest here.
    #[test]
    fn a_version_belongs_to_one_text() {
        let digest = |prompt: PromptFile| {
            let digest = Sha256::digest([prompt.instructions, prompt.schema].concat());
            hex::encode(&digest[..8])
        };
        for (prompt, version, expected) in [
            (SUMMARIES, "summaries-1", "6a75f5aeb381c0e0"),
            (QUESTIONS, "questions-1", "66f77f172b38d801"),
            (CLASSIFICATION, "classification-1", "ecd008b886c0b99b"),
            (FIELDS, "fields-1", "7788eb6d3ce9a689"),
            (REWRITING, "rewriting-1", "6f566fc98b69c2b1"),
        ] {
            assert_eq!((prompt.version(), digest(prompt).as_str()), (version, expected));
        }
    }

    #[test]
    fn a_schema_limits_its_list() {
        let schema = SUMMARIES.schema("summaries", 3).unwrap();
        assert_eq!(schema["properties"]["summaries"]["maxItems"], 3);
        assert_eq!(QUESTIONS.schema("records", 2).unwrap()["properties"]["records"]["maxItems"], 2);
        assert!(QUESTIONS.schema("others", 2).is_err());
    }
}
