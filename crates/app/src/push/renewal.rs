//! When to open the next channel of a calendar: well before the end that Google granted (§12.4, row V4).

use domain::{Chance, Instant};
use jiff::SignedDuration;

/// What we ask for, and Google's own default: a channel that is lost to us is lost for no longer (§1).
pub(super) const TTL: SignedDuration = SignedDuration::from_hours(24 * 7);
/// So long before its end a channel is renewed.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// One that lives shorter than this is renewed at half its life.
const SHORT: SignedDuration = SignedDuration::from_hours(96);
/// After a try that failed.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// After what a person has to mend.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// However short a life is granted, channels are not opened one after another.
const LEAST: SignedDuration = SignedDuration::from_mins(1);

/// How much earlier or later than the others, drawn before the unit that may need it: channels opened together
/// are not renewed together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread(u32);

impl Spread {
    pub(super) fn draw(chance: &dyn Chance) -> Self {
        Self(u32::from_le_bytes(chance.bytes("push_spread")))
    }

    /// Up to an eighth of `span`.
    fn of(self, span: SignedDuration) -> SignedDuration {
        let eighth = i64::try_from(span.as_millis() / 8).unwrap_or(i64::MAX);
        let drawn = i128::from(eighth) * i128::from(self.0) / i128::from(u32::MAX);
        SignedDuration::from_millis(i64::try_from(drawn).unwrap_or(0))
    }

    /// When to renew a channel asked for at `asked_at` that ends at `expires_at`.
    pub(super) fn renewal(self, asked_at: Instant, expires_at: Instant) -> Instant {
        let life = expires_at - asked_at;
        let ahead = if life < SHORT { life / 2 } else { AHEAD };
        // Earlier, never later.
        let at = expires_at - ahead - self.of(ahead);
        at.max(asked_at + LEAST)
    }

    /// When to try again what may go better by itself.
    pub(super) fn retry(self, now: Instant) -> Instant {
        now + HOUR + self.of(HOUR)
    }

    /// When to try again what a person has to mend.
    pub(super) fn rare(self, now: Instant) -> Instant {
        now + DAY + self.of(DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// row V4: 48 hours before the end, or at half the life when that is under 96 hours; never later.
    #[test]
    fn a_channel_is_renewed_well_before_its_end() {
        let asked = Instant::from_micros(1_800_000_000_000_000);
        let hours = SignedDuration::from_hours;
        for (life, latest) in [
            (hours(168), hours(120)),
            (hours(96), hours(48)),
            (hours(95), hours(95) / 2),
            (hours(2), hours(1)),
        ] {
            let at = |draw| Spread(draw).renewal(asked, asked + life) - asked;
            assert_eq!(at(0), latest, "{life:?}");
            let ahead = life - latest;
            assert_eq!(at(u32::MAX), latest - ahead / 8, "{life:?}");
        }
        for life in [hours(0), hours(-5), SignedDuration::from_secs(1)] {
            let at = Spread(7).renewal(asked, asked + life);
            assert_eq!(at - asked, LEAST, "{life:?}");
        }
    }

    #[test]
    fn tries_are_hourly_or_daily_and_spread() {
        let now = Instant::from_micros(0);
        assert_eq!(Spread(0).retry(now) - now, HOUR);
        assert_eq!(Spread(u32::MAX).retry(now) - now, HOUR + HOUR / 8);
        assert_eq!(Spread(0).rare(now) - now, DAY);
    }
}
