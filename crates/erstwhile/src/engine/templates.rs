//! Context in the layout of an application's own template.

use std::collections::HashMap;

use super::context::query_of;
use super::{ProjectHandle, Search, SummaryKind, ThreadHandle};
use crate::store::SettingScope;
use erstwhile_core::error::{Error, Result};
use erstwhile_core::identity::user_node;
use erstwhile_core::model::{Entity, Episode, Fact, Precondition, SettingKind};
use erstwhile_core::search::{GraphIndex, Moment, Scored, SearchRequest, Searches, Statements};
use erstwhile_core::template::{
    Template, Variable, VariableKind, line_of_summary, lines_of_entities, lines_of_episodes, lines_of_facts,
    lines_of_texts,
};

/// Number of search results from which a variable selects. It exceeds what a variable shows, because results are
/// filtered by type after the search.
const CANDIDATES: usize = 200;

impl ProjectHandle {
    /// Declares a template.
    ///
    /// # Errors
    /// `Invalid` when it does not parse; `AlreadyExists` when `is_new` and the template exists, `NotFound` when
    /// not `is_new` and it does not exist.
    pub async fn put_template(&self, id: &str, text: &str, is_new: bool) -> Result<()> {
        Template::check_id(id)?;
        Template::parse(text)?;
        if !is_new {
            self.template(id).await?;
        }
        let over = if is_new { Precondition::Absent } else { Precondition::None };
        self.put_setting(None, (SettingKind::ContextTemplate, id), text.into(), over).await
    }

    /// The text of a template.
    pub async fn template(&self, id: &str) -> Result<String> {
        self.whole()?;
        self.layout(id).await
    }

    /// The text of a template, also for a caller who reaches only one graph.
    async fn layout(&self, id: &str) -> Result<String> {
        let settings = self.state().declared_in(SettingScope::Project(self.id), SettingKind::ContextTemplate).await?;
        let setting = settings.iter().find(|setting| setting.name == id);
        let text = setting.and_then(|setting| setting.value.as_str());
        text.map(str::to_owned).ok_or_else(|| Error::not_found("context template"))
    }
}

impl ThreadHandle {
    /// The context of a thread in the layout of a template.
    pub async fn context_by_template(&self, template_id: &str) -> Result<String> {
        let template = Template::parse(&self.project.layout(template_id).await?)?;
        let thread = self.get().await?;
        self.project.state().wait_for_unread(thread.graph).await;
        let last = self.project.store().last_messages(thread.graph, self.id(), super::context::MESSAGES_READ).await?;
        let query = query_of(&last);
        let mut texts: HashMap<VariableKind, Vec<String>> = HashMap::new();
        for variable in template.variables() {
            if texts.contains_key(&variable.kind) {
                continue;
            }
            let found = match variable.kind {
                VariableKind::Observations => {
                    let observations = self.project.observations_in(thread.graph).await?;
                    let nearest =
                        self.project.nearest(&query, CANDIDATES, observations, |one| one.summary.clone()).await?;
                    nearest.into_iter().map(|found| found.item.summary).collect()
                }
                VariableKind::ThreadSummaries => {
                    let summaries = self.project.summaries_in(thread.graph, SummaryKind::Threads, None).await?;
                    let nearest = self.project.nearest(&query, CANDIDATES, summaries, |one| one.text.clone()).await?;
                    nearest.into_iter().map(|found| found.item.text).collect()
                }
                VariableKind::UserSummary => self.project.user_summary(thread.graph).await?.into_iter().collect(),
                _ => continue,
            };
            texts.insert(variable.kind, found);
        }
        let index = self.project.index(thread.graph).await?;
        let search = if query.trim().is_empty() {
            None
        } else {
            let search = Search {
                moment: Moment::Current(self.project.now()),
                statements: Some(Statements::Never),
                ignored: last.iter().map(|message| message.id).collect(),
                ..Search::new(query, CANDIDATES)
            };
            Some(self.project.search_request(&index, search).await?)
        };
        let fill = |found: &Found, variable: &Variable| {
            let known = texts.get(&variable.kind).map(Vec::as_slice).unwrap_or_default();
            let limit = variable.items_max();
            match variable.kind {
                VariableKind::UserSummary => known.first().map(|text| line_of_summary(text)).into_iter().collect(),
                VariableKind::Observations | VariableKind::ThreadSummaries => lines_of_texts(known, variable),
                VariableKind::Edges => {
                    let fits = |name: &str| variable.types.is_empty() || variable.types.iter().any(|own| own == name);
                    let fitting = found.facts.iter().filter(|fact| fits(&fact.predicate));
                    lines_of_facts(&fitting.take(limit).cloned().collect::<Vec<_>>(), variable)
                }
                VariableKind::Entities => {
                    let own = user_node(thread.graph);
                    let fits = |label: Option<&String>| {
                        variable.types.is_empty() || label.is_some_and(|label| variable.types.contains(label))
                    };
                    let fitting = found.entities.iter().filter(|entity| entity.id != own);
                    let fitting = fitting.filter(|entity| fits(entity.entity_type.as_ref()));
                    lines_of_entities(&fitting.take(limit).cloned().collect::<Vec<_>>(), variable)
                }
                VariableKind::Episodes => {
                    lines_of_episodes(&found.episodes.iter().take(limit).cloned().collect::<Vec<_>>(), variable)
                }
            }
        };
        index.read(|index| {
            let found = search.as_ref().map(|search| Found::new(index, search, &template)).unwrap_or_default();
            template.render(|variable| fill(&found, variable))
        })
    }
}

/// The search results from which the variables of a template select: one search for each kind, even when several
/// variables use it.
#[derive(Debug, Default)]
struct Found {
    facts: Vec<Fact>,
    entities: Vec<Entity>,
    episodes: Vec<Episode>,
}

impl Found {
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
            found.episodes = items(searches.episodes());
        }
        found
    }
}

fn items<T>(found: Vec<Scored<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.item).collect()
}
