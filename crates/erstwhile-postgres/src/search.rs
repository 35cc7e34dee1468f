//! Searches the rows of all tables for texts that must not be there, and tells what such a search cannot see.

use deadpool_postgres::Object;
use erstwhile::Result;
use erstwhile::store::tables::placements;
use tokio_postgres::types::ToSql;

use crate::Postgres;
use crate::failure::Failure;

/// The columns of a table that can hold text, with their types.
const COLUMNS: &str = "SELECT quote_ident(attname::text), format_type(atttypid, NULL) FROM pg_attribute \
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped \
    AND format_type(atttypid, NULL) IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea') \
    ORDER BY attnum";
/// How many deleted or replaced rows a table's file still has, as PostgreSQL estimates, and when they were removed last.
const DEAD_ROWS: &str = "SELECT n_dead_tup, greatest(last_vacuum, last_autovacuum)::text FROM pg_stat_user_tables \
    WHERE relid = to_regclass($1)";

/// A table that was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedTable {
    /// Its name.
    pub name: &'static str,
    /// Number of rows that were searched: those that a query returns.
    pub rows: i64,
    /// What was found.
    pub found: Vec<FoundText>,
    /// About how many deleted or replaced rows are still in its file, where they are not searched; `None` if the server
    /// does not know.
    pub dead_rows: Option<i64>,
    /// When such rows were last removed; `None` if never, or if the server does not know.
    pub vacuumed_at: Option<String>,
}

/// A text in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// The position of the text in the list of those that were searched for.
    pub text: usize,
    /// The column.
    pub column: String,
    /// The number of rows that have it there.
    pub rows: i64,
}

impl Postgres {
    /// Searches every row of every table for texts, each given in all forms in which it may be written.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer; `Forbidden` and others as the database says.
    pub async fn search_tables(&self, texts: &[Vec<String>]) -> Result<Vec<SearchedTable>> {
        let attempt = async {
            let pooled = self.connection().await?;
            let result = search_all(pooled.get()?, texts).await;
            pooled.release(result)
        };
        attempt.await.map_err(Failure::into_error)
    }
}

async fn search_all(connection: &Object, texts: &[Vec<String>]) -> Result<Vec<SearchedTable>, Failure> {
    let mut tables = Vec::new();
    for (name, _) in placements() {
        tables.push(search(connection, name, texts).await.map_err(|error| Failure::of("search its tables", &error))?);
    }
    Ok(tables)
}

async fn search(
    connection: &Object,
    name: &'static str,
    texts: &[Vec<String>],
) -> Result<SearchedTable, tokio_postgres::Error> {
    let mut columns = Vec::new();
    for row in connection.query(COLUMNS, &[&name]).await? {
        columns.push((row.try_get::<_, String>(0)?, row.try_get::<_, String>(1)?));
    }
    let (sql, places) = statement(name, &columns, texts);
    let params: Vec<&(dyn ToSql + Sync)> = texts.iter().flatten().map(|form| form as &(dyn ToSql + Sync)).collect();
    // A table without text needs no texts.
    let row = connection.query_one(&sql, if places.is_empty() { &[] } else { &params }).await?;
    let mut found = Vec::new();
    for (number, (text, column)) in places.into_iter().enumerate() {
        let rows = row.try_get(number + 1)?;
        if rows > 0 {
            found.push(FoundText { text, column, rows });
        }
    }
    let known = connection.query_opt(DEAD_ROWS, &[&name]).await?;
    let (dead_rows, vacuumed_at) = match known {
        Some(known) => (known.try_get(0)?, known.try_get(1)?),
        None => (None, None),
    };
    Ok(SearchedTable { name, rows: row.try_get(0)?, found, dead_rows, vacuumed_at })
}

/// The statement that counts the rows of a table, and those with each text in each column; with what each count is of.
fn statement(name: &str, columns: &[(String, String)], texts: &[Vec<String>]) -> (String, Vec<(usize, String)>) {
    let (mut sql, mut places, mut parameter) = ("SELECT count(*)".to_owned(), Vec::new(), 0);
    for (text, forms) in texts.iter().enumerate() {
        let numbers: Vec<usize> = (parameter + 1..=parameter + forms.len()).collect();
        parameter += forms.len();
        for (column, kind) in columns {
            let conditions: Vec<String> = numbers
                .iter()
                .map(|number| match kind.as_str() {
                    "bytea" => format!("position(convert_to(${number}::text, 'UTF8') in {column}) > 0"),
                    _ => format!("position(${number}::text in {column}::text) > 0"),
                })
                .collect();
            sql += &format!(", count(*) FILTER (WHERE {})", conditions.join(" OR "));
            places.push((text, column.clone()));
        }
    }
    (format!("{sql} FROM {name}"), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_searched_in_every_column_as_its_type_allows() {
        let columns = [("name", "text"), ("value", "bytea")].map(|(name, kind)| (name.to_owned(), kind.to_owned()));
        let texts = [vec!["Ann".to_owned(), "ann".to_owned()], vec!["Bea".to_owned()]];
        let (sql, places) = statement("account", &columns, &texts);
        assert_eq!(
            sql,
            "SELECT count(*), \
             count(*) FILTER (WHERE position($1::text in name::text) > 0 OR position($2::text in name::text) > 0), \
             count(*) FILTER (WHERE position(convert_to($1::text, 'UTF8') in value) > 0 \
             OR position(convert_to($2::text, 'UTF8') in value) > 0), \
             count(*) FILTER (WHERE position($3::text in name::text) > 0), \
             count(*) FILTER (WHERE position(convert_to($3::text, 'UTF8') in value) > 0) FROM account"
        );
        let places: Vec<(usize, &str)> = places.iter().map(|(text, column)| (*text, column.as_str())).collect();
        assert_eq!(places, [(0, "name"), (0, "value"), (1, "name"), (1, "value")]);
    }
}
