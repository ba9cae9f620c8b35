//! Disconnecting, and what becomes of the grant (row V1, scenarios H1 and H2).

use app::bookings::{CalendarSync, by_id};
use app::connections::{
    ConnectionState, DisconnectError, Disconnected, GrantFate, StartError, connect_public,
    connect_service_account, disconnect, list, preview, prove_one_again, start,
};
use app::due::{Stepped, step};
use app::preset::{Administrator, install};
use domain::{ConnectionId, OrganizationId};
use google::oauth::SCOPE_EVENTS;
use jiff::SignedDuration;
use serde_json::json;
use store::Lane;
use store::tables::connections::{Credential, State};
use store::tables::{connections as stored, revocations};
use uuid::Uuid;

use super::bookings::booked;
use super::conflicts::{accepts, connected, looks, work};
use super::connections::{connect, connect_and_prove, prove};
use super::credentials::{connection, row, worked};
use super::support::{Harness, PASSWORD, harness, now, preset};

const START: &str = "2026-11-24T09:00:00Z";
const REVOKE: &str = "POST /revoke";

fn leave(h: &Harness) -> Disconnected {
    now(disconnect(&h.app, h.organization.id, connection(h).id)).unwrap()
}

fn is_idle(h: &Harness) -> bool {
    matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_))
}

fn is_wanted(h: &Harness) -> bool {
    let id = connection(h).id;
    let found = h.store.unit(Lane::Read, "test.revocation", move |tx| {
        revocations::of_connection(tx, id)
    });
    now(found).unwrap().is_some()
}

fn late(h: &Harness) {
    h.clock.advance(SignedDuration::from_mins(16));
}

/// Connected, and at rest a while later.
fn connected_for_long() -> Harness {
    let h = connected();
    late(&h);
    h.google.answer(
        200,
        json!({ "items": [], "nextSyncToken": "s" }).to_string(),
    );
    work(&h);
    h
}

/// How often a grant was asked to be given back.
fn asked(h: &Harness) -> usize {
    let paths = h.google.paths();
    paths.iter().filter(|path| *path == REVOKE).count()
}

/// scenario H1: local bookings stay, the tokens go, the grant is given back, and nothing else is asked of
/// Google ever again.
#[test]
fn a_disconnected_account_is_left_alone() {
    let h = connected_for_long();
    let made = booked(&h, START);
    accepts(&h);
    let before = now(preview(&h.app, h.organization.id, connection(&h).id)).unwrap();
    assert_eq!(
        (before.events_left, before.grant, before.is_inactive),
        (1, GrantFate::Revoked, false)
    );
    let calls = h.google.paths().len();
    let done = leave(&h);
    assert_eq!(
        done,
        Disconnected {
            links_detached: 1,
            grant: before.grant
        }
    );
    let left = row(&h);
    assert_eq!(left.state, State::Inactive);
    assert_eq!(left.credential, Credential::OAuth { refresh: None });
    assert_eq!(left.tokens.access, None);
    assert_eq!(connection(&h).state, ConnectionState::Inactive);

    h.google.answer(200, "{}");
    worked(&h);
    assert!(is_idle(&h) && !is_wanted(&h));
    assert_eq!(h.google.paths()[calls..], [REVOKE]);
    assert_eq!(h.google.form(calls)["token"], "1//refresh");
    let url = &h.google.asked()[calls].1;
    assert_eq!(
        url, "https://oauth2.googleapis.com/revoke",
        "no token in it"
    );

    let detail = now(by_id(&h.app, h.organization.id, made.booking.id))
        .unwrap()
        .unwrap();
    assert_eq!(detail.booking.time, made.booking.time);
    assert_eq!(
        (detail.sync.state, detail.sync.html_link),
        (CalendarSync::None, None)
    );
    let later = booked(&h, "2026-11-25T09:00:00Z");
    h.clock.advance(SignedDuration::from_hours(24 * 40));
    now(prove_one_again(&h.app, h.organization.id, left.id)).unwrap();
    assert!(is_idle(&h));
    assert_eq!(h.google.paths().len(), calls + 1);
    let detail = now(by_id(&h.app, h.organization.id, later.booking.id))
        .unwrap()
        .unwrap();
    assert_eq!(detail.sync.state, CalendarSync::None, "nothing waits");
}

#[test]
fn twice_is_the_same_as_once() {
    let h = connected_for_long();
    booked(&h, START);
    accepts(&h);
    assert_eq!(leave(&h).links_detached, 1);
    let again = Disconnected {
        links_detached: 0,
        grant: GrantFate::Revoked,
    };
    assert_eq!(leave(&h), again);
    h.google.answer(200, "{}");
    worked(&h);
    assert_eq!(
        leave(&h),
        Disconnected {
            grant: GrantFate::None,
            ..again
        }
    );
    assert!(is_idle(&h));
    assert_eq!(asked(&h), 1);
}

