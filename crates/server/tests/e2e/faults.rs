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

/// row V1, scenario H1: a disconnected account is not called again, but to give the grant back; its bookings stay.
#[tokio::test]
async fn a_disconnected_account_is_left_alone() {
    let demo = Demo::start();
    let start = demo.slots("maths").await.swap_remove(0);
    let (_, body) = demo.book("maths", &start).await;
    let id = body["id"].as_str().unwrap();
    demo.until_sync(id, "synced").await;
    let connections = demo.get("/calendar-connections").await;
    let connection = connections["connections"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/calendar-connections/{connection}/disconnect");
    let (status, done) = demo.post(&path, &json!({})).await;
    assert_eq!(
        (status, &done["grant"]),
        (StatusCode::OK, &json!("revoked")),
        "{done}"
    );
    let calls = async || {
        let log = demo.control("requests").await;
        let entries = log["requests"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| entry["method"].to_string())
            .collect::<Vec<_>>()
    };
    let revoked = until("the grant is given back", async || {
        let calls = calls().await;
        calls
            .iter()
            .position(|call| call.contains("oauth2.revoke"))
            .map(|at| (at, calls.len()))
    })
    .await;
    // A look that was under way has its answer by now; a move here would call, were it connected.
    let later = demo.slots("maths").await.swap_remove(3);
    let (status, _) = demo
        .post(
            &format!("/bookings/{id}/reschedule"),
            &json!({ "start": later }),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let (status, made) = demo.book("maths", &start).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["calendar_sync"], "none");
    assert_eq!(
        demo.get(&format!("/bookings/{id}")).await["calendar_sync"],
        "none"
    );
    let after = calls().await.split_off(revoked.0 + 1);
    assert!(
        after.iter().all(|call| !call.contains("calendar.")),
        "{after:?}"
    );
}
