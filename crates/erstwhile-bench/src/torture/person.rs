//! A person who talks, takes back what was said, and leaves; and what must be stored of them.

use anyhow::{Context, bail, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::client::{Answer, Client};

/// Numbers of what was done and checked.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) stored: usize,
    pub(super) deleted: usize,
    pub(super) users_deleted: usize,
    pub(super) in_doubt: usize,
    pub(super) refused: usize,
    pub(super) checks: usize,
}

impl Counts {
    /// Adds what happened since the last kill.
    pub(super) fn add(&mut self, since: Self) {
        self.stored += since.stored;
        self.deleted += since.deleted;
        self.users_deleted += since.users_deleted;
        self.in_doubt += since.in_doubt;
        self.refused += since.refused;
        self.checks += since.checks;
    }
}

/// Whether something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Yes,
    No,
    /// The server was killed before it answered.
    InDoubt,
}

#[derive(Debug)]
struct Message {
    text: String,
    uuid: Option<String>,
    presence: Presence,
    /// Whether a check has counted it.
    is_counted: bool,
}

/// A person with one thread.
#[derive(Debug)]
pub(super) struct Person {
    user_id: String,
    thread_id: String,
    thread_uuid: Option<String>,
    presence: Presence,
    messages: Vec<Message>,
    said: usize,
    random: StdRng,
    /// Whether the server no longer answers, or stores nothing any more.
    is_cut_off: bool,
    since: Counts,
}

