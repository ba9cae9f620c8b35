//! Cookies (RFC 6265): read by name, written with every flag.
//!
//! Over https names carry the `__Host-` prefix, which binds a cookie to this host, to `/` and to
//! secure transport; browsers refuse that prefix over http, so loopback uses plain names.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

/// Longest value read: no cookie of ours comes near it.
const VALUE_BYTES_MAX: usize = 512;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The language chosen.
    Language,
    /// The time zone chosen.
    Zone,
    /// Who is signed in.
    Session,
}

impl Cookie {
    const fn plain_name(self) -> &'static str {
        match self {
            Self::Language => "lang",
            Self::Zone => "tz",
            Self::Session => "session",
        }
    }

    /// The name on the wire.
    pub(crate) fn name(self, is_https: bool) -> String {
        let prefix = if is_https { "__Host-" } else { "" };
        format!("{prefix}{}", self.plain_name())
    }

    /// The value a request carries, if it is one we could have set.
    pub(crate) fn read(self, headers: &HeaderMap, is_https: bool) -> Option<String> {
        let name = self.name(is_https);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(n, value)| *n == name && is_value(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The `Set-Cookie` value that keeps `value` for `age`; `None` when `value` cannot be a cookie.
    pub(crate) fn write(
        self,
        value: &str,
        age: SignedDuration,
        is_https: bool,
    ) -> Option<HeaderValue> {
        if !is_value(value) {
            return None;
        }
        let name = self.name(is_https);
        let secure = if is_https { "; Secure" } else { "" };
        let seconds = age.as_secs().max(0);
        HeaderValue::try_from(format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        ))
        .ok()
    }

    /// The `Set-Cookie` value that removes it.
    pub(crate) fn clear(self, is_https: bool) -> Option<HeaderValue> {
        self.write("-", SignedDuration::ZERO, is_https)
    }
}

/// Characters RFC 6265 allows without quoting, of which our values need only these.
fn is_value(value: &str) -> bool {
    (1..=VALUE_BYTES_MAX).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./+=~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_set() {
        for (is_https, expected) in [
            (
                true,
                "__Host-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure",
            ),
            (
                false,
                "session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
            ),
        ] {
            let written = Cookie::Session.write("abc", SignedDuration::from_secs(60), is_https);
            assert_eq!(written.unwrap(), expected);
        }
        assert_eq!(
            Cookie::Session.clear(false).unwrap(),
            "session=-; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_value_that_could_break_the_header_is_never_written() {
        for value in [
            "",
            "a;b",
            "a\r\nSet-Cookie: x=y",
            "a b",
            "ñ",
            &"a".repeat(513),
        ] {
            assert_eq!(
                Cookie::Zone.write(value, SignedDuration::ZERO, true),
                None,
                "{value:?}"
            );
        }
    }

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("a=b; tz=Europe/Madrid;lang=es"),
        );
        headers.append(COOKIE, HeaderValue::from_static("__Host-session=xyz"));
        assert_eq!(
            Cookie::Zone.read(&headers, false).as_deref(),
            Some("Europe/Madrid")
        );
        assert_eq!(
            Cookie::Language.read(&headers, false).as_deref(),
            Some("es")
        );
        assert_eq!(Cookie::Session.read(&headers, true).as_deref(), Some("xyz"));
        // Over https a plainly named cookie may have been planted by a sibling host.
        assert_eq!(Cookie::Language.read(&headers, true), None);
    }
}
