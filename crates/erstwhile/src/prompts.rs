//! The prompts of the engine: files in `prompts/`, each with the schema of its answer and the name of its version.

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
        assert_eq!((SUMMARIES.version, digest(SUMMARIES).as_str()), ("summaries-1", "6a75f5aeb381c0e0"));
        assert_eq!((QUESTIONS.version, digest(QUESTIONS).as_str()), ("questions-1", "66f77f172b38d801"));
    }

    #[test]
    fn a_schema_limits_its_list() {
        let schema = SUMMARIES.schema("summaries", 3).unwrap();
        assert_eq!(schema["properties"]["summaries"]["maxItems"], 3);
        assert_eq!(QUESTIONS.schema("records", 2).unwrap()["properties"]["records"]["maxItems"], 2);
        assert!(QUESTIONS.schema("others", 2).is_err());
    }
}
