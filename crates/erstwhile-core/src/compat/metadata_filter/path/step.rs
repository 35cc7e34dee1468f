//! Steps of a path: members, elements, filters and methods.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::evaluate::{EvaluationError, Evaluator, Found, Item, Scope, weight, whole};
use super::{Method, Node, Step, number};

impl<'a> Evaluator<'a> {
    /// Applies the steps of an expression.
    ///
    /// An error stops a step, but the following steps still process the items found until then, so that the
    /// result is the same as when processing item by item up to the first error.
    pub(super) fn walk<'s>(
        &mut self,
        base: &'s Node,
        steps: &'s [Step],
        mut scope: Scope<'s>,
        items: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        let mut found = self.items(base, scope);
        for step in steps {
            let mut next = Found { items: Vec::new(), failed: found.failed };
            for item in found.items {
                if self.step_from(item, step, scope, &mut next.items).is_err() {
                    next.failed = true;
                    break;
                }
            }
            found = next;
            scope.ignore_missing |= matches!(step, Step::Descend(_));
        }
        items.append(&mut found.items);
        if found.failed { Err(EvaluationError) } else { Ok(()) }
    }

    fn step_from<'s>(
        &mut self,
        item: Item<'s>,
        step: &'s Step,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        match item {
            Cow::Borrowed(value) => self.step(value, step, scope, next),
            Cow::Owned(value) => {
                // Parts of a computed item do not outlive it, so they are copied, which costs steps.
                let mut inside = Vec::new();
                let result = self.step(&value, step, scope, &mut inside);
                for item in inside {
                    self.spend(weight(&item))?;
                    next.push(Cow::Owned(item.into_owned()));
                }
                result
            }
        }
    }

    /// Applies one step; in lax mode, a step that does not accept arrays is applied to each element.
    fn step<'s>(
        &mut self,
        item: &'s Value,
        step: &'s Step,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        let accepts_array = match step {
            Step::AnyElement | Step::Elements(_) | Step::Descend(_) => true,
            Step::Method(method) => matches!(method, Method::Type | Method::Size),
            Step::Member(_) | Step::AnyMember | Step::Filter(_) => false,
        };
        match item {
            Value::Array(elements) if !accepts_array && !self.strict => {
                elements.iter().try_for_each(|element| self.step_on(element, step, scope, next))
            }
            _ => self.step_on(item, step, scope, next),
        }
    }

    fn step_on<'s>(
        &mut self,
        item: &'s Value,
        step: &'s Step,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        self.spend(1)?;
        match (step, item) {
            (Step::Member(name), Value::Object(members)) => match members.get(name) {
                Some(member) => next.push(Cow::Borrowed(member)),
                None => return self.missing(scope),
            },
            (Step::AnyMember, Value::Object(members)) => {
                self.spend(members.len())?;
                next.extend(members.values().map(Cow::Borrowed));
            }
            (Step::AnyElement, Value::Array(elements)) => {
                self.spend(elements.len())?;
                next.extend(elements.iter().map(Cow::Borrowed));
            }
            (Step::AnyElement, item) if !self.strict => next.push(Cow::Borrowed(item)),
            (Step::Elements(wanted), Value::Array(elements)) => return self.elements(wanted, elements, scope, next),
            (Step::Elements(wanted), item) if !self.strict => {
                return self.elements(wanted, std::slice::from_ref(item), scope, next);
            }
            (Step::Member(_) | Step::AnyMember | Step::AnyElement | Step::Elements(_), _) => {
                return self.missing(scope);
            }
            (Step::Descend(levels), item) => {
                if levels.is_some_and(|(first, _)| first == 0) {
                    next.push(Cow::Borrowed(item));
                }
                return self.descend(item, *levels, 1, next);
            }
            (Step::Filter(predicate), item) => {
                if self.predicate(predicate, Scope { current: item, ..scope }) == Some(true) {
                    next.push(Cow::Borrowed(item));
                }
            }
            (Step::Method(method), item) => return self.method(*method, item, scope, next),
        }
        Ok(())
    }

    /// A missing part is an error in strict mode only.
    fn missing(&self, scope: Scope<'_>) -> Result<(), EvaluationError> {
        if self.strict && !scope.ignore_missing { Err(EvaluationError) } else { Ok(()) }
    }

    fn elements<'s>(
        &mut self,
        wanted: &'s [(Node, Option<Node>)],
        elements: &'s [Value],
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError>
    where
        'a: 's,
    {
        let scope = Scope { size: elements.len(), ..scope };
        for (first, last) in wanted {
            let first = self.index(first, scope)?;
            let last = last.as_ref().map_or(Ok(first), |last| self.index(last, scope))?;
            let end = i64::try_from(elements.len()).unwrap_or(i64::MAX);
            if first < 0 || first > last || last >= end {
                self.missing(scope)?;
            }
            let (first, last) = (first.clamp(0, end) as usize, last.saturating_add(1).clamp(0, end) as usize);
            let range = elements.get(first..last).unwrap_or_default();
            self.spend(1 + range.len())?;
            next.extend(range.iter().map(Cow::Borrowed));
        }
        Ok(())
    }

    /// Evaluates an index: exactly one number, truncated to an integer.
    fn index<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Result<i64, EvaluationError>
    where
        'a: 's,
    {
        let found = self.items(node, scope);
        let number = match found.items.as_slice() {
            [item] if !found.failed => item.as_number().cloned().ok_or(EvaluationError)?,
            _ => return Err(EvaluationError),
        };
        let index = number.as_i64().or_else(|| number.as_f64().map(|number| number.trunc() as i64));
        index.filter(|index| i32::try_from(*index).is_ok()).ok_or(EvaluationError)
    }

    /// Visits the descendants of an item; `level` is the depth of its children.
    fn descend<'s>(
        &mut self,
        item: &'s Value,
        levels: Option<(u32, u32)>,
        level: u32,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError> {
        if levels.is_some_and(|(_, last)| level > last) {
            return Ok(());
        }
        let mut visit = |evaluator: &mut Self, child: &'s Value| {
            evaluator.spend(1)?;
            let wanted = match levels {
                Some((first, _)) => level >= first,
                None => !child.is_array() && !child.is_object(),
            };
            if wanted {
                next.push(Cow::Borrowed(child));
            }
            evaluator.descend(child, levels, level + 1, next)
        };
        match item {
            Value::Array(elements) => elements.iter().try_for_each(|child| visit(self, child)),
            Value::Object(members) => members.values().try_for_each(|child| visit(self, child)),
            _ => Ok(()),
        }
    }

    fn method<'s>(
        &mut self,
        method: Method,
        item: &'s Value,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), EvaluationError> {
        let result = match (method, item) {
            (Method::Type, item) => Value::from(type_of(item)),
            (Method::Size, Value::Array(elements)) => Value::from(elements.len()),
            (Method::Size, _) if !self.strict => Value::from(1),
            (Method::Size, _) => return self.missing(scope),
            (Method::Double, Value::Number(value)) => value.as_f64().and_then(number).ok_or(EvaluationError)?,
            (Method::Double, Value::String(text)) => {
                text.trim().parse().ok().and_then(number).ok_or(EvaluationError)?
            }
            (Method::Abs | Method::Ceiling | Method::Floor, Value::Number(value)) => {
                match (method, whole(value), value.as_f64().ok_or(EvaluationError)?) {
                    (Method::Abs, Some(whole), float) => {
                        serde_json::Number::from_i128(whole.abs()).map(Value::Number).or_else(|| number(float.abs()))
                    }
                    (_, Some(_), _) => Some(item.clone()),
                    (Method::Abs, None, float) => number(float.abs()),
                    (Method::Ceiling, None, float) => number(float.ceil()),
                    (_, None, float) => number(float.floor()),
                }
                .ok_or(EvaluationError)?
            }
            (Method::KeyValue, Value::Object(members)) => {
                for (key, value) in members {
                    self.spend(3 + weight(value))?;
                    // PostgreSQL returns an `id` that distinguishes objects and has no other use.
                    next.push(Cow::Owned(json!({"key": key, "value": value, "id": 0})));
                }
                return Ok(());
            }
            _ => return Err(EvaluationError),
        };
        next.push(Cow::Owned(result));
        Ok(())
    }
}

fn type_of(item: &Value) -> &'static str {
    match item {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
