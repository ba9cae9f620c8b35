//! Recurring events: masters, instances, exceptions, and what lists tell of them.

use fake_google::Request;
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_path, instant, refusal};

const ZONE: &str = "America/Montevideo";

/// A series of meetings from 10 to 11 in Montevideo (UTC-3), beginning on 2 March 2026.
fn series(fake: &mut Fake, id: &str, rule: &str) -> Value {
    fake.insert(&json!({
        "id": id,
        "summary": "Stand-up",
        "recurrence": [rule],
        "start": { "dateTime": "2026-03-02T10:00:00", "timeZone": ZONE },
        "end": { "dateTime": "2026-03-02T11:00:00", "timeZone": ZONE },
        "extendedProperties": { "private": { "mark": "ours" } },
    }))
}

fn list(fake: &mut Fake, query: &str) -> Value {
    let answer = fake.get(&format!("{EVENTS}?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

/// Id and status of each item.
fn told(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("a list has items");
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| format!("{} {}", text(item, "id"), text(item, "status")))
        .collect()
}

fn instances(fake: &mut Fake, series: &str, query: &str) -> Value {
    let answer = fake.get(&format!("{EVENTS}/{series}/instances?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

fn patch(fake: &mut Fake, id: &str, body: &Value) -> Value {
    let answer = fake.call("PATCH", &format!("{EVENTS}/{id}"), Some(body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn delete(fake: &mut Fake, id: &str) {
    let answer = fake.call("DELETE", &format!("{EVENTS}/{id}"), None);
    assert_eq!(answer.status, 204, "{}", answer.text());
}

#[test]
fn a_series_is_one_item_or_its_instances() {
    let mut fake = Fake::new();
    let master = series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=3");
    assert_eq!(master["recurrence"], json!(["RRULE:FREQ=DAILY;COUNT=3"]));
    assert_eq!(master["start"]["timeZone"], ZONE);
    assert_eq!(told(&list(&mut fake, "")), ["standup confirmed"]);
    let single = list(&mut fake, "singleEvents=true&orderBy=startTime");
    assert_eq!(
        told(&single),
        [
            "standup_20260302T130000Z confirmed",
            "standup_20260303T130000Z confirmed",
            "standup_20260304T130000Z confirmed",
        ]
    );
    let second = &single["items"][1];
    assert_eq!(second["recurringEventId"], "standup");
    assert_eq!(second["originalStartTime"], second["start"]);
    assert_eq!(second["start"]["dateTime"], "2026-03-03T10:00:00-03:00");
    assert_eq!(second["end"]["dateTime"], "2026-03-03T11:00:00-03:00");
    assert_eq!(second["iCalUID"], master["iCalUID"]);
    assert_eq!(second["etag"], master["etag"]);
    assert!(second.get("recurrence").is_none());
    let got = fake.get(&event_path(&second["id"])).json();
    assert_eq!(&got, second);
    for id in [
        "standup_20260305T130000Z",
        "standup_20260302",
        "standup_x",
        "other_20260302T130000Z",
    ] {
        assert_eq!(fake.get(&format!("{EVENTS}/{id}")).status, 404, "{id}");
    }
    let order = fake.get(&format!("{EVENTS}?orderBy=startTime"));
    assert_eq!(refusal(&order), (400, "badRequest".to_owned()));
}

#[test]
fn windows_hold_the_instances_that_overlap_them() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY");
    // Both bounds are exclusive: one instance ends as the window begins, one starts as it ends.
    let window = "timeMin=2026-05-01T14:00:00Z&timeMax=2026-05-03T13:00:00Z";
    let single = list(&mut fake, &format!("singleEvents=true&{window}"));
    assert_eq!(told(&single), ["standup_20260502T130000Z confirmed"]);
    assert_eq!(told(&list(&mut fake, window)), ["standup confirmed"]);
    let before = "timeMax=2026-03-02T13:00:00Z";
    assert!(told(&list(&mut fake, before)).is_empty());
    series(&mut fake, "short", "RRULE:FREQ=DAILY;COUNT=2");
    assert_eq!(told(&list(&mut fake, window)), ["standup confirmed"]);
}

#[test]
fn an_endless_series_stops_at_the_horizon_and_pages() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY");
    let mut count = 0;
    let mut page = list(&mut fake, "singleEvents=true&maxResults=300");
    loop {
        count += page["items"].as_array().unwrap().len();
        let Some(token) = page["nextPageToken"].as_str() else {
            break;
        };
        let query = format!("singleEvents=true&maxResults=300&pageToken={token}");
        page = list(&mut fake, &query);
    }
    assert_eq!(count, 730);
    let far = "singleEvents=true&timeMin=2041-01-01T00:00:00Z&timeMax=2041-01-03T00:00:00Z";
    assert_eq!(list(&mut fake, far)["items"].as_array().unwrap().len(), 2);
}

#[test]
fn days_of_a_series_are_read_in_the_calendars_zone() {
    let mut fake = Fake::new();
    fake.insert(&json!({
        "id": "dates0",
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"],
        "start": { "date": "2026-03-02" },
        "end": { "date": "2026-03-04" },
    }));
    let all = list(&mut fake, "singleEvents=true");
    assert_eq!(
        told(&all),
        ["dates0_20260302 confirmed", "dates0_20260309 confirmed"]
    );
    assert_eq!(all["items"][1]["end"], json!({ "date": "2026-03-11" }));
    assert_eq!(
        all["items"][1]["originalStartTime"],
        json!({ "date": "2026-03-09" })
    );
    // Midnight in Montevideo is 03:00 in UTC.
    let until =
        |time: &str| format!("singleEvents=true&timeMin=2026-03-05T00:00:00Z&timeMax={time}");
    let short = list(&mut fake, &until("2026-03-09T03:00:00Z"));
    assert!(told(&short).is_empty());
    let long = list(&mut fake, &until("2026-03-09T03:00:01Z"));
    assert_eq!(told(&long), ["dates0_20260309 confirmed"]);
}

#[test]
fn a_series_keeps_its_own_hour_in_any_calendar() {
    let mut fake = Fake::new();
    fake.insert(&json!({
        "id": "madrid",
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"],
        "start": { "dateTime": "2026-03-28T09:00:00", "timeZone": "Europe/Madrid" },
        "end": { "dateTime": "2026-03-28T10:30:00", "timeZone": "Europe/Madrid" },
    }));
    let all = list(&mut fake, "singleEvents=true");
    assert_eq!(
        told(&all),
        [
            "madrid_20260328T080000Z confirmed",
            "madrid_20260329T070000Z confirmed"
        ]
    );
    let second = &all["items"][1];
    assert_eq!(second["start"]["dateTime"], "2026-03-29T04:00:00-03:00");
    assert_eq!(second["start"]["timeZone"], "Europe/Madrid");
}

#[test]
fn writing_an_instance_makes_an_exception() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=3");
    let master_before = fake.get(&format!("{EVENTS}/standup")).json();
    fake.pass(60);
    let moved = patch(
        &mut fake,
        "standup_20260303T130000Z",
        &json!({
            "start": { "dateTime": "2026-03-05T18:00:00-03:00" },
            "end": { "dateTime": "2026-03-05T19:00:00-03:00" },
        }),
    );
    assert_eq!(moved["id"], "standup_20260303T130000Z");
    assert_eq!(moved["recurringEventId"], "standup");
    assert_eq!(
        moved["originalStartTime"]["dateTime"],
        "2026-03-03T10:00:00-03:00"
    );
    assert_eq!(moved["sequence"], 1);
    assert_eq!(moved["summary"], "Stand-up");
    assert_eq!(fake.get(&format!("{EVENTS}/standup")).json(), master_before);
    assert_eq!(
        told(&list(&mut fake, "")),
        ["standup confirmed", "standup_20260303T130000Z confirmed"]
    );
    let single = list(&mut fake, "singleEvents=true&orderBy=startTime");
    assert_eq!(
        told(&single),
        [
            "standup_20260302T130000Z confirmed",
            "standup_20260304T130000Z confirmed",
            "standup_20260303T130000Z confirmed",
        ]
    );
    // Its old place is empty, its new one is not.
    let window = |day: &str| {
        format!("singleEvents=true&timeMin=2026-03-{day}T00:00:00Z&timeMax=2026-03-{day}T23:00:00Z")
    };
    assert!(told(&list(&mut fake, &window("03"))).is_empty());
    assert_eq!(
        told(&list(&mut fake, &window("05"))),
        ["standup_20260303T130000Z confirmed"]
    );
}

#[test]
fn an_update_of_an_instance_is_conditional_and_whole() {
    let mut fake = Fake::new();
    let master = series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=3");
    let path = format!("{EVENTS}/standup_20260303T130000Z");
    let mut body = fake.get(&path).json();
    body["summary"] = "Other".into();
    body.as_object_mut().unwrap().remove("extendedProperties");
    let request = |etag: &str| {
        Request::new("PUT", &path)
            .with_header("if-match", etag)
            .with_json(&body)
    };
    let stale = fake.send(&request("\"1\"").with_bearer(&fake.token.clone()));
    assert_eq!(refusal(&stale), (412, "conditionNotMet".to_owned()));
    let etag = master["etag"].as_str().unwrap();
    let fresh = fake.send(&request(etag).with_bearer(&fake.token.clone()));
    assert_eq!(fresh.status, 200, "{}", fresh.text());
    assert_eq!(fresh.json()["summary"], "Other");
    assert!(fresh.json().get("extendedProperties").is_none());
    let with_rule = fake.call(
        "PATCH",
        &path,
        Some(&json!({"recurrence": ["RRULE:FREQ=DAILY"]})),
    );
    assert_eq!(refusal(&with_rule), (400, "invalid".to_owned()));
}

#[test]
fn cancelled_instances_are_told_as_the_reference_says() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=3");
    fake.insert_on(9, json!({"id": "single"}));
    let token = list(&mut fake, "")["nextSyncToken"].clone();
    let token = token.as_str().unwrap();
    delete(&mut fake, "standup_20260303T130000Z");
    patch(
        &mut fake,
        "standup_20260304T130000Z",
        &json!({"status": "cancelled"}),
    );
    delete(&mut fake, "single");
    let third = fake.call(
        "DELETE",
        &format!("{EVENTS}/standup_20260304T130000Z"),
        None,
    );
    assert_eq!(refusal(&third), (410, "deleted".to_owned()));
    let gone = [
        "standup_20260303T130000Z cancelled",
        "standup_20260304T130000Z cancelled",
    ];
    for (query, expected) in [
        ("", vec!["standup confirmed", gone[0], gone[1]]),
        (
            "showDeleted=true",
            vec!["standup confirmed", "single cancelled", gone[0], gone[1]],
        ),
        (
            "singleEvents=true",
            vec!["standup_20260302T130000Z confirmed"],
        ),
        (
            "singleEvents=true&showDeleted=true",
            vec![
                "standup_20260302T130000Z confirmed",
                "single cancelled",
                gone[0],
                gone[1],
            ],
        ),
    ] {
        assert_eq!(told(&list(&mut fake, query)), expected, "{query}");
    }
    let increment = list(&mut fake, &format!("syncToken={token}"));
    assert_eq!(told(&increment), [gone[0], gone[1], "single cancelled"]);
    assert_eq!(
        increment["items"][0],
        json!({
            "kind": "calendar#event",
            "etag": increment["items"][0]["etag"],
            "id": "standup_20260303T130000Z",
            "status": "cancelled",
            "recurringEventId": "standup",
            "originalStartTime": {
                "dateTime": "2026-03-03T10:00:00-03:00",
                "timeZone": ZONE,
            },
        })
    );
    // A year later they are still told, for the series lives.
    fake.pass(365 * 86_400);
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS]);
    fake.token = tokens.unwrap().access_token;
    assert_eq!(told(&list(&mut fake, "")).len(), 3);
    // And can be put back.
    let back = patch(
        &mut fake,
        "standup_20260303T130000Z",
        &json!({"status": "confirmed"}),
    );
    assert_eq!(back["status"], "confirmed");
}

#[test]
fn with_the_series_go_its_instances_and_exceptions() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=4");
    patch(
        &mut fake,
        "standup_20260303T130000Z",
        &json!({"summary": "Other"}),
    );
    delete(&mut fake, "standup_20260304T130000Z");
    let masters = list(&mut fake, "")["nextSyncToken"].clone();
    let singles = list(&mut fake, "singleEvents=true")["nextSyncToken"].clone();
    delete(&mut fake, "standup");
    for query in ["", "singleEvents=true"] {
        assert!(told(&list(&mut fake, query)).is_empty(), "{query}");
    }
    let mut increment = told(&list(
        &mut fake,
        &format!("syncToken={}", masters.as_str().unwrap()),
    ));
    increment.sort();
    assert_eq!(
        increment,
        [
            "standup cancelled",
            "standup_20260303T130000Z cancelled",
            "standup_20260304T130000Z cancelled"
        ]
    );
    let query = format!("singleEvents=true&syncToken={}", singles.as_str().unwrap());
    let mut increment = told(&list(&mut fake, &query));
    increment.sort();
    assert_eq!(
        increment,
        [
            "standup_20260302T130000Z cancelled",
            "standup_20260303T130000Z cancelled",
            "standup_20260304T130000Z cancelled",
            "standup_20260305T130000Z cancelled",
        ]
    );
    let one = fake
        .get(&format!("{EVENTS}/standup_20260302T130000Z"))
        .json();
    assert_eq!(one["status"], "cancelled");
    fake.pass(31 * 86_400);
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS]);
    fake.token = tokens.unwrap().access_token;
    for id in [
        "standup",
        "standup_20260303T130000Z",
        "standup_20260302T130000Z",
    ] {
        assert_eq!(fake.get(&format!("{EVENTS}/{id}")).status, 404, "{id}");
    }
}

