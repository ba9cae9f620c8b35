//! Connections from the terminal: by service account, by consent, looked at; and the key replaced.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::crash::{Home, Served};
use super::stand_in::{CALENDAR, CLIENT_ID, CLIENT_SECRET, Google, OWNER, Place};
use super::support::{Demo, booking, client, free_port, fresh_database, instant, until};

/// A place that is connected by service account, with its API key.
async fn robot_place(google: &Google, database_url: &str) -> (Place, String) {
    let mut place = Place::new(google.settings(), database_url);
    let file = google.with_robot(place.folder.path(), "writer").await;
    place.set("GOOGLE_SERVICE_ACCOUNT_JSON", file.to_str().unwrap());
    place.set("CALENDAR_ID", CALENDAR);
    let said = place.init();
    let key = said.split_whitespace().find(|word| word.starts_with("lk_"));
    (place, key.unwrap().to_owned())
}

fn live(events: &[Value]) -> usize {
    events
        .iter()
        .filter(|event| event["status"] != "cancelled")
        .count()
}

/// Books the first free slot of a served place and waits for its event.
async fn book_and_sync(google: &Google, place: &Place, key: &str) {
    let served = Served::start_at(place);
    let http = client();
    let organization = format!("{}/organizations/tutoring", served.api);
    let from = jiff::Timestamp::now();
    let to = from + jiff::SignedDuration::from_hours(24 * 20);
    let url = format!("{organization}/event-types/english/slots?from={from}&to={to}");
    let slots: Value = http.get(url).send().await.unwrap().json().await.unwrap();
    let start = slots["slots"][0]["start"].as_str().unwrap();
    let before = live(&google.events(CALENDAR).await);
    let made = http
        .post(format!("{organization}/bookings"))
        .json(&booking("english", start))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let url = format!("{}/bookings/{}", served.api, made["id"].as_str().unwrap());
    until("the booking is in the calendar", async || {
        let found = http.get(&url).bearer_auth(key).send().await.unwrap();
        let found: Value = found.json().await.unwrap();
        (found["calendar_sync"] == "synced").then_some(())
    })
    .await;
    assert_eq!(live(&google.events(CALENDAR).await), before + 1);
    served.kill();
}

