//! Channels asked for and stopped, and the headers of pushes.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{BadNotice, CallError, Channel, Notice, ResourceState, WatchError, Wish, stop, watch};
use crate::endpoints::Endpoints;
use crate::error::Advice;
use crate::events::CalendarAt;
use crate::script::{Script, now};

fn watched(script: &Script) -> Result<Channel, WatchError> {
    let token = SecretString::from("t");
    let wish = Wish {
        id: "channel-1",
        token: &SecretString::from("secret"),
        address: &"https://book.example/hooks/google".parse().unwrap(),
        ttl: jiff::SignedDuration::from_hours(24 * 7),
    };
    let at = CalendarAt {
        endpoints: &Endpoints::google(),
        access_token: &token,
        calendar: "a@b.cd",
    };
    now(watch(script, at, wish))
}

fn stopped(script: &Script) -> Result<(), CallError> {
    let token = SecretString::from("t");
    now(stop(
        script,
        &Endpoints::google(),
        &token,
        "channel-1",
        "r1",
    ))
}

fn sent(script: &Script) -> (String, Value) {
    let request = script.asked();
    let body = serde_json::from_slice(request.body()).unwrap();
    (
        format!("{} {}", request.method(), request.uri().path()),
        body,
    )
}

fn refusal(reason: &str) -> Value {
    json!({"error": {"errors": [{"domain": "d", "reason": reason, "message": "m"}], "code": 1}})
}

#[test]
fn a_channel_is_asked_for_and_ends_when_google_says() {
    let granted = |expires: Option<i64>| {
        Ok(Channel {
            id: "channel-1".into(),
            resource_id: "r1".into(),
            expires: expires.map(|millis| domain::Instant::from_micros(millis * 1000)),
        })
    };
    let body = |expiration: Value| {
        json!({"kind": "api#channel", "id": "channel-1",
        "resourceId": "r1", "resourceUri": "u", "token": "secret", "expiration": expiration})
    };
    for (expiration, expected) in [
        (json!("1795000000123"), Some(1_795_000_000_123)),
        (json!(1_795_000_000_123_i64), Some(1_795_000_000_123)),
        (json!(null), None),
        (json!("later"), None),
    ] {
        let script = Script::new(200, body(expiration));
        assert_eq!(watched(&script), granted(expected));
        let (call, sent) = sent(&script);
        assert_eq!(call, "POST /calendar/v3/calendars/a@b.cd/events/watch");
        let expected = json!({"id": "channel-1", "type": "web_hook", "token": "secret",
            "address": "https://book.example/hooks/google", "params": {"ttl": "604800"}});
        assert_eq!(sent, expected);
    }
}

