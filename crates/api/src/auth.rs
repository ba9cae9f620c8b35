//! Who asks: an API key acts for its organization, a manage token for its one booking.
//!
//! Both come as `Authorization: Bearer` (RFC 6750) and nowhere else: not in the query, where logs
//! would keep them, and never in a cookie.

use app::bookings::Detail;
use app::{App, access, bookings, organizations};
use axum::extract::FromRequestParts;
use domain::booking::Cause;
use domain::{BookingId, OrganizationId};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::idempotency::Caller;
use crate::problem::Problem;

/// Longer than any token of ours: more is not even hashed.
const TOKEN_BYTES_MAX: usize = 128;
/// What API keys begin with. A manage token may too, by chance.
const API_KEY_PREFIX: &str = "lk_";

/// A token, not yet known to be anybody's.
pub(crate) struct Bearer(String);

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        read(&parts.headers)?.ok_or_else(Problem::unauthorized)
    }
}

/// A token, where there need not be one.
pub(crate) struct MaybeBearer(pub(crate) Option<Bearer>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        read(&parts.headers).map(Self)
    }
}

/// What is there but cannot be a token is refused even where none is needed: whoever sent it meant it.
fn read(headers: &HeaderMap) -> Result<Option<Bearer>, Problem> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (first, None) = (given.next(), given.next()) else {
        return Err(Problem::unauthorized());
    };
    let Some(first) = first else { return Ok(None) };
    let token = first
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(Problem::unauthorized)?;
    let is_ours = token.len() <= TOKEN_BYTES_MAX
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_ours {
        Ok(Some(Bearer(token.to_owned())))
    } else {
        Err(Problem::invalid_token())
    }
}

/// The organization a key acts for.
///
/// # Errors
/// 401 when it is no key.
pub(crate) async fn organization(app: &App, bearer: &Bearer) -> Result<OrganizationId, Problem> {
    key_organization(app, bearer)
        .await?
        .ok_or_else(Problem::invalid_token)
}

/// The organization of `slug`, by a key that acts for it.
///
/// # Errors
/// 401 when it is no key; `missing` when there is no such organization; 403 when it is another's.
pub(crate) async fn organization_of(
    app: &App,
    bearer: &Bearer,
    slug: &str,
    missing: fn() -> Problem,
) -> Result<OrganizationId, Problem> {
    let acts_for = organization(app, bearer).await?;
    let named = organizations::by_slug(app, slug)
        .await
        .map_err(|error| Problem::store(&error))?
        .ok_or_else(missing)?;
    if named.id == acts_for {
        return Ok(acts_for);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "wrong_organization",
        "this API key acts for another organization",
    ))
}

async fn key_organization(app: &App, bearer: &Bearer) -> Result<Option<OrganizationId>, Problem> {
    if !bearer.0.starts_with(API_KEY_PREFIX) {
        return Ok(None);
    }
    access::organization_of_key(app, &bearer.0)
        .await
        .map_err(|error| Problem::store(&error))
}

/// A booking, seen by someone who may see it.
pub(crate) struct Visible {
    pub(crate) detail: Detail,
    pub(crate) viewer: Viewer,
}

/// As whom a booking is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// Its organization, by an API key.
    Organization,
    /// Its attendee, by the manage token.
    Attendee,
}

impl Visible {
    /// Who an idempotency key counts for.
    pub(crate) fn caller(&self) -> Caller {
        match &self.detail.seat {
            Some(seat) => Caller::Seat(seat.id),
            None => Caller::Organization(self.detail.organization.id),
        }
    }
}

impl Viewer {
    /// What changes are put down to.
    pub(crate) const fn cause(self) -> Cause {
        match self {
            Self::Organization => Cause::Api,
            Self::Attendee => Cause::Attendee,
        }
    }
}

/// The booking of `id`, as far as the bearer may see it.
///
/// # Errors
/// 401 when the token is nobody's; 404 when there is no such booking or it is another's, which the
/// answer does not tell apart.
pub(crate) async fn booking(app: &App, bearer: &Bearer, id: &str) -> Result<Visible, Problem> {
    let id: BookingId = id.parse().map_err(|_| Problem::no_booking())?;
    if let Some(organization) = key_organization(app, bearer).await? {
        let found = bookings::by_id(app, organization, id)
            .await
            .map_err(|error| Problem::store(&error))?;
        let detail = found.ok_or_else(Problem::no_booking)?;
        let viewer = Viewer::Organization;
        return Ok(Visible { detail, viewer });
    }
    let found = bookings::by_token(app, &bearer.0)
        .await
        .map_err(|error| Problem::store(&error))?;
    let detail = found.ok_or_else(Problem::invalid_token)?;
    if detail.booking.id != id {
        return Err(Problem::no_booking());
    }
    let viewer = Viewer::Attendee;
    Ok(Visible { detail, viewer })
}

