//! Limits of anonymous callers, from the socket on.

use reqwest::StatusCode;
use serde_json::Value;

use super::crash::{Home, Served};
use super::support::{booking, client, fresh_database};

/// Starts on offer of an event type.
async fn slots(api: &str) -> Vec<String> {
    let from = jiff::Timestamp::now();
    let to = from + jiff::SignedDuration::from_hours(24 * 20);
    let url = format!("{api}/organizations/tutoring/event-types/english/slots");
    let answer = client().get(format!("{url}?from={from}&to={to}")).send();
    let answer: Value = answer.await.unwrap().json().await.unwrap();
    let slots = answer["slots"].as_array().unwrap().iter();
    slots
        .map(|slot| slot["start"].as_str().unwrap().to_owned())
        .collect()
}

/// A caller is known by what a trusted proxy says, in every process; the proxy itself is nobody.
async fn limits_count_by_network(database_url: &str) {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (home, _) = Home::set_up(dirs[0].path(), database_url);
    let mut homes = vec![home.clone()];
    if !database_url.is_empty() {
        homes.push(home.beside(dirs[1].path()));
    }
    let settings = [
        ("LOCKSTEP_TRUSTED_PROXIES", "127.0.0.1"),
        ("LOCKSTEP_BOOKINGS_HOURLY", "2"),
    ];
    let served: Vec<_> = homes
        .iter()
        .map(|home| Served::start_with(home, &settings))
        .collect();
    let starts = slots(&served[0].api).await;
    for (n, forwarded, person, expected) in [
        (0, "203.0.113.7", 0, StatusCode::CREATED),
        (1, "192.0.2.1, 203.0.113.7", 1, StatusCode::CREATED),
        (2, "203.0.113.7", 2, StatusCode::TOO_MANY_REQUESTS),
        (2, "203.0.113.8", 2, StatusCode::CREATED),
        (3, "", 3, StatusCode::CREATED),
        (4, "", 4, StatusCode::CREATED),
        (5, "", 5, StatusCode::CREATED),
        (6, "203.0.113.9", 5, StatusCode::CREATED),
        (7, "203.0.113.10", 5, StatusCode::TOO_MANY_REQUESTS),
    ] {
        // A lesson takes three starts.
        let mut wish = booking("english", &starts[n * 3]);
        wish["attendee"]["email"] = format!("{person}@example.org").into();
        let api = &served[n % served.len()].api;
        let ask = client().post(format!("{api}/organizations/tutoring/bookings"));
        let answer = ask.header("x-forwarded-for", forwarded).json(&wish).send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), expected, "{n} {forwarded}");
        let retry_after = answer.headers().get("retry-after");
        let expected = (answer.status() == StatusCode::TOO_MANY_REQUESTS).then_some("1800");
        assert_eq!(retry_after.map(|value| value.to_str().unwrap()), expected);
    }
    served.into_iter().for_each(Served::kill);
}

#[tokio::test]
async fn a_network_books_so_often_on_sqlite() {
    limits_count_by_network("").await;
}

#[tokio::test]
async fn a_network_books_so_often_whichever_process_it_asks() {
    limits_count_by_network(&fresh_database("limits")).await;
}
