//! Context laid out by the application's own template.

use std::collections::HashMap;

use super::context::query_of;
use super::{Engine, Search, Summarised};
use crate::error::{Error, Result};
use crate::identity::user_node;
use crate::model::{Over, ProjectId, SettingKind};
use crate::search::{GraphIndex, Moment};
use crate::store::SettingScope;
use crate::template::{
    Template, Variable, VariableKind, line_of_summary, lines_of_entities, lines_of_episodes, lines_of_facts,
    lines_of_texts,
};

/// What a variable finds is chosen from so many times what it shows, because its types are looked at
/// after the search.
const LOOKED_THROUGH: usize = 200;

impl Engine {
    /// Declares a template.
    ///
    /// # Errors
    /// `Invalid` when it does not parse; `AlreadyExists` or `NotFound` when `is_new` says otherwise.
    pub async fn put_template(&self, project: ProjectId, id: &str, text: &str, is_new: bool) -> Result<()> {
        Template::check_id(id)?;
        Template::parse(text)?;
        if !is_new {
            self.template(project, id).await?;
        }
        let over = if is_new { Over::Nothing } else { Over::Anything };
        self.put_setting(project, None, (SettingKind::ContextTemplate, id), text.into(), over).await
    }

    /// The text of a template.
    pub async fn template(&self, project: ProjectId, id: &str) -> Result<String> {
        let settings = self.declared_in(SettingScope::Project(project), SettingKind::ContextTemplate).await?;
        let setting = settings.iter().find(|setting| setting.name == id);
        let text = setting.and_then(|setting| setting.value.as_str());
        text.map(str::to_owned).ok_or_else(|| Error::not_found("context template"))
    }

    /// The context of a thread, laid out by a template.
    pub async fn template_context(&self, project: ProjectId, thread_id: &str, template_id: &str) -> Result<String> {
        let template = Template::parse(&self.template(project, template_id).await?)?;
        let thread = self.thread(project, thread_id).await?;
        let last = self.store().last_messages(thread.graph, thread_id, super::context::MESSAGES_READ).await?;
        let query = query_of(&last);
        let mut texts: HashMap<VariableKind, Vec<String>> = HashMap::new();
        for variable in template.variables() {
            let found = match variable.kind {
                VariableKind::Observations => {
                    let observations = self.observations_in(thread.graph).await?;
                    let nearest = self.nearest(&query, LOOKED_THROUGH, observations, |one| one.summary.clone()).await?;
                    nearest.into_iter().map(|found| found.item.summary).collect()
                }
                VariableKind::ThreadSummaries => {
                    let summaries = self.summaries_in(thread.graph, Summarised::Threads, None).await?;
                    let nearest = self.nearest(&query, LOOKED_THROUGH, summaries, |one| one.text.clone()).await?;
                    nearest.into_iter().map(|found| found.item.text).collect()
                }
                VariableKind::UserSummary => self.user_summary(project, thread.graph).await?.into_iter().collect(),
                _ => continue,
            };
            texts.insert(variable.kind, found);
        }
        let search = if query.trim().is_empty() {
            None
        } else {
            let search = Search { moment: Moment::Current(self.now()), ..Search::new(query, LOOKED_THROUGH) };
            Some(self.search_request(search).await?)
        };
        let said: Vec<_> = last.iter().map(|message| message.id).collect();
        let fill = |index: &GraphIndex, variable: &Variable| {
            let known = texts.get(&variable.kind).cloned().unwrap_or_default();
            let (Some(search), limit) = (&search, variable.items_max()) else {
                return lines_of_texts(&known, variable);
            };
            match variable.kind {
                VariableKind::UserSummary => known.first().map(|text| line_of_summary(text)).unwrap_or_default(),
                VariableKind::Observations | VariableKind::ThreadSummaries => lines_of_texts(&known, variable),
                VariableKind::Edges => {
                    let found = index.search_facts(search).into_iter().map(|found| found.item);
                    let fits = |name: &str| variable.types.is_empty() || variable.types.iter().any(|own| own == name);
                    lines_of_facts(
                        &found.filter(|fact| fits(&fact.predicate)).take(limit).collect::<Vec<_>>(),
                        variable,
                    )
                }
                VariableKind::Entities => {
                    let found = index.search_entities(search).into_iter().map(|found| found.item);
                    let own = user_node(thread.graph);
                    let fits = |label: Option<&String>| {
                        variable.types.is_empty() || label.is_some_and(|label| variable.types.contains(label))
                    };
                    let fitting = found.filter(|entity| entity.id != own && fits(entity.entity_type.as_ref()));
                    lines_of_entities(&fitting.take(limit).collect::<Vec<_>>(), variable)
                }
                VariableKind::Episodes => {
                    let found = index.search_episodes(search).into_iter().map(|found| found.item);
                    let new = found.filter(|episode| !said.contains(&episode.id));
                    lines_of_episodes(&new.take(limit).collect::<Vec<_>>(), variable)
                }
            }
        };
        self.index(thread.graph).await?.read(|index| template.render(|variable| fill(index, variable)))
    }
}
