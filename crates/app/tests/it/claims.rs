//! Who gets a time: any host or all, seats of a group, requests, holds, bookings on top of others.

use app::availability::slots;
use app::bookings::{
    ApproveError, ApproveInput, BookError, BookInput, Booked, CancelInput, DeclineInput, Forced,
    HOLD_TTL, HoldError, HoldInput, IdempotencyKey, ReassignError, ReassignInput, RescheduleError,
    RescheduleInput, approve, book, by_token, cancel, decline, find, hold, reassign, release,
    reschedule, timeline,
};
use app::limits::Asker;
use app::preset::Preset;
use domain::attendee::AttendeeForm;
use domain::booking::{Cause, NotOpen, Refusal, Status};
use domain::event_type::{Assignment, EventType};
use domain::mirror::Busy;
use domain::{CalendarId, ConnectionId, Instant, Interval};
use jiff::SignedDuration;
use std::sync::atomic::Ordering;
use store::tables::calendars::{Calendar, Mode};
use store::tables::connections::{Connection, Credential, Grant, Proof, State, Tokens};
use store::tables::mirror::Part;
use store::tables::{busy, calendars, connections};
use store::{Lane, StoreError};
use uuid::Uuid;

use super::support::{Harness, at, harness, harness_with, now, preset};

const TEN: &str = "2026-11-24T09:00:00Z";

/// Three tutors with the same hours; `change` makes the event type of the test.
fn school(change: impl Fn(&mut app::preset::EventTypePreset)) -> Harness {
    let mut preset: Preset = preset();
    let mut third = preset.hosts[0].clone();
    third.key = "third".into();
    third.name = "Third".into();
    preset.hosts[1].hours = preset.hosts[0].hours.clone();
    preset.hosts.push(third);
    preset.event_types[0].hosts = vec!["marta".into(), "daniel".into(), "third".into()];
    change(&mut preset.event_types[0]);
    harness_with(&preset)
}

