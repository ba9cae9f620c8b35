//! Lines of a booking's history that tell of calls to Google: what was asked, how often, and what came
//! back (scenario D1).

use app::bookings::Entry;
use domain::{Instant, Zone};

use super::history::EntryView;
use crate::dates;
use crate::i18n::{Key, Words, key};

/// The kind of such a line.
pub(super) const KIND: &str = "calendar_call";

/// The line in words, with times in `zone`.
pub(super) fn view(words: Words, entry: &Entry, zone: &Zone) -> EntryView {
    let detail = &entry.detail;
    let text = words.say(asked(detail["asked"].as_str().unwrap_or_default()));
    let times = detail["times"].as_u64().unwrap_or(0);
    let last = detail["last_at"].as_str();
    let last = last.and_then(|at| Instant::parse(at).ok());
    let (first, last) = (entry.at, last.unwrap_or(entry.at));
    let moment = |at| dates::moment(words, at, zone);
    EntryView {
        kind: entry.kind.clone(),
        text: if times > 1 {
            words.count("timeline-times", times, &[("what", &text)])
        } else {
            text
        },
        details: vec![answers(words, entry)],
        at: first.to_string(),
        when: if moment(first) == moment(last) {
            moment(first)
        } else {
            words.with(
                "timeline-span",
                &[("first", &moment(first)), ("last", &moment(last))],
            )
        },
    }
}

fn asked(name: &str) -> Key {
    match name {
        "insert" => key("timeline-asked-insert"),
        "change" => key("timeline-asked-change"),
        "remove" => key("timeline-asked-remove"),
        _ => key("timeline-asked-look"),
    }
}

/// What came back, each kind once with its number, and Google's own words for the last.
fn answers(words: Words, entry: &Entry) -> String {
    let detail = &entry.detail;
    let counted = detail["answers"].as_object().into_iter().flatten();
    let mut said: Vec<_> = counted
        .map(|(code, count)| {
            let answer = words.say(answer(code));
            match count.as_u64().unwrap_or(1) {
                0 | 1 => answer,
                count => format!("{answer} (× {count})"),
            }
        })
        .collect();
    let reason = detail["reason"].as_str().unwrap_or_default();
    if !reason.is_empty() {
        said.push(words.with("google-said", &[("said", reason)]));
    }
    if detail["is_waiting"] == true {
        said.push(words.say("answer-waiting"));
    }
    said.join(" · ")
}

fn answer(code: &str) -> Key {
    match code {
        "found" => key("answer-found"),
        "deleted" => key("answer-deleted"),
        "not_found" => key("answer-not-found"),
        "foreign" => key("answer-foreign"),
        "rate_limited" => key("answer-rate-limited"),
        "no_answer" => key("answer-none"),
        "not_sent" => key("answer-not-sent"),
        "not_heard" => key("answer-not-heard"),
        "token_refused" => key("answer-token-refused"),
        "scope_missing" => key("answer-scope-missing"),
        "id_taken" => key("answer-id-taken"),
        "changed" => key("answer-changed"),
        "refused" => key("answer-refused"),
        _ => key("answer-unexpected"),
    }
}
