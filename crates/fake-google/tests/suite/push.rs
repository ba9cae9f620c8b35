//! Push as the core decides it: who is told what, when, how often, and when no more (§12).

use fake_google::{Carried, Delivery, PushRules, Response, Role};
use jiff::SignedDuration;
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
fn numbers_rise_with_gaps() {
    for (per_mille, steps) in [(0, 1..=1), (1000, 2..=4)] {
        let mut fake = fake_with(PushRules {
            gaps_per_mille: per_mille,
            ..PushRules::default()
        });
        watching(&mut fake, "one");
        for day in 1..20 {
            fake.insert_on(day, json!({}));
        }
        let numbers = numbers(&due(&mut fake));
        let mut last = 1;
        for number in numbers {
            assert!(steps.contains(&(number - last)), "{last} then {number}");
            last = number;
        }
    }
}

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
fn a_lost_message_leaves_a_gap_and_a_doubled_one_repeats_its_number() {
    let mut fake = fake_with(PushRules {
        loss_per_mille: 1000,
        ..plain()
    });
    watching(&mut fake, "one");
    fake.insert_on(2, json!({}));
    assert_eq!(due(&mut fake), []);
    fake.world.rules.push = PushRules {
        duplicates_per_mille: 1000,
        ..plain()
    };
    fake.insert_on(3, json!({}));
    assert_eq!(numbers(&due(&mut fake)), [3, 3]);
}

#[test]
fn messages_wait_their_delay_and_may_overtake() {
    let mut fake = fake_with(PushRules {
        delay_min_ms: 1_000,
        delay_max_ms: 9_000,
        ..plain()
    });
    watching(&mut fake, "one");
    for day in 1..20 {
        fake.insert_on(day, json!({}));
    }
    assert_eq!(due(&mut fake), []);
    let first = fake.world.next_delivery().unwrap();
    assert!(first >= fake.now + SignedDuration::from_secs(1));
    fake.now = first;
    assert!(!due(&mut fake).is_empty());
    fake.pass(9);
    let rest = due(&mut fake);
    assert!(!numbers(&rest).is_sorted(), "{:?}", numbers(&rest));
    assert!(rest.is_sorted_by_key(|told| told.due));
    assert_eq!(fake.world.next_delivery(), None);
}

#[test]
fn only_four_statuses_are_tried_again() {
    for status in [
        102, 200, 201, 202, 204, 301, 400, 401, 404, 410, 429, 500, 501, 502, 503, 504,
    ] {
        let mut fake = Fake::new();
        watch(&mut fake, &wish("one"));
        let sync = due(&mut fake).remove(0);
        fake.world
            .report_delivery(fake.now, sync, Carried::Status(status));
        let is_retried = matches!(status, 500 | 502 | 503 | 504);
        assert_eq!(fake.world.next_delivery().is_some(), is_retried, "{status}");
        assert_eq!(
            fake.world.delivery_reports().next().unwrap().is_retried,
            is_retried
        );
    }
    for retries_unreachable in [false, true] {
        let mut fake = fake_with(PushRules {
            retries_unreachable,
            ..plain()
        });
        watch(&mut fake, &wish("one"));
        let sync = due(&mut fake).remove(0);
        let nobody = Carried::Unreachable("connection refused".to_owned());
        fake.world.report_delivery(fake.now, sync, nobody);
        assert_eq!(fake.world.next_delivery().is_some(), retries_unreachable);
    }
}

#[test]
fn tries_are_spaced_out_and_bounded() {
    let mut fake = fake_with(PushRules {
        retry_max_ms: 3_000,
        attempts_max: 4,
        ..plain()
    });
    watch(&mut fake, &wish("one"));
    let mut waits = Vec::new();
    while let Some(next) = fake.world.next_delivery() {
        waits.push(next.duration_since(fake.now).as_millis());
        fake.now = next;
        let sync = due(&mut fake).remove(0);
        assert_eq!(usize::try_from(sync.attempt).unwrap(), waits.len());
        assert_eq!(sync.number, 1, "it is the same message");
        fake.world
            .report_delivery(fake.now, sync, Carried::Status(503));
    }
    assert_eq!(waits, [0, 1_000, 2_000, 3_000]);
}

#[test]
fn a_channel_on_chosen_types_is_told_of_these_alone() {
    for (types, default, out_of_office) in [
        ("eventTypes=default", 1, 0),
        ("eventTypes=outOfOffice&eventTypes=default", 1, 1),
        ("eventTypes=outOfOffice", 0, 1),
    ] {
        let mut fake = Fake::new();
        let answer = fake.call("POST", &format!("{WATCH}?{types}"), Some(&wish("one")));
        let uri = answer.json()["resourceUri"].as_str().unwrap().to_owned();
        assert!(uri.ends_with(types), "{uri}");
        due(&mut fake);
        fake.insert_on(2, json!({}));
        assert_eq!(due(&mut fake).len(), default, "{types}");
        fake.insert_on(3, json!({"eventType": "outOfOffice"}));
        assert_eq!(due(&mut fake).len(), out_of_office, "{types}");
    }
}

#[test]
fn a_conference_that_becomes_ready_is_told_without_a_call() {
    let mut fake = fake_with(plain());
    fake.world.rules.meet.delay_seconds = 5;
    watching(&mut fake, "one");
    let request = json!({"requestId": "r", "conferenceSolutionKey": {"type": "hangoutsMeet"}});
    let event = event_on(2, json!({"conferenceData": {"createRequest": request}}));
    let path = format!("{EVENTS}?conferenceDataVersion=1");
    let answer = fake.call("POST", &path, Some(&event));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(numbers(&due(&mut fake)), [2]);
    let ready = fake
        .world
        .next_delivery()
        .expect("the conference is awaited");
    assert_eq!(ready, fake.now + SignedDuration::from_secs(5));
    fake.now = ready;
    assert_eq!(numbers(&due(&mut fake)), [3]);
    assert_eq!(fake.world.next_delivery(), None);
}

#[test]
fn sync_may_be_due_before_the_answer() {
    let mut fake = Fake::new();
    assert_eq!(fake.world.take_deliveries_before_answer(), []);
    fake.world.rules.push.is_sync_first = true;
    watch(&mut fake, &wish("one"));
    let first = fake.world.take_deliveries_before_answer();
    assert_eq!(first[0].header("X-Goog-Resource-State"), Some("sync"));
    assert_eq!(due(&mut fake), []);
}

#[test]
fn push_draws_from_the_seed_and_changes_nothing_else() {
    let history = |is_watching: bool| {
        let mut fake = fake_with(PushRules {
            loss_per_mille: 300,
            duplicates_per_mille: 300,
            gaps_per_mille: 300,
            delay_max_ms: 5_000,
            ..PushRules::default()
        });
        if is_watching {
            watch(&mut fake, &wish("one"));
        }
        let ids: Vec<Value> = (1..20)
            .map(|day| fake.insert_on(day, json!({}))["id"].clone())
            .collect();
        fake.pass(10);
        (ids, due(&mut fake))
    };
    let (ids, told) = history(true);
    assert_eq!((ids.clone(), told.clone()), history(true));
    assert_eq!((ids, vec![]), history(false));
    let duplicates = numbers(&told)
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .count();
    assert!(told.len() > 5 && duplicates < told.len());
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
