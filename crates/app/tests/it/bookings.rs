//! Bookings, on this side of the seam: made, refused, moved, cancelled, listed.

use app::bookings::{
    BookError, BookInput, Booked, CalendarSync, CancelError, CancelInput, Detail, Filter,
    RescheduleError, RescheduleInput, book, by_id, by_token, cancel, list, reschedule, timeline,
};
use app::limits::Asker;
use domain::BookingId;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause, NotOpen, Refusal, Status};
use jiff::SignedDuration;

use super::support::{Harness, at, harness, now};

pub(crate) fn input(event_type: &str, start: &str) -> BookInput {
    BookInput {
        organization: "tutoring".into(),
        event_type: event_type.into(),
        start: at(start),
        attendee: AttendeeForm {
            name: "Ana".into(),
            email: Some("ana@example.org".into()),
            ..AttendeeForm::default()
        },
        host: None,
        hold: None,
        forced: None,
        asker: Asker::Public(None),
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

pub(crate) fn move_to(h: &Harness, id: BookingId, start: &str) -> Result<Booking, RescheduleError> {
    now(reschedule(&h.app, moving(id, start)))
}

fn moving(booking: BookingId, start: &str) -> RescheduleInput {
    RescheduleInput {
        booking,
        seat: None,
        start: at(start),
        version: None,
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

pub(crate) fn call_off(
    h: &Harness,
    id: BookingId,
    reason: &str,
    cause: Cause,
) -> Result<Booking, CancelError> {
    let reason = reason.to_owned();
    now(cancel(
        &h.app,
        CancelInput {
            booking: id,
            seat: None,
            reason,
            version: None,
            cause,
        },
    ))
}

pub(crate) fn booked(h: &Harness, start: &str) -> Booked {
    now(book(&h.app, input("maths", start))).unwrap()
}

fn kinds(h: &Harness, booked: &Booked) -> Vec<String> {
    let entries = now(timeline(&h.app, booked.booking.id)).unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

/// row T3: the text of the event is fixed when the booking is made.
#[test]
fn a_booking_is_kept_with_what_its_event_will_say() {
    let h = harness();
    let booked = booked(&h, "2026-11-24T09:00:00Z");
    assert_eq!(booked.booking.text.title, "Ana – Maths lesson");
    assert_eq!(booked.booking.text.location, "Online");
    assert!(!booked.has_calendar);
    let found = now(by_token(&h.app, &booked.manage_token))
        .unwrap()
        .unwrap();
    assert_eq!(found.booking, booked.booking);
    assert_eq!(found.sync.state, CalendarSync::None);
    assert_eq!(found.seat.as_ref().map(|seat| seat.seat), Some(0));
    let same = now(by_id(&h.app, h.organization.id, booked.booking.id)).unwrap();
    assert_eq!(
        same,
        Some(Detail {
            seat: None,
            ..found
        })
    );
    assert!(now(by_token(&h.app, "guessed")).unwrap().is_none());
}

/// scenarios B3, B6: what overlaps or breaks a rule is refused with alternatives, and leaves no trace.
#[test]
fn a_refused_start_comes_with_alternatives() {
    let h = harness();
    booked(&h, "2026-11-24T09:00:00Z");
    for (event_type, start, expected) in [
        ("maths", "2026-11-24T09:00:00Z", Refusal::Taken),
        ("maths", "2026-11-24T09:30:00Z", Refusal::Taken),
        ("maths-exam", "2026-11-24T08:00:00Z", Refusal::Taken),
        ("maths", "2026-11-24T09:10:00Z", Refusal::OffGrid),
        ("maths", "2026-11-24T03:00:00Z", Refusal::OutsideHours),
        ("maths", "2026-11-22T09:00:00Z", Refusal::InPast),
        ("maths", "2026-11-23T07:30:00Z", Refusal::InsideNotice),
        ("maths", "2027-11-24T09:00:00Z", Refusal::BeyondHorizon),
    ] {
        match now(book(&h.app, input(event_type, start))) {
            Err(BookError::Refused {
                refusal,
                alternatives,
            }) => {
                assert_eq!(refusal, expected, "{event_type} {start}");
                let is_far = refusal == Refusal::BeyondHorizon;
                assert_eq!(alternatives.is_empty(), is_far, "{event_type} {start}");
            }
            other => panic!("{event_type} {start}: {other:?}"),
        }
    }
    // The other tutor's time is another's time.
    now(book(&h.app, input("english", "2026-11-24T13:00:00Z"))).unwrap();
    let page = now(list(&h.app, h.organization.id, Filter::Upcoming, None, 100)).unwrap();
    assert_eq!(page.items.len(), 2);
}

#[test]
fn a_booking_can_be_moved_onto_part_of_its_own_time() {
    let h = harness();
    let made = booked(&h, "2026-11-24T09:00:00Z");
    let moved = move_to(&h, made.booking.id, "2026-11-24T09:30:00Z").unwrap();
    assert_eq!(
        (moved.time.start, moved.version),
        (at("2026-11-24T09:30:00Z"), 2)
    );
    let again = move_to(&h, made.booking.id, "2026-11-24T09:30:00Z");
    assert_eq!(
        again.unwrap().version,
        2,
        "moving to where it is changes nothing"
    );
    assert_eq!(kinds(&h, &made), ["booked", "moved"]);
    booked(&h, "2026-11-24T08:30:00Z");
}

#[test]
fn a_booking_cannot_be_moved_onto_another_or_when_it_is_over() {
    let h = harness();
    booked(&h, "2026-11-24T09:00:00Z");
    let second = booked(&h, "2026-11-24T11:00:00Z");
    let id = second.booking.id;
    let onto = move_to(&h, id, "2026-11-24T09:00:00Z");
    assert!(matches!(
        onto,
        Err(RescheduleError::Refused {
            refusal: Refusal::Taken,
            ..
        })
    ));
    h.clock.advance(SignedDuration::from_hours(30));
    let late = move_to(&h, id, "2026-11-26T09:00:00Z");
    assert_eq!(late, Err(RescheduleError::NotOpen(NotOpen::Begun)));
    assert_eq!(
        call_off(&h, id, "", Cause::Attendee),
        Err(CancelError::NotOpen(NotOpen::Begun))
    );
    let by_owner = call_off(&h, id, "did not come", Cause::Admin).unwrap();
    assert_eq!(by_owner.status, Status::Cancelled);
}

#[test]
fn cancelling_twice_changes_nothing_more_and_frees_the_time() {
    let h = harness();
    let made = booked(&h, "2026-11-24T09:00:00Z");
    let first = call_off(&h, made.booking.id, " ill\r\n", Cause::Attendee).unwrap();
    let second = call_off(&h, made.booking.id, "other", Cause::Admin).unwrap();
    assert_eq!(first, second);
    assert_eq!(first.cancellation.unwrap().reason, "ill");
    assert_eq!(kinds(&h, &made), ["booked", "cancelled"]);
    let moved = move_to(&h, made.booking.id, "2026-11-26T09:00:00Z");
    assert_eq!(moved, Err(RescheduleError::NotOpen(NotOpen::Cancelled)));
    booked(&h, "2026-11-24T09:00:00Z");
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let h = harness();
    let mut made: Vec<_> = ["08:00", "09:00", "10:00", "11:00", "14:00"]
        .map(|hour| booked(&h, &format!("2026-11-24T{hour}:00Z")).booking.id)
        .into();
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let filter = Filter::Upcoming;
        let page = now(list(
            &h.app,
            h.organization.id,
            filter,
            cursor.as_deref(),
            2,
        ))
        .unwrap();
        seen.extend(page.items.iter().map(|detail| detail.booking.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
    let now_past = now(list(&h.app, h.organization.id, Filter::Past, None, 10)).unwrap();
    assert!(now_past.items.is_empty());
    h.clock.advance(SignedDuration::from_hours(48));
    let past = now(list(&h.app, h.organization.id, Filter::Past, None, 10)).unwrap();
    made.reverse();
    assert_eq!(
        past.items.iter().map(|d| d.booking.id).collect::<Vec<_>>(),
        made
    );
    for bad in ["", "x", "1_x", "x_00000000000000000000000000000000"] {
        assert!(
            now(list(&h.app, h.organization.id, Filter::Past, Some(bad), 10)).is_err(),
            "{bad}"
        );
    }
}
