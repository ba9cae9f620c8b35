//! Freshness: what a booking may rest on when a calendar could not be read for a while.
//!
//! *As of* is the time at which the first request of a calendar's last completed pull was sent: whatever
//! stood in it then is counted. A calendar never read yet is stale, however young its connection. Which
//! calendars count is the caller's: those that block a host who takes the booking, of connections that
//! are not inactive.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::fault;
use crate::time::Instant;

/// What an organization wants done with a booking that rests on a stale calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnStale {
    /// Take it as any other.
    Allow,
    /// Take it, unverified, until the calendar was read.
    #[default]
    Tentative,
    /// Do not take it.
    Refuse,
}

impl OnStale {
    /// Its stable name in the store and in presets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Tentative => "tentative",
            Self::Refuse => "refuse",
        }
    }

    /// The one of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allow, Self::Tentative, Self::Refuse]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// An organization's wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What to do.
    pub on_stale: OnStale,
    /// How old what is known of a calendar may be.
    pub stale_after: SignedDuration,
}

impl Policy {
    /// Shortest limit: longer than the slowest pace at which calendars are looked at.
    pub const MINUTES_MIN: i64 = 30;
    /// Longest limit: thirty days.
    pub const MINUTES_MAX: i64 = 30 * 24 * 60;
    /// The limit of who chose none: a day.
    pub const MINUTES_DEFAULT: i64 = 24 * 60;

    /// A limit of so many minutes.
    ///
    /// # Errors
    /// [`BadLimit`] when it is shorter than [`Policy::MINUTES_MIN`] or longer than [`Policy::MINUTES_MAX`].
    pub fn stale_after(minutes: i64) -> Result<SignedDuration, BadLimit> {
        let allowed = Self::MINUTES_MIN..=Self::MINUTES_MAX;
        let limit = Some(minutes).filter(|minutes| allowed.contains(minutes));
        limit.map(SignedDuration::from_mins).ok_or(BadLimit)
    }

    /// Whether what is known of a calendar as of `as_of` is too old at `now`.
    pub fn is_stale(&self, as_of: Option<Instant>, now: Instant) -> bool {
        as_of.is_none_or(|as_of| now - as_of > self.stale_after)
    }
}

/// No limit there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give {} to {} minutes", Policy::MINUTES_MIN, Policy::MINUTES_MAX)]
pub struct BadLimit;

impl Default for Policy {
    fn default() -> Self {
        Self {
            on_stale: OnStale::default(),
            stale_after: SignedDuration::from_mins(Self::MINUTES_DEFAULT),
        }
    }
}

/// How old what a booking rests on is, where that is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// As of when the calendar longest unread is known; `None` when one was never read.
    pub as_of: Option<Instant>,
}

/// What may be done with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every calendar is fresh, or there is none.
    Fresh,
    /// Take it, and say so.
    Allowed(Stale),
    /// Take it unverified.
    Unverified(Stale),
    /// Do not take it.
    Refused(Stale),
}

impl Verdict {
    /// What it rests on, where that is too old.
    pub const fn stale(self) -> Option<Stale> {
        match self {
            Self::Fresh => None,
            Self::Allowed(stale) | Self::Unverified(stale) | Self::Refused(stale) => Some(stale),
        }
    }
}

/// The calendar that is stale for longest, of those known as of `calendars`.
pub fn stale(
    policy: &Policy,
    calendars: impl IntoIterator<Item = Option<Instant>>,
    now: Instant,
) -> Option<Stale> {
    calendars
        .into_iter()
        .filter(|as_of| policy.is_stale(*as_of, now))
        // Never is longer ago than any time.
        .min()
        .map(|as_of| Stale { as_of })
}

/// Decides about a booking whose hosts are blocked by calendars known as of `calendars`.
pub fn decide(
    policy: &Policy,
    calendars: impl IntoIterator<Item = Option<Instant>>,
    now: Instant,
) -> Verdict {
    match (stale(policy, calendars, now), policy.on_stale) {
        (None, _) => Verdict::Fresh,
        _ if fault!(19) => Verdict::Fresh,
        (Some(stale), OnStale::Allow) => Verdict::Allowed(stale),
        (Some(stale), OnStale::Tentative) => Verdict::Unverified(stale),
        (Some(stale), OnStale::Refuse) => Verdict::Refused(stale),
    }
}

