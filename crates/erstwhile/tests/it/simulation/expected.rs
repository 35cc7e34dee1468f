//! The facts that a graph must have: computed from its episodes by the pure rules alone.

use erstwhile::change::Change;
use erstwhile::evidence::Evidence;
use erstwhile::identity::initial_evidence;
use erstwhile::knowledge::Knowledge;
use erstwhile::model::{Episode, EpisodeState, Fact, ModelReadingState, User};
use erstwhile::reading::{Reading, evidence};

use super::speech::Reader;

/// The facts of a user's graph with these episodes, each as a line, sorted.
pub(super) fn facts(user: &User, episodes: &[Episode]) -> Vec<String> {
    let mut changes = initial_evidence(user);
    for episode in episodes.iter().filter(|episode| episode.state == EpisodeState::Processed) {
        let reread = episode.model_reading.as_ref().is_some_and(|read| read.state == ModelReadingState::Read);
        let reader = if reread { Reader::Model } else { Reader::Rules };
        let recorded_at = episode.recorded_at;
        let reading = Reading { graph: user.graph, user: Some(user), extractor: reader.name(), recorded_at };
        let extraction = reader.read(&user.display_name(), &episode.content);
        changes.extend(evidence(&reading, episode, extraction).0);
    }
    let mut all = Evidence::default();
    for change in changes {
        match change {
            Change::AddMention(mention) => all.mentions.push(mention),
            Change::AddLink(link) => all.links.push(link),
            Change::AddAssertion(assertion) => all.assertions.push(assertion),
            other => panic!("reading an episode does not change anything else: {other:?}"),
        }
    }
    let mut knowledge = Knowledge::new(user.graph);
    knowledge.apply(all);
    lines(knowledge.facts())
}

/// What facts say, on what they rest, and when they hold. Not when they were recorded, which depends on the faults.
pub(super) fn lines<'a>(facts: impl Iterator<Item = &'a Fact>) -> Vec<String> {
    let line = |fact: &Fact| {
        let mut episodes = fact.episodes.clone();
        episodes.sort_unstable();
        let (from, until, claims) = (fact.valid_from, fact.valid_until, fact.assertions.len());
        format!("{} {} {from:?}/{until:?}, {claims} claims of {episodes:?}", fact.predicate, fact.statement)
    };
    let mut lines: Vec<String> = facts.map(line).collect();
    lines.sort();
    lines
}
