//! Content policies: what must not be derived from the episodes of new graphs.
//!
//! A project's policy has revisions, which never change. A graph is bound to the newest one when it is created. What
//! violates it is dropped when episodes are read; which episodes do is computed from their text whenever somebody asks.

use jiff::Timestamp;
use uuid::Uuid;

use super::{LocatedGraph, ProjectHandle};
use crate::state::{INCLUDE_VIOLATING, IndexHandle, read_policy};
use crate::store::SettingScope;
use erstwhile_core::change::{Change, SettingChange};
use erstwhile_core::content_policy::{BoundPolicy, Category, PolicyRevision, PolicyText, Rule};
use erstwhile_core::error::{Error, ErrorKind, Result};
use erstwhile_core::model::{Episode, EpisodeId, GraphId, Precondition, Setting, SettingKind};
use erstwhile_core::search::GraphIndex;
use erstwhile_core::search::filter::Filter;

/// Maximum number of revisions of a project.
const REVISIONS_MAX: usize = 1_000;
/// Maximum number of attempts to add a revision while others do.
const TRIES: usize = 8;

/// A category to declare.
#[derive(Debug, Clone)]
pub struct NewCategory {
    /// Its key.
    pub key: String,
    /// What it covers.
    pub description: Option<String>,
}

/// A rule to declare.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// The key of its category.
    pub category_key: String,
    /// What it prohibits, in plain language.
    pub description: String,
    /// What it prohibits, by example.
    pub prohibited_examples: Vec<String>,
    /// What it permits, by example.
    pub permitted_examples: Vec<String>,
}

/// A policy to declare for a project, or to add to the project's for one graph.
#[derive(Debug, Clone, Default)]
pub struct NewPolicy {
    /// The categories.
    pub categories: Vec<NewCategory>,
    /// The rules.
    pub rules: Vec<NewRule>,
    /// The revision of the project that must be the newest; any when absent.
    pub expected_revision: Option<i64>,
}

/// What the policy of a graph says about an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyOutcome {
    /// The number of the revision that the graph is bound to.
    pub revision: i64,
    /// The rules that the episode violates, with the keys of their categories.
    pub rules: Vec<(Uuid, String)>,
    /// How many claims, statements and names were derived from the episode.
    pub retained: usize,
}

fn setting_name(number: i64) -> String {
    format!("{number:06}")
}

/// The change that binds a new graph to a policy.
pub(super) fn binding(bound: &BoundPolicy) -> Result<Change> {
    let value = serde_json::to_value(bound)
        .map_err(|error| Error::internal("a content policy cannot be serialised").with_source(error))?;
    let setting = Setting { kind: SettingKind::ContentPolicy, name: String::new(), value, updated_at: bound.bound_at };
    Ok(Change::Setting(SettingChange::Put(setting, Precondition::Absent)))
}

impl ProjectHandle {
    /// The newest revision of the project's content policy.
    pub async fn content_policy(&self) -> Result<PolicyRevision> {
        self.whole()?;
        self.newest_policy().await
    }

    async fn newest_policy(&self) -> Result<PolicyRevision> {
        match self.store().last_setting(SettingScope::Project(self.id), SettingKind::ContentPolicy).await? {
            Some(setting) => read_policy(setting.value),
            None => self.first_policy().await,
        }
    }

    /// Revision 0, which prohibits nothing.
    async fn first_policy(&self) -> Result<PolicyRevision> {
        let created_at = match self.info().await {
            Ok(project) => project.created_at,
            // A check of the store belongs to no project.
            Err(error) if error.kind() == ErrorKind::NotFound => self.now(),
            Err(error) => return Err(error),
        };
        let uuid = Uuid::new_v5(&self.id.0, b"content policy 0");
        Ok(PolicyRevision { uuid, number: 0, text: PolicyText::default(), created_at })
    }