fn input(name: &str, start: &str) -> BookInput {
    BookInput {
        organization: "tutoring".into(),
        event_type: "maths".into(),
        start: at(start),
        host: None,
        attendee: AttendeeForm {
            name: name.into(),
            email: Some("ana@example.org".into()),
            ..AttendeeForm::default()
        },
        hold: None,
        forced: None,
        asker: Asker::Public(None),
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

fn booked(h: &Harness, name: &str, start: &str) -> Result<Booked, BookError> {
    now(book(&h.app, input(name, start)))
}

fn refusal<T>(outcome: Result<T, BookError>) -> Refusal {
    match outcome {
        Err(BookError::Refused { refusal, .. }) => refusal,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was booked"),
    }
}

fn offered(h: &Harness, start: &str) -> bool {
    let window = Interval::lasting(at(start), SignedDuration::from_mins(1));
    let found = now(slots(&h.app, "tutoring", "maths", window)).unwrap();
    !found.slots.is_empty()
}

fn event_type(h: &Harness) -> EventType {
    now(app::event_types::by_slug(
        &h.app,
        h.organization.id,
        "maths",
    ))
    .unwrap()
    .unwrap()
}

fn kinds(h: &Harness, booked: &Booked) -> Vec<String> {
    let entries = now(timeline(&h.app, booked.booking.id)).unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

/// scenario B2: any of three hosts: three are booked, one each, and the fourth finds nobody.
#[test]
fn any_free_host_takes_it_one_each() {
    let h = school(|_| {});
    let mut hosts: Vec<_> = (0..3)
        .map(|_| booked(&h, "Ana", TEN).unwrap().booking.host_id)
        .collect();
    assert!(!offered(&h, TEN));
    assert_eq!(refusal(booked(&h, "Ana", TEN)), Refusal::Taken);
    hosts.sort_unstable();
    hosts.dedup();
    assert_eq!(hosts.len(), 3);
    assert!(offered(&h, "2026-11-24T10:00:00Z"));
}

/// A hold on any of several hosts is a hold on the one it took.
#[test]
fn a_hold_is_used_with_the_host_it_is_on() {
    let h = school(|_| {});
    let hosts: Vec<_> = event_type(&h).hosts.iter().map(|host| host.id).collect();
    for host in hosts {
        let wish = HoldInput {
            event_type: "maths".into(),
            host: Some(host),
            ..holding("2026-11-25T09:00:00Z", None)
        };
        let held = now(hold(&h.app, wish)).unwrap();
        let used = BookInput {
            hold: Some(held.token),
            ..input("Ana", "2026-11-25T09:00:00Z")
        };
        assert_eq!(now(book(&h.app, used)).unwrap().booking.host_id, host);
    }
    let stranger = HoldInput {
        event_type: "maths".into(),
        host: Some(domain::HostId(Uuid::max())),
        ..holding(TEN, None)
    };
    assert_eq!(
        now(hold(&h.app, stranger)).err(),
        Some(HoldError::UnknownHost)
    );
}

#[test]
fn a_host_asked_for_by_name_takes_it_or_nobody_does() {
    let h = school(|_| {});
    let third = event_type(&h).hosts[2].id;
    let wish = || BookInput {
        host: Some(third),
        ..input("Ana", TEN)
    };
    assert_eq!(now(book(&h.app, wish())).unwrap().booking.host_id, third);
    assert_eq!(refusal(now(book(&h.app, wish()))), Refusal::Taken);
    let stranger = BookInput {
        host: Some(domain::HostId(Uuid::max())),
        ..input("Ana", TEN)
    };
    assert_eq!(
        now(book(&h.app, stranger)).err(),
        Some(BookError::UnknownHost)
    );
}

#[test]
fn a_collective_booking_takes_all_hosts_or_none() {
    let h = school(|e| e.assignment = Assignment::All);
    let together = booked(&h, "Ana", TEN).unwrap();
    let detail = now(find(&h.app, together.booking.id)).unwrap().unwrap();
    assert_eq!(detail.host_name, "Marta Ruiz, Daniel Okafor, Third");
    // Any one of them being busy is enough.
    let mut alone = input("Bo", "2026-11-24T10:30:00Z");
    alone.event_type = "maths-exam".into();
    now(book(&h.app, alone)).unwrap();
    assert!(!offered(&h, "2026-11-24T11:00:00Z"));
    assert_eq!(
        refusal(booked(&h, "Ana", "2026-11-24T11:00:00Z")),
        Refusal::Taken
    );
    // Moved, all of them are free again where they were.
    let to = at("2026-11-25T09:00:00Z");
    now(reschedule(&h.app, moving(&together, to))).unwrap();
    assert!(offered(&h, TEN));
    assert!(!offered(&h, "2026-11-25T09:00:00Z"));
}

fn moving(booked: &Booked, start: Instant) -> RescheduleInput {
    RescheduleInput {
        booking: booked.booking.id,
        seat: None,
        start,
        version: None,
        cause: Cause::Attendee,
        idempotency_key: None,
    }
}

fn leave(h: &Harness, token: &str) -> Status {
    let detail = now(by_token(&h.app, token)).unwrap().unwrap();
    let input = CancelInput {
        booking: detail.booking.id,
        seat: detail.seat.map(|seat| seat.id),
        reason: String::new(),
        version: None,
        cause: Cause::Attendee,
    };
    now(cancel(&h.app, input)).unwrap().status
}

/// scenarios J1, J3: seats are sold once; who leaves frees one, and the class stays for the others.
#[test]
fn seats_of_a_group_are_counted() {
    let h = school(|e| {
        e.capacity = 3;
        e.hosts = vec!["marta".into()];
    });
    let first = booked(&h, "Ana", TEN).unwrap();
    let second = booked(&h, "Bo", TEN).unwrap();
    assert_eq!(first.booking.id, second.booking.id);
    assert!(offered(&h, TEN), "a seat is left");
    let third = booked(&h, "Cy", TEN).unwrap();
    assert!(!offered(&h, TEN));
    assert_eq!(refusal(booked(&h, "Di", TEN)), Refusal::Full);

    let seen = now(by_token(&h.app, &second.manage_token))
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.booking.attendee.name, "Bo",
        "each sees only themselves"
    );
    assert_eq!(
        second.booking.attendee.name, "Bo",
        "who joins is told of themselves"
    );
    let shared = now(reschedule(
        &h.app,
        moving(&first, at("2026-11-25T09:00:00Z")),
    ));
    assert_eq!(shared, Err(RescheduleError::NotOpen(NotOpen::Shared)));

    assert_eq!(leave(&h, &first.manage_token), Status::Confirmed);
    let left = now(by_token(&h.app, &first.manage_token)).unwrap().unwrap();
    assert_eq!(
        left.booking.status,
        Status::Cancelled,
        "for whoever left it"
    );
    assert!(offered(&h, TEN), "the seat reopens");
    assert_eq!(leave(&h, &second.manage_token), Status::Confirmed);
    assert_eq!(
        leave(&h, &third.manage_token),
        Status::Cancelled,
        "the last one out"
    );
    assert_eq!(
        kinds(&h, &first),
        [
            "booked",
            "joined",
            "joined",
            "left",
            "left",
            "left",
            "cancelled"
        ]
    );
}

/// scenario B4: requests block nothing; of two for one slot, one can be approved.
#[test]
fn of_two_requests_for_one_slot_one_is_approved() {
    let h = school(|e| {
        e.needs_approval = true;
        e.hosts = vec!["marta".into()];
    });
    let (first, second) = (
        booked(&h, "Ana", TEN).unwrap(),
        booked(&h, "Bo", TEN).unwrap(),
    );
    assert_eq!(
        (first.booking.status, second.booking.status),
        (Status::Requested, Status::Requested)
    );
    assert!(offered(&h, TEN));
    let yes = now(approve(&h.app, saying_yes(&first))).unwrap();
    assert_eq!(yes.status, Status::Confirmed);
    match now(approve(&h.app, saying_yes(&second))) {
        Err(ApproveError::Refused {
            refusal,
            alternatives,
        }) => {
            assert_eq!(refusal, Refusal::Taken);
            assert!(!alternatives.is_empty());
        }
        other => panic!("{other:?}"),
    }
    let again = now(approve(&h.app, saying_yes(&first)));
    assert_eq!(again, Ok(yes), "saying so again changes nothing");
    let no = now(decline(&h.app, saying_no(&second))).unwrap();
    assert_eq!(no.status, Status::Declined);
    assert_eq!(now(decline(&h.app, saying_no(&second))), Ok(no));
    assert_eq!(kinds(&h, &second), ["requested", "declined"]);
}

fn saying_yes(booked: &Booked) -> ApproveInput {
    ApproveInput {
        booking: booked.booking.id,
        version: None,
        cause: Cause::Admin,
    }
}

fn saying_no(booked: &Booked) -> DeclineInput {
    DeclineInput {
        booking: booked.booking.id,
        reason: "full".into(),
        version: None,
        cause: Cause::Admin,
    }
}

fn giving(booked: &Booked, host: domain::HostId) -> ReassignInput {
    ReassignInput {
        booking: booked.booking.id,
        host,
        version: None,
        cause: Cause::Admin,
    }
}

fn holding(start: &str, instead_of: Option<&str>) -> HoldInput {
    HoldInput {
        organization: "tutoring".into(),
        event_type: "maths-exam".into(),
        start: at(start),
        host: None,
        instead_of: instead_of.map(str::to_owned),
        asker: Asker::Public(None),
        idempotency_key: None,
    }
}

fn with_hold(start: &str, token: &str) -> BookInput {
    BookInput {
        event_type: "maths-exam".into(),
        hold: Some(token.to_owned()),
        ..input("Ana", start)
    }
}

/// scenario I2: a hold keeps others out, its owner may move or use it, and time frees it.
#[test]
fn a_held_slot_is_its_holders_until_it_expires() {
    let h = harness();
    let start = "2026-11-25T09:00:00Z";
    let first = now(hold(&h.app, holding(start, None))).unwrap();
    let taken = now(hold(&h.app, holding(start, None)));
    assert!(matches!(
        taken,
        Err(HoldError::Refused {
            refusal: Refusal::Taken,
            ..
        })
    ));
    assert_eq!(
        refusal(booked(&h, "Bo", start)),
        Refusal::Taken,
        "whatever the event type"
    );

    let moved = now(hold(
        &h.app,
        holding("2026-11-25T10:00:00Z", Some(&first.token)),
    ))
    .unwrap();
    booked(&h, "Bo", "2026-11-25T08:00:00Z").unwrap();
    let unknown = now(book(&h.app, with_hold(start, &first.token)));
    assert_eq!(unknown.err(), Some(BookError::UnknownHold), "replaced");
    let other_time = now(book(
        &h.app,
        with_hold("2026-11-25T14:00:00Z", &moved.token),
    ));
    assert_eq!(other_time.err(), Some(BookError::UnknownHold));
    now(book(
        &h.app,
        with_hold("2026-11-25T10:00:00Z", &moved.token),
    ))
    .unwrap();

    let third = now(hold(&h.app, holding("2026-11-26T09:00:00Z", None))).unwrap();
    h.clock.advance(HOLD_TTL);
    booked(&h, "Bo", "2026-11-26T09:00:00Z").unwrap();
    let late = now(book(
        &h.app,
        with_hold("2026-11-26T09:00:00Z", &third.token),
    ));
    assert_eq!(
        refusal(late),
        Refusal::Taken,
        "it expired, and the time was taken"
    );

    let fourth = now(hold(&h.app, holding("2026-11-27T09:00:00Z", None))).unwrap();
    now(release(&h.app, &fourth.token)).unwrap();
    now(release(&h.app, &fourth.token)).unwrap();
    booked(&h, "Bo", "2026-11-27T09:00:00Z").unwrap();
}

/// scenario B7: on top of another on purpose: marked, in the history, and seen by all later ones.
#[test]
fn a_forced_booking_is_marked_and_still_seen() {
    let h = harness();
    booked(&h, "Ana", TEN).unwrap();
    let why = Forced {
        reason: " Her exam is tomorrow ".into(),
        by: Some("owner@brightside.example".into()),
    };
    let on_top = BookInput {
        forced: Some(why),
        cause: Cause::Admin,
        ..input("Bo", TEN)
    };
    let forced = now(book(&h.app, on_top)).unwrap();
    assert!(forced.booking.forced);
    assert_eq!(kinds(&h, &forced), ["forced"]);
    let first = now(timeline(&h.app, forced.booking.id)).unwrap().remove(0);
    assert_eq!(first.cause, Some(Cause::Admin));
    assert_eq!(first.detail["reason"], "Her exam is tomorrow");
    assert_eq!(first.detail["by"], "owner@brightside.example");
    assert_eq!(refusal(booked(&h, "Cy", TEN)), Refusal::Taken);
    // At night, by the organization's own decision.
    let at_night = BookInput {
        forced: Some(Forced::default()),
        ..input("Bo", "2026-11-25T02:00:00Z")
    };
    now(book(&h.app, at_night)).unwrap();
    assert_eq!(
        refusal(booked(&h, "Cy", "2026-11-25T02:00:00Z")),
        Refusal::OutsideHours
    );
    let moved = now(reschedule(
        &h.app,
        moving(&forced, at("2026-11-26T09:00:00Z")),
    ))
    .unwrap();
    assert!(!moved.forced, "where it is free it is like any other");
    assert_eq!(
        refusal(booked(&h, "Cy", "2026-11-26T09:00:00Z")),
        Refusal::Taken
    );
}

/// scenario D4, this side: the old host is free, the new one is not, the text names the new one.
#[test]
fn a_booking_can_be_given_to_another_host() {
    let h = school(|_| {});
    let hosts: Vec<_> = event_type(&h).hosts.iter().map(|host| host.id).collect();
    let made = now(book(
        &h.app,
        BookInput {
            host: Some(hosts[0]),
            ..input("Ana", TEN)
        },
    ))
    .unwrap();
    let other = now(book(
        &h.app,
        BookInput {
            host: Some(hosts[1]),
            ..input("Bo", TEN)
        },
    ))
    .unwrap();
    let busy = now(reassign(&h.app, giving(&made, hosts[1])));
    assert_eq!(busy, Err(ReassignError::Refused(Refusal::Taken)));
    let given = now(reassign(&h.app, giving(&made, hosts[2]))).unwrap();
    assert_eq!((given.host_id, given.version), (hosts[2], 2));
    assert!(
        given.text.description.contains("Third"),
        "{}",
        given.text.description
    );
    now(reassign(&h.app, giving(&other, hosts[0]))).unwrap();
    let unknown = reassign(&h.app, giving(&made, domain::HostId(Uuid::max())));
    assert_eq!(now(unknown), Err(ReassignError::UnknownHost));
}

/// scenario M2: the same key gives the first answer, be it yes or no; another request under it is refused.
#[test]
fn a_repeat_under_one_key_gets_the_first_answer() {
    let h = harness();
    let keyed = |name: &str, key: &str, request: &str| BookInput {
        idempotency_key: Some(IdempotencyKey::new("book", key, request)),
        ..input(name, TEN)
    };
    let first = now(book(&h.app, keyed("Ana", "k1", "a"))).unwrap();
    let again = now(book(&h.app, keyed("Ana", "k1", "a"))).unwrap();
    assert_eq!(
        (first.booking.id, &first.manage_token),
        (again.booking.id, &again.manage_token)
    );
    let other = now(book(&h.app, keyed("Ana", "k1", "b")));
    assert!(matches!(other, Err(BookError::KeyReused(_))));

    assert_eq!(
        refusal(now(book(&h.app, keyed("Bo", "k2", "c")))),
        Refusal::Taken
    );
    let freed = CancelInput {
        booking: first.booking.id,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Admin,
    };
    now(cancel(&h.app, freed)).unwrap();
    assert_eq!(
        refusal(now(book(&h.app, keyed("Bo", "k2", "c")))),
        Refusal::Taken,
        "remembered"
    );
    now(book(&h.app, keyed("Bo", "k3", "c"))).unwrap();

    let made = booked(&h, "Cy", "2026-11-26T09:00:00Z").unwrap();
    let key = || Some(IdempotencyKey::new("move", "k4", "to ten"));
    let to = |start: &str| RescheduleInput {
        idempotency_key: key(),
        ..moving(&made, at(start))
    };
    now(reschedule(&h.app, to("2026-11-26T10:00:00Z"))).unwrap();
    now(reschedule(
        &h.app,
        moving(&made, at("2026-11-26T11:00:00Z")),
    ))
    .unwrap();
    let repeated = now(reschedule(&h.app, to("2026-11-26T10:00:00Z"))).unwrap();
    assert_eq!(
        repeated.time.start,
        at("2026-11-26T11:00:00Z"),
        "a repeat moves nothing"
    );
}

#[test]
fn a_change_decided_on_an_old_version_is_refused() {
    let h = harness();
    let made = booked(&h, "Ana", TEN).unwrap();
    let on = |version, start| RescheduleInput {
        version: Some(version),
        ..moving(&made, at(start))
    };
    now(reschedule(&h.app, on(1, "2026-11-25T09:00:00Z"))).unwrap();
    let stale = now(reschedule(&h.app, on(1, "2026-11-26T09:00:00Z")));
    assert_eq!(stale, Err(RescheduleError::Changed));
}

#[test]
fn a_yes_a_no_and_another_host_are_refused_on_an_old_version_too() {
    let h = school(|e| e.needs_approval = true);
    let made = booked(&h, "Ana", TEN).unwrap();
    let others: Vec<_> = event_type(&h).hosts.iter().map(|host| host.id).collect();
    let other = |not| *others.iter().find(|host| **host != not).unwrap();
    let yes = |version| ApproveInput {
        version: Some(version),
        ..saying_yes(&made)
    };
    let no = |version| DeclineInput {
        version: Some(version),
        ..saying_no(&made)
    };
    let give = |version, host| ReassignInput {
        version: Some(version),
        ..giving(&made, host)
    };
    for stale in [0, 2] {
        assert_eq!(now(approve(&h.app, yes(stale))), Err(ApproveError::Changed));
        assert_eq!(now(decline(&h.app, no(stale))), Err(ApproveError::Changed));
    }
    let stands = now(approve(&h.app, yes(1))).unwrap();
    assert_eq!(now(approve(&h.app, yes(1))), Ok(stands.clone()), "a repeat");
    let to = other(stands.host_id);
    let stale = now(reassign(&h.app, give(1, to)));
    assert_eq!(stale, Err(ReassignError::Changed));
    let given = now(reassign(&h.app, give(2, to))).unwrap();
    assert_eq!(now(reassign(&h.app, give(2, to))), Ok(given), "a repeat");

    let second = booked(&h, "Bo", "2026-11-25T09:00:00Z").unwrap();
    let no = DeclineInput {
        version: Some(1),
        ..saying_no(&second)
    };
    let declined = now(decline(&h.app, no.clone())).unwrap();
    assert_eq!(now(decline(&h.app, no)), Ok(declined), "a repeat");
    let late = now(approve(&h.app, saying_yes(&second)));
    assert_eq!(late, Err(ApproveError::NotOpen(NotOpen::NotRequested)));
}

/// scenario M2, for holds: the answer that was lost is given again, the hold is one.
#[test]
fn a_repeated_hold_gets_the_first_answer() {
    let h = harness();
    let keyed = |start: &str, key: &str, request: &str| HoldInput {
        idempotency_key: Some(IdempotencyKey::new("hold", key, request)),
        ..holding(start, None)
    };
    let start = "2026-11-25T09:00:00Z";
    let first = now(hold(&h.app, keyed(start, "k1", "a"))).unwrap();
    h.clock.advance(SignedDuration::from_mins(1));
    let again = now(hold(&h.app, keyed(start, "k1", "a"))).unwrap();
    assert_eq!(
        (&first.token, first.time, first.expires_at),
        (&again.token, again.time, again.expires_at)
    );
    let other = now(hold(&h.app, keyed(start, "k1", "b")));
    assert!(matches!(other, Err(HoldError::KeyReused(_))));
    let refused = || now(hold(&h.app, keyed(start, "k2", "c")));
    assert!(matches!(refused(), Err(HoldError::Refused { .. })));
    now(release(&h.app, &first.token)).unwrap();
    assert!(
        matches!(refused(), Err(HoldError::Refused { .. })),
        "remembered"
    );
    let gone = now(hold(&h.app, keyed(start, "k1", "a"))).unwrap();
    assert_eq!(gone.token, first.token, "the answer, not another hold");
    now(hold(&h.app, holding(start, None))).unwrap();
}

/// A calendar as if connected.
fn connect(h: &Harness, calendar: CalendarId, mode: Mode) {
    let organization = h.organization.id;
    let made: Result<(), StoreError> =
        now(h.store.unit(Lane::Background, "test.connect", move |tx| {
            let connection = Connection {
                id: ConnectionId(Uuid::from_u128(4)),
                organization_id: organization,
                account_sub: "sub".into(),
                account_email: "a@b.cd".into(),
                scopes: String::new(),
                state: State::Connected,
                cause: None,
                tokens: Tokens {
                    access: None,
                    access_expires_at: at(TEN),
                },
                credential: Credential::OAuth {
                    refresh: Some(vec![1]),
                },
                grant: Grant {
                    at: at(TEN),
                    used_at: at(TEN),
                    short_before: 0,
                },
                proof: Proof::default(),
                run_at: at(TEN),
                failures: 0,
            };
            connections::insert(tx, &connection, at(TEN))?;
            let row = Calendar {
                name: "Work".into(),
                ..Calendar::new(calendar, connection.id, "primary", mode, at(TEN))
            };
            calendars::insert(tx, &row)
        }));
    made.unwrap();
}

/// row R11's half: busy time seen in a calendar that blocks the host is neither offered nor given.
#[test]
fn mirrored_busy_time_blocks_the_host() {
    let h = harness();
    let host = event_type(&h).hosts[0].id;
    let calendar = CalendarId(Uuid::from_u128(5));
    let time = Interval::lasting(at(TEN), SignedDuration::from_mins(30));
    connect(&h, calendar, Mode::Busy);
    let noted: Result<(), StoreError> =
        now(h.store.unit(Lane::Background, "test.busy", move |tx| {
            busy::set_blocks(tx, host, calendar, true)?;
            let row = |time| Busy {
                event_id: "event".to_owned(),
                original_start: None,
                time,
                link: None,
            };
            let part = |generation| Part {
                calendar,
                generation,
            };
            busy::add(tx, part(0), [("event", &row(time))])?;
            // Another generation is being read beside it and does not count yet.
            let other = Interval::lasting(at("2026-11-25T09:00:00Z"), time.span());
            busy::add(tx, part(1), [("x", &row(other))])
        }));
    noted.unwrap();
    assert!(!offered(&h, TEN));
    assert_eq!(refusal(booked(&h, "Ana", TEN)), Refusal::Taken);
    booked(&h, "Ana", "2026-11-25T09:00:00Z").unwrap();
}

/// What a booking costs does not grow with what there is: nothing is read but by an index.
#[test]
fn no_statement_of_a_booking_reads_a_whole_table() {
    let h = harness();
    booked(&h, "Ana", TEN).unwrap();
    let asked = std::mem::take(&mut *h.asked.lock().unwrap());
    assert!(asked.iter().any(|(sql, _)| sql.contains("busy_interval")));
    for (sql, params) in asked {
        // Statements are constants everywhere else; these few may stay until the test ends.
        let explain: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {sql}").into_boxed_str());
        let plan = h.store.unit(Lane::Read, "test.explain", move |tx| {
            Ok::<_, StoreError>(format!("{:?}", tx.rows(explain, &params)?))
        });
        let plan = now(plan).unwrap();
        assert!(!plan.contains("SCAN "), "{sql}\n{plan}");
    }
}

/// Design section 3: a booking is at most 15 statements, so that the writer stays fast.
#[test]
fn a_booking_stays_within_its_statements() {
    let h = harness();
    connect(&h, CalendarId(Uuid::from_u128(5)), Mode::Write);
    booked(&h, "Ana", TEN).unwrap();
    let plain = h.statements.load(Ordering::Relaxed);
    let keyed = BookInput {
        idempotency_key: Some(IdempotencyKey::new("book", "k", "r")),
        ..input("Bo", "2026-11-25T09:00:00Z")
    };
    now(book(&h.app, keyed)).unwrap();
    let keyed = h.statements.load(Ordering::Relaxed);
    assert!(plain <= 13 && keyed <= 15, "{plain} and {keyed} statements");
}
