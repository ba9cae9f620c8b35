//! `POST /api/v1/organizations/{org}/bookings`: making a booking.

use std::collections::BTreeMap;

use app::App;
use app::bookings::{self, BookError, BookInput, Booked};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::Locale;
use domain::attendee::{AttendeeForm, BadField};
use domain::booking::Cause;
use http::StatusCode;
use http::header::LOCATION;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, MaybeBearer, Viewer};
use crate::idempotency::{Caller, Repeat};
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{JsonBodyAsSent, PathOf, host, is_slug, start};
use crate::v1::bookings::Booking;

impl From<BookError> for Problem {
    fn from(error: BookError) -> Self {
        match error {
            BookError::UnknownEventType => Self::no_event_type(),
            BookError::UnknownHost => Self::unknown_host(),
            BookError::UnknownHold => {
                let fields = vec![FieldProblem::new("hold", "no such hold for this time")];
                Self::invalid("unknown_hold", error.to_string(), fields)
            }
            BookError::BadAttendee(bad) => {
                let fields = bad.iter().map(named).collect();
                Self::invalid_fields("invalid_body", fields)
            }
            BookError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
            BookError::KeyReused(reused) => Self::key_reused(reused),
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
    /// The id of one of the event type's hosts: this one and no other. Left out, it takes one who is
    /// free, or all of them, as the event type is assigned.
    #[serde(default)]
    #[schema(format = Uuid)]
    host: Option<String>,
    /// The token of a hold of this event type and start. Where a host was held by name, send the same
    /// `host` again.
    #[serde(default)]
    hold: Option<String>,
    /// Books over rules, hours, approval and other bookings, on purpose: only the past and a full group
    /// are refused. Needs a key, and is told of the booking from then on.
    #[serde(default)]
    #[schema(required = false)]
    forced: bool,
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
        let answers = self.answers.unwrap_or_default();
        let unknown = answers.unknown.keys();
        let mut wrong: Vec<_> = unknown
            .map(|name| FieldProblem::new(format!("answers.{name}"), "no such question"))
            .collect();
        let start = start(&self.start).map_err(|bad| wrong.push(bad));
        let host = self.host.as_deref().map(host).transpose();
        let host = host.map_err(|bad| wrong.push(bad));
        let (Ok(start), Ok(host)) = (start, host) else {
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
            host,
            hold: self.hold,
            forced: self.forced,
            idempotency_key: None,
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
/// starts that can still be had. Where an event type has several seats, each booking of the same start
/// takes one, and they share an id; each has its own `manage_url`.
///
/// With an `Idempotency-Key` the same request can safely be sent again: it is decided once, and a repeat
/// gets the same booking with the same `manage_url`, or the same refusal. Without one, sending the same
/// again is a second wish, and finds the time taken.
#[utoipa::path(
    post, path = "/api/v1/organizations/{org}/bookings", tag = "bookings",
    operation_id = "create_booking",
    params(
        ("org" = String, Path, description = "The organization's slug."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of your choice, one for each wish: see above."),
    ),
    request_body = BookRequest,
    security((), ("api_key" = [])),
    responses(
        (status = 201, body = Booking, description = "Booked, or asked for where someone must say yes. `manage_url` is given now, and \
                again only to a repeat under the same `Idempotency-Key`.",
            headers(("Location" = String, description = "Where the booking can be read."))),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "A key was sent and is unknown: `invalid_token`, `unauthorized`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_organization`; `forbidden`: only a key can force a booking"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`event_type_not_found`"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`slot_taken`, `no_seats`, with `alternatives`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "A rule fails: `in_past`, `inside_notice`, `beyond_horizon`, `outside_hours`, \
                `off_grid`, with `alternatives`; `unknown_host`, `unknown_hold`, \
                `idempotency_key_reused`; or the body does: `invalid_body` with `fields`"),
    )
)]
pub(crate) async fn create(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
    MaybeBearer(bearer): MaybeBearer,
    repeat: Repeat,
    JsonBodyAsSent(request, sent): JsonBodyAsSent<BookRequest>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = bearer
        .as_ref()
        .map_or(Viewer::Attendee, |_| Viewer::Organization);
    let mut input = request.check(org, viewer.cause())?;
    let caller = match &bearer {
        Some(bearer) => {
            let (org, missing) = (&input.organization, Problem::no_event_type);
            let acts_for = auth::organization_of(&state.app, bearer, org, missing).await?;
            Caller::Organization(acts_for)
        }
        None if input.forced => {
            return Err(Problem::forbidden("only an API key can force a booking"));
        }
        None => Caller::Public,
    };
    input.idempotency_key = repeat.key(caller, &sent);
    let booked = bookings::book(&state.app, input.clone()).await?;
    let location = format!("/api/v1/bookings/{}", booked.booking.id);
    let answer = describe(&state.app, booked, input, viewer).await;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(answer)))
}

/// The booking stands: whatever fails now must not hide it, or its manage link would be lost. It is
/// read by the seat's own token, because who shares a booking sees themselves on it (scenario J2).
async fn describe(app: &App, booked: Booked, input: BookInput, viewer: Viewer) -> Booking {
    let answer = match bookings::by_token(app, &booked.manage_token).await {
        Ok(Some(detail)) => Booking::new(detail, viewer),
        Ok(None) | Err(_) => {
            tracing::warn!(booking.id = %booked.booking.id, "booked, but could not be read back");
            let mut booking = booked.booking;
            // The attendee of a shared booking is who made it; this answer is about this seat's. Its
            // form was found sound when the seat was taken, and the zone and language do not unmake it.
            if booking.capacity > 1
                && let Ok(own) = input.attendee.check(&booking.zone, Locale::default())
            {
                booking.attendee = own;
            }
            let (org, event_type) = (input.organization, input.event_type);
            Booking::unread(booking, booked.has_calendar, org, event_type)
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
                "id": null, "manage_url": null, "status": "confirmed", "pending": null,
                "version": 1, "forced": false,
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
    fn a_host_is_chosen_among_those_of_the_event_type() {
        let harness = harness();
        let mut body = booking("chat", "2026-11-24T09:00:00Z");
        let hosts = harness.hosts("chat");
        let missing = "01928f3c-0000-7000-8000-000000000000";
        for (host, status, code, named) in [
            (json!("Marta Ruiz"), 422, "invalid_body", ""),
            (json!(7), 422, "invalid_body", ""),
            (json!([]), 422, "invalid_body", ""),
            (json!(missing), 422, "unknown_host", ""),
            (
                json!(harness.hosts("english")[0].0),
                422,
                "unknown_host",
                "",
            ),
            (json!(hosts[1].0), 201, "", "Noor Aziz"),
            (json!(hosts[1].0), 409, "slot_taken", ""),
            (json!(hosts[2].0), 201, "", "Omar Haddad"),
            (json!(null), 201, "", "Marta Ruiz"),
            (json!(null), 409, "slot_taken", ""),
        ] {
            body["host"] = host.clone();
            let answer = harness.call(post(&body));
            let found = (answer.status.as_u16(), answer.code());
            assert_eq!(found, (status, code), "{host}");
            assert_eq!(answer.body["host"].as_str().unwrap_or_default(), named);
            if status == 422 {
                assert_eq!(answer.body["fields"][0]["field"], "host", "{host}");
            }
        }
    }

    /// scenario B2: of fifty who want any of three hosts at one hour, three get one each.
    #[test]
    fn as_many_as_there_are_hosts_get_one_each() {
        let harness = harness();
        let wish = booking("chat", "2026-11-24T09:00:00Z");
        let answers: Vec<_> = std::thread::scope(|scope| {
            let (harness, wish) = (&harness, &wish);
            let clients: Vec<_> = (0..50)
                .map(|_| scope.spawn(move || harness.call(post(wish))))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|a| a.status == StatusCode::CREATED);
        let mut hosts: Vec<_> = made.map(|a| a.body["host"].as_str().unwrap()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, ["Marta Ruiz", "Noor Aziz", "Omar Haddad"]);
        assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 47);
    }

    #[test]
    fn several_hosts_together_are_all_bound() {
        let harness = harness();
        let together = harness.book("panel", "2026-11-24T09:00:00Z");
        assert_eq!(together.body["host"], "Marta Ruiz, Noor Aziz");
        let answer = harness.call(post(&booking("maths", "2026-11-24T09:00:00Z")));
        assert_eq!(answer.code(), "slot_taken");
        let chat = harness.book("chat", "2026-11-24T09:00:00Z");
        assert_eq!(chat.body["host"], "Omar Haddad");
    }

    /// scenario B7: forced on purpose, said so, and by whom; what is forced may itself be booked over
    /// only by force.
    #[test]
    fn a_key_may_force_a_booking() {
        let harness = harness();
        let taken = harness.book("maths", "2026-11-24T09:00:00Z");
        for start in [
            "2026-11-24T09:00:00Z",
            "2026-11-24T09:10:00Z",
            "2026-11-24T03:00:00Z",
        ] {
            let mut body = booking("maths", start);
            body["forced"] = json!(true);
            let answer = harness.call(post(&body).bearer(&harness.key));
            assert_eq!(
                answer.status,
                StatusCode::CREATED,
                "{start}: {}",
                answer.text
            );
            assert_eq!(answer.body["forced"], true);
            assert_eq!(answer.body["start"], start);
            let path = format!(
                "/api/v1/bookings/{}/timeline",
                answer.body["id"].as_str().unwrap()
            );
            let timeline = harness.call(Ask::get(&path).bearer(&harness.key)).body;
            assert_eq!(timeline["entries"][0]["kind"], "forced");
            assert_eq!(timeline["entries"][0]["cause"], "api");
        }
        assert_eq!(harness.find(&taken)["status"], "confirmed");
        let mut past = booking("maths", "2026-11-20T09:00:00Z");
        past["forced"] = json!(true);
        assert_eq!(
            harness.call(post(&past).bearer(&harness.key)).code(),
            "in_past"
        );
        let night = harness.call(post(&booking("maths", "2026-11-24T03:30:00Z")));
        assert_eq!(night.code(), "outside_hours");
    }

    #[test]
    fn without_its_key_nobody_forces_anything() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let mut body = booking("maths", "2026-11-24T11:00:00Z");
        body["forced"] = json!(true);
        for (token, status, code) in [
            (None, 403, "forbidden"),
            (Some(&harness.foreign_key), 403, "wrong_organization"),
            (Some(&booked.manage_token), 401, "invalid_token"),
        ] {
            let ask = token.map_or(post(&body), |token| post(&body).bearer(token));
            let answer = harness.call(ask);
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code));
        }
        body["forced"] = json!("yes");
        assert_eq!(
            harness.call(post(&body)).body["fields"][0]["field"],
            "forced"
        );
        body["forced"] = json!(false);
        assert_eq!(harness.call(post(&body)).status, StatusCode::CREATED);
    }

