//! Every form an item has, and those it must not have.

use domain::mirror::{EventKind, EventStatus, ForeignEvent, Occurrence, Response, Start, Timing};
use domain::{Instant, Interval};
use serde_json::{Value, json};

use super::super::item::FIELDS;
use super::super::{AccessRole, Detail, Guest, Next, Standing, Unread, Why, decode};
use super::{decoded, item, page_of};

const LINK: &str = "00000000-0000-0000-0000-000000000007";

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn timed(from: &str, to: &str, zone: Option<&str>) -> Option<Timing> {
    Some(Timing::Timed {
        time: Interval::new(at(from), at(to)).unwrap(),
        zone: zone.map(str::to_owned),
    })
}

/// As Google writes a meeting of a series, with nothing left out.
fn exception() -> Value {
    json!({
        "kind": "calendar#event", "id": "abc_20261124T090000Z", "iCalUID": "abc@google.com",
        "etag": "\"3422132730590000\"", "status": "tentative",
        "updated": "2026-11-20T10:00:00.000Z",
        "htmlLink": "https://www.google.com/calendar/event?eid=x",
        "summary": "Ana – Maths", "description": "d\n\"q\"", "location": "Online",
        "start": {"dateTime": "2026-11-24T11:00:00+01:00", "timeZone": "Europe/Madrid"},
        "end": {"dateTime": "2026-11-24T12:00:00+01:00", "timeZone": "Europe/Madrid"},
        "recurringEventId": "abc",
        "originalStartTime": {"dateTime": "2026-11-24T10:00:00+01:00", "timeZone": "Europe/Madrid"},
        "transparency": "transparent", "eventType": "focusTime", "visibility": "private",
        "organizer": {"email": "a@b.cd", "self": true}, "locked": true,
        "attendees": [{"responseStatus": "accepted"}, {"self": true, "responseStatus": "declined"}],
        "extendedProperties": {"private": {"other": "1",
            "lockstepLink": LINK, "lockstepEvent": "abc_20261124T090000Z", "lockstepRev": "3"}},
        "newIn2027": {"deep": [1, {"x": null}]},
    })
}

#[test]
fn one_reading_serves_mirror_links_and_two_way() {
    let read = item(exception());
    let original_start = Some(Start::At(at("2026-11-24T09:00:00Z")));
    let expected = ForeignEvent {
        id: "abc_20261124T090000Z".into(),
        ical_uid: Some("abc@google.com".into()),
        status: Some(EventStatus::Tentative),
        timing: timed(
            "2026-11-24T10:00:00Z",
            "2026-11-24T11:00:00Z",
            Some("Europe/Madrid"),
        ),
        recurrence: Vec::new(),
        occurrence: Some(Occurrence {
            series: "abc".into(),
            original_start,
        }),
        is_transparent: true,
        kind: EventKind::FocusTime,
        response: Some(Response::Declined),
        mark: read.foreign.mark.clone(),
    };
    assert_eq!(read.foreign, expected);
    let link = LINK.parse().unwrap();
    assert_eq!(read.foreign.own_link(), Some(link));
    let remote = read.remote.unwrap();
    assert!(matches!(
        remote.seen_by(link, domain::sync::policy::Origin::Here, false),
        domain::sync::Seen::Declined { remote, confirmed: false }
            if remote.rev == Some(3) && remote.declined
    ));
    let standing = Standing {
        is_own: true,
        is_private: true,
        is_locked: true,
        is_marked: true,
        guest: None,
    };
    assert_eq!(read.standing, Some(standing));
}

#[test]
fn what_is_not_fetched_is_not_there() {
    let page = page_of(json!([exception()]));
    let busy = decoded(&page, Detail::Busy).items.remove(0);
    let write = decoded(&page, Detail::Write).items.remove(0);
    assert_eq!(busy.foreign, write.foreign);
    assert_eq!((busy.remote, busy.standing), (None, None));
    assert!(write.remote.is_some() && write.standing.is_none());
}

/// Busy calendars are other people's: nothing that says what their time is spent on.
#[test]
fn busy_calendars_are_asked_for_times_only() {
    let busy = Detail::Busy.fields();
    let more = [
        "summary,description",
        "location",
        "etag",
        "updated",
        "htmlLink",
        "organizer",
        "locked",
    ];
    let (_, items) = busy.split_once("items(").unwrap();
    for word in more {
        assert!(!items.contains(word), "{word}");
        assert!(Detail::TwoWay.fields().contains(word), "{word}");
    }
    assert!(!items.contains("summary") && !Detail::Write.fields().contains("organizer"));
    assert!(items.contains("attendees(self,responseStatus)"));
}

