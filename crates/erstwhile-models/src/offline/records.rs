//! JSON documents: each object is a record with a name of its own; its fields are facts about it.

use std::hash::{BuildHasher, Hasher};

use erstwhile::model::{ClaimKind, Holding, Metadata, Precision, Span, TimePoint, VALUE_TYPE};
use erstwhile::ports::{Claim, ExtractedAlias, Extraction};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::chats;
use super::claims::relation_name;
use super::word_forms::capitalised;

/// Maximum nesting depth; deeper objects are left out.
const DEPTH_MAX: usize = 24;
/// Maximum number of claims per document.
pub(super) const CLAIMS_MAX: usize = 6_000;
/// Longer values are truncated to this length.
const VALUE_BYTES_MAX: usize = 400;
/// Confidence in what a field says.
const CONFIDENCE: f64 = 0.9;

/// Fields that name a record.
const NAME_KEYS: &[&str] = &["name", "full name", "fullname", "display name", "title", "label", "company name"];
/// Fields that identify a record, besides those that end in "id".
const IDENTIFIERS: &[&str] = &[
    "email",
    "sku",
    "ticket",
    "order",
    "invoice",
    "account",
    "username",
    "user name",
    "number",
    "key",
    "code",
    "slug",
    "reference",
    "serial",
    "reservation",
    "booking",
    "booking ref",
    "plate",
    "license plate",
    "licence plate",
    "registration",
    "vin",
    "policy",
    "policy number",
    "claim",
    "claim number",
    "contract",
    "contract number",
    "case",
    "case number",
    "tracking number",
    "shipment",
    "parcel",
    "flight",
    "pnr",
    "invoice number",
    "order number",
    "ticket number",
    "reservation number",
    "confirmation number",
    "mrn",
    "imei",
    "asset tag",
    "uuid",
    "message sid",
    "isbn",
    "iban",
    "phone",
];
/// Fields that name a record if their text is one word: "checkout-api".
const SLUGS: &[&str] = &[
    "service",
    "host",
    "hostname",
    "device",
    "sensor",
    "repo",
    "repository",
    "domain",
    "cluster",
    "database",
    "queue",
    "topic",
    "pipeline",
    "job",
    "endpoint",
    "bucket",
    "app",
    "component",
    "package",
    "module",
    "machine",
    "node",
];
/// Fields that only wrap the fields of the record.
const WRAPPERS: &[&str] = &["properties", "attributes", "fields", "values", "details"];
/// Names of objects with nothing else to tell.
const SHORT_NAMES: &[&str] = &["display", "text"];
const SHORT_FIELDS_MAX: usize = 3;
/// Fields whose text is the name of another entity.
const LINKS: &[(&str, &str)] = &[
    ("customer", "Person"),
    ("owner", "Person"),
    ("assignee", "Person"),
    ("assigned to", "Person"),
    ("contact", "Person"),
    ("manager", "Person"),
    ("author", "Person"),
    ("patient", "Person"),
    ("doctor", "Person"),
    ("traveller", "Person"),
    ("traveler", "Person"),
    ("holder", "Person"),
    ("created by", "Person"),
    ("reporter", "Person"),
    ("agent", "Person"),
    ("employee", "Person"),
    ("account owner", "Person"),
    ("friend", "Person"),
    ("spouse", "Person"),
    ("organizer", "Person"),
    ("company", "Organization"),
    ("employer", "Organization"),
    ("organization", "Organization"),
    ("organisation", "Organization"),
    ("vendor", "Organization"),
    ("supplier", "Organization"),
    ("team", "Organization"),
    ("department", "Organization"),
    ("school", "Organization"),
    ("bank", "Organization"),
    ("account", "Organization"),
    ("city", "Location"),
    ("country", "Location"),
    ("location", "Location"),
    ("state", "Location"),
    ("region", "Location"),
    ("home city", "Location"),
    ("venue", "Location"),
    ("project", "Topic"),
    ("product", "Object"),
    ("item", "Object"),
];
/// Fields that bound the validity of the whole record.
const VALID_FROM: &[&str] =
    &["valid from", "effective date", "effective from", "effective at", "onset date time", "onset date"];
