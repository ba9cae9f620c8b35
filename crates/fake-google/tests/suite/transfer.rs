//! `events.import` and `events.move`.

use fake_google::Role;
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_on, event_path, refusal};

const IMPORT: &str = "/calendar/v3/calendars/primary/events/import";
const WORK: &str = "/calendar/v3/calendars/work/events";
const LEO: &str = "leo@example.com";

fn with_work() -> Fake {
    let mut fake = Fake::new();
    let added = fake.world.add_calendar(ANA, "work", "Work", "UTC");
    added.expect("a first calendar of that id");
    fake
}

fn move_to(fake: &mut Fake, event: &Value, destination: &str) -> fake_google::Response {
    let path = format!(
        "{}/move?destination={destination}",
        event_path(&event["id"])
    );
    fake.call("POST", &path, None)
}

fn statuses(fake: &mut Fake, path: &str) -> Vec<(String, String)> {
    let list = fake.get(path).json();
    let items = list["items"].as_array().expect("a list has items");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pair = |item: &Value| (text(&item["id"]), text(&item["status"]));
    items.iter().map(pair).collect()
}

#[test]
fn an_import_is_known_by_its_uid() {
    let mut fake = Fake::new();
    let body = event_on(
        2,
        json!({ "iCalUID": "a@b", "summary": "one", "id": "chosenid" }),
    );
    let first = fake.call("POST", IMPORT, Some(&body)).json();
    assert_eq!(first["iCalUID"], "a@b");
    assert_ne!(first["id"], "chosenid", "the server gives the id");
    let again = event_on(3, json!({ "iCalUID": "a@b", "summary": "two" }));
    let second = fake.call("POST", IMPORT, Some(&again)).json();
    assert_eq!(second["id"], first["id"], "the same event");
    assert_eq!(second["summary"], "two");
    assert_ne!(second["etag"], first["etag"]);
    assert_eq!(statuses(&mut fake, EVENTS).len(), 1);
}

#[test]
fn imports_are_refused_by_reason() {
    let mut fake = Fake::new();
    for (more, reason) in [
        (json!({}), "required"),
        (json!({ "iCalUID": "" }), "required"),
        (
            json!({ "iCalUID": "a@b", "eventType": "focusTime" }),
            "eventTypeRestriction",
        ),
        (json!({ "iCalUID": "a@b", "start": null }), "required"),
    ] {
        let answer = fake.call("POST", IMPORT, Some(&event_on(2, more)));
        assert_eq!(refusal(&answer), (400, reason.to_owned()));
    }
}

#[test]
fn a_moved_event_keeps_its_id_and_leaves_a_bare_tombstone() {
    let mut fake = with_work();
    let event = fake.insert_on(2, json!({ "summary": "goes", "iCalUID": "a@b" }));
    let id = event["id"].as_str().expect("an id").to_owned();
    let start = fake.get(EVENTS).json()["nextSyncToken"].take();
    let since = format!("{EVENTS}?syncToken={}", start.as_str().expect("a token"));
    let there = fake.get(WORK).json()["nextSyncToken"].take();
    let there = format!("{WORK}?syncToken={}", there.as_str().expect("a token"));
    fake.pass(1);

    let moved = move_to(&mut fake, &event, "work");
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(moved.json()["organizer"]["email"], "work");
    assert_eq!(moved.json()["iCalUID"], "a@b");
    assert_eq!(
        statuses(&mut fake, &since),
        [(id.clone(), "cancelled".to_owned())]
    );
    assert_eq!(
        statuses(&mut fake, &there),
        [(id.clone(), "confirmed".to_owned())]
    );
    let left = fake.get(&event_path(&event["id"])).json();
    assert_eq!(left["status"], "cancelled");
    assert!(left.get("summary").is_none(), "bare");

    let back = fake.call(
        "POST",
        &format!("{WORK}/{id}/move?destination=primary"),
        None,
    );
    assert_eq!(back.json()["summary"], "goes", "{}", back.text());
    assert_eq!(statuses(&mut fake, EVENTS), [(id, "confirmed".to_owned())]);
    assert_eq!(statuses(&mut fake, WORK), []);
}