#[test]
fn times_of_every_form() {
    let day = |text: &str| text.parse().unwrap();
    let madrid = Some("Europe/Madrid");
    for (name, start, end, expected) in [
        (
            "all-day",
            json!({"date": "2026-11-24"}),
            json!({"date": "2026-11-26"}),
            Some(Timing::AllDay {
                first: day("2026-11-24"),
                end: day("2026-11-26"),
            }),
        ),
        (
            "an offset without a zone",
            json!({"dateTime": "2026-11-24T09:00:00.123-03:30"}),
            json!({"dateTime": "2026-11-24T13:30:00Z"}),
            timed("2026-11-24T12:30:00.123Z", "2026-11-24T13:30:00Z", None),
        ),
        (
            "a zone without an offset",
            json!({"dateTime": "2026-07-24T09:00:00", "timeZone": "America/New_York"}),
            json!({"dateTime": "2026-07-24T10:00:00", "timeZone": "America/New_York"}),
            timed(
                "2026-07-24T13:00:00Z",
                "2026-07-24T14:00:00Z",
                Some("America/New_York"),
            ),
        ),
        (
            "neither, in the calendar's zone",
            json!({"dateTime": "2026-07-24T09:00:00"}),
            json!({"dateTime": "2026-07-24T10:00:00"}),
            timed("2026-07-24T07:00:00Z", "2026-07-24T08:00:00Z", None),
        ),
        (
            "null beside a time",
            json!({"date": null, "dateTime": "2026-11-24T09:00:00Z", "timeZone": "Europe/Madrid"}),
            json!({"dateTime": "2026-11-24T09:00:00Z"}),
            timed("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", madrid),
        ),
        (
            "mixed kinds",
            json!({"date": "2026-11-24"}),
            json!({"dateTime": "2026-11-24T09:00:00Z"}),
            None,
        ),
        (
            "backwards",
            json!({"dateTime": "2026-11-24T09:00:00Z"}),
            json!({"dateTime": "2026-11-24T08:00:00Z"}),
            None,
        ),
        (
            "words",
            json!({"dateTime": "soon"}),
            json!({"dateTime": "later"}),
            None,
        ),
        (
            "no such day",
            json!({"date": "2026-02-30"}),
            json!({"date": "2026-03-01"}),
            None,
        ),
        (
            "a zone nobody knows",
            json!({"dateTime": "2026-07-24T09:00:00", "timeZone": "Mars/Base"}),
            json!({"dateTime": "2026-07-24T10:00:00Z"}),
            None,
        ),
        ("no end", json!({"date": "2026-11-24"}), Value::Null, None),
    ] {
        let read = item(json!({"id": "a", "start": start, "end": end}));
        assert_eq!(read.foreign.timing, expected, "{name}");
    }
}

/// Birthdays begin long before bookings can be; the link work reads no times there.
#[test]
fn a_series_may_begin_before_1970() {
    let read = item(json!({"id": "a",
        "start": {"dateTime": "1951-03-01T09:00:00Z"}, "end": {"dateTime": "1951-03-01T10:00:00Z"}}));
    assert!(matches!(read.foreign.timing, Some(Timing::Timed { .. })));
    assert_eq!(read.remote.unwrap().remote, None);
}

#[test]
fn tombstones_have_little_but_an_id() {
    let read = item(json!({"kind": "calendar#event", "id": "a", "status": "cancelled"}));
    let expected = ForeignEvent {
        id: "a".into(),
        status: Some(EventStatus::Cancelled),
        ..ForeignEvent::default()
    };
    assert_eq!(read.foreign, expected);
    let remote = read.remote.unwrap();
    let seen = remote.seen_by(
        LINK.parse().unwrap(),
        domain::sync::policy::Origin::Here,
        false,
    );
    assert_eq!(seen, domain::sync::Seen::Deleted { confirmed: false });

    let bare = item(json!({"id": "a"}));
    assert_eq!(bare.foreign.status, None);

    let exception = item(json!({"id": "a_20261124", "status": "cancelled",
        "recurringEventId": "a", "originalStartTime": {"date": "2026-11-24"}}));
    let occurrence = Occurrence {
        series: "a".into(),
        original_start: Some(Start::Day("2026-11-24".parse().unwrap())),
    };
    assert_eq!(exception.foreign.occurrence, Some(occurrence));
    let lost = item(json!({"id": "a_1", "status": "cancelled", "recurringEventId": "a"}));
    assert_eq!(lost.foreign.occurrence.unwrap().original_start, None);
}

