//! Who is looking: language, zone and address of the page, from query, cookies and headers.
//!
//! A choice in the query (`?lang=es`, `?tz=Europe/Madrid`) wins and is remembered in a cookie, so
//! that both work as plain links and forms without JavaScript.

use axum::extract::FromRequestParts;
use domain::{Locale, Zone};
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use http::{Extensions, HeaderValue};
use jiff::SignedDuration;
use url::form_urlencoded;

use crate::errors::{Failure, Problem};
use crate::i18n::Words;
use crate::request::cookies::Cookie;
use crate::request::fields::Fields;
use crate::request::query::{self, ZoneAsked};

/// How long a choice of language or zone is remembered.
const CHOICE_AGE: SignedDuration = SignedDuration::from_hours(24 * 365);

/// What we know about who is looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// The page's path.
    pub(crate) path: String,
    /// The page's query, decoded.
    pub(crate) query: Fields,
    /// The zone asked for in the query, else remembered.
    pub(crate) zone: ZoneAsked,
    /// Whether the zone stands in the query, so that links of this page must carry it on.
    pub(crate) zone_in_query: bool,
    pairs: Vec<(String, String)>,
    chosen: Option<Locale>,
    accepted: Option<Locale>,
}

impl Visitor {
    /// Reads a request's head.
    pub(crate) fn read(parts: &Parts, is_https: bool) -> Self {
        let encoded = parts.uri.query().unwrap_or_default();
        let pairs: Vec<_> = form_urlencoded::parse(encoded.as_bytes())
            .into_owned()
            .collect();
        let query = Fields::parse(encoded.as_bytes());
        let cookie = |cookie: Cookie| cookie.read(&parts.headers, is_https);
        let asked = query.given("tz");
        let remembered = cookie(Cookie::Zone);
        Self {
            path: parts.uri.path().to_owned(),
            zone: query::zone(asked.or(remembered.as_deref())),
            zone_in_query: asked.is_some(),
            pairs,
            chosen: query.given("lang").and_then(Locale::from_tag).or_else(|| {
                cookie(Cookie::Language)
                    .as_deref()
                    .and_then(Locale::from_tag)
            }),
            accepted: parts
                .headers
                .get(ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .and_then(Locale::from_accept_language),
            query,
        }
    }

    /// The visitor a request was read as; an empty one outside our layers.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_else(|| Self {
            path: "/".to_owned(),
            query: Fields::default(),
            zone: ZoneAsked::No,
            zone_in_query: false,
            pairs: Vec::new(),
            chosen: None,
            accepted: None,
        })
    }

    /// Words in the visitor's language, or `fallback` when they named none we speak.
    pub(crate) fn words(&self, fallback: Locale) -> Words {
        Words::new(self.chosen.or(self.accepted).unwrap_or(fallback))
    }

    /// The zone to show times in: the visitor's, or `fallback`.
    pub(crate) fn zone_or(&self, fallback: &Zone) -> Zone {
        match &self.zone {
            ZoneAsked::Known(zone) => zone.clone(),
            ZoneAsked::No | ZoneAsked::Unknown => fallback.clone(),
        }
    }

    /// This page in another language: the same path and query.
    pub(crate) fn href_in(&self, locale: Locale) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| name != "lang");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair("lang", locale.tag());
        // Two slashes at the front would make this a link to another host.
        let path = self.path.trim_start_matches(['/', '\\']);
        format!("/{path}?{}", query.finish())
    }

    /// The page that explains `problem` to this visitor.
    pub(crate) fn failure(&self, problem: Problem) -> Failure {
        Failure::new(self.clone(), problem)
    }

    /// The cookies that remember what this request chose.
    pub(crate) fn choices(&self, is_https: bool) -> Vec<HeaderValue> {
        let language = self
            .query
            .given("lang")
            .and_then(Locale::from_tag)
            .and_then(|l| Cookie::Language.write(l.tag(), CHOICE_AGE, is_https));
        let zone = match &self.zone {
            ZoneAsked::Known(zone) if self.zone_in_query => {
                Cookie::Zone.write(zone.name(), CHOICE_AGE, is_https)
            }
            _ => None,
        };
        language.into_iter().chain(zone).collect()
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use http::Request;
    use http::header::COOKIE;

    use super::*;

    /// The visitor of `uri` with these cookies and languages, over http.
    pub(crate) fn visitor(uri: &str, cookies: &str, languages: &str) -> Visitor {
        let request = Request::get(uri)
            .header(COOKIE, cookies)
            .header(ACCEPT_LANGUAGE, languages)
            .body(())
            .unwrap();
        Visitor::read(&request.into_parts().0, false)
    }

    #[test]
    fn the_query_wins_over_the_cookie_over_the_browser() {
        for (uri, cookies, languages, expected) in [
            ("/", "", "", Locale::Es),
            ("/", "", "en", Locale::En),
            ("/", "lang=es", "en", Locale::Es),
            ("/?lang=en", "lang=es", "es", Locale::En),
            ("/?lang=klingon", "lang=en", "es", Locale::En),
            ("/?lang=", "lang=??", "fr", Locale::Es),
        ] {
            let words = visitor(uri, cookies, languages).words(Locale::Es);
            assert_eq!(words.locale(), expected, "{uri} {cookies} {languages}");
        }
    }

    #[test]
    fn a_choice_is_remembered_and_a_mistake_is_not() {
        let chosen = |uri| {
            let choices = visitor(uri, "", "").choices(false);
            choices
                .iter()
                .map(|c| c.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(chosen("/"), [""; 0]);
        assert_eq!(chosen("/?lang=xx&tz=Mars/Base"), [""; 0]);
        let both = chosen("/?lang=es-AR&tz=europe/madrid");
        assert!(
            both[0].starts_with("lang=es; Path=/; Max-Age=31536000; HttpOnly"),
            "{both:?}"
        );
        assert!(both[1].starts_with("tz=Europe/Madrid; Path=/"), "{both:?}");
    }

    #[test]
    fn switching_language_keeps_the_rest_of_the_address() {
        let visitor = visitor("/b/x?month=2026-11&lang=en&tz=Europe/Madrid", "", "");
        assert_eq!(
            visitor.href_in(Locale::Es),
            "/b/x?month=2026-11&tz=Europe%2FMadrid&lang=es"
        );
    }

    #[test]
    fn a_path_never_becomes_another_host() {
        for uri in ["//evil.example/x", "///evil.example/x"] {
            let href = visitor(uri, "", "").href_in(Locale::En);
            assert_eq!(href, "/evil.example/x?lang=en", "{uri}");
        }
    }

    #[test]
    fn an_unknown_zone_falls_back() {
        let zone = Zone::parse("Europe/Madrid").unwrap();
        for (uri, cookies, expected) in [
            ("/", "", "Europe/Madrid"),
            ("/?tz=Mars/Base", "tz=Asia/Tokyo", "Europe/Madrid"),
            ("/", "tz=Asia/Tokyo", "Asia/Tokyo"),
            ("/?tz=America/New_York", "tz=Asia/Tokyo", "America/New_York"),
        ] {
            assert_eq!(
                visitor(uri, cookies, "").zone_or(&zone).name(),
                expected,
                "{uri}"
            );
        }
    }
}
