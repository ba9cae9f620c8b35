//! Freshness: how old what is known of the calendars is, what a booking may therefore become, and how interest
//! in a time keeps it young (design section 9).
//!
//! Nothing here asks Google: interest and questions only let pulls be due sooner.

use std::collections::BTreeMap;
use std::pin::Pin;

use domain::freshness::{Verdict, decide};
use domain::{CalendarId, HostId, Instant};
use jiff::SignedDuration;
use store::tables::busy::{self, Freshness};
use store::tables::connections::State;
use store::tables::organizations::{MirrorAge, Organization};
use store::tables::{calendars, event_types, organizations};
use store::{Lane, StoreError, Topic, Tx};

use crate::App;

/// How long a calendar is looked at often after somebody looked for a time that it may block.
pub const INTEREST_TTL: SignedDuration = SignedDuration::from_mins(10);
/// Interest is written down anew when less than this is left of it: once in three minutes at most.
const INTEREST_ENOUGH: SignedDuration = SignedDuration::from_mins(7);
/// What was read this lately is not asked for again when a slot is chosen.
const CHOSEN_FRESH: SignedDuration = SignedDuration::from_secs(10);
/// What was read this lately is recent enough for a booking to be decided on without another look.
pub const RECENT: SignedDuration = SignedDuration::from_secs(60);

/// What is known of one calendar that blocks a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name: for those whose it is, never for visitors.
    pub name: String,
    /// Everything that was in it then is counted; `None` when it was never read.
    pub as_of: Option<Instant>,
    /// Why it is older than its organization wants; `None` when it is not.
    pub stale: Option<StaleReason>,
}

/// Why what is known of a calendar is old (scenario F3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleReason {
    /// It was never read yet.
    NeverRead,
    /// Its connection needs somebody.
    Connection,
    /// The last tries to read it failed.
    Failing,
    /// It was not read for long, and nothing says why.
    NotRead,
}

impl StaleReason {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverRead => "never_read",
            Self::Connection => "connection",
            Self::Failing => "failing",
            Self::NotRead => "not_read",
        }
    }

    fn of(known: &Freshness) -> Self {
        match known {
            _ if known.state == State::Error => Self::Connection,
            _ if known.failures > 0 => Self::Failing,
            _ if known.as_of.is_none() => Self::NeverRead,
            _ => Self::NotRead,
        }
    }
}

/// The calendars that block one of `hosts`, each once.
pub(crate) fn blocking(
    tx: &mut dyn Tx,
    hosts: impl IntoIterator<Item = HostId>,
) -> Result<Vec<Freshness>, StoreError> {
    let mut all = BTreeMap::new();
    for host in hosts {
        let found = busy::freshness(tx, host)?;
        all.extend(found.into_iter().map(|known| (known.calendar, known)));
    }
    Ok(all.into_values().collect())
}

/// What is known of `calendars`, as their organization sees it.
pub(crate) fn known(
    organization: &Organization,
    calendars: &[Freshness],
    now: Instant,
) -> BTreeMap<CalendarId, Known> {
    let policy = &organization.freshness;
    let one = |known: &Freshness| Known {
        name: known.name.clone(),
        as_of: known.as_of,
        stale: policy
            .is_stale(known.as_of, now)
            .then(|| StaleReason::of(known)),
    };
    calendars.iter().map(|c| (c.calendar, one(c))).collect()
}

/// What may become of a booking of `hosts`. Asks the store only where a calendar of the organization is stale
/// at all.
pub(crate) fn judge(
    tx: &mut dyn Tx,
    organization: &Organization,
    age: MirrorAge,
    hosts: &[HostId],
    now: Instant,
) -> Result<Verdict, StoreError> {
    let policy = &organization.freshness;
    if age
        .oldest
        .is_none_or(|oldest| !policy.is_stale(Some(oldest), now))
    {
        return Ok(Verdict::Fresh);
    }
    let calendars = blocking(tx, hosts.iter().copied())?;
    Ok(decide(policy, calendars.into_iter().map(|c| c.as_of), now))
}

/// Lets `calendars` be looked at often for a while: somebody looks for a time that they may block. Writes only
/// for those whose interest ends soon. A failure is no reason to keep an answer back.
pub(crate) async fn interest(app: &App, calendars: &[Freshness], now: Instant) {
    let enough = now + INTEREST_ENOUGH;
    let often = app.settings().pace.interesting;
    let wanting: Vec<(CalendarId, Instant)> = calendars
        .iter()
        .filter(|known| known.interesting_until < enough)
        .map(|known| {
            let first = known.as_of.map_or(now, |as_of| as_of + often);
            (known.calendar, first.max(now))
        })
        .collect();
    if wanting.is_empty() {
        return;
    }
    let noted = app
        .store()
        .unit(Lane::Background, "freshness.interest", move |tx| {
            for (calendar, first) in &wanting {
                let until = (now + INTEREST_TTL, enough);
                calendars::interest(tx, *calendar, until, *first)?;
            }
            tx.wake(Topic::DueWork);
            Ok::<_, StoreError>(())
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "interest in calendars could not be noted");
    }
}

