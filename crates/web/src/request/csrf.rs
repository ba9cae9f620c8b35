//! Refuses requests that change something unless a page of ours sent them (OWASP, "Cross-Site
//! Request Forgery Prevention": fetch metadata first, `Origin` where a browser sends none).
//!
//! Admin forms carry a synchroniser token besides; see `pages::admin`.

use http::header::ORIGIN;
use http::{HeaderMap, Method};

/// Whether a request may change something, judged by where its browser says it comes from.
pub(crate) fn is_ours(method: &Method, headers: &HeaderMap, public_origin: &str) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == public_origin,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_change_things() {
        let ours = "https://book.example";
        for (method, site, origin, expected) in [
            (Method::GET, None, None, true),
            (
                Method::GET,
                Some("cross-site"),
                Some("https://evil.example"),
                true,
            ),
            (Method::HEAD, Some("cross-site"), None, true),
            (Method::POST, Some("same-origin"), None, true),
            (Method::POST, Some("same-origin"), Some(ours), true),
            (Method::POST, Some("none"), None, true),
            (Method::POST, Some("same-site"), Some(ours), false),
            (Method::POST, Some("cross-site"), Some(ours), false),
            (Method::POST, Some("nonsense"), None, false),
            (Method::POST, None, Some(ours), true),
            (Method::POST, None, Some("https://book.example:8443"), false),
            (Method::POST, None, Some("http://book.example"), false),
            (Method::POST, None, Some("null"), false),
            (Method::POST, None, None, false),
            (Method::DELETE, None, None, false),
            (Method::PUT, Some("cross-site"), None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            let case = format!("{method} {site:?} {origin:?}");
            assert_eq!(is_ours(&method, &headers, ours), expected, "{case}");
        }
    }
}