#[test]
fn refusals_of_a_channel_are_told_apart() {
    let unauthorized = "push.webhookUrlUnauthorized";
    let call = WatchError::Call;
    for (status, reason, error, advice) in [
        (
            400,
            "pushNotSupportedForRequestedResource",
            WatchError::NotSupported,
            Advice::Refuse,
        ),
        (
            401,
            unauthorized,
            WatchError::AddressUnauthorized,
            Advice::Refuse,
        ),
        (
            400,
            unauthorized,
            WatchError::AddressUnauthorized,
            Advice::Refuse,
        ),
        (
            401,
            "webhookUrlUnauthorized",
            WatchError::AddressUnauthorized,
            Advice::Refuse,
        ),
        (
            400,
            "push.webhookUrlNotHttps",
            WatchError::AddressNotHttps,
            Advice::Refuse,
        ),
        (400, "channelIdNotUnique", WatchError::IdUsed, Advice::Retry),
        (
            401,
            "authError",
            call(CallError::TokenRefused),
            Advice::Reconnect,
        ),
        (404, "notFound", call(CallError::NotFound), Advice::Refuse),
    ] {
        let error_read = watched(&Script::new(status, refusal(reason))).unwrap_err();
        assert_eq!(
            (&error_read, error_read.advice()),
            (&error, advice),
            "{status} {reason}"
        );
    }
    for (status, body) in [(503, ""), (200, "<html>"), (200, r#"{"id":"x"}"#)] {
        let error = watched(&Script::new(status, body)).unwrap_err();
        assert_eq!(error.advice(), Advice::Retry, "{status} {body}");
    }
}

#[test]
fn stopping_what_is_not_there_is_stopping() {
    for status in [204, 200, 404] {
        let script = Script::new(status, "");
        assert_eq!(stopped(&script), Ok(()), "{status}");
        let (call, sent) = sent(&script);
        assert_eq!(call, "POST /calendar/v3/channels/stop");
        assert_eq!(sent, json!({"id": "channel-1", "resourceId": "r1"}));
    }
    assert_eq!(stopped(&Script::new(401, "")), Err(CallError::TokenRefused));
    assert_eq!(
        stopped(&Script::new(500, "")).unwrap_err().advice(),
        Advice::Retry
    );
}

/// The headers of Google's own example, changed by `change`.
fn headers(change: &[(&'static str, Option<&str>)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("X-Goog-Channel-ID", "channel-1"),
        ("X-Goog-Message-Number", "10"),
        ("X-Goog-Resource-ID", "r1"),
        ("X-Goog-Resource-State", "exists"),
        (
            "X-Goog-Resource-URI",
            "https://www.googleapis.com/calendar/v3/x",
        ),
        ("X-Goog-Channel-Expiration", "Tue, 19 Nov 2013 01:13:52 GMT"),
        ("X-Goog-Channel-Token", "secret"),
    ] {
        headers.insert(name_of(name), value.parse().unwrap());
    }
    for (name, value) in change {
        match value {
            Some(value) => headers.insert(name_of(name), value.parse().unwrap()),
            None => headers.remove(name_of(name)),
        };
    }
    headers
}

/// As the network gives it, where case is not kept.
fn name_of(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).unwrap()
}

#[test]
fn a_push_says_its_channel_and_its_state() {
    let notice = Notice::read(&headers(&[])).unwrap();
    assert_eq!(notice.channel_id, "channel-1");
    assert_eq!((notice.resource_id.as_str(), notice.number), ("r1", 10));
    let token = notice.token.as_ref();
    assert_eq!(token.map(ExposeSecret::expose_secret), Some("secret"));
    assert!(!format!("{notice:?}").contains("secret"));
    let without = headers(&[
        ("x-goog-channel-token", None),
        ("x-goog-channel-expiration", None),
    ]);
    assert!(Notice::read(&without).unwrap().token.is_none());
    for (word, state) in [
        ("sync", ResourceState::Sync),
        ("exists", ResourceState::Exists),
        ("not_exists", ResourceState::NotExists),
        ("Sync", ResourceState::Other),
        ("archived", ResourceState::Other),
    ] {
        let notice = Notice::read(&headers(&[("X-GOOG-RESOURCE-STATE", Some(word))]));
        assert_eq!(notice.unwrap().state, state, "{word}");
    }
}

#[test]
fn what_no_push_has_is_said() {
    let id = "x-goog-channel-id";
    let number = "x-goog-message-number";
    let token = "x-goog-channel-token";
    let long = "x".repeat(600);
    let mut rows = vec![
        ((id, Some("")), BadNotice::NotText(id)),
        ((id, Some(&long[..65])), BadNotice::NotText(id)),
        ((token, Some(&long[..257])), BadNotice::NotText(token)),
        (
            ("x-goog-resource-id", Some(&long[..513])),
            BadNotice::NotText("x-goog-resource-id"),
        ),
        ((token, Some("na\u{ef}ve")), BadNotice::NotText(token)),
        ((number, Some("-1")), BadNotice::NoNumber(number)),
        ((number, Some("+1")), BadNotice::NoNumber(number)),
        ((number, Some("1.5")), BadNotice::NoNumber(number)),
        (
            (number, Some("99999999999999999999")),
            BadNotice::NoNumber(number),
        ),
    ];
    for name in [id, number, "x-goog-resource-id", "x-goog-resource-state"] {
        rows.push(((name, None), BadNotice::Missing(name)));
    }
    for (change, expected) in rows {
        let read = Notice::read(&headers(&[change]));
        assert_eq!(read.err(), Some(expected), "{change:?}");
    }
    let mut twice = headers(&[]);
    twice.append(token, HeaderValue::from_static("another"));
    assert_eq!(Notice::read(&twice).err(), Some(BadNotice::Repeated(token)));
}

proptest! {
    #[test]
    fn no_headers_make_a_panic(values in prop::collection::vec(
        (prop::sample::select(vec![
            "x-goog-channel-id", "x-goog-message-number", "x-goog-resource-id",
            "x-goog-resource-state", "x-goog-channel-token",
        ]), prop::collection::vec(any::<u8>(), 0..12)), 0..8)) {
        let mut all = headers(&[]);
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                all.insert(name, value);
            }
        }
        let _ = Notice::read(&all);
    }
}
