//! Erasing a person: nothing of them is found afterwards, neither by a search nor in the database's files.
//!
//! ```text
//! cargo run -p erstwhile --example erasure
//! ```

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use erstwhile::engine::{NewMessage, NewThread, NewUser};
use erstwhile::model::Role;
use erstwhile::store::{Store, sqlite::Sqlite};
use erstwhile::{Engine, ErrorKind};
use erstwhile_models::offline::OfflineExtractor;

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (before, after) = run().await?;
    println!("the message is in the files {before} times before, and {after} times after");
    Ok(())
}

/// Stores what a person says, erases the person, and returns how often the files held it before and after.
pub(crate) async fn run() -> Result<(usize, usize), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(Arc::new(Sqlite::open(&folder.path().join("memory.db"))?)).await?;
    let engine = Engine::builder(store).extractor(OfflineExtractor::new()?).build();
    let project = engine.project(engine.ensure_project("clinic").await?.id);
    project.add_user(NewUser::named("noor", "Noor", "Haddad")).await?;
    project.create_thread(NewThread::of("intake", "noor")).await?;
    let message = NewMessage::new(Role::User, "My sister Amira lives in Trondheim.");
    project.thread("intake").add_messages(vec![message], &[], false).await?;
    while engine.ingest_next().await? {}
    let before = occurrences(folder.path(), "Trondheim")?;

    project.user("noor").delete().await?;

    let missing = project.user("noor").get().await.map_err(|error| error.kind());
    assert_eq!(missing, Err(ErrorKind::NotFound));
    Ok((before, occurrences(folder.path(), "Trondheim")?))
}

/// How often a text occurs in the bytes of a folder's files.
fn occurrences(folder: &Path, text: &str) -> Result<usize, std::io::Error> {
    let mut found = 0;
    for entry in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(entry?.path())?;
        found += bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
    }
    Ok(found)
}
