//! A booking's history in words: what happened, when, and who or what decided.

use app::bookings::Entry;
use domain::booking::Cause;
use domain::event_type::Host;
use domain::sync::merge::{Field, Value};
use domain::{Instant, Zone};
use serde_json::Value as Json;

use super::{calls, cause};
use crate::dates;
use crate::i18n::{Key, Words, key};
use crate::parts::field::{name, said, value};
use crate::parts::sync::problem_key;

/// Longest text of an event that is told of whole.
const CHARS_MAX: usize = 160;

/// A line of it.
#[derive(Clone, Debug)]
pub(crate) struct EntryView {
    /// Its stable code.
    pub(crate) kind: String,
    pub(crate) text: String,
    /// What it was before, why, and the like.
    pub(crate) details: Vec<String>,
    /// RFC 3339, UTC.
    pub(crate) at: String,
    pub(crate) when: String,
}

impl EntryView {
    /// `entry` in words, with times in `zone`; `hosts` are those whose names are known.
    pub(crate) fn new(words: Words, entry: &Entry, hosts: &[Host], zone: &Zone) -> Self {
        if entry.kind == calls::KIND {
            return calls::view(words, entry, zone);
        }
        Self {
            kind: entry.kind.clone(),
            text: sentence(words, entry, zone),
            details: details(words, entry, hosts, zone),
            at: entry.at.to_string(),
            when: dates::moment(words, entry.at, zone),
        }
    }
}

/// What happened of a kind, where no time belongs to the sentence.
fn plain(kind: &str) -> Option<Key> {
    Some(match kind {
        "cancelled" => key("timeline-cancelled"),
        "contact_linked" => key("timeline-contact-linked"),
        "cancelled_in_calendar" => key("timeline-cancelled-in-calendar"),
        "event_created" => key("timeline-event-created"),
        "event_changed" => key("timeline-event-changed"),
        "event_removed" => key("timeline-event-removed"),
        "joined" => key("timeline-joined"),
        "left" => key("timeline-left"),
        "approved" => key("timeline-approved"),
        "declined" => key("timeline-declined"),
        "reassigned" => key("timeline-reassigned"),
        "deletion_not_confirmed" => key("timeline-deletion-refuted"),
        "sync_retried" => key("timeline-retried"),
        "sync_relinked" => key("timeline-relinked"),
        "sync_ignored" => key("timeline-ignored"),
        "parked" => key("timeline-parked"),
        "edited_in_calendar" => key("timeline-edited-in-calendar"),
        "edited" => key("timeline-edited"),
        "both_changed" => key("timeline-both-changed"),
        "decided_for_booking" => key("timeline-decided-for-booking"),
        "decided_for_event" => key("timeline-decided-for-event"),
        "verified" => key("timeline-verified"),
        "left_event_edited" => key("timeline-left-event-edited"),
        _ => return None,
    })
}

/// What happened at a time of the booking's, which the sentence names.
fn timed(kind: &str) -> Option<Key> {
    Some(match kind {
        "booked" => key("timeline-booked"),
        "moved" => key("timeline-moved"),
        "imported" => key("timeline-imported"),
        "moved_in_calendar" => key("timeline-moved-in-calendar"),
        "requested" => key("timeline-requested"),
        "forced" => key("timeline-forced"),
        "restored_in_calendar" => key("timeline-restored-in-calendar"),
        _ => return None,
    })
}

/// What happened and, where that was not Google, who did it.
fn sentence(words: Words, entry: &Entry, zone: &Zone) -> String {
    let text = match (plain(&entry.kind), timed(&entry.kind)) {
        // Somebody said so, whatever the calendar shows.
        _ if entry.kind == "verified" && entry.detail["how"] == "keep" => {
            words.say("timeline-kept")
        }
        _ if entry.kind == "event_moved_calendar" => {
            let to = entry.detail["to"].as_str().unwrap_or_default();
            words.with("timeline-event-moved-calendar", &[("calendar", to)])
        }
        (Some(key), _) => words.say(key),
        (None, Some(key)) => {
            let when = moment(words, &entry.detail["start"], zone).unwrap_or_default();
            words.with(key, &[("when", &when)])
        }
        (None, None) => words.with("timeline-other", &[("kind", &entry.kind)]),
    };
    let person = entry.detail["by"].as_str().map(str::to_owned);
    let by = entry.cause.filter(|by| *by != Cause::Calendar);
    match person.or(by.map(|by| words.say(cause(by)))) {
        Some(by) => words.with("timeline-by", &[("what", &text), ("by", &by)]),
        None => text,
    }
}

fn moment(words: Words, at: &Json, zone: &Zone) -> Option<String> {
    let at = Instant::parse(at.as_str()?).ok()?;
    Some(dates::moment(words, at, zone))
}

/// The rest of what is known of it: a line each.
fn details(words: Words, entry: &Entry, hosts: &[Host], zone: &Zone) -> Vec<String> {
    let detail = &entry.detail;
    match entry.kind.as_str() {
        "moved" | "moved_in_calendar" => {
            let before = moment(words, &detail["from"], zone);
            let before = before.map(|when| words.with("timeline-before", &[("what", &when)]));
            before.into_iter().collect()
        }
        "edited" | "edited_in_calendar" => edits(words, detail),
        "both_changed" => both(words, detail, zone).into_iter().collect(),
        "reassigned" => given(words, detail, hosts).into_iter().collect(),
        "decided_for_booking" | "decided_for_event" => decided(words, detail),
        _ => {
            let reason = detail["reason"].as_str().filter(|code| !code.is_empty());
            let known = reason.map(|code| match problem_key(code) {
                Some(key) => words.say(key),
                None => code.to_owned(),
            });
            known.into_iter().collect()
        }
    }
}

