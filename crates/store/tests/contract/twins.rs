//! The two inline stores, side by side: what one does the other does, to the same fingerprint. The
//! simulator's one hash on both databases rests on it.

use domain::mirror::ForeignEvent;
use domain::{BookingId, ClaimId, HoldId, LinkId};
use jiff::SignedDuration;
use store::inline::{Inline, Ran};
use store::tables::allowances::Rate;
use store::tables::bookings::{self, Filter};
use store::tables::claims::{self, Claim, Holder};
use store::tables::holds::{self, Hold};
use store::tables::mirror::{self, Part};
use store::tables::{
    allowances, busy, calendars, event_types, hosts, idempotency, links, organizations, receivers,
    seats,
};
use store::{StoreError, Topic, Tx, Verdict, Work, attempt};

use crate::support::NOW;
use crate::support::cluster::{self, Schema};
use crate::support::world::{
    CALENDAR, EVENT_TYPE, HOST, ORGANIZATION, book, booking, calendar, connect, found, hour, hours,
    id, mirrored, note_busy, organization,
};

type Body = dyn Fn(&mut dyn Tx) -> Result<String, StoreError> + Send + Sync;

struct Unit<'b> {
    body: &'b Body,
    outcome: Option<Result<String, StoreError>>,
}

impl Work for Unit<'_> {
    fn name(&self) -> &'static str {
        "twins.unit"
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        let outcome = (self.body)(tx);
        let verdict = if outcome.is_ok() {
            Verdict::Keep
        } else {
            Verdict::Undo
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn settle(&mut self, _: Result<(), StoreError>) {}
}

/// What a unit did and gave, in a form to compare.
fn run(
    store: &dyn Inline,
    body: &Body,
) -> (Result<Ran, StoreError>, Option<Result<String, StoreError>>) {
    let mut unit = Unit {
        body,
        outcome: None,
    };
    let ran = store.run(&mut unit);
    (ran, unit.outcome)
}

fn shown(value: impl std::fmt::Debug) -> Result<String, StoreError> {
    Ok(format!("{value:?}"))
}

