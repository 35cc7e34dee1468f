//! The parser of paths: recursive descent with one token of lookahead, without backtracking.

use serde_json::Value;

use super::lex::{Kind, Token, tokens};
use super::{Comparison, Method, NESTING_MAX, Node, Operator, PATH_CHARACTERS_MAX, Path, Pattern, Step, SyntaxError};

type Parsed<T> = Result<T, SyntaxError>;

const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<>", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    ("<", Comparison::Less),
    (">=", Comparison::GreaterOrEqual),
    (">", Comparison::Greater),
];
const METHODS: [(&str, Method); 7] = [
    ("type", Method::Type),
    ("size", Method::Size),
    ("double", Method::Double),
    ("ceiling", Method::Ceiling),
    ("floor", Method::Floor),
    ("abs", Method::Abs),
    ("keyvalue", Method::KeyValue),
];

/// Parses a whole path.
pub(super) fn path(text: &str) -> Parsed<Path> {
    if text.chars().count() > PATH_CHARACTERS_MAX {
        let message = format!("the path is too long: use at most {PATH_CHARACTERS_MAX} characters");
        return Err(SyntaxError { at: PATH_CHARACTERS_MAX, message });
    }
    let end = Token { at: text.chars().count(), kind: Kind::End };
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end, nesting: 0, in_filter: false, in_brackets: false };
    let strict = parser.accept_word("strict");
    if !strict {
        parser.accept_word("lax");
    }
    let root = parser.any()?;
    if *parser.peek() == Kind::End { Ok(Path { strict, root }) } else { parser.error("expected the end of the path") }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    /// Returned after the last token.
    end: Token,
    nesting: usize,
    in_filter: bool,
    in_brackets: bool,
}

impl Parser {
    fn token(&self) -> &Token {
        self.tokens.get(self.next).unwrap_or(&self.end)
    }

    fn peek(&self) -> &Kind {
        &self.token().kind
    }