const VALID_UNTIL: &[&str] =
    &["valid until", "valid to", "effective until", "effective to", "expires", "expires at", "expires on"];

/// Extracts claims from one document; `None` if it is no JSON object or array.
pub(super) fn read(text: &str, document: &Value, owner: Option<&str>, zone: &TimeZone) -> Extraction {
    let mut reader = RecordReader { text, zone, cursor: 0, extraction: Extraction::default() };
    match document {
        Value::Object(fields) => {
            reader.record(fields, "record", None, 0);
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(fields) => {
                        reader.record(fields, "record", None, 0);
                    }
                    scalar => {
                        reader.scalar(
                            owner.unwrap_or("Document"),
                            "item",
                            scalar,
                            Holding::Shared,
                            Validity::default(),
                        );
                    }
                }
            }
        }
        _ => {}
    }
    reader.extraction
}

/// When the fields of a record hold.
#[derive(Debug, Clone, Copy, Default)]
struct Validity {
    from: Option<TimePoint>,
    until: Option<TimePoint>,
}

struct RecordReader<'a> {
    text: &'a str,
    zone: &'a TimeZone,
    /// Where the last value stands; values are mostly in the order of the text.
    cursor: usize,
    extraction: Extraction,
}

impl RecordReader<'_> {
    /// Reads a record; returns its name. `kind` is what the field that holds it calls it.
    fn record(
        &mut self,
        fields: &Map<String, Value>,
        kind: &str,
        holder: Option<(&str, Validity)>,
        depth: usize,
    ) -> String {
        let unwrapped = unwrapped(fields);
        let fields = unwrapped.as_ref().unwrap_or(fields);
        let named = name_of(fields, kind);
        if let Some(name) = &named {
            self.aliases(name, fields, kind);
        }
        let name = named.unwrap_or_else(|| match holder {
            Some((holder, _)) => format!("{holder}'s {kind}"),
            None => unnamed(fields, kind),
        });
        let mut validity = self.validity(fields);
        if let Some((_, outer)) = holder {
            validity = Validity { from: validity.from.or(outer.from), until: validity.until.or(outer.until) };
        }
        if chats::is_chat_message(fields) {
            return name;
        }
        for (key, value) in fields {
            if self.extraction.claims.len() >= CLAIMS_MAX {
                break;
            }
            self.field(&name, key, value, validity, depth);
        }
        name
    }

    /// The e-mail address and the number of a record with a name are other names of it.
    fn aliases(&mut self, name: &str, fields: &Map<String, Value>, kind: &str) {
        let find = |wanted: &str| fields.get(wanted).and_then(scalar_text);
        let number = find("id").map(|id| {
            let kind = kind_of(fields).unwrap_or_else(|| kind.to_owned());
            format!("{} {id}", capitalised(&key_words(&kind)))
        });
        for alias in [find("email"), number].into_iter().flatten().filter(|alias| alias != name) {
            let span = self.locate(name);
            self.extraction.aliases.push(ExtractedAlias { name: name.to_owned(), alias, entity_type: None, span });
        }
    }

    fn field(&mut self, name: &str, key: &str, value: &Value, validity: Validity, depth: usize) {
        let words = key_words(key);
        match value {
            Value::Null => {}
            Value::Object(inner) => self.related(name, &words, inner, validity, depth),
            Value::Array(items) if is_name_field(&words) && person_name(items).is_some() => {}
            Value::Array(items) => {
                let kind = singular(&words);
                for item in items {
                    match item {
                        Value::Object(inner) => self.related(name, &kind, inner, validity, depth),
                        Value::Array(_) => {
                            self.scalar(name, &kind, &Value::String(item.to_string()), Holding::Shared, validity);
                        }
                        scalar => self.scalar(name, &words, scalar, Holding::Shared, validity),
                    }
                }
            }
            scalar => {
                let is_name = is_name_field(&words) && scalar_text(scalar).as_deref() == Some(name);
                if !is_name {
                    self.scalar(name, &words, scalar, Holding::Exclusive, validity);
                }
            }
        }
    }

    /// An object in a field is a record of its own, related to the one that holds it.
    fn related(&mut self, holder: &str, kind: &str, inner: &Map<String, Value>, validity: Validity, depth: usize) {
        if depth >= DEPTH_MAX || inner.is_empty() {
            return;
        }
        // An object without a name of its own says more about its holder: "billing card last4".
        let plain = inner.values().all(|value| !value.is_object() && !value.is_array());
        if plain && name_of(inner, kind).is_none() {
            for (key, value) in inner {
                let key = format!("{kind} {}", key_words(key));
                self.scalar(holder, &key, value, Holding::Exclusive, validity);
            }
            return;
        }
        let before = self.extraction.claims.len();
        let name = self.record(inner, kind, Some((holder, validity)), depth + 1);
        if self.extraction.claims.len() == before && !self.text.contains(&name) {
            return;
        }
        let claim = Claim {
            predicate: format!("HAS_{}", relation_name(kind)),
            statement: format!("{holder} has {kind} {name}."),
            holding: Holding::Shared,
            valid_from: validity.from,
            valid_until: validity.until,
            ..self.claim(holder, &name, LINKS.iter().find(|(key, _)| *key == kind).map(|(_, kind)| *kind))
        };
        if holder != name {
            self.extraction.claims.insert(before, claim);
        }
    }

    fn scalar(&mut self, subject: &str, key: &str, value: &Value, holding: Holding, validity: Validity) {
        let Some(text) = scalar_text(value) else { return };
        let words = key_words(key);
        let link = value.as_str().and_then(|text| {
            let kind = LINKS.iter().find(|(link, _)| *link == words).map(|(_, kind)| *kind)?;
            let proper = text.starts_with(char::is_uppercase) && text.split_whitespace().count() <= 6;
            (proper && text != subject).then_some(kind)
        });
        let claim = Claim {
            predicate: relation_name(&words),
            statement: format!("{subject}: {words} is {text}."),
            holding,
            valid_from: validity.from,
            valid_until: validity.until,
            ..self.claim(subject, &text, Some(link.unwrap_or(VALUE_TYPE)))
        };
        if !claim.predicate.is_empty() && self.extraction.claims.len() < CLAIMS_MAX {
            self.extraction.claims.push(claim);
        }
    }

    fn claim(&mut self, subject: &str, object: &str, object_type: Option<&str>) -> Claim {
        Claim {
            subject: subject.to_owned(),
            subject_type: None,
            predicate: String::new(),
            object: Some(object.to_owned()),
            object_type: object_type.map(str::to_owned),
            statement: String::new(),
            span: self.locate(object),
            kind: ClaimKind::Asserts,
            holding: Holding::Shared,
            valid_from: None,
            valid_until: None,
            confidence: CONFIDENCE,
            attributes: Metadata::new(),
        }
    }

    /// The span of a value, or of the whole document if the value is written differently there.
    fn locate(&mut self, value: &str) -> Span {
        /// How far ahead a value is looked for before the text is searched from its start.
        const AHEAD: usize = 4_096;
        let end = self.text.floor_char_boundary((self.cursor + AHEAD).min(self.text.len()));
        let ahead = self.text.get(self.cursor..end).and_then(|rest| rest.find(value)).map(|at| at + self.cursor);
        let small = self.text.len() <= 64 * 1024;
        match ahead.or_else(|| small.then(|| self.text.find(value)).flatten()) {
            Some(at) if !value.is_empty() => {
                self.cursor = at;
                at..at + value.len()
            }
            _ => 0..self.text.len(),
        }
    }

    /// When the fields of a record hold; any other date is only a value.
    fn validity(&self, fields: &Map<String, Value>) -> Validity {
        let find = |keys: &[&str]| {
            let mut dates = fields.iter().filter(|(key, _)| keys.contains(&key_words(key).as_str()));
            dates.find_map(|(_, value)| self.parse_instant(value.as_str()?))
        };
        Validity { from: find(VALID_FROM), until: find(VALID_UNTIL) }
    }

    /// Parses an ISO 8601 date or time.
    fn parse_instant(&self, value: &str) -> Option<TimePoint> {
        if let Ok(at) = value.parse::<Timestamp>() {
            return Some(TimePoint { at, precision: Precision::Instant });
        }
        let at =
            |moment: DateTime| self.zone.to_ambiguous_zoned(moment).compatible().ok().map(|zoned| zoned.timestamp());
        if value.len() > 10
            && let Ok(moment) = value.parse::<DateTime>()
        {
            return Some(TimePoint { at: at(moment)?, precision: Precision::Instant });
        }
        let date: Date = value.parse().ok()?;
        Some(TimePoint { at: at(date.to_datetime(jiff::civil::Time::midnight()))?, precision: Precision::Day })
    }
}

