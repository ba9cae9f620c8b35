//! Reading a request: path, query and JSON body, with a problem for everything that can be wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use domain::{HostId, Instant, Interval, Zone, text};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{FieldProblem, Problem};

/// The variable parts of the path. What cannot be read is not there.
pub(crate) struct PathOf<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(found)) => Ok(Self(found)),
            Err(_) => Err(Problem::not_found(
                "not_found",
                "there is nothing at this address",
            )),
        }
    }
}

/// The query. Values come as text, so that each can be refused by name.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(found)) => Ok(Self(found)),
            Err(rejection) => {
                let field = FieldProblem::new("query", rejection.body_text());
                Err(Problem::bad_request("invalid_query", field.problem))
            }
        }
    }
}

/// A JSON body.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonBodyAsSent(value, _) = JsonBodyAsSent::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// A JSON body, with the bytes it came as.
pub(crate) struct JsonBodyAsSent<T>(pub(crate) T, pub(crate) Bytes);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBodyAsSent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_is_json(request.headers())?;
        let sent = read(request, state).await?;
        Ok(Self(parse(&sent)?, sent))
    }
}

/// A JSON body that may be left out.
pub(crate) struct JsonBodyOrNone<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for JsonBodyOrNone<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = check_is_json(request.headers());
        let body = read(request, state).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json?;
        parse::<Option<T>>(&body).map(|sent| Self(sent.unwrap_or_default()))
    }
}

/// Also keeps forms of other sites out: a browser asks first before it sends JSON elsewhere.
fn check_is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let media_type = header(CONTENT_TYPE).and_then(|value| value.split(';').next());
    let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let is_plain = header(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if is_json && is_plain {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the body as Content-Type: application/json, not compressed",
    ))
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let detail = "the body is larger than 64 KiB";
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            } else {
                Problem::bad_request("malformed_body", "the body could not be read to its end")
            }
        })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        unreadable(&path, &error.into_inner())
    })?;
    match reader.end() {
        Ok(()) => Ok(parsed),
        Err(error) => Err(unreadable(".", &error)),
    }
}

fn unreadable(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::bad_request("malformed_json", format!("the body is not JSON: {text}"))
        }
        Category::Data => {
            let field = FieldProblem::new(field_name(path, &text), text);
            let detail = match field.field.as_str() {
                "" => format!("the body cannot be used: {}", field.problem),
                name => format!("{name}: {}", field.problem),
            };
            Problem::invalid("invalid_body", detail, vec![field])
        }
    }
}

