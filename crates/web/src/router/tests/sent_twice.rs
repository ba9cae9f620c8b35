//! Forms that are sent again: by a double click, or after going back. And too many of them.

use std::num::NonZeroU32;

use app::limits::Network;
use axum::Extension;

use super::*;

const FORM: &str = "/alameda/maths/book";

/// The form for `START`, filled in, with the key it came with.
async fn filled(browser: &mut Browser) -> Vec<(&'static str, String)> {
    let form = browser.get(&format!("{FORM}?start={START}")).await;
    vec![
        ("start", START.to_owned()),
        ("key", form.value("name=\"key\" value=\"")),
        ("name", "Ana".to_owned()),
        ("email", "ana@example.org".to_owned()),
    ]
}

async fn send(browser: &mut Browser, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    browser.post(FORM, &fields).await
}

#[tokio::test]
async fn a_form_sent_twice_books_once_and_shows_the_booking_both_times() {
    let mut browser = Browser::new().await;
    let fields = filled(&mut browser).await;
    let first = send(&mut browser, &fields).await;
    let again = send(&mut browser, &fields).await;
    assert!(first.location().ends_with("?new=1"));
    assert_eq!(again.location(), first.location());
    // Another form of another page is another wish, and finds the time taken.
    let mut other = fields.clone();
    other[1].1 = "another".to_owned();
    let refused = send(&mut browser, &other).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.value("data-code=\""), "slot_taken");
}

#[tokio::test]
async fn every_form_shown_has_a_key_of_its_own() {
    let mut browser = Browser::new().await;
    let mut fields = filled(&mut browser).await;
    let first = fields[1].1.clone();
    assert!((20..=255).contains(&first.len()), "{first}");
    assert_ne!(filled(&mut browser).await[1].1, first);
    fields[2].1 = String::new();
    let wrong = send(&mut browser, &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let next = wrong.value("name=\"key\" value=\"");
    assert_ne!(next, first);
    // What was wrong was not remembered: the first key serves, too.
    fields[2].1 = "Ana".to_owned();
    assert!(
        send(&mut browser, &fields)
            .await
            .location()
            .starts_with("/b/")
    );
}

#[tokio::test]
async fn a_form_sent_again_saying_something_else_asks_what_is_meant() {
    let mut browser = Browser::new().await;
    let mut fields = filled(&mut browser).await;
    send(&mut browser, &fields).await;
    fields[2].1 = "Ana María".to_owned();
    let asked = send(&mut browser, &fields).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    assert_eq!(asked.value("data-code=\""), "sent_before");
    assert!(
        asked.body.contains("value=\"Ana María\""),
        "nothing typed is lost"
    );
    assert_eq!(
        asked.value("name=\"start\" value=\""),
        START,
        "it can be sent"
    );
    fields[1].1 = asked.value("name=\"key\" value=\"");
    let sent = send(&mut browser, &fields).await;
    assert_eq!(sent.value("data-code=\""), "slot_taken", "decided anew");
}

#[tokio::test]
async fn a_key_no_page_wrote_is_ignored() {
    let mut browser = Browser::new().await;
    for (n, key) in ["", "a b", &"x".repeat(256)].into_iter().enumerate() {
        let mut fields = filled(&mut browser).await;
        fields[0].1 = format!("2026-11-24T{:02}:00:00Z", 8 + n);
        fields[1].1 = key.to_owned();
        assert!(
            send(&mut browser, &fields)
                .await
                .location()
                .starts_with("/b/")
        );
        assert_eq!(
            send(&mut browser, &fields).await.status,
            StatusCode::CONFLICT
        );
    }
}

#[tokio::test]
async fn a_move_sent_twice_moves_once() {
    let mut browser = Browser::new().await;
    let booking = browser.book(START).await;
    let fields = [("start", "2026-11-25T10:00:00Z")];
    for _ in 0..2 {
        let answer = browser
            .post(&format!("{booking}/reschedule"), &fields)
            .await;
        assert_eq!(answer.location(), format!("{booking}?moved=1"));
    }
}

#[tokio::test]
async fn who_books_too_often_is_told_to_wait() {
    let limits = Limits {
        bookings_hourly: NonZeroU32::new(2),
        ..Limits::default()
    };
    let mut browser = Browser::before(app_within("http://127.0.0.1:8080/", true, limits)).await;
    let network = Network::of("203.0.113.7".parse().unwrap()).unwrap();
    browser.router = browser.router.layer(Extension(network));
    for hour in ["08", "09"] {
        let fields = [
            ("start", &*format!("2026-11-24T{hour}:00:00Z")),
            ("name", "Ana"),
            ("email", &*format!("{hour}@example.org")),
        ];
        assert!(
            browser
                .post(FORM, &fields)
                .await
                .location()
                .starts_with("/b/")
        );
    }
    let fields = [
        ("start", "2026-11-24T10:00:00Z"),
        ("name", "Ana"),
        ("email", "10@example.org"),
    ];
    let answer = browser.post(FORM, &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers["retry-after"], "1800");
    assert_eq!(answer.value("data-code=\""), "too_many_bookings");
    assert!(
        answer.body.contains("value=\"10@example.org\""),
        "what was typed is kept"
    );
    assert_eq!(
        answer.value("name=\"start\" value=\""),
        "2026-11-24T10:00:00Z"
    );
}