/// The name of a record: its name, or its kind with its identifier.
fn name_of(fields: &Map<String, Value>, kind: &str) -> Option<String> {
    let words: Vec<(String, &Value)> = fields.iter().map(|(key, value)| (key_words(key), value)).collect();
    let find = |wanted: &str| words.iter().find(|(key, _)| key == wanted).map(|(_, value)| *value);
    if let Some(Value::Array(names)) = find("name")
        && let Some(name) = person_name(names)
    {
        return Some(name);
    }
    let first = find("first name").or_else(|| find("firstname")).and_then(scalar_text);
    let last = find("last name").or_else(|| find("lastname")).and_then(scalar_text);
    let whole = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let whole = (!whole.is_empty()).then_some(whole);
    let named = NAME_KEYS.iter().find_map(|key| find(key).filter(|value| value.is_string()).and_then(scalar_text));
    let short = SHORT_NAMES.iter().find_map(|key| find(key).filter(|_| fields.len() <= SHORT_FIELDS_MAX));
    let short = short.filter(|value| value.is_string()).and_then(scalar_text);
    if let Some(name) = whole.or(named).or(short).filter(|name| name.len() <= 120) {
        return Some(name);
    }
    let slug = SLUGS.iter().find_map(|key| find(key)?.as_str().filter(|text| !text.contains(' ')));
    if let Some(slug) = slug.filter(|slug| !slug.is_empty() && slug.len() <= 120) {
        return Some(slug.to_owned());
    }
    let kind_named = kind_of(fields);
    let identifier = words.iter().find_map(|(key, value)| {
        let stem = key.strip_suffix(" id");
        let identifies = stem.is_some() || IDENTIFIERS.contains(&key.as_str());
        identifies.then(|| Some((stem.unwrap_or(key).to_owned(), scalar_text(value)?))).flatten()
    });
    let own = find("id").and_then(scalar_text).map(|id| (kind_named.clone().unwrap_or_else(|| kind.to_owned()), id));
    let (kind, id) = own.or(identifier).or_else(|| {
        let value = ["number", "account", "from", "sender"].iter().find_map(|key| scalar_text(find(key)?))?;
        Some((kind.to_owned(), value))
    })?;
    let is_self_evident = id.contains('@')
        || id.chars().any(char::is_alphabetic) && id.contains(' ')
        || kind == "record"
        || id.starts_with('+');
    Some(if is_self_evident { id } else { format!("{} {id}", capitalised(&kind)) })
}

