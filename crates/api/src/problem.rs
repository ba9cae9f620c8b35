//! Problem details (RFC 9457): what every refusal and every failure looks like.
//!
//! `code` is the stable name programs decide by; `type` stays `about:blank`, so `title` is the status
//! in words (section 4.2.1) and there is one name for a problem, not two.

use std::error::Error;

use app::StoreError;
use app::bookings::KeyReused;
use app::limits::TooMany;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::booking::{NotOpen, Refusal};
use domain::{Interval, Zone};
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::Slot;

/// The media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Every code an answer may carry, with what it means: this table is part of the document.
pub(crate) const CODES: [(&str, &str); 56] = [
    ("malformed_json", "the body is not JSON"),
    ("malformed_body", "the body ended early or cannot be read"),
    (
        "invalid_query",
        "the query has an unknown or repeated parameter",
    ),
    (
        "invalid_idempotency_key",
        "`Idempotency-Key` must be given once, as 1 to 255 visible ASCII characters",
    ),
    ("unauthorized", "no usable `Authorization: Bearer` header"),
    ("invalid_token", "the API key or manage token is unknown"),
    (
        "wrong_organization",
        "the API key acts for another organization",
    ),
    (
        "forbidden",
        "only the organization may do this: an API key is needed",
    ),
    ("not_found", "there is nothing at this address"),
    ("organization_not_found", "no such organization"),
    ("event_type_not_found", "no such organization or event type"),
    (
        "booking_not_found",
        "no such booking, or it is not yours to see",
    ),
    (
        "calendar_connection_not_found",
        "no such calendar connection, or it is not yours to see",
    ),
    (
        "calendar_not_found",
        "no such calendar, it was taken away, or it is not yours to see",
    ),
    (
        "calendar_connected",
        "the organization has this calendar already, perhaps through another account",
    ),
    (
        "calendar_not_visible",
        "Google shows the account no calendar of this id: its owner must share it with the account first",
    ),
    (
        "calendar_read_only",
        "the account may only read the calendar, or it is connected to be read: bookings cannot go there",
    ),
    (
        "calendar_unreachable",
        "Google could not be asked about the calendar, or did not answer: try again",
    ),
    (
        "contact_known",
        "it is known who the booking is for: only one born in Google without a guest is without a contact",
    ),
    (
        "one_host_needed",
        "a two-way calendar takes the time of exactly one host, whose bookings its events become",
    ),
    (
        "event_type_needed",
        "events become bookings of an event type of one host and one seat, and that is none",
    ),
    (
        "receiver_needed",
        "bookings would have no calendar to go to: let them go to another one first",
    ),
    (
        "conflict_not_found",
        "no such conflict, or it is not yours to see",
    ),
    (
        "conflict_over",
        "the conflict has been settled meanwhile, by itself or by another decision",
    ),
    (
        "conflict_changed",
        "the conflict is no longer at the `version` sent, or is being tried again: read it again",
    ),
    (
        "channel_not_found",
        "a push on no channel of ours, or without its token and resource",
    ),
    (
        "invalid_push",
        "a header that every push of Google's has is missing or wrong",
    ),
    (
        "method_not_allowed",
        "the address does not take this method",
    ),
    (
        "slot_taken",
        "another booking or a hold has this time: see `alternatives`",
    ),
    (
        "no_seats",
        "every seat of the group has been taken: see `alternatives`",
    ),
    (
        "calendar_stale",
        "the calendar could not be read for too long, and the organization takes no booking then: the \
         same request may be granted later",
    ),
    (
        "booking_changed",
        "the booking is no longer at the `version` sent: read it again",
    ),
    ("booking_cancelled", "the booking was cancelled before"),
    ("booking_declined", "the request was declined before"),
    ("booking_begun", "the booking has already begun"),
    ("booking_over", "the booking is over"),
    (
        "booking_shared",
        "others have seats on the booking too: only its organization can move it",
    ),
    ("not_requested", "the booking does not wait for approval"),
    (
        "no_single_host",
        "the booking takes several hosts together, or none yet: there is no one host to replace",
    ),
    ("too_large", "the body is larger than 64 KiB"),
    (
        "unsupported_media_type",
        "the body must be `application/json`, not compressed",
    ),
    (
        "invalid_body",
        "the body has unknown, missing or wrong fields",
    ),
    (
        "invalid_parameters",
        "a parameter has a value it cannot have",
    ),
    (
        "invalid_window",
        "the window is longer than 62 days or ends before it begins",
    ),
    (
        "idempotency_key_reused",
        "the `Idempotency-Key` was used before with another body",
    ),
    ("unknown_host", "no such host among those of the event type"),
    (
        "unknown_hold",
        "no such hold, or it is of another event type or start",
    ),
    (
        "not_holdable",
        "seats of a group cannot be held, only booked",
    ),
    ("in_past", "the start is in the past"),
    (
        "inside_notice",
        "the start is nearer than the host's notice",
    ),
    (
        "beyond_horizon",
        "the start is further ahead than bookings are taken",
    ),
    (
        "outside_hours",
        "the host does not work then, or not long enough",
    ),
    ("off_grid", "bookings do not start at this minute"),
    (
        "too_many_holds",
        "too many slots are held from here, or of this event type: give one back, book one, or try again \
            after `Retry-After` seconds",
    ),
    (
        "too_many_bookings",
        "too many bookings were made from here or for this person: try again after `Retry-After` seconds",
    ),
    (
        "unavailable",
        "not now: try again after `Retry-After` seconds",
    ),
];
/// The code of a failure of ours; apart from [`CODES`] because tests must never meet it by accident.
pub(crate) const INTERNAL: (&str, &str) = (
    "internal",
    "our fault: quote `reference` to whoever runs this installation",
);

