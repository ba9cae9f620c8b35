//! What an administrator decides about a booking: yes, no, another host, the end of it.

use super::*;

/// Asks for the talk, which needs approval; gives the request's admin page.
async fn request(browser: &mut Browser, start: &str) -> String {
    let fields = [
        ("start", start),
        ("name", "Ana"),
        ("email", "ana@example.org"),
    ];
    browser.post("/alameda/talk/book", &fields).await.location();
    newest(browser).await
}

/// The admin page of the booking whose attendee is asked for last.
async fn newest(browser: &mut Browser) -> String {
    let list = browser.get("/admin/bookings").await;
    let mut ids: Vec<_> = list
        .body
        .split("data-booking-id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    // Ids are made of the time and a counter: the greatest is the newest.
    ids.sort_unstable();
    format!("/admin/bookings/{}", ids.last().unwrap())
}

async fn act(browser: &mut Browser, page: &str, what: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page).await;
    let (csrf, version) = (
        shown.value("name=\"csrf\" value=\""),
        shown
            .body
            .split_once("name=\"version\" value=\"")
            .map_or_else(
                || "1".to_owned(),
                |(_, rest)| rest.split('"').next().unwrap().to_owned(),
            ),
    );
    let own = [("csrf", csrf.as_str()), ("version", version.as_str())];
    let fields: Vec<_> = own.iter().chain(fields).copied().collect();
    browser.post(&format!("{page}/{what}"), &fields).await
}

async fn status(browser: &mut Browser, page: &str) -> String {
    browser.get(page).await.value("data-status=\"")
}

#[tokio::test]
async fn a_request_is_approved_once_and_another_for_its_time_is_not() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let first = request(&mut browser, START).await;
    let second = request(&mut browser, START).await;
    assert_ne!(first, second);
    assert_eq!(status(&mut browser, &first).await, "requested");
    let page = browser.get(&first).await;
    assert!(
        page.body.contains("data-test=\"approve\"") && page.body.contains("data-test=\"decline\"")
    );
    assert!(
        !page.body.contains("data-test=\"cancel\""),
        "declined, not cancelled"
    );
    for _ in 0..2 {
        let answer = act(&mut browser, &first, "approve", &[]).await;
        assert_eq!(answer.location(), format!("{first}?result=approved"));
    }
    assert_eq!(status(&mut browser, &first).await, "confirmed");
    // scenario B4: the other is refused with a reason, and can be moved.
    let answer = act(&mut browser, &second, "approve", &[]).await;
    assert_eq!(answer.location(), format!("{second}?result=taken"));
    let page = browser.get(&format!("{second}?result=taken")).await;
    assert!(page.body.contains("The time was given to another booking"));
    assert!(page.body.contains("data-test=\"reschedule\""));
}

#[tokio::test]
async fn a_request_is_declined_with_a_reason_or_without() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    for (start, reason) in [(START, "Holidays"), ("2026-11-24T10:00:00Z", "")] {
        let page = request(&mut browser, start).await;
        for _ in 0..2 {
            let answer = act(&mut browser, &page, "decline", &[("reason", reason)]).await;
            assert_eq!(answer.location(), format!("{page}?result=declined"));
        }
        let shown = browser.get(&page).await;
        assert_eq!(shown.value("data-status=\""), "declined");
        assert!(shown.body.contains(reason));
        assert!(!shown.body.contains("data-test=\"approve\""));
    }
    let page = request(&mut browser, "2026-11-24T11:00:00Z").await;
    let long = "x".repeat(501);
    let answer = act(&mut browser, &page, "decline", &[("reason", &long)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Use at most 500 characters.") && answer.body.contains(&long));
}

/// scenario D4: the booking has another host, who must be free.
#[tokio::test]
async fn a_booking_is_given_to_another_host_who_is_free() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let book = async |browser: &mut Browser, name: &str| {
        let fields = [("start", START), ("name", name), ("email", "a@example.org")];
        browser.post("/alameda/chat/book", &fields).await.location();
        newest(browser).await
    };
    let first = book(&mut browser, "Ana").await;
    let other = browser.get(&first).await.value("<option value=\"");
    let answer = act(&mut browser, &first, "reassign", &[("host", &other)]).await;
    assert_eq!(answer.location(), format!("{first}?result=reassigned"));
    let page = browser.get(&first).await;
    assert!(page.body.contains("Given to another host"));
    let second = book(&mut browser, "Bo").await;
    let answer = act(&mut browser, &second, "reassign", &[("host", &other)]).await;
    assert_eq!(answer.location(), format!("{second}?result=host_busy"));
    for host in ["", "x", "01928f3c-0000-7000-8000-000000000000"] {
        let answer = act(&mut browser, &second, "reassign", &[("host", host)]).await;
        assert_eq!(
            answer.location(),
            format!("{second}?result=host_busy"),
            "{host}"
        );
    }
    let page = browser.get(&format!("{second}?result=host_busy")).await;
    assert!(page.body.contains("The booking stays with its host"));
}

#[tokio::test]
async fn who_is_the_only_host_or_of_a_request_cannot_give_it_away() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.book(START).await;
    let lesson = newest(&mut browser).await;
    let asked = request(&mut browser, "2026-11-24T11:00:00Z").await;
    for page in [lesson, asked] {
        assert!(
            !browser
                .get(&page)
                .await
                .body
                .contains("data-test=\"reassign\"")
        );
    }
}

#[tokio::test]
async fn nothing_is_decided_on_a_page_that_is_out_of_date() {
    let mut browser = Browser::new().await;
    let csrf = browser.sign_in().await;
    let page = request(&mut browser, START).await;
    let host = "01928f3c-0000-7000-8000-000000000000";
    for (what, fields) in [("approve", vec![]), ("decline", vec![])] {
        let own = vec![("csrf", csrf.as_str()), ("version", "7")];
        let fields: Vec<_> = own.into_iter().chain(fields).collect();
        let answer = browser.post(&format!("{page}/{what}"), &fields).await;
        assert_eq!(
            answer.location(),
            format!("{page}?result=changed"),
            "{what}"
        );
    }
    assert_eq!(status(&mut browser, &page).await, "requested");
    browser.book("2026-11-25T09:00:00Z").await;
    let lesson = newest(&mut browser).await;
    let fields = [("csrf", &*csrf), ("version", "7"), ("reason", "ill")];
    let answer = browser.post(&format!("{lesson}/cancel"), &fields).await;
    assert_eq!(answer.location(), format!("{lesson}?result=changed"));
    // Without this session's token nothing is done at all.
    for what in ["approve", "decline", "reassign", "cancel"] {
        let fields = [("version", "1"), ("host", host), ("reason", "x")];
        let answer = browser.post(&format!("{page}/{what}"), &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
    }
    let mut stranger = Browser {
        router: browser.router.clone(),
        cookies: Vec::new(),
    };
    for what in ["approve", "decline", "reassign"] {
        let answer = stranger.post(&format!("{page}/{what}"), &[]).await;
        assert_eq!(answer.location(), "/admin/sign-in", "{what}");
    }
}
