//! Channels end before the grant that they need is given back (row V4, scenario E4).

use app::connections::disconnect;
use app::housekeeping;

use super::*;
use crate::connections::connect;

const REVOKE: &str = "POST /revoke";
const STOP: &str = "POST /calendar/v3/channels/stop";
const TOKEN: &str = "POST /token";

fn leave(h: &Harness) {
    now(disconnect(&h.app, h.organization.id, row(h).id)).unwrap();
}

fn gives_token(h: &Harness) {
    let tokens =
        json!({ "access_token": "for one stop", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
}

fn paths_since(h: &Harness, calls: usize) -> Vec<String> {
    h.google.paths()[calls..].to_vec()
}

/// row V4: stopped first, with a token that is kept nowhere; then the grant is given back.
#[test]
fn a_disconnect_stops_channels_and_then_gives_the_grant_back() {
    let (h, asked) = watched();
    let calls = h.google.paths().len();
    leave(&h);
    assert_eq!(state(&h, &asked), Some(State::Stopping));
    gives_token(&h);
    h.google.answer(204, "");
    work(&h);
    assert_eq!(row(&h).tokens.access, None, "nothing is kept");
    h.google.answer(200, "{}");
    work(&h);
    assert_eq!(paths_since(&h, calls), [TOKEN, STOP, REVOKE]);
    let bearer = h.google.header(calls + 1, "authorization");
    assert_eq!(bearer.as_deref(), Some("Bearer for one stop"));
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_)));
    // scenario E4, before and after.
    let calls = h.google.paths().len();
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Ignored));
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_)));
    assert_eq!(h.google.paths().len(), calls);
}

/// A push on a channel of a disconnected account is ignored before it is stopped, too.
#[test]
fn pushes_of_a_disconnected_account_are_ignored() {
    let (h, asked) = watched();
    leave(&h);
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Ignored));
    assert!(!calendar(&h).position.is_dirty);
}

/// A Google that does not answer keeps the grant waiting for an hour.
#[test]
fn a_dead_google_does_not_keep_a_grant_waiting() {
    let (h, asked) = watched();
    leave(&h);
    let gone = h.app.now();
    let mut tries = 0;
    while count(&h, "/revoke") == 0 {
        match now(step(&h.app)).unwrap() {
            Stepped::Worked => tries += 1,
            Stepped::Idle(until) => h.clock.advance(until.unwrap() - h.app.now()),
        }
        assert!(tries < 200, "{:?}", h.google.paths());
    }
    let waited = h.app.now() - gone;
    let hour = SignedDuration::from_hours(1);
    assert!(
        waited >= hour && waited < hour + SignedDuration::from_secs(2),
        "{waited:?}"
    );
    assert_eq!(state(&h, &asked), Some(State::Stopping), "it may still be");
}

/// Where the grant is dead already there is nothing to stop with, and nothing to wait for.
#[test]
fn a_dead_grant_stops_nothing() {
    let (h, asked) = watched();
    leave(&h);
    h.google.answer(400, r#"{"error":"invalid_grant"}"#);
    work(&h);
    assert_eq!(state(&h, &asked), Some(State::Stopped));
    h.google.answer(200, "{}");
    work(&h);
    assert_eq!((count(&h, "/stop"), count(&h, "/revoke")), (0, 1));
}

/// Whatever Google says of a stop but "not now", it is over.
#[test]
fn each_answer_to_a_stop_is_told_apart() {
    for (status, reason, is_over) in [
        (204, "", true),
        (200, "{}", true),
        (404, "notFound", true),
        (403, "forbidden", true),
        (503, "backendError", false),
        (429, "rateLimitExceeded", false),
    ] {
        let (h, asked) = watched();
        leave(&h);
        gives_token(&h);
        match reason {
            "" | "{}" => {
                h.google.answer(status, reason);
                work(&h);
            }
            reason => refuses(&h, status, reason),
        }
        let expected = if is_over {
            State::Stopped
        } else {
            State::Stopping
        };
        assert_eq!(state(&h, &asked), Some(expected), "{status} {reason}");
    }
}

/// Back before the stop: the account's own token stops it, and its calendar gets a channel again.
#[test]
fn who_comes_back_in_between_gets_a_new_channel() {
    let (h, old) = watched();
    leave(&h);
    connect(&h, "ada").unwrap();
    crate::connections::prove(&h);
    h.google.answer(204, "");
    work(&h);
    assert_eq!(state(&h, &old), Some(State::Stopped));
    let new = opens(&h, WEEK);
    assert_eq!(state(&h, &new), Some(State::Live));
    assert_eq!(count(&h, "/revoke"), 0);
}

/// scenario E4: rows outlive their channels by some days, and then they are gone.
#[test]
fn ended_channels_are_forgotten_after_days() {
    let (h, asked) = watched();
    for (days, is_there) in [(9, true), (2, false)] {
        h.clock.advance(SignedDuration::from_hours(24 * days));
        now(housekeeping::run(&h.app)).unwrap();
        assert_eq!(channel(&h, &asked).is_some(), is_there, "{days}");
    }
    assert_eq!(pushed(&h, &asked), Err(ArriveError::Unknown));
}
