//! Sync tokens of `events.list`: what an increment tells, and when a token is no good.

use fake_google::{ChangedParameters, Leavers, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_path, refusal};

/// A call that must succeed.
fn list(fake: &mut Fake, query: &str) -> Value {
    let answer = fake.get(&format!("{EVENTS}?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

fn token(page: &Value) -> String {
    let token = page["nextSyncToken"].as_str();
    token.expect("the last page has a sync token").to_owned()
}

/// The token of a full listing.
fn start(fake: &mut Fake) -> String {
    token(&list(fake, ""))
}

/// Title and status of every item, deletions by status alone.
fn told(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("a list has items");
    items
        .iter()
        .map(|item| {
            let status = item["status"].as_str().expect("an item has a status");
            match item["summary"].as_str() {
                Some(title) => format!("{title} {status}"),
                None => status.to_owned(),
            }
        })
        .collect()
}

fn named(fake: &mut Fake, day: i8, title: &str) -> String {
    let event = fake.insert_on(day, json!({ "summary": title }));
    event_path(&event["id"])
}

fn rename(fake: &mut Fake, path: &str, title: &str) {
    let answer = fake.call("PATCH", path, Some(&json!({ "summary": title })));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn move_to(fake: &mut Fake, path: &str, day: i8) {
    let times = json!({
        "start": { "dateTime": format!("2026-03-{day:02}T10:00:00Z") },
        "end": { "dateTime": format!("2026-03-{day:02}T11:00:00Z") },
    });
    assert_eq!(fake.call("PATCH", path, Some(&times)).status, 200);
}

#[test]
fn an_increment_tells_each_change_once_and_nothing_else() {
    let mut fake = Fake::new();
    let stays = named(&mut fake, 2, "stays");
    let changes = named(&mut fake, 3, "changes");
    let goes = named(&mut fake, 4, "goes");
    let first = start(&mut fake);

    let quiet = list(&mut fake, &format!("syncToken={first}"));
    assert_eq!(told(&quiet), Vec::<String>::new());

    fake.pass(1);
    rename(&mut fake, &changes, "once");
    rename(&mut fake, &changes, "twice");
    fake.call("DELETE", &goes, None);
    named(&mut fake, 5, "comes");
    let page = list(&mut fake, &format!("syncToken={first}"));
    assert_eq!(
        told(&page),
        ["twice confirmed", "cancelled", "comes confirmed"]
    );

    // The same token asks the same again; the next one has nothing to tell.
    let again = list(&mut fake, &format!("syncToken={first}"));
    assert_eq!(told(&again), told(&page));
    let next = token(&page);
    let empty = list(&mut fake, &format!("syncToken={next}"));
    assert_eq!(empty["items"], json!([]));
    assert_eq!(fake.get(&stays).status, 200);
}

#[test]
fn a_deletion_is_told_in_its_shortest_form_unless_details_are_asked_for() {
    let mut fake = Fake::new();
    let path = named(&mut fake, 2, "gone");
    let token = start(&mut fake);
    fake.call("DELETE", &path, None);
    let page = list(&mut fake, &format!("syncToken={token}"));
    let stub = page["items"][0].as_object().unwrap();
    let mut fields: Vec<&str> = stub.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["etag", "id", "kind", "status"]);
    let page = list(&mut fake, &format!("syncToken={token}&showDeleted=true"));
    assert_eq!(told(&page), ["gone cancelled"]);
}

#[test]
fn a_reminder_is_a_change_too() {
    let mut fake = Fake::new();
    let path = named(&mut fake, 2, "a");
    let token = start(&mut fake);
    let reminders = json!({ "reminders": { "overrides": [{ "method": "popup", "minutes": 5 }] } });
    fake.call("PATCH", &path, Some(&reminders));
    let page = list(&mut fake, &format!("syncToken={token}"));
    assert_eq!(told(&page), ["a confirmed"]);
}

#[test]
fn an_event_that_came_and_went_is_told_as_gone() {
    let mut fake = Fake::new();
    let token = start(&mut fake);
    let path = named(&mut fake, 2, "brief");
    fake.call("DELETE", &path, None);
    let page = list(&mut fake, &format!("syncToken={token}"));
    assert_eq!(told(&page), ["cancelled"]);
}

#[test]
fn the_pages_of_a_listing_show_one_state_and_the_next_increment_the_rest() {
    for is_increment in [false, true] {
        let mut fake = Fake::new();
        let before = start(&mut fake);
        let paths: Vec<String> = (2..6)
            .map(|day| named(&mut fake, day, &format!("e{day}")))
            .collect();
        let since = if is_increment {
            format!("&syncToken={before}")
        } else {
            String::new()
        };
        let first = list(&mut fake, &format!("maxResults=2{since}"));
        assert_eq!(told(&first), ["e2 confirmed", "e3 confirmed"]);
        assert!(first.get("nextSyncToken").is_none());
        let page = first["nextPageToken"].as_str().unwrap().to_owned();

        fake.pass(60);
        rename(&mut fake, &paths[0], "shown");
        rename(&mut fake, &paths[2], "renamed");
        fake.call("DELETE", &paths[3], None);
        named(&mut fake, 7, "late");

        let second = list(&mut fake, &format!("maxResults=2{since}&pageToken={page}"));
        assert_eq!(told(&second), ["e4 confirmed", "e5 confirmed"]);
        let next = token(&second);
        let rest = list(&mut fake, &format!("syncToken={next}"));
        let expected = [
            "shown confirmed",
            "renamed confirmed",
            "cancelled",
            "late confirmed",
        ];
        assert_eq!(told(&rest), expected, "increment: {is_increment}");
    }
}

#[test]
fn the_pages_of_an_increment_repeat_its_token() {
    let mut fake = Fake::new();
    let since = start(&mut fake);
    (2..5).for_each(|day| {
        named(&mut fake, day, "e");
    });
    let first = list(&mut fake, &format!("maxResults=2&syncToken={since}"));
    let page = first["nextPageToken"].as_str().unwrap().to_owned();
    let without = fake.get(&format!("{EVENTS}?maxResults=2&pageToken={page}"));
    assert_eq!(refusal(&without), (400, "invalid".to_owned()));
    let last = list(
        &mut fake,
        &format!("maxResults=2&syncToken={since}&pageToken={page}"),
    );
    assert_eq!(told(&last).len(), 1);
}

#[test]
fn what_a_token_remembers_must_not_be_said_beside_it() {
    let mut fake = Fake::new();
    let token = start(&mut fake);
    for (name, value) in [
        ("iCalUID", "x"),
        ("orderBy", "updated"),
        ("privateExtendedProperty", "k%3Dv"),
        ("q", "x"),
        ("sharedExtendedProperty", "k%3Dv"),
        ("timeMin", "2026-03-01T00:00:00Z"),
        ("timeMax", "2026-03-02T00:00:00Z"),
        ("updatedMin", "2026-03-01T00:00:00Z"),
        ("showDeleted", "false"),
    ] {
        let answer = fake.get(&format!("{EVENTS}?syncToken={token}&{name}={value}"));
        assert_eq!(refusal(&answer), (400, "badRequest".to_owned()), "{name}");
        let location = &answer.json()["error"]["errors"][0]["location"];
        assert_eq!(location, name);
    }
    for query in ["maxResults=5", "showDeleted=true", "fields=items(id)"] {
        list(&mut fake, &format!("syncToken={token}&{query}"));
    }
}

#[test]
fn changed_parameters_are_refused_or_taken_by_rule() {
    let mut fake = Fake::new();
    let token = token(&list(&mut fake, "timeZone=Europe/Madrid"));
    named(&mut fake, 2, "a");
    let same = format!("{EVENTS}?syncToken={token}&timeZone=Europe/Madrid&maxResults=9");
    assert_eq!(fake.get(&same).status, 200);
    let changed = format!("{EVENTS}?syncToken={token}");
    assert_eq!(refusal(&fake.get(&changed)), (400, "invalid".to_owned()));
    fake.world.rules.changed_parameters = ChangedParameters::Ignore;
    let answer = fake.get(&changed).json();
    assert_eq!(
        answer["items"][0]["start"]["dateTime"],
        "2026-03-02T07:00:00-03:00"
    );
}

#[test]
fn a_token_remembers_the_window_of_its_first_listing() {
    let window = "timeMin=2026-03-03T00:00:00Z&timeMax=2026-03-06T00:00:00Z";
    for (leavers, left) in [
        (Leavers::Cancelled, "cancelled"),
        (Leavers::Shown, "leaves confirmed"),
    ] {
        let mut fake = Fake::new();
        fake.world.rules.leavers = leavers;
        let outside = named(&mut fake, 10, "outside");
        let enters = named(&mut fake, 11, "enters");
        let leaves = named(&mut fake, 4, "leaves");
        let leaves_and_goes = named(&mut fake, 4, "leaves and goes");
        let first = list(&mut fake, window);
        assert_eq!(told(&first).len(), 2);
        fake.pass(1);
        move_to(&mut fake, &outside, 12);
        move_to(&mut fake, &enters, 5);
        move_to(&mut fake, &leaves, 20);
        move_to(&mut fake, &leaves_and_goes, 20);
        fake.call("DELETE", &leaves_and_goes, None);
        let page = list(&mut fake, &format!("syncToken={}", token(&first)));
        assert_eq!(told(&page), ["enters confirmed", left, "cancelled"]);
        // And so does the token after it.
        let next = token(&page);
        move_to(&mut fake, &outside, 13);
        move_to(&mut fake, &enters, 21);
        let left = told(&list(&mut fake, &format!("syncToken={next}")));
        assert_eq!(left.len(), 1);
    }
}

#[test]
fn a_token_of_somebody_or_something_else_is_refused() {
    let mut fake = Fake::new();
    fake.world
        .add_calendar(ANA, "other", "Other", "UTC")
        .unwrap();
    let token = start(&mut fake);
    let page = {
        named(&mut fake, 2, "a");
        named(&mut fake, 3, "b");
        let page = list(&mut fake, "maxResults=1");
        page["nextPageToken"].as_str().unwrap().to_owned()
    };
    for (name, path) in [
        (
            "other calendar",
            format!("/calendar/v3/calendars/other/events?syncToken={token}"),
        ),
        ("a page token", format!("{EVENTS}?syncToken={page}")),
        ("garbage", format!("{EVENTS}?syncToken=garbage")),
        ("nothing", format!("{EVENTS}?syncToken=")),
    ] {
        let answer = fake.get(&path);
        assert_eq!(refusal(&answer), (400, "invalid".to_owned()), "{name}");
    }
}

#[test]
fn a_dead_token_asks_for_a_full_sync() {
    let expire = |calendar: Value| {
        move |fake: &mut Fake| {
            let body = json!({ "calendar": calendar });
            let request = Request::new("POST", "/_fake/expire-sync-tokens").with_json(&body);
            assert_eq!(fake.send(&request).status, 204);
        }
    };
    type Killer = Box<dyn Fn(&mut Fake)>;
    let ways: [(&str, Killer); 3] = [
        (
            "age",
            Box::new(|fake| {
                fake.now += SignedDuration::from_hours(30 * 24 + 1);
                let scopes = [SCOPE_EVENTS];
                let tokens = fake.world.grant(fake.now, ANA, CLIENT, &scopes);
                fake.token = tokens.unwrap().access_token;
            }),
        ),
        ("command", Box::new(expire(Value::Null))),
        ("command for the calendar", Box::new(expire(json!(ANA)))),
    ];
    for (name, kill) in ways {
        let mut fake = Fake::new();
        let token = start(&mut fake);
        kill(&mut fake);
        let answer = fake.get(&format!("{EVENTS}?syncToken={token}"));
        assert_eq!(
            refusal(&answer),
            (410, "fullSyncRequired".to_owned()),
            "{name}"
        );
        let first = &answer.json()["error"]["errors"][0];
        assert_eq!(first["domain"], "calendar");
        assert_eq!(first["location"], "syncToken");
        let fresh = start(&mut fake);
        list(&mut fake, &format!("syncToken={fresh}"));
    }
}

#[test]
fn an_expiry_elsewhere_leaves_a_token_alone() {
    let mut fake = Fake::new();
    fake.world
        .add_calendar(ANA, "other", "Other", "UTC")
        .unwrap();
    let token = start(&mut fake);
    fake.world.expire_sync_tokens(Some("other"));
    list(&mut fake, &format!("syncToken={token}"));
    let body = json!({ "calendar": "nothing" });
    let request = Request::new("POST", "/_fake/expire-sync-tokens").with_json(&body);
    assert_eq!(fake.send(&request).status, 400);
}

#[test]
fn pages_may_be_empty_with_more_to_come() {
    for rule in [1, 2, 3] {
        let mut fake = Fake::new();
        fake.world.rules.empty_pages = rule;
        let since = start_through_empty_pages(&mut fake);
        (2..9).for_each(|day| {
            named(&mut fake, day, &format!("e{day}"));
        });
        for query in [String::new(), format!("&syncToken={since}")] {
            let (seen, empty) = walk(&mut fake, &format!("maxResults=1{query}"));
            assert_eq!(seen.len(), 7, "one in {rule}");
            let is_plausible = match rule {
                1 => empty == 7,
                _ => (1..7).contains(&empty),
            };
            assert!(is_plausible, "one in {rule}: {empty} empty pages");
        }
    }
}

/// Titles on all pages, and how many pages were empty.
fn walk(fake: &mut Fake, query: &str) -> (Vec<String>, usize) {
    let (mut seen, mut empty, mut more) = (Vec::new(), 0, String::new());
    loop {
        let page = list(fake, &format!("{query}{more}"));
        let items = told(&page);
        empty += usize::from(items.is_empty());
        seen.extend(items);
        match page["nextPageToken"].as_str() {
            Some(next) => more = format!("&pageToken={next}"),
            None => return (seen, empty),
        }
    }
}

fn start_through_empty_pages(fake: &mut Fake) -> String {
    let mut page = list(fake, "");
    while let Some(next) = page["nextPageToken"].as_str().map(str::to_owned) {
        page = list(fake, &format!("pageToken={next}"));
    }
    token(&page)
}

#[test]
fn a_page_has_at_most_2500_events() {
    let mut fake = Fake::new();
    fake.world.rules.quotas.per_minute_per_user = None;
    for _ in 0..2501 {
        fake.insert_on(2, json!({}));
    }
    for (query, size) in [
        ("", 250),
        ("maxResults=2500", 2500),
        ("maxResults=9999", 2500),
    ] {
        let page = list(
            &mut fake,
            &format!("{query}&fields=items(id),nextPageToken"),
        );
        assert_eq!(page["items"].as_array().unwrap().len(), size, "{query}");
        assert!(page["nextPageToken"].is_string());
    }
}
