//! `calendarList`, `calendars`, `settings` and `colors`.

use fake_google::{Request, Role};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, refusal};

const LIST: &str = "/calendar/v3/users/me/calendarList";
const CALENDARS: &str = "/calendar/v3/calendars";
const SETTINGS: &str = "/calendar/v3/users/me/settings";
const LEO: &str = "leo@example.com";

/// Ana with her own calendars `primary` and `work`, and all scopes.
fn ana() -> Fake {
    let mut fake = Fake::new();
    let added = fake.world.add_calendar(ANA, "work", "Work", "UTC");
    added.expect("a first calendar of that id");
    let scope = ["https://www.googleapis.com/auth/calendar"];
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &scope);
    fake.token = tokens.expect("account and client are there").access_token;
    fake
}

/// And a calendar of Leo's that Ana may read.
fn with_shared(listed: bool) -> Fake {
    let mut fake = ana();
    let added = fake.world.add_account(LEO, "Leo", "Europe/Madrid");
    added.expect("a first account of that name");
    let body = json!({ "calendar": LEO, "account": ANA, "role": "reader", "listed": listed });
    let request = Request::new("POST", "/_fake/share").with_json(&body);
    let answer = fake.send(&request);
    assert_eq!(answer.status, 204, "{}", answer.text());
    fake
}

fn page(fake: &mut Fake, path: &str) -> Value {
    let answer = fake.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a list has items");
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id is text"))
        .collect()
}

fn token(page: &Value) -> String {
    let token = page["nextSyncToken"].as_str();
    token.expect("the last page has a sync token").to_owned()
}

#[test]
fn the_list_shows_what_the_account_has_and_may() {
    let mut fake = with_shared(true);
    let list = page(&mut fake, LIST);
    assert_eq!(ids(&list), [ANA, "work", LEO]);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items[0]["primary"], true);
    assert_eq!(items[0]["accessRole"], "owner");
    assert_eq!(items[1]["dataOwner"], ANA);
    assert_eq!(items[1]["timeZone"], "UTC");
    assert_eq!(items[2]["accessRole"], "reader");
    assert!(items[2].get("primary").is_none());
    for (query, expected) in [
        ("minAccessRole=writer", vec![ANA, "work"]),
        ("minAccessRole=reader", vec![ANA, "work", LEO]),
        ("maxResults=1", vec![ANA]),
        ("maxResults=9999", vec![ANA, "work", LEO]),
    ] {
        assert_eq!(ids(&page(&mut fake, &format!("{LIST}?{query}"))), expected);
    }
    let primary = page(&mut fake, &format!("{LIST}/primary"));
    assert_eq!(primary, items[0]);
}

#[test]
fn pages_of_the_list_lead_to_one_sync_token() {
    let mut fake = with_shared(true);
    let first = page(&mut fake, &format!("{LIST}?maxResults=2"));
    assert!(first.get("nextSyncToken").is_none());
    let next = first["nextPageToken"].as_str().unwrap();
    let last = page(&mut fake, &format!("{LIST}?maxResults=2&pageToken={next}"));
    assert_eq!(ids(&last), [LEO]);
    token(&last);
}

#[test]
fn an_increment_of_the_list_tells_what_the_account_changed_or_lost() {
    let mut fake = with_shared(true);
    let first = token(&page(&mut fake, LIST));
    // Fields of the calendar and roles alone are not told.
    fake.call(
        "PATCH",
        &format!("{CALENDARS}/work"),
        Some(&json!({ "summary": "Job" })),
    );
    let more = fake
        .world
        .share_calendar(fake.now, LEO, Some(ANA), Some(Role::Writer));
    more.unwrap();
    let quiet = page(&mut fake, &format!("{LIST}?syncToken={first}"));
    assert_eq!(quiet["items"], json!([]));

    fake.pass(1);
    let patch = json!({ "hidden": true, "summaryOverride": "Mine" });
    fake.call("PATCH", &format!("{LIST}/work"), Some(&patch));
    fake.world
        .share_calendar(fake.now, LEO, Some(ANA), None)
        .unwrap();
    let told = page(&mut fake, &format!("{LIST}?syncToken={first}"));
    assert_eq!(ids(&told), ["work", LEO]);
    assert_eq!(told["items"][0]["hidden"], true, "hidden ones are told");
    assert_eq!(told["items"][0]["summaryOverride"], "Mine");
    assert_eq!(told["items"][1]["deleted"], true);
    assert_eq!(ids(&page(&mut fake, LIST)), [ANA]);
    assert_eq!(
        ids(&page(&mut fake, &format!("{LIST}?showHidden=true"))),
        [ANA, "work"]
    );
    let all = page(
        &mut fake,
        &format!("{LIST}?showHidden=true&showDeleted=true"),
    );
    assert_eq!(ids(&all), [ANA, "work", LEO]);

    for query in [
        "minAccessRole=reader",
        "showOwnOrganizationOnly=true",
        "showHidden=false",
    ] {
        let answer = fake.get(&format!("{LIST}?syncToken={first}&{query}"));
        assert_eq!(refusal(&answer), (400, "badRequest".to_owned()), "{query}");
    }
    fake.world.expire_sync_tokens(None);
    let dead = fake.get(&format!("{LIST}?syncToken={first}"));
    assert_eq!(refusal(&dead), (410, "fullSyncRequired".to_owned()));
}

