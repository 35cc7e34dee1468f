//! Finds damage of the database's file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{DamageSearch, failed};
use erstwhile_core::error::{ErrorKind, Result};

/// Number of problems that are reported.
const PROBLEMS_MAX: usize = 20;

/// Returns what is wrong with the structure of the file.
pub(super) fn find(file: &Path, search: DamageSearch) -> Result<Vec<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed("open the database"))?;
    let pragma = match search {
        DamageSearch::Quick => "quick_check",
        DamageSearch::Thorough => "integrity_check",
    };
    let check = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("PRAGMA {pragma}({PROBLEMS_MAX})"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    };
    match check().map_err(failed("check its file")) {
        Ok(problems) => Ok(problems.into_iter().filter(|problem| problem != "ok").collect()),
        // Damage so grave that the check cannot go on.
        Err(error) if error.kind() == ErrorKind::Corrupt => Ok(vec![error.message().to_owned()]),
        Err(error) => Err(error),
    }
}
