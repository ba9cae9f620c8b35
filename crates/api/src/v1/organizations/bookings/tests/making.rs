//! Bookings that are made: by whom, with whom, for how many, and what the answer shows.

use std::sync::atomic::Ordering;

use http::StatusCode;
use serde_json::{Value, json};

use super::post;
use crate::harness::{Ask, booking, harness};

#[test]
fn a_booking_is_made_and_described() {
    let harness = harness();
    let mut body = booking("maths", "2026-11-24T10:00:00+01:00");
    body["answers"] = json!({ "notes": "Chapter 3" });
    let answer = harness.call(post(&body));
    assert_eq!(answer.status, StatusCode::CREATED);
    let mut made = answer.body.clone();
    let id = made["id"].take();
    let location = format!("/api/v1/bookings/{}", id.as_str().unwrap());
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let manage_url = made["manage_url"].take();
    let manage_url = manage_url.as_str().unwrap();
    let token = manage_url.strip_prefix("https://book.example/b/").unwrap();
    assert_eq!(token.len(), 32);
    assert_eq!(
        made,
        json!({
            "id": null, "manage_url": null, "status": "confirmed", "pending": null,
            "version": 1, "origin": "here", "forced": false,
            "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z",
            "time_zone": "Europe/Madrid", "organization": "tutoring", "event_type": "maths",
            "host": "Marta Ruiz", "calendar_sync": "none", "last_synced_at": null,
            "problem": null, "conflict": null, "html_link": null, "cancellation": null, "stale": null,
            "created_at": "2026-11-23T06:00:00Z",
            "attendee": {
                "name": "Ana", "email": "ana@example.org", "phone": null,
                "time_zone": "Europe/Madrid", "locale": "en",
            },
            "answers": { "notes": "Chapter 3" },
        })
    );
}

#[test]
fn whoever_asks_is_written_down() {
    let harness = harness();
    for (start, key, cause) in [
        ("2026-11-24T09:00:00Z", None, "attendee"),
        ("2026-11-24T10:00:00Z", Some(&harness.key), "api"),
    ] {
        let ask = post(&booking("maths", start));
        let ask = key.map_or(ask.clone(), |key| ask.bearer(key));
        let made = harness.call(ask).body;
        let path = format!("/api/v1/bookings/{}/timeline", made["id"].as_str().unwrap());
        let timeline = harness.call(Ask::get(&path).bearer(&harness.key)).body;
        assert_eq!(timeline["entries"][0]["cause"], cause);
    }
}

#[test]
fn a_host_is_chosen_among_those_of_the_event_type() {
    let harness = harness();
    let mut body = booking("chat", "2026-11-24T09:00:00Z");
    let hosts = harness.hosts("chat");
    let missing = "01928f3c-0000-7000-8000-000000000000";
    for (host, status, code, named) in [
        (json!("Marta Ruiz"), 422, "invalid_body", ""),
        (json!(7), 422, "invalid_body", ""),
        (json!([]), 422, "invalid_body", ""),
        (json!(missing), 422, "unknown_host", ""),
        (
            json!(harness.hosts("english")[0].0),
            422,
            "unknown_host",
            "",
        ),
        (json!(hosts[1].0), 201, "", "Noor Aziz"),
        (json!(hosts[1].0), 409, "slot_taken", ""),
        (json!(hosts[2].0), 201, "", "Omar Haddad"),
        (json!(null), 201, "", "Marta Ruiz"),
        (json!(null), 409, "slot_taken", ""),
    ] {
        body["host"] = host.clone();
        let answer = harness.call(post(&body));
        let found = (answer.status.as_u16(), answer.code());
        assert_eq!(found, (status, code), "{host}");
        assert_eq!(answer.body["host"].as_str().unwrap_or_default(), named);
        if status == 422 {
            assert_eq!(answer.body["fields"][0]["field"], "host", "{host}");
        }
    }
}

/// scenario B2: of fifty who want any of three hosts at one hour, three get one each.
#[test]
fn as_many_as_there_are_hosts_get_one_each() {
    let harness = harness();
    let wish = booking("chat", "2026-11-24T09:00:00Z");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let (harness, wish) = (&harness, &wish);
        let clients: Vec<_> = (0..50)
            .map(|_| scope.spawn(move || harness.call(post(wish))))
            .collect();
        clients.into_iter().map(|c| c.join().unwrap()).collect()
    });
    let made = answers.iter().filter(|a| a.status == StatusCode::CREATED);
    let mut hosts: Vec<_> = made.map(|a| a.body["host"].as_str().unwrap()).collect();
    hosts.sort_unstable();
    assert_eq!(hosts, ["Marta Ruiz", "Noor Aziz", "Omar Haddad"]);
    assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 47);
}

