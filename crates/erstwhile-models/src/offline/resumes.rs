//! Résumés: a name, then jobs, degrees and languages under headings.

use std::ops::Range;
use std::sync::LazyLock;

use erstwhile::model::{Precision, TimePoint};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;

use super::claims::{Claims, Fact, Object};
use super::mood::Mood;
use super::people::Person;
use super::phrasings::is_title;

/// Headings of the parts of a résumé.
const HEADINGS: &[(&str, Part)] = &[
    ("experience", Part::Work),
    ("work experience", Part::Work),
    ("professional experience", Part::Work),
    ("employment", Part::Work),
    ("employment history", Part::Work),
    ("work history", Part::Work),
    ("career history", Part::Work),
    ("education", Part::Education),
    ("education and training", Part::Education),
    ("qualifications", Part::Education),
    ("languages", Part::Languages),
    ("skills", Part::Other),
    ("technical skills", Part::Other),
    ("interests", Part::Other),
    ("hobbies", Part::Other),
    ("references", Part::Other),
    ("profile", Part::Other),
    ("summary", Part::Other),
    ("certifications", Part::Other),
    ("publications", Part::Other),
    ("contact", Part::Other),
];
/// Headings that a résumé needs.
const HEADINGS_MIN: usize = 2;
const LINE_BYTES_MAX: usize = 160;

/// "2021-present", "2017 – 2021", "Mar 2019 to Jun 2022".
static YEARS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\(?(?:[a-z]{3,9}\.? )?(\d{4})\s?(?:-|–|—|to|until)\s?(?:[a-z]{3,9}\.? )?(present|now|current|today|date|\d{4})\)?").ok()
});
/// "2016" alone.
static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(19|20)\d{2}\b").ok());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Head,
    Work,
    Education,
    Languages,
    Other,
}

/// Whether a text is a résumé; if so, what it says of the person whose name it begins with is stated.
pub(super) fn read(text: &str, zone: &TimeZone, claims: &mut Claims<'_>) -> bool {
    let base = text.as_ptr() as usize;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let headings = lines.iter().filter(|line| heading(line).is_some()).count();
    let Some((name, rest)) = lines.split_first().filter(|_| headings >= HEADINGS_MIN) else { return false };
    let Some(name) = name_of(name) else { return false };
    let person = Person::named(name);
    let mut part = Part::Head;
    for line in rest.iter().filter(|line| line.len() <= LINE_BYTES_MAX) {
        let start = line.as_ptr() as usize - base;
        let place = start..start + line.len();
        let (next, line) = match heading(line) {
            Some((next, rest)) => (next, rest),
            None => (part, line.trim_start_matches(['-', '•', '*', ' '])),
        };
        part = next;
        if line.is_empty() {
            continue;
        }
        let reader = Entry { person: &person, line, place, zone };
        match part {
            Part::Head => reader.head(claims),
            Part::Work => reader.work(claims),
            Part::Education => reader.education(claims),
            Part::Languages => reader.languages(claims),
            Part::Other => {}
        }
    }
    true
}

/// The part that a line opens, and what stands behind a colon.
fn heading(line: &str) -> Option<(Part, &str)> {
    let (before, rest) = line.split_once(':').unwrap_or((line, ""));
    let lower = before.trim().to_lowercase();
    HEADINGS.iter().find(|(heading, _)| *heading == lower).map(|(_, part)| (*part, rest.trim()))
}

/// "MARIBEL SANTORO" as "Maribel Santoro"; `None` if a line is no name.
fn name_of(line: &str) -> Option<String> {
    let bare = line.strip_prefix("CV ").or_else(|| line.strip_prefix("CV: ")).unwrap_or(line);
    let words: Vec<&str> = bare.split(' ').collect();
    let is_name = |word: &&str| {
        word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '.'))
    };
    let fits = (2..=4).contains(&words.len()) && words.iter().all(is_name);
    let shouted = bare.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let title = |word: &&str| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_string()).unwrap_or_default();
        format!("{first}{}", if shouted { chars.as_str().to_lowercase() } else { chars.as_str().to_owned() })
    };
    fits.then(|| words.iter().map(title).collect::<Vec<_>>().join(" "))
}

/// One line of a résumé.
struct Entry<'e> {
    person: &'e Person,
    line: &'e str,
    place: Range<usize>,
    zone: &'e TimeZone,
}

