//! Settings: what an application declares about its project, its users and its graphs.

use serde_json::Value;

use super::audit::Target;
use super::{GraphRef, ProjectHandle};
use crate::ingestion::request_summaries;
use crate::state::read_ontology;
use crate::store::{ErasureState, SettingScope};
use erstwhile_core::change::{Change, ProjectChange, SettingChange};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{AuditAction, AuditTargetKind, Precondition, Project, Setting, SettingKind};
use erstwhile_core::ontology::Ontology;

/// Maximum number of settings of one kind in one scope.
const SETTINGS_MAX: usize = 1_000;

impl ProjectHandle {
    /// Sets the time zone of users and graphs that have none of their own.
    pub async fn set_time_zone(&self, time_zone: Option<String>) -> Result<Project> {
        super::checks::check_time_zone(time_zone.as_deref())?;
        let changed = Project { time_zone, ..self.info().await? };
        let mut changes = vec![Change::Project(ProjectChange::Update(changed.clone()))];
        changes.extend(self.record(AuditAction::Change, AuditTargetKind::Project, Target::default()));
        let batch = self.batch(None, changes);
        self.apply_batch(&batch).await?;
        Ok(changed)
    }

    /// The scope of the settings of a graph, or of the project when `graph` is absent.
    pub(super) async fn scope(&self, graph: Option<&GraphRef>) -> Result<SettingScope> {
        Ok(match graph {
            Some(reference) => SettingScope::Graph(self.graph(reference).partition().await?),
            None => SettingScope::Project(self.whole()?),
        })
    }

    /// The value of the setting with a name; `None` when it is not declared.
    pub async fn setting(&self, graph: Option<&GraphRef>, kind: SettingKind, name: &str) -> Result<Option<Value>> {
        let scope = self.scope(graph).await?;
        Ok(self.store().setting(scope, kind, name).await?.map(|setting| setting.value))
    }

    /// The settings of a kind in a scope, by name.
    pub async fn settings(&self, graph: Option<&GraphRef>, kind: SettingKind) -> Result<Vec<Setting>> {
        let scope = self.scope(graph).await?;
        self.store().settings(scope, kind).await
    }

    /// The settings of a kind that a graph inherits from the project unless it has its own, by name.
    pub async fn inherited_settings(&self, kind: SettingKind) -> Result<Vec<Setting>> {
        self.store().settings(SettingScope::Project(self.id), kind).await
    }

    /// Declares a setting of a graph, or of the project when `graph` is absent.
    ///
    /// # Errors
    /// `AlreadyExists` or `Conflict` when `precondition` does not hold; `Invalid` when there are too many settings.
    pub async fn put_setting(
        &self,
        graph: Option<&GraphRef>,
        (kind, name): (SettingKind, &str),
        value: Value,
        precondition: Precondition,
    ) -> Result<()> {
        let scope = self.scope(graph).await?;
        if precondition != Precondition::None && self.store().settings(scope, kind).await?.len() >= SETTINGS_MAX {
            return Err(Error::invalid(format!("at most {SETTINGS_MAX} of one kind are allowed: {}", kind.noun())));
        }
        let setting = Setting { kind, name: name.to_owned(), value, updated_at: self.now() };
        let action = if precondition == Precondition::Absent { AuditAction::Create } else { AuditAction::Change };
        // What a user or graph declares for itself is a part of its data.
        let record = match scope {
            SettingScope::Project(_) => self.record_setting(action, (kind, name), None),
            SettingScope::Graph(_) => None,
        };
        let put = Change::Setting(SettingChange::Put(setting, precondition));
        self.declare(scope, kind, std::iter::once(put).chain(record).collect()).await
    }

    /// Removes a setting; `None` when it was not declared.
    pub async fn remove_setting(
        &self,
        graph: Option<&GraphRef>,
        kind: SettingKind,
        name: &str,
    ) -> Result<Option<ErasureState>> {
        let scope = self.scope(graph).await?;
        let partition = match scope {
            SettingScope::Project(_) => None,
            SettingScope::Graph(graph) => Some(graph.into()),
        };
        let mut changes = vec![Change::Setting(SettingChange::Remove(kind, name.to_owned()))];
        changes.extend(self.record_setting(AuditAction::Delete, (kind, name), partition));
        match self.declare(scope, kind, changes).await {
            Ok(()) => Ok(Some(self.erased().await)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Declares the types of a graph, or of the project when `graph` is absent; they replace the types that it declared
    /// before.
    pub async fn set_ontology(&self, graph: Option<&GraphRef>, ontology: &Ontology) -> Result<()> {
        ontology.check()?;
        let value = serde_json::to_value(ontology)
            .map_err(|error| Error::internal("an ontology cannot be serialised").with_source(error))?;
        self.put_setting(graph, (SettingKind::Ontology, ""), value, Precondition::None).await
    }

    /// The types that a graph declares, or the project when `graph` is absent; empty when it declares none.
    pub async fn declared_ontology(&self, graph: Option<&GraphRef>) -> Result<Ontology> {
        let value = self.setting(graph, SettingKind::Ontology, "").await?;
        value.map_or_else(|| Ok(Ontology::default()), read_ontology)
    }

    /// Applies changes of declarations of a scope.
    pub(super) async fn declare(&self, scope: SettingScope, kind: SettingKind, changes: Vec<Change>) -> Result<()> {
        let partition = match scope {
            SettingScope::Project(_) => None,
            SettingScope::Graph(graph) => Some(graph.into()),
        };
        let applied = self.apply_batch(&self.batch(partition, changes)).await;
        self.state().invalidate_declarations(scope);
        applied?;
        if kind == SettingKind::UserSummaryInstruction {
            request_summaries(self.state(), scope).await?;
        }
        Ok(())
    }
}
