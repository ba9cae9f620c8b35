//! Push as the core decides it: who is told of what, and when no more (§12).

mod messages;
mod wishes;

use fake_google::{Delivery, PushRules, Response, Role};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_on, event_path, refusal};

const WATCH: &str = "/calendar/v3/calendars/primary/events/watch";
const STOP: &str = "/calendar/v3/channels/stop";
const LEO: &str = "leo@example.com";

/// Something done to a fake.
type Act<'a> = Box<dyn Fn(&mut Fake) + 'a>;

/// More than any test queues.
const MOST: usize = 1000;

fn wish(id: &str) -> Value {
    json!({"id": id, "type": "web_hook", "address": "https://app.example/hook", "token": "t0ken"})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn watch(fake: &mut Fake, body: &Value) -> Response {
    fake.call("POST", WATCH, Some(body))
}

/// A channel of that id, its `sync` message taken.
fn watching(fake: &mut Fake, id: &str) -> Value {
    let answer = watch(fake, &wish(id));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(due(fake).len(), 1, "sync");
    answer.json()
}

fn due(fake: &mut Fake) -> Vec<Delivery> {
    fake.world.take_due_deliveries(fake.now, MOST)
}

fn numbers(deliveries: &[Delivery]) -> Vec<u64> {
    deliveries.iter().map(|delivery| delivery.number).collect()
}

/// No chance but what a test adds.
fn plain() -> PushRules {
    PushRules {
        gaps_per_mille: 0,
        ..PushRules::default()
    }
}

fn fake_with(rules: PushRules) -> Fake {
    let mut fake = Fake::new();
    fake.world.rules.push = rules;
    fake
}

fn stop(fake: &mut Fake, channel: &Value) -> Response {
    let body = json!({"id": channel["id"], "resourceId": channel["resourceId"]});
    fake.call("POST", STOP, Some(&body))
}

const SCOPE_ALL: &str = "https://www.googleapis.com/auth/calendar";

/// A fake whose caller is Ana with every scope.
fn ana_with_everything() -> Fake {
    let mut fake = fake_with(plain());
    become_account(&mut fake, ANA);
    fake
}

fn become_account(fake: &mut Fake, email: &str) {
    let granted = fake.world.grant(fake.now, email, CLIENT, &[SCOPE_ALL]);
    fake.token = granted.expect("account and client are there").access_token;
}

#[test]
fn a_watch_answers_its_channel_and_sends_sync() {
    let mut fake = Fake::new();
    let channel = watch(&mut fake, &wish("one")).json();
    assert_eq!(channel["kind"], "api#channel");
    assert_eq!(channel["id"], "one");
    assert_eq!(channel["token"], "t0ken");
    let expires = fake.now.as_millisecond() + 604_800_000;
    assert_eq!(channel["expiration"], expires.to_string());
    let uri = "https://www.googleapis.com/calendar/v3/calendars/ana@example.com/events?alt=json";
    assert_eq!(channel["resourceUri"], uri);
    let sync = due(&mut fake);
    assert_eq!(sync.len(), 1);
    assert_eq!(sync[0].address, "https://app.example/hook");
    let headers: Vec<(&str, &str)> = sync[0]
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        headers,
        [
            ("X-Goog-Channel-ID", "one"),
            ("X-Goog-Message-Number", "1"),
            (
                "X-Goog-Resource-ID",
                channel["resourceId"].as_str().unwrap()
            ),
            ("X-Goog-Resource-State", "sync"),
            ("X-Goog-Resource-URI", uri),
            ("X-Goog-Channel-Expiration", "Sun, 08 Mar 2026 12:00:00 GMT"),
            ("X-Goog-Channel-Token", "t0ken"),
        ]
    );
}

#[test]
fn without_a_token_there_is_no_token_header() {
    let mut fake = Fake::new();
    let body = json!({"id": "one", "type": "webhook", "address": "https://app.example/hook"});
    assert_eq!(watch(&mut fake, &body).json().get("token"), None);
    assert_eq!(due(&mut fake)[0].header("X-Goog-Channel-Token"), None);
}