#[test]
fn a_series_moves_with_its_exceptions() {
    let mut fake = with_work();
    let mut body = event_on(2, json!({ "recurrence": ["RRULE:FREQ=DAILY;COUNT=4"] }));
    body["start"]["timeZone"] = json!("UTC");
    body["end"]["timeZone"] = json!("UTC");
    let series = fake.insert(&body);
    let id = series["id"].as_str().expect("an id");
    let edited = event_path(&json!(format!("{id}_20260303T100000Z")));
    fake.call("PATCH", &edited, Some(&json!({ "summary": "edited" })));
    fake.call(
        "DELETE",
        &event_path(&json!(format!("{id}_20260304T100000Z"))),
        None,
    );

    let one = move_to(
        &mut fake,
        &json!({ "id": format!("{id}_20260303T100000Z") }),
        "work",
    );
    assert_eq!(
        refusal(&one),
        (400, "invalid".to_owned()),
        "one instance alone"
    );
    assert_eq!(move_to(&mut fake, &series, "work").status, 200);
    let list = fake
        .get(&format!("{WORK}?singleEvents=true&orderBy=startTime"))
        .json();
    let titles: Vec<&Value> = list["items"]
        .as_array()
        .expect("a list has items")
        .iter()
        .map(|item| &item["summary"])
        .collect();
    assert_eq!(titles, [&Value::Null, &json!("edited"), &Value::Null]);
    let left = statuses(&mut fake, &format!("{EVENTS}?singleEvents=true"));
    assert_eq!(left, []);
}

#[test]
fn guests_keep_their_copies_of_a_moved_event() {
    let mut fake = with_work();
    let added = fake.world.add_account(LEO, "Leo", "UTC");
    added.expect("a first account of that name");
    let guests = json!({ "attendees": [{ "email": LEO }, { "email": ANA }] });
    let event = fake.insert_on(2, guests);
    let id = event["id"].as_str().expect("an id").to_owned();
    assert_eq!(move_to(&mut fake, &event, "work").status, 200);
    for guest in [LEO, ANA] {
        let copy = fake.world.event(guest, &id).expect("a copy");
        assert_eq!(copy["status"], "confirmed", "{guest}");
        assert_eq!(copy["organizer"]["email"], "work", "{guest}");
    }
    // A copy is not its holder's to move.
    let added = fake.world.add_calendar(ANA, "third", "Third", "UTC");
    added.expect("a first calendar of that id");
    let answer = move_to(&mut fake, &event, "third");
    assert_eq!(
        refusal(&answer),
        (403, "forbiddenForNonOrganizer".to_owned())
    );
}

#[test]
fn moves_are_refused_by_reason() {
    let mut fake = with_work();
    let event = fake.insert_on(2, json!({ "id": "taken" }));
    let body = event_on(2, json!({ "id": "taken" }));
    assert_eq!(fake.call("POST", WORK, Some(&body)).status, 200);
    let gone = fake.insert_on(3, json!({}));
    fake.call("DELETE", &event_path(&gone["id"]), None);
    fake.world.add_account(LEO, "Leo", "UTC").unwrap();
    fake.world.add_calendar(LEO, "seen", "Seen", "UTC").unwrap();
    let shared = fake
        .world
        .share_calendar(fake.now, "seen", Some(ANA), Some(Role::Reader));
    shared.unwrap();
    for (name, event, destination, expected) in [
        ("nowhere", &event, "nothing", (404, "notFound")),
        ("not shared", &event, "leo%40example.com", (404, "notFound")),
        ("read only", &event, "seen", (403, "requiredAccessLevel")),
        ("the same", &event, "primary", (400, "invalid")),
        ("id taken", &event, "work", (409, "duplicate")),
        ("deleted", &gone, "work", (410, "deleted")),
        ("no destination", &event, "", (400, "required")),
    ] {
        let answer = move_to(&mut fake, event, destination);
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{name}"
        );
    }
    // A scope for one's own calendars does not reach another's.
    let shared = fake
        .world
        .share_calendar(fake.now, "seen", Some(ANA), Some(Role::Writer));
    shared.unwrap();
    let owned = SCOPE_EVENTS.to_owned() + ".owned";
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &[&owned]);
    fake.token = tokens.unwrap().access_token;
    let answer = move_to(&mut fake, &event, "seen");
    assert_eq!(
        refusal(&answer),
        (403, "insufficientPermissions".to_owned())
    );
}
