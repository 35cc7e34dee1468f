//! A person who talks through any node, takes back what was said, and leaves; and what must be stored of them.
//!
//! Whoever gets no answer asks again, with the same idempotency key, until there is one. Some messages are sent only once:
//! whether they are stored is in doubt until the thread is read.

use std::time::Duration;

use erstwhile::engine::{GraphRef, NewMessage, NewThread, NewUser, ProjectHandle, UserUpdate};
use erstwhile::model::{EpisodeId, Metadata, Role, TaskId};
use erstwhile::search::filter::Filter;
use erstwhile::{ErrorKind, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::task::AbortHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::chance::Chance;
use super::cluster::Cluster;
use super::node::beginning;
use super::speech;

/// Maximum number of things that a person does. Histories are short, because many short ones find more than few long ones.
const ACTIONS_MAX: u64 = 14;
/// How often somebody asks again before the nodes count as dead.
const TRIES: usize = 5_000;
/// How often somebody looks whether an import job is done.
const LOOKS: usize = 30;
const NAMES: [&str; 3] = ["Ann", "Bea", "Cyd"];

/// Whether something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Gone,
    InDoubt,
}

/// A message.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) at: Timestamp,
    pub(super) id: Option<EpisodeId>,
    pub(super) fate: Fate,
    /// The number of the request that sent it.
    request: usize,
    /// An earlier attempt to send it, which nobody waited for.
    unanswered: Option<AbortHandle>,
}

/// A person with one thread.
pub(super) struct Person {
    pub(super) user_id: String,
    pub(super) thread_id: String,
    pub(super) first_name: &'static str,
    pub(super) is_present: bool,
    pub(super) said: Vec<Said>,
    /// The tasks of what was sent since the person arrived.
    pub(super) tasks: Vec<TaskId>,
    /// The key of the request with which the person arrived, and the name it gave.
    arrival: (Uuid, &'static str),
    chance: Chance,
    requests: usize,
    /// Whether they wait for an import job, and do nothing else meanwhile.
    is_waiting: bool,
}

impl Person {
    pub(super) fn new(number: u64, chance: Chance) -> Self {
        Self {
            user_id: format!("person {number}"),
            thread_id: format!("thread {number}"),
            first_name: NAMES[0],
            is_present: false,
            said: Vec::new(),
            tasks: Vec::new(),
            arrival: (Uuid::nil(), NAMES[0]),
            chance,
            requests: 0,
            is_waiting: false,
        }
    }

    /// Does one thing after the other.
    pub(super) async fn live(&mut self, cluster: &Cluster) {
        for _ in 0..self.chance.number(2..ACTIONS_MAX + 1) {
            let pause = *self.chance.pick(&[2, 2, 2, 50, 1_500]);
            sleep(self.chance.millis(1..pause)).await;
            match self.chance.number(0..100) {
                _ if self.is_waiting => return,
                _ if !self.is_present => self.arrive(cluster).await,
                0..5 => self.leave(cluster).await,
                5..10 => self.start_anew(cluster).await,
                10..18 => self.change_name(cluster).await,
                18..38 => self.take_back(cluster).await,
                38..50 => self.look(cluster).await,
                50..58 => self.send_in_bulk(cluster).await,
                _ => self.say(cluster).await,
            }
        }
    }

    fn note(&self, cluster: &Cluster, what: std::fmt::Arguments<'_>) {
        cluster.weather.note(format_args!("{} {what}", self.user_id));
    }

    /// Asks any node until one answers; also returns whether an earlier attempt may have succeeded.
    async fn persist<T>(
        &mut self,
        cluster: &Cluster,
        what: &str,
        ask: impl AsyncFn(ProjectHandle) -> Result<T>,
    ) -> (Result<T>, bool) {
        for tries in 0..TRIES {
            let node = cluster.any(&mut self.chance);
            let answer = node.ask(cluster.project, &ask).await;
            match answer {
                Err(error) if error.kind() == ErrorKind::Unavailable => {
                    self.note(
                        cluster,
                        format_args!("does not know whether {what} succeeded at {}: {error}", node.name),
                    );
                    sleep(self.chance.millis(1..300)).await;
                }
                answer => {
                    let outcome = answer.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned());
                    self.note(cluster, format_args!("{what} at {}: {outcome}", node.name));
                    return (answer, tries > 0);
                }
            }
        }
        panic!("{}: no node answers", self.user_id);
    }

