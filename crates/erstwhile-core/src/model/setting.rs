//! Settings of a project, a user or a graph.

use jiff::Timestamp;
use serde_json::Value;

/// The kind of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingKind {
    /// Entity and fact types (one per scope, named "").
    Ontology,
    /// Instructions for extraction, by name.
    CustomInstruction,
    /// Instructions for user summaries, by name.
    UserSummaryInstruction,
    /// Which observations to make (one per scope, named "").
    ObservationSteering,
    /// Templates of context blocks, by name.
    ContextTemplate,
    /// How to rate facts of a graph (named "") or of a thread (by `thread_id`).
    RatingInstruction,
    /// What a language model is told about a thread, by `thread_id`: `facts` and `summary`.
    ThreadInstruction,
    /// Groups of users, by uuid.
    UserGroup,
    /// Uniqueness of group names, by name in lower case.
    UserGroupName,
    /// Webhooks of a project, by uuid.
    Webhook,
    /// What user groups may reach, by uuid.
    PolicySet,
    /// Revisions of a project's content policy, by number; what a graph is bound to (named "").
    ContentPolicy,
    /// Switches of a project, by name.
    ProjectFlag,
}

impl SettingKind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Ontology,
        Self::CustomInstruction,
        Self::UserSummaryInstruction,
        Self::ObservationSteering,
        Self::ContextTemplate,
        Self::RatingInstruction,
        Self::ThreadInstruction,
        Self::UserGroup,
        Self::UserGroupName,
        Self::Webhook,
        Self::PolicySet,
        Self::ContentPolicy,
        Self::ProjectFlag,
    ];

    /// The noun for messages.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Ontology => "ontology",
            Self::CustomInstruction => "custom instruction",
            Self::UserSummaryInstruction => "user summary instruction",
            Self::ObservationSteering => "observation steering",
            Self::ContextTemplate => "context template",
            Self::RatingInstruction => "fact rating instruction",
            Self::ThreadInstruction => "instruction for a thread",
            // Errors about a group's name are errors about the group.
            Self::UserGroup | Self::UserGroupName => "user group",
            Self::Webhook => "webhook",
            Self::PolicySet => "policy set",
            Self::ContentPolicy => "content policy",
            Self::ProjectFlag => "project flag",
        }
    }
}

/// A setting in the scope of a project or of a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its kind.
    pub kind: SettingKind,
    /// Its name, unique in its kind and scope.
    pub name: String,
    /// Its value, whose format depends on the kind.
    pub value: Value,
    /// When it was written last.
    pub updated_at: Timestamp,
}

/// The condition for writing a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Precondition {
    /// No condition: the setting is added or replaced.
    None,
    /// No setting has this name.
    Absent,
    /// The setting has exactly this value.
    Equals(Value),
}
