//! Pages that nobody thought of, and the two readings of one event against each other.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::item::FIELDS;
use super::super::{Detail, decode};
use super::{decoded, page_of};
use crate::events::json::read_event;

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("2026-11-24T09:00:00Z")),
        Just(Value::from("2026-11-24")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_moment() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"date": "2026-11-24"})),
        Just(json!({"dateTime": "2026-11-24T09:00:00+01:00", "timeZone": "Europe/Madrid"})),
        Just(json!({"dateTime": "2026-11-24T10:00:00Z"})),
        Just(json!({"dateTime": "1969-12-31T23:59:59Z"})),
        Just(json!({"dateTime": "2199-12-31T23:59:59.999999Z"})),
        Just(json!({"dateTime": "2200-01-01T00:00:00Z"})),
        Just(json!({"dateTime": "soon"})),
        Just(json!({})),
    ]
}

/// An event as the link work may meet it.
fn any_event() -> impl Strategy<Value = Value> {
    let link = "00000000-0000-0000-0000-000000000007";
    let property = prop_oneof![
        Just(Value::from(link)),
        Just(Value::from("a")),
        Just(Value::from("3")),
        ".{0,5}".prop_map(Value::from),
    ];
    let private = prop_oneof![
        Just(json!({"lockstepLink": link, "lockstepEvent": "a", "lockstepRev": "3", "other": "x"})),
        prop::collection::btree_map("lockstep(Link|Event|Rev)", property, 0..4)
            .prop_map(|fields| Value::Object(fields.into_iter().collect())),
    ];
    let start = prop::option::of(any_moment());
    let end = prop::option::of(any_moment());
    let status = prop_oneof!["cancelled|confirmed|tentative|x".prop_map(Some), Just(None)];
    let response = "declined|accepted|needsAction";
    let text = prop::option::of(".{0,9}");
    let recurrence = prop::option::of(prop::collection::vec("RRULE:FREQ=DAILY", 0..2));
    let attendee = (any::<bool>(), response);
    (start, end, status, private, text, recurrence, attendee).prop_map(
        |(start, end, status, private, text, recurrence, (own, response))| {
            let fields = json!({
                "id": "a", "start": start, "end": end, "status": status, "summary": text,
                "description": text, "location": text, "etag": text, "recurrence": recurrence,
                "htmlLink": "http://x", "updated": "2026-11-20T10:00:00Z",
                "extendedProperties": {"private": private},
                "attendees": [{"self": own, "responseStatus": response}],
            });
            // Google leaves out what is not there.
            let Value::Object(fields) = fields else {
                return fields;
            };
            let there = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.collect())
        },
    )
}

proptest! {
    #[test]
    fn no_page_makes_a_panic(
        items in prop::collection::vec(any_json(), 0..6),
        field in prop::sample::select(FIELDS.to_vec()),
        value in any_json(),
        envelope in any_json(),
        cut in any::<prop::sample::Index>(),
    ) {
        let count = items.len() + 2;
        let mut items = items;
        items.push(json!({"id": "x", field: value}));
        items.push(json!({"id": "good"}));
        let page = page_of(Value::from(items));
        let page_read = decoded(&page, Detail::TwoWay);
        prop_assert_eq!(page_read.items.len() + page_read.unread.len(), count);
        prop_assert!(page_read.items.iter().any(|item| item.foreign.id == "good"));
        let mut odd = page.clone();
        odd["timeZone"] = envelope.clone();
        let _ = decode::page(odd.to_string().as_bytes(), Detail::Write);
        let _ = decode::page(envelope.to_string().as_bytes(), Detail::Write);
        let bytes = page.to_string().into_bytes();
        prop_assert!(decode::page(&bytes[..cut.index(bytes.len())], Detail::Busy).is_none());
    }

    #[test]
    fn no_bytes_make_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::page(&bytes, Detail::TwoWay);
    }

    /// The link work reads events one by one elsewhere; what it is told here must be the same.
    #[test]
    fn a_listed_event_reads_as_one_read_by_itself(event in any_event()) {
        let alone = read_event(event.to_string().as_bytes());
        let mut page = decoded(&page_of(json!([event])), Detail::Write);
        prop_assert_eq!(page.items.remove(0).remote, alone);
    }
}