/// rows L9, R6: a calendar shared with a service account is connected, proven and written to, and nobody
/// consents.
#[tokio::test]
async fn a_shared_calendar_is_connected_by_service_account() {
    let google = Google::start("http://127.0.0.1:1/unused").await;
    let (mut place, key) = robot_place(&google, "").await;
    let before = place.run(&["status"]);
    assert_eq!(before.code, Some(2), "{before:?}");
    assert!(
        before.out.contains("no calendar is connected"),
        "{before:?}"
    );

    google.share("reader").await;
    let refused = place.run(&["connect"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.out.contains("Make changes to events"),
        "{refused:?}"
    );

    google.share("writer").await;
    let connected = place.run(&["connect"]);
    assert_eq!(connected.code, Some(0), "{connected:?}");
    assert!(
        connected.out.contains("Written and removed"),
        "{connected:?}"
    );
    let events = google.events(CALENDAR).await;
    assert_eq!((events.len(), live(&events)), (1, 0), "{events:?}");
    book_and_sync(&google, &place, &key).await;
    let after = place.run(&["status"]);
    assert_eq!(after.code, Some(0), "{after:?}");
    assert!(after.out.contains("by service account"), "{after:?}");

    // The key file's content does as well as its path, and half of one is not shown.
    let content = std::fs::read_to_string(place.folder.path().join("robot.json")).unwrap();
    place.set("GOOGLE_SERVICE_ACCOUNT_JSON", &content);
    assert_eq!(place.run(&["connect"]).code, Some(0));
    let half = &content[..content.len() / 2];
    place.set("GOOGLE_SERVICE_ACCOUNT_JSON", half);
    let said = place.run(&["connect"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("GOOGLE_SERVICE_ACCOUNT_JSON"), "{said:?}");
    assert!(!said.err.contains("BEGIN"), "{said:?}");
}

/// row T1: consent begun in the terminal ends there, and what serves already is named when it is in the way.
#[tokio::test]
async fn consent_is_waited_for_in_the_terminal() {
    let port = free_port();
    let redirect_uri = format!("http://127.0.0.1:{port}/any/path%20at-all");
    let google = Google::start(&redirect_uri).await;
    let mut place = Place::new(google.settings(), "");
    place.set("GOOGLE_CLIENT_ID", CLIENT_ID);
    place.set("GOOGLE_CLIENT_SECRET", CLIENT_SECRET);
    place.set("GOOGLE_REDIRECT_URI", &redirect_uri);
    place.init();
    let mut child = place
        .command(&["connect", "--organization", "tutoring"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let consent = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains("/o/oauth2/v2/auth"))
        .unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    // Whatever else asks is not answered, and ends nothing.
    let stray = http
        .get(format!("http://127.0.0.1:{port}/favicon.ico"))
        .send()
        .await
        .unwrap();
    assert_eq!(stray.status(), StatusCode::NOT_FOUND);
    let scope = google::oauth::SCOPE_EVENTS;
    let allowed = http
        .post(consent.trim())
        .form(&[("account", OWNER), ("decision", "allow"), ("scope", scope)])
        .send()
        .await
        .unwrap();
    let back = allowed.headers()["location"].to_str().unwrap();
    assert_eq!(
        http.get(back).send().await.unwrap().status(),
        StatusCode::OK
    );
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(child.wait().unwrap().success());
    assert!(
        rest.iter().any(|line| line.contains("Written and removed")),
        "{rest:?}"
    );
    assert_eq!(place.run(&["status"]).code, Some(0));

    let served = Served::start_at(&place);
    let said = place.run(&["connect"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("in the running installation"), "{said:?}");
    assert_eq!(
        place.run(&["status"]).code,
        Some(0),
        "looking disturbs nobody"
    );
    served.kill();
}

/// scenario A5: the key file is replaced, however often that is killed, and every connection works.
#[tokio::test]
async fn the_master_key_is_replaced_through_kills() {
    let google = Google::start("http://127.0.0.1:1/unused").await;
    let (place, key) = robot_place(&google, "").await;
    assert_eq!(place.run(&["connect"]).code, Some(0));
    let file = place.folder.path().join("data/master.key");
    let old = std::fs::read_to_string(&file).unwrap();
    for patience_ms in [1, 5, 10, 20, 30, 40, 60, 80] {
        let mut child = place
            .command(&["rotate-key"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = std::time::Instant::now();
        while begun.elapsed().as_millis() < patience_ms && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        drop(child.kill());
        child.wait().unwrap();
    }
    let done = place.run(&["rotate-key"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.out.contains("all of them with the new key"),
        "{done:?}"
    );
    assert_ne!(std::fs::read_to_string(&file).unwrap(), old);
    assert!(!file.with_extension("key.next").exists());
    book_and_sync(&google, &place, &key).await;
    // The old key alone opens nothing any more.
    std::fs::write(&file, old).unwrap();
    let refused = place.run(&["rotate-key"]);
    assert!(
        refused
            .err
            .contains("not the one this database was written with"),
        "{refused:?}"
    );
}

/// The same on PostgreSQL, with the keys in the environment and a process that serves meanwhile.
#[tokio::test]
async fn the_master_key_is_replaced_while_others_serve() {
    const OLD: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    const NEW: &str = "emFiY2RlZkFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFk=";
    let google = Google::start("http://127.0.0.1:1/unused").await;
    let database = fresh_database("rotate");
    let mut place = Place::new(google.settings(), &database);
    let robot = google.with_robot(place.folder.path(), "writer").await;
    place.set("GOOGLE_SERVICE_ACCOUNT_JSON", robot.to_str().unwrap());
    place.set("CALENDAR_ID", CALENDAR);
    place.set("LOCKSTEP_MASTER_KEY", OLD);
    let said = place.init();
    let key = said
        .split_whitespace()
        .find(|word| word.starts_with("lk_"))
        .unwrap();
    assert_eq!(place.run(&["connect"]).code, Some(0));
    let told = place.run(&["rotate-key"]);
    assert_eq!(told.code, Some(1));
    assert!(
        told.err.contains("LOCKSTEP_MASTER_KEY_PREVIOUS"),
        "{told:?}"
    );

    place.set("LOCKSTEP_MASTER_KEY", NEW);
    place.set("LOCKSTEP_MASTER_KEY_PREVIOUS", OLD);
    let served = Served::start_at(&place);
    let done = place.run(&["rotate-key"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    served.kill();
    place
        .environment
        .retain(|(name, _)| name != "LOCKSTEP_MASTER_KEY_PREVIOUS");
    book_and_sync(&google, &place, key).await;
    place.set("LOCKSTEP_MASTER_KEY", OLD);
    assert!(place.run(&["connect"]).err.contains("not the one"));
}

/// row L13: what the token endpoint can say, said by the fake, becomes a cause of its own, and passes when
/// it is over.
#[tokio::test]
async fn every_refusal_of_google_is_a_cause() {
    let demo = Demo::start();
    let cause = async |expected: Option<&str>| {
        until(&format!("the cause is {expected:?}"), async || {
            let found = demo.get("/calendar-connections").await;
            (found["connections"][0]["cause"].as_str() == expected).then_some(())
        })
        .await;
    };
    for (kind, expected) in [
        (json!({ "error": "invalid_client" }), "invalid_client"),
        (json!({ "error": "deleted_client" }), "deleted_client"),
        (json!({ "error": "disabled_client" }), "disabled_client"),
        (
            json!({ "error": "unauthorized_client" }),
            "unauthorized_client",
        ),
        (
            json!({ "error": "redirect_uri_mismatch" }),
            "redirect_uri_mismatch",
        ),
        (json!({ "error": "invalid_scope" }), "invalid_scope"),
        (
            json!({ "error": "admin_policy_enforced" }),
            "admin_policy_enforced",
        ),
        (json!({ "error": "org_internal" }), "org_internal"),
        (json!({ "error": "access_denied" }), "access_denied"),
        (json!({ "error": "invalid_request" }), "misconfigured"),
        (json!({ "error": "rate_limit_exceeded" }), "rate_limited"),
        (json!({ "error": "temporarily_unavailable" }), "unreachable"),
        (json!({ "html": 502 }), "unreachable"),
        (json!({ "html": 400 }), "unexpected_answer"),
        (json!("truncated"), "unreachable"),
        (json!("drop_before"), "unreachable"),
        // The last: it ends the grant.
        (json!({ "error": "invalid_rapt" }), "invalid_rapt"),
    ] {
        let fault = json!([{ "method": "oauth2.token", "kind": kind, "count": "always" }]);
        demo.tell_google("faults", &fault).await;
        demo.tell_google("expire-access-tokens", &json!({})).await;
        cause(Some(expected)).await;
        if expected != "invalid_rapt" {
            demo.tell_google("faults", &json!([])).await;
            let mended_at = jiff::Timestamp::now();
            cause(None).await;
            // A look since: otherwise pauses would add up from case to case.
            until("the calendar is looked at again", async || {
                let found = demo.get("/calendar-connections").await;
                let looked_at = &found["connections"][0]["last_sync_at"];
                (!looked_at.is_null() && instant(looked_at) > mended_at).then_some(())
            })
            .await;
        }
    }
}

/// Nothing there, and nothing connected, are two things.
#[test]
fn status_of_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut place = Place::new(Vec::new(), "");
    place.set(
        "LOCKSTEP_DATA_DIR",
        folder.path().join("nothing").to_str().unwrap(),
    );
    let said = place.run(&["status"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("LOCKSTEP_DATA_DIR"), "{said:?}");
    let (home, _) = Home::set_up(folder.path(), "");
    let output = home.command().arg("status").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "set up and not connected");
}
