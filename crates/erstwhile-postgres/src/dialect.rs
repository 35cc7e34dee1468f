//! What PostgreSQL calls otherwise: the one place in which the databases' SQL differs.

use erstwhile::store::sql::Migration;

/// The statements of a migration, in PostgreSQL's words.
///
/// `BLOB` is `BYTEA`, and texts compare byte by byte, as on the embedded database, so that listings have
/// the same order everywhere. `lower` folds every alphabet that the database knows. Comments are left out.
pub fn statements(migration: &Migration) -> Vec<String> {
    let lines = migration.sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    let sql = lines.map(in_words_of_postgres).collect::<Vec<_>>().join("\n");
    sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// A line with its column types renamed. Only whole words in capitals are types.
fn in_words_of_postgres(line: &str) -> String {
    let words = line.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let renamed = words.map(|word| match word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        "BLOB" => word.replacen("BLOB", "BYTEA", 1),
        "TEXT" => word.replacen("TEXT", "TEXT COLLATE \"C\"", 1),
        _ => word.to_owned(),
    });
    with_folding(&renamed.collect::<String>())
}

/// A line whose `lower` knows more than ASCII: of a column that compares byte by byte, it would not, so it goes by the
/// collation of the database.
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

/// The name of the index that a statement creates, when it does.
pub fn index_of(statement: &str) -> Option<&str> {
    let mut words = statement.split_whitespace().filter(|word| *word != "UNIQUE");
    match (words.next(), words.next(), words.next()) {
        (Some("CREATE"), Some("INDEX"), Some(name)) => Some(name),
        _ => None,
    }
}

/// The statement that creates an index without keeping writers waiting.
pub fn concurrently(statement: &str) -> String {
    statement.replacen("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_folded_by_the_rules_of_the_database() {
        let sql = "UPDATE a SET folded = lower(b || ' ' || c)";
        let [update] = &statements(&Migration { version: 1, name: "test", sql })[..] else { panic!("a statement") };
        assert_eq!(update, "UPDATE a SET folded = lower(b COLLATE \"default\" || ' ' || c)");
    }

    #[test]
    fn types_are_renamed_and_nothing_else() {
        let migration = Migration {
            version: 1,
            name: "test",
            sql: "-- a BLOB; of TEXT\nCREATE TABLE a (\n    b BLOB NOT NULL,\n    text_b TEXT,\n    PRIMARY KEY (b)\n);\n\
                  CREATE UNIQUE INDEX a_by_b ON a (b);",
        };
        let [table, index] = &statements(&migration)[..] else { panic!("two statements") };
        assert!(table.contains("b BYTEA NOT NULL") && table.contains("text_b TEXT COLLATE \"C\","), "{table}");
        assert_eq!((index_of(table), index_of(index)), (None, Some("a_by_b")));
        assert_eq!(concurrently(index), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_by_b ON a (b)");
    }
}
