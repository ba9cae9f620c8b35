//! What every answer gets on its way out: its security headers, and for a failure of ours its
//! reference and its one line in the log.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::Instant;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue};

use crate::ApiState;
use crate::problem::Fault;

/// Longest `x-request-id` taken over.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// The middleware around every endpoint.
pub(crate) async fn finish(
    State(state): State<ApiState>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let request_id = request_id(request.headers());
    let mut response = next.run(request).await;
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        let reference = request_id.unwrap_or_else(|| moment(state.app.now()));
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        response = fault.log(reference, route);
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    // Nearly every answer is personal or stale within seconds; the exceptions say so themselves.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The id a proxy gave the request, when it is fit for a log and an answer.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let is_fit = (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    is_fit.then(|| id.to_owned())
}

/// A reference made of the moment, short enough to read out over the telephone; the pages name their
/// failures the same way.
fn moment(now: Instant) -> String {
    // Without vowels and look-alikes: it spells nothing, and nobody mistakes 0 for O.
    const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";
    let mut rest = now.as_micros().unsigned_abs();
    let mut letters = String::new();
    for place in 0..8 {
        if place == 4 {
            letters.push('-');
        }
        let index = usize::try_from(rest % 28).unwrap_or_default();
        letters.push(char::from(ALPHABET[index]));
        rest /= 28;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Ask, harness};

    #[test]
    fn references_differ_by_the_microsecond() {
        let at = Instant::from_micros;
        assert_ne!(
            moment(at(1_764_000_000_000_000)),
            moment(at(1_764_000_000_000_001))
        );
    }

    #[test]
    fn no_answer_sets_a_cookie_or_lets_another_origin_in() {
        let harness = harness();
        for path in [
            "/healthz",
            "/api/v1/bookings",
            "/openapi.json",
            "/api/nothing",
        ] {
            let ask = Ask::get(path).header("origin", "https://elsewhere.example");
            let answer = harness.raw(ask);
            for absent in ["set-cookie", "access-control-allow-origin"] {
                assert_eq!(answer.header(absent), None, "{path}");
            }
        }
    }
}
