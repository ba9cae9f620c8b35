//! What attendees are told: at once of what is changed here, after a minute of quiet of what the host does in
//! Google, and once.

use app::bookings::{
    ApproveInput, AttendeeMessage, BookInput, CancelInput, DeclineInput, MessageState,
    ReassignInput, RescheduleInput, approve, book, by_token, cancel, decline, messages, reassign,
    reschedule,
};
use app::housekeeping::{self, REMEMBERED};
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, Status};
use domain::notice::attendee::Kind;
use domain::{BookingId, Instant};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;
use store::tables::attendee_messages;

use super::bookings::{booked, call_off, input, move_to};
use super::pull::{gone, hosts, later, read, shows, worked, written};
use super::support::{Harness, at, compares_never, harness, harness_with, now, preset};

const NINE: &str = "2026-11-24T09:00:00Z";
const TWO: &str = "2026-11-24T14:00:00Z";
const THREE: &str = "2026-11-24T15:00:00Z";

/// All that was written for anybody, oldest first.
fn all(h: &Harness, id: BookingId) -> Vec<AttendeeMessage> {
    let mut found = now(messages(&h.app, id)).unwrap();
    found.sort_unstable_by_key(|message| (message.name.clone(), message.number));
    found
}

/// What delivery would take now: what is told and where to, by its start.
fn ready(h: &Harness) -> Vec<(Kind, Instant)> {
    let at = h.app.now();
    let found = h.store.unit(Lane::Read, "test.ready", move |tx| {
        attendee_messages::ready(tx, at, 100)
    });
    let found = now(found).unwrap();
    let told = |m: AttendeeMessage| (m.kind, m.content.standing.time.start);
    found.into_iter().map(told).collect()
}

fn waiting(h: &Harness, id: BookingId) -> Vec<(Kind, SignedDuration)> {
    let now = h.app.now();
    let is_waiting = |m: &AttendeeMessage| m.state == MessageState::Waiting && m.due_at > now;
    let found = all(h, id).into_iter().filter(is_waiting);
    found.map(|m| (m.kind, m.due_at - now)).collect()
}

fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// `event` as the host has put it, an hour long.
fn dragged(event: &Value, etag: &str, start: &str) -> Value {
    let mut event = event.clone();
    event["etag"] = etag.into();
    let end = at(start) + SignedDuration::from_hours(1);
    for (edge, time) in [("start", start.to_owned()), ("end", end.to_string())] {
        event[edge] = json!({ "dateTime": time, "timeZone": "Europe/Madrid" });
    }
    event
}

/// The next look at the calendar, half a minute later, finds this, and its link is settled.
fn finds(h: &Harness, item: &Value, token: &str) {
    later(h);
    shows(h, std::slice::from_ref(item), "nextSyncToken", token);
    worked(&h.app);
}

/// It is deleted: a look confirms that.
fn finds_gone(h: &Harness, event: &Value, token: &str) {
    later(h);
    let item = gone(event["id"].as_str().unwrap());
    shows(h, std::slice::from_ref(&item), "nextSyncToken", token);
    h.google.answer(200, item.to_string());
    worked(&h.app);
}

fn writes(h: &Harness) -> usize {
    let asked = h.google.asked();
    let writes = asked.iter().filter(|(method, _, _)| method != "GET");
    writes.count()
}

fn stands(h: &Harness, id: BookingId) -> Booking {
    let found = now(app::bookings::find(&h.app, id)).unwrap();
    found.unwrap().booking
}

/// row V2, scenario C2: the booking says the new time and nothing is written back to Google. Its attendee hears
/// of it once, a minute after the last of several drags. Reminders, calendar files and webhooks read the
/// booking or its messages: the version that a message carries is what will be SEQUENCE there.
#[test]
fn a_drag_in_google_is_told_once_after_a_minute_of_quiet() {
    let h = read(&[]);
    let (made, event) = written(&h);
    let (id, before) = (made.booking.id, writes(&h));
    finds(&h, &dragged(&event, "\"2\"", TWO), "s2");
    assert_eq!(waiting(&h, id), [(Kind::Moved, seconds(60))]);
    finds(&h, &dragged(&event, "\"3\"", THREE), "s3");
    assert_eq!(waiting(&h, id), [(Kind::Moved, seconds(60))]);
    assert_eq!(ready(&h), [(Kind::Confirmed, at(NINE))]);
    h.clock.advance(seconds(60));
    assert_eq!(
        ready(&h),
        [(Kind::Confirmed, at(NINE)), (Kind::Moved, at(THREE))]
    );

    let said = all(&h, id);
    let states: Vec<_> = said.iter().map(|message| message.state).collect();
    let (waits, gone) = (MessageState::Waiting, MessageState::Replaced);
    assert_eq!(states, [waits, gone, waits]);
    let last = said.last().unwrap();
    let booking = stands(&h, id);
    assert_eq!((booking.time.start, booking.version), (at(THREE), 3));
    assert_eq!(
        (last.version, last.content.cause),
        (3, Some(Cause::Calendar))
    );
    let before_it = last.content.before.as_ref().unwrap();
    assert_eq!(before_it.time.start, at(NINE), "as they last heard");
    assert_eq!(writes(&h), before, "no second write goes back");
}

