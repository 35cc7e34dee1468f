//! Evaluating expressions and predicates, with a budget.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Comparison, Node, Operator, Path, STEPS_MAX, number};

/// Bytes of text that are looked at for the price of a step.
const BYTES_PER_STEP: usize = 32;

/// Whether a path finds anything; what cannot be evaluated finds nothing.
pub(super) fn finds(path: &Path, document: &Value) -> bool {
    let mut evaluator = Evaluator { strict: path.strict, root: document, steps_left: STEPS_MAX, exhausted: false };
    let found = evaluator.items(&path.root, Scope { current: document, size: 0, forgiving: false });
    // Strictly, an error anywhere is an error; otherwise what was found before it counts.
    let failed = evaluator.exhausted || path.strict && found.failed;
    !failed && !found.items.is_empty()
}

/// An item: a part of the document or of the path, or computed.
pub(super) type Item<'s> = Cow<'s, Value>;

/// What an expression gives: items, in order, up to the first error.
#[derive(Debug, Default)]
pub(super) struct Found<'s> {
    pub(super) items: Vec<Item<'s>>,
    pub(super) failed: bool,
}

/// An error of evaluation, of which nothing more is told.
#[derive(Debug)]
pub(super) struct Failed;

/// What `@` and `last` mean at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) current: &'s Value,
    /// Elements of the array whose brackets one is in.
    pub(super) size: usize,
    /// Whether missing members are no error even in strict mode, as they are not after `.**`.
    pub(super) forgiving: bool,
}

pub(super) struct Evaluator<'a> {
    pub(super) strict: bool,
    root: &'a Value,
    steps_left: usize,
    /// Once the budget is spent nothing is true, whatever predicates make of the error.
    exhausted: bool,
}

impl<'a> Evaluator<'a> {
    /// Pays for work, or fails.
    pub(super) fn pay(&mut self, steps: usize) -> Result<(), Failed> {
        match self.steps_left.checked_sub(steps) {
            Some(left) if !self.exhausted => {
                self.steps_left = left;
                Ok(())
            }
            _ => {
                self.exhausted = true;
                Err(Failed)
            }
        }
    }

    /// The items that a node gives.
    pub(super) fn items<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Found<'s>
    where
        'a: 's,
    {
        let mut found = Found::default();
        found.failed = self.collect(node, scope, &mut found.items).is_err();
        found
    }

