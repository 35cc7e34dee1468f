//! Results: Markdown on stdout as soon as they are available, and JSON in a file at the end.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::table;

/// One cell of a table.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Cell {
    Text(String),
    Count(u64),
    /// A number, printed with about three digits.
    Number(f64),
    Nothing,
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Nothing => "–".to_owned(),
            Self::Number(number) => match number.abs() {
                size if !size.is_finite() => "–".to_owned(),
                size if size >= 100.0 => format!("{number:.0}"),
                size if size >= 10.0 => format!("{number:.1}"),
                size if size >= 1.0 => format!("{number:.2}"),
                _ => format!("{number:.3}"),
            },
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

/// Creates a row from values that convert to cells.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($crate::speed::report::Cell::from($cell)),*] };
}
pub(super) use row;

/// A table with notes below it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
}

impl Table {
    pub(super) fn new(title: impl Into<String>, head: &[&str]) -> Self {
        let head = head.iter().map(|&name| name.to_owned()).collect();
        Self { title: title.into(), head, rows: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn print(&self) {
        let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
        table::print(&self.title, &head, &rows);
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}

/// All tables of a run.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    tables: Vec<Table>,
}

impl Report {
    pub(super) fn add(&mut self, table: Table) {
        table.print();
        self.tables.push(table);
    }

    pub(super) fn save(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}