/// Of a move away and back nobody need know, unless they have heard of the first.
#[test]
fn a_drag_there_and_back_is_no_news_before_it_is_told() {
    for (pause, expected) in [
        (0, vec![(Kind::Confirmed, at(NINE))]),
        (
            60,
            vec![
                (Kind::Confirmed, at(NINE)),
                (Kind::Moved, at(TWO)),
                (Kind::Moved, at(NINE)),
            ],
        ),
    ] {
        let h = read(&[]);
        let (_, event) = written(&h);
        finds(&h, &dragged(&event, "\"2\"", TWO), "s2");
        h.clock.advance(seconds(pause));
        finds(&h, &dragged(&event, "\"3\"", NINE), "s3");
        h.clock.advance(seconds(60));
        assert_eq!(ready(&h), expected);
    }
}

/// scenarios C1, C3: within one look the booking is cancelled and its time on offer again; the guest is told
/// once. Restored within the minute, nothing was the matter.
#[test]
fn a_deletion_in_google_is_told_once_and_frees_the_time() {
    for is_restored in [false, true] {
        let h = read(&[]);
        let (made, event) = written(&h);
        let id = made.booking.id;
        finds(&h, &dragged(&event, "\"2\"", TWO), "s2");
        finds_gone(&h, &event, "s3");
        assert_eq!(stands(&h, id).status, Status::Cancelled);
        assert_eq!(waiting(&h, id), [(Kind::Cancelled, seconds(60))]);
        assert!(is_offered(&h, TWO) && is_offered(&h, NINE));
        let mut expected = vec![(Kind::Confirmed, at(NINE))];
        if is_restored {
            finds(&h, &dragged(&event, "\"4\"", NINE), "s4");
            assert_eq!(stands(&h, id).status, Status::Confirmed);
            assert!(!is_offered(&h, NINE));
        } else {
            expected.push((Kind::Cancelled, at(TWO)));
        }
        h.clock.advance(seconds(60));
        assert_eq!(ready(&h), expected);
        // A look that finds nothing new, and one day later: nothing more is said.
        later(&h);
        shows(&h, &[], "nextSyncToken", "s5");
        h.clock.advance(seconds(600));
        assert_eq!(ready(&h), expected);
    }
}

fn is_offered(h: &Harness, start: &str) -> bool {
    let window = domain::Interval::lasting(at(start), seconds(60));
    let found = now(app::availability::slots(
        &h.app, "tutoring", "maths", window,
    ))
    .unwrap();
    found.slots.iter().any(|slot| slot.start == at(start))
}

/// What somebody here decides meanwhile is told at once, and the host's drag with it.
#[test]
fn a_change_made_here_during_the_quiet_takes_the_place_of_what_waits() {
    let h = read(&[]);
    let (made, event) = written(&h);
    finds(&h, &dragged(&event, "\"2\"", TWO), "s2");
    move_to(&h, made.booking.id, THREE).unwrap();
    assert_eq!(
        ready(&h),
        [(Kind::Confirmed, at(NINE)), (Kind::Moved, at(THREE))]
    );
    assert_eq!(waiting(&h, made.booking.id), []);
}

/// A place edited in Google reaches the attendee; the title is the host's own.
#[test]
fn a_place_edited_in_google_is_told_and_a_title_is_not() {
    let h = read(&[]);
    let (made, event) = written(&h);
    let mut edited = dragged(&event, "\"2\"", NINE);
    edited["summary"] = "Ana, bring the book".into();
    finds(&h, &edited, "s2");
    assert_eq!(waiting(&h, made.booking.id), []);
    edited["etag"] = "\"3\"".into();
    edited["location"] = "Room 7".into();
    finds(&h, &edited, "s3");
    assert_eq!(waiting(&h, made.booking.id), [(Kind::Changed, seconds(60))]);
    let last = all(&h, made.booking.id).pop().unwrap();
    assert_eq!(last.content.standing.place, "Room 7");
}

/// A move that waits for a person is none yet.
#[test]
fn a_move_onto_another_booking_is_not_told_before_it_is_decided() {
    let h = read(&[]);
    let (made, event) = written(&h);
    booked(&h, TWO);
    h.google.accept();
    worked(&h.app);
    finds(&h, &dragged(&event, "\"2\"", TWO), "s2");
    let inbox = now(app::conflicts::list(&h.app, h.organization.id, None, 9)).unwrap();
    assert_eq!(inbox.items.len(), 1, "it is parked");
    assert_eq!(waiting(&h, made.booking.id), []);
    assert_eq!(all(&h, made.booking.id).len(), 1);
}