/// [`booking`], for what only its organization may do.
///
/// # Errors
/// Those of [`booking`]; 403 when the bearer is its attendee.
pub(crate) async fn booking_by_key(
    app: &App,
    bearer: &Bearer,
    id: &str,
) -> Result<Detail, Problem> {
    let visible = booking(app, bearer, id).await?;
    match visible.viewer {
        Viewer::Organization => Ok(visible.detail),
        Viewer::Attendee => Err(Problem::forbidden(
            "this is the organization's to decide: an API key is needed, not a manage token",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, failing, harness};

    #[test]
    fn an_unusable_authorization_is_refused_and_says_how() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let path = format!("/api/v1/bookings/{}", booked.id);
        let long = format!("Bearer lk_{}", "x".repeat(10_000));
        for (name, value, code) in [
            ("none", None, "unauthorized"),
            ("another scheme", Some("Basic YTpi"), "unauthorized"),
            ("no token", Some("Bearer"), "unauthorized"),
            ("blank token", Some("Bearer   "), "unauthorized"),
            ("unknown key", Some("Bearer lk_unknown"), "invalid_token"),
            ("unknown token", Some("Bearer unknown"), "invalid_token"),
            ("odd characters", Some("Bearer a'b"), "invalid_token"),
            ("very long", Some(long.as_str()), "invalid_token"),
        ] {
            let ask = Ask::get(&path);
            let ask = match value {
                Some(value) => ask.header("authorization", value),
                None => ask,
            };
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (401, code),
                "{name}"
            );
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("Bearer realm="), "{name}");
            assert_eq!(
                challenge.contains("error="),
                code == "invalid_token",
                "{name}"
            );
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_not_looked_for() {
        let harness = failing(store::StoreError::Closed);
        let id = "01928f3c-0000-7000-8000-000000000000";
        for token in [&"x".repeat(129), &format!("lk_{}", "x".repeat(126)), "a'b"] {
            let ask = Ask::get(&format!("/api/v1/bookings/{id}"));
            assert_eq!(harness.call(ask.bearer(token)).code(), "invalid_token");
        }
    }

    #[test]
    fn two_authorizations_are_none() {
        let harness = harness();
        let ask = Ask::get("/api/v1/bookings").bearer(&harness.key);
        let answer = harness.call(ask.bearer(&harness.key));
        assert_eq!(answer.code(), "unauthorized");
    }

    #[test]
    fn a_scheme_is_read_in_any_case() {
        let harness = harness();
        let value = format!("bEARER {}", harness.key);
        let ask = Ask::get("/api/v1/bookings").header("authorization", &value);
        assert_eq!(harness.call(ask).status, 200);
    }

    /// Every way to one booking, by every key and token that is not its own.
    #[test]
    fn a_foreign_booking_looks_like_a_missing_one() {
        let harness = harness();
        let mine = harness.book("maths", "2026-11-24T09:00:00Z");
        let other = harness.book("maths", "2026-11-24T11:00:00Z");
        let missing = "01928f3c-0000-7000-8000-000000000000";
        for id in [
            mine.id.as_str(),
            missing,
            "1",
            "%00",
            "null",
            &"9".repeat(500),
        ] {
            for token in [&harness.foreign_key, &other.manage_token] {
                for (method, rest) in [
                    ("GET", ""),
                    ("GET", "/timeline"),
                    ("POST", "/cancel"),
                    ("POST", "/reschedule"),
                    ("POST", "/approve"),
                    ("POST", "/decline"),
                    ("POST", "/reassign"),
                    ("POST", "/retry-sync"),
                ] {
                    let ask = Ask::new(method, &format!("/api/v1/bookings/{id}{rest}"));
                    let ask = match rest {
                        "/reschedule" => ask.json(&json!({ "start": "2026-11-25T09:00:00Z" })),
                        "/reassign" => ask.json(&json!({ "host": missing })),
                        _ => ask,
                    };
                    let answer = harness.call(ask.bearer(token));
                    let (status, code) = (answer.status.as_u16(), answer.code());
                    assert_eq!(
                        (status, code),
                        (404, "booking_not_found"),
                        "{method} {id}{rest}"
                    );
                    assert_eq!(answer.body["detail"], "there is no such booking");
                }
            }
        }
        assert_eq!(harness.find(&mine)["status"], "confirmed");
    }

    #[test]
    fn what_is_the_organizations_to_decide_is_not_its_attendees() {
        let harness = harness();
        let booked = harness.book("first-talk", "2026-11-24T09:00:00Z");
        let host = json!({ "host": harness.hosts("first-talk")[0].0 });
        for (what, body) in [
            ("approve", json!({})),
            ("decline", json!({})),
            ("reassign", host),
            ("retry-sync", json!({})),
        ] {
            let answer = harness.act(&booked, what, &body, &booked.manage_token);
            let found = (answer.status.as_u16(), answer.code());
            assert_eq!(found, (403, "forbidden"), "{what}");
        }
        assert_eq!(harness.find(&booked)["status"], "pending");
    }

    #[test]
    fn a_manage_token_opens_no_list() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        for path in ["/api/v1/bookings", "/api/v1/calendar-connections"] {
            let answer = harness.call(Ask::get(path).bearer(&booked.manage_token));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (401, "invalid_token"),
                "{path}"
            );
        }
    }
}