/// Lets the calendars behind an event type be pulled at once: somebody has chosen one of its slots. Nothing
/// where all were read, or asked for, just now. A failure is no reason to keep an answer back.
pub async fn choose(app: &App, organization: &str, event_type: &str) {
    let now = app.now();
    let slugs = (organization.to_owned(), event_type.to_owned());
    let chosen = app
        .store()
        .unit(Lane::Read, "freshness.chosen", move |tx| {
            let Some((organization, age)) = organizations::by_slug_with_age(tx, &slugs.0)? else {
                return Ok(Vec::new());
            };
            if age.oldest_askable.is_none_or(|at| at > now - CHOSEN_FRESH) {
                return Ok(Vec::new());
            }
            let found = event_types::by_slug(tx, organization.id, &slugs.1)?;
            let hosts = found.into_iter().flat_map(|found| found.hosts);
            blocking(tx, hosts.map(|host| host.id))
        })
        .await;
    let asked = match chosen {
        Ok(calendars) => ask(app, &calendars, now).await,
        Err(error) => Err(error),
    };
    if let Err(error) = asked {
        tracing::warn!(%error, "a pull could not be asked for");
    }
}

/// Whether asking for a pull of a calendar may bring something soon: a first listing, or one that fails, takes
/// as long as it takes.
fn is_askable(known: &Freshness) -> bool {
    known.state == State::Connected && known.failures == 0 && known.as_of.is_some()
}

async fn ask(app: &App, calendars: &[Freshness], now: Instant) -> Result<(), StoreError> {
    let since = Some(now - CHOSEN_FRESH);
    let wanting: Vec<CalendarId> = calendars
        .iter()
        .filter(|known| is_askable(known) && known.as_of.max(Some(known.asked_at)) <= since)
        .map(|known| known.calendar)
        .collect();
    if wanting.is_empty() {
        return Ok(());
    }
    app.store()
        .unit(Lane::Interactive, "freshness.ask", move |tx| {
            for calendar in &wanting {
                calendars::ask(tx, *calendar, now)?;
            }
            tx.wake(Topic::DueWork);
            Ok(())
        })
        .await
}

/// A look at calendars that somebody awaits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    calendars: Vec<CalendarId>,
    at: Instant,
    who: Waiting,
}

/// Who awaits a look: it decides how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Whoever books, and may book without it.
    Booker,
    /// Whoever asked for nothing but the look.
    Asker,
}

impl Look {
    /// A look that was asked for at `at`, for whoever wanted nothing else.
    pub(crate) const fn asked(calendars: Vec<CalendarId>, at: Instant) -> Self {
        let who = Waiting::Asker;
        Self { calendars, at, who }
    }

    /// Who awaits it.
    pub const fn who(&self) -> Waiting {
        self.who
    }
}

/// Whoever waits for looks: `server`, which alone has a clock to wait by.
pub trait Patience: Send + Sync {
    /// Waits until `look` is over, a moment at most.
    fn wait(&self, look: Look) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Lets the calendars of `hosts` be pulled at once if they were not read lately and can be: whoever decides
/// then may wait a moment. Part of the unit that would decide.
pub(crate) fn look(
    tx: &mut dyn Tx,
    age: MirrorAge,
    hosts: impl IntoIterator<Item = HostId>,
    now: Instant,
) -> Result<Option<Look>, StoreError> {
    if age.oldest_askable.is_none_or(|at| at >= now - RECENT) {
        return Ok(None);
    }
    let calendars: Vec<CalendarId> = blocking(tx, hosts)?
        .iter()
        .filter(|known| is_askable(known) && known.as_of < Some(now - RECENT))
        .map(|known| known.calendar)
        .collect();
    for calendar in &calendars {
        calendars::ask(tx, *calendar, now)?;
    }
    if calendars.is_empty() {
        return Ok(None);
    }
    tx.wake(Topic::DueWork);
    let who = Waiting::Booker;
    Ok(Some(Look {
        calendars,
        at: now,
        who,
    }))
}

/// Whether a look is over: every calendar was read since, or cannot be.
///
/// # Errors
/// [`StoreError`].
pub async fn is_over(app: &App, look: &Look) -> Result<bool, StoreError> {
    let look = look.clone();
    app.store()
        .unit(Lane::Read, "freshness.is_over", move |tx| {
            for id in &look.calendars {
                let found = calendars::by_id(tx, *id)?;
                let waits = |c: &calendars::Calendar| {
                    c.failures == 0 && c.position.as_of.is_none_or(|as_of| as_of < look.at)
                };
                if found.is_some_and(|calendar| waits(&calendar)) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
}
