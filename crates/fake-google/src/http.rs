//! The plain request and answer that [`crate::handle`] works on: data, no sockets.
//!
//! Nothing here streams and nothing here knows axum; the shell translates.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// One HTTP request, as far as the fake looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Verb in capitals, e.g. `PATCH`.
    pub method: String,
    /// Path and query as they stand on the request line, still percent-encoded.
    pub path: String,
    /// Header names (any case) and values, in order.
    pub headers: Vec<(String, String)>,
    /// Body, decoded from any transfer coding.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers or body.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same request authorized by an access token.
    #[must_use]
    pub fn with_bearer(self, access_token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {access_token}"))
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.with_header("content-type", "application/json")
    }

    /// The same request with a form body; names may repeat.
    #[must_use]
    pub fn with_form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body = form.finish().into_bytes();
        self.with_header("content-type", "application/x-www-form-urlencoded")
    }

    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The path before `?`, still percent-encoded.
    pub(crate) fn path_only(&self) -> &str {
        self.path
            .split_once('?')
            .map_or(self.path.as_str(), |(path, _)| path)
    }

    /// The query parameters, decoded, in order.
    pub(crate) fn query(&self) -> Fields {
        Fields::parse(
            self.path
                .split_once('?')
                .map_or(b"", |(_, query)| query.as_bytes()),
        )
    }

    /// The body read as a form.
    pub(crate) fn form(&self) -> Fields {
        Fields::parse(&self.body)
    }

    /// The verb, after `X-HTTP-Method-Override` on a POST (Google's performance guide).
    pub(crate) fn verb(&self) -> &str {
        match self.header("x-http-method-override") {
            Some(verb) if self.method == "POST" => verb,
            _ => &self.method,
        }
    }

    /// Whether a browser says that another site sent this.
    ///
    /// A client that is no browser sends neither header and passes: cross-site forgery needs a
    /// browser to carry it.
    pub(crate) fn is_cross_site(&self) -> bool {
        match (self.header("sec-fetch-site"), self.header("origin")) {
            (Some(site), _) => site != "same-origin" && site != "none",
            (None, Some(origin)) => {
                let host = self.header("host").unwrap_or_default();
                origin
                    .split_once("://")
                    .is_none_or(|(_, authority)| authority != host)
            }
            (None, None) => false,
        }
    }
}

/// One HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Body; empty for 204 and 304.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without headers or body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The body read as JSON, or `null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text, with anything that is not UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A JSON answer, on one line.
    pub(crate) fn of_json(status: u16, value: &Value) -> Self {
        let mut response = Self::empty(status).with_header("content-type", JSON);
        response.body = json_bytes(value, false);
        response
    }

    /// A JSON answer the way Google prints it unless told otherwise.
    pub(crate) fn of_pretty_json(status: u16, value: &Value) -> Self {
        Self::of_printed_json(status, json_bytes(value, true))
    }

    /// A JSON answer that [`json_bytes`] has printed.
    pub(crate) fn of_printed_json(status: u16, body: Vec<u8>) -> Self {
        let mut response = Self::empty(status).with_header("content-type", JSON);
        response.body = body;
        response
    }

    /// A redirect that turns into a GET when `status` is 302 or 303.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::empty(status).with_header("location", location)
    }

    /// An answer of any other kind.
    pub(crate) fn of_text(status: u16, content_type: &str, body: &str) -> Self {
        let mut response = Self::empty(status).with_header("content-type", content_type);
        response.body = body.as_bytes().to_vec();
        response
    }
}

/// A value as JSON: on one line, or one space per level and a line end, as Google prints it.
pub(crate) fn json_bytes(value: &impl Serialize, is_pretty: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let printed = if is_pretty {
        let formatter = PrettyFormatter::with_indent(b" ");
        value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
    } else {
        value.serialize(&mut Serializer::new(&mut bytes))
    };
    printed.expect("what is made of JSON values prints into memory");
    if is_pretty {
        bytes.push(b'\n');
    }
    bytes
}

const JSON: &str = "application/json; charset=UTF-8";

/// Decoded `name=value` pairs of a query or a form; names may repeat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Percent-encodes pairs as a query.
pub(crate) fn encode_query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Decodes one path segment. Unlike in a query, `+` stands for itself.
pub(crate) fn decode_segment(segment: &str) -> String {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_decode_percent_but_keep_plus() {
        for (encoded, decoded) in [
            ("ana%40example.com", "ana@example.com"),
            ("a+b", "a+b"),
            ("%", "%"),
            ("%zz", "%zz"),
            ("%C3%B1", "ñ"),
        ] {
            assert_eq!(decode_segment(encoded), decoded);
        }
    }

    #[test]
    fn only_a_browser_on_another_site_is_cross_site() {
        let post = || Request::new("POST", "/").with_header("host", "127.0.0.1:8788");
        for (name, request, expected) in [
            ("no browser", post(), false),
            (
                "same origin",
                post().with_header("sec-fetch-site", "same-origin"),
                false,
            ),
            (
                "typed address",
                post().with_header("sec-fetch-site", "none"),
                false,
            ),
            (
                "other site",
                post().with_header("sec-fetch-site", "cross-site"),
                true,
            ),
            (
                "other port",
                post().with_header("sec-fetch-site", "same-site"),
                true,
            ),
            (
                "old, same",
                post().with_header("origin", "http://127.0.0.1:8788"),
                false,
            ),
            (
                "old, other",
                post().with_header("origin", "http://evil.test"),
                true,
            ),
            ("old, opaque", post().with_header("origin", "null"), true),
        ] {
            assert_eq!(request.is_cross_site(), expected, "{name}");
        }
    }
}
