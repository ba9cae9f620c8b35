//! Why a wanted time cannot be had, and which times can (scenarios B5 and B6).

use domain::booking::Refusal;
use domain::{Interval, Zone};

use crate::dates;
use crate::i18n::{Words, key};
use crate::urls;

/// The rule that failed, in words.
#[derive(Clone, Debug)]
pub(crate) struct RefusalView {
    /// The rule's stable code.
    pub(crate) code: &'static str,
    pub(crate) heading: String,
    pub(crate) text: String,
}

impl RefusalView {
    /// A start chosen from a page that was open for a while: `refusal` is the rule it fails now.
    pub(crate) fn before_asking(words: Words, refusal: Refusal) -> Self {
        match refusal {
            Refusal::Taken => Self {
                code: refusal.code(),
                heading: words.say("refused-gone"),
                text: words.say("refused-gone-help"),
            },
            refusal => Self {
                text: words.say("refused-gone-help"),
                ..Self::new(words, refusal)
            },
        }
    }
}

impl RefusalView {
    /// A form that was sent before, when it said something else: the first time counted.
    pub(crate) fn sent_before(words: Words) -> Self {
        Self {
            code: "sent_before",
            heading: words.say("form-sent-before"),
            text: words.say("form-sent-before-help"),
        }
    }

    /// The calendar was not read for too long, and no booking is taken then. The form may be sent again.
    pub(crate) fn stale(words: Words) -> Self {
        Self {
            code: "calendar_stale",
            heading: words.say("refused-stale"),
            text: words.say("refused-stale-help"),
        }
    }

    /// As much was booked from here, or for this person, as may be for now.
    pub(crate) fn too_many(words: Words) -> Self {
        Self {
            code: "too_many_bookings",
            heading: words.say("form-too-many"),
            text: words.say("form-too-many-help"),
        }
    }

    /// What stands in the way of somebody who may book all the same (scenario B7).
    pub(crate) fn in_the_way(words: Words, refusal: Refusal) -> Self {
        let heading = match refusal {
            Refusal::Taken => words.say("refused-in-the-way"),
            refusal => Self::new(words, refusal).heading,
        };
        Self {
            code: refusal.code(),
            heading,
            text: words.say(if can_be_forced(refusal) {
                key("refused-force-help")
            } else {
                key("refused-help")
            }),
        }
    }
}

/// Whether the organization may book over it.
pub(crate) const fn can_be_forced(refusal: Refusal) -> bool {
    !matches!(refusal, Refusal::InPast | Refusal::Full)
}

/// A free time offered instead.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    /// RFC 3339, UTC.
    pub(crate) start: String,
    pub(crate) day: String,
    pub(crate) hours: String,
    /// Where it leads, while nothing has been typed; otherwise it is a button of the form.
    pub(crate) href: Option<String>,
}

impl RefusalView {
    /// `refusal` in words.
    pub(crate) fn new(words: Words, refusal: Refusal) -> Self {
        let (heading, text) = match refusal {
            Refusal::Taken => (key("refused-taken"), key("refused-taken-help")),
            Refusal::Full => (key("refused-full"), key("refused-help")),
            Refusal::InPast => (key("refused-past"), key("refused-help")),
            Refusal::InsideNotice => (key("refused-notice"), key("refused-help")),
            Refusal::BeyondHorizon => (key("refused-horizon"), key("refused-help")),
            Refusal::OutsideHours => (key("refused-hours"), key("refused-help")),
            Refusal::OffGrid => (key("refused-grid"), key("refused-help")),
        };
        Self {
            code: refusal.code(),
            heading: words.say(heading),
            text: words.say(text),
        }
    }
}

/// `times` to choose from, in `zone`: links to `page`, or without one buttons of the form.
pub(crate) fn alternatives(
    words: Words,
    times: &[Interval],
    zone: &Zone,
    page: Option<&str>,
) -> Vec<Alternative> {
    times
        .iter()
        .map(|time| Alternative {
            start: time.start.to_string(),
            day: dates::day_brief(words, time.start.in_zone(zone).date()),
            hours: dates::clock(time.start.in_zone(zone).time()),
            href: page.map(|page| urls::with_start(page, time.start, zone.name())),
        })
        .collect()
}
