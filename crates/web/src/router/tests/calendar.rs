//! The organization's days.

use super::*;

const PAGE: &str = "/admin/calendar";

#[tokio::test]
async fn a_booking_is_on_its_day_and_nowhere_else_and_gone_when_it_is_cancelled() {
    let mut browser = Browser::new().await;
    let away = browser.get(PAGE).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "signed in people only");
    let manage = browser.book(START).await;
    browser.sign_in().await;
    let entry = format!("data-kind=\"booking\" data-start=\"{START}\"");
    for (query, expected) in [
        ("view=week&day=2026-11-24", 1),
        ("view=month&day=2026-11-02", 1),
        ("view=day&day=2026-11-24", 1),
        ("view=day&day=2026-11-25", 0),
        ("day=2026-12-01", 0),
    ] {
        let page = browser.get(&format!("{PAGE}?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.body.matches(&entry).count(), expected, "{query}");
    }
    let cancelled = browser
        .post(&format!("{manage}/cancel"), &[("reason", "")])
        .await;
    assert_eq!(cancelled.status, StatusCode::SEE_OTHER);
    let page = browser.get(&format!("{PAGE}?day=2026-11-24")).await;
    assert!(!page.body.contains(&entry), "it takes no time any more");
}

#[tokio::test]
async fn an_address_that_says_nonsense_shows_this_week() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    for query in [
        "",
        "?view=year&day=soon",
        "?view[]=day&day=2026-13-45",
        "?day=9999-01-01",
    ] {
        let page = browser.get(&format!("{PAGE}{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert!(page.body.contains("data-date=\"2026-11-20\""), "{query}");
    }
}
