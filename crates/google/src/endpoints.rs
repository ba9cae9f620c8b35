//! Where Google is. Each address is a setting, so that a stand-in can take its place.

use url::Url;

/// The addresses of Google's services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where a person consents, in the browser.
    pub auth: Url,
    /// Where codes and refresh tokens become access tokens.
    pub token: Url,
    /// Where a grant is given back.
    pub revoke: Url,
    /// The Calendar API with its path, such as `https://www.googleapis.com/calendar/v3`.
    pub api: Url,
}

/// An address that must not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// Not a URL.
    #[error("not a URL: {0}")]
    NotAUrl(String),
    /// Plain http to a host that is not this machine.
    #[error("{0} must be https: plain http is accepted for loopback only")]
    NotSecure(Url),
}

impl Endpoints {
    /// The real Google's.
    ///
    /// # Panics
    /// Never: the addresses are constants.
    pub fn google() -> Self {
        let url = |text| Url::parse(text).expect("a constant address");
        Self {
            auth: url("https://accounts.google.com/o/oauth2/v2/auth"),
            token: url("https://oauth2.googleapis.com/token"),
            revoke: url("https://oauth2.googleapis.com/revoke"),
            api: url("https://www.googleapis.com/calendar/v3"),
        }
    }

    /// An address from configuration.
    ///
    /// # Errors
    /// [`BadEndpoint`] unless it is https, or http on loopback.
    pub fn parse(text: &str) -> Result<Url, BadEndpoint> {
        let url = Url::parse(text.trim()).map_err(|_| BadEndpoint::NotAUrl(text.to_owned()))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            _ => Err(BadEndpoint::NotSecure(url)),
        }
    }

    /// The Calendar method at `segments`, each percent-encoded.
    pub(crate) fn method(&self, segments: &[&str]) -> Url {
        let mut url = self.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// Whether `url` leads to this machine and nowhere else.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "https://a.example/x",
            "http://127.0.0.1:8788",
            "http://localhost:1",
            "http://[::1]:9",
        ] {
            assert!(Endpoints::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example",
            "http://127.0.0.1.a.example",
            "ftp://localhost",
            "calendar",
            "",
        ] {
            assert!(Endpoints::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_encoded_into_the_path() {
        let url = Endpoints::google().method(&[
            "calendars",
            "a#b/c@group.v.calendar.google.com",
            "events",
        ]);
        assert_eq!(
            url.path(),
            "/calendar/v3/calendars/a%23b%2Fc@group.v.calendar.google.com/events"
        );
    }
}