/// Why there is no better answer. Rendered where it leaves a handler.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    body: ProblemBody,
    header: Option<(HeaderName, HeaderValue)>,
    /// What went wrong on our side: for the log, never for the answer.
    cause: Option<String>,
}

/// Why there is no better answer: problem details (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`: go by `code`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status again.
    status: u16,
    /// A sentence for a person.
    detail: String,
    /// The stable name of the problem.
    code: &'static str,
    /// The nearest starts that can be had instead, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    alternatives: Option<Vec<Slot>>,
    /// What is wrong with which field or parameter, all that is known at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    fields: Vec<FieldProblem>,
    /// What to quote when asking about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<String>,
}

/// What is wrong with one field or parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// Its path in the body, such as `attendee.email`, or the parameter's name.
    pub(crate) field: String,
    /// What is wrong.
    pub(crate) problem: String,
}

impl FieldProblem {
    pub(crate) fn new(field: impl Into<String>, problem: impl ToString) -> Self {
        // A parser may quote what it was sent: enough of it to recognise, not all of it.
        const CHARS_MAX: usize = 300;
        let bounded = |text: String| text.chars().take(CHARS_MAX).collect();
        Self {
            field: bounded(field.into()),
            problem: bounded(problem.to_string()),
        }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            body: ProblemBody {
                kind: "about:blank",
                title: status.canonical_reason().unwrap_or("Problem"),
                status: status.as_u16(),
                detail: detail.into(),
                code,
                alternatives: None,
                fields: Vec::new(),
                reference: None,
            },
            header: None,
            cause: None,
        }))
    }

    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn not_found(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// Foreign or missing: the answer does not tell.
    pub(crate) fn no_booking() -> Self {
        Self::not_found("booking_not_found", "there is no such booking")
    }

    pub(crate) fn no_organization() -> Self {
        Self::not_found("organization_not_found", "there is no such organization")
    }

    pub(crate) fn no_event_type() -> Self {
        Self::not_found("event_type_not_found", "there is no such event type")
    }

    pub(crate) fn method_not_allowed() -> Self {
        let detail = "this address does not take this method: see the header Allow";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// Nothing to go by in `Authorization` (RFC 6750, section 3.1: no error is named then).
    pub(crate) fn unauthorized() -> Self {
        let detail = "send an API key, or the booking's manage token, as Authorization: Bearer";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail).with_header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"lockstep\""),
        )
    }

    /// A key or token nobody was given.
    pub(crate) fn invalid_token() -> Self {
        let detail = "this API key or manage token is unknown";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", detail).with_header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"lockstep\", error=\"invalid_token\""),
        )
    }

    pub(crate) fn invalid(
        code: &'static str,
        detail: impl Into<String>,
        fields: Vec<FieldProblem>,
    ) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
        problem.0.body.fields = fields;
        problem
    }

    /// Parameters or body fields that were understood and cannot be had.
    pub(crate) fn invalid_fields(code: &'static str, fields: Vec<FieldProblem>) -> Self {
        let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        let detail = format!("please correct: {}", names.join(", "));
        Self::invalid(code, detail, fields)
    }

    /// Not the asker's to do.
    pub(crate) fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// A host who does not offer the event type, or does not exist.
    pub(crate) fn unknown_host() -> Self {
        let fields = vec![FieldProblem::new("host", "no such host of this event type")];
        let detail = "there is no such host for this event type";
        Self::invalid("unknown_host", detail, fields)
    }

    /// An idempotency key that belongs to another request.
    pub(crate) fn key_reused(reused: KeyReused) -> Self {
        Self::invalid("idempotency_key_reused", reused.to_string(), Vec::new())
    }

    /// As much as the caller may take for now.
    pub(crate) fn too_many(why: TooMany) -> Self {
        let code = match why {
            TooMany::Holds => "too_many_holds",
            TooMany::Bookings { .. } => "too_many_bookings",
        };
        let seconds = why.retry_after().as_secs().max(1);
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, why.to_string())
            .with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// A booking that is not as the asker last saw it.
    pub(crate) fn changed() -> Self {
        let detail = "this booking has changed meanwhile: read it again";
        Self::new(StatusCode::CONFLICT, "booking_changed", detail)
    }

    /// A start that cannot be had, with what can be had instead.
    pub(crate) fn refused(refusal: Refusal, alternatives: &[Interval]) -> Self {
        let mut problem = Self::refused_flatly(refusal);
        let alternatives = alternatives
            .iter()
            .map(|slot| Slot::new(slot, &Zone::utc()));
        problem.0.body.alternatives = Some(alternatives.collect());
        problem
    }

    /// A time that cannot be had, where no other would do.
    pub(crate) fn refused_flatly(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Taken | Refusal::Full => StatusCode::CONFLICT,
            Refusal::InPast
            | Refusal::InsideNotice
            | Refusal::BeyondHorizon
            | Refusal::OutsideHours
            | Refusal::OffGrid => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, refusal.code(), refusal.to_string())
    }

    /// A time that cannot be had while the calendar is not known well enough. A conflict, as other refusals
    /// are: it is this organization's wish, and nothing is wrong with this server.
    pub(crate) fn stale(detail: impl ToString) -> Self {
        Self::new(StatusCode::CONFLICT, "calendar_stale", detail.to_string())
    }

    /// A booking that can no longer be changed.
    pub(crate) fn not_open(why: NotOpen) -> Self {
        Self::new(StatusCode::CONFLICT, why.code(), why.to_string())
    }

    /// A failure of the store. Nothing was done, unless the caller knows better.
    pub(crate) fn store(error: &StoreError) -> Self {
        match error {
            StoreError::Overloaded => {
                return Self::unavailable("too many are asking at once: please try again");
            }
            StoreError::Unavailable => {
                return Self::unavailable("the database cannot be reached: please try again");
            }
            StoreError::Unwritable(_) => {
                tracing::error!(%error, "nothing can be changed until this is mended");
                return Self::unavailable(
                    "nothing can be changed just now, and nothing was: please try again later",
                );
            }
            StoreError::Unknown => {
                return Self::unavailable(
                    "whether this was done is not known: please repeat it with the same Idempotency-Key",
                );
            }
            _ => {}
        }
        let detail = "something went wrong on our side";
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL.0, detail);
        problem.0.cause = Some(with_sources(error));
        problem
    }

    /// Not now, perhaps in a second.
    pub(crate) fn unavailable(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }
}