#[test]
fn several_hosts_together_are_all_bound() {
    let harness = harness();
    let together = harness.book("panel", "2026-11-24T09:00:00Z");
    assert_eq!(together.body["host"], "Marta Ruiz, Noor Aziz");
    let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
    assert_eq!(answer.code(), "slot_taken");
    let chat = harness.book("chat", "2026-11-24T09:00:00Z");
    assert_eq!(chat.body["host"], "Omar Haddad");
}

/// scenario J1: of twenty who want the last of eight seats, one gets it.
#[test]
fn one_of_many_gets_the_last_seat() {
    let harness = harness();
    let wish = booking("class", "2026-11-24T09:00:00Z");
    let seats: Vec<_> = (0..7).map(|_| harness.booked(post(&wish))).collect();
    assert!(seats.iter().all(|seat| seat.id == seats[0].id));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let (harness, wish) = (&harness, &wish);
        let clients: Vec<_> = (0..20)
            .map(|_| scope.spawn(move || harness.call(post(wish))))
            .collect();
        clients.into_iter().map(|c| c.join().unwrap()).collect()
    });
    let made = answers.iter().filter(|a| a.status == StatusCode::CREATED);
    assert_eq!(made.count(), 1);
    let full = answers.iter().filter(|a| a.code() == "no_seats");
    for refused in full.clone() {
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body["alternatives"].is_array());
    }
    assert_eq!(full.count(), 19);
}

/// scenario J2: whoever takes a seat is told of themselves, never of who else comes.
#[test]
fn an_attendee_never_sees_another() {
    let harness = harness();
    harness.book("class", "2026-11-24T09:00:00Z");
    let body = json!({
        "event_type": "class", "start": "2026-11-24T09:00:00Z",
        "attendee": { "name": "Bo", "email": "bo@example.org", "time_zone": "Asia/Tokyo" },
        "answers": { "notes": "Vegetarian" },
    });
    let ask = post(&body).header("idempotency-key", "b");
    let joined = harness.booked(ask.clone());
    let token = joined.manage_token.as_str();
    let path = format!("/api/v1/bookings/{}", joined.id);
    let mut told = vec![joined.body.clone(), harness.booked(ask.clone()).body];
    harness.store.fail_reads.store(true, Ordering::Relaxed);
    told.push(harness.booked(ask).body);
    harness.store.fail_reads.store(false, Ordering::Relaxed);
    told.push(harness.call(Ask::get(&path).bearer(token)).body);
    let timeline = Ask::get(&format!("{path}/timeline")).bearer(token);
    assert!(!harness.call(timeline).text.contains("Ana"));
    told.push(harness.act(&joined, "cancel", &json!({}), token).body);
    for answer in told {
        assert_eq!(answer["attendee"]["name"], "Bo");
        assert_eq!(answer["attendee"]["email"], "bo@example.org");
        assert_eq!(answer["attendee"]["time_zone"], "Asia/Tokyo");
        assert_eq!(answer["answers"]["notes"], "Vegetarian");
        assert!(
            !answer.to_string().to_lowercase().contains("ana@"),
            "{answer}"
        );
    }
}

#[test]
fn a_request_waits_and_takes_no_time() {
    let harness = harness();
    let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
    assert_eq!(asked.body["pending"], "approval");
    assert_eq!(asked.body["calendar_sync"], "none");
    harness.book("maths", "2026-11-24T09:00:00Z");
    let listed = harness
        .call(Ask::get("/api/v1/bookings").bearer(&harness.key))
        .body;
    assert_eq!(listed["bookings"].as_array().unwrap().len(), 2);
    let mut sure = booking("first-talk", "2026-11-24T11:00:00Z");
    sure["forced"] = json!(true);
    let sure = harness.booked(post(&sure).bearer(&harness.key));
    assert_eq!(sure.body["status"], "confirmed");
}

/// A booking that stands is never answered with an error: its manage link would be lost.
#[test]
fn a_booking_that_cannot_be_read_back_is_still_answered() {
    let harness = harness();
    harness.store.fail_reads.store(true, Ordering::Relaxed);
    let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
    harness.store.fail_reads.store(false, Ordering::Relaxed);
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(answer.body["manage_url"].is_string());
    let path = answer.header("location").unwrap().to_owned();
    let read = harness.call(Ask::get(&path).bearer(&harness.key)).body;
    for (field, value) in answer.body.as_object().unwrap() {
        if !["manage_url", "host"].contains(&field.as_str()) {
            assert_eq!(*value, read[field], "{field}");
        }
    }
    assert_eq!(answer.body["host"], Value::Null);
}
