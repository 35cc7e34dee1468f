//! Reading paths: recursive descent, one token ahead, no backtracking.

use serde_json::Value;

use super::lex::{Kind, Token, tokens};
use super::{Comparison, Fault, Method, NESTING_MAX, Node, Operator, PATH_CHARACTERS_MAX, Path, Pattern, Step};

type Read<T> = Result<T, Fault>;

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

/// Reads a whole path.
pub(super) fn path(text: &str) -> Read<Path> {
    if text.chars().count() > PATH_CHARACTERS_MAX {
        let what = format!("it is too long, use at most {PATH_CHARACTERS_MAX} characters");
        return Err(Fault { at: PATH_CHARACTERS_MAX, what });
    }
    let end = Token { at: text.chars().count(), kind: Kind::End };
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end, nesting: 0, in_filter: false, in_brackets: false };
    let strict = parser.takes_word("strict");
    if !strict {
        parser.takes_word("lax");
    }
    let root = parser.any()?;
    if *parser.peek() == Kind::End { Ok(Path { strict, root }) } else { parser.fault("nothing more was expected here") }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    /// What stands after the last token.
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

    fn fault<T>(&self, what: impl Into<String>) -> Read<T> {
        Err(Fault { at: self.token().at, what: what.into() })
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.peek(), Kind::Mark(found) if *found == mark)
    }

    fn takes(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.next += usize::from(found);
        found
    }

    fn wants(&mut self, mark: &str) -> Read<()> {
        if self.takes(mark) { Ok(()) } else { self.fault(format!("\"{mark}\" was expected here")) }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    /// Whether the mark stands right after the next token.
    fn is_mark_after(&self, mark: &str) -> bool {
        matches!(self.tokens.get(self.next + 1), Some(Token { kind: Kind::Mark(found), .. }) if *found == mark)
    }

    fn text(&mut self) -> Read<String> {
        let Kind::Text(text) = self.peek() else { return self.fault("text in double quotes was expected here") };
        let text = text.clone();
        self.next += 1;
        Ok(text)
    }

    /// Reads something that stands inside something else.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.nesting == NESTING_MAX {
            return self.fault(format!("it is nested too deeply, use at most {NESTING_MAX} levels"));
        }
        self.nesting += 1;
        let inside = read(self)?;
        self.nesting -= 1;
        Ok(inside)
    }

    fn expression(&mut self) -> Read<Node> {
        let at = self.token().at;
        let node = self.sum()?;
        is(node, false, at)
    }

    fn predicate(&mut self) -> Read<Node> {
        let at = self.token().at;
        let node = self.any()?;
        is(node, true, at)
    }

    /// Anything: conditions joined by `||`, or an expression.
    fn any(&mut self) -> Read<Node> {
        self.joined("||", Self::all, Node::Any)
    }

    fn all(&mut self) -> Read<Node> {
        self.joined("&&", Self::condition, Node::All)
    }

    fn joined(&mut self, mark: &str, part: fn(&mut Self) -> Read<Node>, join: fn(Vec<Node>) -> Node) -> Read<Node> {
        let at = self.token().at;
        let first = part(self)?;
        if !self.is_mark(mark) {
            return Ok(first);
        }
        let mut parts = vec![is(first, true, at)?];
        while self.takes(mark) {
            let at = self.token().at;
            let next = part(self)?;
            parts.push(is(next, true, at)?);
        }
        Ok(join(parts))
    }

    fn condition(&mut self) -> Read<Node> {
        if self.takes("!") {
            if !self.is_mark("(") && !self.is_exists() {
                return self.fault("\"!\" needs a condition in parentheses after it");
            }
            let at = self.token().at;
            let inner = self.primary()?;
            return Ok(Node::Not(Box::new(is(inner, true, at)?)));
        }
        let at = self.token().at;
        let left = self.sum()?;
        if let Kind::Mark(mark) = self.peek()
            && let Some((_, comparison)) = COMPARISONS.iter().find(|(found, _)| found == mark)
        {
            self.next += 1;
            let left = is(left, false, at)?;
            let right = self.expression()?;
            return Ok(Node::Compare(*comparison, Box::new(left), Box::new(right)));
        }
        if self.is_mark("=") {
            return self.fault("write == to compare");
        }
        if self.takes_word("starts") {
            if !self.takes_word("with") {
                return self.fault("\"with\" was expected here");
            }
            return Ok(Node::StartsWith(Box::new(is(left, false, at)?), self.text()?));
        }
        if self.takes_word("like_regex") {
            let left = is(left, false, at)?;
            return Ok(Node::Like(Box::new(left), self.pattern()?));
        }
        Ok(left)
    }

    fn pattern(&mut self) -> Read<Pattern> {
        let at = self.token().at;
        let pattern = self.text()?;
        let flags = if self.takes_word("flag") { self.text()? } else { String::new() };
        if flags.chars().any(|flag| !matches!(flag, 'i' | 'q' | 's' | 'm' | 'x')) {
            return Err(Fault { at, what: "flags are i, q, s, m and x".to_owned() });
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
            // Flags m and x change what "^", "$" and white space mean, which plain text has none of.
            let anchors = (from_start || to_end) && flags.contains('m');
            if anchors
                || flags.contains('x')
                || text.contains(['.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\', '^', '$'])
            {
                let what = "this like_regex is not supported, use plain text between ^ and $, or flag \"q\"";
                return Err(Fault { at, what: what.to_owned() });
            }
        }
        let ignore_case = flags.contains('i');
        let text = if ignore_case { text.to_lowercase() } else { text.to_owned() };
        Ok(Pattern { text, from_start, to_end, ignore_case })
    }

    fn sum(&mut self) -> Read<Node> {
        self.arithmetic(&[("+", Operator::Plus), ("-", Operator::Minus)], Self::product)
    }

    fn product(&mut self) -> Read<Node> {
        let operators = [("*", Operator::Times), ("/", Operator::Divide), ("%", Operator::Remainder)];
        self.arithmetic(&operators, Self::signed)
    }

    fn arithmetic(&mut self, operators: &[(&str, Operator)], part: fn(&mut Self) -> Read<Node>) -> Read<Node> {
        let at = self.token().at;
        let first = part(self)?;
        let mut terms = Vec::new();
        while let Some((_, operator)) = operators.iter().find(|(mark, _)| self.is_mark(mark)) {
            self.next += 1;
            let at = self.token().at;
            let term = part(self)?;
            terms.push((*operator, is(term, false, at)?));
        }
        if terms.is_empty() { Ok(first) } else { Ok(Node::Arithmetic(Box::new(is(first, false, at)?), terms)) }
    }

    fn signed(&mut self) -> Read<Node> {
        let minus = self.is_mark("-");
        if minus || self.is_mark("+") {
            self.next += 1;
            let at = self.token().at;
            let inner = self.nested(Self::signed)?;
            return Ok(Node::Sign(minus, Box::new(is(inner, false, at)?)));
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

    fn primary(&mut self) -> Read<Node> {
        if self.is_exists() {
            self.next += 2;
            let inner = self.nested(Self::expression)?;
            self.wants(")")?;
            return Ok(Node::Exists(Box::new(inner)));
        }
        if self.takes("(") {
            let inner = self.nested(Self::any)?;
            self.wants(")")?;
            if self.is_word("is") {
                let at = self.token().at;
                self.next += 1;
                if !self.takes_word("unknown") {
                    return self.fault("\"unknown\" was expected here");
                }
                return Ok(Node::IsUnknown(Box::new(is(inner, true, at)?)));
            }
            return Ok(inner);
        }
        let node = match self.peek() {
            Kind::Mark("$") => Node::Root,
            Kind::Mark("@") if self.in_filter => Node::Current,
            Kind::Mark("@") => return self.fault("\"@\" has a meaning inside of a filter only"),
            Kind::Number(value) => Node::Literal(value.clone()),
            Kind::Text(text) => Node::Literal(Value::String(text.clone())),
            Kind::Word(word) => match word.as_str() {
                "true" => Node::Literal(Value::Bool(true)),
                "false" => Node::Literal(Value::Bool(false)),
                "null" => Node::Literal(Value::Null),
                word if word.eq_ignore_ascii_case("last") && self.in_brackets => Node::Last,
                word if word.eq_ignore_ascii_case("last") => {
                    return self.fault("\"last\" has a meaning inside of brackets only");
                }
                _ => return self.fault("a path begins with \"$\" or \"@\", and text stands in double quotes"),
            },
            _ => return self.fault("a value was expected here"),
        };
        let after = self.token().at + 1;
        self.next += 1;
        let touches = self.token().at == after && matches!(self.peek(), Kind::Word(_) | Kind::Text(_));
        if node == Node::Root && touches {
            return self.fault("variables cannot be given: write $.name for a member");
        }
        Ok(node)
    }

    fn step(&mut self) -> Read<Option<Step>> {
        if self.takes(".") {
            return self.member().map(Some);
        }
        if self.takes("[") {
            if self.is_mark("*") && self.is_mark_after("]") {
                self.next += 2;
                return Ok(Some(Step::AnyElement));
            }
            let before = std::mem::replace(&mut self.in_brackets, true);
            let elements = self.nested(Self::elements)?;
            self.in_brackets = before;
            return Ok(Some(Step::Elements(elements)));
        }
        if self.takes("?") {
            self.wants("(")?;
            let before = std::mem::replace(&mut self.in_filter, true);
            let filter = self.nested(Self::predicate)?;
            self.in_filter = before;
            self.wants(")")?;
            return Ok(Some(Step::Filter(filter)));
        }
        Ok(None)
    }

    fn elements(&mut self) -> Read<Vec<(Node, Option<Node>)>> {
        let mut elements = Vec::new();
        loop {
            let first = self.expression()?;
            let last = if self.takes_word("to") { Some(self.expression()?) } else { None };
            elements.push((first, last));
            if !self.takes(",") {
                self.wants("]")?;
                return Ok(elements);
            }
        }
    }

    /// What follows a full stop.
    fn member(&mut self) -> Read<Step> {
        if self.takes("**") {
            return self.levels();
        }
        if self.takes("*") {
            return Ok(Step::AnyMember);
        }
        let (name, bare) = match self.peek() {
            Kind::Text(text) => (text.clone(), false),
            Kind::Word(word) => (word.clone(), true),
            _ => return self.fault("the name of a member was expected here"),
        };
        if bare && self.is_mark_after("(") {
            let Some((_, method)) = METHODS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
                let known = METHODS.map(|(known, _)| known).join(", ");
                return self.fault(format!("this method is not supported, use one of {known}"));
            };
            self.next += 2;
            self.wants(")")?;
            return Ok(Step::Method(*method));
        }
        self.next += 1;
        Ok(Step::Member(name))
    }

    /// What follows `**`: nothing, `{2}`, `{last}`, `{1 to 3}` or `{1 to last}`.
    fn levels(&mut self) -> Read<Step> {
        if !self.takes("{") {
            return Ok(Step::Descend(Some((0, u32::MAX))));
        }
        let first = self.level()?;
        let last = if self.takes_word("to") { self.level()? } else { first };
        self.wants("}")?;
        Ok(match (first, last) {
            (None, None) => Step::Descend(None),
            (first, last) => Step::Descend(Some((first.unwrap_or(u32::MAX), last.unwrap_or(u32::MAX)))),
        })
    }

    /// A level; `None` is the last one.
    fn level(&mut self) -> Read<Option<u32>> {
        if self.takes_word("last") {
            return Ok(None);
        }
        let level = match self.peek() {
            Kind::Number(value) => value.as_u64().and_then(|level| u32::try_from(level).ok()),
            _ => None,
        };
        let Some(level) = level else { return self.fault("a level is a whole number or \"last\"") };
        self.next += 1;
        Ok(Some(level))
    }
}

/// Checks that what was read from `at` on is a predicate, or is none.
fn is(node: Node, predicate: bool, at: usize) -> Read<Node> {
    if node.is_predicate() == predicate {
        return Ok(node);
    }
    let what = if predicate { "a condition was expected here" } else { "a value was expected here, not a condition" };
    Err(Fault { at, what: what.to_owned() })
}
