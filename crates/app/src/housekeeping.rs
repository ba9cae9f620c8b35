//! Forgetting what need not be kept: called now and then by whoever runs the app.

use jiff::SignedDuration;
use store::tables::{allowances, attendee_messages, holds, idempotency, links, mirror, quotas};
use store::{Lane, StoreError};

use crate::{App, push};

/// How long after its booking's end an event is still followed.
pub const FOLLOWED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How long after its booking's end what attendees were told of it is kept: as long as its event is followed.
pub const REMEMBERED: SignedDuration = FOLLOWED;

/// Messages forgotten in one unit.
const FORGOTTEN_AT_ONCE: i64 = 250;

/// Most links shrunk at once: so many bookings an hour are more than one database takes.
const SHRUNK_AT_ONCE: i64 = 250;

/// Rows of the mirror that count no more, forgotten in one unit.
const SWEPT_AT_ONCE: i64 = 250;

/// Forgets channels that ended days ago, remembered decisions, allowances, quotas and holds whose time is over, what is known of the
/// events of bookings that ended [`FOLLOWED`] ago, what their attendees were told ([`REMEMBERED`]), and what the mirror knew before it was listed anew. Small
/// units; call it about hourly.
///
/// # Errors
/// [`StoreError`]; the rest is forgotten the next time.
pub async fn run(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .unit(Lane::Background, "housekeeping.run", move |tx| {
            idempotency::forget_old(tx, now)?;
            allowances::forget_full(tx, now)?;
            quotas::forget_full(tx, now)?;
            holds::forget_expired(tx, now)?;
            push::forget_old(tx, now)?;
            links::shrink(tx, now - FOLLOWED, SHRUNK_AT_ONCE).map(drop)
        })
        .await?;
    loop {
        let forgotten = app
            .store()
            .unit(Lane::Background, "housekeeping.messages", move |tx| {
                attendee_messages::forget_old(tx, now - REMEMBERED, FORGOTTEN_AT_ONCE)
            })
            .await?;
        if forgotten == 0 {
            break;
        }
    }
    loop {
        let swept = app
            .store()
            .unit(Lane::Background, "housekeeping.sweep", |tx| {
                mirror::sweep(tx, SWEPT_AT_ONCE)
            })
            .await?;
        if swept == 0 {
            return Ok(());
        }
    }
}