/// Which texts were edited, with what they said before.
fn edits(words: Words, detail: &Json) -> Vec<String> {
    let edit = |field: Field| {
        let edit = detail.get(field.as_str())?;
        let text = |side: &str| shortened(&said(words, edit[side].as_str().unwrap_or_default()));
        let (from, to) = (text("from"), text("to"));
        let field = words.say(name(field));
        Some(words.with(
            "timeline-edit",
            &[("field", &field), ("from", &from), ("to", &to)],
        ))
    };
    let fields = [Field::Title, Field::Description, Field::Location];
    fields.into_iter().filter_map(edit).collect()
}

/// What both sides made of a field, and which of it counts.
fn both(words: Words, detail: &Json, zone: &Zone) -> Option<String> {
    let side = |name: &str| {
        let side = serde_json::from_value::<Value>(detail[name].clone()).ok()?;
        Some(shortened(&value(words, &side, zone)))
    };
    let (field, here, there) = (named(words, detail)?, side("here")?, side("there")?);
    let sentence = match detail["counts"].as_str() {
        Some("there") => key("timeline-both-there"),
        _ => key("timeline-both-here"),
    };
    let known = [
        ("field", field.as_str()),
        ("here", here.as_str()),
        ("there", there.as_str()),
    ];
    Some(words.with(sentence, &known))
}

/// The field an entry names.
fn named(words: Words, detail: &Json) -> Option<String> {
    let field = serde_json::from_value::<Field>(detail["field"].clone()).ok()?;
    Some(words.say(name(field)))
}

/// From whom to whom.
fn given(words: Words, detail: &Json, hosts: &[Host]) -> Option<String> {
    let host = |side: &str| {
        let id = detail[side].as_str()?;
        let known = hosts.iter().find(|host| host.id.to_string() == id)?;
        Some(known.name.as_str())
    };
    match (host("from"), host("host")) {
        (Some(from), Some(to)) => Some(words.with("timeline-given", &[("from", from), ("to", to)])),
        // Whoever had it offers this no more.
        (None, Some(to)) => Some(words.with("timeline-given-to", &[("to", to)])),
        (_, None) => None,
    }
}

/// What a decision was about: a field, or many bookings at once.
fn decided(words: Words, detail: &Json) -> Vec<String> {
    let field = named(words, detail);
    let field = field.map(|field| words.with("timeline-about", &[("field", field.as_str())]));
    let many = detail["bookings"].as_u64();
    let many = many.map(|many| words.count("timeline-of-many", many, &[]));
    field.into_iter().chain(many).collect()
}

/// `text`, or as much of it as a line of history holds.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::Locale;
    use serde_json::json;

    use super::*;

    fn view(kind: &str, by: Option<Cause>, detail: Json) -> EntryView {
        let entry = Entry {
            at: Instant::parse("2026-11-20T09:00:00Z").unwrap(),
            kind: kind.to_owned(),
            cause: by,
            detail,
        };
        EntryView::new(
            Words::new(Locale::En),
            &entry,
            &[],
            &Zone::parse("Europe/Madrid").unwrap(),
        )
    }

    #[test]
    fn a_move_says_what_it_was_before() {
        let detail = json!({
            "from": "2026-11-24T08:00:00Z", "start": "2026-11-24T10:30:00Z", "end": "2026-11-24T11:30:00Z",
        });
        let seen = view("moved_in_calendar", Some(Cause::Calendar), detail);
        assert!(seen.text.contains("11:30"), "{}", seen.text);
        assert_eq!(seen.details.len(), 1);
        assert!(seen.details[0].contains("9:00"), "{:?}", seen.details);
    }

    #[test]
    fn what_both_changed_names_both_versions_and_the_one_that_counts() {
        let detail = json!({
            "field": "location", "here": { "text": "Room 2" }, "there": { "text": "" }, "counts": "here",
        });
        let seen = view("both_changed", None, detail);
        let [line] = &seen.details[..] else {
            panic!("{:?}", seen.details)
        };
        assert!(
            line.contains("Room 2") && line.contains("the place"),
            "{line}"
        );
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let long = "ñ".repeat(CHARS_MAX + 1);
        let detail = json!({ "title": { "from": "", "to": long } });
        let seen = view("edited", Some(Cause::Admin), detail);
        assert!(seen.details[0].contains(&format!("{}…", "ñ".repeat(CHARS_MAX))));
    }

    #[test]
    fn what_nobody_has_words_for_is_shown_as_it_is() {
        let seen = view("invented", None, json!({ "reason": 7, "start": "never" }));
        assert!(seen.text.contains("invented"), "{}", seen.text);
        assert!(seen.details.is_empty());
        assert!(view("edited", None, json!([])).details.is_empty());
        assert!(
            view("both_changed", None, json!({ "field": "colour" }))
                .details
                .is_empty()
        );
    }
}
