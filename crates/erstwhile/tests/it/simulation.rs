//! Deterministic simulation: two nodes on one database live through crashes, pauses, lost requests and answers, wrong clocks
//! and extractors that are down, while people talk and take back what they said. A seed determines everything, so that a
//! history that goes wrong can be repeated.
//!
//! Time is virtual: it stands still while anything can be done, and then jumps to the next timer. One thread runs
//! everything; extractors compute on another one, one at a time, while the first goes on only until it must wait.
//!
//! Afterwards, nothing that was acknowledged is lost, nothing is doubled, what was deleted stays deleted, everything is
//! settled, and the facts are those that the pure rules compute from what is left.
#![expect(clippy::panic, reason = "a history that goes wrong must say so at once")]

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use erstwhile::engine::{NewEpisode, NewImportItem, NewMessage};
use erstwhile::model::{EpisodeKind, ImportTarget};

use chance::Chance;
use cluster::Cluster;
use person::Person;
use weather::Weather;

mod chance;
mod checks;
mod cluster;
mod expected;
mod link;
mod node;
mod person;
mod speech;
mod weather;

/// The variable with other seeds, such as `7..8`.
const SEEDS: &str = "ERSTWHILE_SEEDS";
/// The seeds without it.
const DEFAULT_SEEDS: Range<u64> = 0..1_000;
/// Maximum number of people in a history.
const PEOPLE_MAX: u64 = 2;

/// A message as an item of an import job.
fn bulk_item(thread_id: &str, message: NewMessage) -> NewImportItem {
    let episode =
        NewEpisode { kind: EpisodeKind::Message, created_at: message.created_at, ..NewEpisode::text(message.content) };
    let target = ImportTarget::Thread(thread_id.to_owned());
    NewImportItem { target, episode, role: Some(message.role), name: None }
}

/// How a history went: what happened, if it is recorded, and what was wrong.
struct History {
    lines: Vec<String>,
    failure: Option<String>,
}

/// Lives through the history of a seed.
fn live(seed: u64, recorded: bool) -> History {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        // What other threads wake runs last, and they finish one after the other: the order does not depend on their speed.
        .global_queue_interval(u32::MAX)
        .max_blocking_threads(1)
        .build()
        .expect("a runtime");
    let mut chance = Chance::new(seed);
    let weather = {
        let _time = runtime.enter();
        Arc::new(Weather::new(&mut chance, recorded))
    };
    let lived = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(story(&weather, chance))));
    let failure = lived.err().map(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
    });
    History { lines: weather.history(), failure }
}

async fn story(weather: &Arc<Weather>, mut chance: Chance) {
    let cluster = Cluster::new(Arc::clone(weather), &mut chance).await;
    let count = chance.number(1..PEOPLE_MAX + 1);
    let mut people: Vec<Person> = (0..count).map(|number| Person::new(number, chance.fork())).collect();
    let trouble = cluster.trouble(chance.fork());
    let lives = futures::future::join_all(people.iter_mut().map(|person| person.live(&cluster)));
    tokio::select! {
        biased;
        () = trouble => {}
        _ = lives => {}
    }
    cluster.settle().await;
    checks::all(&cluster, &mut people, &mut chance).await;
}

/// The seeds to try.
fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var(SEEDS) else { return DEFAULT_SEEDS };
    let seeds = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    seeds.unwrap_or_else(|| panic!("{SEEDS} must be a range such as 7..8, not {text}"))
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_doubled_or_revived() {
    let (seeds, failures) = (seeds(), Mutex::new(Vec::new()));
    let next = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end || !failures.lock().expect("failures").is_empty() {
                        return;
                    }
                    if let Some(failure) = live(seed, false).failure {
                        failures.lock().expect("failures").push((seed, failure));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("failures");
    failures.sort();
    if let Some((seed, failure)) = failures.into_iter().next() {
        // A single seed is repeated to see what happens in it.
        let history = if seeds.end - seeds.start == 1 { live(seed, true).lines.join("\n") } else { String::new() };
        let again = format!("{SEEDS}={seed}..{} cargo test -p erstwhile --test it -- simulation", seed + 1);
        panic!("{history}\nthe history of seed {seed} goes wrong: {failure}\nto see what happens in it: {again}");
    }
}

#[test]
fn a_seed_has_one_history() {
    for seed in 0..10 {
        let [once, again] = [live(seed, true), live(seed, true)].map(|history| history.lines);
        let differ = once.iter().zip(&again).find(|(once, again)| once != again);
        assert_eq!(differ, None, "seed {seed}");
        assert_eq!(once.len(), again.len(), "seed {seed}");
    }
}