#[test]
fn exceptions_follow_their_series_in_what_they_did_not_change() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=4");
    patch(
        &mut fake,
        "standup_20260303T130000Z",
        &json!({"summary": "Other"}),
    );
    patch(
        &mut fake,
        "standup_20260304T130000Z",
        &json!({"location": "Room"}),
    );
    patch(
        &mut fake,
        "standup",
        &json!({"summary": "Review", "description": "Weekly"}),
    );
    let get = |fake: &mut Fake, id: &str| fake.get(&format!("{EVENTS}/{id}")).json();
    let second = get(&mut fake, "standup_20260303T130000Z");
    assert_eq!(
        (&second["summary"], &second["description"]),
        (&json!("Other"), &json!("Weekly"))
    );
    let third = get(&mut fake, "standup_20260304T130000Z");
    assert_eq!(
        (&third["summary"], &third["location"]),
        (&json!("Review"), &json!("Room"))
    );
    // A longer series makes unmoved exceptions longer.
    patch(
        &mut fake,
        "standup",
        &json!({"end": {"dateTime": "2026-03-02T12:00:00-03:00"}}),
    );
    let third = get(&mut fake, "standup_20260304T130000Z");
    assert_eq!(third["end"]["dateTime"], "2026-03-04T12:00:00-03:00");
    // Another hour has none of the old starts, so the exceptions go.
    let token = list(&mut fake, "")["nextSyncToken"].clone();
    patch(
        &mut fake,
        "standup",
        &json!({
            "start": {"dateTime": "2026-03-02T15:00:00-03:00"},
            "end": {"dateTime": "2026-03-02T16:00:00-03:00"},
        }),
    );
    assert_eq!(told(&list(&mut fake, "")), ["standup confirmed"]);
    let increment = list(&mut fake, &format!("syncToken={}", token.as_str().unwrap()));
    assert_eq!(told(&increment).len(), 3);
    let single = list(&mut fake, "singleEvents=true");
    assert_eq!(told(&single).len(), 4);
    assert_eq!(
        get(&mut fake, "standup_20260303T130000Z")["status"],
        "cancelled"
    );
    // Back at the old hour, the old starts are instances again.
    patch(
        &mut fake,
        "standup",
        &json!({
            "start": {"dateTime": "2026-03-02T10:00:00-03:00"},
            "end": {"dateTime": "2026-03-02T11:00:00-03:00"},
        }),
    );
    assert_eq!(
        get(&mut fake, "standup_20260303T130000Z")["status"],
        "confirmed"
    );
    let single = list(&mut fake, "singleEvents=true&orderBy=startTime");
    assert_eq!(told(&single)[1], "standup_20260303T130000Z confirmed");
}

