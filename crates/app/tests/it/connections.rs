//! Consent: begun in one browser, finished once, in the same browser, in time.

use app::bookings::{CalendarSync, book, by_id};
use app::connections::{Callback, Cause, ConnectionState, FinishError, finish, list, start};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Instant;
use google::TokenError;
use google::oauth::SCOPE_EVENTS;
use jiff::SignedDuration;
use store::tables::{bookings, links};
use store::{Lane, StoreError};
use url::Url;

use super::bookings::{booked, input};
use super::credentials::worked;
use super::support::{Harness, harness, now};

fn query(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(k, _)| k == name)
        .map(|(_, v)| v.into_owned())
        .unwrap()
}

/// Google's answer to a code: for this account, with these scopes, with or without a refresh token.
fn tokens(consent: &Url, sub: &str, scopes: &str, refresh: bool) -> String {
    let claims = serde_json::json!({
        "iss": "https://accounts.google.com", "aud": "client", "sub": sub,
        "email": format!("{sub}@example.org"), "exp": 4_000_000_000_i64,
        "nonce": query(consent, "nonce"),
    });
    let mut answer = serde_json::json!({
        "access_token": "ya29.access", "expires_in": 3599, "scope": scopes, "token_type": "Bearer",
        "id_token": format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string())),
    });
    if refresh {
        answer["refresh_token"] = "1//refresh".into();
    }
    answer.to_string()
}

fn callback(consent: &Url) -> Callback {
    Callback {
        state: Some(query(consent, "state")),
        code: Some("code".into()),
        error: None,
    }
}

fn begin(h: &Harness) -> Url {
    now(start(&h.app, h.organization.id, "browser")).unwrap()
}

pub(crate) fn connect(h: &Harness, sub: &str) -> Result<(), FinishError> {
    let consent = begin(h);
    h.google
        .answer(200, tokens(&consent, sub, SCOPE_EVENTS, true));
    now(finish(&h.app, callback(&consent), "browser"))
}

/// Connects `ada` and lets the test event be written and removed.
pub(crate) fn connect_and_prove(h: &Harness) {
    connect(h, "ada").unwrap();
    prove(h);
}

/// The test event is written and removed.
pub(crate) fn prove(h: &Harness) {
    h.google.accept();
    worked(h);
    h.google.answer(204, "");
    worked(h);
}

/// row T1: connected once, with the scope for events and nothing wider.
#[test]
fn a_consent_becomes_a_connection() {
    let h = harness();
    assert!(query(&begin(&h), "scope").ends_with(SCOPE_EVENTS));
    connect(&h, "ada").unwrap();
    let form = h.google.form(0);
    assert_eq!(form["grant_type"], "authorization_code");
    assert!((43..=128).contains(&form["code_verifier"].len()));
    let connection = now(list(&h.app, h.organization.id)).unwrap().remove(0);
    assert_eq!(connection.account_email, "ada@example.org");
    assert_eq!(
        (connection.state, connection.cause),
        (ConnectionState::Syncing, None)
    );
}

#[test]
fn a_state_is_good_once_in_its_browser_and_in_time() {
    let h = harness();
    let consent = begin(&h);
    let foreign = now(finish(&h.app, callback(&consent), "another browser"));
    assert_eq!(foreign, Err(FinishError::StateUnknown));
    let unknown = Callback {
        state: Some("guessed".into()),
        ..callback(&consent)
    };
    assert_eq!(
        now(finish(&h.app, unknown, "browser")),
        Err(FinishError::StateUnknown)
    );
    let without = Callback {
        state: None,
        ..callback(&consent)
    };
    assert_eq!(
        now(finish(&h.app, without, "browser")),
        Err(FinishError::StateUnknown)
    );

    h.google
        .answer(200, tokens(&consent, "ada", SCOPE_EVENTS, true));
    assert_eq!(now(finish(&h.app, callback(&consent), "browser")), Ok(()));
    let again = now(finish(&h.app, callback(&consent), "browser"));
    assert_eq!(again, Err(FinishError::StateUnknown), "used up");

    let late = begin(&h);
    h.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(
        now(finish(&h.app, callback(&late), "browser")),
        Err(FinishError::StateUnknown)
    );
}