    /// The revisions of the project's content policy, newest first, to revision 0.
    pub async fn content_policy_revisions(&self) -> Result<Vec<PolicyRevision>> {
        let declared = self.settings(None, SettingKind::ContentPolicy).await?;
        let mut revisions =
            declared.into_iter().map(|setting| read_policy(setting.value)).collect::<Result<Vec<PolicyRevision>>>()?;
        revisions.push(self.first_policy().await?);
        revisions.sort_by_key(|revision| std::cmp::Reverse(revision.number));
        Ok(revisions)
    }

    /// A revision of the project's content policy.
    pub async fn content_policy_revision(&self, uuid: Uuid) -> Result<PolicyRevision> {
        let revisions = self.content_policy_revisions().await?;
        let found = revisions.into_iter().find(|revision| revision.uuid == uuid);
        found.ok_or_else(|| Error::not_found("content policy revision"))
    }

    /// Adds a revision to the project's content policy. Graphs that exist keep theirs.
    ///
    /// # Errors
    /// `Invalid` for a rule that cannot be applied.
    pub async fn set_content_policy(&self, new: NewPolicy) -> Result<PolicyRevision> {
        let text = self.policy_text(new);
        text.check()?;
        let uuid = self.ids().next();
        let mut tries = 0;
        loop {
            let newest = self.content_policy().await?;
            let number = newest.number + 1;
            if usize::try_from(number).is_ok_and(|number| number > REVISIONS_MAX) {
                return Err(Error::invalid(format!("a content policy can have at most {REVISIONS_MAX} revisions")));
            }
            let revision = PolicyRevision { uuid, number, text: text.clone(), created_at: self.now() };
            let value = serde_json::to_value(&revision)
                .map_err(|error| Error::internal("a content policy cannot be serialised").with_source(error))?;
            let setting = (SettingKind::ContentPolicy, &*setting_name(number));
            match self.put_setting(None, setting, value, Precondition::Absent).await {
                Ok(()) => return Ok(revision),
                // Another request has just added this revision.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives categories and rules the ids that they have in every revision.
    fn policy_text(&self, new: NewPolicy) -> PolicyText {
        let id = |of: &str| Uuid::new_v5(&self.id.0, of.as_bytes());
        let category = |new: NewCategory| Category {
            id: id(&format!("content policy category\0{}", new.key)),
            key: new.key,
            description: new.description,
        };
        let rule = |new: NewRule| Rule {
            id: id(&format!("content policy rule\0{}\0{}", new.category_key, new.description)),
            category_key: new.category_key,
            description: new.description,
            prohibited_examples: new.prohibited_examples,
            permitted_examples: new.permitted_examples,
        };
        PolicyText {
            categories: new.categories.into_iter().map(category).collect(),
            rules: new.rules.into_iter().map(rule).collect(),
        }
    }

    /// What a graph that is created now is bound to: the newest revision, and what is added to it for this graph alone;
    /// nothing while the project never had a policy.
    ///
    /// # Errors
    /// `Conflict` when the newest revision is another one than expected.
    pub(super) async fn policy_of_new_graph(&self, added: Option<NewPolicy>) -> Result<Option<BoundPolicy>> {
        let mut revision = self.newest_policy().await?;
        let added = added.unwrap_or_default();
        if added.expected_revision.is_some_and(|expected| expected != revision.number) {
            let message = format!("the content policy of the project is at revision {}", revision.number);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let added = self.policy_text(added);
        let known = revision.text.clone();
        let categories =
            added.categories.into_iter().filter(|new| !known.categories.iter().any(|one| one.key == new.key));
        revision.text.categories.extend(categories);
        revision
            .text
            .rules
            .extend(added.rules.into_iter().filter(|new| !known.rules.iter().any(|one| one.id == new.id)));
        if revision.text != known {
            revision.text.check()?;
            revision.uuid = self.ids().next();
            revision.created_at = self.now();
        } else if revision.number == 0 {
            return Ok(None);
        }
        Ok(Some(BoundPolicy { revision, bound_at: self.now() }))
    }

    /// What a graph is bound to: revision 0 if it was created without a policy.
    pub async fn graph_content_policy(&self, located: &LocatedGraph) -> Result<BoundPolicy> {
        match self.state().bound_policy(located.graph.id).await? {
            Some(bound) => Ok(bound),
            None => Ok(BoundPolicy { revision: self.first_policy().await?, bound_at: located.graph.created_at }),
        }
    }

    /// Whether reads of episodes return those that violate the content policy of their graph.
    pub async fn includes_violating_episodes(&self) -> Result<bool> {
        self.state().includes_violating(self.id).await
    }

    /// Sets whether reads of episodes return those that violate the content policy of their graph.
    pub async fn include_violating_episodes(&self, include: bool) -> Result<()> {
        let flag = (SettingKind::ProjectFlag, INCLUDE_VIOLATING);
        self.put_setting(None, flag, include.into(), Precondition::None).await
    }

    /// Lets a filter of episodes pass only those that reads return, unless it says which it wants: all, if the graph has no
    /// content policy or the project includes those that violate it.
    pub(super) async fn hide_violations(&self, index: &IndexHandle, filter: &mut Filter) -> Result<()> {
        let is_bound = filter.violations.is_none() && index.read(GraphIndex::has_policy)?;
        if is_bound && !self.includes_violating_episodes().await? {
            filter.violations = Some(false);
        }
        Ok(())
    }

    /// Those of some episodes of a graph that reads return.
    pub(super) async fn shown_episodes(&self, graph: GraphId, mut episodes: Vec<Episode>) -> Result<Vec<Episode>> {
        if let Some(policy) = self.state().content_policy(graph).await?
            && !self.includes_violating_episodes().await?
        {
            episodes.retain(|episode| !policy.prohibits(&episode.content));
        }
        Ok(episodes)
    }

    /// Lets a filter pass only episodes that violate the content policy of their graph, or only those that do not.
    ///
    /// # Errors
    /// `Invalid` unless the project includes episodes that violate it.
    pub async fn filter_violations(&self, filter: &mut Filter, wanted: bool) -> Result<()> {
        if !self.includes_violating_episodes().await? {
            return Err(Error::invalid(
                "content_policy_violated needs the project's include_policy_violating_episodes",
            ));
        }
        filter.violations = Some(wanted);
        Ok(())
    }

    /// What the content policy of a graph says about episodes of it; `None` if the graph has no policy with rules.
    pub async fn policy_outcomes(&self, graph: GraphId, episodes: &[Episode]) -> Result<Option<Vec<PolicyOutcome>>> {
        let Some(bound) = self.state().bound_policy(graph).await? else { return Ok(None) };
        let Some(policy) = self.state().content_policy(graph).await? else { return Ok(None) };
        let revision = bound.revision.number;
        let index = self.index(graph).await?;
        let retained = |id: EpisodeId| {
            index.read(|index| index.knowledge.assertions_from(id).count() + index.knowledge.mentions_from(id).len())
        };
        let outcome = |episode: &Episode| {
            let rules = policy.violated_by(&episode.content).map(|rule| (rule.id, rule.category_key.clone())).collect();
            Ok(PolicyOutcome { revision, rules, retained: retained(episode.id)? })
        };
        episodes.iter().map(outcome).collect::<Result<_>>().map(Some)
    }

    /// The episodes of a graph that violate its content policy, with the rules, and when the system received them.
    pub async fn policy_violations(
        &self,
        located: &LocatedGraph,
    ) -> Result<Vec<(EpisodeId, Timestamp, PolicyOutcome)>> {
        let graph = located.graph.id;
        let filter = Filter { violations: Some(true), ..Filter::default() };
        let episodes = self.graph(&located.reference).episodes(&filter, &[]).await?;
        let outcomes = self.policy_outcomes(graph, &episodes).await?.unwrap_or_default();
        let decided =
            episodes.into_iter().zip(outcomes).map(|(episode, outcome)| (episode.id, episode.recorded_at, outcome));
        Ok(decided.collect())
    }
}