/// What a record says that it is.
fn kind_of(fields: &Map<String, Value>) -> Option<String> {
    const KINDS: &[&str] = &["type", "kind", "resource type", "object", "object type"];
    KINDS.iter().find_map(|kind| {
        fields.iter().find(|(key, _)| key_words(key) == *kind).and_then(|(_, value)| value.as_str().map(str::to_owned))
    })
}

/// The fields of a record with those of the object that wraps most of them; `None` if there is no such object.
fn unwrapped(fields: &Map<String, Value>) -> Option<Map<String, Value>> {
    let (wrapper, inner) = fields
        .iter()
        .find_map(|(key, value)| Some((key, value.as_object()?)).filter(|(key, _)| WRAPPERS.contains(&key.as_str())))?;
    let mut all: Map<String, Value> =
        fields.iter().filter(|(key, _)| *key != wrapper).map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in inner {
        all.entry(key.clone()).or_insert_with(|| value.clone());
    }
    Some(all)
}

/// The name of a record that has none: its kind, with a mark made of its content, so that two records stay apart.
fn unnamed(fields: &Map<String, Value>, kind: &str) -> String {
    let mut state = foldhash::fast::FixedState::with_seed(1).build_hasher();
    for (key, value) in fields {
        state.write(key.as_bytes());
        state.write(value.to_string().as_bytes());
    }
    let hash = state.finish();
    let kind = ["type", "kind", "event", "resourceType"]
        .iter()
        .find_map(|key| fields.get(*key)?.as_str().filter(|text| text.len() <= 40))
        .unwrap_or(kind);
    format!("{} {:04x}", capitalised(&key_words(kind)), hash & 0xffff_ffff)
}

