//! What the remote event says: a template per event type, rendered once per change of a booking and
//! then frozen on it, so that editing a template does not rewrite old events.

use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::text;

/// Longest rendered title, in characters.
pub const TITLE_CHARS_MAX: usize = 300;
/// Longest rendered location.
pub const LOCATION_CHARS_MAX: usize = 300;
/// Longest rendered description.
pub const DESCRIPTION_CHARS_MAX: usize = 8000;

/// Longest template: what is rendered is bounded anyway.
pub const TEMPLATE_CHARS_MAX: usize = 8000;

/// Templates with placeholders in braces, such as `{attendee}`: those of [`Placeholders`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTextTemplate {
    /// The event's title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Where it takes place; "Online" when empty.
    #[serde(default)]
    pub location: String,
}

/// Rendered text, as it is asked of Google.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventText {
    /// The event's title: plain text, one line.
    pub title: String,
    /// Its description: text in which Google reads some HTML, so ours is neutralised.
    pub description: String,
    /// Where it takes place: plain text, one line.
    pub location: String,
}

/// What the placeholders stand for (rows T3, L7, R9, V6). To add one: a field here, a line in
/// `Placeholders::all`, and its fact where a booking is frozen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placeholders<'a> {
    /// Who made the booking.
    pub attendee: &'a str,
    /// What was booked; people call it a service or a kind.
    pub event_type: &'a str,
    /// The host, or the first of several.
    pub host: &'a str,
    /// The business's name.
    pub organization: &'a str,
    /// The business's identity.
    pub organization_id: &'a str,
    /// The business's name in URLs.
    pub organization_slug: &'a str,
    /// The attendee's address.
    pub email: &'a str,
    /// The attendee's telephone number.
    pub phone: &'a str,
    /// What the attendee wrote.
    pub notes: &'a str,
    /// The booking's identity.
    pub booking: &'a str,
    /// Seats of the booking.
    pub capacity: &'a str,
    /// Whether it is a group's: [`group_kind`].
    pub group_kind: &'a str,
}

impl<'a> Placeholders<'a> {
    /// Every placeholder there is, by name.
    fn all(&self) -> [(&'static str, &'a str); 12] {
        [
            ("attendee", self.attendee),
            ("event_type", self.event_type),
            ("host", self.host),
            ("organization", self.organization),
            ("organization_id", self.organization_id),
            ("organization_slug", self.organization_slug),
            ("email", self.email),
            ("phone", self.phone),
            ("notes", self.notes),
            ("booking", self.booking),
            ("capacity", self.capacity),
            ("group_kind", self.group_kind),
        ]
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.all().into_iter().find(|(one, _)| *one == name);
        found.map(|(_, value)| value)
    }
}

/// In the business's language, whether one or several share a booking of so many seats (row L7).
pub const fn group_kind(locale: Locale, capacity: i64) -> &'static str {
    match (locale, capacity > 1) {
        (_, false) => "individual",
        (Locale::En, true) => "group",
        (Locale::Es, true) => "grupal",
    }
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// It names a placeholder that does not exist.
    #[error(
        "unknown placeholder \"{{{0}}}\" in an event text; there are {known}", known = known())]
    Unknown(String),
    /// A brace is opened and not closed.
    #[error("a brace is opened and not closed in an event text, before \"{0}\"")]
    Open(String),
    /// It is longer than any event's text.
    #[error("an event text has at most {TEMPLATE_CHARS_MAX} characters")]
    TooLong,
    /// Nothing stands in the title.
    #[error("an event needs a title")]
    NoTitle,
}

fn known() -> String {
    let names = Placeholders::default().all();
    let names: Vec<_> = names
        .iter()
        .map(|(name, _)| format!("{{{name}}}"))
        .collect();
    names.join(", ")
}

impl EventTextTemplate {
    /// Checks that every placeholder exists, and that there is a title of a length to use.
    ///
    /// # Errors
    /// [`BadTemplate`]: the first thing that is wrong.
    pub fn check(&self) -> Result<(), BadTemplate> {
        if self.title.trim().is_empty() {
            return Err(BadTemplate::NoTitle);
        }
        [&self.title, &self.description, &self.location]
            .into_iter()
            .try_for_each(|template| {
                if template.chars().count() > TEMPLATE_CHARS_MAX {
                    return Err(BadTemplate::TooLong);
                }
                fill(template, &Placeholders::default()).map(drop)
            })
    }

    /// The text with its placeholders filled in, bounded. A line of the description whose
    /// placeholders are all empty is left out.
    pub fn render(&self, values: &Placeholders<'_>) -> EventText {
        let line = |template: &str, chars_max: usize| {
            let filled = fill(template, values).unwrap_or_default();
            text::line(&cut(&filled, chars_max), chars_max).unwrap_or_default()
        };
        let location = line(&self.location, LOCATION_CHARS_MAX);
        EventText {
            title: line(&self.title, TITLE_CHARS_MAX),
            description: self.render_description(values),
            location: if location.is_empty() {
                "Online".to_owned()
            } else {
                location
            },
        }
    }

    fn render_description(&self, values: &Placeholders<'_>) -> String {
        let is_kept = |line: &&str| {
            let empty = fill(line, &Placeholders::default()).unwrap_or_default();
            let filled = fill(line, values).unwrap_or_default();
            !line.contains('{') || filled != empty
        };
        let kept: Vec<String> = self
            .description
            .lines()
            .filter(is_kept)
            .map(|line| neutral_html(&fill(line, values).unwrap_or_default()))
            .collect();
        cut_neutral(kept.join("\n").trim(), DESCRIPTION_CHARS_MAX)
    }
}

