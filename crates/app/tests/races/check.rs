//! What must hold of the database after a race, whatever the order was.

use std::collections::{BTreeMap, BTreeSet};

use domain::booking::Status;
use domain::{BookingId, HostId, Interval};
use store::tables::bookings;
use store::{Lane, Store, StoreError, Tx};

use crate::history::{History, Told};
use crate::scene::wait;

struct Claimed {
    host: HostId,
    time: Interval,
    booking: Option<BookingId>,
    exclusive: bool,
}

/// The tables a race is about.
pub(crate) struct Found {
    claims: Vec<Claimed>,
    bookings: BTreeMap<BookingId, domain::booking::Booking>,
    seats: BTreeMap<BookingId, usize>,
    entries: BTreeMap<BookingId, usize>,
}

/// Checks everything; gives a line for people.
pub(crate) fn check(store: &Store, history: &History) -> String {
    let found = Found::read(store).unwrap();
    found.is_consistent();
    assert_eq!(found.lost(history), None);
    refused_left_no_trace(&found, history);
    repeats_got_one_answer(history);
    let forced = found.claims.iter().filter(|claim| !claim.exclusive).count();
    format!(
        "{} bookings, {} claims ({forced} of forced ones): no overlap, nothing lost, no trace",
        found.bookings.len(),
        found.claims.len()
    )
}

impl Found {
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn read(store: &Store) -> Result<Self, StoreError> {
        wait(store.unit(Lane::Read, "races.check", |tx| read(tx)))
    }

    /// What must hold at any moment, whatever anybody was told.
    pub(crate) fn is_consistent(&self) {
        no_exclusive_overlap(&self.claims);
        claims_are_those_of_live_bookings(self);
    }

    /// The first thing somebody was told and that is not so: the newest version of each booking
    /// anybody was told of, or a later one, must be there.
    pub(crate) fn lost(&self, history: &History) -> Option<String> {
        history.told.iter().find_map(|told| {
            let (Told::Booked { booking: seen, .. } | Told::Moved(seen)) = told else {
                let Told::Cancelled(id) = told else {
                    unreachable!("the three kinds there are")
                };
                let status = self.bookings.get(id).map(|booking| booking.status);
                let is_kept = status == Some(Status::Cancelled);
                return (!is_kept).then(|| format!("{id} was cancelled, now {status:?}"));
            };
            let stored = self.bookings.get(&seen.id);
            let is_kept = stored.is_some_and(|stored| {
                let is_same = stored.time == seen.interval() && stored.status == seen.status;
                stored.version > seen.version || stored.version == seen.version && is_same
            });
            (!is_kept).then(|| format!("{seen:?} was told, now {stored:?}"))
        })
    }
}

fn read(tx: &mut dyn Tx) -> Result<Found, StoreError> {
    let claims = tx
        .rows(
            "SELECT host_id, starts_at, ends_at, booking_id, exclusive FROM claim ORDER BY id",
            &[],
        )?
        .into_iter()
        .map(|mut row| {
            Ok(Claimed {
                host: row.take()?,
                time: Interval {
                    start: row.take()?,
                    end: row.take()?,
                },
                booking: row.take()?,
                exclusive: row.take()?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let mut all = BTreeMap::new();
    for mut row in tx.rows("SELECT id FROM booking ORDER BY id", &[])? {
        let id = row.take()?;
        all.insert(id, bookings::by_id(tx, id)?.unwrap());
    }
    let count = |tx: &mut dyn Tx, sql| -> Result<BTreeMap<BookingId, usize>, StoreError> {
        tx.rows(sql, &[])?
            .into_iter()
            .map(|mut row| {
                let (id, count) = (row.take()?, row.take::<i64>()?);
                Ok((id, usize::try_from(count).unwrap()))
            })
            .collect()
    };
    let seats = count(
        tx,
        "SELECT booking_id, count(*) FROM attendee GROUP BY booking_id ORDER BY 1",
    )?;
    let entries = count(
        tx,
        "SELECT booking_id, count(*) FROM timeline GROUP BY booking_id ORDER BY 1",
    )?;
    Ok(Found {
        claims,
        bookings: all,
        seats,
        entries,
    })
}

fn no_exclusive_overlap(claims: &[Claimed]) {
    let mut exclusive: Vec<_> = claims.iter().filter(|claim| claim.exclusive).collect();
    exclusive.sort_unstable_by_key(|claim| (claim.host, claim.time.start));
    for pair in exclusive.windows(2) {
        assert!(
            pair[0].host != pair[1].host || pair[0].time.end <= pair[1].time.start,
            "{:?} and {:?} overlap",
            pair[0].time,
            pair[1].time
        );
    }
}

/// Every live booking has its claims, at its time, and nothing else has any but holds.
fn claims_are_those_of_live_bookings(found: &Found) {
    let mut claimed: BTreeMap<BookingId, Vec<&Claimed>> = BTreeMap::new();
    for claim in &found.claims {
        if let Some(booking) = claim.booking {
            claimed.entry(booking).or_default().push(claim);
        }
    }
    for (id, booking) in &found.bookings {
        let own = claimed.remove(id).unwrap_or_default();
        assert_eq!(booking.status.blocks_time(), !own.is_empty(), "{booking:?}");
        assert!(
            own.iter().all(|claim| claim.time == booking.time),
            "{booking:?}"
        );
        assert!(
            own.iter().all(|claim| claim.exclusive != booking.forced),
            "{booking:?}"
        );
    }
    assert!(claimed.is_empty(), "claims of no booking");
}

/// What exists was told to somebody, or asked for by somebody who never heard, seats and history
/// included; nothing more exists.
fn refused_left_no_trace(found: &Found, history: &History) {
    let mut told: BTreeMap<BookingId, BTreeSet<String>> = BTreeMap::new();
    for (n, one) in history.told.iter().enumerate() {
        if let Told::Booked { booking, key } = one {
            let who = key.clone().unwrap_or_else(|| n.to_string());
            told.entry(booking.id).or_default().insert(who);
        }
    }
    let mut untold = 0;
    for (id, booking) in &found.bookings {
        let who = told.get(id).map_or(0, BTreeSet::len);
        let perhaps = history.unanswered_at(booking.time.start);
        untold += usize::from(who == 0);
        let seats = found.seats[id];
        assert!(
            (who.max(1)..=who + perhaps).contains(&seats),
            "{seats} seats, {who} told of it, {perhaps} asked and never heard: {booking:?}"
        );
        let capacity = usize::try_from(booking.capacity).unwrap();
        assert!(seats <= capacity, "{booking:?}");
        // A line when it was made, one a further seat, one a change.
        let changes = usize::try_from(booking.version - 1).unwrap();
        assert_eq!(found.entries[id], seats + changes, "{booking:?}");
    }
    assert!(
        untold <= history.unanswered(),
        "more bookings nobody was told of than there were unanswered requests"
    );
}

fn repeats_got_one_answer(history: &History) {
    let mut answers: BTreeMap<&str, BookingId> = BTreeMap::new();
    for told in &history.told {
        if let Told::Booked {
            booking,
            key: Some(key),
        } = told
        {
            let first = answers.entry(key).or_insert(booking.id);
            assert_eq!(*first, booking.id, "two bookings under one key");
        }
    }
}