/// The path of the field an error is about: a missing one is not on the way to the error, so it is
/// read from the words.
fn field_name(path: &str, text: &str) -> String {
    let path = if path == "." { "" } else { path };
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match missing {
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

/// Whether `slug` can name anything: what cannot is not looked for.
pub(crate) fn is_slug(slug: &str) -> bool {
    text::slug(slug).is_ok()
}

/// A start from a body.
pub(crate) fn start(text: &str) -> Result<Instant, FieldProblem> {
    Instant::parse(text).map_err(|bad| FieldProblem::new("start", bad))
}

/// A host from a body.
pub(crate) fn host(text: &str) -> Result<HostId, FieldProblem> {
    text.parse()
        .map_err(|_| FieldProblem::new("host", "must be the id of a host"))
}

/// A time as answers write it: with the offset of `zone`, `Z` in universal time.
pub(crate) fn rfc3339(at: Instant, zone: &Zone) -> String {
    if *zone == Zone::utc() {
        at.to_string()
    } else {
        at.to_rfc3339_in(zone)
    }
}

/// Start and end of `time`, in universal time.
pub(crate) fn rfc3339_utc(time: &Interval) -> (String, String) {
    (time.start.to_string(), time.end.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Ask, booking, failing, harness};

    const BOOK: &str = "/api/v1/organizations/tutoring/bookings";

    #[test]
    fn a_body_that_cannot_be_read_is_refused_with_where() {
        let harness = harness();
        let json = "application/json";
        let deep = format!(
            r#"{{"event_type":"maths","start":"x","attendee":{{"name":{}1{}}}}}"#,
            "[".repeat(500),
            "]".repeat(500)
        );
        let huge = format!(r#"{{"event_type": "{}"}}"#, "x".repeat(70_000));
        for (name, content_type, body, status, code, says) in [
            (
                "a form",
                "application/x-www-form-urlencoded",
                "a=b",
                415,
                "unsupported_media_type",
                "",
            ),
            ("no type", "", "{}", 415, "unsupported_media_type", ""),
            (
                "text",
                "text/plain",
                "{}",
                415,
                "unsupported_media_type",
                "",
            ),
            (
                "nothing",
                json,
                "",
                400,
                "malformed_json",
                "line 1 column 0",
            ),
            (
                "cut off",
                json,
                "{\n\"event_type\":",
                400,
                "malformed_json",
                "line 2 column 13",
            ),
            (
                "not JSON",
                json,
                "{'a': 1}",
                400,
                "malformed_json",
                "line 1 column 2",
            ),
            (
                "two bodies",
                json,
                r#"{"event_type":"maths","start":"x","attendee":{}} {}"#,
                400,
                "malformed_json",
                "trailing characters",
            ),
            (
                "nested deep",
                json,
                &deep,
                422,
                "invalid_body",
                "attendee.name",
            ),
            (
                "a list",
                json,
                "[]",
                422,
                "invalid_body",
                "invalid length 0",
            ),
            (
                "empty",
                json,
                "{}",
                422,
                "invalid_body",
                "event_type: missing field",
            ),
            (
                "a number for text",
                json,
                r#"{"event_type": 7}"#,
                422,
                "invalid_body",
                "event_type: invalid type: integer",
            ),
            (
                "unknown",
                json,
                r#"{"event_type":"maths","start":"x","attendee":{},"colour":"red"}"#,
                422,
                "invalid_body",
                "unknown field `colour`",
            ),
            (
                "unknown within",
                "application/vnd.x+json; charset=utf-8",
                r#"{"event_type":"maths","start":"x","attendee":{"nmae":"Ana"}}"#,
                422,
                "invalid_body",
                "unknown field `nmae`",
            ),
            (
                "twice the same",
                json,
                r#"{"event_type":"maths","event_type":"maths"}"#,
                422,
                "invalid_body",
                "duplicate field",
            ),
            ("huge", json, &huge, 413, "too_large", "64 KiB"),
        ] {
            let mut ask = Ask::new("POST", BOOK).text(body);
            if !content_type.is_empty() {
                ask = ask.header("content-type", content_type);
            }
            let answer = harness.call(ask);
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{name}"
            );
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains(says), "{name}: {detail}");
        }
    }

    #[test]
    fn a_field_is_named_where_it_is_wrong() {
        let harness = harness();
        for (body, field) in [
            (r#"{"start":"x","attendee":{}}"#, "event_type"),
            (
                r#"{"event_type":"a","start":"x","attendee":{"email":7}}"#,
                "attendee.email",
            ),
            (
                r#"{"event_type":"a","start":"x","attendee":{"nmae":"A"}}"#,
                "attendee.nmae",
            ),
            (
                r#"{"event_type":"a","start":"x","attendee":[1]}"#,
                "attendee[0]",
            ),
            (r#"{"colour":1}"#, "colour"),
        ] {
            let ask = Ask::new("POST", BOOK).header("content-type", "application/json");
            let answer = harness.call(ask.text(body));
            assert_eq!(answer.body["fields"][0]["field"], field, "{body}");
        }
    }

    #[test]
    fn a_compressed_body_is_not_guessed_at() {
        let ask = Ask::new("POST", BOOK)
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .text("{}");
        assert_eq!(harness().call(ask).code(), "unsupported_media_type");
    }

    /// Not even a store that takes nothing is asked: a name with a NUL would fail on some databases.
    #[test]
    fn what_cannot_be_a_name_is_not_looked_for() {
        let harness = failing(store::StoreError::Closed);
        let window = "from=2026-11-24&to=2026-11-25";
        for path in [
            "/api/v1/organizations/%00/event-types".to_owned(),
            format!("/api/v1/organizations/%00/event-types/maths/slots?{window}"),
            format!("/api/v1/organizations/tutoring/event-types/%00/slots?{window}"),
        ] {
            assert_eq!(harness.call(Ask::get(&path)).status, StatusCode::NOT_FOUND);
        }
        let start = "2026-11-24T09:00:00Z";
        for (org, event_type) in [("%00", "maths"), ("tutoring", "\u{0}")] {
            let ask = Ask::new("POST", &format!("/api/v1/organizations/{org}/bookings"));
            let answer = harness.call(ask.json(&booking(event_type, start)));
            assert_eq!(answer.code(), "event_type_not_found");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_not_found() {
        let harness = harness();
        for org in [
            "%ff",
            "%00",
            "..%2f",
            "TUTORING",
            "a%20b",
            &"x".repeat(3000),
        ] {
            let path = format!("/api/v1/organizations/{org}/event-types");
            let answer = harness.call(Ask::get(&path));
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{org}");
        }
    }
}
