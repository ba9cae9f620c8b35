//! Before the call: take the lease, plan, and write the intent down.

use domain::{Instant, LinkId, fault};
use google::event_id::event_id;
use store::tables::leases::{self, Lease};
use store::tables::links;
use store::{Lane, StoreError, Tx};

use super::advance::advance;
use super::call::Call;
use super::{Draws, Loaded, Prepared, Ready, elsewhere, history, load, through};
use crate::due::LEASE;
use crate::{App, credentials, quota};

pub(super) async fn prepare(app: &App, id: LinkId) -> Result<Prepared, StoreError> {
    let mut draws = Draws::new(app);
    let inner = app.clone();
    app.store()
        .unit(Lane::Background, "links.prepare", move |tx| {
            draws.pen.restart();
            let Some(connection) = through(tx, id, draws.now)? else {
                return Ok(Prepared::Nothing);
            };
            let until = draws.now + LEASE;
            let free_by = if fault!(7) { Instant::MAX } else { draws.now };
            let Some(lease) = leases::take(tx, connection, free_by, until)? else {
                // Another worker was faster; whoever it is looks at what is due afterwards.
                return Ok(Prepared::Nothing);
            };
            let is_due = |l: &Loaded| l.row.run_at <= draws.now && l.connection.id == connection;
            // It may have followed its event to another connection meanwhile.
            let Some(mut loaded) = load(tx, id)?.filter(is_due) else {
                leases::give_back(tx, lease)?;
                return Ok(Prepared::Nothing);
            };
            elsewhere::doubt(tx, &mut loaded, draws.now)?;
            let is_first = loaded.row.link.inflight.is_none();
            let mut prepared = match advance(tx, &mut loaded, &mut draws)? {
                None => {
                    leases::give_back(tx, lease)?;
                    Prepared::Nothing
                }
                Some(call) => equip(tx, &inner, &mut loaded, call, lease, &draws)?,
            };
            if let Prepared::Call(ready) = &mut prepared {
                if is_first && matches!(ready.call, Call::Delete) {
                    history::lost_with(tx, &loaded, &mut draws)?;
                }
                history::ask(tx, &loaded, ready, &mut draws)?;
            }
            links::update(tx, &loaded.row)?;
            Ok(prepared)
        })
        .await
}

/// Adds the token and the intent to a call; asks for a renewal when there is no good token, and lets the
/// connection rest when its quota is used up.
fn equip(
    tx: &mut dyn Tx,
    app: &App,
    loaded: &mut Loaded,
    call: Call,
    lease: Lease,
    draws: &Draws,
) -> Result<Prepared, StoreError> {
    // A token that does not open is as good as none.
    let token = credentials::current(app, &loaded.connection, draws.now).unwrap_or_default();
    let Some(access_token) = token else {
        return Ok(Prepared::Renew(Box::new(loaded.connection.clone()), lease));
    };
    let account = &loaded.connection.account_sub;
    if let Some(at) = quota::spend(tx, app, account, call.cost(), draws.now)? {
        leases::rest(tx, lease, at)?;
        return Ok(Prepared::Nothing);
    }
    let row = &mut loaded.row;
    if fault!(1) && row.link.ours.is_none() && !matches!(call, Call::Delete) {
        let draw: [u8; 16] = app.chance().bytes("fault");
        row.event_id = event_id("fault", "fault", &draw, 0);
    }
    let intent = call.write().map(|(op, fields)| row.link.intend(op, fields));
    if fault!(3) {
        row.link.inflight = None;
    }
    Ok(Prepared::Call(Box::new(Ready {
        lease,
        link: row.id,
        event_id: row.event_id.clone(),
        made: row.made(),
        google_id: loaded.calendar.google_id.clone(),
        access_token,
        call,
        intent,
        told: None,
    })))
}
