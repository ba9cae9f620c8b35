//! `events.list`.

use fake_google::RepeatedFilters;
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, event_path, refusal};

/// A week of events, named by what they test.
fn filled() -> Fake {
    let mut fake = Fake::new();
    for (day, more) in [
        (
            4,
            json!({"summary": "wed", "extendedProperties": {"private": {"k": "1", "l": "2"}}}),
        ),
        (
            2,
            json!({"summary": "mon", "location": "Room Two", "extendedProperties": {"private": {"k": "1"}}}),
        ),
        (
            3,
            json!({"summary": "tue", "iCalUID": "own@uid", "extendedProperties": {"shared": {"s": "x"}}}),
        ),
    ] {
        fake.insert_on(day, more);
        fake.pass(60);
    }
    fake.insert(&json!({
        "summary": "day", "start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"},
    }));
    let gone = fake.insert_on(5, json!({"summary": "gone"}));
    fake.pass(60);
    fake.call("DELETE", &event_path(&gone["id"]), None);
    fake
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list has items");
    items
        .iter()
        .map(|item| item["summary"].as_str().unwrap_or("stub"))
        .collect()
}

#[test]
fn filters_and_orders() {
    let mut fake = filled();
    for (query, expected) in [
        ("", vec!["wed", "mon", "tue", "day"]),
        (
            "singleEvents=true&orderBy=startTime",
            vec!["mon", "day", "tue", "wed"],
        ),
        ("orderBy=updated", vec!["wed", "mon", "tue", "day"]),
        ("showDeleted=true", vec!["wed", "mon", "tue", "day", "gone"]),
        // Both bounds are exclusive: what ends or starts at them is out.
        ("timeMin=2026-03-03T11:00:00Z", vec!["wed", "day"]),
        ("timeMin=2026-03-03T10:59:59Z", vec!["wed", "tue", "day"]),
        ("timeMax=2026-03-03T10:00:00Z", vec!["mon", "day"]),
        ("timeMax=2026-03-03T10:00:01Z", vec!["mon", "tue", "day"]),
        // A day is read in the calendar's zone: 3 March is 03:00Z to 03:00Z in Montevideo.
        (
            "timeMin=2026-03-04T02:59:59Z&timeMax=2026-03-04T03:00:00Z",
            vec!["day"],
        ),
        ("timeMin=2026-03-04T03:00:00Z", vec!["wed"]),
        ("timeMax=2026-03-03T03:00:00Z", vec!["mon"]),
        ("timeMax=2026-03-03T00:00:01-03:00", vec!["mon", "day"]),
        (
            "updatedMin=2026-03-01T12:02:00Z",
            vec!["tue", "day", "stub"],
        ),
        (
            "updatedMin=2026-03-01T12:02:00Z&showDeleted=true",
            vec!["tue", "day", "gone"],
        ),
        ("privateExtendedProperty=k%3D1", vec!["wed", "mon"]),
        ("privateExtendedProperty=k%3D2", vec![]),
        (
            "privateExtendedProperty=k%3D1&privateExtendedProperty=l%3D2",
            vec!["wed"],
        ),
        ("sharedExtendedProperty=s%3Dx", vec!["tue"]),
        ("iCalUID=own%40uid", vec!["tue"]),
        ("q=room+TWO", vec!["mon"]),
        ("eventTypes=default", vec!["wed", "mon", "tue", "day"]),
        ("eventTypes=outOfOffice", vec![]),
        (
            "eventTypes=outOfOffice&eventTypes=default",
            vec!["wed", "mon", "tue", "day"],
        ),
        ("maxResults=9999", vec!["wed", "mon", "tue", "day"]),
    ] {
        let list = fake.get(&format!("{EVENTS}?{query}"));
        assert_eq!(list.status, 200, "{query}: {}", list.text());
        assert_eq!(names(&list.json()), expected, "{query}");
    }
}

#[test]
fn repeated_filters_follow_the_rule() {
    let mut fake = filled();
    fake.world.rules.repeated_filters = RepeatedFilters::Any;
    let query = "privateExtendedProperty=k%3D1&privateExtendedProperty=l%3D2";
    assert_eq!(
        names(&fake.get(&format!("{EVENTS}?{query}")).json()),
        ["wed", "mon"]
    );
}

#[test]
fn the_envelope_describes_the_calendar() {
    let mut fake = filled();
    let list = fake.get(EVENTS).json();
    for (name, expected) in [
        ("kind", json!("calendar#events")),
        ("summary", json!(ANA)),
        ("timeZone", json!("America/Montevideo")),
        ("accessRole", json!("owner")),
        ("updated", json!("2026-03-01T12:04:00.123Z")),
    ] {
        assert_eq!(list[name], expected, "{name}");
    }
    assert!(list["nextSyncToken"].is_string());
    assert!(list.get("nextPageToken").is_none());
    let mut fake = Fake::new();
    assert_eq!(
        fake.get(EVENTS).json()["items"],
        json!([]),
        "items is there when empty"
    );
}

#[test]
fn a_deletion_is_told_in_its_shortest_form() {
    let mut fake = filled();
    let list = fake
        .get(&format!("{EVENTS}?updatedMin=2026-03-01T12:03:30Z"))
        .json();
    let stub = list["items"][0].as_object().unwrap();
    let mut fields: Vec<&str> = stub.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["etag", "id", "kind", "status"]);
}

