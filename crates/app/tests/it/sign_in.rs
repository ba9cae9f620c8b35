//! Signing in, and what a session can do.

use app::{access, sign_in};
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use super::support::{ADMIN, PASSWORD, harness, now};

#[test]
fn only_the_right_password_opens_a_session() {
    let h = harness();
    for (name, email, password, expected) in [
        ("right", ADMIN, PASSWORD, true),
        (
            "e-mail in capitals",
            " Owner@Brightside.example ",
            PASSWORD,
            true,
        ),
        ("wrong password", ADMIN, "correct horse batterx", false),
        ("no password", ADMIN, "", false),
        ("nobody", "nobody@brightside.example", PASSWORD, false),
        ("endless password", ADMIN, &"x".repeat(100_000), false),
    ] {
        let candidate = now(sign_in::begin(&h.app, email)).unwrap();
        assert_eq!(
            candidate.verify(&password.into()).is_some(),
            expected,
            "{name}"
        );
    }
}

/// Whether someone exists must not show in what checking costs: both take the same path.
#[test]
fn a_stranger_costs_as_much_as_a_user() {
    let h = harness();
    let cost = |email| {
        let candidate = now(sign_in::begin(&h.app, email)).unwrap();
        candidate.work_factor()
    };
    assert_eq!(cost("nobody@brightside.example"), cost(ADMIN));
}

#[test]
fn a_session_lasts_a_week_or_until_signed_out() {
    let h = harness();
    let open = || {
        let candidate = now(sign_in::begin(&h.app, ADMIN)).unwrap();
        let verified = candidate.verify(&PASSWORD.into()).unwrap();
        now(sign_in::open(&h.app, verified)).unwrap()
    };
    let (first, second) = (open(), open());
    let session = |token: &str| now(sign_in::session(&h.app, token)).unwrap();
    let found = session(first.token.expose_secret()).unwrap();
    assert_eq!(
        (found.email.as_str(), found.organization),
        (ADMIN, h.organization.clone())
    );
    assert!(session("guessed").is_none());
    assert_ne!(
        found.csrf,
        session(second.token.expose_secret()).unwrap().csrf
    );

    now(sign_in::sign_out(&h.app, first.token.expose_secret())).unwrap();
    assert!(session(first.token.expose_secret()).is_none());
    assert!(session(second.token.expose_secret()).is_some());

    h.clock.advance(SignedDuration::from_hours(7 * 24));
    assert!(session(second.token.expose_secret()).is_none());
}

#[test]
fn a_key_acts_for_its_organization() {
    let h = harness();
    let key = now(access::create_api_key(&h.app, h.organization.id, "test")).unwrap();
    assert_eq!(
        now(access::organization_of_key(&h.app, &key)),
        Ok(Some(h.organization.id))
    );
    assert_eq!(
        now(access::organization_of_key(&h.app, "lk_guessed")),
        Ok(None)
    );
}