/// FHIR's `[{"family": "Okafor", "given": ["Ada"]}]`.
fn person_name(names: &[Value]) -> Option<String> {
    let name = names.first()?.as_object()?;
    let family = name.get("family")?.as_str()?;
    let given = name.get("given").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    Some(given.chain([family]).collect::<Vec<_>>().join(" "))
}

fn is_name_field(words: &str) -> bool {
    NAME_KEYS.contains(&words)
}

/// "items" → "item", "addresses" → "address", "entries" → "entry".
fn singular(words: &str) -> String {
    if let Some(stem) = words.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if let Some(stem) =
        words.strip_suffix("es").filter(|stem| stem.ends_with("ss") || stem.ends_with('x') || stem.ends_with("ch"))
    {
        return stem.to_owned();
    }
    match words.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && stem.len() > 2 => stem.to_owned(),
        _ => words.to_owned(),
    }
}

/// Formats a scalar on one line, truncated to `VALUE_BYTES_MAX`.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let text = text[..text.floor_char_boundary(VALUE_BYTES_MAX)].to_owned();
    (!text.is_empty()).then_some(text)
}

/// Splits a key into lower-case words: `homeCity` and `home_city` become "home city".
pub(super) fn key_words(key: &str) -> String {
    let mut words = String::new();
    let mut lower = false;
    for c in key.chars().take(60) {
        if c.is_uppercase() && lower {
            words.push(' ');
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric() { words.extend(c.to_lowercase()) } else { words.push(' ') }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<String> {
        let document: Value = serde_json::from_str(text).unwrap();
        read(text, &document, None, &TimeZone::UTC).claims.into_iter().map(|claim| claim.statement).collect()
    }

    #[test]
    fn a_record_is_named_by_its_name_or_its_identifier() {
        assert_eq!(statements(r#"{"name":"Acme","plan":"Pro"}"#), ["Acme: plan is Pro."]);
        let order = statements(r#"{"order_id":"A-1","status":"shipped"}"#);
        assert_eq!(order, ["Order A-1: order id is A-1.", "Order A-1: status is shipped."]);
        assert_eq!(statements(r#"{"email":"a@x.com","plan":"Pro"}"#)[1], "a@x.com: plan is Pro.");
    }

    #[test]
    fn two_records_without_names_stay_apart() {
        let found = statements(r#"[{"event":"login","user":"ann"},{"event":"logout","user":"bob"}]"#);
        let subject = |statement: &str| statement.split(':').next().unwrap_or_default().to_owned();
        assert_ne!(subject(&found[0]), subject(&found[2]));
    }

    #[test]
    fn nested_objects_are_related_records() {
        let found = statements(r#"{"name":"Order 7","items":[{"sku":"A","qty":1},{"sku":"B","qty":2}]}"#);
        for expected in ["Order 7 has item Sku A.", "Sku A: qty is 1.", "Sku B: sku is B."] {
            assert!(found.iter().any(|statement| statement == expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn only_some_dates_bound_the_record() {
        let claims = |text: &str| read(text, &serde_json::from_str(text).unwrap(), None, &TimeZone::UTC).claims;
        let due = claims(r#"{"name":"T","due_date":"2029-06-01","status":"open"}"#);
        assert!(due.iter().all(|claim| claim.valid_from.is_none()));
        let bounded = claims(r#"{"name":"T","valid_from":"2020-06-01","status":"open"}"#);
        assert!(bounded.iter().all(|claim| claim.valid_from.is_some()));
    }

    #[test]
    fn links_are_entities_and_the_rest_are_values() {
        let text = r#"{"name":"T","assignee":"Ana","points":3}"#;
        let claims = read(text, &serde_json::from_str(text).unwrap(), None, &TimeZone::UTC).claims;
        let types: Vec<_> = claims.iter().map(|claim| claim.object_type.as_deref()).collect();
        assert_eq!(types, [Some("Person"), Some(VALUE_TYPE)]);
    }
}
