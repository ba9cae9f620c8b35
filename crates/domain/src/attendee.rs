//! The person a booking is for.

use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::text::{self, BadText};
use crate::time::Zone;

/// Longest name kept, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Longest e-mail address (RFC 5321, 4.5.3.1.3).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Longest note kept, in characters.
pub const NOTES_CHARS_MAX: usize = 2000;

/// What an attendee told us, checked. Make one with [`AttendeeForm::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// One line, visible characters only.
    pub name: String,
    /// An address, lower-cased in its domain.
    pub email: Option<String>,
    /// As typed, digits and punctuation only.
    pub phone: Option<String>,
    /// The zone their times are shown in.
    pub zone: Zone,
    /// The language their messages are written in.
    pub locale: Locale,
    /// What they want the host to know.
    pub notes: Option<String>,
}

/// What an attendee typed, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendeeForm {
    /// Required.
    pub name: String,
    /// Optional where a phone number is given.
    pub email: Option<String>,
    /// Optional where an address is given.
    pub phone: Option<String>,
    /// An IANA zone name; the organization's when absent.
    pub time_zone: Option<String>,
    /// A language tag; the organization's when absent.
    pub locale: Option<String>,
    /// Free text.
    pub notes: Option<String>,
}

/// A field of the form, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct BadField {
    /// The name of the field, as in the form.
    pub field: &'static str,
    /// What is wrong.
    pub problem: BadText,
}

impl AttendeeForm {
    /// Checks every field; all problems at once, so that nobody has to guess twice.
    ///
    /// # Errors
    /// Every [`BadField`] found.
    pub fn check(&self, zone: &Zone, locale: Locale) -> Result<Attendee, Vec<BadField>> {
        let mut bad = Vec::new();
        let mut field = |name: &'static str, value: Result<Option<String>, BadText>| match value {
            Ok(value) => value,
            Err(problem) => {
                bad.push(BadField {
                    field: name,
                    problem,
                });
                None
            }
        };
        let name = field("name", checked_name(&self.name).map(Some));
        let mut email = field("email", optional(self.email.as_deref(), checked_email));
        let phone = field("phone", optional(self.phone.as_deref(), checked_phone));
        let notes = field(
            "notes",
            optional(self.notes.as_deref(), |t| {
                text::paragraph(t, NOTES_CHARS_MAX)
            }),
        );
        let mut zone_chosen = zone.clone();
        if let Some(name) = self.time_zone.as_deref().filter(|z| !z.trim().is_empty()) {
            match Zone::parse(name) {
                Ok(found) => zone_chosen = found,
                Err(_) => {
                    email = field("time_zone", Err(BadText::Form("unknown time zone"))).or(email);
                }
            }
        }
        if bad.is_empty() && email.is_none() && phone.is_none() {
            bad.push(BadField {
                field: "email",
                problem: BadText::Form("give an e-mail address or a phone number"),
            });
        }
        match name {
            Some(name) if bad.is_empty() => Ok(Attendee {
                name,
                email,
                phone,
                zone: zone_chosen,
                locale: self
                    .locale
                    .as_deref()
                    .and_then(Locale::from_tag)
                    .unwrap_or(locale),
                notes,
            }),
            _ => Err(bad),
        }
    }
}

fn optional(
    value: Option<&str>,
    check: impl Fn(&str) -> Result<String, BadText>,
) -> Result<Option<String>, BadText> {
    match value.map(str::trim).filter(|v| !v.is_empty()) {
        None => Ok(None),
        Some(value) => check(value).map(Some),
    }
}

/// Links in a name would make our own mails carry a stranger's advertising.
fn checked_name(name: &str) -> Result<String, BadText> {
    let name = text::line(name, NAME_CHARS_MAX)?;
    let has_link = name.contains("://") || name.to_ascii_lowercase().contains("www.");
    if has_link {
        Err(BadText::Form("must not contain a link"))
    } else {
        Ok(name)
    }
}

/// Loose on purpose: whether an address works is known only when a mail arrives.
fn checked_email(email: &str) -> Result<String, BadText> {
    let refused = BadText::Form("must look like name@example.org");
    let email = text::line(email, EMAIL_CHARS_MAX)?;
    let (local, domain) = email.rsplit_once('@').ok_or(refused)?;
    let is_atom = |c: char| {
        !c.is_whitespace()
            && !matches!(
                c,
                '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '@' | '[' | ']' | '\\'
            )
    };
    let is_name = (1..=64).contains(&local.len()) && local.chars().all(is_atom);
    let is_host = domain.split('.').count() >= 2
        && domain
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if is_name && is_host {
        Ok(format!("{local}@{}", domain.to_lowercase()))
    } else {
        Err(refused)
    }
}

fn checked_phone(phone: &str) -> Result<String, BadText> {
    let phone = text::line(phone, 40)?;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_phone = phone
        .chars()
        .all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    if is_phone && (6..=15).contains(&digits) {
        Ok(phone)
    } else {
        Err(BadText::Form(
            "must have 6 to 15 digits, such as +34 600 000 000",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, email: &str, phone: &str) -> AttendeeForm {
        AttendeeForm {
            name: name.into(),
            email: Some(email.into()),
            phone: Some(phone.into()),
            ..AttendeeForm::default()
        }
    }

    fn problems(form: &AttendeeForm) -> Vec<&'static str> {
        form.check(&Zone::utc(), Locale::En)
            .err()
            .unwrap_or_default()
            .iter()
            .map(|b| b.field)
            .collect()
    }

    #[test]
    fn every_problem_is_named_at_once() {
        for (form, expected) in [
            (form("Ana", "ana@example.org", ""), vec![]),
            (form("Ana", "", "+34 600 000 000"), vec![]),
            (form("", "x", "call me"), vec!["name", "email", "phone"]),
            (form("Ana", "", ""), vec!["email"]),
            (
                form("Buy at https://spam.example", "a@b.cd", ""),
                vec!["name"],
            ),
            (form("Ana", "a@b@c.de", ""), vec!["email"]),
            (form("Ana", "a\r\nBcc: x@y.zz@b.cd", ""), vec!["email"]),
        ] {
            assert_eq!(problems(&form), expected, "{form:?}");
        }
        let bad_zone = AttendeeForm {
            time_zone: Some("Mars/Base".into()),
            ..form("Ana", "a@b.cd", "")
        };
        assert_eq!(problems(&bad_zone), ["time_zone"]);
    }

    #[test]
    fn the_organization_fills_in_what_is_missing() {
        let zone = Zone::parse("Europe/Madrid").unwrap();
        let attendee = form("Ana", "Ana@Example.ORG", "")
            .check(&zone, Locale::Es)
            .unwrap();
        assert_eq!(attendee.email.as_deref(), Some("Ana@example.org"));
        assert_eq!((attendee.zone, attendee.locale), (zone, Locale::Es));
    }
}
