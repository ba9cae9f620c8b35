//! The two inline stores, side by side: what one does the other does, to the same fingerprint. The
//! simulator's one hash on both databases rests on it.

use domain::{BookingId, LinkId};
use store::inline::{Inline, Ran};
use store::tables::bookings::{self, Filter};
use store::tables::{calendars, claims, event_types, links, organizations};
use store::{StoreError, Topic, Tx, Verdict, Work, attempt};

use crate::support::NOW;
use crate::support::cluster::{self, Schema};
use crate::support::world::{
    CALENDAR, HOST, ORGANIZATION, book, booking, calendar, connect, found, hour, id, organization,
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
        Box::new(|tx| shown(claims::overlapping(tx, HOST, hour(1), None)?)),
        Box::new(|tx| {
            shown((
                calendars::receiving(tx, ORGANIZATION)?,
                links::next_due(tx)?,
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
                event_types::insert_host(tx, HOST, ORGANIZATION, "x").is_err(),
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