#[test]
fn a_shared_calendar_is_put_on_the_list_and_taken_off() {
    let mut fake = with_shared(false);
    assert_eq!(ids(&page(&mut fake, LIST)), [ANA, "work"]);
    let path = format!("{LIST}/leo%40example.com");
    assert_eq!(refusal(&fake.get(&path)).0, 404);
    let body = json!({ "id": LEO, "colorId": "3", "selected": true });
    let added = fake.call("POST", LIST, Some(&body));
    assert_eq!(added.status, 200, "{}", added.text());
    assert_eq!(added.json()["backgroundColor"], "#f83a22");
    assert_eq!(fake.get(&path).json(), added.json());
    assert_eq!(fake.call("DELETE", &path, None).status, 204);
    assert_eq!(refusal(&fake.get(&path)).0, 404);
    let hers = fake.get("/calendar/v3/calendars/leo%40example.com");
    assert_eq!(hers.status, 200, "still shared");
    // What one owns stays on one's list.
    for own in ["primary", "work"] {
        let answer = fake.call("DELETE", &format!("{LIST}/{own}"), None);
        assert_eq!(refusal(&answer).0, 403);
    }
    let stranger = json!({ "id": "nobody@example.com" });
    assert_eq!(refusal(&fake.call("POST", LIST, Some(&stranger))).0, 404);
    assert_eq!(
        refusal(&fake.call("POST", LIST, Some(&json!({})))).1,
        "required"
    );
}

#[test]
fn entries_are_patched_and_replaced() {
    let mut fake = ana();
    let path = format!("{LIST}/work");
    let reminders = json!([{ "method": "popup", "minutes": 10 }]);
    let patch = json!({ "summaryOverride": "Mine", "defaultReminders": reminders });
    let before = fake.get(&path).json();
    let patched = fake.call("PATCH", &path, Some(&patch)).json();
    assert_eq!(patched["summaryOverride"], "Mine");
    assert_ne!(patched["etag"], before["etag"]);
    let events = fake.get(&format!("{CALENDARS}/work/events")).json();
    assert_eq!(events["defaultReminders"], reminders);

    let rgb = json!({ "backgroundColor": "#010203", "foregroundColor": "#ffffff" });
    let colored = fake.call("PATCH", &format!("{path}?colorRgbFormat=true"), Some(&rgb));
    assert_eq!(colored.json()["backgroundColor"], "#010203");
    assert_eq!(colored.json()["summaryOverride"], "Mine");
    let replaced = fake
        .call("PUT", &path, Some(&json!({ "colorId": "5" })))
        .json();
    assert_eq!(replaced["backgroundColor"], "#ff7537");
    assert!(replaced.get("summaryOverride").is_none());

    for (query, body) in [
        ("", json!({ "colorId": "99" })),
        ("?colorRgbFormat=true", json!({ "backgroundColor": "red" })),
        (
            "",
            json!({ "defaultReminders": [{ "method": "sms", "minutes": 1 }] }),
        ),
    ] {
        let answer = fake.call("PATCH", &format!("{path}{query}"), Some(&body));
        assert_eq!(refusal(&answer), (400, "invalid".to_owned()), "{body}");
    }
    let stale = Request::new("PATCH", &path)
        .with_bearer(&fake.token.clone())
        .with_header("If-Match", "\"1\"")
        .with_json(&json!({ "colorId": "6" }));
    assert_eq!(refusal(&fake.send(&stale)).0, 412);
}

#[test]
fn calendars_are_made_changed_and_deleted() {
    let mut fake = ana();
    let first = token(&page(&mut fake, LIST));
    let body = json!({ "summary": "New", "timeZone": "Europe/Madrid", "description": "d" });
    let made = fake.call("POST", CALENDARS, Some(&body)).json();
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(id.ends_with("@group.calendar.google.com"), "{id}");
    assert_eq!(made["dataOwner"], ANA);
    let path = format!("{CALENDARS}/{}", id.replace('@', "%40"));
    assert_eq!(fake.get(&path).json(), made);
    let told = page(&mut fake, &format!("{LIST}?syncToken={first}"));
    assert_eq!(ids(&told), [id.as_str()]);

    fake.pass(1);
    let patched = fake
        .call("PATCH", &path, Some(&json!({ "location": "here" })))
        .json();
    assert_eq!(patched["description"], "d");
    assert_eq!(patched["location"], "here");
    assert_ne!(patched["etag"], made["etag"]);
    let updated = fake
        .call("PUT", &path, Some(&json!({ "summary": "Other" })))
        .json();
    assert!(
        updated.get("description").is_none(),
        "PUT clears what it omits"
    );
    assert_eq!(updated["timeZone"], "Europe/Madrid");

    assert_eq!(fake.call("DELETE", &path, None).status, 204);
    assert_eq!(refusal(&fake.get(&path)).0, 404);
    assert_eq!(refusal(&fake.get(&format!("{path}/events"))).0, 404);
    let told = page(&mut fake, &format!("{LIST}?syncToken={first}"));
    assert_eq!(told["items"][0]["deleted"], true);
    assert_eq!(ids(&page(&mut fake, LIST)), [ANA, "work"]);
}