    fn error<T>(&self, message: impl Into<String>) -> Parsed<T> {
        Err(SyntaxError { at: self.token().at, message: message.into() })
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.peek(), Kind::Mark(found) if *found == mark)
    }

    fn accept(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.next += usize::from(found);
        found
    }

    fn require(&mut self, mark: &str) -> Parsed<()> {
        if self.accept(mark) { Ok(()) } else { self.error(format!("expected \"{mark}\"")) }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    /// Whether the token after the next one is the mark.
    fn is_mark_after(&self, mark: &str) -> bool {
        matches!(self.tokens.get(self.next + 1), Some(Token { kind: Kind::Mark(found), .. }) if *found == mark)
    }

    fn text(&mut self) -> Parsed<String> {
        let Kind::Text(text) = self.peek() else { return self.error("expected text in double quotes") };
        let text = text.clone();
        self.next += 1;
        Ok(text)
    }

    /// Parses a nested construct; limits the depth.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting == NESTING_MAX {
            return self.error(format!("nested too deeply: use at most {NESTING_MAX} levels"));
        }
        self.nesting += 1;
        let inside = read(self)?;
        self.nesting -= 1;
        Ok(inside)
    }

    fn expression(&mut self) -> Parsed<Node> {
        let at = self.token().at;
        let node = self.sum()?;
        check_kind(node, false, at)
    }

    fn predicate(&mut self) -> Parsed<Node> {
        let at = self.token().at;
        let node = self.any()?;
        check_kind(node, true, at)
    }

    /// Parses conditions joined by `||`, or an expression.
    fn any(&mut self) -> Parsed<Node> {
        self.joined("||", Self::all, Node::Any)
    }

    fn all(&mut self) -> Parsed<Node> {
        self.joined("&&", Self::condition, Node::All)
    }

    fn joined(&mut self, mark: &str, part: fn(&mut Self) -> Parsed<Node>, join: fn(Vec<Node>) -> Node) -> Parsed<Node> {
        let at = self.token().at;
        let first = part(self)?;
        if !self.is_mark(mark) {
            return Ok(first);
        }
        let mut parts = vec![check_kind(first, true, at)?];
        while self.accept(mark) {
            let at = self.token().at;
            let next = part(self)?;
            parts.push(check_kind(next, true, at)?);
        }
        Ok(join(parts))
    }

    fn condition(&mut self) -> Parsed<Node> {
        if self.accept("!") {
            if !self.is_mark("(") && !self.is_exists() {
                return self.error("\"!\" must be followed by a condition in parentheses");
            }
            let at = self.token().at;
            let inner = self.primary()?;
            return Ok(Node::Not(Box::new(check_kind(inner, true, at)?)));
        }
        let at = self.token().at;
        let left = self.sum()?;
        if let Kind::Mark(mark) = self.peek()
            && let Some((_, comparison)) = COMPARISONS.iter().find(|(found, _)| found == mark)
        {
            self.next += 1;
            let left = check_kind(left, false, at)?;
            let right = self.expression()?;
            return Ok(Node::Compare(*comparison, Box::new(left), Box::new(right)));
        }
        if self.is_mark("=") {
            return self.error("use == to compare");
        }
        if self.accept_word("starts") {
            if !self.accept_word("with") {
                return self.error("expected \"with\"");
            }
            return Ok(Node::StartsWith(Box::new(check_kind(left, false, at)?), self.text()?));
        }
        if self.accept_word("like_regex") {
            let left = check_kind(left, false, at)?;
            return Ok(Node::Like(Box::new(left), self.pattern()?));
        }
        Ok(left)
    }

    fn pattern(&mut self) -> Parsed<Pattern> {
        let at = self.token().at;
        let pattern = self.text()?;
        let flags = if self.accept_word("flag") { self.text()? } else { String::new() };
        if flags.chars().any(|flag| !matches!(flag, 'i' | 'q' | 's' | 'm' | 'x')) {
            return Err(SyntaxError { at, message: "flags must be among i, q, s, m and x".to_owned() });
        }
        let quoted = flags.contains('q');
        let mut text = pattern.as_str();
        let (mut from_start, mut to_end) = (false, false);
        if !quoted {
            if let Some(rest) = text.strip_prefix('^') {
                (text, from_start) = (rest, true);
            }
            if let Some(rest) = text.strip_suffix('$') {
                (text, to_end) = (rest, true);
            }
            // Flags m and x change the meaning of "^", "$" and white space, so plain text does not support them.
            let anchors = (from_start || to_end) && flags.contains('m');
            if anchors
                || flags.contains('x')
                || text.contains(['.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\', '^', '$'])
            {
                let message = "this like_regex is not supported: use plain text between ^ and $, or flag \"q\"";
                return Err(SyntaxError { at, message: message.to_owned() });
            }
        }
        let ignore_case = flags.contains('i');
        let text = if ignore_case { text.to_lowercase() } else { text.to_owned() };
        Ok(Pattern { text, from_start, to_end, ignore_case })
    }

    fn sum(&mut self) -> Parsed<Node> {
        self.arithmetic(&[("+", Operator::Plus), ("-", Operator::Minus)], Self::product)
    }

    fn product(&mut self) -> Parsed<Node> {
        let operators = [("*", Operator::Times), ("/", Operator::Divide), ("%", Operator::Remainder)];
        self.arithmetic(&operators, Self::signed)
    }

    fn arithmetic(&mut self, operators: &[(&str, Operator)], part: fn(&mut Self) -> Parsed<Node>) -> Parsed<Node> {
        let at = self.token().at;
        let first = part(self)?;
        let mut terms = Vec::new();
        while let Some((_, operator)) = operators.iter().find(|(mark, _)| self.is_mark(mark)) {
            self.next += 1;
            let at = self.token().at;
            let term = part(self)?;
            terms.push((*operator, check_kind(term, false, at)?));
        }
        if terms.is_empty() { Ok(first) } else { Ok(Node::Arithmetic(Box::new(check_kind(first, false, at)?), terms)) }
    }

    fn signed(&mut self) -> Parsed<Node> {
        let minus = self.is_mark("-");
        if minus || self.is_mark("+") {
            self.next += 1;
            let at = self.token().at;
            let inner = self.nested(Self::signed)?;
            return Ok(Node::Sign(minus, Box::new(check_kind(inner, false, at)?)));
        }
        let primary = self.primary()?;
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        Ok(if steps.is_empty() { primary } else { Node::Access(Box::new(primary), steps) })
    }

    fn is_exists(&self) -> bool {
        self.is_word("exists") && self.is_mark_after("(")
    }

    fn primary(&mut self) -> Parsed<Node> {
        if self.is_exists() {
            self.next += 2;
            let inner = self.nested(Self::expression)?;
            self.require(")")?;
            return Ok(Node::Exists(Box::new(inner)));
        }
        if self.accept("(") {
            let inner = self.nested(Self::any)?;
            self.require(")")?;
            if self.is_word("is") {
                let at = self.token().at;
                self.next += 1;
                if !self.accept_word("unknown") {
                    return self.error("expected \"unknown\"");
                }
                return Ok(Node::IsUnknown(Box::new(check_kind(inner, true, at)?)));
            }
            return Ok(inner);
        }
        let node = match self.peek() {
            Kind::Mark("$") => Node::Root,
            Kind::Mark("@") if self.in_filter => Node::Current,
            Kind::Mark("@") => return self.error("\"@\" is only allowed in a filter"),
            Kind::Number(value) => Node::Literal(value.clone()),
            Kind::Text(text) => Node::Literal(Value::String(text.clone())),
            Kind::Word(word) => match word.as_str() {
                "true" => Node::Literal(Value::Bool(true)),
                "false" => Node::Literal(Value::Bool(false)),
                "null" => Node::Literal(Value::Null),
                word if word.eq_ignore_ascii_case("last") && self.in_brackets => Node::Last,
                word if word.eq_ignore_ascii_case("last") => {
                    return self.error("\"last\" is only allowed in brackets");
                }
                _ => return self.error("a path must start with \"$\" or \"@\", and text must be in double quotes"),
            },
            _ => return self.error("expected a value"),
        };
        let after = self.token().at + 1;
        self.next += 1;
        let touches = self.token().at == after && matches!(self.peek(), Kind::Word(_) | Kind::Text(_));
        if node == Node::Root && touches {
            return self.error("variables are not supported: use $.name for a member");
        }
        Ok(node)
    }

    fn step(&mut self) -> Parsed<Option<Step>> {
        if self.accept(".") {
            return self.member().map(Some);
        }
        if self.accept("[") {
            if self.is_mark("*") && self.is_mark_after("]") {
                self.next += 2;
                return Ok(Some(Step::AnyElement));
            }
            let before = std::mem::replace(&mut self.in_brackets, true);
            let elements = self.nested(Self::elements)?;
            self.in_brackets = before;
            return Ok(Some(Step::Elements(elements)));
        }
        if self.accept("?") {
            self.require("(")?;
            let before = std::mem::replace(&mut self.in_filter, true);
            let filter = self.nested(Self::predicate)?;
            self.in_filter = before;
            self.require(")")?;
            return Ok(Some(Step::Filter(filter)));
        }
        Ok(None)
    }

    fn elements(&mut self) -> Parsed<Vec<(Node, Option<Node>)>> {
        let mut elements = Vec::new();
        loop {
            let first = self.expression()?;
            let last = if self.accept_word("to") { Some(self.expression()?) } else { None };
            elements.push((first, last));
            if !self.accept(",") {
                self.require("]")?;
                return Ok(elements);
            }
        }
    }

    /// Parses what follows a dot.
    fn member(&mut self) -> Parsed<Step> {
        if self.accept("**") {
            return self.levels();
        }
        if self.accept("*") {
            return Ok(Step::AnyMember);
        }
        let (name, bare) = match self.peek() {
            Kind::Text(text) => (text.clone(), false),
            Kind::Word(word) => (word.clone(), true),
            _ => return self.error("expected the name of a member"),
        };
        if bare && self.is_mark_after("(") {
            let Some((_, method)) = METHODS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
                let known = METHODS.map(|(known, _)| known).join(", ");
                return self.error(format!("this method is not supported: use one of {known}"));
            };
            self.next += 2;
            self.require(")")?;
            return Ok(Step::Method(*method));
        }
        self.next += 1;
        Ok(Step::Member(name))
    }

    /// Parses what follows `**`: nothing, `{2}`, `{last}`, `{1 to 3}` or `{1 to last}`.
    fn levels(&mut self) -> Parsed<Step> {
        if !self.accept("{") {
            return Ok(Step::Descend(Some((0, u32::MAX))));
        }
        let first = self.level()?;
        let last = if self.accept_word("to") { self.level()? } else { first };
        self.require("}")?;
        Ok(match (first, last) {
            (None, None) => Step::Descend(None),
            (first, last) => Step::Descend(Some((first.unwrap_or(u32::MAX), last.unwrap_or(u32::MAX)))),
        })
    }

    /// Parses a level; `None` is the last one.
    fn level(&mut self) -> Parsed<Option<u32>> {
        if self.accept_word("last") {
            return Ok(None);
        }
        let level = match self.peek() {
            Kind::Number(value) => value.as_u64().and_then(|level| u32::try_from(level).ok()),
            _ => None,
        };
        let Some(level) = level else { return self.error("a level must be a whole number or \"last\"") };
        self.next += 1;
        Ok(Some(level))
    }
}

/// Checks whether the node that starts at `at` is a predicate, as required.
fn check_kind(node: Node, predicate: bool, at: usize) -> Parsed<Node> {
    if node.is_predicate() == predicate {
        return Ok(node);
    }
    let message = if predicate { "expected a condition" } else { "expected a value, not a condition" };
    Err(SyntaxError { at, message: message.to_owned() })
}
