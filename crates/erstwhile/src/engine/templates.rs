//! Templates that an application declares, and context in their layout.

use std::collections::HashMap;

use uuid::Uuid;

use super::context::{MESSAGES_READ, query_of};
use super::writes::Tries;
use super::{GraphHandle, ProjectHandle, Search, SummaryKind, ThreadHandle};
use crate::store::{ErasureState, SettingScope};
use erstwhile_core::change::{Change, SettingChange};
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::user_node;
use erstwhile_core::model::{
    AuditAction, ContextTemplate, Entity, Episode, Fact, GraphId, Precondition, ProjectId, Setting, SettingKind,
};
use erstwhile_core::search::filter::Filter;
use erstwhile_core::search::{GraphIndex, Scored, SearchRequest, Searches, Statements};
use erstwhile_core::template::{
    Template, Variable, VariableKind, line_of_summary, lines_of_entities, lines_of_episodes, lines_of_facts,
    lines_of_texts,
};

/// Number of search results from which a variable selects. It exceeds what a variable shows, because results are
/// filtered by type after the search.
const CANDIDATES: usize = 200;

/// A template, as a caller names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateRef<'a> {
    /// By its name.
    Named(&'a str),
    /// By its uuid.
    Uuid(Uuid),
}

impl TemplateRef<'_> {
    /// The template among those of a project. A malformed one does not keep others from being found.
    ///
    /// # Errors
    /// `NotFound` when there is no such template; `Corrupt` when the one of this name is malformed.
    fn find(self, project: ProjectId, settings: &[Setting]) -> Result<(&Setting, ContextTemplate)> {
        let read = |setting: &Setting| ContextTemplate::of(project, setting.clone());
        let found = match self {
            Self::Named(name) => {
                let named = settings.iter().find(|setting| setting.name == name);
                named.map(|setting| Ok((setting, read(setting)?))).transpose()?
            }
            Self::Uuid(uuid) => {
                let mut readable = settings.iter().filter_map(|setting| Some((setting, read(setting).ok()?)));
                readable.find(|(_, template)| template.uuid == uuid)
            }
        };
        found.ok_or_else(|| Error::not_found("context template"))
    }
}

impl ProjectHandle {
    /// The templates of the project, by name.
    pub async fn templates(&self) -> Result<Vec<ContextTemplate>> {
        let settings = self.settings(None, SettingKind::ContextTemplate).await?.into_iter();
        settings.map(|setting| ContextTemplate::of(self.id, setting)).collect()
    }

    /// A template.
    pub async fn template(&self, template: TemplateRef<'_>) -> Result<ContextTemplate> {
        Ok(self.stored_template(template).await?.1)
    }

    /// A template, as it is stored and as it is read.
    async fn stored_template(&self, template: TemplateRef<'_>) -> Result<(Setting, ContextTemplate)> {
        let settings = self.settings(None, SettingKind::ContextTemplate).await?;
        let (setting, found) = template.find(self.id, &settings)?;
        Ok((setting.clone(), found))
    }

    /// Declares a template.
    ///
    /// # Errors
    /// `Invalid` when it does not parse; `AlreadyExists` when there is a template of that name.
    pub async fn create_template(&self, name: &str, text: &str) -> Result<ContextTemplate> {
        Template::check_id(name)?;
        Template::parse(text)?;
        let uuid = Uuid::new_v5(&self.id.0, self.ids().next().as_bytes());
        let created = ContextTemplate { uuid, name: name.to_owned(), text: text.to_owned(), created_at: self.now() };
        let value = created.setting(created.created_at)?.value;
        self.put_setting(None, (SettingKind::ContextTemplate, name), value, Precondition::Absent).await?;
        // Read again, because a repeated request is answered with what the first attempt stored.
        self.template(TemplateRef::Uuid(uuid)).await
    }

