//! Pulling a calendar: pages into the mirror, listings anew beside what counts, events of ours by their links.

use std::sync::atomic::Ordering;

use app::App;
use app::availability::slots;
use app::bookings::{Booked, CalendarSync, by_id};
use app::connections::connect_public;
use app::due::{Stepped, step};
use app::event_types;
use app::limits::Limits;
use app::settings::PullSize;
use domain::booking::Status;
use domain::{HostId, Interval};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;
use store::tables::busy;

use super::bookings::booked;
use super::connections::connect_and_prove;
use super::support::{API_KEY, Harness, app_limited, at, harness, morning, now};

const START: &str = "2026-11-24T09:00:00Z";

/// Connected and proven; the calendar was never read.
pub(crate) fn connected() -> Harness {
    let h = harness();
    connect_and_prove(&h);
    h
}

/// One that was read once, and had these events.
pub(crate) fn read(items: &[Value]) -> Harness {
    let h = connected();
    shows(&h, items, "nextSyncToken", "s1");
    h
}

pub(crate) fn worked(app: &App) {
    assert_eq!(now(step(app)).unwrap(), Stepped::Worked);
}

/// The next page has these events and ends with this token.
pub(crate) fn shows(h: &Harness, items: &[Value], next: &str, token: &str) {
    let page = json!({ "timeZone": "Europe/Madrid", "items": items, next: token });
    h.google.answer(200, page.to_string());
    worked(&h.app);
}

/// It is time to look again.
pub(crate) fn later(h: &Harness) {
    h.clock.advance(SignedDuration::from_secs(31));
}

fn position_ends(h: &Harness) {
    later(h);
    let error = json!({ "code": 410, "message": "Sync token is no longer valid.",
        "errors": [{ "domain": "calendar", "reason": "fullSyncRequired", "message": "Gone." }] });
    h.google.answer(410, json!({ "error": error }).to_string());
    worked(&h.app);
}

/// On Wednesday, from this hour for one.
pub(crate) fn hour(from: i64) -> Interval {
    let start = at("2026-11-25T00:00:00Z") + SignedDuration::from_hours(from);
    Interval::lasting(start, SignedDuration::from_hours(1))
}

pub(crate) fn event(id: &str, from: i64) -> Value {
    let time = hour(from);
    json!({
        "id": id, "etag": "\"1\"", "status": "confirmed", "summary": "Private",
        "start": { "dateTime": time.start.to_string(), "timeZone": "Europe/Madrid" },
        "end": { "dateTime": time.end.to_string(), "timeZone": "Europe/Madrid" },
    })
}

pub(crate) fn gone(id: &str) -> Value {
    json!({ "id": id, "status": "cancelled" })
}

pub(crate) fn hosts(h: &Harness) -> Vec<HostId> {
    let all = now(event_types::list(&h.app, h.organization.id)).unwrap();
    let mut hosts: Vec<HostId> = all
        .iter()
        .flat_map(|event_type| event_type.hosts.iter().map(|host| host.id))
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    assert!(hosts.len() > 1, "the preset has several");
    hosts
}

pub(crate) fn busy_of(h: &Harness, host: HostId) -> Vec<Interval> {
    let month = SignedDuration::from_hours(24 * 30);
    busy_within(h, host, Interval::lasting(morning(), month))
}

fn busy_within(h: &Harness, host: HostId, window: Interval) -> Vec<Interval> {
    let unit = h.store.unit(Lane::Read, "test.busy", move |tx| {
        busy::overlapping(tx, host, window)
    });
    now(unit).unwrap()
}

/// What takes the time of everybody.
pub(crate) fn taken(h: &Harness) -> Vec<Interval> {
    let mut all: Vec<_> = hosts(h).into_iter().map(|host| busy_of(h, host)).collect();
    all.dedup();
    assert_eq!(all.len(), 1, "the same for every host");
    all.remove(0)
}

/// The query of the last request.
pub(crate) fn asked(h: &Harness) -> Vec<(String, String)> {
    let (method, address, _) = h.google.asked().pop().unwrap();
    assert_eq!(method, "GET");
    let address: url::Url = address.parse().unwrap();
    address.query_pairs().into_owned().collect()
}

