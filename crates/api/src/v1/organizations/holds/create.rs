//! `POST /api/v1/organizations/{org}/holds`: keeping a slot for a while.

use app::bookings::{self, HoldError, HoldInput};
use app::limits::{Asker, Network};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, MaybeBearer};
use crate::idempotency::{Caller, Repeat};
use crate::problem::{Problem, ProblemBody};
use crate::request::{JsonBodyAsSent, PathOf, host, is_slug, rfc3339_utc, start};

impl From<HoldError> for Problem {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::UnknownEventType => Self::no_event_type(),
            HoldError::UnknownHost => Self::unknown_host(),
            HoldError::Group => Self::invalid("not_holdable", error.to_string(), Vec::new()),
            HoldError::Refused {
                refusal,
                alternatives,
            } => Self::refused(refusal, &alternatives),
            HoldError::TooMany(why) => Self::too_many(why),
            HoldError::KeyReused(reused) => Self::key_reused(reused),
            HoldError::Store(error) => Self::store(&error),
        }
    }
}

/// A wish to hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldRequest {
    /// The event type's slug.
    #[schema(example = "maths")]
    event_type: String,
    /// One of the starts on offer, with an offset.
    #[schema(format = DateTime)]
    start: String,
    /// The id of one of the event type's hosts: this one and no other.
    #[serde(default)]
    #[schema(format = Uuid)]
    host: Option<String>,
    /// The token of an earlier hold that this one replaces; it stays as it is when this one is refused.
    #[serde(default)]
    instead_of: Option<String>,
}

impl HoldRequest {
    fn check(self, organization: String) -> Result<HoldInput, Problem> {
        let mut wrong = Vec::new();
        let start = start(&self.start).map_err(|bad| wrong.push(bad));
        let host = self.host.as_deref().map(host).transpose();
        let host = host.map_err(|bad| wrong.push(bad));
        let (Ok(start), Ok(host)) = (start, host) else {
            return Err(Problem::invalid_fields("invalid_body", wrong));
        };
        if !is_slug(&organization) || !is_slug(&self.event_type) {
            return Err(Problem::no_event_type());
        }
        Ok(HoldInput {
            organization,
            event_type: self.event_type,
            start,
            host,
            instead_of: self.instead_of,
            asker: Asker::Organization,
            idempotency_key: None,
        })
    }
}

/// A slot that is held.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldAnswer {
    /// Books it, moves it or gives it back. Given now, and again only to a repeat under the same
    /// `Idempotency-Key`.
    token: String,
    /// When it begins, in UTC.
    #[schema(format = DateTime)]
    start: String,
    /// When it is over, in UTC.
    #[schema(format = DateTime)]
    end: String,
    /// Until when it is held.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Holds a slot.