/// scenario D4, the attendee's side, and every other way a booking changes here: one message each, due at once.
#[test]
fn each_change_made_here_is_one_message_due_at_once() {
    let mut preset = preset();
    preset.hosts[1].hours = preset.hosts[0].hours.clone();
    preset.event_types[0].hosts = vec!["marta".into(), "daniel".into()];
    let h = harness_with(&preset);
    let id = booked(&h, NINE).booking.id;
    move_to(&h, id, TWO).unwrap();
    let other = *hosts(&h)
        .iter()
        .find(|host| **host != stands(&h, id).host_id)
        .unwrap();
    let given = ReassignInput {
        booking: id,
        host: other,
        version: None,
        cause: Cause::Admin,
    };
    now(reassign(&h.app, given)).unwrap();
    now(reassign(&h.app, given)).unwrap();
    call_off(&h, id, "ill", Cause::Api).unwrap();
    call_off(&h, id, "ill", Cause::Api).unwrap();
    let said = all(&h, id);
    let kinds: Vec<_> = said
        .iter()
        .map(|m| (m.kind, m.version, m.content.cause))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::Confirmed, 1, Some(Cause::Attendee)),
            (Kind::Moved, 2, Some(Cause::Attendee)),
            (Kind::Changed, 3, Some(Cause::Admin)),
            (Kind::Cancelled, 4, Some(Cause::Api)),
        ]
    );
    assert!(
        said.iter()
            .all(|m| m.due_at == m.created_at && m.state == MessageState::Waiting)
    );
    assert_eq!(said[2].content.standing.host, other);
    assert_eq!(said[3].content.reason, "ill");
}

#[test]
fn a_request_is_told_of_as_it_comes_and_as_it_is_decided() {
    let h = harness();
    let asked = |start: &str| {
        let asked = book(&h.app, input("first-talk", start));
        now(asked).unwrap().booking.id
    };
    let (yes, no) = (asked("2026-11-25T09:00:00Z"), asked("2026-11-26T09:00:00Z"));
    let (version, cause) = (None, Cause::Admin);
    let approval = ApproveInput {
        booking: yes,
        version,
        cause,
    };
    now(approve(&h.app, approval)).unwrap();
    let refusal = DeclineInput {
        booking: no,
        reason: "away".into(),
        version,
        cause,
    };
    now(decline(&h.app, refusal)).unwrap();
    let kinds = |id| -> Vec<Kind> { all(&h, id).iter().map(|m| m.kind).collect() };
    assert_eq!(kinds(yes), [Kind::Requested, Kind::Confirmed]);
    assert_eq!(kinds(no), [Kind::Requested, Kind::Declined]);
}

/// Each seat hears for itself: who leaves hears that alone, and nothing more after it.
#[test]
fn of_a_group_each_hears_what_concerns_them() {
    let mut preset = preset();
    preset.event_types.retain(|e| e.slug == "maths");
    preset.event_types[0].capacity = 3;
    preset.event_types[0].hosts.truncate(1);
    let h = harness_with(&preset);
    let takes = |name: &str| {
        let attendee = AttendeeForm {
            name: name.into(),
            phone: Some("+34 600 000 000".into()),
            ..AttendeeForm::default()
        };
        let wish = BookInput {
            attendee,
            ..input("maths", NINE)
        };
        now(book(&h.app, wish)).unwrap()
    };
    let (ana, bo) = (takes("Ana"), takes("Bo"));
    let id = ana.booking.id;
    assert_eq!(bo.booking.id, id);
    let leaves = |token: &str| {
        let seat = now(by_token(&h.app, token)).unwrap().unwrap().seat;
        let input = CancelInput {
            booking: id,
            seat: seat.map(|seat| seat.id),
            reason: String::new(),
            version: None,
            cause: Cause::Attendee,
        };
        now(cancel(&h.app, input)).unwrap();
    };
    leaves(&ana.manage_token);
    let there = RescheduleInput {
        booking: id,
        seat: None,
        start: at(TWO),
        version: None,
        cause: Cause::Admin,
        idempotency_key: None,
    };
    now(reschedule(&h.app, there)).unwrap();
    leaves(&bo.manage_token);
    leaves(&bo.manage_token);
    let said = all(&h, id);
    let said: Vec<_> = said.iter().map(|m| (m.name.as_str(), m.kind)).collect();
    assert_eq!(
        said,
        [
            ("Ana", Kind::Confirmed),
            ("Ana", Kind::Cancelled),
            ("Bo", Kind::Confirmed),
            ("Bo", Kind::Moved),
            ("Bo", Kind::Cancelled),
        ]
    );
}

#[test]
fn what_was_told_is_forgotten_a_month_after_the_booking() {
    let h = harness();
    let made = booked(&h, NINE).booking;
    move_to(&h, made.id, TWO).unwrap();
    compares_never(&h);
    h.clock
        .advance(stands(&h, made.id).time.end - h.app.now() + REMEMBERED);
    now(housekeeping::run(&h.app)).unwrap();
    assert_eq!(all(&h, made.id).len(), 2, "until then it is kept");
    h.clock.advance(seconds(1));
    now(housekeeping::run(&h.app)).unwrap();
    assert_eq!(all(&h, made.id), []);
}