/// What became of an unverified booking, looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Not every calendar was read since.
    Wait,
    /// Its time is free, or it is over and nothing hangs on it any more.
    Confirm,
    /// Something else stands there: a person decides.
    Overlaps,
}

/// Whether a booking that is unverified since `since` and ends at `ends_at` can be confirmed: when every
/// calendar that blocks its hosts was read after that, and nothing foreign overlaps it.
pub fn verify(
    since: Instant,
    ends_at: Instant,
    calendars: impl IntoIterator<Item = Option<Instant>>,
    is_overlapped: bool,
    now: Instant,
) -> Verification {
    let mut calendars = calendars.into_iter();
    match () {
        () if ends_at <= now => Verification::Confirm,
        () if calendars.any(|as_of| as_of.is_none_or(|as_of| as_of <= since)) => Verification::Wait,
        () if is_overlapped && !fault!(20) => Verification::Overlaps,
        () => Verification::Confirm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Instant {
        Instant::parse("2026-11-20T12:00:00Z").unwrap() + SignedDuration::from_hours(hours)
    }

    fn policy(on_stale: OnStale) -> Policy {
        Policy {
            on_stale,
            ..Policy::default()
        }
    }

    /// scenario D5: older than the owner's limit the policy applies, younger it does not.
    #[test]
    fn a_calendar_is_stale_beyond_the_limit_and_when_it_was_never_read() {
        let stale = |as_of| Some(Stale { as_of });
        for (name, calendars, expected) in [
            ("none", vec![], None),
            ("just read", vec![Some(at(0))], None),
            ("read a day ago", vec![Some(at(-24))], None),
            (
                "read 25 hours ago",
                vec![Some(at(-25))],
                stale(Some(at(-25))),
            ),
            ("never read", vec![None], stale(None)),
            (
                "one of two",
                vec![Some(at(0)), Some(at(-30))],
                stale(Some(at(-30))),
            ),
            (
                "two, the older counts",
                vec![Some(at(-26)), Some(at(-30))],
                stale(Some(at(-30))),
            ),
            (
                "one never, one long ago",
                vec![Some(at(-30)), None],
                stale(None),
            ),
        ] {
            let policy = policy(OnStale::Refuse);
            assert_eq!(super::stale(&policy, calendars, at(0)), expected, "{name}");
        }
    }

    #[test]
    fn each_policy_has_its_verdict() {
        let old = Stale {
            as_of: Some(at(-25)),
        };
        for (on_stale, expected) in [
            (OnStale::Allow, Verdict::Allowed(old)),
            (OnStale::Tentative, Verdict::Unverified(old)),
            (OnStale::Refuse, Verdict::Refused(old)),
        ] {
            let decided = decide(&policy(on_stale), [old.as_of], at(0));
            assert_eq!((decided, decided.stale()), (expected, Some(old)));
            assert_eq!(
                decide(&policy(on_stale), [Some(at(-24))], at(0)),
                Verdict::Fresh
            );
            assert_eq!(OnStale::from_name(on_stale.as_str()), Some(on_stale));
        }
        assert_eq!(OnStale::default(), OnStale::Tentative);
    }

    #[test]
    fn a_booking_is_verified_when_every_calendar_was_read_since_and_shows_nothing() {
        let (since, end) = (at(0), at(48));
        for (name, calendars, is_overlapped, now, expected) in [
            ("never read", vec![None], false, at(1), Verification::Wait),
            (
                "not since",
                vec![Some(at(0))],
                false,
                at(1),
                Verification::Wait,
            ),
            (
                "one of two",
                vec![Some(at(1)), Some(at(-9))],
                false,
                at(1),
                Verification::Wait,
            ),
            (
                "not since, and busy",
                vec![Some(at(-9))],
                true,
                at(1),
                Verification::Wait,
            ),
            (
                "both",
                vec![Some(at(1)), Some(at(1))],
                false,
                at(1),
                Verification::Confirm,
            ),
            ("none is left", vec![], false, at(1), Verification::Confirm),
            (
                "busy",
                vec![Some(at(1))],
                true,
                at(1),
                Verification::Overlaps,
            ),
            ("over", vec![None], true, at(48), Verification::Confirm),
        ] {
            let decided = verify(since, end, calendars, is_overlapped, now);
            assert_eq!(decided, expected, "{name}");
        }
    }
}
