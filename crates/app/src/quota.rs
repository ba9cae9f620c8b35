//! How fast Google may be asked: a budget for each account and one for our project, shared by all
//! processes; slower after a refusal, and back to the granted pace with each success.

use domain::Instant;
use google::CallError;
use jiff::SignedDuration;
use store::tables::leases::{self, Lease};
use store::tables::quotas::{self, Rate};
use store::{StoreError, Tx};

use crate::App;

/// The subject that stands for our project in the Google Cloud console.
const PROJECT: &str = "project";

/// What Google grants a project made today, in units a minute; reference `google-calendar.md` §14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Of one account.
    pub per_account: u32,
    /// Of the whole project.
    pub per_project: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            per_account: 600,
            per_project: 10_000,
        }
    }
}

/// Of what is granted a minute, a tenth may be spent at once and the rest comes back within the
/// minute: in no minute is it more than all.
const AT_ONCE: u32 = 10;

fn rate(per_minute: u32) -> Rate {
    let burst = (per_minute / AT_ONCE).max(1);
    let steady = per_minute.saturating_sub(burst).max(1);
    Rate {
        interval: SignedDuration::from_micros(60_000_000 / i64::from(steady)),
        burst,
    }
}

/// Spends what one call costs, or gives the instant before which it must not be made.
pub(crate) fn spend(
    tx: &mut dyn Tx,
    app: &App,
    account: &str,
    cost: u32,
    now: Instant,
) -> Result<Option<Instant>, StoreError> {
    let Quota {
        per_account,
        per_project,
    } = granted(app);
    if let Some(at) = quotas::spend(tx, &subject(account), cost, rate(per_account), now)? {
        return Ok(Some(at));
    }
    quotas::spend(tx, PROJECT, cost, rate(per_project), now)
}

/// Heeds what an answer says about the pace: a call that was taken eases a slowed one; one that was
/// refused as too many slows it, and the connection rests until the instant given with the refusal.
/// The lease has been given back.
pub(crate) fn heed(
    tx: &mut dyn Tx,
    app: &App,
    account: &str,
    lease: Lease,
    answer: Result<(), (&CallError, Instant)>,
) -> Result<(), StoreError> {
    let rate = rate(granted(app).per_account);
    match answer {
        Ok(()) => quotas::ease(tx, &subject(account), rate),
        Err((error, until)) if error.is_rate_limit() => {
            leases::rest(tx, lease, until)?;
            quotas::slow(tx, &subject(account), rate, until)
        }
        Err(_) => Ok(()),
    }
}

/// Without Google nothing is asked of it.
fn granted(app: &App) -> Quota {
    let google = app.settings().google.as_ref();
    google.map_or_else(|_| Quota::default(), |google| google.quota)
}

fn subject(account: &str) -> String {
    format!("account {account}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_than_is_granted() {
        for per_minute in [1, 7, 600, 10_000] {
            let rate = rate(per_minute);
            let back = 60_000_000 / rate.interval.as_micros();
            assert!(
                i128::from(rate.burst) + back <= i128::from(per_minute).max(2),
                "{per_minute}: {rate:?}"
            );
        }
    }
}
