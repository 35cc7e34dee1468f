//! Whether the program can read the rows of an export: their types and bounds, and what the code that reads them demands,
//! such as their checksums. Pure.

use uuid::Uuid;

use super::rows;
use super::setting_values;
use super::sql::{Row, Statement, Value};
use super::statements as sql;
use super::tables::Table;
use erstwhile_core::error::{Error, Result};

type Read = fn(Row) -> Result<()>;

/// Reads the columns that a statement selects, as the program does. Tables that are not here have no conditions beyond
/// those of their columns.
const READERS: [(&str, &Statement, Read); 18] = [
    ("project", &sql::PROJECT_BY_ID, |row| rows::read_project(row).map(drop)),
    ("api_key", &sql::KEYS, |row| rows::read_key(row).map(drop)),
    ("graph", &sql::GRAPH_BY_ID, |row| rows::read_partition(row).map(drop)),
    ("setting", &sql::SETTINGS, |row| rows::read_setting(row).and_then(|setting| setting_values::check(&setting))),
    ("account", &sql::ACCOUNT_BY_GRAPH, |row| rows::read_user(without_threads(row)).map(drop)),
    ("thread", &sql::THREAD_BY_ID, |row| rows::read_thread(row).map(drop)),
    ("episode", &sql::EPISODES_SINCE, |row| rows::read_episode(row).map(drop)),
    ("mention", &sql::MENTIONS_SINCE, |row| rows::read_mention(row).map(drop)),
    ("assertion", &sql::ASSERTIONS_SINCE, |row| rows::read_assertion(row).map(drop)),
    ("link", &sql::LINKS_SINCE, |row| rows::read_link(row).map(drop)),
    ("edit", &sql::EDITS_SINCE, |row| rows::read_edit(row).map(drop)),
    ("written_summary", &sql::WRITTEN_SUMMARIES, |row| rows::read_written_summary(row).map(drop)),
    ("membership", &sql::GROUPS_OF_GRAPH, |row| rows::read_membership(row).map(drop)),
    ("task", &sql::TASK_BY_ID, |row| rows::read_task(row).map(drop)),
    ("collection", &sql::UNCOUNTED_COLLECTION, |row| rows::read_collection(with_counts(row, 11, 2)).map(drop)),
    ("document", &sql::DOCUMENTS, |row| rows::read_document(row).map(drop)),
    ("bulk", &sql::IMPORT_BY_GRAPH, |row| rows::read_import(with_counts(row, 11, 4)).map(drop)),
    ("bulk_item", &sql::IMPORT_ITEMS, |row| rows::read_import_item(row).map(drop)),
];

/// Checks the rows of one table of one unit.
pub(crate) struct RowCheck {
    table: &'static Table,
    unit: Value,
    /// How the program reads a row: the places of the columns that it selects, `None` for one of another table.
    reader: Option<(Vec<Option<usize>>, Read)>,
}

impl RowCheck {
    /// The check of the rows of a table that belong to the unit with this id.
    pub(crate) fn new(table: &'static Table, unit: Uuid) -> Self {
        let reader = READERS.iter().find(|(name, ..)| *name == table.name);
        let reader = reader.map(|(_, statement, read)| {
            let place = |selected: &str| table.columns.iter().position(|column| *column == selected);
            (selected_columns(statement.sql).map(place).collect(), *read)
        });
        Self { table, unit: rows::id(unit), reader }
    }

    /// Checks a row.
    ///
    /// # Errors
    /// `Corrupt` when the program could not read it; the message names the table and the column, but no text of the row.
    pub(crate) fn check(&self, row: &Row) -> Result<()> {
        let table = self.table;
        let corrupt = |why: String| Error::corrupt(format!("a row of `{}` {why}", table.name));
        if row.0.len() != table.columns.len() {
            return Err(corrupt(format!("has {} columns, not {}", row.0.len(), table.columns.len())));
        }
        if row.0.first() != Some(&self.unit) {
            return Err(corrupt("belongs to another unit".to_owned()));
        }
        for ((column, holds), value) in table.columns.iter().zip(table.types).zip(&row.0) {
            if let Some(problem) = holds.problem(value) {
                return Err(Error::corrupt(format!("`{}.{column}` {problem}", table.name)));
            }
        }
        let Some((places, read)) = &self.reader else { return Ok(()) };
        let value = |place: &Option<usize>| place.and_then(|place| row.0.get(place)).cloned().unwrap_or(Value::Null);
        read(Row(places.iter().map(value).collect()))
            .map_err(|error| corrupt(format!("is damaged: {}", error.message())))
    }
}

/// The columns that a statement selects, without the name of the table of the first; others keep that of theirs.
fn selected_columns(sql: &str) -> impl Iterator<Item = &str> {
    let selected = sql.strip_prefix("SELECT ").and_then(|rest| rest.split(" FROM ").next()).unwrap_or("");
    let table = selected.split(',').next().and_then(|first| first.split_once('.')).map(|(table, _)| table);
    selected.split(',').map(move |column| {
        let named = table.and_then(|table| column.trim().strip_prefix(table)?.strip_prefix('.'));
        named.unwrap_or_else(|| column.trim())
    })
}

/// The columns of a row that are of its table, followed by counts, which are not.
fn with_counts(Row(mut values): Row, columns: usize, counts: usize) -> Row {
    values.truncate(columns);
    values.extend(std::iter::repeat_n(Value::Int(0), counts));
    Row(values)
}

/// The row of a user, whose last column is the number of threads, not a column of the table.
fn without_threads(Row(mut values): Row) -> Row {
    values.pop();
    values.push(Value::Int(0));
    Row(values)
}

#[cfg(test)]
mod tests {
    use super::super::tables::TABLES;
    use super::*;

    #[test]
    fn a_setting_without_the_form_of_its_kind_is_refused() {
        let table = TABLES.iter().find(|table| table.name == "setting").expect("a table");
        let (project, ontology) = (Uuid::from_u128(1), Value::Int(0));
        let row = |value: &str| {
            let (name, value) = (Value::Text(String::new()), Value::Text(value.to_owned()));
            Row(vec![rows::id(project), ontology.clone(), name, value, Value::Int(0), Value::Null])
        };
        let check = RowCheck::new(table, project);
        check.check(&row("{\"entity_types\":[],\"edge_types\":[]}")).expect("an ontology");
        let error = check.check(&row("{\"entity_types\":7}")).expect_err("no ontology");
        assert!(error.message().contains("ontology"), "{error}");
    }

    #[test]
    fn every_reader_finds_its_columns() {
        for (name, statement, _) in READERS {
            let table = TABLES.iter().find(|table| table.name == name).expect("a table");
            let missing: Vec<&str> =
                selected_columns(statement.sql).filter(|column| !table.columns.contains(column)).collect();
            let elsewhere: &[&str] = match name {
                "account" | "bulk" => &["(SELECT count(*)"],
                "thread" => &["a.user_id", "a.uuid"],
                "assertion" => &["e.seq"],
                "collection" => &["0", "0"],
                _ => &[],
            };
            assert_eq!(missing, elsewhere, "{name}");
        }
    }
}
