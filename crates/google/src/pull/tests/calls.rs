//! What is asked of Google, and what its refusals mean.

use std::collections::BTreeMap;

use domain::{Instant, Interval};
use secrecy::SecretString;
use serde_json::json;

use super::super::{Detail, ListAnew, Listing, Page, Paging, PullError, instances, page, window};
use super::page_of;
use crate::endpoints::Endpoints;
use crate::error::{Advice, CallError};
use crate::events::CalendarAt;
use crate::script::{Script, now};

const FIRST: Paging<'_> = Paging {
    items_max: 2500,
    token: None,
};
const SECOND: Paging<'_> = Paging {
    items_max: 2500,
    token: Some("p/2"),
};

fn span() -> Interval {
    let at = |text| Instant::parse(text).unwrap();
    Interval::new(at("2026-11-20T00:00:00Z"), at("2026-12-20T00:00:00Z")).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    Whole,
    Changes,
    Instances,
    Window,
}

fn asked(script: &Script, ask: Ask, paging: Paging<'_>) -> Result<Page, PullError> {
    let endpoints = Endpoints::google();
    let token = SecretString::from("t");
    let at = CalendarAt {
        endpoints: &endpoints,
        access_token: &token,
        calendar: "en.es#holiday@group.v.calendar.google.com",
    };
    let ending_after = span().start;
    let detail = Detail::Busy;
    match ask {
        Ask::Whole => now(page(
            script,
            at,
            Listing::Whole { ending_after },
            detail,
            paging,
        )),
        Ask::Changes => {
            let listing = Listing::Changes { sync_token: "s=" };
            now(page(script, at, listing, detail, paging))
        }
        Ask::Instances => now(instances(script, at, "abc", span(), detail, paging)),
        Ask::Window => now(window(script, at, span(), detail, paging)),
    }
}

#[test]
fn each_call_asks_for_exactly_this() {
    let calendar = "/calendar/v3/calendars/en.es%23holiday@group.v.calendar.google.com/events";
    let bounds = [
        ("timeMin", "2026-11-20T00:00:00Z"),
        ("timeMax", "2026-12-20T00:00:00Z"),
    ];
    let masters = ("singleEvents", "false");
    for (ask, rest, more) in [
        (Ask::Whole, "", vec![masters, bounds[0]]),
        (Ask::Changes, "", vec![masters, ("syncToken", "s=")]),
        (Ask::Instances, "/abc/instances", bounds.to_vec()),
        (
            Ask::Window,
            "",
            [&[("singleEvents", "true")][..], &bounds].concat(),
        ),
    ] {
        for (paging, items_max) in [
            (FIRST, "2500"),
            (SECOND, "2500"),
            (
                Paging {
                    items_max: 9999,
                    token: None,
                },
                "2500",
            ),
            (
                Paging {
                    items_max: 0,
                    token: None,
                },
                "1",
            ),
        ] {
            let script = Script::new(200, page_of(json!([])));
            asked(&script, ask, paging).unwrap();
            let url = url::Url::parse(&script.asked().uri().to_string()).unwrap();
            assert_eq!(url.path(), format!("{calendar}{rest}"), "{ask:?}");
            let mut expected = BTreeMap::from([
                ("prettyPrint", "false"),
                ("maxAttendees", "1"),
                ("maxResults", items_max),
                ("fields", Detail::Busy.fields()),
            ]);
            expected.extend(more.iter().copied());
            expected.extend(paging.token.map(|token| ("pageToken", token)));
            let query: Vec<_> = url.query_pairs().collect();
            assert_eq!(query.len(), expected.len(), "{ask:?}");
            for (name, value) in query {
                assert_eq!(expected.get(&*name), Some(&&*value), "{ask:?} {name}");
            }
        }
    }
}

fn refusal(reason: &str) -> String {
    json!({"error": {"code": 1, "message": "m", "errors": [
        {"domain": "calendar", "reason": reason, "message": "m"}]}})
    .to_string()
}

#[test]
fn refusals_are_told_apart() {
    let anew = |why| Err(PullError::ListAnew(why));
    let gone = |reason: &str| Err(PullError::Call(CallError::Gone(reason.into())));
    let bad = || {
        Err(PullError::Call(CallError::Refused {
            reason: "invalid".into(),
            message: "m".into(),
        }))
    };
    let full = refusal("fullSyncRequired");
    let invalid = refusal("invalid");
    for (ask, paging, status, body, expected) in [
        (
            Ask::Changes,
            FIRST,
            410,
            &full,
            anew(ListAnew::FullSyncRequired),
        ),
        (
            Ask::Whole,
            SECOND,
            410,
            &full,
            anew(ListAnew::FullSyncRequired),
        ),
        (
            Ask::Changes,
            FIRST,
            410,
            &refusal("updatedMinTooLongAgo"),
            anew(ListAnew::UpdatedMinTooLongAgo),
        ),
        (
            Ask::Changes,
            FIRST,
            410,
            &"<html>".into(),
            anew(ListAnew::FullSyncRequired),
        ),
        (
            Ask::Instances,
            FIRST,
            410,
            &refusal("deleted"),
            gone("deleted"),
        ),
        (
            Ask::Changes,
            FIRST,
            410,
            &refusal("deleted"),
            gone("deleted"),
        ),
        (Ask::Whole, FIRST, 410, &"<html>".into(), gone("unknown")),
        (
            Ask::Changes,
            FIRST,
            400,
            &invalid,
            anew(ListAnew::PositionRefused),
        ),
        (
            Ask::Whole,
            SECOND,
            400,
            &invalid,
            anew(ListAnew::PositionRefused),
        ),
        (
            Ask::Window,
            SECOND,
            400,
            &invalid,
            anew(ListAnew::PositionRefused),
        ),
        (Ask::Whole, FIRST, 400, &invalid, bad()),
        (
            Ask::Instances,
            FIRST,
            404,
            &refusal("notFound"),
            Err(PullError::Call(CallError::NotFound)),
        ),
        (
            Ask::Changes,
            FIRST,
            401,
            &refusal("authError"),
            Err(PullError::Call(CallError::TokenRefused)),
        ),
        (
            Ask::Changes,
            FIRST,
            403,
            &refusal("insufficientPermissions"),
            Err(PullError::Call(CallError::ScopeMissing(
                "insufficientPermissions".into(),
            ))),
        ),
    ] {
        let script = Script::new(status, body);
        assert_eq!(
            asked(&script, ask, paging),
            expected,
            "{ask:?} {status} {body}"
        );
    }
}

#[test]
fn an_answer_that_is_no_page_is_asked_again() {
    let endless = r#"{"timeZone":"UTC","items":[]}"#;
    for (ask, body) in [
        (Ask::Whole, "<html>"),
        (Ask::Whole, "{}"),
        (Ask::Whole, r#"{"timeZone":"UTC","items":[{"id":"#),
        (Ask::Whole, endless),
        (Ask::Changes, endless),
        (Ask::Instances, "{}"),
    ] {
        let error = asked(&Script::new(200, body), ask, FIRST).unwrap_err();
        assert_eq!(error.advice(), Advice::Retry, "{ask:?} {body}");
        assert!(matches!(error, PullError::Call(_)), "{ask:?} {body}");
    }
    for ask in [Ask::Instances, Ask::Window] {
        assert!(
            asked(&Script::new(200, endless), ask, FIRST).is_ok(),
            "{ask:?}"
        );
    }
}