fn with_sources(error: &dyn Error) -> String {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    causes
}

/// A failure of ours on its way out, still without the reference it is logged under.
#[derive(Clone, Debug)]
pub(crate) struct Fault(Problem);

impl Fault {
    /// Logs the cause, once, under `reference`, which is all the answer tells of it.
    pub(crate) fn log(self, reference: String, route: &str) -> Response {
        let Self(mut problem) = self;
        let cause = problem.0.cause.take().unwrap_or_default();
        tracing::error!(reference, route, cause, "a request could not be answered");
        problem.0.body.reference = Some(reference);
        problem.into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let fault = self.0.cause.is_some().then(|| Fault(self.clone()));
        let Parts {
            status,
            body,
            header,
            ..
        } = *self.0;
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some((name, value)) = header {
            headers.insert(name, value);
        }
        if let Some(fault) = fault {
            response.extensions_mut().insert(fault);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::*;
    use crate::harness::{Ask, failing, harness};

    #[test]
    fn codes_are_named_once_and_every_refusal_has_one() {
        let mut codes: Vec<_> = CODES.iter().map(|(code, _)| *code).collect();
        codes.push(INTERNAL.0);
        codes.sort_unstable();
        let before = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), before);
        for refusal in Refusal::ALL {
            assert!(codes.contains(&refusal.code()), "{refusal:?}");
        }
        for why in [
            NotOpen::Cancelled,
            NotOpen::Declined,
            NotOpen::Begun,
            NotOpen::Over,
            NotOpen::Shared,
            NotOpen::NotRequested,
        ] {
            assert!(codes.contains(&why.code()), "{why:?}");
        }
    }

