//! `Idempotency-Key`: a request that may be sent again and is decided once (scenario M2).
//!
//! A key counts for one caller at one address, together with the body it came with. Only decisions are
//! remembered, made or refused; what fails before or beside them is decided anew.

use app::bookings::{IdempotencyKey, KEY_BYTES_MAX};
use app::limits::{Asker, Network};
use axum::Extension;
use axum::extract::FromRequestParts;
use domain::{AttendeeId, OrganizationId};
use http::HeaderName;
use http::request::Parts;

use crate::problem::Problem;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Who a key counts for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller {
    /// A program with a key of this organization.
    Organization(OrganizationId),
    /// The holder of the manage token of this seat.
    Seat(AttendeeId),
    /// Anybody, without a token.
    Public,
}

impl Caller {
    /// Who asks, for the limits.
    pub(crate) fn asker(self, network: Option<Extension<Network>>) -> Asker {
        match self {
            Self::Organization(_) => Asker::Organization,
            Self::Seat(_) | Self::Public => Asker::Public(network.map(|Extension(found)| found)),
        }
    }
}

/// What a request says about being repeated.
pub(crate) struct Repeat {
    address: String,
    key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Repeat {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut given = parts.headers.get_all(HEADER).iter();
        let key = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(key), None) => Some(key.to_str().ok().filter(|key| is_key(key))),
            (Some(_), Some(_)) => Some(None),
        };
        let key = key.map(|key| key.map(str::to_owned).ok_or_else(invalid));
        Ok(Self {
            address: format!("{} {}", parts.method, parts.uri.path()),
            key: key.transpose()?,
        })
    }
}

fn is_key(key: &str) -> bool {
    (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
}

fn invalid() -> Problem {
    Problem::bad_request(
        "invalid_idempotency_key",
        "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters",
    )
}

impl Repeat {
    /// The key, if one was sent, as `caller`'s for a request with this body.
    pub(crate) fn key(&self, caller: Caller, body: &[u8]) -> Option<IdempotencyKey> {
        let caller = match caller {
            Caller::Organization(id) => format!("organization {id}"),
            Caller::Seat(id) => format!("seat {id}"),
            Caller::Public => "public".to_owned(),
        };
        let scope = format!("{} {caller}", self.address);
        let key = self.key.as_deref()?;
        Some(IdempotencyKey::new(
            &scope,
            key,
            &String::from_utf8_lossy(body),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Ask, booking, harness};

    #[test]
    fn a_key_that_is_none_is_refused_wherever_one_is_taken() {
        let harness = harness();
        let booked = harness.book("maths", "2026-11-24T09:00:00Z");
        let own = |rest: &str| format!("/api/v1/bookings/{}/{rest}", booked.id);
        let host = json!({ "host": harness.hosts("maths")[0].0 });
        let move_to = json!({ "start": "2026-11-24T09:00:00Z" });
        let release = "/api/v1/organizations/tutoring/holds/release".to_owned();
        let hold = "/api/v1/organizations/tutoring/holds".to_owned();
        let wish = json!({ "event_type": "maths", "start": "2026-11-24T11:00:00Z" });
        let book = "/api/v1/organizations/tutoring/bookings".to_owned();
        let long = "x".repeat(256);
        for (path, body, sound) in [
            (own("reschedule"), move_to, 200),
            (own("cancel"), json!({}), 200),
            (own("approve"), json!({}), 409),
            (own("decline"), json!({}), 409),
            (own("reassign"), host, 409),
            (own("retry-sync"), json!({}), 200),
            (hold, wish, 201),
            (release, json!({ "token": "x" }), 204),
            (book, booking("maths", "2026-11-24T14:00:00Z"), 201),
        ] {
            let ask = Ask::new("POST", &path).json(&body).bearer(&harness.key);
            for bad in ["", "a b", "caf\u{e9}", &long] {
                let answer = harness.call(ask.clone().header("idempotency-key", bad));
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (400, "invalid_idempotency_key"),
                    "{path} {bad}"
                );
            }
            let twice = ask.clone().header("idempotency-key", "a");
            let twice = harness.call(twice.header("idempotency-key", "a"));
            assert_eq!(twice.code(), "invalid_idempotency_key", "{path}");
            let longest = ask.header("idempotency-key", &"~".repeat(255));
            assert_eq!(harness.call(longest).status, sound, "{path}");
        }
    }
}