impl Entry<'_> {
    fn state(&self, claims: &mut Claims<'_>, relation: &str, object: Object, statement: String, years: Years) {
        let before = claims.claims.len();
        claims.add(Fact {
            subject: self.person,
            relation,
            object,
            statement,
            mood: Mood::Actual,
            negated: false,
            past: false,
            date: None,
            span: self.place.clone(),
            has_consequences: false,
        });
        for claim in &mut claims.claims[before..] {
            claim.valid_from = years.0.and_then(|year| self.start_of(year));
            claim.valid_until = years.1.and_then(|year| self.start_of(year));
        }
    }

    fn start_of(&self, year: i16) -> Option<TimePoint> {
        let date = Date::new(year, 1, 1).ok()?.to_datetime(jiff::civil::Time::midnight());
        let at = self.zone.to_ambiguous_zoned(date).compatible().ok()?.timestamp();
        Some(TimePoint { at, precision: Precision::Year })
    }

    /// "Data engineer, Zaragoza": the job, and where one lives.
    fn head(&self, claims: &mut Claims<'_>) {
        let parts: Vec<&str> = self.line.split([',', '|', '·']).map(str::trim).collect();
        let is_job = |text: &str| is_title(&text.rsplit(' ').next().unwrap_or_default().to_lowercase());
        let name = &self.person.name;
        let (job, town) = match parts.as_slice() {
            [job] if is_job(job) => {
                let job = job.to_lowercase();
                let statement = format!("{name} works as {job}");
                self.state(
                    claims,
                    "WORKS_AS",
                    Object::entity(job.as_str(), Some("Role")),
                    statement,
                    Years(None, None),
                );
                return;
            }
            [town, _]
                if !is_job(town) && self.line.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '-')) =>
            {
                let statement = format!("{name} lives in {}", self.line);
                self.state(
                    claims,
                    "LIVES_IN",
                    Object::entity(self.line, Some("Location")),
                    statement,
                    Years(None, None),
                );
                return;
            }
            [job, town] => (job, town),
            _ => return,
        };
        let plain = |text: &str| text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\''));
        if !plain(job) || !plain(town) || !town.starts_with(char::is_uppercase) {
            return;
        }
        let job = job.to_lowercase();
        self.state(
            claims,
            "WORKS_AS",
            Object::entity(job.as_str(), Some("Role")),
            format!("{name} works as {job}"),
            Years(None, None),
        );
        self.state(
            claims,
            "LIVES_IN",
            Object::entity(*town, Some("Location")),
            format!("{name} lives in {town}"),
            Years(None, None),
        );
    }

    /// "2021-present Data Engineer, Ebro Analytics".
    fn work(&self, claims: &mut Claims<'_>) {
        let Some((years, rest)) = years_of(self.line) else { return };
        let parts: Vec<&str> = parts_of(&rest);
        let [job, employer, ..] = parts.as_slice() else { return };
        let name = &self.person.name;
        let job = job.to_lowercase();
        self.state(
            claims,
            "WORKS_AS",
            Object::entity(job.as_str(), Some("Role")),
            format!("{name} works as {job} at {employer}"),
            years,
        );
        self.state(
            claims,
            "WORKS_AT",
            Object::entity(*employer, Some("Organization")),
            format!("{name} works at {employer} as {job}"),
            years,
        );
    }

    /// "`BSc` Statistics, University of Zaragoza, 2016".
    fn education(&self, claims: &mut Claims<'_>) {
        let year =
            YEAR.as_ref().and_then(|year| year.find_iter(self.line).last()).and_then(|year| year.as_str().parse().ok());
        let without = YEARS.as_ref().map_or(self.line.into(), |years| years.replace(self.line, ""));
        let without = YEAR.as_ref().map_or(without.clone(), |year| year.replace_all(&without, "").into_owned().into());
        let parts: Vec<&str> = parts_of(&without);
        let [degree, school, ..] = parts.as_slice() else { return };
        let name = &self.person.name;
        self.state(
            claims,
            "HAS_DEGREE",
            Object::entity(*degree, None),
            format!("{name} has a degree: {degree}, {school}"),
            Years(year, None),
        );
        self.state(
            claims,
            "GRADUATED_FROM",
            Object::entity(*school, Some("Organization")),
            format!("{name} graduated from {school}: {degree}"),
            Years(year, None),
        );
    }

    /// "Spanish (native), English (C1)".
    fn languages(&self, claims: &mut Claims<'_>) {
        for language in self.line.split([',', ';', '/']) {
            let language = language.split(['(', '-', ':', '–']).next().unwrap_or_default().trim();
            if language.starts_with(char::is_uppercase) && language.split(' ').count() <= 2 {
                let statement = format!("{} speaks {language}", self.person.name);
                self.state(claims, "SPEAKS", Object::entity(language, Some("Language")), statement, Years(None, None));
            }
        }
    }
}

/// The first and the last year; `None` for a last one that has not come.
#[derive(Debug, Clone, Copy)]
struct Years(Option<i16>, Option<i16>);

/// The years of a line, and the line without them.
fn years_of(line: &str) -> Option<(Years, String)> {
    let found = YEARS.as_ref()?.captures(line)?;
    let whole = found.get(0)?;
    let rest = format!("{} {}", &line[..whole.start()], &line[whole.end()..]);
    Some((Years(found[1].parse().ok(), found[2].parse().ok()), rest))
}

fn parts_of(text: &str) -> Vec<&str> {
    let marks: &[char] = &[',', '|', '·', '–', '—', ':', ';'];
    text.split(marks)
        .flat_map(|part| part.split(" at "))
        .flat_map(|part| part.split(" - "))
        .map(|part| part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '-')))
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::lexicon::Lexicon;

    #[test]
    fn a_resume_is_read_line_by_line() {
        let text = "MARIBEL SANTORO\nData engineer, Zaragoza\n\nExperience\n2017-2021 Analyst, Banco del Valle\n\n\
                    Education\nBSc Statistics, University of Zaragoza, 2016\n\nLanguages: Spanish (native), English (C1)";
        let lexicon = Lexicon::new(erstwhile::vocabulary::built_in());
        let mut claims = Claims::new(&lexicon);
        assert!(read(text, &TimeZone::UTC, &mut claims));
        let found: Vec<_> = claims
            .claims
            .iter()
            .map(|claim| format!("{} {}", claim.predicate, claim.object.clone().unwrap_or_default()))
            .collect();
        for expected in ["LIVES_IN Zaragoza", "WORKS_AT Banco del Valle", "HAS_DEGREE BSc Statistics", "SPEAKS English"]
        {
            assert!(found.iter().any(|fact| fact == expected), "{expected}: {found:?}");
        }
        assert!(!read("Anna\nI like tea.", &TimeZone::UTC, &mut claims));
    }
}
