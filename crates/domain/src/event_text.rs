//! What the remote event says: a template per event type, rendered once per change of a booking and
//! then frozen on it, so that editing a template does not rewrite old events.

use serde::{Deserialize, Serialize};

use crate::text;

/// Longest rendered title, in characters.
pub const TITLE_CHARS_MAX: usize = 300;
/// Longest rendered location.
pub const LOCATION_CHARS_MAX: usize = 300;
/// Longest rendered description.
pub const DESCRIPTION_CHARS_MAX: usize = 8000;

/// Templates with placeholders in braces: `{attendee}`, `{event_type}`, `{host}`, `{organization}`,
/// `{email}`, `{phone}`, `{notes}`, `{booking}`.
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

/// What the placeholders stand for.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the placeholders' own names")]
pub struct Placeholders<'a> {
    pub attendee: &'a str,
    pub event_type: &'a str,
    pub host: &'a str,
    pub organization: &'a str,
    pub email: &'a str,
    pub phone: &'a str,
    pub notes: &'a str,
    pub booking: &'a str,
}

impl Placeholders<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        Some(match name {
            "attendee" => self.attendee,
            "event_type" => self.event_type,
            "host" => self.host,
            "organization" => self.organization,
            "email" => self.email,
            "phone" => self.phone,
            "notes" => self.notes,
            "booking" => self.booking,
            _ => return None,
        })
    }

    const NONE: Self = Self {
        attendee: "",
        event_type: "",
        host: "",
        organization: "",
        email: "",
        phone: "",
        notes: "",
        booking: "",
    };
}

/// A template names a placeholder that does not exist, or leaves a brace open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown placeholder \"{{{0}}}\" in an event text")]
pub struct UnknownPlaceholder(pub String);

impl EventTextTemplate {
    /// Checks that every placeholder exists.
    ///
    /// # Errors
    /// [`UnknownPlaceholder`] naming the first that does not.
    pub fn check(&self) -> Result<(), UnknownPlaceholder> {
        [&self.title, &self.description, &self.location]
            .into_iter()
            .try_for_each(|template| fill(template, &Placeholders::NONE).map(drop))
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
            let empty = fill(line, &Placeholders::NONE).unwrap_or_default();
            let filled = fill(line, values).unwrap_or_default();
            !line.contains('{') || filled != empty
        };
        let kept: Vec<String> = self
            .description
            .lines()
            .filter(is_kept)
            .map(|line| neutral_html(&fill(line, values).unwrap_or_default()))
            .collect();
        cut(kept.join("\n").trim(), DESCRIPTION_CHARS_MAX)
    }
}

/// One pass, so that braces inside a value mean nothing.
fn fill(template: &str, values: &Placeholders<'_>) -> Result<String, UnknownPlaceholder> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, tail) = after
            .split_once('}')
            .ok_or_else(|| UnknownPlaceholder(after.to_owned()))?;
        filled.push_str(
            values
                .get(name)
                .ok_or_else(|| UnknownPlaceholder(name.to_owned()))?,
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

    const ANA: Placeholders<'static> = Placeholders {
        attendee: "Ana {host}",
        event_type: "Maths",
        email: "ana@example.org",
        ..Placeholders::NONE
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
    fn unknown_placeholders_are_refused() {
        assert_eq!(
            template("{price}", "").check(),
            Err(UnknownPlaceholder("price".into()))
        );
        assert_eq!(
            template("{open", "").check(),
            Err(UnknownPlaceholder("open".into()))
        );
        assert_eq!(template("{attendee}", "{notes}").check(), Ok(()));
    }

    #[test]
    fn a_rendered_text_is_bounded() {
        let long = "x".repeat(10_000);
        let values = Placeholders {
            notes: &long,
            attendee: &long,
            ..Placeholders::NONE
        };
        let text = template("{attendee}", "{notes}").render(&values);
        assert_eq!(text.title.chars().count(), TITLE_CHARS_MAX);
        assert_eq!(text.description.chars().count(), DESCRIPTION_CHARS_MAX);
    }
}