///
/// For ten minutes nobody else can have it: time to fill in a form, or to pay. Send its `token` as
/// `hold` when booking. To choose another slot, hold that one with `instead_of`. Seats of a group cannot
/// be held. Needs no key; without one, only so many slots can be held at once.
///
/// With an `Idempotency-Key` the same request can safely be sent again: it is decided once, and a repeat
/// gets the same hold with the same `token`, though it may be used or over by then, or the same
/// refusal. Without one, sending the same again is a second wish, and finds the slot taken; a hold whose
/// answer was lost ends by itself.
#[utoipa::path(
    post, path = "/api/v1/organizations/{org}/holds", tag = "holds", operation_id = "create_hold",
    params(
        ("org" = String, Path, description = "The organization's slug."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of your choice, one for each wish: see above."),
    ),
    request_body = HoldRequest,
    security((), ("api_key" = [])),
    responses(
        (status = 201, body = HoldAnswer, description = "Held."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`malformed_json`, `malformed_body`, `invalid_idempotency_key`"),
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
                `off_grid`, with `alternatives`; `unknown_host`, `not_holdable`, \
                `idempotency_key_reused`; or the body does: `invalid_body` with `fields`"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_many_holds`: see `Retry-After`"),
    )
)]
pub(crate) async fn create(
    State(state): State<ApiState>,
    PathOf(org): PathOf<String>,
    MaybeBearer(bearer): MaybeBearer,
    network: Option<Extension<Network>>,
    repeat: Repeat,
    JsonBodyAsSent(request, sent): JsonBodyAsSent<HoldRequest>,
) -> Result<impl IntoResponse, Problem> {
    let mut input = request.check(org)?;
    let caller = match &bearer {
        Some(bearer) => {
            let (org, missing) = (&input.organization, Problem::no_event_type);
            let acts_for = auth::organization_of(&state.app, bearer, org, missing).await?;
            Caller::Organization(acts_for)
        }
        None => Caller::Public,
    };
    input.asker = caller.asker(network);
    input.idempotency_key = repeat.key(caller, &sent);
    let held = bookings::hold(&state.app, input).await?;
    let (start, end) = rfc3339_utc(&held.time);
    let answer = HoldAnswer {
        token: held.token,
        start,
        end,
        expires_at: held.expires_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use crate::harness::{Answer, Ask, Harness, booking, harness};

    const PATH: &str = "/api/v1/organizations/tutoring/holds";
    const BOOK: &str = "/api/v1/organizations/tutoring/bookings";

    fn wish(event_type: &str, start: &str) -> Value {
        json!({ "event_type": event_type, "start": start })
    }

    fn hold(harness: &Harness, wish: &Value) -> Answer {
        harness.call(Ask::new("POST", PATH).json(wish))
    }

    fn token(answer: &Answer) -> String {
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    fn book(harness: &Harness, start: &str, hold: Option<&str>) -> Answer {
        let mut wish = booking("maths", start);
        wish["hold"] = json!(hold);
        harness.call(Ask::new("POST", BOOK).json(&wish))
    }

    /// scenario I2: others see it taken, its holder books it, and at expiry it is free.
    #[test]
    fn a_held_slot_is_its_holders_alone() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let held = hold(&harness, &wish("maths", start));
        let mut told = held.body.clone();
        assert_eq!(told["token"].take().as_str().map(str::len), Some(32));
        assert_eq!(
            told,
            json!({
                "token": null, "start": start, "end": "2026-11-24T10:00:00Z",
                "expires_at": "2026-11-23T06:10:00Z",
            })
        );
        for other in [
            book(&harness, start, None),
            hold(&harness, &wish("maths", start)),
        ] {
            assert_eq!((other.status.as_u16(), other.code()), (409, "slot_taken"));
            assert_eq!(other.body["alternatives"].as_array().unwrap().len(), 5);
        }
        assert_eq!(book(&harness, start, Some(&token(&held))).status, 201);
        let spent = book(&harness, start, Some(&token(&held)));
        assert_eq!((spent.status.as_u16(), spent.code()), (422, "unknown_hold"));
    }

    /// scenario I2: at expiry it is free.
    #[test]
    fn a_hold_ends_by_itself() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let held = token(&hold(&harness, &wish("maths", start)));
        harness.clock.advance(SignedDuration::from_secs(599));
        assert_eq!(book(&harness, start, None).code(), "slot_taken");
        harness.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(book(&harness, start, None).status, 201);
        assert_eq!(book(&harness, start, Some(&held)).code(), "slot_taken");
    }

    /// scenario I2: going back and picking again moves the hold, onto itself and over itself too.
    #[test]
    fn a_hold_is_moved_by_its_holder() {
        let harness = harness();
        let mut held = token(&hold(&harness, &wish("maths", "2026-11-24T09:00:00Z")));
        for start in [
            "2026-11-24T09:00:00Z",
            "2026-11-24T09:30:00Z",
            "2026-11-24T11:00:00Z",
        ] {
            let mut wish = wish("maths", start);
            wish["instead_of"] = json!(held);
            let next = token(&hold(&harness, &wish));
            assert_ne!(next, held);
            held = next;
        }
        let mut taken = wish("maths", "2026-11-24T09:10:00Z");
        taken["instead_of"] = json!(held);
        assert_eq!(hold(&harness, &taken).code(), "off_grid");
        assert_eq!(
            book(&harness, "2026-11-24T11:00:00Z", None).code(),
            "slot_taken"
        );
        assert_eq!(book(&harness, "2026-11-24T09:00:00Z", None).status, 201);
        assert_eq!(
            book(&harness, "2026-11-24T11:00:00Z", Some(&held)).status,
            201
        );
    }

    #[test]
    fn one_of_many_at_once_holds() {
        let harness = harness();
        let wish = wish("maths", "2026-11-24T09:00:00Z");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let (harness, wish) = (&harness, &wish);
            let clients: Vec<_> = (0..20)
                .map(|_| scope.spawn(move || hold(harness, wish).status.as_u16()))
                .collect();
            clients.into_iter().map(|c| c.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1);
        assert_eq!(statuses.iter().filter(|s| **s == 409).count(), 19);
    }

    #[test]
    fn a_hold_of_another_time_or_of_nobody_books_nothing() {
        let harness = harness();
        let held = token(&hold(&harness, &wish("maths", "2026-11-24T09:00:00Z")));
        for (start, hold) in [
            ("2026-11-24T11:00:00Z", held.as_str()),
            ("2026-11-24T09:00:00Z", "unknown"),
            ("2026-11-24T09:00:00Z", ""),
        ] {
            let answer = book(&harness, start, Some(hold));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (422, "unknown_hold"),
                "{hold}"
            );
        }
    }

    #[test]
    fn a_host_may_be_asked_for() {
        let harness = harness();
        let (id, _) = &harness.hosts("chat")[2];
        let mut wish = wish("chat", "2026-11-24T09:00:00Z");
        for (host, status, code) in [
            (json!(id), 201, ""),
            (json!(id), 409, "slot_taken"),
            (json!(harness.hosts("english")[0].0), 422, "unknown_host"),
            (json!("x"), 422, "invalid_body"),
            (json!(null), 201, ""),
        ] {
            wish["host"] = host.clone();
            let answer = hold(&harness, &wish);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{host}"
            );
        }
    }

    #[test]
    fn what_cannot_be_held_is_refused() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        for (wish, status, code) in [
            (wish("class", start), 422, "not_holdable"),
            (wish("nothing", start), 404, "event_type_not_found"),
            (wish("\u{0}", start), 404, "event_type_not_found"),
            (wish("maths", "2026-11-20T09:00:00Z"), 422, "in_past"),
            (wish("maths", "2026-11-24T03:00:00Z"), 422, "outside_hours"),
            (wish("maths", "tomorrow"), 422, "invalid_body"),
            (json!({ "start": start }), 422, "invalid_body"),
            (booking("maths", start), 422, "invalid_body"),
        ] {
            let answer = hold(&harness, &wish);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{wish}"
            );
        }
    }

    #[test]
    fn a_key_that_is_sent_must_be_the_organizations() {
        let harness = harness();
        let ask = Ask::new("POST", PATH).json(&wish("maths", "2026-11-24T09:00:00Z"));
        for (key, status, code) in [
            (harness.foreign_key.as_str(), 403, "wrong_organization"),
            ("lk_unknown", 401, "invalid_token"),
            (&harness.key, 201, ""),
        ] {
            let answer = harness.call(ask.clone().bearer(key));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{key}"
            );
        }
    }

    /// scenario M2: whoever repeats a request gets the first result, not a second hold.
    #[test]
    fn a_repeat_under_the_same_key_gets_the_same_hold() {
        let harness = harness();
        let start = "2026-11-24T09:00:00Z";
        let keyed = |start: &str, key: &str| {
            let ask = Ask::new("POST", PATH).json(&wish("maths", start));
            ask.header("idempotency-key", key)
        };
        let first = harness.call(keyed(start, "a"));
        harness.clock.advance(SignedDuration::from_mins(1));
        let again = harness.call(keyed(start, "a"));
        assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
        let other = harness.call(keyed("2026-11-24T11:00:00Z", "a"));
        assert_eq!(
            (other.status.as_u16(), other.code()),
            (422, "idempotency_key_reused")
        );
        // The organization's key is another's, and a refusal is remembered too.
        for _ in 0..2 {
            let refused = harness.call(keyed(start, "a").bearer(&harness.key));
            assert_eq!(refused.code(), "slot_taken");
            book(&harness, start, Some(&token(&first)));
        }
        let spent = harness.call(keyed(start, "a"));
        assert_eq!(spent.body, first.body, "though it became a booking");
    }

    #[test]
    fn one_caller_holds_so_many_slots_and_no_more() {
        let most = std::num::NonZeroU32::new(2);
        let harness = crate::harness::harness_within(app::limits::Limits {
            holds_per_network: most,
            ..app::limits::Limits::default()
        });
        let harness = harness.from("203.0.113.7");
        let first = token(&hold(&harness, &wish("maths", "2026-11-24T09:00:00Z")));
        let keyed = Ask::new("POST", PATH).json(&wish("maths", "2026-11-24T11:00:00Z"));
        let keyed = keyed.header("idempotency-key", "a");
        hold(&harness, &wish("chat", "2026-11-24T10:00:00Z"));
        let refused = harness.call(keyed.clone());
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (429, "too_many_holds")
        );
        assert_eq!(refused.header("retry-after"), Some("600"));
        let by_key = wish("maths", "2026-11-24T14:00:00Z");
        let by_key = Ask::new("POST", PATH).json(&by_key).bearer(&harness.key);
        assert_eq!(harness.call(by_key).status, 201, "not for a key");
        // Given back, the same request is decided anew.
        let release = format!("{PATH}/release");
        harness.call(Ask::new("POST", &release).json(&json!({ "token": first })));
        assert_eq!(harness.call(keyed).status, 201);
    }
}
