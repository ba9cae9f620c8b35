//! Calendar connections in the words of the pages, for a terminal: the same sentences in every language.

use app::connections::{Cause, Connection, ConnectionState};
use domain::{Instant, Locale};

use crate::i18n::{Words, key};
use crate::pages::admin::connection;
use crate::parts::cause;

/// Everything about `connection`, each a label and a text; times are in UTC.
pub fn lines(locale: Locale, connection: &Connection) -> Vec<(String, String)> {
    let words = Words::new(locale);
    let state = match connection.state {
        ConnectionState::Syncing => key("connection-syncing"),
        ConnectionState::Connected => key("connection-connected"),
        ConnectionState::Error => key("connection-error"),
        ConnectionState::Inactive => key("connection-inactive"),
    };
    let names: Vec<&str> = connection
        .calendars
        .iter()
        .map(|calendar| calendar.name.as_str())
        .collect();
    let synced = connection
        .last_sync_at
        .map_or_else(|| words.say("connection-never"), utc);
    let waiting = words.count("connection-waiting", connection.waiting, &[]);
    let access = words.say(connection::credential(connection.credential));
    let mut lines = vec![
        (
            words.say("connection-account"),
            connection.account_email.clone(),
        ),
        (words.say("connection-credential"), access),
        (words.say("connection-state"), words.say(state)),
        (words.say("connection-calendar"), names.join(", ")),
        (words.say("connection-last-sync"), synced),
        (words.say("connection-changes"), waiting),
        (words.say("connection-proof"), proof(locale, connection)),
    ];
    if let Some(wrong) = connection.cause {
        lines.push((words.say("connection-cause"), sentence(locale, wrong)));
    }
    if let Some(since) = connection.cause_since {
        lines.push((words.say("connection-since"), utc(since)));
    }
    lines
}

/// What a test event has shown (row R6).
pub fn proof(locale: Locale, connection: &Connection) -> String {
    connection::proof(Words::new(locale), connection, utc)
}

/// What `wrong` means and what to do, with its code to search for.
pub fn sentence(locale: Locale, wrong: Cause) -> String {
    let said = Words::new(locale).say(cause::cause(wrong));
    format!("{said} ({})", wrong.as_str())
}

/// That there is no connection, and how to get one.
pub fn none(locale: Locale) -> String {
    Words::new(locale).say("status-none")
}

fn utc(at: Instant) -> String {
    at.to_string()
}
