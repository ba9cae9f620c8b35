//! Bookings that rest on a calendar not read for long, what becomes of them, and how interest keeps one young.

use app::availability::slots;
use app::bookings::{
    Attempt, BookError, Booked, CancelInput, Forced, HoldInput, IdempotencyKey, RescheduleError,
    book, book_or_look, by_id, cancel, hold, timeline,
};
use app::conflicts::{Item, Resolution, ResolveError, ResolveInput, There, list, resolve};
use app::due::{Stepped, step};
use app::freshness::{StaleReason, choose, is_over};
use app::limits::{Asker, Limits};
use domain::booking::{Booking, Cause, Refusal, Status};
use domain::freshness::OnStale;
use domain::{Instant, Interval};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::bookings::{booked, input, move_to};
use super::conflicts::{accepts, looks, renews, work};
use super::connections::connect_and_prove;
use super::support::{
    Harness, app_limited, at, compares_never, harness_with, morning, now, preset,
};

/// Wednesday, in Marta's hours.
const START: &str = "2026-11-25T09:00:00Z";
const LATER: &str = "2026-11-25T11:00:00Z";

/// Connected, and the calendar was read once; the organization wants `on_stale`.
pub(crate) fn read_once(on_stale: OnStale) -> Harness {
    let h = unread(on_stale);
    looks(&h);
    h
}

/// Connected; the calendar was never read.
fn unread(on_stale: OnStale) -> Harness {
    let mut preset = preset();
    preset.organization.on_stale = on_stale;
    let h = harness_with(&preset);
    connect_and_prove(&h);
    compares_never(&h);
    h
}

/// Google is away for longer than the organization's limit.
pub(crate) fn away(h: &Harness) {
    compares_never(h);
    h.clock.advance(SignedDuration::from_hours(25));
}

fn found(h: &Harness, booked: &Booked) -> Booking {
    let found = now(by_id(&h.app, h.organization.id, booked.booking.id)).unwrap();
    found.unwrap().booking
}

