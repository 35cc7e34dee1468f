//! `erstwhile verify-erasure`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use erstwhile::engine::{Engine, ErasureReceipt, ErasureState};
use erstwhile_postgres::Postgres;
use memchr::memmem::Finder;

use super::DataArgs;
use super::output::{print_data, print_status};
use crate::serve::{DEFAULT_PROJECT, open_existing_engine, open_postgres};
use crate::settings::Settings;

/// Number of bytes that are read at once.
const CHUNK: usize = 1 << 20;
/// Number of receipts that are read at once.
const RECEIPTS: i64 = 1_000;

/// Search for what must not be there: the files of the embedded database, or the rows of a PostgreSQL database; exits with 3
/// if it is there.
#[derive(Debug, Args)]
pub(super) struct VerifyErasure {
    #[command(flatten)]
    data: DataArgs,
    /// A deleted user: show the receipt, and search for the id
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// Project of the user
    #[arg(long, default_value = DEFAULT_PROJECT)]
    project: String,
    /// Texts to search for, such as names and addresses of the user
    #[arg(value_name = "TEXT", required_unless_present = "user_id")]
    texts: Vec<String>,
}

impl VerifyErasure {
    pub(super) async fn run(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        self.data.apply(&mut settings);
        let mut verified = true;
        // The texts alone are searched for without opening the database, so also in a damaged one.
        if let Some(user_id) = &self.user_id {
            let engine = open_existing_engine(&settings).await?;
            let receipt = find_receipt(&engine, &self.project, user_id).await?;
            verified = receipt.state() == ErasureState::Done;
            print_status(&describe(&receipt, settings.store.database.is_none()));
        }
        let texts: Vec<&String> = self.texts.iter().chain(&self.user_id).filter(|text| !text.is_empty()).collect();
        verified &= match open_postgres(&settings.store)? {
            Some(postgres) => search_rows(&postgres, &texts).await?,
            None => search_files(&settings.store.data, &texts)?,
        };
        Ok(if verified { ExitCode::SUCCESS } else { ExitCode::from(3) })
    }
}

/// Searches all files of a folder; returns whether nothing was found.
fn search_files(folder: &Path, texts: &[&String]) -> anyhow::Result<bool> {
    let (mut verified, mut bytes) = (true, 0);
    for file in files_of(folder)? {
        for text in texts {
            let found = search(&file, text).with_context(|| format!("cannot read `{}`", file.display()))?;
            bytes += found.bytes;
            if let Some(first) = found.first {
                verified = false;
                let places = found.places;
                print_data(&format!("FOUND  {}: `{text}`, {places} times, first at byte {first}", file.display()))?;
            }
        }
    }
    print_status(&format!("searched {bytes} bytes"));
    Ok(verified)
}

/// Searches the rows of all tables of a PostgreSQL database, and says what it does not see; returns whether nothing was found.
async fn search_rows(postgres: &Postgres, texts: &[&String]) -> anyhow::Result<bool> {
    let forms: Vec<Vec<String>> = texts.iter().map(|text| forms_of(text)).collect();
    let tables = postgres.search_tables(&forms).await.context("cannot search the tables")?;
    let mut verified = true;
    for table in &tables {
        for found in &table.found {
            verified = false;
            let text = texts.get(found.text).map_or("", |text| text.as_str());
            print_data(&format!("FOUND  {}.{}: `{text}`, in {} rows", table.name, found.column, found.rows))?;
        }
    }
    for table in &tables {
        let dead = table.dead_rows.map_or("an unknown number of".to_owned(), |rows| format!("about {rows}"));
        let vacuumed = table.vacuumed_at.as_ref().map_or("never vacuumed".to_owned(), |at| format!("vacuumed at {at}"));
        let (name, rows) = (table.name, table.rows);
        print_status(&format!(
            "{name}: searched {rows} rows; not searched: {dead} deleted or replaced rows; {vacuumed}"
        ));
    }
    print_status(
        "Rows only were searched. What was deleted or replaced may be in the tables' files until they are vacuumed, and then \
         in their free space, in the write-ahead log, on standbys and in backups: see docs/postgres.md",
    );
    Ok(verified)
}

