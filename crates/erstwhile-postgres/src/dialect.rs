//! Translates migrations to PostgreSQL: the only place where the SQL of the databases differs.

use erstwhile::store::sql::Migration;

/// Returns the statements of a migration in PostgreSQL's dialect, without comments.
///
/// `BLOB` becomes `BYTEA`. Text columns get a bytewise collation, as on the embedded database, so that lists have the
/// same order everywhere. `lower` uses the collation of the database, so that it covers every alphabet.
pub fn statements(migration: &Migration) -> Vec<String> {
    let lines = migration.sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    let sql = lines.map(rename_types).collect::<Vec<_>>().join("\n");
    sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// Renames the column types in a line. Only whole words in capitals are types.
fn rename_types(line: &str) -> String {
    let words = line.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let renamed = words.map(|word| match word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        "BLOB" => word.replacen("BLOB", "BYTEA", 1),
        "TEXT" => word.replacen("TEXT", "TEXT COLLATE \"C\"", 1),
        _ => word.to_owned(),
    });
    with_folding(&renamed.collect::<String>())
}

/// Gives the arguments of `lower` the collation of the database: with a bytewise one, it would fold ASCII only.
fn with_folding(line: &str) -> String {
    let mut parts = line.split("lower(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(part.len());
        let (column, rest) = part.split_at(end);
        text.push_str(&format!("lower({column} COLLATE \"default\"{rest}"));
    }
    text
}

/// Returns the name of the index that a statement creates, if it creates one.
pub fn created_index(statement: &str) -> Option<&str> {
    let mut words = statement.split_whitespace().filter(|word| *word != "UNIQUE");
    match (words.next(), words.next(), words.next()) {
        (Some("CREATE"), Some("INDEX"), Some(name)) => Some(name),
        _ => None,
    }
}

/// Changes a `CREATE INDEX` statement so that it does not block writers and skips an existing index.
pub fn create_index_concurrently(statement: &str) -> String {
    statement.replacen("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_folded_by_the_collation_of_the_database() {
        let sql = "UPDATE a SET folded = lower(b || ' ' || c)";
        let [update] = &statements(&Migration { version: 1, name: "test", sql })[..] else { panic!("a statement") };
        assert_eq!(update, "UPDATE a SET folded = lower(b COLLATE \"default\" || ' ' || c)");
    }

    #[test]
    fn only_types_are_renamed() {
        let migration = Migration {
            version: 1,
            name: "test",
            sql: "-- a BLOB; of TEXT\nCREATE TABLE a (\n    b BLOB NOT NULL,\n    text_b TEXT,\n    PRIMARY KEY (b)\n);\n\
                  CREATE UNIQUE INDEX a_by_b ON a (b);",
        };
        let [table, index] = &statements(&migration)[..] else { panic!("two statements") };
        assert!(table.contains("b BYTEA NOT NULL") && table.contains("text_b TEXT COLLATE \"C\","), "{table}");
        assert_eq!((created_index(table), created_index(index)), (None, Some("a_by_b")));
        assert_eq!(create_index_concurrently(index), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_by_b ON a (b)");
    }
}