    /// Asks until something is done.
    async fn must<T>(&mut self, cluster: &Cluster, what: &str, ask: impl AsyncFn(ProjectHandle) -> Result<T>) -> T {
        match self.persist(cluster, what, ask).await.0 {
            Ok(done) => done,
            Err(error) => panic!("{}: {what}: {error}", self.user_id),
        }
    }

    /// Asks until something is deleted.
    async fn delete<T>(&mut self, cluster: &Cluster, what: &str, ask: impl AsyncFn(ProjectHandle) -> Result<T>) {
        match self.persist(cluster, what, ask).await {
            (Ok(_), _) => {}
            // An earlier attempt has deleted it.
            (Err(error), true) if error.kind() == ErrorKind::NotFound => {}
            (Err(error), _) => panic!("{}: {what}: {error}", self.user_id),
        }
    }

    async fn arrive(&mut self, cluster: &Cluster) {
        self.arrival = (self.chance.uuid(), self.first_name);
        let (key, user) = self.request_of_arrival();
        if self.chance.per_mille(cluster.weather.rates.impatient) {
            self.arrive_and_go_on(cluster).await;
        }
        self.must(cluster, "arriving", async |project| project.repeatable(key).add_user(user.clone()).await).await;
        self.is_present = true;
        self.add_thread(cluster).await;
    }

    fn request_of_arrival(&self) -> (Uuid, NewUser) {
        let (key, name) = self.arrival;
        (key, NewUser::named(self.user_id.clone(), name, "Lee"))
    }

    /// Arrives and does not wait for the answer; the node goes on meanwhile, maybe until the person has left.
    async fn arrive_and_go_on(&mut self, cluster: &Cluster) {
        let Some((engine, _)) = cluster.any(&mut self.chance).engine() else { return };
        let (key, user) = self.request_of_arrival();
        let project = engine.project(cluster.project).repeatable(key);
        let adding = tokio::spawn(async move { project.add_user(user).await });
        self.note(cluster, format_args!("arrives and does not wait"));
        let patience = self.chance.millis(1..40);
        drop(tokio::time::timeout(patience, adding).await);
    }

    /// Repeats the request of the arrival when the person has left: it is answered, and revives nobody.
    async fn arrive_late(&mut self, cluster: &Cluster) {
        let (key, user) = self.request_of_arrival();
        let arrive = async |project: ProjectHandle| project.repeatable(key).add_user(user.clone()).await;
        let (answer, _) = self.persist(cluster, "arriving late", arrive).await;
        assert_eq!(answer.err().map(|error| error.kind()), Some(ErrorKind::NotFound), "{} is back", self.user_id);
    }

    async fn add_thread(&mut self, cluster: &Cluster) {
        let key = self.chance.uuid();
        let thread = NewThread::of(self.thread_id.clone(), self.user_id.clone());
        self.must(cluster, "a thread", async |project| project.repeatable(key).create_thread(thread.clone()).await)
            .await;
    }

    async fn leave(&mut self, cluster: &Cluster) {
        let user_id = self.user_id.clone();
        self.delete(cluster, "leaving", async |project| project.user(&user_id).delete().await).await;
        self.is_present = false;
        self.forget();
        if self.chance.per_mille(cluster.weather.rates.impatient) {
            self.arrive_late(cluster).await;
        }
    }

    /// Deletes the thread, and adds it again.
    async fn start_anew(&mut self, cluster: &Cluster) {
        let thread_id = self.thread_id.clone();
        self.delete(cluster, "deleting the thread", async |project| project.thread(&thread_id).delete().await).await;
        self.forget();
        self.add_thread(cluster).await;
    }

    fn forget(&mut self) {
        self.said.iter_mut().for_each(Said::is_deleted);
        self.tasks.clear();
    }

    async fn change_name(&mut self, cluster: &Cluster) {
        let (user_id, name) = (self.user_id.clone(), *self.chance.pick(&NAMES));
        self.must(cluster, &format!("the name {name}"), async |project| {
            let update = UserUpdate { first_name: Some(name.to_owned()), ..UserUpdate::default() };
            project.user(&user_id).update(update).await
        })
        .await;
        self.first_name = name;
    }

