//! The fields of a submitted form, of bounded size.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use crate::errors::Problem;
use crate::request::visitor::Visitor;

/// Largest form body: a page of notes in any script, percent-encoded, with room to spare.
pub(crate) const FORM_BYTES_MAX: usize = 64 * 1024;

/// What was typed, by field name; the last value where a name comes twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// From an `application/x-www-form-urlencoded` body or query.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// Everything but one field, encoded; the same for the same fields in any order.
    pub(crate) fn without(&self, name: &str) -> String {
        let others = self.0.iter().filter(|(other, _)| *other != name);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .finish()
    }

    /// The value of a field, trimmed; empty when absent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// The value of a field with its blanks: a password may end in one.
    pub(crate) fn as_typed(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The value of a field, unless nothing was typed.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = crate::errors::Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::of(request.extensions());
        let is_form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(visitor.failure(Problem::BadRequest));
        }
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self::parse(&body)),
            Err(refused) if refused.status() == http::StatusCode::PAYLOAD_TOO_LARGE => {
                Err(visitor.failure(Problem::TooLarge))
            }
            Err(_) => Err(visitor.failure(Problem::BadRequest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_counts() {
        let fields = Fields::parse(b"start=a&name=+Ana+Mar%C3%ADa+&start=b&bad=%FF");
        assert_eq!(fields.get("start"), "b");
        assert_eq!(fields.get("name"), "Ana María");
        assert_eq!(fields.get("bad"), "\u{FFFD}");
        assert_eq!(fields.given("missing"), None);
    }
}
