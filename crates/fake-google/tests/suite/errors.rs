//! Every kind of refusal in §13 has Google's shape: the same code and message twice, a reason in
//! its domain, and a place where Google names one; the newer layers' `status` and `details` where
//! they speak.
//!
//! What can be provoked is provoked. What needs what this server has not (items of a batch, Google
//! failing) is asked for by name.

use fake_google::{
    ErrorName, Fault, FaultKind, Outcome, Project, QuotaLimits, RateForm, Request, Response, Role,
    WriteLimit, deliver,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_on, event_path};

const SCOPE_ALL: &str = "https://www.googleapis.com/auth/calendar";
const SCOPE_READ: &str = "https://www.googleapis.com/auth/calendar.readonly";
const LEO: &str = "leo@example.com";
const WATCH: &str = "/calendar/v3/calendars/primary/events/watch";

/// How a refusal is provoked, and what of it §13 names.
struct Kind {
    name: &'static str,
    provoke: fn(&mut Fake) -> Response,
    code: u16,
    domain: &'static str,
    reason: &'static str,
    /// `locationType` and `location`.
    place: Option<(&'static str, &'static str)>,
    /// `status` and the reason in `details`, of the newer layers.
    newer: Option<(&'static str, Option<&'static str>)>,
}

fn kind(
    name: &'static str,
    (code, domain, reason): (u16, &'static str, &'static str),
    provoke: fn(&mut Fake) -> Response,
) -> Kind {
    Kind {
        name,
        provoke,
        code,
        domain,
        reason,
        place: None,
        newer: None,
    }
}

impl Kind {
    fn at_parameter(self, name: &'static str) -> Self {
        Self {
            place: Some(("parameter", name)),
            ..self
        }
    }

    fn at_header(self, name: &'static str) -> Self {
        Self {
            place: Some(("header", name)),
            ..self
        }
    }

    fn newer(self, status: &'static str, detail: Option<&'static str>) -> Self {
        Self {
            newer: Some((status, detail)),
            ..self
        }
    }
}

fn bad_requests() -> Vec<Kind> {
    vec![
        kind(
            "end before start",
            (400, "calendar", "timeRangeEmpty"),
            |fake| {
                let end = json!({"end": {"dateTime": "2026-03-02T09:00:00Z"}});
                fake.call("POST", EVENTS, Some(&event_on(2, end)))
            },
        ),
        kind(
            "a filter beside a sync token",
            (400, "global", "badRequest"),
            |fake| {
                let token = sync_token(fake);
                fake.get(&format!("{EVENTS}?syncToken={token}&q=x"))
            },
        )
        .at_parameter("q"),
        kind(
            "a value that cannot be",
            (400, "global", "invalid"),
            |fake| fake.get(&format!("{EVENTS}?maxAttendees=0")),
        )
        .at_parameter("maxAttendees"),
        kind("no times", (400, "global", "required"), |fake| {
            fake.call("POST", EVENTS, Some(&json!({})))
        }),
        kind("no JSON", (400, "global", "parseError"), |fake| {
            let mut request = Request::new("POST", EVENTS).with_bearer(&fake.token);
            request.body = b"{".to_vec();
            fake.send(&request)
        }),
        kind(
            "free/busy of a year",
            (400, "calendar", "timeRangeTooLong"),
            |fake| {
                let body = json!({
                    "timeMin": "2026-01-01T00:00:00Z", "timeMax": "2027-01-01T00:00:00Z",
                    "items": [{"id": "primary"}],
                });
                fake.call("POST", "/calendar/v3/freeBusy", Some(&body))
            },
        )
        .at_parameter("timeMax"),
        kind(
            "a channel twice",
            (400, "global", "channelIdNotUnique"),
            |fake| {
                watch(fake, WATCH);
                watch(fake, WATCH)
            },
        ),
        kind(
            "a calendar without push",
            (400, "calendar", "pushNotSupportedForRequestedResource"),
            |fake| {
                let id = "holidays@group.v.calendar.google.com";
                let added = fake.world.add_public_calendar(id, "Holidays", "UTC");
                added.expect("a first calendar of that id");
                watch(fake, &format!("/calendar/v3/calendars/{id}/events/watch"))
            },
        ),
        kind(
            "an event from mail",
            (400, "global", "eventTypeRestriction"),
            |fake| {
                let body = event_on(2, json!({"eventType": "fromGmail"}));
                fake.call("POST", EVENTS, Some(&body))
            },
        ),
    ]
}

