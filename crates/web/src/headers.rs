//! Response headers: what a browser may do with our pages (OWASP ASVS 5.0, 3.4).
//!
//! One place decides for every path, so that a page cannot be forgotten.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Two years, as browsers' preload lists ask.
const HSTS: &str = "max-age=63072000; includeSubDomains";
/// None of these is needed by a page with forms.
const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), payment=(), usb=()";

/// What headers depend on besides the path.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// Served over https.
    pub(crate) is_https: bool,
    /// Where Connect leads, as an origin.
    pub(crate) google_origin: Option<String>,
    /// Where Google sends a browser back to.
    pub(crate) callback_path: String,
}

/// Whether a path shows something about one person: not to be stored, listed or named to others.
fn is_personal(path: &str, around: &Surroundings) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    matches!(first, Some("b" | "admin" | "oauth"))
        || path.ends_with("/book")
        || path == around.callback_path
}

/// The Content Security Policy of `path`.
///
/// `form-action` also governs where a form's answer redirects to, in some browsers; the connection
/// page's form leads to Google, so there, and only there, Google's origin is allowed.
fn policy(path: &str, google_origin: Option<&str>) -> String {
    let google = google_origin.filter(|_| path == "/admin/connection");
    let forms = google.map_or_else(|| "'self'".to_owned(), |origin| format!("'self' {origin}"));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action {forms}; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'"
    )
}

/// Sets every header on the answer to a request for `path`; what the handler chose to cache stands.
pub(crate) fn set(headers: &mut HeaderMap, path: &str, around: &Surroundings) {
    let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
    let personal = is_personal(path, around);
    let (referrer, cache) = if personal {
        // Not "no-referrer": under it browsers send `Origin: null` with a form, which a browser
        // without fetch metadata could then not be told apart by.
        ("same-origin", "no-store")
    } else {
        ("strict-origin-when-cross-origin", "no-cache")
    };
    for (name, value) in [
        fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
        fixed(REFERRER_POLICY, referrer),
        fixed(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        fixed(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ] {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::try_from(policy(path, around.google_origin.as_deref())) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if personal {
        headers.insert(
            "x-robots-tag",
            HeaderValue::from_static("noindex, nofollow"),
        );
    }
    if around.is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    if personal || !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.append(VARY, HeaderValue::from_static("cookie, accept-language"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(path: &str, is_https: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let around = Surroundings {
            is_https,
            google_origin: Some("https://accounts.google.com".to_owned()),
            callback_path: "/auth/callback".to_owned(),
        };
        set(&mut headers, path, &around);
        headers
    }

    #[test]
    fn personal_pages_are_not_stored_and_not_named_to_others() {
        for (path, personal) in [
            ("/", false),
            ("/academia", false),
            ("/academia/maths", false),
            ("/badminton/maths", false),
            ("/academia/maths/book", true),
            ("/b/token", true),
            ("/b/token/cancel", true),
            ("/admin", true),
            ("/admin/bookings", true),
            ("/oauth/google/callback", true),
            ("//b/token", true),
            ("/auth/callback", true),
        ] {
            let headers = headers(path, true);
            let stored = headers[CACHE_CONTROL] != "no-store";
            let named = headers[REFERRER_POLICY] != "same-origin";
            let listed = !headers.contains_key("x-robots-tag");
            assert_eq!(
                (stored, named, listed),
                (!personal, !personal, !personal),
                "{path}"
            );
        }
    }

    #[test]
    fn only_the_connection_page_may_lead_to_google() {
        for (path, leads) in [
            ("/admin/connection", true),
            ("/admin/connection/", false),
            ("/admin/bookings", false),
            ("/academia/maths/book", false),
        ] {
            let headers = headers(path, true);
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert_eq!(policy.contains("accounts.google.com"), leads, "{path}");
            assert!(!policy.contains("unsafe"), "{path}");
        }
    }

    #[test]
    fn strict_transport_is_promised_only_over_https() {
        assert!(headers("/", true).contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(!headers("/", false).contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