#[test]
fn pages_show_everything_once() {
    for (query, expected) in [
        ("", vec!["wed", "mon", "tue", "day"]),
        (
            "singleEvents=true&orderBy=startTime",
            vec!["mon", "day", "tue", "wed"],
        ),
        ("orderBy=updated", vec!["wed", "mon", "tue", "day"]),
    ] {
        for size in 1..=5 {
            let mut fake = filled();
            let mut seen: Vec<String> = Vec::new();
            let mut token = String::new();
            loop {
                let page = fake.get(&format!("{EVENTS}?maxResults={size}&{query}{token}"));
                assert_eq!(page.status, 200, "{query}: {}", page.text());
                let page = page.json();
                seen.extend(names(&page).into_iter().map(str::to_owned));
                let next = page["nextPageToken"].as_str().map(str::to_owned);
                // An ordered listing cannot be continued, and gives no sync token.
                let is_last = next.is_none() && !query.contains("orderBy");
                assert_eq!(is_last, page["nextSyncToken"].is_string(), "{query}");
                let Some(next) = next else { break };
                token = format!("&pageToken={next}");
            }
            assert_eq!(seen, expected, "{query} by {size}");
        }
    }
}

#[test]
fn a_page_goes_on_where_it_was_though_events_come_and_go() {
    let mut fake = filled();
    let first = fake.get(&format!("{EVENTS}?maxResults=2")).json();
    let token = first["nextPageToken"].as_str().unwrap().to_owned();
    fake.call("DELETE", &event_path(&first["items"][0]["id"]), None);
    let second = fake
        .get(&format!("{EVENTS}?maxResults=2&pageToken={token}"))
        .json();
    assert_eq!(names(&second), ["tue", "day"]);
}

#[test]
fn a_page_token_belongs_to_its_question() {
    let mut fake = filled();
    fake.world
        .add_calendar(ANA, "other", "Other", "UTC")
        .unwrap();
    let query = "maxResults=1&singleEvents=true";
    let first = fake.get(&format!("{EVENTS}?{query}")).json();
    let token = first["nextPageToken"].as_str().unwrap().to_owned();
    for (name, path) in [
        (
            "other filter",
            format!("{EVENTS}?maxResults=1&pageToken={token}"),
        ),
        (
            "a filter more",
            format!("{EVENTS}?{query}&q=x&pageToken={token}"),
        ),
        (
            "other calendar",
            format!("/calendar/v3/calendars/other/events?{query}&pageToken={token}"),
        ),
        ("garbage", format!("{EVENTS}?{query}&pageToken=garbage")),
    ] {
        assert_eq!(
            refusal(&fake.get(&path)),
            (400, "invalid".to_owned()),
            "{name}"
        );
    }
    let same = fake.get(&format!(
        "{EVENTS}?singleEvents=true&pageToken={token}&maxResults=5"
    ));
    assert_eq!(names(&same.json()), ["mon", "tue", "day"]);
}

#[test]
fn lists_are_refused_by_reason() {
    let mut fake = Fake::new();
    for (query, expected) in [
        ("orderBy=startTime", (400, "badRequest")),
        ("orderBy=name", (400, "invalid")),
        ("timeMin=2026-03-01T00:00:00", (400, "invalid")),
        ("timeMin=2026-03-01", (400, "invalid")),
        (
            "timeMin=2026-03-01T00:00:00Z&timeMax=2026-03-01T00:00:00Z",
            (400, "timeRangeEmpty"),
        ),
        ("maxResults=0", (400, "invalid")),
        ("maxResults=many", (400, "invalid")),
        ("singleEvents=1", (400, "invalid")),
        ("privateExtendedProperty=k", (400, "invalid")),
        ("eventTypes=party", (400, "invalid")),
        ("syncToken=abc", (400, "invalid")),
        (
            "updatedMin=2026-01-20T00:00:00Z",
            (410, "updatedMinTooLongAgo"),
        ),
        ("unheard=1", (400, "badRequest")),
    ] {
        let answer = fake.get(&format!("{EVENTS}?{query}"));
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{query}"
        );
    }
    let empty = fake.get(&format!(
        "{EVENTS}?timeMin=2026-03-02T00:00:00Z&timeMax=2026-03-01T00:00:00Z"
    ));
    assert_eq!(empty.json()["error"]["errors"][0]["location"], "timeMax");
}

#[test]
fn partial_answers_keep_their_tokens_when_asked() {
    let mut fake = filled();
    let path = format!(
        "{EVENTS}?maxResults=1&fields=nextPageToken,nextSyncToken,items(id,start/dateTime)"
    );
    let list = fake.get(&path).json();
    let mut names: Vec<&str> = list
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["items", "nextPageToken"]);
    assert_eq!(
        list["items"][0]["start"],
        json!({"dateTime": "2026-03-04T07:00:00-03:00"})
    );
    assert_eq!(list["items"][0].as_object().unwrap().len(), 2);
}

#[test]
fn primary_is_the_account() {
    let mut fake = filled();
    let by_name = fake
        .get("/calendar/v3/calendars/ana%40example.com/events")
        .json();
    assert_eq!(by_name, fake.get(EVENTS).json());
}
