//! Steps from items to items: members, elements, filters and methods.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::evaluate::{Evaluator, Failed, Found, Item, Scope, weight, whole};
use super::{Method, Node, Step, number};

impl<'a> Evaluator<'a> {
    /// The items that an expression's steps lead to.
    ///
    /// An error stops a step; what the steps before it had found until there goes on, so that the
    /// result is what walking item by item would have found before the first error.
    pub(super) fn walk<'s>(
        &mut self,
        base: &'s Node,
        steps: &'s [Step],
        mut scope: Scope<'s>,
        items: &mut Vec<Item<'s>>,
    ) -> Result<(), Failed>
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
            scope.forgiving |= matches!(step, Step::Descend(_));
        }
        items.append(&mut found.items);
        if found.failed { Err(Failed) } else { Ok(()) }
    }

    fn step_from<'s>(
        &mut self,
        item: Item<'s>,
        step: &'s Step,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), Failed>
    where
        'a: 's,
    {
        match item {
            Cow::Borrowed(value) => self.step(value, step, scope, next),
            Cow::Owned(value) => {
                // What lies inside of a computed item goes with it, so it is copied, and paid for.
                let mut inside = Vec::new();
                let result = self.step(&value, step, scope, &mut inside);
                for item in inside {
                    self.pay(weight(&item))?;
                    next.push(Cow::Owned(item.into_owned()));
                }
                result
            }
        }
    }

    /// One step; outside of strict mode, steps that want no array are taken from each of its elements.
    fn step<'s>(
        &mut self,
        item: &'s Value,
        step: &'s Step,
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), Failed>
    where
        'a: 's,
    {
        let wants_array = match step {
            Step::AnyElement | Step::Elements(_) | Step::Descend(_) => true,
            Step::Method(method) => matches!(method, Method::Type | Method::Size),
            Step::Member(_) | Step::AnyMember | Step::Filter(_) => false,
        };
        match item {
            Value::Array(elements) if !wants_array && !self.strict => {
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
    ) -> Result<(), Failed>
    where
        'a: 's,
    {
        self.pay(1)?;
        match (step, item) {
            (Step::Member(name), Value::Object(members)) => match members.get(name) {
                Some(member) => next.push(Cow::Borrowed(member)),
                None => return self.missing(scope),
            },
            (Step::AnyMember, Value::Object(members)) => {
                self.pay(members.len())?;
                next.extend(members.values().map(Cow::Borrowed));
            }
            (Step::AnyElement, Value::Array(elements)) => {
                self.pay(elements.len())?;
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
                if self.truth(predicate, Scope { current: item, ..scope }) == Some(true) {
                    next.push(Cow::Borrowed(item));
                }
            }
            (Step::Method(method), item) => return self.method(*method, item, scope, next),
        }
        Ok(())
    }

    /// What is not there is an error in strict mode only.
    fn missing(&self, scope: Scope<'_>) -> Result<(), Failed> {
        if self.strict && !scope.forgiving { Err(Failed) } else { Ok(()) }
    }

    fn elements<'s>(
        &mut self,
        wanted: &'s [(Node, Option<Node>)],
        elements: &'s [Value],
        scope: Scope<'s>,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), Failed>
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
            self.pay(1 + range.len())?;
            next.extend(range.iter().map(Cow::Borrowed));
        }
        Ok(())
    }

    /// An index: exactly one number, of which the fraction is dropped.
    fn index<'s>(&mut self, node: &'s Node, scope: Scope<'s>) -> Result<i64, Failed>
    where
        'a: 's,
    {
        let found = self.items(node, scope);
        let number = match found.items.as_slice() {
            [item] if !found.failed => item.as_number().cloned().ok_or(Failed)?,
            _ => return Err(Failed),
        };
        let index = number.as_i64().or_else(|| number.as_f64().map(|number| number.trunc() as i64));
        index.filter(|index| i32::try_from(*index).is_ok()).ok_or(Failed)
    }

    /// What lies inside of an item; `level` is how deep its children are.
    fn descend<'s>(
        &mut self,
        item: &'s Value,
        levels: Option<(u32, u32)>,
        level: u32,
        next: &mut Vec<Item<'s>>,
    ) -> Result<(), Failed> {
        if levels.is_some_and(|(_, last)| level > last) {
            return Ok(());
        }
        let mut visit = |evaluator: &mut Self, child: &'s Value| {
            evaluator.pay(1)?;
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
    ) -> Result<(), Failed> {
        let result = match (method, item) {
            (Method::Type, item) => Value::from(type_of(item)),
            (Method::Size, Value::Array(elements)) => Value::from(elements.len()),
            (Method::Size, _) if !self.strict => Value::from(1),
            (Method::Size, _) => return self.missing(scope),
            (Method::Double, Value::Number(value)) => value.as_f64().and_then(number).ok_or(Failed)?,
            (Method::Double, Value::String(text)) => text.trim().parse().ok().and_then(number).ok_or(Failed)?,
            (Method::Abs | Method::Ceiling | Method::Floor, Value::Number(value)) => {
                match (method, whole(value), value.as_f64().ok_or(Failed)?) {
                    (Method::Abs, Some(whole), float) => {
                        serde_json::Number::from_i128(whole.abs()).map(Value::Number).or_else(|| number(float.abs()))
                    }
                    (_, Some(_), _) => Some(item.clone()),
                    (Method::Abs, None, float) => number(float.abs()),
                    (Method::Ceiling, None, float) => number(float.ceil()),
                    (_, None, float) => number(float.floor()),
                }
                .ok_or(Failed)?
            }
            (Method::KeyValue, Value::Object(members)) => {
                for (key, value) in members {
                    self.pay(3 + weight(value))?;
                    // PostgreSQL tells objects apart by `id`; nothing can be done with it but that.
                    next.push(Cow::Owned(json!({"key": key, "value": value, "id": 0})));
                }
                return Ok(());
            }
            _ => return Err(Failed),
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