fn kinds(h: &Harness, booked: &Booked) -> Vec<String> {
    let entries = now(timeline(&h.app, booked.booking.id)).unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

fn told(h: &Harness, booked: &Booked, kind: &str) -> usize {
    kinds(h, booked).iter().filter(|told| *told == kind).count()
}

/// The calendar is looked at, and shows these events.
fn shows(h: &Harness, items: &[Value]) {
    let page = json!({ "timeZone": "Europe/Madrid", "items": items, "nextSyncToken": "s2" });
    h.google.answer(200, page.to_string());
    work(h);
}

fn event(start: &str) -> Value {
    let time = Interval::lasting(at(start), SignedDuration::from_hours(1));
    json!({
        "id": "theirs", "etag": "\"1\"", "status": "confirmed", "summary": "Dentist",
        "start": { "dateTime": time.start.to_string() }, "end": { "dateTime": time.end.to_string() },
    })
}

/// A booking made while Google was away, with its event written since.
fn unverified() -> (Harness, Booked) {
    let h = read_once(OnStale::Tentative);
    away(&h);
    let booked = booked(&h, START);
    assert_eq!(booked.booking.status, Status::Unverified);
    h.clock.advance(SignedDuration::from_secs(1));
    renews(&h);
    accepts(&h);
    (h, booked)
}

/// And something else turned out to stand there.
fn overlapped() -> (Harness, Booked) {
    let (h, booked) = unverified();
    shows(&h, &[event(START)]);
    work(&h);
    (h, booked)
}

/// The next patch is accepted: the answer is the event as it was inserted, and certain.
fn patches(h: &Harness) {
    let asked = h.google.asked();
    let inserted = asked
        .into_iter()
        .rfind(|(method, _, body)| method == "POST" && !body["extendedProperties"].is_null());
    let mut event = inserted.unwrap().2;
    event["etag"] = "\"2\"".into();
    event["status"] = "confirmed".into();
    h.google.answer(200, event.to_string());
}

fn inbox(h: &Harness) -> Vec<Item> {
    now(list(&h.app, h.organization.id, None, 10))
        .unwrap()
        .items
}

fn decide(h: &Harness, item: &Item, resolution: Resolution) -> Result<Item, ResolveError> {
    let input = ResolveInput {
        conflict: item.conflict.id,
        organization: h.organization.id,
        resolution,
        version: Some(item.conflict.version),
        cause: Cause::Admin,
    };
    now(resolve(&h.app, input))
}

fn is_idle(h: &Harness) -> bool {
    matches!(now(step(&h.app)).unwrap(), Stepped::Idle(_))
}

/// scenario D5, rows T6, R7: Google is away, the mirror is younger than the limit, or the organization allows
/// it: booked as ever, and the answer says on what.
#[test]
fn a_young_mirror_confirms_and_an_old_one_does_where_that_is_allowed() {
    for (on_stale, is_away) in [
        (OnStale::Refuse, false),
        (OnStale::Tentative, false),
        (OnStale::Allow, true),
    ] {
        let h = read_once(on_stale);
        let as_of = h.app.now();
        if is_away {
            away(&h);
        }
        let booked = booked(&h, START);
        assert_eq!(booked.booking.status, Status::Confirmed);
        let stale = booked.stale.map(|stale| stale.as_of);
        assert_eq!(stale, is_away.then_some(Some(as_of)));
        assert!(booked.has_calendar);
        // Its event follows when Google is back, and nothing is left to verify.
        if is_away {
            renews(&h);
        }
        accepts(&h);
        assert_eq!(h.google.asked().pop().unwrap().2["status"], "confirmed");
        assert_eq!(found(&h, &booked).version, 1);
    }
}

/// scenario D5: refused with a reason of its own, and nothing remembers it: the same wish is granted when the
/// calendar was read.
#[test]
fn an_old_mirror_refuses_where_the_organization_wants_that() {
    let h = read_once(OnStale::Refuse);
    let as_of = h.app.now();
    away(&h);
    let mut wish = input("maths", START);
    wish.idempotency_key = Some(IdempotencyKey::new("book", "k", "a form"));
    let refused = now(book(&h.app, wish.clone())).unwrap_err();
    let BookError::Stale(stale) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(stale.as_of, Some(as_of));
    let forced = Forced::default();
    let mut mine = input("maths", LATER);
    mine.forced = Some(forced);
    assert_eq!(
        now(book(&h.app, mine)).unwrap().booking.status,
        Status::Confirmed
    );
    renews(&h);
    accepts(&h);
    looks(&h);
    let booked = now(book(&h.app, wish)).unwrap();
    assert_eq!(
        (booked.booking.status, booked.stale),
        (Status::Confirmed, None)
    );
}

/// A calendar that was never read is stale, and one that was disconnected is none.
#[test]
fn a_calendar_never_read_is_stale_and_one_disconnected_does_not_count() {
    let h = unread(OnStale::Refuse);
    let refused = now(book(&h.app, input("maths", START))).unwrap_err();
    assert!(matches!(refused, BookError::Stale(stale) if stale.as_of.is_none()));
    let connection = now(app::connections::list(&h.app, h.organization.id))
        .unwrap()
        .remove(0);
    now(app::connections::disconnect(
        &h.app,
        h.organization.id,
        connection.id,
    ))
    .unwrap();
    assert_eq!(booked(&h, START).booking.status, Status::Confirmed);
}

/// design section 4: an unverified booking takes its time and has a tentative event; a clean pull confirms it,
/// once, and its event follows.
#[test]
fn an_unverified_booking_blocks_and_is_confirmed_by_a_clean_pull() {
    let (h, booked) = unverified();
    assert_eq!(h.google.asked().pop().unwrap().2["status"], "tentative");
    let taken = now(book(&h.app, input("maths", START))).unwrap_err();
    assert!(matches!(
        taken,
        BookError::Refused {
            refusal: Refusal::Taken,
            ..
        }
    ));
    shows(&h, &[event("2026-11-26T09:00:00Z")]);
    let other = app_limited(&h, Limits::default());
    work(&h);
    let confirmed = found(&h, &booked);
    assert_eq!(
        (confirmed.status, confirmed.version),
        (Status::Confirmed, 2)
    );
    patches(&h);
    assert_eq!(now(step(&other)).unwrap(), Stepped::Worked);
    let patch = h.google.asked().pop().unwrap();
    assert_eq!(
        (patch.0.as_str(), &patch.2["status"]),
        ("PATCH", &json!("confirmed"))
    );
    assert!(patch.2["summary"].is_null(), "only what changed");
    assert!(is_idle(&h));
    assert_eq!(
        (found(&h, &booked).version, told(&h, &booked, "verified")),
        (2, 1)
    );
    assert_eq!(inbox(&h), []);
}

/// Only a pull begun after the booking counts: one that was under way may have missed what came in between.
#[test]
fn a_pull_from_before_the_booking_confirms_nothing() {
    let h = read_once(OnStale::Tentative);
    away(&h);
    renews(&h);
    let page = json!({ "items": [], "nextPageToken": "p2" });
    h.google.answer(200, page.to_string());
    work(&h);
    let booked = booked(&h, START);
    accepts(&h);
    looks(&h);
    assert!(is_idle(&h), "nothing to verify yet");
    assert_eq!(found(&h, &booked).status, Status::Unverified);
    h.clock.advance(SignedDuration::from_secs(31));
    looks(&h);
    work(&h);
    assert_eq!(found(&h, &booked).status, Status::Confirmed);
}

#[test]
fn an_overlap_goes_to_the_inbox_once_and_keeping_confirms_it() {
    let (h, booked) = overlapped();
    let item = inbox(&h).remove(0);
    assert_eq!(
        (item.conflict.kind.as_str(), item.is_open),
        ("unverified_overlap", true)
    );
    let time = Interval::lasting(at(START), SignedDuration::from_hours(1));
    assert_eq!(item.there, There::Busy { time });
    assert_eq!(found(&h, &booked).status, Status::Unverified);
    h.clock.advance(SignedDuration::from_secs(31));
    looks(&h);
    assert!(is_idle(&h), "what was seen before asks nobody again");
    assert_eq!((inbox(&h).len(), told(&h, &booked, "parked")), (1, 1));
    for resolution in [Resolution::Ignore, Resolution::Relink] {
        assert_eq!(decide(&h, &item, resolution), Err(ResolveError::Unfit));
    }
    for _ in 0..2 {
        let kept = decide(&h, &item, Resolution::Keep).unwrap();
        assert_eq!(kept.conflict.resolution.as_deref(), Some("keep"));
    }
    let over = decide(&h, &item, Resolution::Cancel);
    assert_eq!(over, Err(ResolveError::Over));
    assert_eq!(
        (found(&h, &booked).status, inbox(&h).len()),
        (Status::Confirmed, 0)
    );
    patches(&h);
    work(&h);
    assert_eq!(h.google.asked().pop().unwrap().2["status"], "confirmed");
    assert!(is_idle(&h));
}

#[test]
fn an_overlap_can_be_cancelled_and_gives_its_time_back() {
    let (h, booked) = overlapped();
    let item = inbox(&h).remove(0);
    for _ in 0..2 {
        decide(&h, &item, Resolution::Cancel).unwrap();
    }
    assert_eq!(
        (found(&h, &booked).status, inbox(&h).len()),
        (Status::Cancelled, 0)
    );
    assert_eq!(told(&h, &booked, "cancelled"), 1);
    h.google.answer(204, "");
    work(&h);
    assert_eq!(h.google.asked().pop().unwrap().0, "DELETE");
    assert!(is_idle(&h));
}

/// Looking again asks Google, and the answer decides; so does the other event when it goes away by itself.
#[test]
fn an_overlap_that_is_gone_confirms_the_booking() {
    let gone = json!({ "id": "theirs", "status": "cancelled" });
    for is_asked in [true, false] {
        let (h, booked) = overlapped();
        let item = inbox(&h).remove(0);
        h.clock.advance(SignedDuration::from_secs(5));
        if is_asked {
            let tried = decide(&h, &item, Resolution::Retry).unwrap();
            assert!(!tried.is_open, "it is being tried");
            h.clock.advance(SignedDuration::from_secs(1));
            // Still there: a person decides, on the next version.
            shows(&h, &[]);
            work(&h);
            let again = inbox(&h).remove(0);
            assert_eq!((again.is_open, again.conflict.version), (true, 2));
            assert_eq!(
                decide(&h, &item, Resolution::Keep),
                Err(ResolveError::Changed)
            );
            h.clock.advance(SignedDuration::from_secs(5));
            decide(&h, &again, Resolution::Retry).unwrap();
            h.clock.advance(SignedDuration::from_secs(1));
        } else {
            h.clock.advance(SignedDuration::from_secs(31));
        }
        shows(&h, std::slice::from_ref(&gone));
        work(&h);
        assert_eq!(found(&h, &booked).status, Status::Confirmed);
        assert_eq!(inbox(&h), []);
    }
}

/// Cancelling and moving an unverified booking work as ever; moved while the calendar is fresh it is certain,
/// and moved while it is not it is looked at anew.
#[test]
fn an_unverified_booking_is_cancelled_and_moved_like_any_other() {
    let (h, booked) = overlapped();
    let id = booked.booking.id;
    let wish = CancelInput {
        booking: id,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Attendee,
    };
    assert_eq!(now(cancel(&h.app, wish)).unwrap().status, Status::Cancelled);
    assert_eq!(inbox(&h), []);

    let (h, booked) = overlapped();
    let moved = move_to(&h, booked.booking.id, LATER).unwrap();
    assert_eq!((moved.status, inbox(&h).len()), (Status::Confirmed, 0));

    let h = read_once(OnStale::Tentative);
    let booked = super::bookings::booked(&h, START);
    assert_eq!(booked.booking.status, Status::Confirmed);
    away(&h);
    let moved = move_to(&h, booked.booking.id, LATER).unwrap();
    assert_eq!((moved.status, moved.version), (Status::Unverified, 2));
}

#[test]
fn a_move_is_refused_where_the_organization_wants_that() {
    let h = read_once(OnStale::Refuse);
    let booked = booked(&h, START);
    away(&h);
    let refused = move_to(&h, booked.booking.id, LATER);
    assert!(
        matches!(refused, Err(RescheduleError::Stale(_))),
        "{refused:?}"
    );
    assert_eq!(found(&h, &booked).time.start, at(START));
}

/// An unverified booking that is over ends like any other, whatever the calendar would have shown.
#[test]
fn an_unverified_booking_that_is_over_is_confirmed() {
    let h = read_once(OnStale::Tentative);
    away(&h);
    let booked = booked(&h, START);
    let ends_at = booked.booking.time.end;
    h.clock.advance(ends_at - h.app.now());
    let mut rounds = 0;
    while found(&h, &booked).status != Status::Confirmed {
        // Nobody answers: what is due is tried and put off, and this needs nobody.
        now(step(&h.app)).unwrap();
        rounds += 1;
        assert!(rounds < 20, "it is never confirmed");
    }
    assert_eq!(inbox(&h), []);
}

/// design section 9: who asks for slots lets their calendars be looked at often, with at most one write in a
/// few minutes; who chooses one, at once.
#[test]
fn interest_makes_pulls_due_and_writes_seldom() {
    let h = read_once(OnStale::Tentative);
    let ask = || {
        let window = Interval::lasting(morning(), SignedDuration::from_hours(72));
        let found = now(slots(&h.app, "tutoring", "maths", window)).unwrap();
        let was_written = h.statements.load(std::sync::atomic::Ordering::Relaxed) == 1;
        (found, was_written)
    };
    let (found, was_written) = ask();
    assert!(was_written && found.stale().is_none());
    for minutes in [0, 1, 1] {
        h.clock.advance(SignedDuration::from_mins(minutes));
        assert!(!ask().1, "asking again is only reading");
    }
    h.clock.advance(SignedDuration::from_mins(2));
    assert!(ask().1, "interest is prolonged");
    looks(&h);
    assert!(is_idle(&h));
    h.clock.advance(SignedDuration::from_secs(11));
    now(choose(&h.app, "tutoring", "maths"));
    looks(&h);
    now(choose(&h.app, "tutoring", "maths"));
    assert!(is_idle(&h), "it was read just now");
    h.clock.advance(SignedDuration::from_secs(11));
    let wish = HoldInput {
        organization: "tutoring".into(),
        event_type: "maths".into(),
        start: at(START),
        host: None,
        instead_of: None,
        asker: Asker::Organization,
        idempotency_key: None,
    };
    now(hold(&h.app, wish)).unwrap();
    looks(&h);
}

/// scenario F3: the answer says which calendar could not be read, how old what is known of it is, and why.
#[test]
fn slots_say_which_calendar_is_stale_and_why() {
    let reasons = |h: &Harness| -> Vec<(Option<Instant>, Option<StaleReason>)> {
        let window = Interval::lasting(h.app.now(), SignedDuration::from_hours(72));
        let found = now(slots(&h.app, "tutoring", "maths", window)).unwrap();
        let known = found.calendars.into_values();
        known.map(|known| (known.as_of, known.stale)).collect()
    };
    let h = unread(OnStale::Tentative);
    assert_eq!(reasons(&h), [(None, Some(StaleReason::NeverRead))]);
    looks(&h);
    let as_of = Some(h.app.now());
    assert_eq!(reasons(&h), [(as_of, None)]);
    away(&h);
    assert_eq!(reasons(&h), [(as_of, Some(StaleReason::NotRead))]);
    work(&h);
    assert_eq!(reasons(&h), [(as_of, Some(StaleReason::Failing))]);
}

/// A mirror that is not recent is looked at before a booking is decided, if Google can be asked; whoever gave
/// up waiting decides with what there is.
#[test]
fn a_booking_asks_for_a_look_unless_the_mirror_is_recent_or_google_away() {
    let h = read_once(OnStale::Tentative);
    let attempt = |start| now(book_or_look(&h.app, input("maths", start))).unwrap();
    assert!(matches!(attempt(START), Attempt::Booked(_)), "just read");
    accepts(&h);
    h.clock.advance(SignedDuration::from_secs(61));
    let Attempt::Look(look) = attempt(LATER) else {
        panic!("not recent")
    };
    assert!(!now(is_over(&h.app, &look)).unwrap());
    looks(&h);
    assert!(now(is_over(&h.app, &look)).unwrap());
    assert!(matches!(attempt(LATER), Attempt::Booked(_)));
    accepts(&h);
    // Google is away since the last try: nobody waits.
    h.clock.advance(SignedDuration::from_secs(61));
    work(&h);
    assert!(matches!(
        attempt("2026-11-25T15:00:00Z"),
        Attempt::Booked(_)
    ));
}
