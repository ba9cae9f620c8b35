//! Listings, increments, tombstones, exceptions and instances; what they cost.

use std::collections::BTreeMap;

use domain::mirror::{EventStatus, ForeignEvent, Start, Timing};
use domain::{Instant, Interval};
use google::CallError;
use google::pull::{
    AccessRole, Detail, Item, ListAnew, Listing, Next, Paging, PullError, instances, page, window,
};
use serde_json::{Value, json};

use crate::fake::{Fake, OWNER, done};

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn timed(start: &str, end: &str) -> Value {
    json!({"summary": "Private matter",
        "start": {"dateTime": start, "timeZone": "Europe/Madrid"},
        "end": {"dateTime": end, "timeZone": "Europe/Madrid"}})
}

fn weekly() -> Value {
    let mut body = timed("2026-11-23T10:00:00+01:00", "2026-11-23T11:00:00+01:00");
    body["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    body
}

fn december() -> Interval {
    Interval::new(at("2026-11-21T00:00:00Z"), at("2026-12-31T00:00:00Z")).unwrap()
}

/// All pages of a listing, two items on each; its token, and how many pages it took.
fn listed(
    fake: &Fake,
    listing: Listing<'_>,
    detail: Detail,
) -> Result<(BTreeMap<String, Item>, String, u64), PullError> {
    let mut items = BTreeMap::new();
    let mut token: Option<String> = None;
    for pages in 1..100 {
        let paging = Paging {
            items_max: 2,
            token: token.as_deref(),
        };
        let page = done(page(fake, fake.at(), listing, detail, paging))?;
        assert_eq!(page.unread, []);
        assert_eq!(page.envelope.zone.as_deref(), Some("Europe/Madrid"));
        assert_eq!(page.envelope.access, Some(AccessRole::Owner));
        assert_eq!(page.envelope.name, OWNER);
        let read = page.items.into_iter();
        items.extend(read.map(|item| (item.foreign.id.clone(), item)));
        match page.next {
            Next::Page(next) => token = Some(next),
            Next::Sync(sync) => return Ok((items, sync, pages)),
            Next::End => panic!("a listing ends with a token"),
        }
    }
    panic!("more pages than events");
}

const WHOLE: fn() -> Listing<'static> = || Listing::Whole {
    ending_after: at("2026-09-21T00:00:00Z"),
};

#[test]
fn a_first_listing_comes_in_pages_with_the_exceptions() {
    let fake = Fake::new();
    let single = fake.insert(&timed("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"));
    let old = fake.insert(&timed("2026-01-24T09:00:00Z", "2026-01-24T10:00:00Z"));
    let gone = fake.insert(&timed("2026-11-25T09:00:00Z", "2026-11-25T10:00:00Z"));
    let day = fake.insert(&json!({"start": {"date": "2026-11-26"}, "end": {"date": "2026-11-28"}}));
    let series = fake.insert(&weekly());
    let moved = format!("{series}_20261130T090000Z");
    let cancelled = format!("{series}_20261207T090000Z");
    fake.patch(
        &moved,
        &timed("2026-12-01T15:00:00+01:00", "2026-12-01T16:00:00+01:00"),
    );
    fake.delete(&cancelled);
    fake.delete(&gone);

    for detail in [Detail::Busy, Detail::Write, Detail::TwoWay] {
        let before = fake.units();
        let (items, _, pages) = listed(&fake, WHOLE(), detail).unwrap();
        assert!(
            pages > 1 && fake.units() == before + pages,
            "one unit a page"
        );
        let event = |id: &str| items.get(id).map(|item| item.foreign.clone());
        let time = |from, to| {
            Some(Timing::Timed {
                time: Interval::new(at(from), at(to)).unwrap(),
                zone: Some("Europe/Madrid".into()),
            })
        };
        assert_eq!((event(&old), event(&gone)), (None, None), "{detail:?}");
        let single = event(&single).unwrap();
        assert_eq!(
            single.timing,
            time("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z")
        );
        assert_eq!(single.status, Some(EventStatus::Confirmed));
        assert!(single.ical_uid.is_some());
        let days = Timing::AllDay {
            first: "2026-11-26".parse().unwrap(),
            end: "2026-11-28".parse().unwrap(),
        };
        assert_eq!(event(&day).unwrap().timing, Some(days));
        assert_eq!(
            event(&series).unwrap().recurrence,
            ["RRULE:FREQ=WEEKLY;COUNT=4"]
        );

        let exception = event(&moved).unwrap();
        assert_eq!(exception.series(), series);
        assert_eq!(
            exception.timing,
            time("2026-12-01T14:00:00Z", "2026-12-01T15:00:00Z")
        );
        let original = |event: ForeignEvent| event.occurrence.unwrap().original_start;
        let start = |text| Some(Start::At(at(text)));
        assert_eq!(original(exception), start("2026-11-30T09:00:00Z"));
        let cancelled = event(&cancelled).unwrap();
        assert!(cancelled.is_cancelled());
        assert_eq!(original(cancelled), start("2026-12-07T09:00:00Z"));

        let title = items[&single.id].remote.as_ref().map(|remote| {
            let remote = remote.remote.as_ref().unwrap();
            (remote.text.title.as_str(), remote.etag.is_empty())
        });
        let expected = (detail != Detail::Busy).then_some(("Private matter", false));
        assert_eq!(title, expected, "{detail:?}");
        let is_own = items[&single.id]
            .standing
            .as_ref()
            .map(|standing| standing.is_own);
        assert_eq!(is_own, (detail == Detail::TwoWay).then_some(true));
    }
}