impl Person {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        Self {
            user_id: format!("person-{number}"),
            thread_id: format!("thread-{number}"),
            thread_uuid: None,
            presence: Presence::No,
            messages: Vec::new(),
            said: 0,
            random: StdRng::seed_from_u64(seed),
            is_cut_off: false,
            since: Counts::default(),
        }
    }

    /// Does one thing; returns whether the server answered.
    pub(super) async fn act(&mut self, client: &Client) -> anyhow::Result<bool> {
        match self.presence {
            Presence::InDoubt => bail!("{}: the server stopped answering before it was killed", self.user_id),
            Presence::No => self.arrive(client).await,
            Presence::Yes => match self.random.random_range(0..100) {
                0..3 => self.leave(client).await,
                3..20 => self.take_back(client).await,
                _ => self.say(client).await,
            },
        }?;
        Ok(!self.is_cut_off)
    }

    /// Sends a request; `None` if the server does not answer any more.
    async fn ask(&mut self, client: &Client, method: Method, path: &str, body: &Value) -> Option<(StatusCode, Value)> {
        match client.call(method, path, body).await {
            Answer::Given(status, body) => Some((status, body)),
            Answer::Lost => {
                self.is_cut_off = true;
                None
            }
            Answer::Refused => {
                self.is_cut_off = true;
                self.since.refused += 1;
                None
            }
        }
    }

    async fn arrive(&mut self, client: &Client) -> anyhow::Result<()> {
        self.presence = Presence::InDoubt;
        let user = json!({ "user_id": self.user_id, "first_name": "Ann", "last_name": "Lee" });
        let Some((status, _)) = self.ask(client, Method::POST, "/api/v2/users", &user).await else { return Ok(()) };
        ensure!(status == StatusCode::CREATED, "{status} for a new user");
        self.add_thread(client).await
    }

    async fn add_thread(&mut self, client: &Client) -> anyhow::Result<()> {
        let thread = json!({ "user_id": self.user_id, "thread_id": self.thread_id });
        let Some((status, body)) = self.ask(client, Method::POST, "/api/v2/threads", &thread).await else {
            return Ok(());
        };
        ensure!(status == StatusCode::CREATED, "{status} for a new thread");
        self.thread_uuid = body["uuid"].as_str().map(str::to_owned);
        self.presence = Presence::Yes;
        Ok(())
    }

    async fn leave(&mut self, client: &Client) -> anyhow::Result<()> {
        self.presence = Presence::InDoubt;
        let path = format!("/api/v2/users/{}", self.user_id);
        let Some((status, _)) = self.ask(client, Method::DELETE, &path, &json!({})).await else { return Ok(()) };
        ensure!(status == StatusCode::OK, "{status} for the deletion of a user");
        self.since.users_deleted += 1;
        self.gone();
        Ok(())
    }

    fn gone(&mut self) {
        self.presence = Presence::No;
        self.thread_uuid = None;
        self.messages.iter_mut().for_each(|message| message.presence = Presence::No);
    }

    async fn take_back(&mut self, client: &Client) -> anyhow::Result<()> {
        let known = self.messages.iter().enumerate().filter(|(_, message)| message.presence == Presence::Yes);
        let mut known: Vec<(usize, String)> =
            known.filter_map(|(at, message)| Some((at, message.uuid.clone()?))).collect();
        if known.is_empty() {
            return Ok(());
        }
        let (at, uuid) = known.swap_remove(self.random.random_range(0..known.len()));
        self.messages[at].presence = Presence::InDoubt;
        let path = format!("/api/v2/graph/episodes/{uuid}");
        let Some((status, _)) = self.ask(client, Method::DELETE, &path, &json!({})).await else { return Ok(()) };
        ensure!(status == StatusCode::OK, "{status} for the deletion of a message");
        self.messages[at].presence = Presence::No;
        self.since.deleted += 1;
        Ok(())
    }

    async fn say(&mut self, client: &Client) -> anyhow::Result<()> {
        self.said += 1;
        let name = name(self.said);
        let text = match self.random.random_range(0..3) {
            0 => format!("I live in {name}."),
            1 => format!("I work at {name} Bank."),
            _ => format!("My friend {name} likes tea."),
        };
        let generation = self.random.random_range(0..3);
        self.messages.push(Message { text, uuid: None, presence: Presence::InDoubt, is_counted: false });
        self.send(client, self.messages.len() - 1, generation).await
    }

    /// Sends a message by an API of one of three generations.
    async fn send(&mut self, client: &Client, at: usize, generation: u8) -> anyhow::Result<()> {
        let text = &self.messages[at].text;
        let (path, body, uuid) = match (generation, &self.thread_uuid) {
            (0, _) => {
                let body = json!({ "messages": [{ "role_type": "user", "role": "Ann Lee", "content": text }] });
                (format!("/api/v2/sessions/{}/memory", self.thread_id), body, None)
            }
            (1, Some(thread)) => {
                let body = json!({ "messages": [{ "role": "user", "content": text }] });
                (format!("/api/v4/threads/{thread}/messages"), body, Some("/messages/0/uuid"))
            }
            _ => {
                let body = json!({ "messages": [{ "role": "user", "content": text }] });
                (format!("/api/v2/threads/{}/messages", self.thread_id), body, Some("/message_uuids/0"))
            }
        };
        let Some((status, answer)) = self.ask(client, Method::POST, &path, &body).await else { return Ok(()) };
        ensure!(status.is_success(), "{status} for a message: {answer}");
        let message = &mut self.messages[at];
        message.presence = Presence::Yes;
        message.uuid = uuid.and_then(|uuid| answer.pointer(uuid)?.as_str()).map(str::to_owned);
        Ok(())
    }

    /// Compares what is stored with what must be, and settles what was in doubt.
    pub(super) async fn check(&mut self, client: &Client) -> anyhow::Result<Counts> {
        self.is_cut_off = false;
        let path = format!("/api/v2/users/{}", self.user_id);
        let (status, _) = client.call(Method::GET, &path, &json!({})).await.given()?;
        let exists = match (status, self.presence) {
            (StatusCode::OK, Presence::Yes | Presence::InDoubt) => true,
            (StatusCode::NOT_FOUND, Presence::No | Presence::InDoubt) => false,
            (status, presence) => bail!("{}: {status}, but it must be there: {presence:?}", self.user_id),
        };
        self.since.checks += 1;
        let stored = if exists { self.stored(client).await? } else { None };
        if self.presence == Presence::InDoubt {
            self.since.in_doubt += 1;
        }
        match (&stored, self.presence) {
            // The user was deleted, or not added.
            (None, _) if !exists => self.gone(),
            // The user was added again, but not the thread.
            (None, _) => {
                self.gone();
                self.add_thread(client).await?;
            }
            (Some(_), Presence::InDoubt) => {
                let (_, found) = client
                    .call(Method::POST, "/api/v4/threads/lookup", &json!({ "thread_id": self.thread_id }))
                    .await
                    .given()?;
                self.thread_uuid = found["uuid"].as_str().map(str::to_owned);
                self.presence = Presence::Yes;
            }
            _ => {}
        }
        self.compare(&stored.unwrap_or_default())?;
        self.search_deleted(client).await?;
        Ok(std::mem::take(&mut self.since))
    }

    /// The stored messages with their uuids; `None` without a thread.
    async fn stored(&self, client: &Client) -> anyhow::Result<Option<Vec<(String, String)>>> {
        let path = format!("/api/v2/threads/{}/messages?limit=100000", self.thread_id);
        let (status, body) = client.call(Method::GET, &path, &json!({})).await.given()?;
        if status == StatusCode::NOT_FOUND {
            ensure!(self.presence == Presence::InDoubt, "{}: the thread is gone", self.user_id);
            return Ok(None);
        }
        let messages = body["messages"].as_array().context("no messages")?.iter();
        let text = |value: &Value| value.as_str().map(str::to_owned).context("no text");
        messages
            .map(|message| Ok((text(&message["content"])?, text(&message["uuid"])?)))
            .collect::<anyhow::Result<_>>()
            .map(Some)
    }

    fn compare(&mut self, stored: &[(String, String)]) -> anyhow::Result<()> {
        let mut known = 0;
        for message in &mut self.messages {
            let mut found = stored.iter().filter(|(text, _)| *text == message.text);
            let (first, second) = (found.next(), found.next());
            ensure!(second.is_none(), "{}: `{}` is stored twice", self.user_id, message.text);
            match (message.presence, first) {
                (Presence::Yes, None) => bail!("{}: `{}` is lost", self.user_id, message.text),
                (Presence::No, Some(_)) => bail!("{}: `{}` is back", self.user_id, message.text),
                (Presence::InDoubt, found) => {
                    message.presence = if found.is_some() { Presence::Yes } else { Presence::No };
                    self.since.in_doubt += 1;
                }
                _ => {}
            }
            if let Some((_, uuid)) = first {
                ensure!(message.uuid.as_ref().is_none_or(|known| known == uuid), "{}: another uuid", self.user_id);
                message.uuid = Some(uuid.clone());
                known += 1;
                self.since.stored += usize::from(!std::mem::replace(&mut message.is_counted, true));
            }
            self.since.checks += 1;
        }
        ensure!(known == stored.len(), "{}: a message is stored that nobody sent", self.user_id);
        Ok(())
    }

    /// Looks for one of the messages that must not be there.
    async fn search_deleted(&mut self, client: &Client) -> anyhow::Result<()> {
        let gone: Vec<&Message> = self.messages.iter().filter(|message| message.presence == Presence::No).collect();
        if gone.is_empty() || self.presence != Presence::Yes {
            return Ok(());
        }
        let message = gone[self.random.random_range(0..gone.len())];
        let query = json!({ "user_id": self.user_id, "query": message.text, "scope": "episodes", "limit": 50 });
        let (_, found) = client.call(Method::POST, "/api/v2/graph/search", &query).await.given()?;
        let mut found = found["episodes"].as_array().into_iter().flatten();
        ensure!(
            found.all(|episode| episode["content"] != message.text),
            "{}: `{}` is found",
            self.user_id,
            message.text
        );
        self.since.checks += 1;
        Ok(())
    }

    /// The facts that are stored, and whether each still holds.
    pub(super) async fn facts(&self, client: &Client) -> anyhow::Result<Vec<String>> {
        if self.presence != Presence::Yes {
            return Ok(Vec::new());
        }
        let path = format!("/api/v2/graph/edge/user/{}", self.user_id);
        let mut facts = Vec::new();
        let mut after = String::new();
        loop {
            let page = json!({ "limit": 100, "uuid_cursor": after });
            let (_, edges) = client.call(Method::POST, &path, &page).await.given()?;
            let edges = edges.as_array().context("no facts")?;
            facts.extend(edges.iter().map(|edge| {
                format!(
                    "{} {} {}",
                    self.user_id,
                    edge["fact"],
                    if edge["invalid_at"].is_null() { "holds" } else { "ended" }
                )
            }));
            match edges.last() {
                Some(last) if edges.len() == 100 => last["uuid"].as_str().unwrap_or_default().clone_into(&mut after),
                _ => return Ok(facts),
            }
        }
    }

    /// Says to another server what is stored.
    pub(super) async fn repeat(&self, client: &Client) -> anyhow::Result<()> {
        if self.presence != Presence::Yes {
            return Ok(());
        }
        let mut again = Self::new(0, 0);
        (again.user_id, again.thread_id) = (self.user_id.clone(), self.thread_id.clone());
        again.arrive(client).await?;
        for message in self.messages.iter().filter(|message| message.presence == Presence::Yes) {
            let text = message.text.clone();
            again.messages.push(Message { text, uuid: None, presence: Presence::InDoubt, is_counted: false });
            again.send(client, again.messages.len() - 1, 2).await?;
        }
        Ok(())
    }
}

/// A name that no other number has.
fn name(number: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or_default());
    format!("Zor{}{}{}", letter(number / 676), letter(number / 26), letter(number))
}
