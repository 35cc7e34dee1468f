//! Evaluation of expressions and predicates, with a budget of steps.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::budget::Budget;

use super::{Comparison, Node, Operator, Path, STEPS_MAX, number};

/// Bytes of text that cost one step.
const BYTES_PER_STEP: usize = 32;

/// Whether a path finds anything; evaluation errors are not reported.
pub(super) fn finds(path: &Path, document: &Value, budget: &Budget) -> bool {
    let (strict, steps_left) = (path.strict, STEPS_MAX);
    let mut evaluator = Evaluator { strict, root: document, budget, steps_left, exhausted: false };
    let found = evaluator.items(&path.root, Scope { current: document, size: 0, ignore_missing: false });
    // In strict mode any error is an error; in lax mode, items found before the error count.
    let failed = evaluator.exhausted || path.strict && found.failed;
    !failed && !found.items.is_empty()
}

/// An item: part of the document or of the path, or computed.
pub(super) type Item<'s> = Cow<'s, Value>;

/// The result of an expression: items in order, up to the first error.
#[derive(Debug, Default)]
pub(super) struct Found<'s> {
    pub(super) items: Vec<Item<'s>>,
    pub(super) failed: bool,
}

/// An evaluation error, without details.
#[derive(Debug)]
pub(super) struct EvaluationError;

/// The meaning of `@` and `last` in a subexpression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) current: &'s Value,
    /// Length of the array in whose subscript the expression is.
    pub(super) size: usize,
    /// Whether missing members are ignored even in strict mode, as after `.**`.
    pub(super) ignore_missing: bool,
}

pub(super) struct Evaluator<'a> {
    pub(super) strict: bool,
    root: &'a Value,
    /// The budget of the request.
    budget: &'a Budget,
    steps_left: usize,
    /// Once the budget is exhausted, nothing is found, even if a predicate handles the error.
    exhausted: bool,
}

impl<'a> Evaluator<'a> {
    /// Spends steps of both budgets; fails if they exceed one.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), EvaluationError> {
        match self.steps_left.checked_sub(steps) {
            Some(left) if !self.exhausted && self.budget.take(steps) => {
                self.steps_left = left;
                Ok(())
            }
            _ => {
                self.exhausted = true;
                Err(EvaluationError)
            }
        }
    }

    /// The items that a node yields.
    pub(super) fn items<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Found<'s>
    where
        'a: 's,
    {
        let mut found = Found::default();
        found.failed = self.collect(node, scope, &mut found.items).is_err();
        found
    }

    fn collect<'s>(
        &mut self,
        node: &'s Node,
        scope: Scope<'s>,
        items: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        self.spend(1)?;
        match node {
            Node::Root => items.push(Cow::Borrowed(self.root)),
            Node::Current => items.push(Cow::Borrowed(scope.current)),
            Node::Last => items.push(Cow::Owned(Value::from(scope.size as i64 - 1))),
            Node::Literal(value) => items.push(Cow::Borrowed(value)),
            Node::Access(base, steps) => return self.walk(base, steps, scope, items),
            Node::Sign(minus, operand) => {
                let found = self.unwrapped(operand, scope);
                for item in &found.items {
                    self.spend(1)?;
                    let Value::Number(number) = item.as_ref() else { return Err(EvaluationError) };
                    items.push(if *minus { Cow::Owned(negate(number)?) } else { item.clone() });
                }
                if found.failed {
                    return Err(EvaluationError);
                }
            }
            Node::Arithmetic(first, terms) => {
                let mut sum = self.operand(first, scope)?;
                for (operator, term) in terms {
                    self.spend(1)?;
                    let term = self.operand(term, scope)?;
                    sum = calculate(*operator, &sum, &term)?;
                }
                items.push(Cow::Owned(Value::Number(sum)));
            }
            predicate => items.push(Cow::Owned(self.predicate(predicate, scope).map_or(Value::Null, Value::Bool))),
        }
        Ok(())
    }

    /// The items of an operand; in lax mode, arrays are unwrapped.
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
            if self.spend(length + copied).is_err() {
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

    /// The single number that an operand must yield.
    fn operand<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Result<Number, EvaluationError>
    where
        'a: 's,
    {
        let found = self.unwrapped(node, scope);
        match found.items.as_slice() {
            [item] if !found.failed => item.as_number().cloned().ok_or(EvaluationError),
            _ => Err(EvaluationError),
        }
    }

    /// Evaluates a predicate; `None` means unknown.
    pub(super) fn predicate<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Option<bool>
    where
        'a: 's,
    {
        self.spend(1).ok()?;
        match node {
            Node::All(parts) => self.joined(parts, scope, false),
            Node::Any(parts) => self.joined(parts, scope, true),
            Node::Not(part) => self.predicate(part, scope).map(|predicate| !predicate),
            Node::IsUnknown(part) => Some(self.predicate(part, scope).is_none()),
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
                    (length, compare(*comparison, one, other))
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
            // The parser ensures that only predicates occur here.
            _ => None,
        }
    }

    /// Evaluates predicates joined by "or" (`decisive` is true) or "and" (false).
    fn joined<'s>(&mut self, parts: &'s [Node], scope: Scope<'s>, decisive: bool) -> Option<bool>
    where
        'a: 's,
    {
        let mut joined = Some(!decisive);
        for part in parts {
            match self.predicate(part, scope) {
                Some(predicate) if predicate == decisive => return Some(decisive),
                Some(_) => {}
                None => joined = None,
            }
        }
        joined
    }

    /// Whether a test holds for any candidate, with the semantics of PostgreSQL: in strict mode, a candidate
    /// that cannot be tested makes the result unknown; in lax mode, the first that holds makes it true.
    ///
    /// `test` also returns the number of bytes that it examines.
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
            self.spend(1 + bytes / BYTES_PER_STEP).ok()?;
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

/// Cost of copying a value, in steps.
pub(in crate::compat::metadata_filter) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / BYTES_PER_STEP,
        Value::Array(elements) => 1 + elements.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            1 + members.iter().map(|(key, value)| key.len() / BYTES_PER_STEP + weight(value)).sum::<usize>()
        }
        _ => 1,
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
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

fn negate(number: &Number) -> Result<Value, EvaluationError> {
    calculate(Operator::Minus, &Number::from(0), number).map(Value::Number)
}

/// Integers stay integers if possible; overflow is an error.
fn calculate(operator: Operator, left: &Number, right: &Number) -> Result<Number, EvaluationError> {
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
    let (one, other) = (left.as_f64().ok_or(EvaluationError)?, right.as_f64().ok_or(EvaluationError)?);
    let result = match operator {
        Operator::Plus => one + other,
        Operator::Minus => one - other,
        Operator::Times => one * other,
        Operator::Divide => one / other,
        Operator::Remainder => one % other,
    };
    match number(result) {
        Some(Value::Number(number)) => Ok(number),
        _ => Err(EvaluationError),
    }
}