#[test]
fn words_unknown_and_known() {
    for (word, kind) in [
        ("default", EventKind::Default),
        ("outOfOffice", EventKind::OutOfOffice),
        ("focusTime", EventKind::FocusTime),
        ("workingLocation", EventKind::WorkingLocation),
        ("birthday", EventKind::Birthday),
        ("fromGmail", EventKind::FromGmail),
        ("hologram", EventKind::Default),
    ] {
        let read =
            item(json!({"id": "a", "eventType": word, "status": "odd", "transparency": "odd"}));
        assert_eq!(read.foreign.kind, kind, "{word}");
        assert!(read.foreign.status.is_none() && !read.foreign.is_transparent);
    }
    for (word, response) in [
        ("needsAction", Some(Response::NeedsAction)),
        ("declined", Some(Response::Declined)),
        ("tentative", Some(Response::Tentative)),
        ("accepted", Some(Response::Accepted)),
        ("odd", None),
    ] {
        let own = json!({"self": true, "responseStatus": word});
        let read = item(json!({"id": "a", "attendees": [own]}));
        assert_eq!(read.foreign.response, response, "{word}");
        let other = json!({"responseStatus": word});
        let read = item(json!({"id": "a", "attendees": [other]}));
        assert_eq!(read.foreign.response, None, "another's {word}");
    }
    for (role, access) in [
        ("none", Some(AccessRole::None)),
        ("freeBusyReader", Some(AccessRole::FreeBusyReader)),
        ("reader", Some(AccessRole::Reader)),
        (
            "writerWithoutPrivateAccess",
            Some(AccessRole::WriterWithoutPrivateAccess),
        ),
        ("writer", Some(AccessRole::Writer)),
        ("owner", Some(AccessRole::Owner)),
        ("emperor", None),
    ] {
        let mut page = page_of(json!([]));
        page["accessRole"] = role.into();
        assert_eq!(
            decoded(&page, Detail::Busy).envelope.access,
            access,
            "{role}"
        );
    }
}

/// row V6: exactly one person is invited; the owner, a room and the organizer are none.
#[test]
fn the_only_guest_is_read_and_no_other() {
    let own = json!({"email": "ana@example.com", "self": true, "organizer": true});
    let room = json!({"email": "room@resource.calendar.google.com", "resource": true});
    let zoe = json!({"email": "zoe@example.org", "displayName": "Zoe"});
    let tom = json!({"email": "tom@example.org"});
    let guest = |attendees| {
        let read = item(json!({"id": "a", "attendees": attendees}));
        read.standing.unwrap().guest
    };
    let expected = Guest {
        email: "zoe@example.org".into(),
        name: Some("Zoe".into()),
    };
    assert_eq!(guest(json!([own, zoe, room])), Some(expected));
    assert_eq!(guest(json!([own, zoe, tom])), None);
    assert_eq!(guest(json!([own])), None);
}

/// row V3: half a mark is a mark.
#[test]
fn a_damaged_mark_is_a_mark() {
    let private = json!({"lockstepEvent": "x"});
    let read = item(json!({"id": "a", "extendedProperties": {"private": private}}));
    assert!(read.foreign.mark.is_none() && read.standing.unwrap().is_marked);
}

#[test]
fn standing_is_the_safe_side_where_google_says_nothing() {
    assert_eq!(item(json!({"id": "a"})).standing, Some(Standing::default()));
    for visibility in ["private", "confidential"] {
        let read = item(json!({"id": "a", "visibility": visibility}));
        assert!(read.standing.unwrap().is_private, "{visibility}");
    }
    let read = item(json!({"id": "a", "visibility": "public", "organizer": {"email": "x"}}));
    assert_eq!(read.standing, Some(Standing::default()));
}