pub(crate) fn asked_for(h: &Harness, name: &str) -> Option<String> {
    let found = asked(h).into_iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value)
}

fn state(h: &Harness, booked: &Booked) -> (Status, CalendarSync) {
    let found = now(by_id(&h.app, h.organization.id, booked.booking.id)).unwrap();
    let found = found.unwrap();
    (found.booking.status, found.sync.state)
}

/// Booked, and its event made; gives the event as Google has it.
pub(crate) fn written(h: &Harness) -> (Booked, Value) {
    let booked = booked(h, START);
    h.google.accept();
    worked(&h.app);
    let (_, _, mut event) = h.google.asked().pop().unwrap();
    event["etag"] = "\"1\"".into();
    event["status"] = "confirmed".into();
    (booked, event)
}

/// design 7: nothing of a first listing counts before its end, and an increment goes on from there.
#[test]
fn a_listing_of_two_pages_counts_at_its_end_and_changes_are_asked_from_there() {
    let h = connected();
    shows(&h, &[event("a", 9)], "nextPageToken", "p1");
    let from = asked_for(&h, "timeMin").unwrap();
    assert_eq!(
        from,
        (h.app.now() - SignedDuration::from_hours(24 * 60)).to_string()
    );
    assert_eq!(
        (asked_for(&h, "pageToken"), asked_for(&h, "timeMax")),
        (None, None)
    );
    assert_eq!(taken(&h), []);
    h.clock.advance(SignedDuration::from_secs(5));
    shows(&h, &[event("b", 11)], "nextSyncToken", "s1");
    assert_eq!(asked_for(&h, "pageToken").as_deref(), Some("p1"));
    assert_eq!(
        asked_for(&h, "timeMin"),
        Some(from),
        "the same question on every page"
    );
    assert_eq!(taken(&h), [hour(9), hour(11)]);
    later(&h);
    shows(&h, &[event("b", 15)], "nextSyncToken", "s2");
    assert_eq!(asked_for(&h, "syncToken").as_deref(), Some("s1"));
    assert_eq!(asked_for(&h, "timeMin"), None);
    assert_eq!(taken(&h), [hour(9), hour(15)]);
}

/// design 7: a page is put in place in chunks, and where to go on from is kept with its last.
#[test]
fn a_page_that_takes_several_units_is_kept_whole() {
    let count = 2 * i64::try_from(PullSize::default().chunk.get()).unwrap() + 1;
    let items: Vec<Value> = (0..count).map(|n| event(&format!("e{n}"), n)).collect();
    let h = read(&items);
    let window = Interval::lasting(morning(), SignedDuration::from_hours(count + 48));
    let taken = busy_within(&h, hosts(&h)[0], window);
    assert_eq!(taken, (0..count).map(hour).collect::<Vec<_>>());
}

/// A budget, as the booking has one: what a page costs grows with its units, not with its events.
#[test]
fn a_full_page_costs_a_handful_of_statements_a_unit() {
    let h = read(&[]);
    h.by_unit.lock().unwrap().clear();
    let item = |n: i64| match n % 25 {
        24 => gone(&format!("e{n}")),
        _ => event(&format!("e{n}"), n),
    };
    let items: Vec<Value> = (0..2_500).map(item).collect();
    // All new, then all known.
    for token in ["s2", "s3"] {
        later(&h);
        shows(&h, &items, "nextSyncToken", token);
        let spent = std::mem::take(&mut *h.by_unit.lock().unwrap());
        assert!(spent["pull.put"] <= 5 * 9, "{spent:?}");
        assert!(spent.values().sum::<u64>() <= 80, "{spent:?}");
    }
}

/// Bookings wait for a fifth of what a unit else takes.
#[test]
fn while_somebody_waits_a_page_is_put_in_place_in_shorter_units() {
    let items: Vec<Value> = (0..2_500).map(|n| event(&format!("e{n}"), n)).collect();
    let h = read(&items);
    let mut spent = Vec::new();
    for (token, is_pressed) in [("s2", false), ("s3", true)] {
        h.is_pressed.store(is_pressed, Ordering::Relaxed);
        h.by_unit.lock().unwrap().clear();
        later(&h);
        shows(&h, &items, "nextSyncToken", token);
        spent.push(h.by_unit.lock().unwrap()["pull.put"]);
    }
    assert_eq!(spent[1], 5 * spent[0], "five times as many units");
}

