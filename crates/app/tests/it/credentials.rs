//! Tokens: renewed in time, and every refusal told apart (rows T5 and L13, scenarios A1, A2, A4).

use app::connections::{
    Cause, Connection, ConnectionState, CredentialKind, PublicError, ServiceAccountError,
    connect_public, connect_service_account, list,
};
use app::due::{Stepped, step};
use google::oauth::SCOPE_EVENTS;
use jiff::SignedDuration;
use store::Lane;
use store::tables::connections as stored;

use super::connections::{connect, connect_and_prove, prove};
use super::support::{API_KEY, Harness, harness, now};

/// The connection there is.
pub(crate) fn connection(h: &Harness) -> Connection {
    now(list(&h.app, h.organization.id)).unwrap().remove(0)
}

pub(crate) fn worked(h: &Harness) {
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Worked);
}

/// What is stored of it.
pub(crate) fn row(h: &Harness) -> stored::Connection {
    let organization = h.organization.id;
    let found = now(h.store.unit(Lane::Read, "test.row", move |tx| {
        stored::list(tx, organization)
    }));
    found.unwrap().remove(0)
}

/// Connected, proven and at rest, with a token about to run out.
fn tired() -> Harness {
    let h = harness();
    connect_and_prove(&h);
    h.clock.advance(SignedDuration::from_mins(61));
    h
}