fn credentials() -> Vec<Kind> {
    vec![
        kind("an expired token", (401, "global", "authError"), |fake| {
            fake.world.expire_access_tokens();
            fake.get(EVENTS)
        })
        .at_header("Authorization")
        .newer("UNAUTHENTICATED", None),
        kind("no token", (401, "global", "required"), |fake| {
            fake.send(&Request::new("GET", EVENTS))
        })
        .at_header("Authorization")
        .newer("UNAUTHENTICATED", None),
        kind(
            "a callback elsewhere",
            (401, "global", "push.webhookUrlUnauthorized"),
            |fake| {
                let hosts = &mut fake.world.rules.push.unauthorized_hosts;
                hosts.insert("app.example".to_owned());
                watch(fake, WATCH)
            },
        ),
        kind(
            "a scope too few",
            (403, "global", "insufficientPermissions"),
            |fake| {
                call_with(fake, ANA, SCOPE_READ);
                fake.call("POST", EVENTS, Some(&event_on(2, json!({}))))
            },
        )
        .newer("PERMISSION_DENIED", Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
        kind(
            "a project without the API",
            (403, "usageLimits", "accessNotConfigured"),
            |fake| {
                let project = Project {
                    is_calendar_enabled: false,
                    ..Project::default()
                };
                fake.world.set_project("fake-project", project);
                fake.get(EVENTS)
            },
        )
        .newer("PERMISSION_DENIED", Some("SERVICE_DISABLED")),
        kind(
            "no Calendar",
            (403, "calendar", "notACalendarUser"),
            |fake| {
                let account = fake.world.account_mut(ANA).expect("Ana is there");
                account.is_calendar_user = false;
                fake.get(EVENTS)
            },
        ),
        kind(
            "a lonely service account",
            (403, "calendar", "forbiddenForServiceAccounts"),
            |fake| by_name(fake, "forbiddenForServiceAccounts"),
        ),
    ]
}

fn roles() -> Vec<Kind> {
    vec![
        kind(
            "deleting a primary calendar",
            (403, "global", "forbidden"),
            |fake| fake.call("DELETE", "/calendar/v3/calendars/primary", None),
        ),
        kind(
            "writing as a reader",
            (403, "calendar", "requiredAccessLevel"),
            |fake| {
                let shared =
                    fake.world
                        .share_calendar(fake.now, LEO, Some(ANA), Some(Role::Reader));
                shared.expect("there is a calendar");
                let events = format!("/calendar/v3/calendars/{LEO}/events");
                fake.call("POST", &events, Some(&event_on(2, json!({}))))
            },
        ),
        kind(
            "a guest's settings",
            (403, "calendar", "forbiddenForNonOrganizer"),
            |fake| {
                let event = fake.insert_on(2, json!({"attendees": [{"email": LEO}]}));
                call_with(fake, LEO, SCOPE_EVENTS);
                let patch = json!({"guestsCanModify": true});
                fake.call("PATCH", &event_path(&event["id"]), Some(&patch))
            },
        )
        .at_parameter("guestsCanModify"),
    ]
}

fn limits() -> Vec<Kind> {
    vec![
        kind(
            "a user's minute",
            (403, "usageLimits", "userRateLimitExceeded"),
            |fake| {
                fake.world.rules.quotas.per_minute_per_user = Some(0);
                fake.get(EVENTS)
            },
        ),
        kind(
            "a project's minute",
            (403, "usageLimits", "rateLimitExceeded"),
            |fake| {
                fake.world.rules.quotas.per_minute_per_project = Some(0);
                fake.get(EVENTS)
            },
        ),
        kind(
            "a calendar's writes",
            (429, "usageLimits", "rateLimitExceeded"),
            |fake| {
                fake.world.rules.quotas = QuotaLimits {
                    calendar_writes: Some(WriteLimit {
                        writes: 0,
                        seconds: 60,
                    }),
                    form: RateForm::TooMany,
                    ..QuotaLimits::default()
                };
                fake.call("POST", EVENTS, Some(&event_on(2, json!({}))))
            },
        )
        .newer("RESOURCE_EXHAUSTED", Some("RATE_LIMIT_EXCEEDED")),
        kind(
            "Calendar's own limits",
            (403, "usageLimits", "quotaExceeded"),
            |fake| {
                let until = fake.now + SignedDuration::from_hours(1);
                fake.world.exceed_quota(ANA, until).expect("Ana is there");
                fake.call("POST", EVENTS, Some(&event_on(2, json!({}))))
            },
        ),
        kind(
            "a project's day",
            (403, "usageLimits", "dailyLimitExceeded"),
            |fake| {
                fake.world.rules.quotas.per_day_per_project = Some(0);
                fake.get(EVENTS)
            },
        ),
    ]
}

fn states() -> Vec<Kind> {
    vec![
        kind("never there", (404, "global", "notFound"), |fake| {
            fake.get(&format!("{EVENTS}/nothing"))
        }),
        kind(
            "an id that was deleted",
            (409, "global", "duplicate"),
            |fake| {
                let event = deleted(fake);
                let body = event_on(2, json!({"id": event["id"]}));
                fake.call("POST", EVENTS, Some(&body))
            },
        ),
        kind("items that clash", (409, "global", "conflict"), |fake| {
            by_name(fake, "conflict")
        }),
        kind("deleting twice", (410, "global", "deleted"), |fake| {
            let event = deleted(fake);
            fake.call("DELETE", &event_path(&event["id"]), None)
        }),
        kind(
            "a dead sync token",
            (410, "calendar", "fullSyncRequired"),
            |fake| {
                let token = sync_token(fake);
                fake.world.expire_sync_tokens(None);
                fake.get(&format!("{EVENTS}?syncToken={token}"))
            },
        )
        .at_parameter("syncToken"),
        kind(
            "changes of last year",
            (410, "calendar", "updatedMinTooLongAgo"),
            |fake| fake.get(&format!("{EVENTS}?updatedMin=2025-03-01T00:00:00Z")),
        )
        .at_parameter("updatedMin"),
        kind("a stale etag", (412, "global", "conditionNotMet"), |fake| {
            let event = fake.insert_on(2, json!({}));
            let request = Request::new("DELETE", &event_path(&event["id"]));
            let request = request.with_bearer(&fake.token);
            fake.send(&request.with_header("if-match", "\"1\""))
        })
        .at_header("If-Match"),
        kind("too large", (413, "global", "uploadTooLarge"), |fake| {
            by_name(fake, "uploadTooLarge")
        }),
        kind("Google at fault", (500, "global", "backendError"), |fake| {
            by_name(fake, "internalError")
        }),
        kind("Google away", (503, "global", "backendError"), |fake| {
            by_name(fake, "backendError")
        }),
    ]
}

#[test]
fn every_kind_of_refusal_has_googles_shape() {
    let kinds = [bad_requests(), credentials(), roles(), limits(), states()];
    for kind in kinds.into_iter().flatten() {
        let mut fake = fake();
        let response = (kind.provoke)(&mut fake);
        let body = response.json();
        assert_eq!(response.status, kind.code, "{}: {body}", kind.name);
        assert_eq!(
            response.header("content-type"),
            Some("application/json; charset=UTF-8"),
            "{}",
            kind.name
        );
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{}: {body}", kind.name);
        let mut first = json!({"domain": kind.domain, "reason": kind.reason, "message": message});
        if let Some((form, name)) = kind.place {
            first["locationType"] = form.into();
            first["location"] = name.into();
        }
        let mut error = json!({"errors": [first], "code": kind.code, "message": message});
        if let Some((status, detail)) = kind.newer {
            error["status"] = status.into();
            let details = &body["error"]["details"];
            assert_eq!(details[0]["reason"].as_str(), detail, "{}", kind.name);
            if detail.is_some() {
                let form = "type.googleapis.com/google.rpc.ErrorInfo";
                assert_eq!(details[0]["@type"], form, "{}", kind.name);
                error["details"] = details.clone();
            }
        }
        assert_eq!(body, json!({ "error": error }), "{}", kind.name);
    }
}

#[test]
fn what_is_known_already_is_304_and_empty() {
    let mut fake = fake();
    let event = fake.insert_on(2, json!({}));
    let etag = event["etag"].as_str().expect("an etag is text");
    let request = Request::new("GET", &event_path(&event["id"])).with_bearer(&fake.token);
    let answer = fake.send(&request.with_header("if-none-match", etag));
    assert_eq!((answer.status, answer.body.len()), (304, 0));
}

/// Ana with every scope, and Leo.
fn fake() -> Fake {
    let mut fake = Fake::new();
    let added = fake.world.add_account(LEO, "Leo", "Europe/Madrid");
    added.expect("a first account of that name");
    call_with(&mut fake, ANA, SCOPE_ALL);
    fake
}

fn call_with(fake: &mut Fake, account: &str, scope: &str) {
    let tokens = fake.world.grant(fake.now, account, CLIENT, &[scope]);
    fake.token = tokens.expect("account and client are there").access_token;
}

fn watch(fake: &mut Fake, path: &str) -> Response {
    let body = json!({"id": "one", "type": "web_hook", "address": "https://app.example/hook"});
    fake.call("POST", path, Some(&body))
}

fn sync_token(fake: &mut Fake) -> String {
    let token = fake.get(EVENTS).json()["nextSyncToken"].clone();
    token.as_str().expect("one page has a token").to_owned()
}

fn deleted(fake: &mut Fake) -> Value {
    let event = fake.insert_on(2, json!({}));
    fake.call("DELETE", &event_path(&event["id"]), None);
    event
}

/// The answer to a call that was planned to fail so.
fn by_name(fake: &mut Fake, name: &str) -> Response {
    let name = ErrorName::named(name).expect("the name of an error");
    fake.world
        .add_fault(Fault::once("*", FaultKind::Error(name)));
    let request = Request::new("GET", EVENTS).with_bearer(&fake.token);
    match deliver(&mut fake.world, fake.now, &request) {
        Outcome::Answer(response) => response,
        other => panic!("an answer was planned, not {other:?}"),
    }
}