/// scenario C6: one bad item among others stops nothing, and is told.
#[test]
fn a_bad_item_is_told_beside_the_good_ones() {
    let bad = |id: Option<&str>, why| Unread {
        id: id.map(str::to_owned),
        why,
    };
    for (json, expected) in [
        ("7", bad(None, Why::NoEvent)),
        ("null", bad(None, Why::NoEvent)),
        ("[\"a\"]", bad(None, Why::NoEvent)),
        ("{}", bad(None, Why::NoId)),
        (r#"{"id":""}"#, bad(None, Why::NoId)),
        (r#"{"id":7,"start":7}"#, bad(None, Why::NoId)),
        (r#"{"id":"x","id":"x"}"#, bad(Some("x"), Why::NoEvent)),
        (
            r#"{"id":"x","start":{"dateTime":1}}"#,
            bad(Some("x"), Why::Field("start")),
        ),
        (
            r#"{"id":"x","summary":"\ud800 half"}"#,
            bad(Some("x"), Why::Field("summary")),
        ),
    ] {
        let page = format!(
            r#"{{"summary":"Work","timeZone":"UTC","items":[{{"id":"a"}},{json},{{"id":"b"}}],"nextPageToken":"p"}}"#
        );
        let page = decode::page(page.as_bytes(), Detail::Busy).unwrap();
        let ids: Vec<&str> = page
            .items
            .iter()
            .map(|item| item.foreign.id.as_str())
            .collect();
        assert_eq!(
            (ids, page.unread),
            (vec!["a", "b"], vec![expected]),
            "{json}"
        );
        assert_eq!(page.next, Next::Page("p".into()), "{json}");
    }
}

/// The list of names says of each field of an event what cannot be read.
#[test]
fn every_field_is_named_when_it_cannot_be_read() {
    for name in FIELDS {
        let mut json = exception();
        json[name] = 7.into();
        let page = decoded(&page_of(json!([json, {"id": "b"}])), Detail::Write);
        let [bad] = &page.unread[..] else {
            panic!("{name}: {:?}", page.unread);
        };
        assert_eq!(bad.why, Why::Field(name));
        assert!(bad.id.is_some() && page.items.len() == 1, "{name}");
    }
}

/// What a decoder stumbles on is often somebody's own words.
#[test]
fn why_quotes_nothing() {
    let json = json!({"id": "x", "start": "Dinner with Ana", "attendees": "Ana"});
    let page = decoded(&page_of(json!([json])), Detail::Busy);
    let why = page.unread[0].why.to_string();
    assert_eq!(why, "its start cannot be read");
}

#[test]
fn null_is_as_good_as_nothing() {
    let mut json = json!({"id": "a"});
    for name in FIELDS {
        json[name] = Value::Null;
    }
    assert_eq!(item(json), item(json!({"id": "a"})));
}

#[test]
fn bytes_that_are_no_text_spoil_only_their_word() {
    let mut page = page_of(json!([{"id": "a", "summary": "Caf?"}, {"id": "b"}]))
        .to_string()
        .into_bytes();
    let at = page.iter().position(|byte| *byte == b'?').unwrap();
    page[at] = 0xe9;
    let page = decode::page(&page, Detail::Write).unwrap();
    let remote = page.items[0].remote.as_ref();
    assert_eq!(
        (page.items.len(), remote.map(|remote| remote.id.as_str())),
        (2, Some("a"))
    );
}

#[test]
fn the_envelope_and_what_comes_next() {
    let page = decoded(&page_of(json!([])), Detail::Busy);
    assert_eq!(page.envelope.name, "Work");
    assert_eq!(page.envelope.zone.as_deref(), Some("Europe/Madrid"));
    assert_eq!(page.next, Next::Sync("s1".into()));
    for (tokens, next) in [
        (json!({"nextPageToken": "p"}), Next::Page("p".into())),
        (
            json!({"nextPageToken": "p", "nextSyncToken": "s"}),
            Next::Page("p".into()),
        ),
        (
            json!({"nextPageToken": "", "nextSyncToken": "s"}),
            Next::Sync("s".into()),
        ),
        (json!({"nextSyncToken": ""}), Next::End),
        (json!({}), Next::End),
    ] {
        let mut page = tokens.clone();
        page["items"] = json!([]);
        assert_eq!(decoded(&page, Detail::Busy).next, next, "{tokens}");
    }
    for bytes in [
        "",
        "{}",
        "[]",
        "<html>",
        r#"{"items":[{"id":"a"}],"nextSy"#,
        r#"{"items":7}"#,
    ] {
        assert!(
            decode::page(bytes.as_bytes(), Detail::Busy).is_none(),
            "{bytes}"
        );
    }
}
