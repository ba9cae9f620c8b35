//! What may be asked of a channel, and how long it lives (§12.1).

use serde_json::json;

use super::{due, stop, watch, watching, wish, with};
use crate::harness::{ANA, Fake, refusal};

#[test]
fn a_channel_id_is_taken_for_ever() {
    let mut fake = Fake::new();
    let taken = (400, "channelIdNotUnique".to_owned());
    let channel = watching(&mut fake, "one");
    assert_eq!(refusal(&watch(&mut fake, &wish("one"))), taken);
    assert_eq!(stop(&mut fake, &channel).status, 204);
    assert_eq!(refusal(&watch(&mut fake, &wish("one"))), taken);
    let short = with(wish("two"), "params", json!({"ttl": "1"}));
    assert_eq!(watch(&mut fake, &short).status, 200);
    fake.pass(2);
    assert_eq!(refusal(&watch(&mut fake, &wish("two"))), taken);
}

#[test]
fn a_wish_that_google_refuses_is_refused() {
    let mut fake = Fake::new();
    fake.world
        .rules
        .push
        .unauthorized_hosts
        .insert("evil.example".to_owned());
    let past = (fake.now.as_millisecond() - 1).to_string();
    let cases = [
        ("id", json!(null), "required"),
        ("id", json!(""), "required"),
        ("id", json!("x".repeat(65)), "invalid"),
        ("id", json!("no spaces"), "invalid"),
        ("type", json!(null), "required"),
        ("type", json!("mail"), "invalid"),
        ("address", json!(null), "required"),
        ("address", json!("hook"), "invalid"),
        (
            "address",
            json!("http://app.example/hook"),
            "push.webhookUrlNotHttps",
        ),
        (
            "address",
            json!("http://127.0.0.1:9/hook"),
            "push.webhookUrlNotHttps",
        ),
        ("token", json!("x".repeat(257)), "invalid"),
        ("token", json!("a\r\nX-Evil: 1"), "invalid"),
        ("params", json!({"ttl": "0"}), "invalid"),
        ("params", json!({"ttl": "long"}), "invalid"),
        ("expiration", json!(past), "invalid"),
        ("expiration", json!("soon"), "invalid"),
    ];
    for (name, value, reason) in cases {
        let answer = watch(&mut fake, &with(wish("one"), name, value.clone()));
        assert_eq!(refusal(&answer), (400, reason.to_owned()), "{name} {value}");
    }
    let evil = with(wish("one"), "address", json!("https://evil.example/hook"));
    let unauthorized = "push.webhookUrlUnauthorized".to_owned();
    assert_eq!(refusal(&watch(&mut fake, &evil)), (401, unauthorized));
    assert_eq!(due(&mut fake), [], "no channel came of it");
    let longest = with(wish(&"x".repeat(64)), "token", json!("x".repeat(256)));
    assert_eq!(watch(&mut fake, &longest).status, 200);
}

#[test]
fn plain_http_is_taken_on_loopback_alone_and_when_allowed() {
    let mut fake = Fake::new();
    fake.world.rules.push.allows_http = true;
    for (host, status) in [
        ("127.0.0.1:9", 200),
        ("[::1]:9", 200),
        ("localhost:9", 200),
        ("a.example", 400),
    ] {
        let address = json!(format!("http://{host}/hook"));
        let id: String = host.chars().filter(char::is_ascii_alphanumeric).collect();
        let answer = watch(&mut fake, &with(wish(&id), "address", address));
        assert_eq!(answer.status, status, "{host}: {}", answer.text());
    }
}

#[test]
fn calendars_that_google_makes_up_refuse_push() {
    let mut fake = Fake::new();
    let holidays = "es.uy#holiday@group.v.calendar.google.com";
    fake.world
        .add_calendar(ANA, holidays, "Holidays", "UTC")
        .unwrap();
    fake.world.add_calendar(ANA, "room", "Room", "UTC").unwrap();
    fake.world
        .rules
        .push
        .refused_calendars
        .insert("room".to_owned());
    for id in ["es.uy%23holiday%40group.v.calendar.google.com", "room"] {
        let path = format!("/calendar/v3/calendars/{id}/events/watch");
        let answer = fake.call("POST", &path, Some(&wish("one")));
        let reason = "pushNotSupportedForRequestedResource".to_owned();
        assert_eq!(refusal(&answer), (400, reason), "{id}");
        assert_eq!(answer.json()["error"]["errors"][0]["domain"], "calendar");
    }
}

#[test]
fn a_channel_lives_as_long_as_asked_and_allowed() {
    let mut fake = Fake::new();
    fake.world.rules.push.ttl_max_seconds = 2_592_000;
    let now = fake.now.as_millisecond();
    for (name, more, seconds) in [
        ("default", json!({}), 604_800),
        ("ttl", json!({"params": {"ttl": "3600"}}), 3600),
        (
            "expiration",
            json!({"expiration": (now + 60_000).to_string()}),
            60,
        ),
        ("bare number", json!({"expiration": now + 60_000}), 60),
        (
            "both",
            json!({"expiration": now + 60_000, "params": {"ttl": "30"}}),
            30,
        ),
        (
            "too long",
            json!({"params": {"ttl": "99999999"}}),
            2_592_000,
        ),
        (
            "far too long",
            json!({"expiration": "9223372036854775807"}),
            2_592_000,
        ),
    ] {
        let mut body = wish(&name.replace(' ', "-"));
        for (field, value) in more.as_object().unwrap() {
            body[field] = value.clone();
        }
        let answer = watch(&mut fake, &body);
        let expected = (now + seconds * 1000).to_string();
        assert_eq!(
            answer.json()["expiration"],
            expected,
            "{name}: {}",
            answer.text()
        );
    }
}