async fn find_receipt(engine: &Engine, project: &str, user_id: &str) -> anyhow::Result<ErasureReceipt> {
    let project = engine.find_project(project).await?.with_context(|| format!("there is no project `{project}`"))?;
    let project = engine.project(project.id);
    let mut offset = 0;
    loop {
        let receipts = project.erasure_receipts(offset, RECEIPTS).await?;
        offset += RECEIPTS;
        let is_last = receipts.len() < RECEIPTS as usize;
        match receipts.into_iter().find(|receipt| receipt.is_of(user_id)) {
            Some(receipt) => return Ok(receipt),
            None if is_last => bail!("there is no receipt of a deleted user with this id"),
            None => {}
        }
    }
}

fn describe(receipt: &ErasureReceipt, is_embedded: bool) -> String {
    let state = match receipt.finished_at {
        Some(at) if is_embedded => format!("gone from the files since {at}"),
        Some(at) => format!("its tables vacuumed at {at}"),
        None if is_embedded => "may still be in the files; the server removes it".to_owned(),
        None => "its tables not vacuumed yet; the server does it".to_owned(),
    };
    format!(
        "receipt {}: deleted at {}, {state}; {} threads, {} episodes, {} mentions, {} assertions; sha256:{}",
        receipt.id,
        receipt.requested_at,
        receipt.threads,
        receipt.episodes,
        receipt.mentions,
        receipt.assertions,
        receipt.digest()
    )
}

/// All files of a folder.
fn files_of(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the folder `{}`", folder.display()))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Where a text is in a file.
struct Found {
    bytes: u64,
    places: u64,
    first: Option<u64>,
}

/// A text as given, as it is in JSON, and in lower case.
fn forms_of(text: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(text).to_string();
    let in_json = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let mut forms = vec![text.to_owned(), in_json.to_owned(), text.to_lowercase()];
    forms.sort();
    forms.dedup();
    forms
}

/// Searches a file for a text in all its forms.
fn search(path: &Path, text: &str) -> std::io::Result<Found> {
    let forms = forms_of(text);
    let overlap = forms.iter().map(String::len).max().unwrap_or(0).saturating_sub(1);
    let finders: Vec<Finder<'_>> = forms.iter().map(Finder::new).collect();
    let mut file = File::open(path)?;
    let mut found = Found { bytes: 0, places: 0, first: None };
    // The bytes that were searched last and may be the beginning of the text, then those that follow.
    let mut window = Vec::with_capacity(overlap + CHUNK);
    loop {
        let kept = window.len();
        file.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
        if window.len() == kept {
            return Ok(found);
        }
        let begin = found.bytes - kept as u64;
        for finder in &finders {
            // A place within the kept bytes alone was found before.
            let places = finder.find_iter(&window).filter(|at| at + finder.needle().len() > kept);
            for at in places {
                let at = begin + at as u64;
                found.places += 1;
                found.first = Some(found.first.map_or(at, |first| first.min(at)));
            }
        }
        found.bytes += (window.len() - kept) as u64;
        window.drain(..window.len().saturating_sub(overlap));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_every_form_and_across_the_ends_of_chunks() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut bytes = vec![b'.'; CHUNK - 3];
        bytes.extend_from_slice(b"Ann \"Lee\" .. Ann \\\"Lee\\\" .. ann \"lee\"");
        std::fs::write(file.path(), &bytes).expect("its bytes");
        let found = search(file.path(), "Ann \"Lee\"").expect("a search");
        assert_eq!((found.places, found.first), (3, Some(CHUNK as u64 - 3)));
        assert_eq!(found.bytes, bytes.len() as u64);
        assert_eq!(search(file.path(), "Bea").expect("a search").places, 0);
    }
}
