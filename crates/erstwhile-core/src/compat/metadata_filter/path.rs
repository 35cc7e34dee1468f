//! SQL/JSON paths over metadata, as PostgreSQL reads them.
//!
//! A path is read in one pass without backtracking, and evaluated with a budget of steps, so that a
//! hostile one costs little and ends. Evaluation has no other errors than PostgreSQL's, and none
//! reaches the caller: what cannot be evaluated is not found.
//!
//! **It is not** all of PostgreSQL: no variables (nothing could give them a value), no dates, no
//! methods newer than PostgreSQL 12, and `like_regex` only with plain text between `^` and `$`. What
//! is missing is refused when the path is read, never ignored.

use std::fmt;

use serde_json::{Number, Value};

mod evaluate;
mod lex;
mod parse;
mod step;

/// Characters of a path, at most.
pub const PATH_CHARACTERS_MAX: usize = 1_000;
/// Parentheses, brackets and signs inside each other, at most.
pub const NESTING_MAX: usize = 24;
/// Steps of evaluating a path on one object, at most: a step looks at one item, or at a few dozen bytes.
pub const STEPS_MAX: usize = 50_000;

/// A path that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    strict: bool,
    root: Node,
}

/// What is wrong with a path, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Characters before it.
    pub at: usize,
    /// What is wrong, or what should stand there.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the path is wrong after {} characters: {}", self.at, self.what)
    }
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse::path(text)
    }

    /// Whether the path finds anything in a document (`@?` of PostgreSQL).
    ///
    /// Take care: as there, a path that is itself a comparison (`$.a == 1`) finds its own answer, also
    /// when that is false. A filter (`$ ? (@.a == 1)`) is what is meant.
    pub fn finds(&self, document: &Value) -> bool {
        evaluate::finds(self, document)
    }
}

/// An expression, which gives items, or a predicate, which is true, false or unknown.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Root,
    Current,
    Last,
    Literal(Value),
    Access(Box<Node>, Vec<Step>),
    /// A minus before an expression, or (`false`) a plus.
    Sign(bool, Box<Node>),
    /// Terms from left to right.
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
    /// Everything below from one level to another; level 0 is the item itself. `None`: leaves only.
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

/// Plain text that is looked for; the only patterns that are supported.
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

/// A JSON number; `None` for infinities and what is no number.
fn number(value: f64) -> Option<Value> {
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests;
