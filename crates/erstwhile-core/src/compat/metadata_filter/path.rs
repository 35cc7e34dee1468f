//! SQL/JSON paths over metadata, with the semantics of PostgreSQL.
//!
//! A path is parsed in one pass without backtracking and evaluated with a budget of steps on each document and for the
//! whole request, so that a malicious one terminates quickly. Evaluation has the same errors as in PostgreSQL, but they are not
//! returned: a path that cannot be evaluated finds nothing.
//!
//! **Not supported:** variables (there is no way to set them), dates, methods added after PostgreSQL 12, and
//! `like_regex` except for plain text between `^` and `$`. Unsupported syntax is an error, never ignored.

use std::fmt;

use serde_json::{Number, Value};

use crate::budget::Budget;

mod evaluate;
mod lex;
mod parse;
mod step;

pub(super) use evaluate::weight;

/// Maximum number of characters of a path.
pub const PATH_CHARACTERS_MAX: usize = 1_000;
/// Maximum nesting depth of parentheses, brackets and signs.
pub const NESTING_MAX: usize = 24;
/// Maximum number of evaluation steps on one object: a step covers one item or a few dozen bytes.
pub const STEPS_MAX: usize = 50_000;

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    strict: bool,
    root: Node,
}

/// A syntax error in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Number of characters before the error.
    pub at: usize,
    /// What is wrong or what was expected.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid path after {} characters: {}", self.at, self.message)
    }
}

impl Path {
    /// Parses a path.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::path(text)
    }

    /// Whether the path finds anything in a document (`@?` of PostgreSQL).
    ///
    /// As in PostgreSQL, a path that is itself a comparison (`$.a == 1`) always finds its result, even `false`.
    /// Use a filter (`$ ? (@.a == 1)`) instead.
    pub fn finds(&self, document: &Value, budget: &Budget) -> bool {
        evaluate::finds(self, document, budget)
    }
}

/// An expression, which yields items, or a predicate, which is true, false or unknown.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Root,
    Current,
    Last,
    Literal(Value),
    Access(Box<Node>, Vec<Step>),
    /// A unary minus (`true`) or plus (`false`).
    Sign(bool, Box<Node>),
    /// Terms, evaluated from left to right.
    Arithmetic(Box<Node>, Vec<(Operator, Node)>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    IsUnknown(Box<Node>),
    Exists(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    StartsWith(Box<Node>, String),
    Like(Box<Node>, Pattern),
}

impl Node {
    fn is_predicate(&self) -> bool {
        matches!(
            self,
            Self::All(_)
                | Self::Any(_)
                | Self::Not(_)
                | Self::IsUnknown(_)
                | Self::Exists(_)
                | Self::Compare(..)
                | Self::StartsWith(..)
                | Self::Like(..)
        )
    }
}

/// One step of a path from items to items.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    AnyMember,
    /// All descendants between two levels; level 0 is the item itself. `None`: leaves only.
    Descend(Option<(u32, u32)>),
    AnyElement,
    /// Single elements, or ranges of them.
    Elements(Vec<(Node, Option<Node>)>),
    Filter(Node),
    Method(Method),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Type,
    Size,
    Double,
    Ceiling,
    Floor,
    Abs,
    KeyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A search for plain text, the only supported kind of pattern.
#[derive(Debug, Clone, PartialEq)]
struct Pattern {
    text: String,
    from_start: bool,
    to_end: bool,
    ignore_case: bool,
}

impl Pattern {
    fn is_in(&self, text: &str) -> bool {
        let lower;
        let text = if self.ignore_case {
            lower = text.to_lowercase();
            lower.as_str()
        } else {
            text
        };
        match (self.from_start, self.to_end) {
            (true, true) => text == self.text,
            (true, false) => text.starts_with(&self.text),
            (false, true) => text.ends_with(&self.text),
            (false, false) => text.contains(&self.text),
        }
    }
}

/// A JSON number; `None` if the value is not finite.
fn number(value: f64) -> Option<Value> {
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests;