    #[test]
    fn an_overloaded_store_asks_for_patience_and_any_other_failure_tells_nothing() {
        let constraint = StoreError::Constraint("UNIQUE booking.secret_column".into());
        for (error, status, code) in [
            (StoreError::Overloaded, 503, "unavailable"),
            (StoreError::Unavailable, 503, "unavailable"),
            (
                StoreError::Unwritable("its disk is full".into()),
                503,
                "unavailable",
            ),
            (StoreError::Unknown, 503, "unavailable"),
            (StoreError::Closed, 500, "internal"),
            (constraint, 500, "internal"),
            (StoreError::Decode("a name".into()), 500, "internal"),
            (StoreError::Panicked("bookings.book"), 500, "internal"),
        ] {
            let harness = failing(error.clone());
            let path = "/api/v1/organizations/tutoring/event-types";
            let answer = harness.raw(Ask::get(path).header("x-request-id", "abc-1"));
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code));
            if status == 503 {
                assert_eq!(answer.header("retry-after"), Some("1"));
            } else {
                assert_eq!(answer.body["reference"], "abc-1");
                assert_eq!(answer.body["detail"], "something went wrong on our side");
                assert!(!answer.text.contains(&error.to_string()), "{}", answer.text);
            }
        }
    }

    #[test]
    fn a_failure_without_a_usable_request_id_is_named_by_its_moment() {
        let harness = failing(StoreError::Closed);
        let long = "x".repeat(65);
        for id in ["", "a b", "<script>", &long] {
            let ask = Ask::get("/api/v1/organizations/tutoring/event-types");
            let answer = harness.raw(ask.header("x-request-id", id));
            let reference = answer.body["reference"].as_str().unwrap();
            assert_eq!((reference.len(), &reference[4..5]), (9, "-"), "{id}");
        }
    }

    #[test]
    fn a_quoted_field_is_held_short() {
        let field = FieldProblem::new("f".repeat(5000), "p".repeat(5000));
        assert_eq!((field.field.len(), field.problem.len()), (300, 300));
        let name = "x".repeat(40_000);
        let body = format!(r#"{{"{name}": 1}}"#);
        let answer = harness().call(
            Ask::new("POST", "/api/v1/organizations/tutoring/bookings")
                .header("content-type", "application/json")
                .text(body),
        );
        assert_eq!(answer.code(), "invalid_body");
        assert!(answer.text.len() < 2000, "{}", answer.text.len());
    }
}