#[test]
fn instances_lists_one_series() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=5");
    series(&mut fake, "other", "RRULE:FREQ=DAILY;COUNT=5");
    fake.insert_on(9, json!({"id": "single"}));
    delete(&mut fake, "standup_20260303T130000Z");
    let times = json!({
        "start": {"dateTime": "2026-03-20T10:00:00-03:00"},
        "end": {"dateTime": "2026-03-20T11:00:00-03:00"},
    });
    patch(&mut fake, "standup_20260304T130000Z", &times);
    let all = instances(&mut fake, "standup", "");
    let ids = [2, 4, 5, 6].map(|day| format!("standup_202603{day:02}T130000Z confirmed"));
    assert_eq!(told(&all), ids);
    assert!(all.get("nextSyncToken").is_none());
    assert_eq!(
        told(&instances(&mut fake, "standup", "showDeleted=true")).len(),
        5
    );
    let one = "originalStart=2026-03-04T10:00:00-03:00";
    assert_eq!(
        told(&instances(&mut fake, "standup", one)),
        [ids[1].clone()]
    );
    let window = "timeMin=2026-03-19T00:00:00Z&timeMax=2026-03-21T00:00:00Z";
    assert_eq!(
        told(&instances(&mut fake, "standup", window)),
        [ids[1].clone()]
    );
    let page = instances(&mut fake, "standup", "maxResults=3");
    assert_eq!(told(&page), ids[..3]);
    let next = format!(
        "maxResults=3&pageToken={}",
        page["nextPageToken"].as_str().unwrap()
    );
    assert_eq!(told(&instances(&mut fake, "standup", &next)), ids[3..]);
    for (path, expected) in [
        ("single/instances", (400, "invalid")),
        ("none0/instances", (404, "notFound")),
        ("standup/instances?originalStart=soon", (400, "invalid")),
        ("standup/instances?timeMin=soon", (400, "invalid")),
    ] {
        let (code, reason) = refusal(&fake.get(&format!("{EVENTS}/{path}")));
        assert_eq!((code, reason.as_str()), expected, "{path}");
    }
}

