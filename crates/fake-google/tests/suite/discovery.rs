//! Answers hold only fields that Google describes, of the types it describes.

use serde_json::json;

use crate::description::description;
use crate::harness::{ANA, EVENTS, Fake, event_path};

#[test]
fn answers_fit_the_description() {
    let description = description();
    let mut fake = Fake::new();
    let timed = fake.insert_on(
        2,
        json!({
            "summary": "a", "description": "b", "location": "c", "colorId": "3",
            "transparency": "transparent", "visibility": "private", "status": "tentative",
            "attendees": [{"email": ANA, "optional": true}, {"email": "x@example.com"}],
            "extendedProperties": {"private": {"k": "1"}, "shared": {"s": "2"}},
            "reminders": {"useDefault": false, "overrides": [{"method": "email", "minutes": 9}]},
            "source": {"title": "t", "url": "https://example.com"},
            "guestsCanModify": true, "guestsCanInviteOthers": false, "anyoneCanAddSelf": true,
        }),
    );
    description.check_named("Event", &timed);
    assert_eq!(
        timed["source"]["title"], "t",
        "kept, so the check means something"
    );
    let day = fake.insert(&json!({"start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}}));
    description.check_named("Event", &day);
    let patched = fake.call(
        "PATCH",
        &event_path(&day["id"]),
        Some(&json!({"summary": "x"})),
    );
    description.check_named("Event", &patched.json());
    fake.call("DELETE", &event_path(&day["id"]), None);
    description.check_named("Event", &fake.get(&event_path(&day["id"])).json());
    for query in [
        "",
        "?maxResults=1",
        "?showDeleted=true",
        "?updatedMin=2026-02-15T00:00:00Z",
        "?maxAttendees=1",
    ] {
        description.check_named("Events", &fake.get(&format!("{EVENTS}{query}")).json());
    }
    let scope = "https://www.googleapis.com/auth/calendar";
    fake.token = fake
        .world
        .grant(fake.now, ANA, "client", &[scope])
        .unwrap()
        .access_token;
    description.check_named(
        "Calendar",
        &fake.get("/calendar/v3/calendars/primary").json(),
    );
}

#[test]
#[should_panic(expected = "unknown field")]
fn the_check_notices_a_field_of_our_own() {
    description().check_named("Event", &json!({"bookingId": "1"}));
}
