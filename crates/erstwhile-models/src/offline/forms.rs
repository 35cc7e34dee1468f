//! Lines of documents that give a field and its value: "Landlord: Philippa Greaves", "Rent: £875".

use std::ops::Range;

/// Fields that a document needs to be a form.
const FIELDS_MIN: usize = 3;
const TITLE_BYTES_MAX: usize = 60;

/// Labels that are no fields: headers of mail, and openings of remarks.
const NO_FIELDS: &[&str] = &[
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Sent",
    "Note",
    "Present",
    "Apologies",
    "PS",
    "Re",
    "Fwd",
    "Question",
    "Answer",
];

/// A field of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// What it is.
    pub(super) label: String,
    /// What the document says of it.
    pub(super) value: String,
    /// Its place.
    pub(super) place: Range<usize>,
}

/// The title and the fields of a document, if it is a form.
pub(super) fn read(text: &str) -> Option<(String, Vec<Field>)> {
    let base = text.as_ptr() as usize;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let title = lines.next()?;
    // "Patient: Maria Silva" begins a form without a title.
    let untitled = title.contains(": ");
    if !untitled && title.contains([':', '.', '{', '<'])
        || title.len() > TITLE_BYTES_MAX
        || title.split(' ').count() > 8
    {
        return None;
    }
    let mut fields: Vec<Field> = Vec::new();
    for line in Some(title).filter(|_| untitled).into_iter().chain(lines) {
        let Some((label, value)) = line.split_once(": ") else { continue };
        let start = value.as_ptr() as usize - base;
        if is_label(label) && is_value(value) {
            fields.push(Field { label: label.to_owned(), value: value.to_owned(), place: start..start + value.len() });
        }
    }
    // The same label twice is a speaker.
    let apart =
        fields.iter().enumerate().all(|(index, field)| fields[..index].iter().all(|other| other.label != field.label));
    let about_someone = !untitled || fields.iter().filter(|field| is_holder(field)).count() == 1;
    (fields.len() >= FIELDS_MIN && apart && about_someone).then(|| (sentence_case(title), fields))
}

/// Whether a field names the person whom the form is about.
pub(super) fn is_holder(field: &Field) -> bool {
    const HOLDERS: &[&str] = &[
        "Tenant",
        "Patient",
        "Customer",
        "Employee",
        "Name",
        "Full name",
        "Student",
        "Passenger",
        "Guest",
        "Member",
        "Client",
        "Applicant",
        "Insured",
        "Policyholder",
        "Policy holder",
        "Buyer",
        "Borrower",
        "Traveller",
        "Traveler",
        "Attendee",
        "Candidate",
        "Volunteer",
        "Account holder",
        "Cardholder",
        "Pupil",
        "Owner",
        "Subscriber",
        "Participant",
    ];
    let words = field.value.split(' ');
    HOLDERS.contains(&field.label.as_str())
        && (2..=4).contains(&words.clone().count())
        && words
            .into_iter()
            .all(|word| word.starts_with(char::is_uppercase) && !word.contains(|c: char| c.is_ascii_digit()))
}

fn is_label(label: &str) -> bool {
    label.starts_with(char::is_uppercase)
        && label.split(' ').count() <= 4
        && label.len() <= 30
        && label.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '/'))
        && !NO_FIELDS.contains(&label)
}

fn is_value(value: &str) -> bool {
    value.len() <= 100
        && !value.trim_end().ends_with(['.', '!', '?'])
        && !super::questions::has_verb(value)
        && !value.contains('\'')
}

/// "TENANCY AGREEMENT" as "Tenancy agreement".
fn sentence_case(title: &str) -> String {
    if title.chars().any(char::is_lowercase) {
        return title.to_owned();
    }
    let lower = title.to_lowercase();
    let mut chars = lower.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_below_a_title() {
        let (title, fields) =
            read("TENANCY AGREEMENT\nLandlord: Ida Moss\nRent: £875\nDeposit: £1,009\nNo pets.").unwrap();
        assert_eq!(title, "Tenancy agreement");
        assert_eq!(fields[1].value, "£875");
        assert_eq!(fields.len(), 3);
    }

    #[test]
    fn a_conversation_is_no_form() {
        assert_eq!(read("Our chat\nAnna: I live in Oslo.\nBob: I am in Rome.\nCleo: Nice!"), None);
    }
}
