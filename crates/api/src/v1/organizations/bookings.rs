//! `POST /api/v1/organizations/{org}/bookings`: making a booking.

use std::collections::BTreeMap;

use app::bookings::{self, BookError, BookInput, Booked};
use app::{App, organizations};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::attendee::{AttendeeForm, BadField};
use domain::booking::Cause;
use http::StatusCode;
use http::header::LOCATION;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, Bearer, MaybeBearer, Viewer};
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBody, PathOf, is_slug, start};
use crate::v1::bookings::Booking;

impl From<BookError> for Problem {
    fn from(error: BookError) -> Self {
        match error {
            BookError::UnknownEventType => Self::no_event_type(),
            BookError::BadAttendee(bad) => {
                let fields = bad.iter().map(named).collect();
                Self::invalid_fields("invalid_body", fields)
            }
            BookError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
            BookError::Store(error) => Self::store(&error),
        }
    }
}

/// A field of the attendee's form, where it is in our body.
fn named(bad: &BadField) -> FieldProblem {
    let within = match bad.field {
        "notes" => "answers",
        _ => "attendee",
    };
    FieldProblem::new(format!("{within}.{}", bad.field), bad.problem)
}

/// A wish to book.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookRequest {
    /// The event type's slug.
    #[schema(example = "maths")]
    event_type: String,
    /// One of the starts on offer, with an offset.
    #[schema(format = DateTime)]
    start: String,
    /// Who it is for.
    attendee: AttendeeRequest,
    /// Answers to the event type's questions.
    #[serde(default)]
    #[schema(nullable = false)]
    answers: Option<AnswersRequest>,
    /// Leave it out: hosts are chosen by event type.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, deprecated)]
    host: Option<IgnoredAny>,
}

/// Who a booking is for. An e-mail address or a phone number is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttendeeRequest {
    /// At most 100 characters.
    // Missing is as wrong as empty, and named together with whatever else is wrong.
    #[serde(default)]
    #[schema(required = true)]
    name: String,
    /// At most 254 characters.
    email: Option<String>,
    /// 6 to 15 digits.
    phone: Option<String>,
    /// The IANA zone their times are shown in; the organization's when left out.
    time_zone: Option<String>,
    /// The language their messages are written in, `en` or `es`; the organization's when left out
    /// or unknown.
    locale: Option<String>,
}

/// Answers to the event type's questions.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = AnswersRequest)]
pub(crate) struct AnswersRequest {
    /// What the host should know. At most 2000 characters.
    #[serde(default)]
    notes: Option<String>,
    /// Taken in only to be named when it is refused.
    #[serde(flatten)]
    #[schema(ignore)]
    unknown: BTreeMap<String, IgnoredAny>,
}

impl BookRequest {
    fn check(self, organization: String, cause: Cause) -> Result<BookInput, Problem> {
        if self.host.is_some() {
            let fields = vec![FieldProblem::new("host", "leave it out")];
            let detail = "hosts are chosen by event type: leave `host` out";
            return Err(Problem::invalid("host_not_selectable", detail, fields));
        }
        let answers = self.answers.unwrap_or_default();
        let unknown = answers.unknown.keys();
        let mut wrong: Vec<_> = unknown
            .map(|name| FieldProblem::new(format!("answers.{name}"), "no such question"))
            .collect();
        let start = start(&self.start).map_err(|bad| wrong.push(bad));
        let Ok(start) = start else {
            return Err(Problem::invalid_fields("invalid_body", wrong));
        };
        if !wrong.is_empty() {
            return Err(Problem::invalid_fields("invalid_body", wrong));
        }
        if !is_slug(&organization) || !is_slug(&self.event_type) {
            return Err(Problem::no_event_type());
        }
        Ok(BookInput {
            organization,
            event_type: self.event_type,
            start,
            attendee: AttendeeForm {
                name: self.attendee.name,
                email: self.attendee.email,
                phone: self.attendee.phone,
                time_zone: self.attendee.time_zone,
                locale: self.attendee.locale,
                notes: answers.notes,
            },
            cause,
        })
    }
}

