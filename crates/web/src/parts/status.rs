//! How things stand with a booking, in a word.

use domain::Instant;
use domain::booking::{Booking, Status};

use crate::i18n::{Words, key};

/// A booking's status as a chip: a word and a sign, never colour alone.
#[derive(Clone, Debug)]
pub(crate) struct StatusView {
    /// The status's stable name.
    pub(crate) code: &'static str,
    pub(crate) label: String,
    /// `good`, `bad` or `calm`.
    pub(crate) tone: &'static str,
}

/// Where `now` lies with respect to a booking that will or did take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It can still be changed.
    Ahead,
    /// It has begun.
    Begun,
    /// It has ended.
    Over,
    /// It does not take place.
    Cancelled,
}

impl Phase {
    /// The phase of `booking` at `now`.
    pub(crate) fn of(booking: &Booking, now: Instant) -> Self {
        match booking.status {
            Status::Cancelled | Status::Declined => Self::Cancelled,
            Status::Completed | Status::NoShow => Self::Over,
            Status::Requested | Status::Unverified | Status::Confirmed => {
                if now >= booking.time.end {
                    Self::Over
                } else if now >= booking.time.start {
                    Self::Begun
                } else {
                    Self::Ahead
                }
            }
        }
    }
}

impl StatusView {
    /// `booking`'s status at `now`.
    pub(crate) fn new(words: Words, booking: &Booking, now: Instant) -> Self {
        Self::of(words, booking.status, Phase::of(booking, now))
    }

    /// The status of a booking in `phase`.
    pub(crate) fn of(words: Words, status: Status, phase: Phase) -> Self {
        let (key, tone) = match (status, phase) {
            (Status::Requested, Phase::Ahead) => (key("status-requested"), "calm"),
            (Status::Unverified, Phase::Ahead) => (key("status-unverified"), "calm"),
            (Status::NoShow, _) => (key("status-no-show"), "bad"),
            (Status::Declined, _) => (key("status-declined"), "bad"),
            (_, Phase::Ahead) => (key("status-scheduled"), "good"),
            (_, Phase::Begun) => (key("status-begun"), "calm"),
            (_, Phase::Over) => (key("status-over"), "calm"),
            (_, Phase::Cancelled) => (key("status-cancelled"), "bad"),
        };
        Self {
            code: status.as_str(),
            label: words.say(key),
            tone,
        }
    }
}