/// Stored in pieces, and not a million of them.
#[test]
fn an_event_without_a_sensible_end_takes_years_and_few_rows() {
    let mut endless = event("endless", 9);
    endless["end"]["dateTime"] = "9998-01-01T00:00:00Z".into();
    let h = read(&[endless]);
    let whole = Interval::lasting(hour(0).start, SignedDuration::from_hours(24 * 366 * 100));
    let taken = busy_within(&h, hosts(&h)[0], whole);
    assert!(taken.len() < 2_000, "{}", taken.len());
    let (first, last) = (taken[0], taken[taken.len() - 1]);
    assert_eq!(first.start, hour(9).start);
    assert!(last.end > at("2036-01-01T00:00:00Z"));
}

/// design 7: who comes after a crash goes on from the stored page.
#[test]
fn another_process_goes_on_with_the_next_page() {
    let h = connected();
    shows(&h, &[event("a", 9)], "nextPageToken", "p1");
    let another = app_limited(&h, Limits::default());
    let page = json!({ "items": [event("b", 11)], "nextSyncToken": "s1" });
    h.google.answer(200, page.to_string());
    worked(&another);
    assert_eq!(asked_for(&h, "pageToken").as_deref(), Some("p1"));
    assert_eq!(taken(&h), [hour(9), hour(11)]);
}

/// scenario E3: what counted goes on counting, whole, until all of the new listing does.
#[test]
fn a_listing_anew_is_made_beside_what_counts_and_takes_its_place_at_its_end() {
    let h = read(&[event("a", 9), event("b", 11)]);
    position_ends(&h);
    assert_eq!(taken(&h), [hour(9), hour(11)]);
    shows(&h, &[event("c", 13)], "nextPageToken", "p1");
    assert_eq!(asked_for(&h, "syncToken"), None);
    assert_eq!(taken(&h), [hour(9), hour(11)]);
    shows(&h, &[event("b", 15)], "nextSyncToken", "s2");
    assert_eq!(taken(&h), [hour(13), hour(15)]);
}

/// scenario E3: a page that is refused begins the listing again; what the first one brought is not taken for its own.
#[test]
fn a_position_that_ends_between_pages_begins_again() {
    let h = read(&[event("a", 9)]);
    position_ends(&h);
    shows(&h, &[event("b", 11)], "nextPageToken", "p1");
    position_ends(&h);
    assert_eq!(taken(&h), [hour(9)]);
    later(&h);
    shows(&h, &[event("c", 13)], "nextSyncToken", "s2");
    assert_eq!(asked_for(&h, "pageToken"), None);
    assert_eq!(taken(&h), [hour(13)]);
}

/// scenarios C4, C7: that a listing lacks an event is a rumour; a direct look tells.
#[test]
fn an_event_that_a_listing_anew_lacks_is_looked_at_and_not_given_up() {
    for is_there in [true, false] {
        let h = read(&[]);
        let (booked, event) = written(&h);
        position_ends(&h);
        shows(&h, &[], "nextSyncToken", "s2");
        assert_eq!(state(&h, &booked).0, Status::Confirmed);
        let id = event["id"].as_str().unwrap();
        match is_there {
            true => h.google.answer(200, event.to_string()),
            false => h.google.answer(200, gone(id).to_string()),
        }
        worked(&h.app);
        let (method, address, _) = h.google.asked().pop().unwrap();
        assert_eq!(method, "GET");
        assert!(address.contains(&format!("/events/{id}")), "{address}");
        let expected = match is_there {
            true => Status::Confirmed,
            false => Status::Cancelled,
        };
        assert_eq!(state(&h, &booked), (expected, CalendarSync::Synced));
    }
}