/// Makes a booking.
///
/// With or without an API key: with one it must be the organization's, and the booking is put down to
/// the API. Exactly one of many who ask for the same time gets it; the others get 409 with the nearest
/// starts that can still be had. Sending the same again is a second wish, and finds the time taken.
#[utoipa::path(
    post, path = "/api/v1/organizations/{org}/bookings", tag = "bookings",
    operation_id = "create_booking",
    params(("org" = String, Path, description = "The organization's slug.")),
    request_body = BookRequest,
    security((), ("api_key" = [])),
    responses(
        (status = 201, body = Booking, description = "Booked. `manage_url` is given now and never again.",
            headers(("Location" = String, description = "Where the booking can be read."))),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "A key was sent and is unknown: `invalid_token`, `unauthorized`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_organization`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`event_type_not_found`"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken` with `alternatives`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "A rule fails: `in_past`, `inside_notice`, `beyond_horizon`, `outside_hours`, \
                `off_grid`, with `alternatives`; or the body does: `invalid_body` with `fields`, \
                `host_not_selectable`"),
    )
)]
pub(crate) async fn create(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
    MaybeBearer(bearer): MaybeBearer,
    JsonBody(request): JsonBody<BookRequest>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = bearer
        .as_ref()
        .map_or(Viewer::Attendee, |_| Viewer::Organization);
    let input = request.check(org, viewer.cause())?;
    if let Some(bearer) = &bearer {
        check_key(&state.app, bearer, &input.organization).await?;
    }
    let (org, event_type) = (input.organization.clone(), input.event_type.clone());
    let booked = bookings::book(&state.app, input).await?;
    let location = format!("/api/v1/bookings/{}", booked.booking.id);
    let answer = describe(&state.app, booked, org, event_type, viewer).await;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(answer)))
}

async fn check_key(app: &App, bearer: &Bearer, org: &str) -> Result<(), Problem> {
    let acts_for = auth::organization(app, bearer).await?;
    let organization = organizations::by_slug(app, org)
        .await
        .map_err(|error| Problem::store(&error))?
        .ok_or_else(Problem::no_event_type)?;
    if organization.id == acts_for {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "wrong_organization",
        "this API key acts for another organization",
    ))
}

/// The booking stands: whatever fails now must not hide it, or its manage link would be lost.
async fn describe(
    app: &App,
    booked: Booked,
    org: String,
    event_type: String,
    viewer: Viewer,
) -> Booking {
    let answer = match bookings::find(app, booked.booking.id).await {
        Ok(Some(detail)) => Booking::new(detail, viewer),
        Ok(None) | Err(_) => {
            tracing::warn!(booking.id = %booked.booking.id, "booked, but could not be read back");
            Booking::unread(booked.booking, booked.has_calendar, org, event_type)
        }
    };
    answer.with_manage_url(&booked.manage_url)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use serde_json::{Value, json};

    use super::*;
    use crate::harness::{Ask, booking, harness};

    const PATH: &str = "/api/v1/organizations/tutoring/bookings";

    fn post(body: &Value) -> Ask {
        Ask::new("POST", PATH).json(body)
    }

    #[test]
    fn a_booking_is_made_and_described() {
        let harness = harness();
        let mut body = booking("maths", "2026-11-24T10:00:00+01:00");
        body["answers"] = json!({ "notes": "Chapter 3" });
        let answer = harness.call(post(&body));
        assert_eq!(answer.status, StatusCode::CREATED);
        let mut made = answer.body.clone();
        let id = made["id"].take();
        let location = format!("/api/v1/bookings/{}", id.as_str().unwrap());
        assert_eq!(answer.header("location"), Some(location.as_str()));
        let manage_url = made["manage_url"].take();
        let manage_url = manage_url.as_str().unwrap();
        let token = manage_url.strip_prefix("https://book.example/b/").unwrap();
        assert_eq!(token.len(), 32);
        assert_eq!(
            made,
            json!({
                "id": null, "manage_url": null, "status": "confirmed",
                "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z",
                "time_zone": "Europe/Madrid", "organization": "tutoring", "event_type": "maths",
                "host": "Marta Ruiz", "calendar_sync": "none", "last_synced_at": null,
                "problem": null, "html_link": null, "cancellation": null,
                "created_at": "2026-11-23T06:00:00Z",
                "attendee": {
                    "name": "Ana", "email": "ana@example.org", "phone": null,
                    "time_zone": "Europe/Madrid", "locale": "en",
                },
                "answers": { "notes": "Chapter 3" },
            })
        );
    }

    #[test]
    fn whoever_asks_is_written_down() {
        let harness = harness();
        for (start, key, cause) in [
            ("2026-11-24T09:00:00Z", None, "attendee"),
            ("2026-11-24T10:00:00Z", Some(&harness.key), "api"),
        ] {
            let ask = post(&booking("maths", start));
            let ask = key.map_or(ask.clone(), |key| ask.bearer(key));
            let made = harness.call(ask).body;
            let path = format!("/api/v1/bookings/{}/timeline", made["id"].as_str().unwrap());
            let timeline = harness.call(Ask::get(&path).bearer(&harness.key)).body;
            assert_eq!(timeline["entries"][0]["cause"], cause);
        }
    }

    /// scenario B5: the same start again, by whomever, is taken, and what is near is offered.
    #[test]
    fn a_start_just_taken_is_refused_with_alternatives() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        assert_eq!(harness.call(post(&wish)).status, StatusCode::CREATED);
        for ask in [post(&wish), post(&wish).bearer(&harness.key)] {
            let answer = harness.call(ask);
            assert_eq!((answer.status.as_u16(), answer.code()), (409, "slot_taken"));
            let alternatives = answer.body["alternatives"].as_array().unwrap();
            let starts: Vec<_> = alternatives
                .iter()
                .map(|a| a["start"].as_str().unwrap())
                .collect();
            let nearest = ["08:00", "10:00", "10:30", "11:00", "14:00"];
            assert_eq!(starts, nearest.map(|time| format!("2026-11-24T{time}:00Z")));
            assert_eq!(alternatives[0]["end"], "2026-11-24T09:00:00Z");
        }
        harness.book("maths", "2026-11-24T10:00:00Z");
    }

    /// scenario B3: overlapping but not identical, of two event types of one host; touching is fine,
    /// and another host is another matter.
    #[test]
    fn overlapping_bookings_of_one_host_are_refused() {
        let harness = harness();
        harness.book("maths", "2026-11-24T09:00:00Z");
        for (name, event_type, start, status) in [
            ("the same", "maths", "2026-11-24T09:00:00Z", 409),
            ("ends inside", "maths", "2026-11-24T08:30:00Z", 409),
            ("begins inside", "maths", "2026-11-24T09:30:00Z", 409),
            (
                "another type around it",
                "maths-exam",
                "2026-11-24T08:30:00Z",
                409,
            ),
            (
                "another type into it",
                "maths-exam",
                "2026-11-24T09:30:00Z",
                409,
            ),
            ("touches its end", "maths-exam", "2026-11-24T10:00:00Z", 201),
            ("touches its start", "maths", "2026-11-24T08:00:00Z", 201),
            ("another host", "english", "2026-11-24T14:00:00Z", 201),
        ] {
            let answer = harness.call(post(&booking(event_type, start)));
            assert_eq!(answer.status, status, "{name}");
        }
    }

    /// scenario B1: fifty threads, one slot, one winner. (Two hundred over HTTP: `server`'s tests.)
    #[test]
    fn one_of_many_at_once_wins() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let (harness, wish) = (&harness, &wish);
            let clients: Vec<_> = (0..50)
                .map(|_| scope.spawn(move || harness.call(post(wish)).status.as_u16()))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1);
        assert_eq!(statuses.iter().filter(|s| **s == 409).count(), 49);
    }

    /// scenario B6: a start nobody offered is refused with the rule it fails, key or no key.
    #[test]
    fn a_start_that_breaks_a_rule_is_refused_with_the_rule() {
        let harness = harness();
        for (start, code) in [
            ("2026-11-20T09:00:00Z", "in_past"),
            ("1970-01-01T00:00:00Z", "in_past"),
            ("2026-11-23T07:59:59Z", "inside_notice"),
            ("2027-02-23T09:00:00Z", "beyond_horizon"),
            ("2199-12-31T09:00:00Z", "beyond_horizon"),
            ("2026-11-24T02:00:00Z", "outside_hours"),
            ("2026-11-24T11:30:00Z", "outside_hours"),
            ("2026-11-28T09:00:00Z", "outside_hours"),
            ("2026-11-24T09:10:00Z", "off_grid"),
            ("2026-11-24T09:00:00.000001Z", "off_grid"),
        ] {
            let ask = post(&booking("maths", start));
            for ask in [ask.clone(), ask.bearer(&harness.key)] {
                let answer = harness.call(ask);
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (422, code),
                    "{start}"
                );
                assert!(answer.body["alternatives"].is_array(), "{start}");
            }
        }
        let near = harness.call(post(&booking("maths", "2026-11-24T09:10:00Z")));
        assert_eq!(near.body["alternatives"].as_array().unwrap().len(), 5);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let harness = harness();
        let long = "x".repeat(2001);
        for (name, pointer, value, fields) in [
            (
                "no name",
                "/attendee",
                json!({ "email": "a@b.cd" }),
                "attendee.name",
            ),
            (
                "everything",
                "/attendee",
                json!({ "email": "x", "phone": "call me", "time_zone": "Mars/Base" }),
                "attendee.name attendee.email attendee.phone attendee.time_zone",
            ),
            (
                "no way to reach",
                "/attendee",
                json!({ "name": "Ana" }),
                "attendee.email",
            ),
            (
                "a link",
                "/attendee/name",
                json!("see www.spam.example"),
                "attendee.name",
            ),
            (
                "name of the wrong type",
                "/attendee/name",
                json!(7),
                "attendee.name",
            ),
            ("no attendee", "/attendee", json!(null), "attendee"),
            (
                "long notes",
                "/answers",
                json!({ "notes": long }),
                "answers.notes",
            ),
            (
                "notes of the wrong type",
                "/answers",
                json!({ "notes": 1 }),
                "answers.notes",
            ),
            (
                "unknown answers",
                "/answers",
                json!({ "notes": "x", "size": [1], "colour": {} }),
                "answers.colour answers.size",
            ),
            (
                "a start without offset",
                "/start",
                json!("2026-11-24T09:00:00"),
                "start",
            ),
            ("no start", "/start", json!(""), "start"),
            ("an epoch", "/start", json!(1_764_000_000), "start"),
            ("no event type", "/event_type", json!(null), "event_type"),
        ] {
            let mut body = booking("maths", "2026-11-24T09:00:00Z");
            body["answers"] = json!({});
            *body.pointer_mut(pointer).unwrap() = value;
            let answer = harness.call(post(&body));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "invalid_body"),
                "{name}"
            );
            let named = answer.body["fields"].as_array().unwrap().iter();
            let named: Vec<_> = named.map(|f| f["field"].as_str().unwrap()).collect();
            assert_eq!(named.join(" "), fields, "{name}");
        }
    }

    #[test]
    fn a_host_cannot_be_chosen() {
        let harness = harness();
        let mut body = booking("maths", "2026-11-24T09:00:00Z");
        for host in [json!("Marta Ruiz"), json!(7), json!([])] {
            body["host"] = host;
            let answer = harness.call(post(&body));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "host_not_selectable")
            );
        }
        body["host"] = json!(null);
        assert_eq!(harness.call(post(&body)).status, StatusCode::CREATED);
    }

    #[test]
    fn what_is_not_offered_cannot_be_booked() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        let mut nothing = wish.clone();
        nothing["event_type"] = json!("nothing");
        let mut odd = wish.clone();
        odd["event_type"] = json!("\u{0}' OR 1=1");
        let nobody = "/api/v1/organizations/nobody/bookings";
        for ask in [
            post(&nothing),
            post(&odd),
            Ask::new("POST", nobody).json(&wish),
            Ask::new("POST", nobody).json(&wish).bearer(&harness.key),
        ] {
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (404, "event_type_not_found")
            );
        }
    }

    #[test]
    fn a_key_of_another_organization_may_not_book_here() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        for (key, status, code) in [
            (harness.foreign_key.as_str(), 403, "wrong_organization"),
            ("lk_unknown", 401, "invalid_token"),
            ("unknown", 401, "invalid_token"),
        ] {
            let answer = harness.call(post(&wish).bearer(key));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{key}"
            );
        }
        assert_eq!(harness.call(post(&wish)).status, StatusCode::CREATED);
    }

    /// A booking that stands is never answered with an error: its manage link would be lost.
    #[test]
    fn a_booking_that_cannot_be_read_back_is_still_answered() {
        let harness = harness();
        harness.store.fail_reads.store(true, Ordering::Relaxed);
        let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
        harness.store.fail_reads.store(false, Ordering::Relaxed);
        assert_eq!(answer.status, StatusCode::CREATED);
        assert!(answer.body["manage_url"].is_string());
        let path = answer.header("location").unwrap().to_owned();
        let read = harness.call(Ask::get(&path).bearer(&harness.key)).body;
        for (field, value) in answer.body.as_object().unwrap() {
            if !["manage_url", "host"].contains(&field.as_str()) {
                assert_eq!(*value, read[field], "{field}");
            }
        }
        assert_eq!(answer.body["host"], Value::Null);
    }

    #[test]
    fn a_store_that_takes_nothing_asks_for_patience() {
        let harness = crate::harness::failing(store::StoreError::Overloaded);
        let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (503, "unavailable")
        );
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}
