//! Selects what a context block shows, so that it says nothing twice.

use foldhash::{HashMap, HashSet};

use super::{ContextParts, EPISODE_CHARACTERS_MAX, episode_line, statement_line};
use crate::identity::normalise;
use crate::model::{Entity, EntityId, Episode, EpisodeId, Fact};
use crate::text::sentences::split;
use crate::text::{contains_word, inert, words};
use crate::vocabulary::began;

/// A text of which a shown fact says this share of the words repeats it.
const REPEATED_SHARE: f64 = 0.8;
/// Maximum number of characters of an entity's summary in a block.
const SUMMARY_CHARACTERS_MAX: usize = 240;
/// Maximum number of statements of one turn that is not shown whole.
const STATEMENTS_MAX: usize = 3;

/// The facts without those whose statement another one contains, and without events of which the state that they began is
/// among them; of equal ones, the first stays.
pub(super) fn without_contained(facts: &[Fact]) -> Vec<&Fact> {
    let normal = |fact: &Fact| normalise(&fact.statement).trim_end_matches(['.', '!', '?', '…']).to_owned();
    let statements: Vec<String> = facts.iter().map(normal).collect();
    let is_contained = |at: usize| {
        let own = &statements[at];
        statements.iter().enumerate().any(
            |(other, statement)| {
                if statement == own { other < at } else { contains_word(statement, own) }
            },
        )
    };
    let has_begun = |event: &Fact| facts.iter().any(|state| began(event, state));
    let says_more = |(at, fact): &(usize, &Fact)| !is_contained(*at) && !has_begun(fact);
    facts.iter().enumerate().filter(says_more).map(|(_, fact)| fact).collect()
}

/// The entities that a shown fact or the conversation needs, with what the facts and the user's summary do not say.
pub(super) fn entities(parts: &ContextParts, shown: &[&Fact]) -> Vec<Entity> {
    let ends: HashSet<EntityId> = shown.iter().flat_map(|fact| [fact.subject, fact.object]).collect();
    let of_user: HashSet<String> = words(parts.user_summary.as_deref().unwrap_or_default()).into_iter().collect();
    let needed = parts.entities.iter().filter(|entity| ends.contains(&entity.id) || parts.named.contains(&entity.id));
    let reduced = needed.map(|entity| {
        let said: HashSet<String> = shown
            .iter()
            .filter(|fact| [fact.subject, fact.object].contains(&entity.id))
            .flat_map(|fact| words(&fact.statement))
            .collect();
        let mut summary = String::new();
        for sentence in split(&entity.summary).into_iter().map(|sentence| &entity.summary[sentence.span]) {
            let own = words(sentence);
            let is_said = own.iter().all(|word| said.contains(word)) || own.iter().all(|word| of_user.contains(word));
            let length = summary.chars().count() + sentence.chars().count();
            if is_said || (length > SUMMARY_CHARACTERS_MAX && !summary.is_empty()) {
                continue;
            }
            if !summary.is_empty() {
                summary.push(' ');
            }
            summary.push_str(sentence);
        }
        Entity { summary, ..entity.clone() }
    });
    reduced.filter(|entity| !entity.summary.is_empty() || !entity.attributes.is_empty()).collect()
}

/// The lines of turns and statements, best first, up to a number of lines and of characters.
pub(super) fn said(parts: &ContextParts, shown: &[&Fact], lines_max: usize, characters: usize) -> Vec<String> {
    let facts: Vec<(&Fact, HashSet<String>)> =
        shown.iter().map(|fact| (*fact, words(&fact.statement).into_iter().collect())).collect();
    let repeats_fact = |episode: EpisodeId, text: &str| {
        let own: HashSet<String> = words(text).into_iter().collect();
        let says = |words: &HashSet<String>| {
            own.iter().filter(|word| words.contains(*word)).count() as f64 >= own.len() as f64 * REPEATED_SHARE
        };
        facts.iter().any(|(fact, words)| fact.episodes.contains(&episode) && says(words))
    };
    let mut statements: HashMap<EpisodeId, Vec<&Fact>> = HashMap::default();
    for statement in &parts.statements {
        for episode in &statement.episodes {
            if !repeats_fact(*episode, &statement.statement) {
                statements.entry(*episode).or_default().push(statement);
            }
        }
    }
    let mut left = characters;
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: String| {
        let length = line.chars().count() + 1;
        let fits = length <= left && lines.len() < lines_max && !lines.contains(&line);
        if fits {
            left -= length;
            lines.push(line);
        }
        fits
    };
    for (id, episode) in in_order(parts) {
        if let Some(episode) = episode {
            if repeats_fact(id, &episode.content) {
                continue;
            }
            let is_whole = inert(&episode.content).chars().count() <= EPISODE_CHARACTERS_MAX;
            // The beginning of a long turn is rarely what was asked for, its statements are.
            if (is_whole || !statements.contains_key(&id)) && add(episode_line(episode)) {
                continue;
            }
        }
        for statement in statements.get(&id).into_iter().flatten().take(STATEMENTS_MAX) {
            add(statement_line(statement));
        }
    }
    lines
}

/// The turns, and the turns of which only statements were found, by their best rank in either list. The rank of a statement
/// counts double: the whole turns say more.
fn in_order(parts: &ContextParts) -> Vec<(EpisodeId, Option<&Episode>)> {
    let mut ranked: Vec<(usize, usize, EpisodeId)> =
        parts.episodes.iter().enumerate().map(|(rank, episode)| (rank, 0, episode.id)).collect();
    let of_statements = parts.statements.iter().enumerate();
    ranked.extend(of_statements.flat_map(|(rank, fact)| fact.episodes.iter().map(move |id| (2 * rank, 1, *id))));
    ranked.sort_unstable();
    let turns: HashMap<EpisodeId, &Episode> = parts.episodes.iter().map(|episode| (episode.id, episode)).collect();
    let mut seen = HashSet::default();
    let first = ranked.into_iter().filter(|(_, _, id)| seen.insert(*id));
    first.map(|(_, _, id)| (id, turns.get(&id).copied())).collect()
}
