//! What must hold of the database after a race, whatever the order was.

use std::collections::{BTreeMap, BTreeSet};

use domain::booking::Status;
use domain::{BookingId, HostId, Interval};
use store::tables::bookings;
use store::{Lane, StoreError, Tx};

use crate::history::{History, Told};
use crate::scene::{Scene, wait};

struct Claimed {
    host: HostId,
    time: Interval,
    booking: Option<BookingId>,
    exclusive: bool,
}

struct Found {
    claims: Vec<Claimed>,
    bookings: BTreeMap<BookingId, domain::booking::Booking>,
    seats: BTreeMap<BookingId, i64>,
    entries: BTreeMap<BookingId, i64>,
}

/// Checks everything; gives a line for people.
pub(crate) fn check(scene: &Scene, history: &History) -> String {
    let found: Result<Found, StoreError> =
        wait(scene.store.unit(Lane::Read, "races.check", |tx| read(tx)));
    let found = found.unwrap();
    no_exclusive_overlap(&found.claims);
    claims_are_those_of_live_bookings(&found);
    acknowledged_is_stored(&found, history);
    refused_left_no_trace(&found, history);
    repeats_got_one_answer(history);
    let forced = found.claims.iter().filter(|claim| !claim.exclusive).count();
    format!(
        "{} bookings, {} claims ({forced} of forced ones): no overlap, nothing lost, no trace",
        found.bookings.len(),
        found.claims.len()
    )
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
    let count = |tx: &mut dyn Tx, sql| -> Result<BTreeMap<BookingId, i64>, StoreError> {
        tx.rows(sql, &[])?
            .into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?)))
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
    let exclusive: Vec<_> = claims.iter().filter(|claim| claim.exclusive).collect();
    for (i, a) in exclusive.iter().enumerate() {
        for b in &exclusive[i + 1..] {
            assert!(
                a.host != b.host || !a.time.overlaps(&b.time),
                "{:?} and {:?} overlap",
                a.time,
                b.time
            );
        }
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

/// The newest version anybody was told of, or a later one.
fn acknowledged_is_stored(found: &Found, history: &History) {
    for told in &history.told {
        match told {
            Told::Booked { booking, .. } | Told::Moved(booking) => {
                let stored = &found.bookings[&booking.id];
                assert!(
                    stored.version >= booking.version,
                    "{stored:?} is older than told"
                );
                if stored.version == booking.version {
                    assert_eq!(stored.time, booking.time, "another time than told");
                    assert_eq!(stored.status, booking.status, "another status than told");
                }
            }
            Told::Cancelled(id) => assert_eq!(found.bookings[id].status, Status::Cancelled),
        }
    }
}

/// What exists was told to somebody, seats and history included, and nothing more exists.
fn refused_left_no_trace(found: &Found, history: &History) {
    let mut told: BTreeMap<BookingId, BTreeSet<String>> = BTreeMap::new();
    for (n, one) in history.told.iter().enumerate() {
        if let Told::Booked { booking, key } = one {
            let who = key.clone().unwrap_or_else(|| n.to_string());
            told.entry(booking.id).or_default().insert(who);
        }
    }
    let existing: BTreeSet<_> = found.bookings.keys().copied().collect();
    assert_eq!(
        told.keys().copied().collect::<BTreeSet<_>>(),
        existing,
        "bookings nobody was told of"
    );
    for (id, who) in told {
        let booking = &found.bookings[&id];
        let seats = found.seats[&id];
        assert_eq!(
            seats,
            i64::try_from(who.len()).unwrap(),
            "seats nobody was told of: {booking:?}"
        );
        assert!(
            seats <= booking.capacity || booking.capacity == 1 && seats == 1,
            "{booking:?}"
        );
        // A line when it was made, one a further seat, one a change.
        assert_eq!(
            found.entries[&id],
            seats + booking.version - 1,
            "{booking:?}"
        );
    }
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