    fn collect<'s>(&mut self, node: &'s Node, scope: Scope<'s>, items: &mut Vec<Item<'s>>) -> Result<(), Failed>
    where
        'a: 's,
    {
        self.pay(1)?;
        match node {
            Node::Root => items.push(Cow::Borrowed(self.root)),
            Node::Current => items.push(Cow::Borrowed(scope.current)),
            Node::Last => items.push(Cow::Owned(Value::from(scope.size as i64 - 1))),
            Node::Literal(value) => items.push(Cow::Borrowed(value)),
            Node::Access(base, steps) => return self.walk(base, steps, scope, items),
            Node::Sign(minus, operand) => {
                let found = self.unwrapped(operand, scope);
                for item in &found.items {
                    self.pay(1)?;
                    let Value::Number(number) = item.as_ref() else { return Err(Failed) };
                    items.push(if *minus { Cow::Owned(negated(number)?) } else { item.clone() });
                }
                if found.failed {
                    return Err(Failed);
                }
            }
            Node::Arithmetic(first, terms) => {
                let mut sum = self.operand(first, scope)?;
                for (operator, term) in terms {
                    self.pay(1)?;
                    let term = self.operand(term, scope)?;
                    sum = calculated(*operator, &sum, &term)?;
                }
                items.push(Cow::Owned(Value::Number(sum)));
            }
            predicate => items.push(Cow::Owned(self.truth(predicate, scope).map_or(Value::Null, Value::Bool))),
        }
        Ok(())
    }

    /// The items of an operand; outside of strict mode, arrays stand for their elements.
    fn unwrapped<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Found<'s>
    where
        'a: 's,
    {
        let found = self.items(node, scope);
        if self.strict || !found.items.iter().any(|item| item.is_array()) {
            return found;
        }
        let mut unwrapped = Found { items: Vec::new(), failed: found.failed };
        for item in found.items {
            let length = item.as_array().map_or(1, Vec::len);
            let copied = if matches!(item, Cow::Owned(_)) { weight(&item) } else { 0 };
            if self.pay(length + copied).is_err() {
                unwrapped.failed = true;
                break;
            }
            match item {
                Cow::Borrowed(Value::Array(elements)) => unwrapped.items.extend(elements.iter().map(Cow::Borrowed)),
                Cow::Owned(Value::Array(elements)) => unwrapped.items.extend(elements.into_iter().map(Cow::Owned)),
                other => unwrapped.items.push(other),
            }
        }
        unwrapped
    }

    /// The one number that an operand must be.
    fn operand<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Result<Number, Failed>
    where
        'a: 's,
    {
        let found = self.unwrapped(node, scope);
        match found.items.as_slice() {
            [item] if !found.failed => item.as_number().cloned().ok_or(Failed),
            _ => Err(Failed),
        }
    }

    /// Whether a predicate holds; `None` is unknown.
    pub(super) fn truth<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Option<bool>
    where
        'a: 's,
    {
        self.pay(1).ok()?;
        match node {
            Node::All(parts) => self.joined(parts, scope, false),
            Node::Any(parts) => self.joined(parts, scope, true),
            Node::Not(part) => self.truth(part, scope).map(|truth| !truth),
            Node::IsUnknown(part) => Some(self.truth(part, scope).is_none()),
            Node::Exists(expression) => {
                let found = self.items(expression, scope);
                if found.failed && (self.strict || found.items.is_empty()) {
                    None
                } else {
                    Some(!found.items.is_empty())
                }
            }
            Node::Compare(comparison, left, right) => {
                let (left, right) = (self.unwrapped(left, scope), self.unwrapped(right, scope));
                let failed = left.failed || right.failed;
                let pairs = left.items.iter().flat_map(|one| right.items.iter().map(move |other| (one, other)));
                self.any(failed, pairs, |(one, other)| {
                    let length = one.as_str().map_or(0, str::len).min(other.as_str().map_or(0, str::len));
                    (length, compared(*comparison, one, other))
                })
            }
            Node::StartsWith(expression, start) => {
                let found = self.unwrapped(expression, scope);
                self.any(found.failed, found.items.iter(), |item| {
                    (start.len(), item.as_str().map(|text| text.starts_with(start)))
                })
            }
            Node::Like(expression, pattern) => {
                let found = self.unwrapped(expression, scope);
                self.any(found.failed, found.items.iter(), |item| {
                    (item.as_str().map_or(0, str::len), item.as_str().map(|text| pattern.is_in(text)))
                })
            }
            // The parser lets nothing else stand where a predicate must.
            _ => None,
        }
    }

    /// Predicates joined by "or" (`decisive` is true) or by "and" (false).
    fn joined<'s>(&mut self, parts: &'s [Node], scope: Scope<'s>, decisive: bool) -> Option<bool>
    where
        'a: 's,
    {
        let mut joined = Some(!decisive);
        for part in parts {
            match self.truth(part, scope) {
                Some(truth) if truth == decisive => return Some(decisive),
                Some(_) => {}
                None => joined = None,
            }
        }
        joined
    }

    /// Whether a test holds for any of some candidates, as PostgreSQL decides: strictly, one that
    /// cannot be tested makes it unknown; otherwise the first that holds makes it true.
    ///
    /// `test` also tells how many bytes it looks at.
    fn any<T>(
        &mut self,
        failed: bool,
        candidates: impl Iterator<Item = T>,
        test: impl Fn(T) -> (usize, Option<bool>),
    ) -> Option<bool> {
        if failed {
            return None;
        }
        let mut any = Some(false);
        for candidate in candidates {
            let (bytes, result) = test(candidate);
            self.pay(1 + bytes / BYTES_PER_STEP).ok()?;
            match result {
                None if self.strict => return None,
                None if any == Some(false) => any = None,
                Some(true) if !self.strict => return Some(true),
                Some(true) => any = Some(true),
                _ => {}
            }
        }
        any
    }
}

/// Steps that copying a value costs.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / BYTES_PER_STEP,
        Value::Array(elements) => 1 + elements.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            1 + members.iter().map(|(key, value)| key.len() / BYTES_PER_STEP + weight(value)).sum::<usize>()
        }
        _ => 1,
    }
}

fn compared(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
    let order = match (left, right) {
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => return None,
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) | (_, Value::Null) => return Some(comparison == Comparison::NotEqual),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => match (whole(one), whole(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?)?,
        },
        _ => return None,
    };
    Some(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}

pub(super) fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn negated(number: &Number) -> Result<Value, Failed> {
    calculated(Operator::Minus, &Number::from(0), number).map(Value::Number)
}

/// Whole numbers stay whole where they can; numbers that are too large are an error.
fn calculated(operator: Operator, left: &Number, right: &Number) -> Result<Number, Failed> {
    if let (Some(one), Some(other)) = (whole(left), whole(right)) {
        let exact = match operator {
            Operator::Plus => one.checked_add(other),
            Operator::Minus => one.checked_sub(other),
            Operator::Times => one.checked_mul(other),
            Operator::Remainder => one.checked_rem(other),
            Operator::Divide => None,
        };
        if let Some(exact) = exact.and_then(Number::from_i128) {
            return Ok(exact);
        }
    }
    let (one, other) = (left.as_f64().ok_or(Failed)?, right.as_f64().ok_or(Failed)?);
    let result = match operator {
        Operator::Plus => one + other,
        Operator::Minus => one - other,
        Operator::Times => one * other,
        Operator::Divide => one / other,
        Operator::Remainder => one % other,
    };
    match number(result) {
        Some(Value::Number(number)) => Ok(number),
        _ => Err(Failed),
    }
}
