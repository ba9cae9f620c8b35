//! What a page says of events that are to become bookings: noted, in the unit that keeps the page. Making
//! bookings of them is due work of its own ([`crate::bookings::import_step`]).

use std::collections::BTreeMap;

use domain::sync::import::{Incoming, importable};
use domain::{CalendarId, Instant};
use google::pull::Item;
use store::tables::claims::SPAN_MAX;
use store::tables::{incoming, links};
use store::{StoreError, Tx};

/// Notes which of `items` are to become bookings, and forgets those that no longer are. Only pages of two-way
/// calendars say enough of an event. One that has a link of any kind is not new, whatever became of its booking.
pub(super) fn note(
    tx: &mut dyn Tx,
    calendar: CalendarId,
    items: &[Item],
    now: Instant,
) -> Result<(), StoreError> {
    let mut wanted = BTreeMap::new();
    let mut others = Vec::new();
    for item in items {
        let Some(standing) = &item.standing else {
            continue;
        };
        let id = item.foreign.id.as_str();
        match arrived(item, standing, now) {
            Some(event) => {
                wanted.insert(id, event);
            }
            None => {
                // Of two looks at one event on a page the later counts.
                wanted.remove(id);
                others.push(id);
            }
        }
    }
    if wanted.is_empty() && others.is_empty() {
        return Ok(());
    }
    incoming::remove(tx, calendar, others)?;
    let known = links::of_events(tx, calendar, wanted.keys().copied())?;
    for (id, event) in wanted {
        if !known.contains_key(id) {
            incoming::put(tx, calendar, id, &event)?;
        }
    }
    Ok(())
}

fn arrived(item: &Item, standing: &google::pull::Standing, now: Instant) -> Option<Incoming> {
    let event = item.remote.as_ref()?;
    let remote = event.remote.as_ref()?;
    let time = importable(&item.foreign, Some(remote), standing, SPAN_MAX, now).ok()?;
    let zone = match &item.foreign.timing {
        Some(domain::mirror::Timing::Timed { zone, .. }) => zone.clone(),
        _ => None,
    };
    Some(Incoming {
        remote: remote.clone(),
        time,
        zone,
        guest: standing.guest.clone(),
        html_link: event.html_link.clone(),
    })
}
