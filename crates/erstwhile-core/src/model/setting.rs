//! Settings: what an application declares about its project, a user or a graph.

use jiff::Timestamp;
use serde_json::Value;

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingKind {
    /// The entity and fact types that are looked for (one for each scope, named "").
    Ontology,
    /// How text is to be read, in words; by name.
    CustomInstruction,
    /// What a user's summary should tell, in words; by name.
    UserSummaryInstruction,
    /// Which observations are wanted (one for each scope, named "").
    ObservationSteering,
    /// How a context block is laid out; by `template_id`.
    ContextTemplate,
    /// How facts are rated: of a graph (named "") or of a thread, by `thread_id`.
    RatingInstruction,
    /// A group of users, by uuid.
    UserGroup,
    /// Which group has a name, by the name in lower case: so that two groups never have the same.
    UserGroupName,
}

impl SettingKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Ontology,
        Self::CustomInstruction,
        Self::UserSummaryInstruction,
        Self::ObservationSteering,
        Self::ContextTemplate,
        Self::RatingInstruction,
        Self::UserGroup,
        Self::UserGroupName,
    ];

    /// What people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Ontology => "ontology",
            Self::CustomInstruction => "custom instruction",
            Self::UserSummaryInstruction => "user summary instruction",
            Self::ObservationSteering => "observation steering",
            Self::ContextTemplate => "context template",
            Self::RatingInstruction => "fact rating instruction",
            // A taken name is told as what has it.
            Self::UserGroup | Self::UserGroupName => "user group",
        }
    }
}

/// One thing that an application declares, in the scope of a project or of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What it is about.
    pub kind: SettingKind,
    /// Its name among the settings of its kind and scope.
    pub name: String,
    /// What is declared; its shape belongs to the kind.
    pub value: Value,
    /// When it was declared last.
    pub updated_at: Timestamp,
}

/// What must hold for a setting to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Precondition {
    /// Nothing: the setting is added or replaced.
    None,
    /// No setting has this name.
    Absent,
    /// The setting has exactly this value.
    Equals(Value),
}
