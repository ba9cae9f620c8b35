//! What makes an event busy time.

use uuid::Uuid;

use super::super::*;
use super::*;
use crate::ids::LinkId;

#[test]
fn an_event_blocks_unless_it_says_otherwise() {
    type Change = fn(&mut ForeignEvent);
    let cases: [(&str, Change, Option<Free>); 15] = [
        ("nothing said", |_| {}, None),
        (
            "confirmed",
            |e| e.status = Some(EventStatus::Confirmed),
            None,
        ),
        (
            "tentative",
            |e| e.status = Some(EventStatus::Tentative),
            None,
        ),
        (
            "cancelled",
            |e| e.status = Some(EventStatus::Cancelled),
            Some(Free::Cancelled),
        ),
        (
            "transparent",
            |e| e.is_transparent = true,
            Some(Free::Transparent),
        ),
        (
            "declined",
            |e| e.response = Some(Response::Declined),
            Some(Free::Declined),
        ),
        ("accepted", |e| e.response = Some(Response::Accepted), None),
        ("perhaps", |e| e.response = Some(Response::Tentative), None),
        (
            "unanswered",
            |e| e.response = Some(Response::NeedsAction),
            None,
        ),
        (
            "working location",
            |e| e.kind = EventKind::WorkingLocation,
            Some(Free::WorkingLocation),
        ),
        (
            "birthday",
            |e| e.kind = EventKind::Birthday,
            Some(Free::Birthday),
        ),
        ("out of office", |e| e.kind = EventKind::OutOfOffice, None),
        ("focus time", |e| e.kind = EventKind::FocusTime, None),
        ("from a mail", |e| e.kind = EventKind::FromGmail, None),
        (
            "transparent out of office",
            |e| {
                e.kind = EventKind::OutOfOffice;
                e.is_transparent = true;
            },
            Some(Free::Transparent),
        ),
    ];
    for (name, change, free) in cases {
        let mut event = timed("2026-03-02T09:00:00");
        change(&mut event);
        assert_eq!(BusyRules::default().why_free(&event), free, "{name}");
        let rows = expanded(&event, &[]).unwrap().busy;
        assert_eq!(rows.is_empty(), free.is_some(), "{name}");
    }
}

#[test]
fn what_an_owner_lets_count_is_a_setting() {
    let rules = BusyRules {
        unanswered_blocks: false,
        maybe_blocks: false,
        focus_time_blocks: false,
    };
    let mut event = timed("2026-03-02T09:00:00");
    assert_eq!(rules.why_free(&event), None);
    event.response = Some(Response::NeedsAction);
    assert_eq!(rules.why_free(&event), Some(Free::Unanswered));
    event.response = Some(Response::Tentative);
    assert_eq!(rules.why_free(&event), Some(Free::Maybe));
    event.response = Some(Response::Accepted);
    event.kind = EventKind::FocusTime;
    assert_eq!(rules.why_free(&event), Some(Free::FocusTime));
}

/// Scenario F1: the local day of the calendar, however long, and nothing beside it.
#[test]
fn an_all_day_event_takes_the_local_days_of_its_calendar() {
    for (name, calendar, first, end, expected) in [
        (
            "F1: Auckland, east of the date line",
            "Pacific/Auckland",
            "2026-09-14",
            "2026-09-15",
            "2026-09-13T12:00:00Z/2026-09-14T12:00:00Z",
        ),
        (
            "23 hours",
            "Europe/Madrid",
            "2026-03-29",
            "2026-03-30",
            "2026-03-28T23:00:00Z/2026-03-29T22:00:00Z",
        ),
        (
            "25 hours",
            "America/New_York",
            "2026-11-01",
            "2026-11-02",
            "2026-11-01T04:00:00Z/2026-11-02T05:00:00Z",
        ),
        (
            "a midnight that the clocks skip",
            "America/Havana",
            "2026-03-08",
            "2026-03-09",
            "2026-03-08T05:00:00Z/2026-03-09T04:00:00Z",
        ),
        (
            "three days over a change of half an hour",
            "Australia/Lord_Howe",
            "2026-04-04",
            "2026-04-07",
            "2026-04-03T13:00:00Z/2026-04-06T13:30:00Z",
        ),
    ] {
        let found = expanded_in(calendar, &all_day(first, end), &[], YEAR).unwrap();
        let times: Vec<Interval> = found.busy.iter().map(|row| row.time).collect();
        assert_eq!(times, [interval(expected)], "{name}");
    }
}

#[test]
fn events_without_length_take_no_time() {
    let mut event = timed("2026-03-02T09:00:00");
    let Some(Timing::Timed { time, .. }) = &mut event.timing else {
        panic!("timed");
    };
    time.end = time.start;
    assert!(expanded(&event, &[]).unwrap().busy.is_empty());
    let event = repeating(event, &["RRULE:FREQ=DAILY"]);
    assert!(expanded(&event, &[]).unwrap().busy.is_empty());
    assert!(
        expanded(&all_day("2026-03-02", "2026-03-02"), &[])
            .unwrap()
            .busy
            .is_empty()
    );
    assert!(
        expanded(&all_day("2026-03-02", "2026-03-01"), &[])
            .unwrap()
            .busy
            .is_empty()
    );
}

#[test]
fn an_event_that_blocks_and_does_not_say_when_is_a_question() {
    let event = ForeignEvent {
        id: "odd".to_owned(),
        ..ForeignEvent::default()
    };
    assert_eq!(expanded(&event, &[]), Err(AskGoogle::NoTime));
    let master = repeating(event, &["RRULE:FREQ=DAILY"]);
    assert_eq!(expanded(&master, &[]), Err(AskGoogle::NoTime));
}

fn link(number: u128) -> LinkId {
    LinkId(Uuid::from_u128(number))
}

fn row_of(event: &ForeignEvent, copies: &[(&str, LinkId)]) -> Busy {
    let (zone, copies) = (
        zone("Europe/Madrid"),
        copies
            .iter()
            .map(|&(uid, link)| (uid.to_owned(), link))
            .collect(),
    );
    let calendar = Calendar {
        zone: &zone,
        rules: BusyRules::default(),
        copies: &copies,
    };
    let found = expand(event, &[], interval(YEAR), &calendar).unwrap();
    found.busy.into_iter().next().unwrap()
}

#[test]
fn an_event_of_ours_is_known_by_its_mark_and_id_and_its_copies_by_their_uid() {
    let mut event = timed("2026-03-02T09:00:00");
    event.ical_uid = Some("uid".to_owned());
    assert_eq!(row_of(&event, &[]).link, None);
    assert_eq!(row_of(&event, &[("uid", link(2))]).link, Some(link(2)));
    assert_eq!(row_of(&event, &[("other", link(2))]).link, None);
    event.mark = Some(EventMark {
        link: link(1),
        event_id: "master".to_owned(),
    });
    assert_eq!(row_of(&event, &[]).link, Some(link(1)));
    // "Duplicate" copies marks too: such an event is somebody's own.
    event.id = "copy".to_owned();
    assert_eq!(row_of(&event, &[]).link, None);
}