#[test]
fn calendars_are_refused_by_reason() {
    let mut fake = with_shared(true);
    let mars = json!({ "summary": "x", "timeZone": "Mars/Base" });
    let none = json!({});
    for (verb, path, body, expected) in [
        ("POST", CALENDARS.to_owned(), Some(&none), (400, "required")),
        ("POST", CALENDARS.to_owned(), Some(&mars), (400, "invalid")),
        (
            "PUT",
            format!("{CALENDARS}/work"),
            Some(&none),
            (400, "required"),
        ),
        (
            "DELETE",
            format!("{CALENDARS}/primary"),
            None,
            (403, "forbidden"),
        ),
        (
            "POST",
            format!("{CALENDARS}/work/clear"),
            None,
            (400, "invalid"),
        ),
        (
            "DELETE",
            format!("{CALENDARS}/leo%40example.com"),
            None,
            (403, "requiredAccessLevel"),
        ),
    ] {
        let answer = fake.call(verb, &path, body);
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{verb} {path}"
        );
    }
    // An owner who is not the data owner may do anything but this.
    fake.world.add_calendar(LEO, "team", "Team", "UTC").unwrap();
    let shared = fake
        .world
        .share_calendar(fake.now, "team", Some(ANA), Some(Role::Owner));
    shared.unwrap();
    let answer = fake.call("DELETE", &format!("{CALENDARS}/team"), None);
    assert_eq!(refusal(&answer), (403, "forbidden".to_owned()));
}

#[test]
fn clearing_a_primary_calendar_deletes_each_event() {
    let mut fake = ana();
    (2..5).for_each(|day| {
        fake.insert_on(day, json!({}));
    });
    let sync = token(&page(&mut fake, EVENTS));
    assert_eq!(
        fake.call("POST", &format!("{CALENDARS}/primary/clear"), None)
            .status,
        204
    );
    assert_eq!(page(&mut fake, EVENTS)["items"], json!([]));
    let told = page(&mut fake, &format!("{EVENTS}?syncToken={sync}"));
    assert_eq!(ids(&told).len(), 3);
}

#[test]
fn settings_are_listed_when_chosen_and_got_always() {
    let mut fake = ana();
    let list = page(&mut fake, SETTINGS);
    assert_eq!(ids(&list), ["timezone"]);
    assert_eq!(list["items"][0]["value"], "America/Montevideo");
    assert_eq!(
        page(&mut fake, &format!("{SETTINGS}/weekStart"))["value"],
        "0"
    );
    assert_eq!(refusal(&fake.get(&format!("{SETTINGS}/nothing"))).0, 404);

    let first = token(&list);
    let choose = |setting: &str| {
        let body = json!({ "account": ANA, "setting": setting, "value": "1" });
        Request::new("POST", "/_fake/settings").with_json(&body)
    };
    assert_eq!(fake.send(&choose("weekStart")).status, 204);
    assert_eq!(fake.send(&choose("nothing")).status, 400);
    let told = page(&mut fake, &format!("{SETTINGS}?syncToken={first}"));
    assert_eq!(ids(&told), ["weekStart"]);
    let next = token(&told);
    let quiet = page(&mut fake, &format!("{SETTINGS}?syncToken={next}"));
    assert_eq!(quiet["items"], json!([]));
    assert_eq!(
        page(&mut fake, &format!("{SETTINGS}/weekStart"))["value"],
        "1"
    );
}

#[test]
fn a_token_of_one_list_is_none_of_another() {
    let mut fake = ana();
    let list = token(&page(&mut fake, LIST));
    for path in [SETTINGS, EVENTS] {
        let answer = fake.get(&format!("{path}?syncToken={list}"));
        assert_eq!(refusal(&answer), (400, "invalid".to_owned()), "{path}");
    }
}

#[test]
fn colors_are_googles_palettes() {
    let mut fake = ana();
    let colors = page(&mut fake, "/calendar/v3/colors");
    assert_eq!(colors["event"].as_object().unwrap().len(), 11);
    assert_eq!(colors["calendar"].as_object().unwrap().len(), 24);
    assert_eq!(colors["event"]["1"]["background"], "#a4bdfc");
}