#[test]
fn increments_tell_what_changed_and_what_is_gone() {
    let fake = Fake::new();
    let changed = fake.insert(&timed("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"));
    let gone = fake.insert(&timed("2026-11-25T09:00:00Z", "2026-11-25T10:00:00Z"));
    let same = fake.insert(&timed("2026-11-26T09:00:00Z", "2026-11-26T10:00:00Z"));
    let series = fake.insert(&weekly());
    let (first, token, _) = listed(&fake, WHOLE(), Detail::Write).unwrap();
    assert_eq!(first.len(), 4);

    let since = |token: &str| {
        let listing = Listing::Changes { sync_token: token };
        listed(&fake, listing, Detail::Write).unwrap()
    };
    let (nothing, token, _) = since(&token);
    assert!(nothing.is_empty());

    fake.patch(&changed, &json!({"transparency": "transparent"}));
    fake.delete(&gone);
    fake.delete(&series);
    let made = fake.insert(&timed("2026-11-27T09:00:00Z", "2026-11-27T10:00:00Z"));
    let (items, token, pages) = since(&token);
    assert_eq!(pages, 2, "an increment of four, by two");
    let events = items.iter().map(|(id, item)| (id.clone(), &item.foreign));
    let events: BTreeMap<String, &ForeignEvent> = events.collect();
    assert!(events[&changed].is_transparent && !events.contains_key(&same));
    assert!(events[&gone].is_cancelled() && events[&series].is_cancelled());
    assert_eq!(events[&made].status, Some(EventStatus::Confirmed));
    let remote = items[&gone].remote.as_ref().unwrap();
    assert!(remote.is_deleted);
    assert!(since(&token).0.is_empty());
}

#[test]
fn a_dead_token_wants_a_listing_anew() {
    let fake = Fake::new();
    fake.insert(&weekly());
    let (_, token, _) = listed(&fake, WHOLE(), Detail::Busy).unwrap();
    let listing = Listing::Changes { sync_token: &token };
    assert!(listed(&fake, listing, Detail::Busy).is_ok());
    fake.world(|world| world.expire_sync_tokens(Some(OWNER)));
    let refused = listed(&fake, listing, Detail::Busy).unwrap_err();
    assert_eq!(refused, PullError::ListAnew(ListAnew::FullSyncRequired));
    assert!(listed(&fake, WHOLE(), Detail::Busy).is_ok());

    let nonsense = Listing::Changes {
        sync_token: "nonsense",
    };
    let refused = listed(&fake, nonsense, Detail::Busy).unwrap_err();
    assert!(matches!(refused, PullError::ListAnew(_)), "{refused}");
}

#[test]
fn instances_and_the_window_are_google_s_expansion() {
    let fake = Fake::new();
    let single = fake.insert(&timed("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"));
    let series = fake.insert(&weekly());
    fake.delete(&format!("{series}_20261207T090000Z"));
    fake.patch(
        &format!("{series}_20261130T090000Z"),
        &json!({"transparency": "transparent"}),
    );
    let mut read: Vec<ForeignEvent> = Vec::new();
    let mut token: Option<String> = None;
    let before = fake.units();
    for _ in 0..2 {
        let paging = Paging {
            items_max: 2,
            token: token.as_deref(),
        };
        let call = instances(&fake, fake.at(), &series, december(), Detail::Busy, paging);
        let page = done(call).unwrap();
        read.extend(page.items.into_iter().map(|item| item.foreign));
        token = match page.next {
            Next::Page(token) => Some(token),
            _ => None,
        };
    }
    assert_eq!((token, fake.units() - before), (None, 2));
    let starts = |events: &[ForeignEvent]| {
        let mut starts: Vec<Start> = events
            .iter()
            .filter(|event| event.series() == series && !event.is_cancelled())
            .filter_map(|event| event.occurrence.as_ref()?.original_start)
            .collect();
        starts.sort_unstable();
        starts
    };
    let expected = [
        "2026-11-23T09:00:00Z",
        "2026-11-30T09:00:00Z",
        "2026-12-14T09:00:00Z",
    ];
    assert_eq!(starts(&read), expected.map(|text| Start::At(at(text))));
    assert_eq!(read.iter().filter(|event| event.is_transparent).count(), 1);

    let paging = Paging {
        items_max: 2500,
        token: None,
    };
    let whole = done(window(&fake, fake.at(), december(), Detail::Busy, paging)).unwrap();
    let all: Vec<ForeignEvent> = whole.items.into_iter().map(|item| item.foreign).collect();
    assert_eq!(starts(&all), starts(&read));
    assert!(all.iter().any(|event| event.id == single));
    assert!(all.iter().all(|event| !event.is_master()));

    fake.delete(&series);
    let call = instances(&fake, fake.at(), &series, december(), Detail::Busy, paging);
    // Google says not how it answers here; either way there is nothing to read, and no error that
    // asks for the whole listing anew.
    match done(call) {
        Ok(page) => assert!(page.items.iter().all(|item| item.foreign.is_cancelled())),
        Err(error) => assert!(matches!(
            error,
            PullError::Call(CallError::NotFound | CallError::Gone(_))
        )),
    }
}

#[test]
fn a_calendar_that_is_not_there_is_not_found() {
    let fake = Fake::new();
    let paging = Paging {
        items_max: 10,
        token: None,
    };
    let at = fake.at_calendar("nobody@example.com");
    let refused = done(page(&fake, at, WHOLE(), Detail::Busy, paging));
    assert_eq!(refused, Err(PullError::Call(CallError::NotFound)));
}