#[test]
fn nobody_disconnects_what_is_not_theirs() {
    let h = connected_for_long();
    let id = connection(&h).id;
    for (name, organization, id) in [
        ("foreign", OrganizationId(Uuid::nil()), id),
        ("missing", h.organization.id, ConnectionId(Uuid::nil())),
    ] {
        let refused = now(disconnect(&h.app, organization, id));
        assert_eq!(refused, Err(DisconnectError::NotFound), "{name}");
        assert_eq!(
            now(preview(&h.app, organization, id)),
            Err(DisconnectError::NotFound),
            "{name}"
        );
        assert!(
            !now(prove_one_again(&h.app, organization, id)).unwrap(),
            "{name}"
        );
    }
    assert_eq!(connection(&h).state, ConnectionState::Connected);
}

/// What is done is done; what is not is tried again for a day.
#[test]
fn each_answer_to_a_revocation_is_told_apart() {
    let invalid = r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#;
    for (status, body, is_done) in [
        (200, "{}", true),
        (200, "", true),
        (400, invalid, true),
        (400, r#"{"error":"invalid_request"}"#, false),
        (401, r#"{"error":"invalid_token"}"#, false),
        (403, r#"{"error":"rate_limit_exceeded"}"#, false),
        (429, "", false),
        (503, "<html>", false),
    ] {
        let h = connected_for_long();
        leave(&h);
        h.google.answer(status, body);
        worked(&h);
        assert_eq!(is_wanted(&h), !is_done, "{status} {body}");
        late(&h);
        if !is_done {
            h.google.answer(200, "{}");
            worked(&h);
        }
        assert!(is_idle(&h) && !is_wanted(&h), "{status} {body}");
    }
}

/// Nobody there: backoff, and after a day the grant is left to itself.
#[test]
fn what_google_does_not_take_back_within_a_day_is_given_up() {
    let h = connected_for_long();
    leave(&h);
    let mut steps = 0;
    while is_wanted(&h) {
        if is_idle(&h) {
            h.clock.advance(SignedDuration::from_mins(5));
        }
        steps += 1;
        assert!(steps < 2_000);
    }
    let tries = asked(&h);
    assert!((20..400).contains(&tries), "{tries}");
    late(&h);
    assert!(is_idle(&h));
}

/// The process dies between: what is wanted is in the database, and a request that was sent is sent again.
#[test]
fn a_crash_between_asks_again() {
    let h = connected_for_long();
    leave(&h);
    // Sent, and nobody heard the answer.
    worked(&h);
    assert_eq!(asked(&h), 1);
    late(&h);
    h.google.answer(400, r#"{"error":"invalid_token"}"#);
    worked(&h);
    assert!(is_idle(&h) && !is_wanted(&h));
    assert_eq!(asked(&h), 2);
}

/// scenario H2: connected again before it ran, the grant is in use, and is not given back.
#[test]
fn a_grant_in_use_again_is_kept() {
    let h = connected_for_long();
    let made = booked(&h, START);
    accepts(&h);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    let id = connection(&h).id;
    leave(&h);
    let meanwhile = booked(&h, "2026-11-25T09:00:00Z");
    connect(&h, "ada").unwrap();
    assert!(!is_wanted(&h));
    assert_eq!(connection(&h).id, id, "the same row");
    let calls = h.google.asked().len();
    event["etag"] = "\"1\"".into();
    for _ in 0..2 {
        // The order of a look and a new event is not this test's.
        h.google.answer(200, event.to_string());
        worked(&h);
    }
    late(&h);
    prove(&h);
    looks(&h);
    assert!(is_idle(&h));
    assert_eq!(asked(&h), 0);
    let writes: Vec<_> = h.google.asked().split_off(calls);
    let remade = |(method, _, body): &&(String, String, serde_json::Value)| {
        method == "POST" && body["id"] == event["id"]
    };
    assert_eq!(
        writes.iter().filter(remade).count(),
        0,
        "none is made twice"
    );
    for one in [&made, &meanwhile] {
        let detail = now(by_id(&h.app, h.organization.id, one.booking.id))
            .unwrap()
            .unwrap();
        assert_ne!(detail.sync.state, CalendarSync::None);
    }
}

/// A consent that is open may be for the same account: nothing is given back before it has ended.
#[test]
fn nothing_is_given_back_while_a_consent_is_open() {
    let h = connected_for_long();
    now(start(&h.app, h.organization.id, "browser")).unwrap();
    leave(&h);
    worked(&h);
    assert!(is_idle(&h) && is_wanted(&h));
    assert_eq!(asked(&h), 0);
    late(&h);
    h.google.answer(200, "{}");
    worked(&h);
    assert_eq!((asked(&h), is_wanted(&h)), (1, false));
}

/// Nor does a consent begin while a request may still arrive.
#[test]
fn no_consent_begins_while_a_grant_is_being_given_back() {
    let h = connected_for_long();
    leave(&h);
    worked(&h);
    let begun = now(start(&h.app, h.organization.id, "browser"));
    assert_eq!(begun.unwrap_err(), StartError::Revoking);
    h.clock.advance(SignedDuration::from_secs(91));
    now(start(&h.app, h.organization.id, "browser")).unwrap();
}

/// To Google all grants of an account are one: while another organization lives from it, it is kept.
#[test]
fn a_grant_shared_with_another_organization_is_given_back_with_its_last_use() {
    let h = connected_for_long();
    let mut other = preset();
    other.organization.slug = "other".into();
    let administrator = Administrator {
        email: "b@example.org".into(),
        password: PASSWORD.into(),
    };
    let other = now(install(&h.app, &other, &administrator)).unwrap().id;
    let mut twin = row(&h);
    let (mine, theirs) = (twin.id, ConnectionId(Uuid::from_u128(7)));
    (twin.id, twin.organization_id) = (theirs, other);
    let at = h.app.now();
    let insert = h.store.unit(Lane::Interactive, "test.twin", move |tx| {
        stored::insert(tx, &twin, at)
    });
    now(insert).unwrap();

    let first = now(disconnect(&h.app, h.organization.id, mine)).unwrap();
    assert_eq!(first.grant, GrantFate::Shared);
    while is_wanted(&h) {
        h.google.answer(
            200,
            json!({ "items": [], "nextSyncToken": "s" }).to_string(),
        );
        worked(&h);
    }
    assert_eq!(asked(&h), 0);
    let last = now(disconnect(&h.app, other, theirs)).unwrap();
    assert_eq!(last.grant, GrantFate::Revoked);
}

/// Another account may come once the first is disconnected, and the first is no longer in its way.
#[test]
fn another_account_can_follow() {
    let h = connected_for_long();
    leave(&h);
    connect(&h, "eve").unwrap();
    let all = now(list(&h.app, h.organization.id)).unwrap();
    let states: Vec<_> = all
        .iter()
        .map(|c| (c.account_email.as_str(), c.state))
        .collect();
    assert_eq!(
        states,
        [
            ("ada@example.org", ConnectionState::Inactive),
            ("eve@example.org", ConnectionState::Syncing)
        ]
    );
    let made = booked(&h, START);
    let detail = now(by_id(&h.app, h.organization.id, made.booking.id))
        .unwrap()
        .unwrap();
    assert_eq!(detail.sync.state, CalendarSync::Pending);
}

/// Service accounts and API keys have no grant: they are only left alone, and come back.
#[test]
fn what_has_no_grant_is_only_left_alone() {
    let token = format!(r#"{{"access_token":"a","expires_in":3599,"scope":"{SCOPE_EVENTS}"}}"#);
    let robot = |h: &Harness| {
        h.google.answer(200, token.clone());
        now(connect_service_account(&h.app, h.organization.id)).unwrap();
    };
    let public = |h: &Harness| {
        h.google.answer(
            200,
            json!({ "items": [], "nextSyncToken": "s" }).to_string(),
        );
        now(connect_public(
            &h.app,
            h.organization.id,
            "public@example.org",
        ))
        .unwrap();
    };
    for connect in [&robot as &dyn Fn(&Harness), &public] {
        let h = harness();
        connect(&h);
        let done = leave(&h);
        assert_eq!(
            done,
            Disconnected {
                links_detached: 0,
                grant: GrantFate::None
            }
        );
        assert!(is_idle(&h) && !is_wanted(&h));
        connect(&h);
        let all = now(list(&h.app, h.organization.id)).unwrap();
        assert_eq!((all.len(), all[0].state), (1, ConnectionState::Syncing));
    }
}

/// A connection in error can be left too, with the message about it.
#[test]
fn a_dead_connection_is_disconnected_and_nobody_is_told_more() {
    let h = harness();
    connect_and_prove(&h);
    h.clock.advance(SignedDuration::from_hours(2));
    h.google.answer(400, r#"{"error":"invalid_grant"}"#);
    worked(&h);
    assert!(connection(&h).needs_somebody());
    leave(&h);
    let left = connection(&h);
    assert!(!left.needs_somebody());
    assert_eq!((left.state, left.cause), (ConnectionState::Inactive, None));
    let told = now(app::notices::list(&h.app, h.organization.id)).unwrap();
    assert!(!told.is_empty() && told.iter().all(|message| message.is_cleared));
    h.google.answer(400, r#"{"error":"invalid_token"}"#);
    worked(&h);
    assert!(is_idle(&h));
}