    /// scenario M2: whoever repeats a request gets the first result, not a second booking.
    #[test]
    fn a_repeat_under_the_same_key_gets_the_same_booking() {
        let harness = harness();
        for (event_type, start) in [
            ("maths", "2026-11-24T09:00:00Z"),
            ("english", "2026-11-24T14:00:00Z"),
        ] {
            let ask = post(&booking(event_type, start)).header("idempotency-key", event_type);
            // The public's key and the organization's are two: the second finds the time taken.
            for (ask, status) in [(ask.clone(), 201), (ask.bearer(&harness.key), 409)] {
                let first = harness.call(ask.clone());
                let again = harness.call(ask);
                assert_eq!(
                    (first.status, again.status.as_u16()),
                    (again.status, status)
                );
                assert_eq!(again.body, first.body);
                assert_eq!(again.body["manage_url"].is_string(), status == 201);
                assert_eq!(again.header("location"), first.header("location"));
            }
        }
        let answer = harness.call(Ask::get("/api/v1/bookings").bearer(&harness.key));
        assert_eq!(answer.body["bookings"].as_array().unwrap().len(), 2);
    }

    /// scenario M2: the repeat of a booking that was cancelled meanwhile says so, and books nothing.
    #[test]
    fn a_repeat_answers_with_the_booking_as_it_is_now() {
        let harness = harness();
        let wish = post(&booking("maths", "2026-11-24T09:00:00Z"));
        let wish = wish.header("idempotency-key", "a");
        let first = harness.booked(wish.clone());
        harness.cancel(&first);
        let again = harness.booked(wish);
        assert_eq!(
            (&again.id, &again.manage_token),
            (&first.id, &first.manage_token)
        );
        assert_eq!(again.body["status"], "cancelled");
    }