#[test]
fn this_and_following_makes_a_second_series_with_the_marks_of_the_first() {
    let mut fake = Fake::new();
    series(&mut fake, "standup", "RRULE:FREQ=DAILY;COUNT=6");
    patch(
        &mut fake,
        "standup_20260306T130000Z",
        &json!({"summary": "Other"}),
    );
    let change = json!({
        "start": {"dateTime": "2026-03-05T12:00:00-03:00"},
        "end": {"dateTime": "2026-03-05T13:00:00-03:00"},
    });
    let now = instant("2026-03-01T13:00:00Z");
    let new = fake
        .world
        .split_series(now, ANA, "standup_20260305T130000Z", &change)
        .unwrap();
    assert_eq!(new["id"], "standup_R20260305T100000");
    assert_eq!(new["recurrence"], json!(["RRULE:FREQ=DAILY;COUNT=3"]));
    assert_eq!(new["extendedProperties"]["private"]["mark"], "ours");
    let old = fake.get(&format!("{EVENTS}/standup")).json();
    assert_eq!(
        old["recurrence"],
        json!(["RRULE:FREQ=DAILY;UNTIL=20260305T025959Z"])
    );
    let single = list(&mut fake, "singleEvents=true&orderBy=startTime");
    assert_eq!(
        told(&single),
        [
            "standup_20260302T130000Z confirmed",
            "standup_20260303T130000Z confirmed",
            "standup_20260304T130000Z confirmed",
            "standup_R20260305T100000_20260305T150000Z confirmed",
            "standup_R20260305T100000_20260306T150000Z confirmed",
            "standup_R20260305T100000_20260307T150000Z confirmed",
        ]
    );
    let command = json!({"calendar": ANA, "instance": "standup_R20260305T100000_20260306T150000Z"});
    let command = Request::new("POST", "/_fake/split").with_json(&command);
    let third = fake.send(&command).json();
    assert_eq!(third["recurrence"], json!(["RRULE:FREQ=DAILY;COUNT=2"]));
    let nothing = json!({"calendar": ANA, "instance": "standup"});
    let nothing = Request::new("POST", "/_fake/split").with_json(&nothing);
    assert_eq!(fake.send(&nothing).status, 400);
    let first = fake.world.split_series(
        now,
        ANA,
        "standup_20260302T130000Z",
        &json!({"summary": "All"}),
    );
    assert_eq!(first.unwrap()["id"], "standup");
    let error = fake.world.split_series(now, ANA, "standup", &json!({}));
    assert_eq!(error.unwrap_err().status(), 400);
}

