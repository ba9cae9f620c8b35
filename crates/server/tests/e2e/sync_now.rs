//! "Sync now" at a real process: asked by many at once, waited for, and answered with what came (row V5).

use fake_google::{Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crash::Served;
use super::push::{SELDOM, Stage, stage};
use super::support::client;

const PRESSES: usize = 10;

impl Stage {
    async fn connection(&self) -> String {
        let all = self.get("/calendar-connections").await;
        all["connections"][0]["id"].as_str().unwrap().to_owned()
    }

    /// As many presses at once.
    async fn press(&self, presses: usize) -> Vec<Value> {
        let path = format!("/calendar-connections/{}/sync", self.connection().await);
        let http = client();
        let all: JoinSet<_> = (0..presses)
            .map(|_| {
                let url = format!("{}{path}", self.served.api);
                let asked = http.post(url).bearer_auth(&self.key).send();
                async move {
                    let answer = asked.await.unwrap();
                    assert_eq!(answer.status(), StatusCode::OK);
                    answer.json().await.unwrap()
                }
            })
            .collect();
        all.join_all().await
    }
}

/// scenario H3: ten presses at once leave what one leaves, cost a listing or two, and each hears that all was read.
/// Nothing but a press lets this calendar be read.
#[tokio::test(flavor = "multi_thread")]
async fn ten_presses_at_once_are_one_press() {
    let stage = stage(SELDOM, Served::start_with, |_| ()).await;
    // What the connection itself wrote, and what is due for it, is read first.
    let first = stage.press(1).await;
    assert_eq!(first[0]["success"], true, "{first:?}");
    let start = stage.last_start().await;
    stage.write_event(&start);
    // The first listing takes so long that the other presses come beside it.
    stage.google.world.with(|world| {
        world.add_fault(Fault {
            delay_ms: 1_000,
            ..Fault::once("calendar.events.list", FaultKind::Delay)
        });
    });
    let lists = stage.calls("calendar.events.list");
    let heard = stage.press(PRESSES).await;
    // One that began after the event was made was brought it; one that waited for another's, too.
    for answer in &heard {
        assert_eq!(answer["success"], true, "{heard:?}");
    }
    assert!(
        heard.contains(&json!({ "success": true, "synced_events": 1 })),
        "{heard:?}"
    );
    assert!(!stage.is_offered(&start).await, "at once");
    let many = stage.slots().await["slots"].clone();
    let listed = stage.calls("calendar.events.list") - lists;
    assert!(
        (1..=2).contains(&listed),
        "{listed} listings for {PRESSES} presses"
    );
    let again = stage.press(1).await;
    assert_eq!(again, [json!({ "success": true, "synced_events": 0 })]);
    assert_eq!(stage.slots().await["slots"], many, "nothing was left to do");
    stage.google.stop().await.unwrap();
}

/// Google does not answer: nobody is told that all was read, and nobody waits for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_brings_nothing_says_so() {
    let stage = stage(SELDOM, Served::start_with, |_| ()).await;
    let first = stage.press(1).await;
    assert_eq!(first[0]["success"], true, "{first:?}");
    stage.google.world.with(|world| {
        world.add_fault(Fault {
            count: fake_google::ALWAYS,
            ..Fault::once("calendar.events.list", FaultKind::DropBefore)
        });
    });
    let begun = Timestamp::now();
    let heard = stage.press(1).await;
    assert_eq!(heard, [json!({ "success": false, "synced_events": 0 })]);
    let took = Timestamp::now().duration_since(begun);
    assert!(took < SignedDuration::from_secs(10), "{took}");
    stage.google.stop().await.unwrap();
}
