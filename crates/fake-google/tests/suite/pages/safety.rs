//! What pages must not do, and who may not use them.

use fake_google::Request;

use super::{WEEK, look, only_event, with_event};
use crate::harness::{ANA, Fake};

#[test]
fn another_site_cannot_edit() {
    let mut fake = with_event();
    let before = only_event(&fake);
    let form = [("calendar", ANA), ("event", "event"), ("days", "1")];
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://evil.test"),
    ] {
        let request = Request::new("POST", "/calendar/events/move")
            .with_form(&form)
            .with_header("host", "127.0.0.1:8788")
            .with_header(header, value);
        assert_eq!(fake.send(&request).status, 403, "{header}");
    }
    assert_eq!(only_event(&fake), before);
}

#[test]
fn pages_run_and_style_nothing_but_their_own_files() {
    let mut fake = with_event();
    let consent = format!(
        "/o/oauth2/v2/auth?client_id=client&redirect_uri={}&response_type=code&prompt=consent&scope=openid",
        "http%3A%2F%2Flocalhost%3A8080%2Fcallback"
    );
    for path in [
        WEEK,
        "/calendar/new",
        "/calendar/event?calendar=ana@example.com&event=event",
        &consent,
    ] {
        let page = look(&mut fake, path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        let html = page.text();
        for inline in [" style=", "<style", " onclick=", "javascript:"] {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script src=\"/_assets/").count()
        );
    }
    let policy = look(&mut fake, &consent)
        .header("content-security-policy")
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("form-action 'self' http://localhost:8080;"),
        "{policy}"
    );
}

#[test]
fn assets_are_there_and_conditional() {
    let mut fake = Fake::new();
    for path in [
        "/_assets/page.css",
        "/_assets/grid.css",
        "/_assets/page.js",
        "/_assets/icon.svg",
    ] {
        let answer = look(&mut fake, path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
        let etag = answer.header("etag").unwrap();
        let again = Request::new("GET", path).with_header("if-none-match", etag);
        assert_eq!(fake.send(&again).status, 304, "{path}");
    }
    assert_eq!(look(&mut fake, "/_assets/nothing").status, 404);
}
