//! What anonymous callers may take at most.

use std::num::NonZeroU32;

use app::App;
use app::bookings::{
    BookError, BookInput, HOLD_TTL, HoldError, HoldInput, IdempotencyKey, book, hold, release,
};
use app::housekeeping;
use app::limits::{Asker, Limits, Network, TooMany};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use jiff::SignedDuration;

use super::support::{Harness, app_limited, at, harness, now};

const LIMITS: Limits = Limits {
    holds_per_network: NonZeroU32::new(2),
    holds_per_event_type: NonZeroU32::new(3),
    bookings_hourly: NonZeroU32::new(3),
};

/// The same installation, with limits.
fn limited(h: &Harness) -> App {
    app_limited(h, LIMITS)
}

fn from(address: &str) -> Asker {
    let network = Network::of(address.parse().unwrap());
    assert!(network.is_some(), "{address}");
    Asker::Public(network)
}

fn holding(asker: Asker, start: &str) -> HoldInput {
    HoldInput {
        organization: "tutoring".into(),
        event_type: "maths".into(),
        start: at(start),
        host: None,
        instead_of: None,
        asker,
        idempotency_key: None,
    }
}

fn booking(asker: Asker, email: &str, start: &str) -> BookInput {
    BookInput {
        organization: "tutoring".into(),
        event_type: "maths".into(),
        start: at(start),
        host: None,
        attendee: AttendeeForm {
            name: "Ana".into(),
            email: Some(email.into()),
            ..AttendeeForm::default()
        },
        hold: None,
        forced: None,
        asker,
        idempotency_key: None,
        cause: Cause::Attendee,
    }
}

/// The `n`-th hour of the host that is free, from Tuesday on.
fn hour(n: usize) -> String {
    let (day, hour) = (24 + n / 4, 8 + n % 4);
    format!("2026-11-{day}T{hour:02}:00:00Z")
}

#[test]
fn one_network_holds_so_many_slots_and_no_more() {
    let h = harness();
    let app = limited(&h);
    let mine = from("203.0.113.7");
    let try_hold = |asker, n| now(hold(&app, holding(asker, &hour(n))));
    let first = try_hold(mine, 0).unwrap();
    let second = try_hold(mine, 1).unwrap();
    let refused = Err(HoldError::TooMany(TooMany::Holds));
    assert_eq!(try_hold(mine, 2).map(drop), refused);
    // Another slot instead of one of its own is no more than before.
    let moved = HoldInput {
        instead_of: Some(second.token.clone()),
        ..holding(mine, &hour(3))
    };
    now(hold(&app, moved)).unwrap();
    // A refusal leaves everything as it was, the hold it was to replace too.
    now(release(&app, &first.token)).unwrap();
    try_hold(mine, 2).unwrap();
    assert_eq!(try_hold(mine, 0).map(drop), refused);
    h.clock.advance(HOLD_TTL);
    try_hold(mine, 0).unwrap();
}

#[test]
fn all_networks_together_hold_so_many_slots_of_an_event_type() {
    let h = harness();
    let app = limited(&h);
    let try_hold = |asker, n| now(hold(&app, holding(asker, &hour(n)))).map(drop);
    for n in 0..3 {
        assert_eq!(try_hold(from(&format!("203.0.113.{n}")), n), Ok(()));
    }
    let refused = Err(HoldError::TooMany(TooMany::Holds));
    assert_eq!(try_hold(from("203.0.113.9"), 3), refused);
    assert_eq!(try_hold(Asker::Public(None), 3), refused, "whoever it is");
    assert_eq!(try_hold(Asker::Organization, 3), Ok(()));
    // What is not held can still be booked.
    let wish = booking(from("203.0.113.9"), "ana@example.org", &hour(4));
    now(book(&app, wish)).unwrap();
}

#[test]
fn one_network_and_one_person_book_so_often_in_an_hour() {
    let h = harness();
    let app = limited(&h);
    let try_book = |asker, email: &str, n| now(book(&app, booking(asker, email, &hour(n))));
    let mine = from("2001:db8::1");
    for n in 0..3 {
        try_book(mine, &format!("{n}@example.org"), n).unwrap();
    }
    let refused = BookError::TooMany(TooMany::Bookings {
        retry_after: SignedDuration::from_mins(20),
    });
    let same_network = from("2001:db8::2");
    let by_network = try_book(same_network, "3@example.org", 3);
    assert_eq!(by_network.err(), Some(refused.clone()));
    // A refusal spends nothing of the person's.
    for (n, address) in (3..6).zip(["203.0.113.1", "203.0.113.2", "203.0.113.3"]) {
        try_book(from(address), "3@Example.org", n).unwrap();
    }
    let by_person = try_book(Asker::Public(None), "3@example.org", 6);
    assert_eq!(by_person.err(), Some(refused));
    // What was refused for another reason was not spent, and the organization is not limited.
    let taken = try_book(from("203.0.113.4"), "4@example.org", 0);
    assert!(matches!(taken, Err(BookError::Refused { .. })));
    try_book(Asker::Organization, "3@example.org", 6).unwrap();
    h.clock.advance(SignedDuration::from_mins(20));
    try_book(mine, "5@example.org", 7).unwrap();
    let again = try_book(mine, "6@example.org", 8);
    assert!(matches!(again, Err(BookError::TooMany(_))), "one came back");
}

/// What was refused only for now is not remembered: the same request is decided anew.
#[test]
fn a_repeat_costs_nothing_and_too_many_is_not_remembered() {
    let h = harness();
    let app = limited(&h);
    let mine = from("203.0.113.7");
    let keyed = |n: usize, key: &str| BookInput {
        idempotency_key: Some(IdempotencyKey::new("book", key, &n.to_string())),
        ..booking(mine, &format!("{n}@example.org"), &hour(n))
    };
    for _ in 0..5 {
        now(book(&app, keyed(0, "k"))).unwrap();
    }
    now(book(&app, keyed(1, "l"))).unwrap();
    now(book(&app, keyed(2, "m"))).unwrap();
    let refused = now(book(&app, keyed(3, "n")));
    assert!(matches!(refused, Err(BookError::TooMany(_))));
    h.clock.advance(SignedDuration::from_mins(20));
    now(book(&app, keyed(3, "n"))).unwrap();
}

#[test]
fn a_booking_within_limits_stays_within_its_statements() {
    let h = harness();
    let app = limited(&h);
    let wish = BookInput {
        idempotency_key: Some(IdempotencyKey::new("book", "k", "r")),
        ..booking(from("203.0.113.7"), "ana@example.org", &hour(0))
    };
    now(book(&app, wish)).unwrap();
    // No calendar is connected here: that is one statement more. The message to the attendee is one of them.
    let count = h.statements.load(std::sync::atomic::Ordering::Relaxed);
    assert!(count <= 15, "{count} statements");
}

#[test]
fn callers_are_forgotten_within_the_hour() {
    let h = harness();
    let app = limited(&h);
    now(book(
        &app,
        booking(from("203.0.113.7"), "ana@example.org", &hour(0)),
    ))
    .unwrap();
    let known = || {
        let rows = h.store.unit(store::Lane::Read, "test.known", |tx| {
            let mut row = tx.rows("SELECT count(*) FROM allowance", &[])?.remove(0);
            row.take::<i64>()
        });
        now(rows).unwrap()
    };
    assert_eq!(known(), 2);
    h.clock.advance(SignedDuration::from_hours(1));
    now(housekeeping::run(&app)).unwrap();
    assert_eq!(known(), 0);
}