    async fn take_back(&mut self, cluster: &Cluster) {
        let known: Vec<usize> = (0..self.said.len()).filter(|at| self.said[*at].fate == Fate::Kept).collect();
        if known.is_empty() {
            return;
        }
        let at = *self.chance.pick(&known);
        let id = self.said[at].id.expect("the id of a message that is stored");
        let what = format!("taking back #{at}");
        self.delete(cluster, &what, async |project| project.delete_episode(id).await).await;
        self.said[at].fate = Fate::Gone;
    }

    /// Thinks of some messages. Many are dated the same, so that their order decides.
    fn think(&mut self) -> Vec<NewMessage> {
        self.requests += 1;
        let count = self.chance.number(1..4);
        let messages = (0..count).map(|_| {
            let text = speech::text(self.said.len(), &mut self.chance);
            let at = beginning() + SignedDuration::from_hours(24 * self.chance.number(0..3) as i64);
            let said = Said {
                text: text.clone(),
                at,
                id: None,
                fate: Fate::InDoubt,
                request: self.requests,
                unanswered: None,
            };
            self.said.push(said);
            NewMessage { created_at: Some(at), ..NewMessage::new(Role::User, text) }
        });
        messages.collect()
    }

    async fn say(&mut self, cluster: &Cluster) {
        let first = self.said.len();
        let mut messages = self.think();
        let (what, thread_id) = (format!("saying #{first} to #{}", self.said.len() - 1), self.thread_id.clone());
        let add = async |project: ProjectHandle, messages| {
            project.thread(&thread_id).add_messages(messages, &[], false).await
        };
        let posted = match self.chance.number(0..4) {
            // Once, without a key.
            0 => {
                let node = cluster.any(&mut self.chance);
                let answer = node.ask(cluster.project, async |project| add(project, messages.clone()).await).await;
                let outcome = answer.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned());
                self.note(cluster, format_args!("{what} once at {}: {outcome}", node.name));
                match answer {
                    Ok(posted) => posted,
                    Err(error) if error.kind() == ErrorKind::Unavailable => return,
                    Err(error) => panic!("{}: {what}: {error}", self.user_id),
                }
            }
            // With uuids, which make them repeatable.
            1 => {
                for message in &mut messages {
                    message.id = Some(EpisodeId(self.chance.uuid()));
                }
                self.must(cluster, &what, async |project| add(project, messages.clone()).await).await
            }
            _ => {
                let key = self.chance.uuid();
                if self.chance.per_mille(cluster.weather.rates.impatient) {
                    let unanswered = self.say_and_leave(cluster, key, messages.clone()).await;
                    self.said[first..].iter_mut().for_each(|said| said.unanswered.clone_from(&unanswered));
                }
                self.must(cluster, &what, async |project| add(project.repeatable(key), messages.clone()).await).await
            }
        };
        assert_eq!(posted.messages.len(), messages.len());
        self.tasks.push(posted.task);
        for (said, id) in self.said[first..].iter_mut().zip(posted.messages) {
            (said.id, said.fate) = (Some(id), Fate::Kept);
        }
    }

    /// Sends messages and does not wait for the answer; the node goes on meanwhile.
    async fn say_and_leave(&mut self, cluster: &Cluster, key: Uuid, messages: Vec<NewMessage>) -> Option<AbortHandle> {
        let (engine, _) = cluster.any(&mut self.chance).engine()?;
        let thread = engine.project(cluster.project).repeatable(key).thread(&self.thread_id);
        let adding = tokio::spawn(async move { thread.add_messages(messages, &[], false).await });
        let under_way = adding.abort_handle();
        self.note(cluster, format_args!("speaks and does not wait"));
        let patience = self.chance.millis(1..40);
        drop(tokio::time::timeout(patience, adding).await);
        Some(under_way)
    }

    /// Sends messages as an import job, and waits until it is done.
    async fn send_in_bulk(&mut self, cluster: &Cluster) {
        let first = self.said.len();
        let (keys, target) = (self.chance.uuid(), self.thread_id.clone());
        let items: Vec<_> = self.think().into_iter().map(|message| super::bulk_item(&target, message)).collect();
        let key = |number: &str| Uuid::new_v5(&keys, number.as_bytes());
        let job = self
            .must(cluster, "an import job", async |project| {
                project.repeatable(key("job")).create_import(Metadata::new(), Vec::new(), false).await
            })
            .await;
        let added = self
            .must(cluster, "its items", async |project| {
                project.repeatable(key("items")).import_job(job.id).add_items(items.clone()).await
            })
            .await;
        let (started, again) =
            self.persist(cluster, "its start", async |project| project.import_job(job.id).start().await).await;
        match started {
            Ok(_) => {}
            // An earlier attempt has started it.
            Err(error) if error.kind() == ErrorKind::Conflict && again => {}
            Err(error) => panic!("{}: the start of an import job: {error}", self.user_id),
        }
        for (said, item) in self.said[first..].iter_mut().zip(added) {
            (said.id, said.fate) = (Some(item.episode), Fate::Kept);
        }
        for _ in 0..LOOKS {
            let looked = self.must(cluster, "its end", async |project| project.import_job(job.id).get().await).await;
            if looked.completed_at.is_some() {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
        // It is done when all is calm.
        self.is_waiting = true;
    }

    /// Reads the thread and the facts, and checks them.
    async fn look(&mut self, cluster: &Cluster) {
        let (thread_id, user_id) = (self.thread_id.clone(), self.user_id.clone());
        let (stored, _) =
            self.must(cluster, "reading", async |project| project.thread(&thread_id).messages(0, 10_000).await).await;
        self.compare(stored.iter().map(|message| (message.id, message.content.as_str(), message.reference_time)));
        let facts = self
            .must(cluster, "facts", async |project| {
                project.graph(GraphRef::User(user_id.clone())).facts(&Filter::default()).await
            })
            .await;
        for id in facts.iter().flat_map(|triple| &triple.fact.episodes) {
            let is_kept = self.said.iter().any(|said| said.id == Some(*id) && said.fate == Fate::Kept);
            assert!(is_kept, "{}: a fact rests on {id:?}, which is not stored any more", self.user_id);
        }
    }

    /// Compares what is stored with what must be, and settles what was in doubt.
    pub(super) fn compare<'a>(&mut self, stored: impl Iterator<Item = (EpisodeId, &'a str, Timestamp)>) {
        let mut next = 0;
        for (id, text, at) in stored {
            let found = self.said.iter().position(|said| said.text == text);
            let found = found.unwrap_or_else(|| panic!("{}: nobody said {text}", self.user_id));
            assert!(found >= next, "{}: {text} is stored twice, or out of order", self.user_id);
            let skipped = self.said[next..found].iter_mut();
            skipped.for_each(Said::is_not_stored);
            let said = &mut self.said[found];
            assert!(said.fate != Fate::Gone, "{}: {text} is back", self.user_id);
            assert!(said.id.is_none_or(|known| known == id), "{}: {text} has another id", self.user_id);
            assert_eq!(said.at, at, "{}: {text} has another time", self.user_id);
            (said.id, said.fate, next) = (Some(id), Fate::Kept, found + 1);
        }
        self.said[next..].iter_mut().for_each(Said::is_not_stored);
        // A request is carried out as a whole or not at all, but its messages can be taken back one by one.
        for pair in self.said.windows(2).filter(|pair| pair[0].request == pair[1].request) {
            let known = |said: &Said| said.id.is_some();
            assert_eq!(
                known(&pair[0]),
                known(&pair[1]),
                "{}: {} is stored without its others",
                self.user_id,
                pair[0].text
            );
        }
    }
}

impl Said {
    /// It is not among the stored messages.
    fn is_not_stored(&mut self) {
        assert!(self.fate != Fate::Kept, "{} is lost", self.text);
        self.is_deleted();
    }

    /// It is not stored any more. An attempt to send it that is still under way, and has not yet looked for the thread, may
    /// reach another thread that is added under the same id.
    fn is_deleted(&mut self) {
        let is_under_way = self.unanswered.as_ref().is_some_and(|attempt| !attempt.is_finished());
        (self.id, self.fate) = if is_under_way { (None, Fate::InDoubt) } else { (self.id, Fate::Gone) };
    }
}
