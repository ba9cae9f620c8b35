//! Which endpoint a request is for, decided without touching the world: faults and the log need
//! the method's name before anything happens.

use crate::api;
use crate::discovery::{Method, discovery};
use crate::http::Request;
use crate::oauth::{tokeninfo, userinfo};

/// Path of the Calendar API.
const CALENDAR_BASE: &str = "/calendar/v3/";

/// An endpoint.
#[derive(Debug)]
pub(crate) enum Route {
    /// The consent page.
    Authorize,
    /// The decision made on it.
    Decide,
    Token,
    Revoke,
    Userinfo(userinfo::Shape),
    Tokeninfo(tokeninfo::Shape),
    /// `/.well-known/openid-configuration`.
    Configuration,
    /// The keys as JWKS.
    KeySet,
    /// The keys as certificates.
    Certificates,
    /// A Calendar v3 method with its path parameters.
    Calendar(&'static Method, Vec<String>),
    /// Something for people, or one of its assets.
    Page,
    /// `/_fake/…`.
    Control,
    /// Google has it, we do not yet.
    Missing(&'static str),
    Unknown,
}

/// Google's endpoints outside Calendar v3 that are not here yet.
const MISSING: [(&str, &str); 1] = [("/batch/calendar/v3", "calendar.batch")];

/// Method ids of the endpoints outside Calendar v3.
const OAUTH_METHODS: [&str; 8] = [
    "oauth2.authorize",
    "oauth2.decide",
    "oauth2.token",
    "oauth2.revoke",
    "oauth2.userinfo",
    "oauth2.tokeninfo",
    "oauth2.configuration",
    "oauth2.certs",
];

/// Every method id that [`Route::method`] gives for a request that has an endpoint.
pub(crate) fn methods() -> impl Iterator<Item = &'static str> {
    let missing = MISSING.iter().map(|(_, name)| *name);
    discovery()
        .method_ids()
        .chain(OAUTH_METHODS)
        .chain(missing)
        .chain(["unknown"])
}

impl Route {
    /// The endpoint of `request`.
    pub(crate) fn of(request: &Request) -> Self {
        let path = request.path_only();
        if let Some(relative) = path.strip_prefix(CALENDAR_BASE) {
            return match api::method_at(request.verb(), relative) {
                Some((method, parameters)) => Self::Calendar(method, parameters),
                None => Self::Unknown,
            };
        }
        match (request.method.as_str(), path) {
            ("GET", "/o/oauth2/v2/auth") => Self::Authorize,
            ("POST", "/o/oauth2/v2/auth") => Self::Decide,
            ("POST", "/token") => Self::Token,
            ("POST", "/revoke") => Self::Revoke,
            ("GET" | "POST", "/v1/userinfo") => Self::Userinfo(userinfo::Shape::OpenId),
            ("GET", "/oauth2/v2/userinfo" | "/userinfo/v2/me") => {
                Self::Userinfo(userinfo::Shape::Legacy)
            }
            ("GET" | "POST", "/tokeninfo") => Self::Tokeninfo(tokeninfo::Shape::Current),
            ("GET" | "POST", "/oauth2/v2/tokeninfo") => Self::Tokeninfo(tokeninfo::Shape::Legacy),
            ("GET", "/.well-known/openid-configuration") => Self::Configuration,
            ("GET", "/oauth2/v3/certs") => Self::KeySet,
            ("GET", "/oauth2/v1/certs") => Self::Certificates,
            _ if path.starts_with("/_fake/") => Self::Control,
            _ if is_page(path) => Self::Page,
            _ => MISSING
                .iter()
                .find(|(missing, _)| *missing == path)
                .map_or(Self::Unknown, |(_, name)| Self::Missing(name)),
        }
    }

    /// Method id for the log and for faults. `None` for what is not Google's: pages and control.
    pub(crate) fn method(&self) -> Option<&str> {
        match self {
            Self::Authorize => Some("oauth2.authorize"),
            Self::Decide => Some("oauth2.decide"),
            Self::Token => Some("oauth2.token"),
            Self::Revoke => Some("oauth2.revoke"),
            Self::Userinfo(_) => Some("oauth2.userinfo"),
            Self::Tokeninfo(_) => Some("oauth2.tokeninfo"),
            Self::Configuration => Some("oauth2.configuration"),
            Self::KeySet | Self::Certificates => Some("oauth2.certs"),
            Self::Calendar(method, _) => Some(&method.id),
            Self::Missing(name) => Some(name),
            Self::Unknown => Some("unknown"),
            Self::Page | Self::Control => None,
        }
    }
}

fn is_page(path: &str) -> bool {
    path == "/"
        || path == "/calendar"
        || path.starts_with("/calendar/")
        || path.starts_with("/_assets/")
}