fn fresh() -> String {
    format!(r#"{{"access_token":"ya29.new","expires_in":3599,"scope":"openid {SCOPE_EVENTS}"}}"#)
}

/// row L13: each of Google's refusals is a cause of its own, and only those of the grant end it.
#[test]
fn every_refusal_of_the_token_endpoint_is_told_apart() {
    let json = |code: &str| format!(r#"{{"error":"{code}","error_description":"Said."}}"#);
    let rapt = r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#.to_owned();
    let narrow = r#"{"access_token":"a","expires_in":3599,"scope":"openid email"}"#.to_owned();
    for (status, body, cause, state) in [
        (
            400,
            json("invalid_grant"),
            Cause::NeedsReconnect,
            ConnectionState::Error,
        ),
        (400, rapt, Cause::InvalidRapt, ConnectionState::Error),
        (200, narrow, Cause::ScopeMissing, ConnectionState::Error),
        (
            401,
            json("invalid_client"),
            Cause::InvalidClient,
            ConnectionState::Error,
        ),
        (
            401,
            json("deleted_client"),
            Cause::DeletedClient,
            ConnectionState::Error,
        ),
        (
            401,
            json("disabled_client"),
            Cause::DisabledClient,
            ConnectionState::Error,
        ),
        (
            400,
            json("unauthorized_client"),
            Cause::UnauthorizedClient,
            ConnectionState::Error,
        ),
        (
            400,
            json("redirect_uri_mismatch"),
            Cause::RedirectUriMismatch,
            ConnectionState::Error,
        ),
        (
            400,
            json("invalid_scope"),
            Cause::InvalidScope,
            ConnectionState::Error,
        ),
        (
            400,
            json("admin_policy_enforced"),
            Cause::AdminPolicyEnforced,
            ConnectionState::Error,
        ),
        (
            403,
            json("org_internal"),
            Cause::OrgInternal,
            ConnectionState::Error,
        ),
        (
            403,
            json("access_denied"),
            Cause::AccessDenied,
            ConnectionState::Error,
        ),
        (
            400,
            json("invalid_request"),
            Cause::Misconfigured,
            ConnectionState::Error,
        ),
        (
            403,
            json("rate_limit_exceeded"),
            Cause::RateLimited,
            ConnectionState::Syncing,
        ),
        (
            429,
            String::new(),
            Cause::RateLimited,
            ConnectionState::Syncing,
        ),
        (
            503,
            json("temporarily_unavailable"),
            Cause::Unreachable,
            ConnectionState::Syncing,
        ),
        (
            502,
            "<html>Bad Gateway</html>".into(),
            Cause::Unreachable,
            ConnectionState::Syncing,
        ),
        (
            200,
            "<html>Sign in to Wi-Fi</html>".into(),
            Cause::Unreachable,
            ConnectionState::Syncing,
        ),
        (
            404,
            "<html>Not Found</html>".into(),
            Cause::UnexpectedAnswer,
            ConnectionState::Syncing,
        ),
    ] {
        let h = tired();
        h.google.answer(status, body);
        worked(&h);
        let found = connection(&h);
        assert_eq!(found.cause, Some(cause), "{status}");
        assert_eq!(found.state, state, "{cause:?}");
        let is_over = row(&h).state == stored::State::Error;
        assert_eq!(
            is_over,
            cause.is_end(),
            "{cause:?}: asked no more only when the grant is over"
        );
        if !is_over {
            // What passes or is mended heals by itself.
            h.clock.advance(SignedDuration::from_mins(16));
            h.google.answer(200, fresh());
            worked(&h);
            assert_eq!(connection(&h).cause, None, "{cause:?}");
        }
    }
}

/// scenario A2: the second grant in a row that lasts a week names the reason.
#[test]
fn grants_that_die_weekly_name_the_publishing_status() {
    let h = harness();
    for expected in [
        Cause::NeedsReconnectAfterWeek,
        Cause::NeedsReconnectEveryWeek,
        Cause::NeedsReconnectEveryWeek,
    ] {
        connect_and_prove(&h);
        // In use the whole week.
        for _ in 0..7 {
            h.clock.advance(SignedDuration::from_hours(24));
            h.google.answer(200, fresh());
            worked(&h);
        }
        h.clock.advance(SignedDuration::from_mins(61));
        h.google.answer(400, r#"{"error":"invalid_grant"}"#);
        worked(&h);
        assert_eq!(connection(&h).cause, Some(expected));
    }
}

/// scenario A4: never a token past its end, however the clock stands to its expiry.
#[test]
fn a_token_is_renewed_before_its_end() {
    for (name, seconds, is_renewed) in [
        ("long before", 3000, false),
        ("just before the margin", 3538, false),
        ("within the margin", 3540, true),
        ("after its end", 4000, true),
    ] {
        let h = harness();
        connect_and_prove(&h);
        h.clock.advance(SignedDuration::from_secs(seconds));
        let before = h.google.paths().len();
        worked(&h);
        let asked = h.google.paths()[before..].to_vec();
        assert_eq!(asked == ["POST /token"], is_renewed, "{name}: {asked:?}");
    }
}

/// row L9: no consent and no refresh token; a new assertion each time, for whom it acts.
#[test]
fn a_service_account_is_connected_and_renews_itself() {
    let h = harness();
    let answer = r#"{"access_token":"ya29.sa","expires_in":3599,"token_type":"Bearer"}"#;
    h.google.answer(200, answer);
    now(connect_service_account(&h.app, h.organization.id)).unwrap();
    let found = connection(&h);
    assert_eq!(
        (found.credential, found.account_email.as_str(), found.state),
        (
            CredentialKind::ServiceAccount,
            "ana@example.com",
            ConnectionState::Syncing
        )
    );
    assert_eq!(
        h.google.form(0)["grant_type"],
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    assert!(!h.google.form(0).contains_key("client_secret"));
    prove(&h);
    h.clock.advance(SignedDuration::from_mins(61));
    h.google.answer(200, answer);
    worked(&h);
    assert_eq!(h.google.paths().last().unwrap(), "POST /token");
    assert_ne!(
        h.google.form(0)["assertion"],
        h.google.form(3)["assertion"],
        "a new one"
    );
    assert_eq!(connection(&h).cause, None);
    // A person's account beside it would be another owner.
    assert!(connect(&h, "ada").is_err());
}

#[test]
fn a_service_account_that_is_refused_says_why_and_its_grant_does_not_die() {
    let said = |text: &str| format!(r#"{{"error":"invalid_grant","error_description":"{text}"}}"#);
    let clock = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
    for (status, body, cause) in [
        (
            400,
            said("Invalid JWT Signature."),
            Cause::ServiceAccountRefused,
        ),
        (
            400,
            said("Invalid grant: account not found"),
            Cause::ServiceAccountRefused,
        ),
        (400, said(clock), Cause::ClockWrong),
        (400, said("Invalid email or User ID"), Cause::SubjectUnknown),
        (
            401,
            r#"{"error":"unauthorized_client"}"#.into(),
            Cause::UnauthorizedClient,
        ),
        (
            401,
            r#"{"error":"disabled_client"}"#.into(),
            Cause::DisabledClient,
        ),
        (
            400,
            r#"{"error":"invalid_scope"}"#.into(),
            Cause::InvalidScope,
        ),
        (500, "<html>".into(), Cause::Unreachable),
    ] {
        let h = harness();
        h.google.answer(status, body.clone());
        let refused = now(connect_service_account(&h.app, h.organization.id));
        assert_eq!(refused, Err(ServiceAccountError::Google(cause)));
        h.google
            .answer(200, r#"{"access_token":"a","expires_in":3599}"#);
        now(connect_service_account(&h.app, h.organization.id)).unwrap();
        prove(&h);
        h.clock.advance(SignedDuration::from_mins(61));
        h.google.answer(status, body);
        worked(&h);
        assert_eq!(connection(&h).cause, Some(cause));
        assert_eq!(row(&h).state, stored::State::Connected);
    }
}

/// §3.5: a grant nobody uses ends after six months, so one that nothing else uses is used monthly.
#[test]
fn a_grant_is_kept_alive() {
    let h = harness();
    connect_and_prove(&h);
    let rest = row(&h).run_at;
    assert_eq!(rest - app_now(&h), SignedDuration::from_hours(30 * 24));
    {
        let organization = h.organization.id;
        // Its calendar rests: as when pushed changes make looking rare.
        let quiet = now(h.store.unit(Lane::Background, "test.quiet", move |tx| {
            let id = stored::list(tx, organization)?[0].id;
            let mut calendar = store::tables::calendars::of_connection(tx, id)?.remove(0);
            calendar.pull_at = rest + SignedDuration::from_hours(10_000);
            store::tables::calendars::update(tx, &calendar)
        }));
        quiet.unwrap();
    }
    assert_eq!(now(step(&h.app)).unwrap(), Stepped::Idle(Some(rest)));
    h.clock.advance(rest - app_now(&h));
    h.google.answer(200, fresh());
    worked(&h);
    assert_eq!(h.google.paths().last().unwrap(), "POST /token");
    assert!(row(&h).run_at > rest);
}

fn app_now(h: &Harness) -> domain::Instant {
    domain::Clock::now(&*h.clock)
}

/// row L10: a public calendar is read with the key and nothing else, and is never one to write to.
#[test]
fn a_public_calendar_is_read_by_key_and_never_written() {
    let h = harness();
    let holidays = "es.spain#holiday@group.v.calendar.google.com";
    let connect_it = || now(connect_public(&h.app, h.organization.id, holidays));
    for status in [404, 401] {
        h.google.answer(status, "");
        assert_eq!(connect_it(), Err(PublicError::NotPublic), "{status}");
    }
    h.google.answer(503, "");
    assert_eq!(connect_it(), Err(PublicError::Google(Cause::Unreachable)));
    let page = r#"{"items":[],"nextSyncToken":"s","summary":"Holidays"}"#;
    for _ in 0..2 {
        h.google.answer(200, page);
        connect_it().unwrap();
    }
    let found = now(list(&h.app, h.organization.id)).unwrap();
    assert_eq!(
        (found.len(), found[0].credential),
        (1, CredentialKind::ApiKey)
    );
    // Its look: the key, and no token; no proof is tried, for that would be a write.
    h.google.answer(200, page);
    worked(&h);
    worked(&h);
    let asked = h.google.paths();
    let path = "GET /calendar/v3/calendars/es.spain%23holiday@group.v.calendar.google.com/events";
    assert!(asked.iter().all(|request| request == path), "{asked:?}");
    let last = asked.len() - 1;
    assert_eq!(
        h.google.header(last, "x-goog-api-key").as_deref(),
        Some(API_KEY)
    );
    assert_eq!(h.google.header(last, "authorization"), None);
    assert_eq!(connection(&h).state, ConnectionState::Connected);
    // Beside it the owner's own calendar is connected, and the key is never used for that one.
    connect_and_prove(&h);
    let asked = h.google.paths().len();
    for n in last + 1..asked {
        assert_eq!(h.google.header(n, "x-goog-api-key"), None);
    }
    assert_eq!(now(list(&h.app, h.organization.id)).unwrap().len(), 2);
}
