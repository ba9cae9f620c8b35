//! Replacing the master key: nothing is lost, nothing of the old key stays (row R5, scenario A5).

use app::bookings::{BookInput, IdempotencyKey, book};
use app::connections::Cause;
use app::rotation::{Progress, check, step};
use app::secrets::KEY_ID_BYTES;
use app::{App, Vault, start};
use domain::{Clock, Instant};
use jiff::SignedDuration;
use store::tables::connections::Credential;
use store::tables::revocations::{self, Revocation};
use store::tables::{connections, leases};
use store::{Lane, StoreError, transfer};

use super::bookings::input;
use super::connections::connect;
use super::credentials::{connection, row};
use super::support::{Harness, app_on, app_with_vault, harness, now};

const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 32] = [8; 32];

fn both(h: &Harness) -> App {
    app_with_vault(h, Vault::new(&NEW).with_previous(&OLD))
}

fn rotate(app: &App) -> Progress {
    let mut progress = Progress::default();
    while !progress.is_done {
        progress = now(step(app, progress)).unwrap();
    }
    progress
}

/// Everything stored, as text: bytes are written in hexadecimal or base64, so both are looked for.
fn everything(h: &Harness) -> String {
    let bytes = now(h.store.unit(Lane::Read, "test.export", |tx| {
        let mut out = Vec::new();
        transfer::export(tx, &mut out).map(|_| out)
    }));
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An installation with something in every column of sealed values.
fn full() -> Harness {
    let h = harness();
    now(start::begin(&h.app)).unwrap();
    connect(&h, "ada").unwrap();
    now(app::connections::start(
        &h.app,
        h.organization.id,
        "browser",
    ))
    .unwrap();
    let keyed = BookInput {
        idempotency_key: Some(IdempotencyKey::new("book", "key", "request")),
        ..input("english", "2026-11-25T13:00:00Z")
    };
    now(book(&h.app, keyed)).unwrap();
    let connection = row(&h);
    let Credential::OAuth {
        refresh: Some(refresh),
    } = connection.credential
    else {
        panic!("a person has consented");
    };
    // As a disconnect leaves it, but not due.
    let revocation = Revocation {
        connection: connection.id,
        refresh,
        run_at: Instant::MAX,
        failures: 0,
        asked_until: h.app.now(),
        expires_at: Instant::MAX,
    };
    let insert = h
        .store
        .unit(Lane::Interactive, "test.revocation", move |tx| {
            revocations::insert(tx, &revocation)
        });
    now(insert).unwrap();
    h
}

#[test]
fn every_secret_is_sealed_anew_and_the_old_key_is_not_needed() {
    let h = full();
    let old_id: [u8; KEY_ID_BYTES] = Vault::new(&OLD).key_id();
    // A test of the test: the ids are there to be found, in every sealed column.
    let sealed_by_old = everything(&h)
        .matches(&hex(&[&[1][..], &old_id].concat()))
        .count();
    assert_eq!(sealed_by_old, 6);
    let progress = rotate(&both(&h));
    assert_eq!(
        (progress.resealed, progress.busy, progress.unusable),
        (6, 0, 0)
    );
    assert!(!everything(&h).contains(&hex(&old_id)));

    let new = app_on(h.store.clone(), &h.clock, &h.google, NEW);
    now(start::begin(&new)).unwrap();
    let checked = now(check(&new)).unwrap();
    assert_eq!(
        (checked.good, checked.other_key, checked.damaged),
        (6, 0, 0)
    );
    let old = now(check(&h.app)).unwrap();
    assert_eq!((old.good, old.other_key), (0, 6));
    assert!(now(start::begin(&h.app)).is_err());
    // What it does again is nothing.
    assert_eq!(rotate(&both(&h)).resealed, 0);
}

/// Killed after any number of steps, it is gone on with from the beginning; both keys open meanwhile.
#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    for survived in 0..14 {
        let h = full();
        let app = both(&h);
        let mut progress = Progress::default();
        for _ in 0..survived {
            progress = now(step(&app, progress)).unwrap();
        }
        now(start::begin(&app)).unwrap();
        let checked = now(check(&app)).unwrap();
        assert_eq!(checked.damaged, 0);
        assert_eq!(checked.good, progress.resealed);
        let rest = rotate(&both(&h));
        assert_eq!(
            progress.resealed + rest.resealed,
            6,
            "killed after {survived}"
        );
    }
}

/// A connection somebody works on is left for the next run, and the key is not called replaced.
#[test]
fn a_connection_in_use_is_left_for_later() {
    let h = full();
    let at = h.clock.now();
    let taken: Result<_, StoreError> = now(h.store.unit(Lane::Background, "test.take", {
        let organization = h.organization.id;
        move |tx| {
            let id = connections::list(tx, organization)?[0].id;
            leases::take(tx, id, at, at + SignedDuration::from_secs(90))
        }
    }));
    let lease = taken.unwrap().unwrap();
    let app = both(&h);
    let first = rotate(&app);
    assert_eq!((first.resealed, first.busy), (3, 2));
    let new = app_on(h.store.clone(), &h.clock, &h.google, NEW);
    let checked = now(check(&new)).unwrap();
    assert_eq!(
        (checked.good, checked.other_key),
        (3, 3),
        "the key is not called replaced"
    );
    let given: Result<bool, StoreError> =
        now(h.store.unit(Lane::Background, "test.give", move |tx| {
            leases::give_back(tx, lease)
        }));
    assert!(given.unwrap(), "its holder has not lost it");
    let second = rotate(&app);
    assert_eq!((second.resealed, second.busy), (3, 0));
    now(start::begin(&new)).unwrap();
}

/// A process that has not been told of the new key waits; it does not call the grant dead.
#[test]
fn a_process_with_the_old_key_alone_does_no_harm() {
    let h = full();
    rotate(&both(&h));
    now(app::due::step(&h.app)).unwrap();
    assert_eq!(
        h.google.paths().len(),
        1,
        "the consent's exchange, and nothing since"
    );
    let found = connection(&h);
    assert_eq!(found.cause, Some(Cause::OtherMasterKey));
    assert!(!Cause::OtherMasterKey.is_end());
    // Another process, told of it, goes on: proof, then a look.
    h.clock.advance(SignedDuration::from_mins(1));
    for (status, body) in [
        (409, ""),
        (204, ""),
        (200, r#"{"items":[],"nextSyncToken":"s","summary":"x"}"#),
    ] {
        h.google.answer(status, body);
        now(app::due::step(&both(&h))).unwrap();
    }
    assert_eq!(connection(&h).cause, None);
}