#[test]
fn every_change_is_told_whoever_makes_it_and_a_read_is_not() {
    let mut fake = fake_with(plain());
    watching(&mut fake, "one");
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let told = due(&mut fake);
    assert_eq!(numbers(&told), [2]);
    assert_eq!(told[0].header("X-Goog-Resource-State"), Some("exists"));
    let id = event["id"].as_str().unwrap().to_owned();
    let reminders = json!({"reminders": {"useDefault": false}});
    let acts: [(&str, Act<'_>); 6] = [
        (
            "patch",
            Box::new(|fake| drop(fake.call("PATCH", &path, Some(&json!({"summary": "x"}))))),
        ),
        (
            "put",
            Box::new(|fake| drop(fake.call("PUT", &path, Some(&event_on(3, json!({})))))),
        ),
        (
            "reminders",
            Box::new(|fake| drop(fake.call("PATCH", &path, Some(&reminders)))),
        ),
        (
            "host edits",
            Box::new(|fake| {
                fake.world
                    .edit_event(fake.now, ANA, &id, &json!({"summary": "y"}))
                    .unwrap();
            }),
        ),
        (
            "host inserts",
            Box::new(|fake| {
                fake.world
                    .insert_event(fake.now, ANA, &event_on(4, json!({})))
                    .unwrap();
            }),
        ),
        (
            "delete",
            Box::new(|fake| drop(fake.call("DELETE", &path, None))),
        ),
    ];
    for (name, act) in acts {
        fake.pass(1);
        act(&mut fake);
        fake.get(EVENTS);
        fake.get(&path);
        let told = due(&mut fake);
        assert_eq!(told.len(), 1, "{name}");
        assert_eq!(told[0].due, fake.now, "{name}");
    }
}

#[test]
fn a_refused_write_and_another_calendar_tell_nothing() {
    let mut fake = Fake::new();
    fake.world
        .add_calendar(ANA, "second", "Second", "UTC")
        .unwrap();
    watching(&mut fake, "one");
    assert_eq!(fake.call("POST", EVENTS, Some(&json!({}))).status, 400);
    let other = "/calendar/v3/calendars/second/events";
    assert_eq!(
        fake.call("POST", other, Some(&event_on(2, json!({}))))
            .status,
        200
    );
    assert_eq!(due(&mut fake), []);
}

#[test]
fn every_channel_on_a_calendar_is_told() {
    let mut fake = Fake::new();
    let one = watching(&mut fake, "one");
    let two = watching(&mut fake, "two");
    assert_eq!(
        one["resourceId"], two["resourceId"],
        "the same thing is watched"
    );
    fake.insert_on(2, json!({}));
    let told: Vec<String> = due(&mut fake)
        .into_iter()
        .map(|told| told.channel)
        .collect();
    assert_eq!(told, ["one", "two"]);
}

#[test]
fn an_expired_channel_is_silent() {
    let mut fake = Fake::new();
    let body = with(wish("one"), "params", json!({"ttl": "60"}));
    let channel = watch(&mut fake, &body).json();
    due(&mut fake);
    fake.pass(59);
    fake.insert_on(2, json!({}));
    assert_eq!(due(&mut fake).len(), 1);
    fake.insert_on(3, json!({}));
    fake.pass(2);
    assert_eq!(due(&mut fake), [], "what waited is not sent either");
    fake.insert_on(4, json!({}));
    assert_eq!(due(&mut fake), []);
    assert_eq!(
        refusal(&stop(&mut fake, &channel)),
        (404, "notFound".to_owned())
    );
}

#[test]
fn a_channel_is_stopped_by_who_made_it_alone() {
    let mut fake = Fake::new();
    fake.world.add_account(LEO, "Leo", "Europe/Madrid").unwrap();
    fake.world.add_client("other", "secret", &[]);
    let channel = watching(&mut fake, "one");
    let not_found = (404, "notFound".to_owned());
    let own = fake.token.clone();
    for (account, client) in [(LEO, CLIENT), (ANA, "other")] {
        let granted = fake.world.grant(fake.now, account, client, &[SCOPE_EVENTS]);
        fake.token = granted.unwrap().access_token;
        assert_eq!(
            refusal(&stop(&mut fake, &channel)),
            not_found,
            "{account} {client}"
        );
    }
    fake.token = own;
    let mistaken = with(channel.clone(), "resourceId", json!("another"));
    assert_eq!(refusal(&stop(&mut fake, &mistaken)), not_found);
    fake.insert_on(2, json!({}));
    assert_eq!(due(&mut fake).len(), 1, "it still lives");
    assert_eq!(stop(&mut fake, &channel).status, 204);
    assert_eq!(refusal(&stop(&mut fake, &channel)), not_found);
    fake.insert_on(3, json!({}));
    assert_eq!(due(&mut fake), []);
}

#[test]
fn a_stop_may_lag() {
    let mut fake = Fake::new();
    fake.world.rules.push.stop_lag_seconds = 10;
    let channel = watching(&mut fake, "one");
    assert_eq!(stop(&mut fake, &channel).status, 204);
    fake.pass(9);
    fake.insert_on(2, json!({}));
    assert_eq!(due(&mut fake).len(), 1);
    fake.pass(2);
    fake.insert_on(3, json!({}));
    assert_eq!(due(&mut fake), []);
}

#[test]
fn a_channel_shows_in_the_control_interface() {
    let mut fake = Fake::new();
    watching(&mut fake, "one");
    fake.insert_on(2, json!({}));
    let shown = fake.get("/_fake/channels").json();
    assert_eq!(shown["channels"][0]["id"], "one");
    assert_eq!(shown["channels"][0]["account"], ANA);
    assert_eq!(shown["waiting"], 1);
    let rules = json!({"push": {"loss_per_mille": 1000}});
    let set = fake.call("POST", "/_fake/rules", Some(&rules));
    assert_eq!(set.json()["push"]["loss_per_mille"], 1000);
    fake.insert_on(3, json!({}));
    assert_eq!(due(&mut fake).len(), 1, "the second one was lost");
    for wrong in [
        json!({"loss_per_mille": 1001}),
        json!({"lost": 1}),
        json!({"delay_min_ms": 1}),
    ] {
        let rules = json!({ "push": wrong });
        let answer = fake.call("POST", "/_fake/rules", Some(&rules));
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[test]
fn each_list_has_channels_of_its_own() {
    let mut fake = ana_with_everything();
    let paths = [
        ("acl", "calendars/primary/acl"),
        ("events", "calendars/primary/events"),
        ("list", "users/me/calendarList"),
        ("settings", "users/me/settings"),
    ];
    let mut resources = Vec::new();
    for (id, path) in paths {
        let answer = fake.call(
            "POST",
            &format!("/calendar/v3/{path}/watch"),
            Some(&wish(id)),
        );
        assert_eq!(answer.status, 200, "{id}: {}", answer.text());
        let channel = answer.json();
        let path = path.replace("primary", ANA);
        let uri = format!("https://www.googleapis.com/calendar/v3/{path}?alt=json");
        assert_eq!(channel["resourceUri"], uri);
        assert!(answer.header("etag").is_none(), "a channel has no version");
        resources.push(channel["resourceId"].as_str().unwrap().to_owned());
    }
    resources.sort_unstable();
    resources.dedup();
    assert_eq!(resources.len(), paths.len());
    due(&mut fake);

    let share = json!({"role": "reader", "scope": {"type": "user", "value": LEO}});
    let second = json!({"summary": "Second"});
    let setting = json!({"account": ANA, "setting": "weekStart", "value": "1"});
    for (told, path, body) in [
        ("acl", "/calendar/v3/calendars/primary/acl", &share),
        ("events", EVENTS, &event_on(2, json!({}))),
        ("list", "/calendar/v3/calendars", &second),
        ("settings", "/_fake/settings", &setting),
    ] {
        fake.pass(1);
        let answer = fake.call("POST", path, Some(body));
        assert!(answer.status < 300, "{told}: {}", answer.text());
        let channels: Vec<String> = due(&mut fake)
            .into_iter()
            .map(|sent| sent.channel)
            .collect();
        assert_eq!(channels, [told]);
    }
}

#[test]
fn whoever_loses_a_calendar_is_told_no_more() {
    let mut fake = ana_with_everything();
    fake.world.add_account(LEO, "Leo", "Europe/Madrid").unwrap();
    let her = fake.token.clone();
    let share = |fake: &mut Fake, role: Option<Role>| {
        let sharing = fake.world.share_calendar(fake.now, ANA, Some(LEO), role);
        sharing.expect("there is a calendar");
    };
    share(&mut fake, Some(Role::Reader));
    become_account(&mut fake, LEO);
    let path = "/calendar/v3/calendars/ana%40example.com/events/watch";
    assert_eq!(fake.call("POST", path, Some(&wish("his"))).status, 200);
    due(&mut fake);
    fake.token = her;
    fake.insert_on(2, json!({}));
    assert_eq!(due(&mut fake).len(), 1);
    share(&mut fake, None);
    fake.insert_on(3, json!({}));
    assert_eq!(due(&mut fake), []);
    share(&mut fake, Some(Role::Reader));
    fake.insert_on(4, json!({}));
    assert_eq!(due(&mut fake), [], "the channel has ended");
}