/// row L13 and scenario S2, as far as they go here: each way it can fail is told apart.
#[test]
fn every_way_a_consent_fails_is_named() {
    let h = harness();
    let deny = begin(&h);
    let denied = Callback {
        code: None,
        error: Some("access_denied".into()),
        ..callback(&deny)
    };
    assert_eq!(
        now(finish(&h.app, denied, "browser")),
        Err(FinishError::Denied)
    );

    let readonly = "openid https://www.googleapis.com/auth/calendar.events.readonly";
    for (name, scopes, refresh, expected) in [
        (
            "a box not ticked",
            "openid email",
            true,
            FinishError::MissingScope,
        ),
        ("only reading", readonly, true, FinishError::MissingScope),
        (
            "no refresh token",
            SCOPE_EVENTS,
            false,
            FinishError::NoRefreshToken,
        ),
    ] {
        let consent = begin(&h);
        h.google
            .answer(200, tokens(&consent, "ada", scopes, refresh));
        assert_eq!(
            now(finish(&h.app, callback(&consent), "browser")),
            Err(expected),
            "{name}"
        );
    }

    let consent = begin(&h);
    h.google.answer(
        401,
        r#"{"error":"invalid_client","error_description":"Unauthorized"}"#,
    );
    let refused = now(finish(&h.app, callback(&consent), "browser"));
    assert!(matches!(
        refused,
        Err(FinishError::Google(TokenError::Misconfigured { .. }))
    ));
    assert!(
        now(list(&h.app, h.organization.id)).unwrap().is_empty(),
        "nothing was half connected"
    );
}

#[test]
fn reconnecting_keeps_the_connection_and_another_account_is_refused() {
    let h = harness();
    connect(&h, "ada").unwrap();
    let first = now(list(&h.app, h.organization.id)).unwrap();
    connect(&h, "ada").unwrap();
    let second = now(list(&h.app, h.organization.id)).unwrap();
    assert_eq!(
        (first[0].id, &first[0].calendars),
        (second[0].id, &second[0].calendars)
    );
    let other = connect(&h, "eve");
    assert_eq!(
        other,
        Err(FinishError::OtherAccount {
            connected: "ada@example.org".into()
        })
    );
}

/// scenario A6: granted again for the same account, the connection, its calendar and its links are what
/// they were, and there are as many events as bookings.
#[test]
fn a_reconnect_goes_on_with_the_same_links() {
    let h = harness();
    connect_and_prove(&h);
    let before = now(list(&h.app, h.organization.id)).unwrap().remove(0);
    let first = booked(&h, "2026-11-24T09:00:00Z");
    h.google.accept();
    worked(&h);
    let links = links(&h);
    assert_eq!(links.len(), 1);

    // Revoked at Google, and found dead when the next event is to be written.
    h.clock.advance(SignedDuration::from_hours(2));
    let second = booked(&h, "2026-11-24T11:00:00Z");
    h.google.answer(400, r#"{"error":"invalid_grant"}"#);
    worked(&h);
    let dead = now(list(&h.app, h.organization.id)).unwrap().remove(0);
    assert_eq!(dead.cause, Some(Cause::NeedsReconnect));
    let third = booked(&h, "2026-11-24T14:00:00Z");

    connect(&h, "ada").unwrap();
    let after = now(list(&h.app, h.organization.id)).unwrap();
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].id, after[0].cause), (before.id, None));
    assert_eq!(after[0].calendars, before.calendars);
    h.google.accept();
    worked(&h);
    h.google.accept();
    worked(&h);
    prove(&h);
    for booked in [&first, &second, &third] {
        let detail = now(by_id(&h.app, h.organization.id, booked.booking.id))
            .unwrap()
            .unwrap();
        assert_eq!(detail.sync.state, CalendarSync::Synced);
    }
    assert_eq!(self::links(&h)[..1], links[..]);
    let titled = |(method, _, body): &(String, String, serde_json::Value)| {
        (method == "POST" && body["extendedProperties"]["private"]["lockstepLink"].is_string())
            .then(|| body["id"].as_str().unwrap().to_owned())
    };
    let made: Vec<String> = h.google.asked().iter().filter_map(titled).collect();
    let mut once = made.clone();
    once.sort();
    once.dedup();
    assert_eq!(
        (made.len(), once.len()),
        (3, 3),
        "one event for each booking"
    );
}

/// row T7: what is no booking of ours is not told to Google.
#[test]
fn a_booking_that_is_refused_asks_google_nothing() {
    let h = harness();
    connect_and_prove(&h);
    booked(&h, "2026-11-24T09:00:00Z");
    h.google.accept();
    worked(&h);
    let before = h.google.paths().len();
    let refused = now(book(&h.app, input("maths", "2026-11-24T09:00:00Z")));
    assert!(refused.is_err(), "the slot is taken");
    h.google.answer(200, r#"{"items":[],"nextSyncToken":"s"}"#);
    worked(&h);
    let asked = h.google.asked();
    assert_eq!(asked.len(), before + 1);
    assert_eq!(
        asked[before].0, "GET",
        "the calendar was looked at, that is all"
    );
}

/// The ids of the links and of their events, in order.
fn links(h: &Harness) -> Vec<(String, String)> {
    let store = &h.store;
    let organization = h.organization.id;
    now(store.unit(Lane::Read, "test.links", move |tx| {
        let mut found = Vec::new();
        let at = Instant::from_micros(0);
        for booking in bookings::page(tx, organization, bookings::Filter::Upcoming, at, None, 50)? {
            for link in links::of_booking(tx, booking.id)? {
                found.push((link.id.to_string(), link.event_id));
            }
        }
        Ok::<_, StoreError>(found)
    }))
    .unwrap()
}
