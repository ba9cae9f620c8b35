//! `lockstep doctor` on real processes: each thing broken once, named, with what to do.

use jiff::SignedDuration;
use serde_json::json;

use super::google::{settings, start_google};
use super::stand_in::{Place, Said};
use super::support::client;

/// The line about `what`, and the one after it.
fn about(said: &Said, what: &str) -> (String, String) {
    let mut lines = said.out.lines();
    let line = lines.find(|line| line[6..].starts_with(what)).unwrap();
    let verdict = line.split_whitespace().next().unwrap().to_owned();
    let rest = format!("{line} {}", lines.next().unwrap_or_default());
    (verdict, rest)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_wrong_is_named_with_what_to_do() {
    let google = start_google().await;
    let environment = settings(&google, 1).into_iter();
    let environment = environment.map(|(name, value)| (name.to_owned(), value));
    let mut place = Place::new(environment.collect(), "");
    let before = place.run(&["doctor"]);
    assert_eq!(before.code, Some(2), "nothing is set up: {before:?}");
    let (verdict, text) = about(&before, "store");
    assert!(verdict == "BAD" && text.contains("lockstep init"), "{text}");

    place.init();
    let sound = place.run(&["doctor"]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    for (what, verdict) in [
        ("store", "ok"),
        ("time zones", "ok"),
        ("Google", "ok"),
        ("clock", "ok"),
        ("redirect address", "ok"),
        ("connection", "look"),
        ("push", "look"),
    ] {
        assert_eq!(about(&sound, what).0, verdict, "{what}: {sound:?}");
    }

    let unknown = "http://127.0.0.1:9/elsewhere";
    place.set("GOOGLE_REDIRECT_URI", unknown);
    let said = place.run(&["doctor"]);
    let (verdict, text) = about(&said, "redirect address");
    assert!(verdict == "BAD" && text.contains(unknown), "{said:?}");
    assert_eq!(said.code, Some(2));

    // Somebody else answers where Google is to push.
    place.set(
        "LOCKSTEP_WEBHOOK_URL",
        &format!("{}/elsewhere", google.origin()),
    );
    let said = place.run(&["doctor"]);
    let (verdict, text) = about(&said, "push");
    assert!(verdict == "BAD" && text.contains("proxy"), "{said:?}");

    let hours = SignedDuration::from_hours(2).as_secs();
    let clock = format!("{}/_fake/clock", google.origin());
    let moved = client()
        .post(clock)
        .json(&json!({ "advance_seconds": hours }));
    assert!(moved.send().await.unwrap().status().is_success());
    let said = place.run(&["doctor"]);
    let (verdict, text) = about(&said, "clock");
    assert!(verdict == "BAD" && text.contains("NTP"), "{said:?}");

    place.set("LOCKSTEP_GOOGLE_TOKEN_URL", "http://127.0.0.1:9/token");
    let said = place.run(&["doctor"]);
    assert_eq!(about(&said, "Google").0, "BAD", "{said:?}");
}
