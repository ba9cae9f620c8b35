//! Push over real HTTP: what a receiver sees on the wire, and how its answers count.

use std::net::SocketAddr;
use std::time::Duration;

use fake_google::PushRules;
use fake_google::shell::{Running, Shared, spawn};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::harness::{ANA, CLIENT, Fake, SCOPE_EVENTS, event_on};

/// A bound for what should take milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who is called back: every request head, as it came.
struct Receiver {
    address: String,
    heads: mpsc::Receiver<String>,
}

impl Receiver {
    /// Answers each call with the next of `statuses`, the last one again and again.
    async fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!(
            "http://{}/hook",
            listener.local_addr().expect("it is bound")
        );
        let (told, heads) = mpsc::channel(100);
        tokio::spawn(async move {
            let mut count = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else {
                        break;
                    };
                    head.push(byte);
                }
                let status = statuses[count.min(statuses.len() - 1)];
                count += 1;
                // Told first: who has the answer may count on it.
                let _ = told.send(String::from_utf8_lossy(&head).into_owned()).await;
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, heads }
    }

    async fn next(&mut self) -> String {
        let head = tokio::time::timeout(PATIENCE, self.heads.recv()).await;
        head.expect("a message in time")
            .expect("the receiver lives")
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A server that takes plain http, and a token for it.
async fn running(rules: PushRules) -> (Running, String) {
    let mut world = Fake::new().world;
    world.rules.push = PushRules {
        allows_http: true,
        ..rules
    };
    let world = Shared::new(world);
    let server = spawn(SocketAddr::from(([127, 0, 0, 1], 0)), world)
        .await
        .expect("a free port");
    let state = call(&server, "", "GET", "/_fake/state", &Value::Null).await;
    let now = state["now"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    let tokens = server
        .world
        .with(|world| world.grant(now, ANA, CLIENT, &[SCOPE_EVENTS]));
    (
        server,
        tokens.expect("account and client are there").access_token,
    )
}

async fn call(server: &Running, token: &str, verb: &str, path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", server.origin());
    let method = verb.parse().expect("a verb");
    let answer = reqwest_client()
        .request(method, url)
        .bearer_auth(token)
        .json(body)
        .send()
        .await;
    let answer = answer.expect("the server listens");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    let text = answer.text().await.expect("a whole answer");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn reqwest_client() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}

async fn watch(server: &Running, token: &str, id: &str, receiver: &Receiver) -> Value {
    let body = json!({"id": id, "type": "web_hook", "address": receiver.address, "token": "t0ken"});
    let path = "/calendar/v3/calendars/primary/events/watch";
    call(server, token, "POST", path, &body).await
}

async fn insert(server: &Running, token: &str, day: i8) {
    let path = "/calendar/v3/calendars/primary/events";
    call(server, token, "POST", path, &event_on(day, json!({}))).await;
}

#[tokio::test]
async fn a_message_is_a_post_without_a_body_and_seven_headers() {
    let mut receiver = Receiver::answering(&[200]).await;
    let (server, token) = running(PushRules::default()).await;
    let channel = watch(&server, &token, "one", &receiver).await;
    let sync = receiver.next().await;
    assert!(sync.starts_with("POST /hook HTTP/1.1\r\n"), "{sync}");
    assert_eq!(header(&sync, "content-length"), Some("0"));
    assert!(
        header(&sync, "user-agent")
            .unwrap()
            .starts_with("APIs-Google")
    );
    assert_eq!(header(&sync, "x-goog-resource-state"), Some("sync"));
    assert_eq!(header(&sync, "x-goog-channel-token"), Some("t0ken"));
    assert_eq!(
        header(&sync, "x-goog-resource-id"),
        channel["resourceId"].as_str()
    );
    let ours = sync
        .lines()
        .filter(|line| line.to_ascii_lowercase().starts_with("x-goog-"));
    assert_eq!(ours.count(), 7, "{sync}");
    insert(&server, &token, 2).await;
    let exists = receiver.next().await;
    assert_eq!(header(&exists, "x-goog-resource-state"), Some("exists"));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_edit_of_the_owner_beside_http_is_told_too() {
    let mut receiver = Receiver::answering(&[204]).await;
    let (server, token) = running(PushRules::default()).await;
    watch(&server, &token, "one", &receiver).await;
    receiver.next().await;
    let state = call(&server, "", "GET", "/_fake/state", &Value::Null).await;
    let now = state["now"].as_str().unwrap().parse().unwrap();
    let zone = json!("UTC");
    let mut series = event_on(2, json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}));
    series["start"]["timeZone"] = zone.clone();
    series["end"]["timeZone"] = zone;
    let series = server
        .world
        .with(|world| world.insert_event(now, ANA, &series))
        .unwrap();
    assert_eq!(
        header(&receiver.next().await, "x-goog-resource-state"),
        Some("exists")
    );
    let second = format!("{}_20260309T100000Z", series["id"].as_str().unwrap());
    server
        .world
        .with(|world| world.split_series(now, ANA, &second, &json!({"summary": "new"})))
        .unwrap();
    assert_eq!(
        header(&receiver.next().await, "x-goog-resource-state"),
        Some("exists")
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_503_is_tried_again_when_the_clock_says_so() {
    let mut receiver = Receiver::answering(&[503, 200]).await;
    let rules = PushRules {
        retry_first_ms: 3_600_000,
        retry_max_ms: 3_600_000,
        ..PushRules::default()
    };
    let (server, token) = running(rules).await;
    watch(&server, &token, "one", &receiver).await;
    let first = receiver.next().await;
    // The report may still be on its way: look until the next try waits.
    let looks = async {
        while server.world.with(|world| world.next_delivery()).is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looks)
        .await
        .expect("the 503 is reported");
    server
        .world
        .with(|world| world.advance_clock(SignedDuration::from_hours(2)));
    let second = receiver.next().await;
    assert_eq!(header(&first, "x-goog-message-number"), Some("1"));
    assert_eq!(header(&second, "x-goog-message-number"), Some("1"));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn sync_can_arrive_before_the_answer_to_watch() {
    let mut receiver = Receiver::answering(&[200]).await;
    let rules = PushRules {
        is_sync_first: true,
        ..PushRules::default()
    };
    let (server, token) = running(rules).await;
    watch(&server, &token, "one", &receiver).await;
    let head = receiver.heads.try_recv().expect("sync was first");
    assert_eq!(header(&head, "x-goog-resource-state"), Some("sync"));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn more_changes_than_fly_at_once_all_arrive() {
    let mut receiver = Receiver::answering(&[200]).await;
    let (server, token) = running(PushRules::default()).await;
    watch(&server, &token, "one", &receiver).await;
    for day in 1..=28 {
        insert(&server, &token, day).await;
    }
    let mut states = Vec::new();
    for _ in 0..29 {
        let head = receiver.next().await;
        states.push(header(&head, "x-goog-message-number").unwrap().to_owned());
    }
    states.sort_unstable();
    states.dedup();
    assert_eq!(states.len(), 29, "each message once");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_at_the_address_is_reported_and_harms_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook", closed.local_addr().unwrap());
    drop(closed);
    let (server, token) = running(PushRules {
        is_sync_first: true,
        ..PushRules::default()
    })
    .await;
    let body = json!({"id": "one", "type": "web_hook", "address": address});
    let path = "/calendar/v3/calendars/primary/events/watch";
    call(&server, &token, "POST", path, &body).await;
    let channels = call(&server, "", "GET", "/_fake/channels", &Value::Null).await;
    assert!(
        channels["reports"][0]["carried"]["unreachable"].is_string(),
        "{channels}"
    );
    server.stop().await.unwrap();
}
