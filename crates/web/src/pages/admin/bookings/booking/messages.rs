//! What a booking's attendees were and will be told, in words. What was replaced or dropped before it was due was
//! never said, and is not shown.

use app::bookings::{AttendeeMessage, MessageState};
use domain::notice::attendee::Kind;
use domain::{Instant, Zone};

use crate::dates;
use crate::i18n::{Key, Words, key};

/// A message, in words.
#[derive(Clone, Debug)]
pub(crate) struct MessageView {
    /// Its stable code.
    pub(crate) kind: &'static str,
    /// Whether it may be sent already.
    pub(crate) is_due: bool,
    pub(crate) text: String,
    /// RFC 3339, UTC.
    pub(crate) at: String,
    pub(crate) when: String,
}

/// What a message tells, as a sentence about whom it is for.
const fn sentence(kind: Kind) -> Key {
    match kind {
        Kind::Requested => key("message-requested"),
        Kind::Unverified => key("message-unverified"),
        Kind::Confirmed => key("message-confirmed"),
        Kind::Moved => key("message-moved"),
        Kind::Changed => key("message-changed"),
        Kind::Cancelled => key("message-cancelled"),
        Kind::Restored => key("message-restored"),
        Kind::Declined => key("message-declined"),
    }
}

impl MessageView {
    /// `message` as it stands at `now`, with times in `zone`; `None` if it is never said.
    pub(crate) fn new(
        words: Words,
        message: &AttendeeMessage,
        now: Instant,
        zone: &Zone,
    ) -> Option<Self> {
        if message.state != MessageState::Waiting {
            return None;
        }
        let time = dates::moment(words, message.content.standing.time.start, zone);
        let args = [("name", message.name.as_str()), ("time", time.as_str())];
        let text = words.with(sentence(message.kind), &args);
        let due = dates::moment(words, message.due_at, zone);
        let is_due = message.due_at <= now;
        Some(Self {
            kind: message.kind.as_str(),
            is_due,
            text,
            at: message.due_at.to_string(),
            when: if is_due {
                due
            } else {
                words.with("message-waits", &[("when", &due)])
            },
        })
    }
}