/// Successes, refusals, failures, undone attempts and careless bodies.
fn bodies(round: u128) -> Vec<Box<Body>> {
    let number = 100 + round;
    let at = i64::try_from(round % 5).expect("small");
    vec![
        Box::new(|tx| {
            attempt(tx, |tx| found(tx).and_then(|()| connect(tx)))
                .or_else(|e| shown(e).map(drop))
                .and_then(shown)
        }),
        Box::new(move |tx| {
            tx.wake(Topic::DueWork);
            attempt(tx, |tx| book(tx, &booking(number, hour(at)))).and_then(shown)
        }),
        Box::new(move |tx| {
            let taken = attempt(tx, |tx| book(tx, &booking(number + 1000, hour(at))));
            links::mark_due(tx, BookingId(id(number)), NOW)?;
            shown(taken)
        }),
        Box::new(move |tx| {
            shown(links::insert(
                tx,
                LinkId(id(number)),
                BookingId(id(number)),
                CALENDAR,
                &format!("e{number}"),
                NOW,
            )?)
        }),
        Box::new(|tx| {
            shown(bookings::page(
                tx,
                ORGANIZATION,
                Filter::Upcoming,
                NOW,
                None,
                50,
            )?)
        }),
        Box::new(|tx| shown(claims::overlapping(tx, HOST, hour(1), None, NOW)?)),
        Box::new(move |tx| {
            event_types::lock(tx, EVENT_TYPE)?;
            hosts::lock(tx, HOST)?;
            bookings::lock(tx, BookingId(id(number)))?;
            claims::remove_expired(tx, HOST, hour(at + 20), hours(at))?;
            holds::forget_expired(tx, hours(at))?;
            let hold = Hold {
                id: HoldId(id(number)),
                organization_id: ORGANIZATION,
                event_type_id: EVENT_TYPE,
                time: hour(at + 20),
                expires_at: hours(at + 1),
            };
            let held = attempt(tx, |tx| {
                holds::insert(tx, &hold, &[at.to_le_bytes()[0]; 32], Some([3; 32]))?;
                claims::insert(
                    tx,
                    &Claim {
                        id: ClaimId(id(number + 5000)),
                        host: HOST,
                        time: hold.time,
                        holder: Holder::Hold(hold.id, hold.expires_at),
                        exclusive: true,
                    },
                )
            });
            shown((
                held,
                holds::by_token(tx, &[0; 32])?,
                holds::count_of_caller(tx, &[3; 32], None, hours(at))?,
                holds::count_of_event_type(tx, EVENT_TYPE, None, hours(at))?,
            ))
        }),
        Box::new(move |tx| {
            let rate = Rate {
                interval: SignedDuration::from_hours(2),
                burst: 3,
            };
            allowances::lock(tx, &[1; 32], hours(at))?;
            let spent = allowances::spend(tx, &[[1; 32], [2; 32]], rate, hours(at))?;
            shown((spent, allowances::forget_full(tx, hours(at - 4))?))
        }),
        Box::new(move |tx| {
            let taken = idempotency::take(tx, ORGANIZATION, &[at.to_le_bytes()[0]; 32], &[1], NOW)?;
            idempotency::decide(tx, ORGANIZATION, &[at.to_le_bytes()[0]; 32], &[2])?;
            shown(taken)
        }),
        Box::new(move |tx| {
            busy::set_blocks(tx, HOST, CALENDAR, round.is_multiple_of(2))?;
            let part = Part {
                calendar: CALENDAR,
                generation: 0,
            };
            note_busy(tx, CALENDAR, 0, hour(at), "e")?;
            let event = ForeignEvent {
                id: "e".to_owned(),
                ..ForeignEvent::default()
            };
            mirrored(tx, part, &event)?;
            mirror::set_known_until(tx, part, "e", Some(hours(at + 1)))?;
            shown((
                busy::overlapping(tx, HOST, hour(at))?,
                busy::within(tx, part, hour(at))?,
                mirror::of_series(tx, part, "e")?,
                seats::count(tx, BookingId(id(number)))?,
                bookings::sessions_with_seats(tx, EVENT_TYPE, hour(at))?,
            ))
        }),
        Box::new(|tx| {
            shown((
                receivers::of_host(tx, ORGANIZATION, HOST)?,
                links::next_due(tx, NOW)?,
            ))
        }),
        Box::new(|tx| {
            shown(organizations::insert(
                tx,
                &organization(1, "twice", "x"),
                NOW,
            )?)
        }),
        Box::new(|tx| shown(calendars::insert(tx, &calendar(7, "a\0b"))?)),
        // Goes on after a failure: not kept by either.
        Box::new(|tx| {
            shown((
                hosts::insert(tx, HOST, ORGANIZATION, "x").is_err(),
                organizations::list(tx).is_err(),
            ))
        }),
        Box::new(|tx| {
            Err(attempt(tx, |tx| claims::release(tx, BookingId(id(100))))
                .err()
                .unwrap_or(StoreError::Overloaded))
        }),
    ]
}

#[test]
fn the_same_units_leave_the_same_fingerprints() {
    let schema = Schema::fresh();
    let sqlite = store::sqlite::inline::Inline::open(NOW).unwrap();
    let postgres =
        store::postgres::inline::Inline::open(&cluster::url(), schema.name(), NOW).unwrap();
    let mut kept = 0;
    for round in 0..10 {
        for (step, body) in bodies(round).iter().enumerate() {
            let (one, other) = (run(&sqlite, body), run(&postgres, body));
            assert_eq!(one, other, "round {round}, step {step}");
            kept += i32::from(one.0.is_ok_and(|ran| ran.verdict == Verdict::Keep));
        }
    }
    assert!(kept > 50, "{kept}");
}

#[test]
fn an_emptied_store_is_as_good_as_new() {
    let schema = Schema::fresh();
    let postgres =
        store::postgres::inline::Inline::open(&cluster::url(), schema.name(), NOW).unwrap();
    let mut first = Vec::new();
    for seed in 0..20 {
        postgres.reset().unwrap();
        let ran: Vec<_> = bodies(0).iter().map(|body| run(&postgres, body)).collect();
        if seed == 0 {
            first = ran;
        } else {
            assert_eq!(ran, first, "seed {seed}");
        }
    }
}