/// Most that an error repeats of a template.
const SHOWN_CHARS_MAX: usize = 40;

/// One pass, so that braces inside a value mean nothing.
fn fill(template: &str, values: &Placeholders<'_>) -> Result<String, BadTemplate> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, tail) = after
            .split_once('}')
            .ok_or_else(|| BadTemplate::Open(cut(after, SHOWN_CHARS_MAX)))?;
        filled.push_str(
            values
                .get(name)
                .ok_or_else(|| BadTemplate::Unknown(cut(name, SHOWN_CHARS_MAX)))?,
        );
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Google reads some HTML in descriptions: a stranger's name must not become a link.
fn neutral_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Cut, but never within what stands for one character.
fn cut_neutral(neutral: &str, chars_max: usize) -> String {
    let mut kept = cut(neutral, chars_max);
    if let Some(at) = kept.rfind('&').filter(|at| !kept[*at..].contains(';')) {
        kept.truncate(at);
    }
    kept
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(title: &str, description: &str) -> EventTextTemplate {
        EventTextTemplate {
            title: title.into(),
            description: description.into(),
            location: String::new(),
        }
    }

    const EMPTY: Placeholders<'static> = Placeholders {
        attendee: "",
        event_type: "",
        host: "",
        organization: "",
        organization_id: "",
        organization_slug: "",
        email: "",
        phone: "",
        notes: "",
        booking: "",
        capacity: "",
        group_kind: "",
    };

    const ANA: Placeholders<'static> = Placeholders {
        attendee: "Ana {host}",
        event_type: "Maths",
        email: "ana@example.org",
        ..EMPTY
    };

    /// row T3: title "{attendee} – {event type}", location or "Online".
    #[test]
    fn a_title_names_attendee_and_event_type() {
        let text = template("{attendee} – {event_type}", "").render(&ANA);
        assert_eq!(
            text.title, "Ana {host} – Maths",
            "braces in a value mean nothing"
        );
        assert_eq!(text.location, "Online");
    }

    #[test]
    fn empty_lines_vanish_and_html_is_text() {
        let text = template("x", "Mail: {email}\nPhone: {phone}\n\nBy <b>us</b>").render(&ANA);
        assert_eq!(
            text.description,
            "Mail: ana@example.org\n\nBy &lt;b&gt;us&lt;/b&gt;"
        );
    }

    #[test]
    fn templates_that_cannot_be_used_are_refused_with_the_reason() {
        for (title, description, expected) in [
            ("{price}", "", BadTemplate::Unknown("price".into())),
            ("x", "{Attendee}", BadTemplate::Unknown("Attendee".into())),
            ("{open", "", BadTemplate::Open("open".into())),
            (" ", "x", BadTemplate::NoTitle),
            ("x", &"x".repeat(8001), BadTemplate::TooLong),
        ] {
            assert_eq!(template(title, description).check(), Err(expected));
        }
        assert_eq!(template("{attendee}", "{notes}").check(), Ok(()));
        let said = BadTemplate::Unknown("price".into()).to_string();
        assert!(
            said.contains("\"{price}\"") && said.contains("{organization_id}"),
            "{said}"
        );
    }

    /// Each placeholder stands for its own fact.
    #[test]
    fn every_placeholder_is_filled_with_what_it_names() {
        let values = Placeholders {
            attendee: "attendee",
            event_type: "event_type",
            host: "host",
            organization: "organization",
            organization_id: "organization_id",
            organization_slug: "organization_slug",
            email: "email",
            phone: "phone",
            notes: "notes",
            booking: "booking",
            capacity: "capacity",
            group_kind: "group_kind",
        };
        for (name, value) in values.all() {
            assert_eq!(name, value);
        }
    }

    /// Row L7's words, and row R9's and V6's titles.
    #[test]
    fn the_texts_the_reference_users_ask_for_can_be_said() {
        let class = |locale, capacity| {
            let values = Placeholders {
                group_kind: group_kind(locale, capacity),
                capacity: "6",
                ..ANA
            };
            template("Clase de Inglés", "La clase será {group_kind}")
                .render(&values)
                .description
        };
        assert_eq!(class(Locale::Es, 6), "La clase será grupal");
        assert_eq!(class(Locale::Es, 1), "La clase será individual");
        assert_eq!(group_kind(Locale::En, 2), "group");
        let titled = |title| template(title, "").render(&ANA).title;
        assert_eq!(titled("{event_type} - {attendee}"), "Maths - Ana {host}");
        assert_eq!(titled("{event_type} – {attendee}"), "Maths – Ana {host}");
    }

    /// What stands for one character is kept whole or not at all.
    #[test]
    fn a_cut_description_ends_at_a_whole_character() {
        let notes = "&".repeat(5000);
        let values = Placeholders {
            notes: &notes,
            ..ANA
        };
        let text = template("x", ".{notes}").render(&values).description;
        assert_eq!(text.len(), 1 + 5 * (DESCRIPTION_CHARS_MAX / 5 - 1));
        assert!(text.ends_with("&amp;"));
    }

    #[test]
    fn a_rendered_text_is_bounded() {
        let long = "x".repeat(10_000);
        let values = Placeholders {
            notes: &long,
            attendee: &long,
            ..EMPTY
        };
        let text = template("{attendee}", "{notes}").render(&values);
        assert_eq!(text.title.chars().count(), TITLE_CHARS_MAX);
        assert_eq!(text.description.chars().count(), DESCRIPTION_CHARS_MAX);
    }
}