    /// Changes the name or the text of a template; what is absent stays.
    ///
    /// # Errors
    /// `Invalid` when the text does not parse; `NotFound` when there is no such template; `AlreadyExists` when another
    /// template has the name.
    pub async fn change_template(
        &self,
        template: TemplateRef<'_>,
        name: Option<&str>,
        text: Option<&str>,
    ) -> Result<ContextTemplate> {
        name.map_or(Ok(()), Template::check_id)?;
        text.map_or(Ok(()), |text| Template::parse(text).map(drop))?;
        let mut tries = Tries::new();
        loop {
            let (stored, before) = self.stored_template(template).await?;
            let after = ContextTemplate {
                name: name.unwrap_or(&before.name).to_owned(),
                text: text.unwrap_or(&before.text).to_owned(),
                ..before
            };
            match self.replace_template(stored, &after).await {
                Ok(()) => return Ok(after),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Removes a template.
    ///
    /// # Errors
    /// `NotFound` when there is no such template.
    pub async fn remove_template(&self, template: TemplateRef<'_>) -> Result<ErasureState> {
        let mut tries = Tries::new();
        loop {
            let (stored, _) = self.stored_template(template).await?;
            let record = (AuditAction::Delete, stored.name.clone());
            match self.supersede(stored.clone(), vec![remove(stored.name)], record).await {
                Ok(()) => return Ok(self.erased().await),
                Err(error) => tries.again(error)?,
            }
        }
    }

    /// Replaces a template, if nobody else changed it in between.
    async fn replace_template(&self, stored: Setting, after: &ContextTemplate) -> Result<()> {
        let replacement = after.setting(self.now())?;
        let changes = if after.name == stored.name {
            vec![put(replacement, Precondition::None)]
        } else {
            vec![remove(stored.name.clone()), put(replacement, Precondition::Absent)]
        };
        self.supersede(stored, changes, (AuditAction::Change, after.name.clone())).await
    }

    /// Makes changes to a template, if nobody else changed it in between.
    async fn supersede(
        &self,
        stored: Setting,
        changes: Vec<Change>,
        (action, name): (AuditAction, String),
    ) -> Result<()> {
        let kind = SettingKind::ContextTemplate;
        let unchanged = Precondition::Equals(stored.value.clone());
        let record = self.record_setting(action, (kind, &name), None);
        let changes = std::iter::once(put(stored, unchanged)).chain(changes).chain(record);
        self.declare(self.scope(None).await?, kind, changes.collect()).await
    }

    /// The layout of a template, also for a caller who reaches only one graph.
    async fn layout(&self, template: TemplateRef<'_>) -> Result<Template> {
        let settings = self.state().declared_in(SettingScope::Project(self.id), SettingKind::ContextTemplate).await?;
        Template::parse(&template.find(self.id, &settings)?.1.text)
    }

    /// The context for a search of a graph in the layout of a template.
    async fn lay_out(
        &self,
        graph: GraphId,
        template: &Template,
        search: Search,
        characters_max: usize,
    ) -> Result<String> {
        self.state().wait_for_unread(graph).await;
        let texts = self.texts_for(graph, template, &search).await?;
        let index = self.index(graph).await?;
        let search =
            Search { moment: search.filter.present_moment(self.now()), statements: Some(Statements::Never), ..search };
        let is_blank = search.query.trim().is_empty();
        let request = if is_blank { None } else { Some(self.search_request(&index, search).await?) };
        index.read(|index| {
            let searched = request.as_ref().map(|request| Found::new(index, request, template));
            let found = Found { texts, ..searched.unwrap_or_default() };
            template.render(characters_max, |variable| found.lines(variable, graph))
        })
    }

    /// What the variables of a template need that no index finds: summaries and observations. A filter that is not about
    /// episodes leaves none, and one of any kind leaves no summary of the user, which is made of everything.
    async fn texts_for(
        &self,
        graph: GraphId,
        template: &Template,
        search: &Search,
    ) -> Result<HashMap<VariableKind, Vec<String>>> {
        let (query, filter) = (&search.query, &search.filter);
        let mut texts: HashMap<VariableKind, Vec<String>> = HashMap::new();
        for variable in template.variables() {
            if texts.contains_key(&variable.kind) {
                continue;
            }
            let found = match variable.kind {
                VariableKind::Observations if filter.can_match_episodes() => {
                    let observations = self.observations_in(graph, filter).await?;
                    let nearest = self.nearest(query, CANDIDATES, observations, |one| one.summary.clone()).await?;
                    nearest.into_iter().map(|found| found.item.summary).collect()
                }
                VariableKind::ThreadSummaries if filter.can_match_episodes() => {
                    let summaries = self.summaries_in(graph, SummaryKind::Threads, None, filter).await?;
                    let nearest = self.nearest(query, CANDIDATES, summaries, |one| one.text.clone()).await?;
                    nearest.into_iter().map(|found| found.item.text).collect()
                }
                VariableKind::UserSummary if filter.is_empty() => self.user_summary(graph).await?.into_iter().collect(),
                _ => continue,
            };
            texts.insert(variable.kind, found);
        }
        Ok(texts)
    }
}

fn put(setting: Setting, precondition: Precondition) -> Change {
    Change::Setting(SettingChange::Put(setting, precondition))
}

fn remove(name: String) -> Change {
    Change::Setting(SettingChange::Remove(SettingKind::ContextTemplate, name))
}

impl ThreadHandle {
    /// The context of a thread in the layout of a template.
    pub async fn context_by_template(&self, template: TemplateRef<'_>) -> Result<String> {
        let template = self.project.layout(template).await?;
        let thread = self.get().await?;
        let last = self.project.store().last_messages(thread.graph, self.id(), MESSAGES_READ).await?;
        let ignored = last.iter().map(|message| message.id).collect();
        let search = Search { ignored, ..Search::new(query_of(&last), CANDIDATES) };
        self.project.lay_out(thread.graph, &template, search, usize::MAX).await
    }
}

impl GraphHandle {
    /// The context of a query in the layout of a template, made of what passes a filter. Items for which `characters_max`
    /// leaves no room are left out.
    ///
    /// # Errors
    /// `Invalid` when the template itself is longer.
    pub async fn context_by_template(
        &self,
        template: TemplateRef<'_>,
        query: &str,
        filter: Filter,
        characters_max: usize,
    ) -> Result<String> {
        let template = self.project.layout(template).await?;
        let own = template.characters();
        if own > characters_max {
            return Err(Error::invalid(format!("the template has {own} characters without its variables")));
        }
        let graph = self.partition().await?;
        let search = Search { filter, ..Search::new(query, CANDIDATES) };
        self.project.lay_out(graph, &template, search, characters_max).await
    }
}

/// What the variables of a template select from: one search for each kind, even when several variables use it.
#[derive(Debug, Default)]
struct Found {
    facts: Vec<Fact>,
    entities: Vec<Entity>,
    episodes: Vec<Episode>,
    texts: HashMap<VariableKind, Vec<String>>,
}

impl Found {
    /// The results of the searches that a template needs, without texts.
    fn new(index: &GraphIndex, search: &SearchRequest, template: &Template) -> Self {
        let uses = |kind| template.variables().any(|variable| variable.kind == kind);
        let searches = Searches::new(index, search);
        let mut found = Self::default();
        if uses(VariableKind::Edges) {
            found.facts = items(searches.facts());
        }
        if uses(VariableKind::Entities) {
            found.entities = items(searches.entities());
        }
        if uses(VariableKind::Episodes) {
            found.episodes = items(searches.episodes_for_context());
        }
        found
    }

    /// The lines that a variable shows.
    fn lines(&self, variable: &Variable, graph: GraphId) -> Vec<String> {
        let texts = self.texts.get(&variable.kind).map(Vec::as_slice).unwrap_or_default();
        let limit = variable.items_max();
        match variable.kind {
            VariableKind::UserSummary => texts.first().map(|text| line_of_summary(text)).into_iter().collect(),
            VariableKind::Observations | VariableKind::ThreadSummaries => lines_of_texts(texts, variable),
            VariableKind::Edges => {
                let fits = |name: &str| variable.types.is_empty() || variable.types.iter().any(|own| own == name);
                let fitting = self.facts.iter().filter(|fact| fits(&fact.predicate));
                lines_of_facts(&fitting.take(limit).cloned().collect::<Vec<_>>(), variable)
            }
            VariableKind::Entities => {
                let own = user_node(graph);
                let fits = |label: Option<&String>| {
                    variable.types.is_empty() || label.is_some_and(|label| variable.types.contains(label))
                };
                let fitting = self.entities.iter().filter(|entity| entity.id != own);
                let fitting = fitting.filter(|entity| fits(entity.entity_type.as_ref()));
                lines_of_entities(&fitting.take(limit).cloned().collect::<Vec<_>>(), variable)
            }
            VariableKind::Episodes => {
                lines_of_episodes(&self.episodes.iter().take(limit).cloned().collect::<Vec<_>>(), variable)
            }
        }
    }
}

fn items<T>(found: Vec<Scored<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.item).collect()
}
