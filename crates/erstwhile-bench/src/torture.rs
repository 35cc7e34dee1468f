//! Kills a server at random moments under a mixed load of several generations of the API, and checks after each restart that
//! nothing acknowledged is lost, nothing is doubled, and nothing deleted is back. At the end, the facts must be those of a
//! server that received the same messages in peace.
//!
//! With `--disk-faults`, the disk fails instead, and the server must recover by itself.
//!
//! A seed determines who does what and when the server is killed. How far the server gets by then is up to the machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::{Instant, sleep};

use crate::table;
use client::Client;
use person::{Counts, Person};
use server::Server;

mod client;
mod disk;
mod faults;
mod person;
mod server;

/// Number of people who talk at the same time.
const PEOPLE: usize = 12;
/// The least and the greatest number of milliseconds of load before a kill.
const LOAD_MS: std::ops::Range<u64> = 20..1_200;
/// How long a server may take for what it has to do after a restart.
const PATIENCE: Duration = Duration::from_mins(2);

/// Kill a server at random moments and check after each restart that nothing is lost, doubled or revived.
#[derive(Debug, Args)]
pub(crate) struct Torture {
    /// The server's binary [default: `erstwhile` beside this program]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Number of kills
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Seed of all random choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of faults of the disk instead of kills: full, failing writes, stalled writes (Linux; the first and the last
    /// need the right to mount a file system)
    #[arg(long, value_name = "NUMBER")]
    disk_faults: Option<u32>,
    /// URL of an empty PostgreSQL database to use instead of the embedded one
    #[arg(long, value_name = "URL", conflicts_with = "disk_faults")]
    database: Option<String>,
}

impl Torture {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.torture())
    }

    async fn torture(self) -> anyhow::Result<()> {
        let beside = std::env::current_exe()?.with_file_name("erstwhile");
        let binary = self.server.clone().unwrap_or(beside);
        let folder = tempfile::tempdir()?;
        let mut random = StdRng::seed_from_u64(self.seed);
        let people: Vec<Person> = (0..PEOPLE).map(|number| Person::new(number, random.random())).collect();
        let mut counts = Counts::default();
        let (what, times) = self.disk_faults.map_or(("kills", self.kills), |faults| ("faults of the disk", faults));
        let (people, facts) = if self.disk_faults.is_some() {
            faults::run((&binary, folder.path()), times, &mut random, people, &mut counts).await?
        } else {
            let place = server::Place::new(self.database.as_deref(), &folder.path().join("data"));
            kill(&binary, &place, times, &mut random, people, &mut counts).await?
        };
        ensure!(facts == replayed(&binary, folder.path(), &people).await?, "the facts are not those of a replay");
        print((what, times), &counts, facts.len());
        Ok(())
    }
}

/// Kills the server so many times; returns the facts of everybody.
async fn kill(
    binary: &Path,
    place: &server::Place,
    kills: u32,
    random: &mut StdRng,
    mut people: Vec<Person>,
    counts: &mut Counts,
) -> anyhow::Result<(Vec<Person>, Vec<String>)> {
    for kill in 0..kills {
        let server = Server::start(binary, place).await?;
        let client = Client::new(server.address)?;
        for person in &mut people {
            counts.add(person.check(&client).await.with_context(|| format!("after kill {kill}"))?);
        }
        let load = Duration::from_millis(random.random_range(LOAD_MS));
        people = talk_until_killed(people, &client, server, load).await?;
    }
    let server = Server::start(binary, place).await?;
    let client = Client::new(server.address)?;
    for person in &mut people {
        counts.add(person.check(&client).await.context("after the last kill")?);
    }
    let facts = facts_of(&people, &client).await?;
    server.kill().await?;
    ensure!(counts.refused == 0, "{} requests were refused although the disk worked", counts.refused);
    Ok((people, facts))
}

/// Lets everybody talk at the same time until the server has been killed.
async fn talk_until_killed(
    people: Vec<Person>,
    client: &Client,
    server: Server,
    load: Duration,
) -> anyhow::Result<Vec<Person>> {
    let talking: Vec<_> = people
        .into_iter()
        .map(|mut person| {
            let client = client.clone();
            tokio::spawn(async move {
                while person.act(&client).await? {}
                anyhow::Ok(person)
            })
        })
        .collect();
    sleep(load).await;
    server.kill().await?;
    let mut people = Vec::with_capacity(talking.len());
    for talk in talking {
        people.push(talk.await??);
    }
    Ok(people)
}

/// The facts of everybody, after everything has been ingested.
async fn facts_of(people: &[Person], client: &Client) -> anyhow::Result<Vec<String>> {
    let deadline = Instant::now() + PATIENCE;
    while client.waiting_episodes().await? > 0 {
        if Instant::now() > deadline {
            bail!("ingestion does not finish");
        }
        sleep(Duration::from_millis(50)).await;
    }
    let mut facts = Vec::new();
    for person in people {
        facts.extend(person.facts(client).await?);
    }
    facts.sort();
    Ok(facts)
}

/// The facts of a new server that receives what everybody has said.
async fn replayed(binary: &Path, folder: &Path, people: &[Person]) -> anyhow::Result<Vec<String>> {
    let server = Server::start(binary, &server::Place::new(None, &folder.join("replay"))).await?;
    let client = Client::new(server.address)?;
    for person in people {
        person.repeat(&client).await?;
    }
    let facts = facts_of(people, &client).await?;
    server.kill().await?;
    Ok(facts)
}

fn print((what, times): (&str, u32), counts: &Counts, facts: usize) {
    let head = [what, "messages stored", "messages deleted", "users deleted", "in doubt", "refused", "checks", "facts"];
    let Counts { stored, deleted, users_deleted, in_doubt, refused, checks } = counts;
    let numbers = [*stored, *deleted, *users_deleted, *in_doubt, *refused, *checks, facts];
    let row = std::iter::once(times.to_string()).chain(numbers.map(|number| number.to_string())).collect();
    table::print("Nothing was lost, doubled or revived", &head, &[row]);
}
