//! Messages: their numbers, their losses and delays, and how often they are tried (§12.2).

use fake_google::{Carried, PushRules};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{WATCH, due, fake_with, numbers, plain, watch, watching, wish};
use crate::harness::{EVENTS, Fake, event_on};

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
