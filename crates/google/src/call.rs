//! One call of the Calendar API: the request that is the same for all of them, and its answer.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use http::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::endpoints::Endpoints;
use crate::error::{CallError, call_error};
use crate::transport::Transport;

/// A calendar, reached with a token.
#[derive(Clone, Copy, Debug)]
pub struct CalendarAt<'a> {
    /// Where Google is.
    pub endpoints: &'a Endpoints,
    /// For whom.
    pub access_token: &'a SecretString,
    /// Google's id of the calendar, or `primary`.
    pub calendar: &'a str,
}

/// As whom a call is made.
#[derive(Clone, Copy)]
pub(crate) enum Pass<'a> {
    /// As an account.
    Token(&'a SecretString),
    /// As anybody, with an API key. The reference names the parameter `key` (§17); the header says the same
    /// and stays out of logs and of error texts, which show addresses.
    Key(&'a SecretString),
}

/// Carries an API key.
const API_KEY: &str = "x-goog-api-key";

/// What one call sends, beside who sends it.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) etag: Option<&'a str>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Outgoing<'_> {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            etag: None,
            body: None,
        }
    }

    pub(crate) fn post(url: Url, body: Vec<u8>) -> Self {
        Self {
            method: Method::POST,
            url,
            etag: None,
            body: Some(body),
        }
    }

    /// Sends it once; an answer of any status is an answer.
    pub(crate) async fn answer(
        self,
        transport: &dyn Transport,
        pass: Pass<'_>,
    ) -> Result<Response<Bytes>, CallError> {
        let request = http::Request::builder()
            .method(self.method)
            .uri(self.url.as_str())
            .header(ACCEPT, "application/json");
        let mut request = match pass {
            Pass::Token(token) => {
                let bearer = format!("Bearer {}", token.expose_secret());
                request.header(AUTHORIZATION, bearer)
            }
            Pass::Key(key) => request.header(API_KEY, key.expose_secret()),
        };
        if let Some(etag) = self.etag {
            request = request.header(IF_MATCH, etag);
        }
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request
            .body(Bytes::from(self.body.unwrap_or_default()))
            .map_err(|e| CallError::Bug(e.to_string()))?;
        Ok(transport.send(request).await?)
    }
}

impl CalendarAt<'_> {
    pub(crate) fn url(&self, rest: &[&str]) -> Url {
        self.endpoints
            .method(&[&["calendars", self.calendar], rest].concat())
    }

    pub(crate) async fn send(
        &self,
        transport: &dyn Transport,
        method: Method,
        url: Url,
        etag: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> Result<Response<Bytes>, CallError> {
        let outgoing = Outgoing {
            method,
            url,
            etag,
            body,
        };
        let response = outgoing
            .answer(transport, Pass::Token(self.access_token))
            .await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(refusal(&response))
        }
    }
}

/// What an answer that is no success says.
pub(crate) fn refusal(response: &Response<Bytes>) -> CallError {
    call_error(response.status(), response.headers(), response.body())
}

pub(crate) fn with_query(mut url: Url, pairs: &[(&str, &str)]) -> Url {
    url.query_pairs_mut().extend_pairs(pairs);
    url
}

/// A success whose body cannot be read: cut off on the way, most likely. Whatever was asked for may
/// have happened, so it counts as an answer lost.
pub(crate) fn unreadable(body: &[u8]) -> CallError {
    CallError::Retry {
        reason: format!("unreadable answer of {} bytes", body.len()),
        after: None,
        may_have_landed: true,
    }
}
