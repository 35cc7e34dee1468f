//! Templates of context blocks, as they are stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{ProjectId, Setting, SettingKind};
use crate::error::{Error, Result};

/// A template of context blocks: the value of a setting of its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextTemplate {
    /// Identity: it stays when the name changes.
    pub uuid: Uuid,
    /// The name, unique in the project.
    #[serde(skip)]
    pub name: String,
    /// The text.
    pub text: String,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ContextTemplate {
    /// Reads a template of a project.
    ///
    /// # Errors
    /// `Corrupt` when the value is not that of a template.
    pub fn of(project: ProjectId, setting: Setting) -> Result<Self> {
        let Setting { name, value, updated_at, .. } = setting;
        match value {
            // Earlier versions stored only the text, and the uuid followed from the name.
            Value::String(text) => {
                let uuid = Uuid::new_v5(&project.0, format!("context template\0{name}").as_bytes());
                Ok(Self { uuid, name, text, created_at: updated_at })
            }
            value => {
                let stored: Self = serde_json::from_value(value)
                    .map_err(|error| Error::corrupt("a stored context template is malformed").with_source(error))?;
                Ok(Self { name, ..stored })
            }
        }
    }

    /// The template as a setting that is written now.
    ///
    /// # Errors
    /// `Internal` when it cannot be serialised.
    pub fn setting(&self, now: Timestamp) -> Result<Setting> {
        let value = serde_json::to_value(self)
            .map_err(|error| Error::internal("a context template cannot be serialised").with_source(error))?;
        Ok(Setting { kind: SettingKind::ContextTemplate, name: self.name.clone(), value, updated_at: now })
    }
}
