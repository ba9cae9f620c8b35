//! The fake over real connections.

use std::net::SocketAddr;

use fake_google::shell::{Running, Shared, spawn};
use fake_google::{Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{ANA, EVENTS, Fake, event_on};

/// A server with a token that lives by its clock.
async fn running() -> (Running, String) {
    let world = Shared::new(Fake::new().world);
    let server = spawn(SocketAddr::from(([127, 0, 0, 1], 0)), world)
        .await
        .expect("a free port");
    let answer = exchange(server.address, "GET", "/_fake/state", &[], "").await;
    let now: Timestamp = json_of(&answer)["now"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    let scope = "https://www.googleapis.com/auth/calendar.events";
    let tokens = server
        .world
        .with(|world| world.grant(now, ANA, "client", &[scope]));
    (
        server,
        tokens.expect("account and client are there").access_token,
    )
}

/// One request on a connection of its own; everything that came back.
async fn exchange(
    address: SocketAddr,
    verb: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server listens");
    let mut request = format!(
        "{verb} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    // A server that refuses early may close before all is written.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn json_of(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or(Value::Null)
}

fn authorization(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn requests_reach_the_core() {
    let (server, token) = running().await;
    let bearer = authorization(&token);
    let body = event_on(2, json!({"summary": "over the wire"})).to_string();
    let headers = [("authorization", bearer.as_str())];
    let answer = exchange(server.address, "POST", EVENTS, &headers, &body).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let link = json_of(&answer)["htmlLink"].as_str().unwrap().to_owned();
    assert!(
        link.starts_with(&format!("{}/calendar/event?eid=", server.origin())),
        "{link}"
    );
    assert_eq!(
        answer.matches("\r\ndate: ").count(),
        1,
        "one date, the world's"
    );
    let list = exchange(server.address, "GET", EVENTS, &headers, "").await;
    assert_eq!(json_of(&list)["items"][0]["summary"], "over the wire");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_dropped_answer_ends_the_connection_without_a_byte() {
    for (name, kind, kept) in [
        ("before", FaultKind::DropBefore, 0),
        ("after", FaultKind::DropAfter, 1),
    ] {
        let (server, token) = running().await;
        let fault = Fault {
            method: "calendar.events.insert".to_owned(),
            kind,
            count: 1,
            ..Fault::default()
        };
        server.world.with(|world| world.add_fault(fault));
        let bearer = authorization(&token);
        let body = event_on(2, json!({})).to_string();
        let headers = [("authorization", bearer.as_str())];
        let answer = exchange(server.address, "POST", EVENTS, &headers, &body).await;
        assert_eq!(answer, "", "{name}");
        assert_eq!(
            server.world.with(|world| world.events(ANA).len()),
            kept,
            "{name}"
        );
        let next = exchange(server.address, "GET", EVENTS, &headers, "").await;
        assert!(next.starts_with("HTTP/1.1 200"), "{name}: {next}");
        server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let (server, token) = running().await;
    let bearer = authorization(&token);
    let body = "x".repeat(fake_google::shell::BODY_MAX + 1);
    let headers = [
        ("authorization", bearer.as_str()),
        ("expect", "100-continue"),
    ];
    let answer = exchange(server.address, "POST", EVENTS, &headers, &body).await;
    assert!(
        answer.contains("413") || answer.is_empty(),
        "{}",
        &answer[..answer.len().min(200)]
    );
    assert_eq!(server.world.with(|world| world.events(ANA).len()), 0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_clock_runs_ahead_when_told() {
    let (server, token) = running().await;
    let bearer = authorization(&token);
    let headers = [("authorization", bearer.as_str())];
    let body = r#"{"advance_seconds": 3600}"#;
    let moved = exchange(server.address, "POST", "/_fake/clock", &[], body).await;
    assert!(moved.starts_with("HTTP/1.1 200"), "{moved}");
    let answer = exchange(server.address, "GET", EVENTS, &headers, "").await;
    assert!(
        answer.starts_with("HTTP/1.1 401"),
        "the token is over: {answer}"
    );
    let offset = server.world.with(|world| world.clock_offset());
    assert_eq!(offset, SignedDuration::from_hours(1));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn without_a_connection_a_drop_shows_as_502() {
    use fake_google::shell::{Shell, router};
    use tower::ServiceExt as _;
    let mut world = Fake::new().world;
    world.add_fault(Fault {
        method: "*".to_owned(),
        kind: FaultKind::DropAfter,
        count: 1,
        ..Fault::default()
    });
    let router = router(Shell::new(Shared::new(world)));
    let request = axum::http::Request::get(EVENTS)
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 502);
}

#[tokio::test]
async fn a_truncated_answer_breaks_off() {
    let (server, token) = running().await;
    let bearer = authorization(&token);
    let headers = [("authorization", bearer.as_str())];
    let fault = Fault::once("calendar.events.list", FaultKind::Truncated);
    server.world.with(|world| world.add_fault(fault));
    let answer = exchange(server.address, "GET", EVENTS, &headers, "").await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("the head arrives");
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.parse::<usize>().ok())
        .expect("a length is promised");
    assert!(!body.is_empty() && body.len() < promised, "{answer}");
    server.stop().await.unwrap();
}

/// An answer late by an hour that no test has: the clock is moved instead.
#[tokio::test]
async fn a_slow_answer_waits_by_the_worlds_clock() {
    for mode in ["frozen", "running"] {
        let (server, token) = running().await;
        let address = server.address;
        let clock = format!(r#"{{"mode": "{mode}"}}"#);
        exchange(address, "POST", "/_fake/clock", &[], &clock).await;
        let slow = r#"[{"method": "calendar.events.list", "delay_ms": 600000}]"#;
        let planned = exchange(address, "POST", "/_fake/faults", &[], slow).await;
        assert!(planned.starts_with("HTTP/1.1 200"), "{planned}");
        let bearer = authorization(&token);
        let late = tokio::spawn(async move {
            let headers = [("authorization", bearer.as_str())];
            exchange(address, "GET", EVENTS, &headers, "").await
        });
        let is_asked = || {
            server
                .world
                .with(|world| world.request_log().count("calendar.events.list"))
        };
        while is_asked() == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            assert!(!late.is_finished(), "{mode}");
            let by = r#"{"advance_seconds": 300}"#;
            exchange(address, "POST", "/_fake/clock", &[], by).await;
        }
        let answer = late.await.expect("the task ends");
        assert!(answer.starts_with("HTTP/1.1 200"), "{mode}: {answer}");
        server.stop().await.unwrap();
    }
}
