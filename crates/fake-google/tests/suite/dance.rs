//! The authorization dance, step by step, for the tests about it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_google::{Request, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::harness::{ANA, CLIENT, Fake, REDIRECT, SCOPE_EVENTS, SECRET, landed, value};

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const SCOPE_LIST: &str =
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
pub(crate) const SCOPE_EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";

/// The usual question, with changes; an empty value leaves the parameter out.
pub(crate) fn ask(changes: &[(&str, &str)]) -> String {
    let scope = format!("openid email {SCOPE_EVENTS}");
    let mut pairs = vec![
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", &scope),
        ("access_type", "offline"),
        ("state", "the state"),
    ];
    for (name, value) in changes {
        pairs.retain(|(n, _)| n != name);
        pairs.push((name, value));
    }
    pairs.retain(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/o/oauth2/v2/auth?{query}")
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

/// Ana ticks these boxes and allows.
pub(crate) fn allow(fake: &mut Fake, ask: &str, ticked: &[&str]) -> Response {
    let mut form = vec![("account", ANA), ("decision", "allow")];
    form.extend(ticked.iter().map(|scope| ("scope", *scope)));
    fake.send(&Request::new("POST", ask).with_form(&form))
}

pub(crate) fn code(fake: &mut Fake, changes: &[(&str, &str)]) -> String {
    let back = allow(fake, &ask(changes), &[SCOPE_EVENTS, SCOPE_LIST]);
    value(&landed(&back), "code")
        .expect("allowed, so there is a code")
        .to_owned()
}

pub(crate) fn token(fake: &mut Fake, form: &[(&str, &str)]) -> Response {
    fake.send(&Request::new("POST", "/token").with_form(form))
}

/// The usual exchange, with changes; an empty value leaves the field out.
pub(crate) fn exchange(fake: &mut Fake, code: &str, changes: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("redirect_uri", REDIRECT),
    ];
    for (name, value) in changes {
        form.retain(|(n, _)| n != name);
        form.push((name, value));
    }
    form.retain(|(_, value)| !value.is_empty());
    token(fake, &form)
}

pub(crate) fn refresh(fake: &mut Fake, refresh_token: &str) -> Response {
    token(
        fake,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
        ],
    )
}

pub(crate) fn scopes(body: &Value) -> Vec<&str> {
    let listed = body["scope"]
        .as_str()
        .expect("a token answer lists its scopes");
    let mut scopes: Vec<&str> = listed.split(' ').collect();
    scopes.sort_unstable();
    scopes
}