    /// scenario M2: a refusal is a decision too.
    #[test]
    fn a_refusal_is_repeated_under_its_key() {
        let harness = harness();
        let taken = harness.book("maths", "2026-11-24T09:00:00Z");
        let wish = post(&booking("maths", "2026-11-24T09:00:00Z"));
        let keyed = wish.clone().header("idempotency-key", "a");
        let first = harness.call(keyed.clone());
        harness.cancel(&taken);
        let again = harness.call(keyed);
        for answer in [first, again] {
            assert_eq!((answer.status.as_u16(), answer.code()), (409, "slot_taken"));
            assert!(answer.body["alternatives"].is_array());
        }
        let other = wish.clone().header("idempotency-key", "b");
        assert_eq!(harness.call(other).status, StatusCode::CREATED);
    }

    #[test]
    fn a_key_serves_one_wish_at_one_address() {
        let harness = harness();
        let wish = booking("maths", "2026-11-24T09:00:00Z");
        let keyed = |ask: Ask| ask.header("idempotency-key", "a");
        assert_eq!(harness.call(keyed(post(&wish))).status, StatusCode::CREATED);
        let other = booking("maths", "2026-11-24T11:00:00Z");
        let spaced = Ask::new("POST", PATH).header("content-type", "application/json");
        for ask in [post(&other), spaced.text(format!(" {wish}"))] {
            let answer = harness.call(keyed(ask));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "idempotency_key_reused")
            );
        }
        let elsewhere = Ask::new("POST", "/api/v1/organizations/elsewhere/bookings");
        let there = booking("maths-exam", "2026-11-24T09:00:00Z");
        assert_eq!(
            harness.call(keyed(elsewhere.json(&there))).status,
            StatusCode::CREATED
        );
    }

    /// What was never decided is not remembered.
    #[test]
    fn a_wish_that_could_not_be_read_leaves_its_key_free() {
        let harness = harness();
        let keyed = |body: &Value| harness.call(post(body).header("idempotency-key", "a"));
        let sound = booking("maths", "2026-11-24T09:00:00Z");
        for (field, value, code) in [
            ("event_type", "nothing", "event_type_not_found"),
            ("start", "tomorrow", "invalid_body"),
            ("host", "x", "invalid_body"),
            ("hold", "x", "unknown_hold"),
        ] {
            let mut body = sound.clone();
            body[field] = json!(value);
            assert_eq!(keyed(&body).code(), code, "{field}");
        }
        assert_eq!(keyed(&sound).status, StatusCode::CREATED);
    }

    /// scenario M2: twenty at once under one key are one booking.
    #[test]
    fn repeats_at_once_get_the_same_booking() {
        let harness = harness();
        for (event_type, key) in [("maths", None), ("class", Some(&harness.key))] {
            let ask = post(&booking(event_type, "2026-11-24T09:00:00Z"));
            let ask = ask.header("idempotency-key", "a");
            let ask = key.map_or(ask.clone(), |key| ask.bearer(key));
            let answers: Vec<_> = std::thread::scope(|scope| {
                let (harness, ask) = (&harness, &ask);
                let clients: Vec<_> = (0..20)
                    .map(|_| scope.spawn(move || harness.call(ask.clone())))
                    .collect();
                clients.into_iter().map(|c| c.join().unwrap()).collect()
            });
            for answer in &answers {
                assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
                assert_eq!(answer.body, answers[0].body);
            }
        }
    }

    /// scenario J1: of twenty who want the last of eight seats, one gets it.
    #[test]
    fn one_of_many_gets_the_last_seat() {
        let harness = harness();
        let wish = booking("class", "2026-11-24T09:00:00Z");
        let seats: Vec<_> = (0..7).map(|_| harness.booked(post(&wish))).collect();
        assert!(seats.iter().all(|seat| seat.id == seats[0].id));
        let answers: Vec<_> = std::thread::scope(|scope| {
            let (harness, wish) = (&harness, &wish);
            let clients: Vec<_> = (0..20)
                .map(|_| scope.spawn(move || harness.call(post(wish))))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|a| a.status == StatusCode::CREATED);
        assert_eq!(made.count(), 1);
        let full = answers.iter().filter(|a| a.code() == "no_seats");
        for refused in full.clone() {
            assert_eq!(refused.status, StatusCode::CONFLICT);
            assert!(refused.body["alternatives"].is_array());
        }
        assert_eq!(full.count(), 19);
    }

    /// scenario J2: whoever takes a seat is told of themselves, never of who else comes.
    #[test]
    fn an_attendee_never_sees_another() {
        let harness = harness();
        harness.book("class", "2026-11-24T09:00:00Z");
        let body = json!({
            "event_type": "class", "start": "2026-11-24T09:00:00Z",
            "attendee": { "name": "Bo", "email": "bo@example.org", "time_zone": "Asia/Tokyo" },
            "answers": { "notes": "Vegetarian" },
        });
        let ask = post(&body).header("idempotency-key", "b");
        let joined = harness.booked(ask.clone());
        let token = joined.manage_token.as_str();
        let path = format!("/api/v1/bookings/{}", joined.id);
        let mut told = vec![joined.body.clone(), harness.booked(ask.clone()).body];
        harness.store.fail_reads.store(true, Ordering::Relaxed);
        told.push(harness.booked(ask).body);
        harness.store.fail_reads.store(false, Ordering::Relaxed);
        told.push(harness.call(Ask::get(&path).bearer(token)).body);
        let timeline = Ask::get(&format!("{path}/timeline")).bearer(token);
        assert!(!harness.call(timeline).text.contains("Ana"));
        told.push(harness.act(&joined, "cancel", &json!({}), token).body);
        for answer in told {
            assert_eq!(answer["attendee"]["name"], "Bo");
            assert_eq!(answer["attendee"]["email"], "bo@example.org");
            assert_eq!(answer["attendee"]["time_zone"], "Asia/Tokyo");
            assert_eq!(answer["answers"]["notes"], "Vegetarian");
            assert!(
                !answer.to_string().to_lowercase().contains("ana@"),
                "{answer}"
            );
        }
    }

    #[test]
    fn a_request_waits_and_takes_no_time() {
        let harness = harness();
        let asked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        assert_eq!(asked.body["pending"], "approval");
        assert_eq!(asked.body["calendar_sync"], "none");
        harness.book("maths", "2026-11-24T09:00:00Z");
        let listed = harness
            .call(Ask::get("/api/v1/bookings").bearer(&harness.key))
            .body;
        assert_eq!(listed["bookings"].as_array().unwrap().len(), 2);
        let mut sure = booking("first-talk", "2026-11-24T11:00:00Z");
        sure["forced"] = json!(true);
        let sure = harness.booked(post(&sure).bearer(&harness.key));
        assert_eq!(sure.body["status"], "confirmed");
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
