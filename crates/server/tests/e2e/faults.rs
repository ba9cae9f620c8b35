//! Google failing, as the fake's fault list makes it.

use reqwest::StatusCode;
use serde_json::json;

use super::support::{Demo, OWNER, until};

/// rows T6, R7 and scenarios D1, D6: booked while Google is down, written when it is back.
#[tokio::test]
async fn a_booking_made_while_google_is_down_follows_later() {
    let demo = Demo::start();
    demo.tell_google(
        "faults",
        &json!([{ "method": "calendar.events.insert", "kind": { "status": 503 }, "count": 2 }]),
    )
    .await;
    let start = demo.slots("maths").await.swap_remove(0);
    let (status, body) = demo.book("maths", &start).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let id = body["id"].as_str().unwrap();
    demo.until_sync(id, "synced").await;
    assert_eq!(demo.events().await.len(), 1);
    let timeline = demo.get(&format!("/bookings/{id}/timeline")).await;
    let entries = timeline["entries"].as_array().unwrap();
    let inserts = entries
        .iter()
        .find(|entry| entry["detail"]["asked"] == "insert");
    assert!(
        inserts.is_some_and(|entry| entry["detail"]["answers"]["no_answer"] == 2),
        "attempts are visible: {timeline}"
    );
}

/// scenario D3's everyday form: the event was made but the answer never came.
#[tokio::test]
async fn an_answer_lost_after_the_event_was_made_makes_no_second_event() {
    let demo = Demo::start();
    demo.tell_google(
        "faults",
        &json!([{ "method": "calendar.events.insert", "kind": "drop_after", "count": 1 }]),
    )
    .await;
    let start = demo.slots("maths").await.swap_remove(0);
    let (_, body) = demo.book("maths", &start).await;
    demo.until_sync(body["id"].as_str().unwrap(), "synced")
        .await;
    assert_eq!(demo.events().await.len(), 1);
}

/// row T5: access tokens run out and are renewed without anyone doing anything.
#[tokio::test]
async fn an_access_token_that_ran_out_is_renewed() {
    let demo = Demo::start();
    demo.tell_google("clock", &json!({ "advance_seconds": 7200 }))
        .await;
    let start = demo.slots("maths").await.swap_remove(0);
    let (_, body) = demo.book("maths", &start).await;
    demo.until_sync(body["id"].as_str().unwrap(), "synced")
        .await;
    assert_eq!(demo.events().await.len(), 1);
}

/// rows T5, A1: a revoked grant is a state people see, bookings go on, and nothing is asked in vain.
#[tokio::test]
async fn a_revoked_grant_asks_for_reconnection() {
    let demo = Demo::start();
    demo.tell_google("revoke", &json!({ "account": OWNER }))
        .await;
    let start = demo.slots("maths").await.swap_remove(0);
    let (status, body) = demo.book("maths", &start).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    until("the connection asks for reconnection", async || {
        let connections = demo.get("/calendar-connections").await;
        let connection = &connections["connections"][0];
        (connection["state"] == "error" && connection["cause"] == "needs_reconnect").then_some(())
    })
    .await;
    let found = demo.until_sync(body["id"].as_str().unwrap(), "error").await;
    assert_eq!(found["problem"], "needs_reconnect");
}