/// scenario C7: what was written after the listing began need not be in it. It is looked at directly, and
/// nothing comes of it.
#[test]
fn an_event_made_during_a_listing_is_looked_at_and_stays() {
    let h = read(&[]);
    position_ends(&h);
    shows(&h, &[], "nextPageToken", "p1");
    h.clock.advance(SignedDuration::from_secs(1));
    let (booked, event) = written(&h);
    shows(&h, &[], "nextSyncToken", "s2");
    assert_eq!(state(&h, &booked).0, Status::Confirmed);
    h.google.answer(200, event.to_string());
    worked(&h.app);
    assert_eq!(
        state(&h, &booked),
        (Status::Confirmed, CalendarSync::Synced)
    );
    assert!(matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_)));
}

/// All pages of a listing show the state of its first: what was seen since is newer, so a look tells.
#[test]
fn an_old_page_does_not_undo_what_was_seen_since() {
    let h = read(&[]);
    let (booked, before) = written(&h);
    let moved_to = |etag: &str, hour: u8| {
        let mut event = before.clone();
        event["etag"] = etag.into();
        for (edge, minute) in [("start", "00"), ("end", "50")] {
            let time = format!("2026-11-24T{hour}:{minute}:00Z");
            event[edge] = json!({ "dateTime": time, "timeZone": "Europe/Madrid" });
        }
        event
    };
    later(&h);
    shows(&h, &[], "nextPageToken", "p1");
    // The next page was drawn up when the event was here; it may be there by now.
    let (here, there) = (moved_to("\"2\"", 13), moved_to("\"3\"", 15));
    shows(&h, std::slice::from_ref(&here), "nextSyncToken", "s2");
    assert_eq!(state(&h, &booked).1, CalendarSync::Pending);
    h.google.answer(200, there.to_string());
    worked(&h.app);
    let (method, address, _) = h.google.asked().pop().unwrap();
    let id = before["id"].as_str().unwrap();
    assert!(
        method == "GET" && address.contains(id),
        "{method} {address}"
    );
    let found = now(by_id(&h.app, h.organization.id, booked.booking.id)).unwrap();
    assert_eq!(
        found.unwrap().booking.time.start,
        at("2026-11-24T15:00:00Z")
    );
}

/// scenario C6: the rest of the page is kept, what was known of the bad one stays, and the pull goes on.
#[test]
fn one_event_that_cannot_be_read_stops_nothing() {
    let h = read(&[event("bad", 8)]);
    later(&h);
    let mut bad = event("bad", 9);
    bad["start"] = json!({ "dateTime": ["no", "time"] });
    let mut items: Vec<Value> = (0..10).map(|n| event(&format!("e{n}"), 9 + n)).collect();
    items.insert(5, bad);
    shows(&h, &items, "nextSyncToken", "s2");
    let expected: Vec<_> = (8..19).map(hour).collect();
    assert_eq!(taken(&h), expected);
    later(&h);
    shows(&h, &items, "nextSyncToken", "s3");
    assert_eq!(asked_for(&h, "syncToken").as_deref(), Some("s2"));
    assert_eq!(taken(&h), expected);
}

/// scenario F5: what Google says of a deleted event is its id, and of an instance also its place.
#[test]
fn deleted_events_take_no_time_any_more() {
    let day = |days: i64, from| {
        let hours = SignedDuration::from_hours(24 * days);
        let time = hour(from);
        Interval::lasting(time.start + hours, time.span())
    };
    let mut series = event("series", 9);
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    let mut moved = event("series_2", 14);
    moved["recurringEventId"] = "series".into();
    moved["originalStartTime"] = json!({ "dateTime": day(1, 9).start.to_string() });
    let h = read(&[event("single", 11), series, moved.clone()]);
    assert_eq!(taken(&h), [hour(9), hour(11), hour(14), day(2, 9)]);
    later(&h);
    shows(
        &h,
        &[gone("single"), gone("never seen")],
        "nextSyncToken",
        "s2",
    );
    assert_eq!(taken(&h), [hour(9), hour(14), day(2, 9)]);
    later(&h);
    let instance = json!({
        "id": "series_2", "status": "cancelled", "recurringEventId": "series",
        "originalStartTime": moved["originalStartTime"],
    });
    shows(&h, &[instance], "nextSyncToken", "s3");
    assert_eq!(
        taken(&h),
        [hour(9), day(2, 9)],
        "the instance does not come back"
    );
    later(&h);
    shows(&h, &[gone("series")], "nextSyncToken", "s4");
    assert_eq!(taken(&h), []);
}

