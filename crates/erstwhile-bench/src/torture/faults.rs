//! Faults of the disk under a mixed load. The server answers that it cannot store anything, stores nothing by halves, and goes
//! on by itself when the disk works again; also when it is killed meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use rand::Rng;
use rand::rngs::StdRng;
use tokio::process::Command;
use tokio::time::sleep;

use super::client::Client;
use super::disk::{self, Disk, Fault};
use super::person::{Counts, Person};
use super::server::{Place, Server};
use super::{LOAD_MS, PATIENCE, facts_of};

/// The faults, one after the other.
const FAULTS: [Fault; 3] = [Fault::Full, Fault::WritesFail, Fault::Stalled];
/// The least and the greatest number of milliseconds of a fault.
const FAULT_MS: std::ops::Range<u64> = 50..1_500;
/// Of so many faults, one is followed by a kill.
const KILL_EVERY: u32 = 3;

/// Lets the disk fail so many times; returns the facts of everybody.
pub(super) async fn run(
    (binary, folder): (&Path, &Path),
    faults: u32,
    random: &mut StdRng,
    mut people: Vec<Person>,
    counts: &mut Counts,
) -> anyhow::Result<(Vec<Person>, Vec<String>)> {
    let disk = Disk::mount(folder)?;
    if disk.is_none() {
        println!("no disk can be mounted here: only writes that the kernel refuses are tried");
    }
    let data = disk.as_ref().map_or(folder, Disk::folder).join("data");
    let place = Place::new(None, &data);
    let mut server = Server::start(binary, &place).await?;
    let mut refused = Vec::new();
    for number in 0..faults {
        let client = Client::new(server.address)?;
        let fault = FAULTS[number as usize % FAULTS.len()];
        let (before, time) = (random.random_range(LOAD_MS), random.random_range(FAULT_MS));
        let is_over = Arc::new(AtomicBool::new(false));
        let talking = talk(people, &client, &is_over);
        sleep(Duration::from_millis(before)).await;
        disk::let_fail(fault, disk.as_ref(), server.process()?, Duration::from_millis(time)).await?;
        let context = || format!("after fault {number}, {fault:?} for {time} ms");
        if random.random_range(0..KILL_EVERY) == 0 {
            server.kill().await?;
            people = listen(talking).await.with_context(context)?;
            server = Server::start(binary, &place).await.with_context(context)?;
        } else {
            is_over.store(true, Ordering::SeqCst);
            people = listen(talking).await.with_context(context)?;
        }
        let client = Client::new(server.address)?;
        client.until_ready(PATIENCE).await.with_context(context)?;
        let before = counts.refused;
        for person in &mut people {
            counts.add(person.check(&client).await.with_context(context)?);
        }
        if counts.refused > before {
            refused.push(fault);
        }
    }
    // Otherwise nothing was tried.
    let expected =
        FAULTS.iter().filter(|fault| **fault != Fault::Stalled && (disk.is_some() || **fault != Fault::Full));
    for fault in expected.take(faults as usize) {
        ensure!(refused.contains(fault), "{fault:?}: no request was refused");
    }
    let facts = facts_of(&people, &Client::new(server.address)?).await?;
    server.kill().await?;
    let doctor = Command::new(binary).args(["doctor", "--data"]).arg(&data).output().await?;
    ensure!(doctor.status.success(), "the data is not sound: {}", String::from_utf8_lossy(&doctor.stdout));
    Ok((people, facts))
}

type Talk = tokio::task::JoinHandle<anyhow::Result<Person>>;

/// Lets everybody talk at the same time, until it is over or the server does not store anything any more.
fn talk(people: Vec<Person>, client: &Client, is_over: &Arc<AtomicBool>) -> Vec<Talk> {
    let talk = |mut person: Person| {
        let (client, is_over) = (client.clone(), Arc::clone(is_over));
        tokio::spawn(async move {
            while person.act(&client).await? && !is_over.load(Ordering::SeqCst) {}
            anyhow::Ok(person)
        })
    };
    people.into_iter().map(talk).collect()
}

/// Waits until nobody talks any more.
async fn listen(talking: Vec<Talk>) -> anyhow::Result<Vec<Person>> {
    let mut people = Vec::with_capacity(talking.len());
    for talk in talking {
        people.push(talk.await??);
    }
    Ok(people)
}
