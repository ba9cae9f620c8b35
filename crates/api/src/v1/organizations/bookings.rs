//! `POST /api/v1/organizations/{org}/bookings`: making a booking.

use std::collections::BTreeMap;

use app::App;
use app::bookings::{self, Attempt, BookError, BookInput, Booked, Forced};
use app::limits::{Asker, Network};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
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
            BookError::BadReason(bad) => {
                Self::invalid_fields("invalid_body", vec![FieldProblem::new("reason", bad)])
            }
            BookError::Stale(_) => Self::stale(error),
            BookError::TooMany(why) => Self::too_many(why),
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
    /// Why it is forced, for the booking's history. At most 500 characters; may be left out.
    #[serde(default)]
    reason: Option<String>,
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
        let reason = self.reason.unwrap_or_default();
        Ok(BookInput {
            organization,
            event_type: self.event_type,
            start,
            host,
            hold: self.hold,
            forced: self.forced.then_some(Forced { reason, by: None }),
            asker: Asker::Organization,
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
/// starts that can still be had. Without a key only so many can be made in an hour. Where an event type has several seats, each booking of the same start
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
            description = "`slot_taken`, `no_seats`, with `alternatives`; `calendar_stale`"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_large`"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json",
            description = "`unsupported_media_type`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "A rule fails: `in_past`, `inside_notice`, `beyond_horizon`, `outside_hours`, \
                `off_grid`, with `alternatives`; `unknown_host`, `unknown_hold`, \
                `idempotency_key_reused`; or the body does: `invalid_body` with `fields`"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_many_bookings`: see `Retry-After`"),
    )
)]
pub(crate) async fn create(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
    MaybeBearer(bearer): MaybeBearer,
    network: Option<Extension<Network>>,
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
        None if input.forced.is_some() => {
            return Err(Problem::forbidden("only an API key can force a booking"));
        }
        None => Caller::Public,
    };
    input.asker = caller.asker(network);
    input.idempotency_key = repeat.key(caller, &sent);
    let booked = match bookings::book_or_look(&state.app, input.clone()).await? {
        Attempt::Booked(booked) => *booked,
        Attempt::Look(look) => {
            state.wait(look).await;
            bookings::book(&state.app, input.clone()).await?
        }
    };
    let location = format!("/api/v1/bookings/{}", booked.booking.id);
    let answer = describe(&state.app, booked, input, viewer).await;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(answer)))
}

/// The booking stands: whatever fails now must not hide it, or its manage link would be lost. It is
/// read by the seat's own token, because who shares a booking sees themselves on it (scenario J2).
async fn describe(app: &App, booked: Booked, input: BookInput, viewer: Viewer) -> Booking {
    let stale = booked.stale;
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
    answer.with_manage_url(&booked.manage_url).with_stale(stale)
}

#[cfg(test)]
mod tests;