/// scenario F1: the calendar's own days, unless they are free.
#[test]
fn an_all_day_event_takes_the_days_of_its_calendars_zone() {
    let h = connected();
    let days = |id: &str, first: &str, end: &str| json!({ "id": id, "status": "confirmed", "start": { "date": first }, "end": { "date": end } });
    let mut free = days("free", "2026-12-01", "2026-12-03");
    free["transparency"] = "transparent".into();
    let page = json!({
        "timeZone": "Pacific/Auckland", "nextSyncToken": "s1",
        "items": [days("busy", "2026-11-25", "2026-11-26"), free],
    });
    h.google.answer(200, page.to_string());
    worked(&h.app);
    let day = Interval {
        start: at("2026-11-24T11:00:00Z"),
        end: at("2026-11-25T11:00:00Z"),
    };
    assert_eq!(taken(&h), [day]);
    // The calendar moves to another zone: its days do too, once it was listed anew.
    later(&h);
    shows(&h, &[], "nextSyncToken", "s2");
    shows(
        &h,
        &[days("busy", "2026-11-25", "2026-11-26")],
        "nextSyncToken",
        "s3",
    );
    let day = Interval {
        start: at("2026-11-24T23:00:00Z"),
        end: at("2026-11-25T23:00:00Z"),
    };
    assert_eq!((asked_for(&h, "syncToken"), taken(&h)), (None, vec![day]));
}

/// rows R11, T8: a foreign event takes the time of every host; none is offered a slot there.
#[test]
fn a_foreign_event_reduces_what_every_host_offers() {
    let h = connected();
    let window = Interval {
        start: at("2026-11-25T00:00:00Z"),
        end: at("2026-11-26T00:00:00Z"),
    };
    let offered = || -> Vec<Interval> {
        let of = |slug| now(slots(&h.app, "tutoring", slug, window)).unwrap().slots;
        ["maths", "english"].into_iter().flat_map(of).collect()
    };
    let is_taken = |slot: &&Interval| slot.overlaps(&hour(15));
    assert!(offered().iter().any(|slot| is_taken(&slot)));
    shows(&h, &[event("a", 15)], "nextSyncToken", "s1");
    assert_eq!(offered().iter().find(is_taken), None);
    assert!(!offered().is_empty());
}

/// row T8: our own events are nobody's foreign time; one that the host moved is its own host's, where it lies now.
#[test]
fn our_own_events_never_count_as_foreign_time() {
    let h = read(&[]);
    let (booked, event) = written(&h);
    later(&h);
    shows(&h, std::slice::from_ref(&event), "nextSyncToken", "s2");
    assert_eq!(taken(&h), []);
    let mut moved = event;
    moved["etag"] = "\"2\"".into();
    for (edge, time) in [("start", "13:00"), ("end", "13:50")] {
        moved[edge] =
            json!({ "dateTime": format!("2026-11-24T{time}:00Z"), "timeZone": "Europe/Madrid" });
    }
    later(&h);
    shows(&h, &[moved], "nextSyncToken", "s3");
    for host in hosts(&h) {
        let expected = usize::from(host == booked.booking.host_id);
        assert_eq!(busy_of(&h, host).len(), expected);
    }
}

/// row L10: a public calendar is read with the key alone, and takes everybody's time.
#[test]
fn a_public_calendar_takes_time_too() {
    let h = harness();
    let holidays = "holidays@group.v.calendar.google.com";
    h.google.answer(
        200,
        r#"{"summary":"Holidays","items":[],"nextPageToken":"p"}"#,
    );
    now(connect_public(&h.app, h.organization.id, holidays)).unwrap();
    // Nothing is tried to be written there.
    worked(&h.app);
    shows(&h, &[event("a", 9)], "nextSyncToken", "s1");
    let last = h.google.asked().len() - 1;
    assert_eq!(h.google.header(last, "authorization"), None);
    let key = h.google.header(last, "x-goog-api-key");
    assert_eq!(key.as_deref(), Some(API_KEY));
    assert_eq!(taken(&h), [hour(9)]);
}