#[test]
fn a_single_event_becomes_a_series_and_back() {
    let mut fake = Fake::new();
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let rule = json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]});
    assert_eq!(fake.call("PATCH", &path, Some(&rule)).status, 200);
    assert_eq!(told(&list(&mut fake, "singleEvents=true")).len(), 2);
    let none = json!({"recurrence": null});
    assert_eq!(fake.call("PATCH", &path, Some(&none)).status, 200);
    let single = list(&mut fake, "singleEvents=true");
    assert_eq!(single["items"][0]["id"], event["id"]);
}

#[test]
fn bad_recurrence_is_refused() {
    let mut fake = Fake::new();
    let zoned = |at: &str| json!({"dateTime": format!("2026-03-02T{at}:00"), "timeZone": ZONE});
    for (name, body, expected) in [
        (
            "no zone",
            json!({"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": "2026-03-02T10:00:00Z"},
                   "end": {"dateTime": "2026-03-02T11:00:00Z"}}),
            (400, "required"),
        ),
        (
            "two zones",
            json!({"recurrence": ["RRULE:FREQ=DAILY"], "start": zoned("10:00"),
                   "end": {"dateTime": "2026-03-02T14:00:00", "timeZone": "UTC"}}),
            (400, "invalid"),
        ),
        (
            "a start line",
            json!({"recurrence": ["DTSTART:20260302T130000Z", "RRULE:FREQ=DAILY"],
                   "start": zoned("10:00"), "end": zoned("11:00")}),
            (400, "invalid"),
        ),
        (
            "no rule",
            json!({"recurrence": ["EXDATE:20260302T130000Z"],
                   "start": zoned("10:00"), "end": zoned("11:00")}),
            (400, "invalid"),
        ),
        (
            "no list",
            json!({"recurrence": "RRULE:FREQ=DAILY", "start": zoned("10:00"), "end": zoned("11:00")}),
            (400, "parseError"),
        ),
    ] {
        let (code, reason) = refusal(&fake.call("POST", EVENTS, Some(&body)));
        assert_eq!((code, reason.as_str()), expected, "{name}");
    }
}
