//! Push: Google tells us on a channel that a calendar changed (row L11, `google-calendar.md` §12).
//!
//! A push says that something changed, never what, and it may be lost: it marks its calendar dirty, which makes a
//! pull due, and calendars are polled all the same. Whatever goes wrong with channels costs time, never truth.
//!
//! * `arrive`: a push is verified against its channel, and noted at most once.
//! * `open`: due work on a calendar: a channel is opened, and renewed with overlap.
//! * `stop`: due work on a channel: it is stopped, also after its connection was disconnected and before its
//!   grant is given back.
//! * `renewal`: when to open the next one.
//! * `warn`: the message that there is no channel any more.
//!
//! Channels cannot be listed (§12.4): the row of each is committed before Google is asked for it.

mod arrive;
mod open;
mod renewal;
mod state;
mod stop;
mod warn;

use domain::{CalendarId, Instant};
use jiff::SignedDuration;
use store::tables::channels;
use store::{StoreError, Tx};
use url::Url;

pub use arrive::{ArriveError, Arrived, arrived};
pub use google::push::{BadNotice, Notice, ResourceState};
pub(crate) use open::step as open_step;
pub use state::{Problem, Push, PushState};
pub(crate) use state::{Stands, read};
pub(crate) use stop::step as stop_step;

use crate::App;

/// Where pushes arrive, below the public URL.
pub const PATH: &str = "/webhooks/google-calendar";

/// How long the row of an ended channel is kept: pushes on it may come late, for stopping takes Google a while
/// (§12.4).
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 3);

/// Most rows forgotten at once.
const SWEPT_AT_ONCE: i64 = 250;

/// Wants channels as the settings say, whatever they said before: to the present address, or none at all.
/// Called once when a process begins.
pub(crate) fn begin(
    tx: &mut dyn Tx,
    address: Option<&Url>,
    now: Instant,
) -> Result<(), StoreError> {
    match address {
        Some(address) => channels::reopen(tx, address.as_str(), now)?,
        None => {
            warn::over_everywhere(tx)?;
            channels::end_all(tx, now)?
        }
    };
    Ok(())
}

/// Ends every channel of a calendar that is taken away: nothing is to be told of it any more.
pub(crate) fn leave(tx: &mut dyn Tx, calendar: CalendarId, now: Instant) -> Result<(), StoreError> {
    channels::end_others(tx, calendar, "", now)?;
    warn::over(tx, calendar)
}

/// Forgets channels that ended long ago.
pub(crate) fn forget_old(tx: &mut dyn Tx, now: Instant) -> Result<(), StoreError> {
    channels::sweep(tx, now - KEPT, SWEPT_AT_ONCE).map(drop)
}

/// Where pushes are to go; `None` where calendars are polled only.
fn address(app: &App) -> Option<&Url> {
    app.settings().webhook_url.as_ref()
}
