//! How often a connected calendar is looked at (§12.5): often while somebody looks for a time, seldom while
//! Google tells us of changes, in between otherwise.

use domain::Instant;
use jiff::SignedDuration;

use crate::retry::Jitter;

/// How long after a change a calendar counts as quiet again: people edit in bursts.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The pauses between two looks at one calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// While somebody looks for a time, and Google does not tell us of changes.
    pub interesting: SignedDuration,
    /// Otherwise, without a push channel: after a change, and long after one.
    pub polled: [SignedDuration; 2],
    /// With a live push channel, likewise: a look that finds what a lost message would have told.
    pub pushed: [SignedDuration; 2],
    /// By how many per cent the pause with a channel is drawn shorter or longer, so that calendars connected
    /// together do not stay together.
    pub spread_percent: u8,
}

impl Pace {
    /// The pauses of the reference where `base` is 30 seconds, and in proportion otherwise: 2 to 5 minutes
    /// without push, 10 to 15 with it.
    pub fn from_base(base: SignedDuration) -> Self {
        let times = |n| base.saturating_mul(n);
        Self {
            interesting: base,
            polled: [times(4), times(10)],
            pushed: [times(20), times(30)],
            spread_percent: 25,
        }
    }

    /// The same pause always: for tests and the demonstration.
    pub const fn every(pause: SignedDuration) -> Self {
        Self {
            interesting: pause,
            polled: [pause, pause],
            pushed: [pause, pause],
            spread_percent: 0,
        }
    }
}

/// What is known of a calendar that its pace depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Until when somebody looks for a time that it may block.
    pub(crate) interesting_until: Instant,
    /// When a pull last brought something.
    pub(crate) changed_at: Option<Instant>,
    /// Whether Google tells us of its changes.
    pub(crate) has_push: bool,
}

/// When to look at a calendar that was read at `now` again.
pub(crate) fn next(pace: &Pace, known: Traits, jitter: Jitter, now: Instant) -> Instant {
    let pause = if known.has_push {
        jitter.around(between(pace.pushed, known, now), pace.spread_percent)
    } else if known.interesting_until > now {
        pace.interesting
    } else {
        between(pace.polled, known, now)
    };
    now + pause
}

/// The shorter after a change, the longer an hour later, in proportion between.
fn between([busy, quiet]: [SignedDuration; 2], known: Traits, now: Instant) -> SignedDuration {
    let since = known.changed_at.map_or(QUIET_AFTER, |at| now - at);
    let since = since.clamp(SignedDuration::ZERO, QUIET_AFTER);
    let permille = i32::try_from(since.as_secs() * 1000 / QUIET_AFTER.as_secs()).unwrap_or(1000);
    busy + (quiet - busy).saturating_mul(permille) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(n: i64) -> SignedDuration {
        SignedDuration::from_secs(n)
    }

    #[test]
    fn the_pause_follows_interest_push_and_changes() {
        let now = Instant::parse("2026-11-20T12:00:00Z").unwrap();
        let pace = Pace::from_base(secs(30));
        let (soon, past) = (now + secs(60), now - secs(1));
        let ago = |minutes| Some(now - SignedDuration::from_mins(minutes));
        for (name, interesting_until, changed_at, has_push, draw, expected) in [
            ("interesting", soon, None, false, 0, 30),
            ("interesting no more", past, None, false, 0, 300),
            ("just changed", past, ago(0), false, 0, 120),
            ("changed half an hour ago", past, ago(30), false, 0, 210),
            ("changed yesterday", past, ago(1440), false, 0, 300),
            ("push, quiet, drawn short", soon, None, true, 0, 675),
            ("push, quiet, drawn long", past, None, true, u32::MAX, 1125),
            (
                "push, just changed, in the middle",
                past,
                ago(0),
                true,
                u32::MAX / 2 + 1,
                600,
            ),
        ] {
            let known = Traits {
                interesting_until,
                changed_at,
                has_push,
            };
            let pause = next(&pace, known, Jitter::of(draw), now) - now;
            assert_eq!(pause.as_secs(), expected, "{name}");
        }
    }

    #[test]
    fn an_even_pace_knows_no_difference() {
        let now = Instant::parse("2026-11-20T12:00:00Z").unwrap();
        for has_push in [false, true] {
            for changed_at in [None, Some(now)] {
                let known = Traits {
                    interesting_until: now,
                    changed_at,
                    has_push,
                };
                let next = next(&Pace::every(secs(7)), known, Jitter::of(u32::MAX), now);
                assert_eq!(next - now, secs(7));
            }
        }
    }
}
