//! A Google over real HTTP beside a served Lockstep, and how the two are connected.

use fake_google::World;
use fake_google::shell::{Running, Shared, spawn};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;

use super::crash::Served;
use super::support::{OWNER, client};

const REDIRECT: &str = "http://127.0.0.1:9/oauth/google/callback";

/// A Google with the owner's account, some events of their own, and no limit a minute.
pub(crate) async fn start_google() -> Running {
    let mut world = World::new(1);
    world.add_account(OWNER, "Owner", "Europe/Madrid").unwrap();
    world.add_client("id", "secret", &[REDIRECT]);
    // Many minutes of a business in one.
    world.rules.quotas.per_minute_per_user = None;
    let now = Timestamp::now();
    for day in 1..20 {
        let start = now + SignedDuration::from_hours(24 * day);
        let end = start + SignedDuration::from_hours(1);
        let event = json!({
            "summary": "Not ours",
            "start": { "dateTime": start.to_string() },
            "end": { "dateTime": end.to_string() },
        });
        world.insert_event(now, OWNER, &event).unwrap();
    }
    spawn("127.0.0.1:0".parse().unwrap(), Shared::new(world))
        .await
        .unwrap()
}

/// What makes a process use it, and look at its calendars that often.
pub(crate) fn settings(google: &Running, poll_seconds: u32) -> Vec<(&'static str, String)> {
    let origin = google.origin();
    vec![
        ("GOOGLE_CLIENT_ID", "id".to_owned()),
        ("GOOGLE_CLIENT_SECRET", "secret".to_owned()),
        ("GOOGLE_REDIRECT_URI", REDIRECT.to_owned()),
        (
            "LOCKSTEP_GOOGLE_AUTH_URL",
            format!("{origin}/o/oauth2/v2/auth"),
        ),
        ("LOCKSTEP_GOOGLE_TOKEN_URL", format!("{origin}/token")),
        ("LOCKSTEP_GOOGLE_REVOKE_URL", format!("{origin}/revoke")),
        ("LOCKSTEP_GOOGLE_API_URL", format!("{origin}/calendar/v3")),
        ("LOCKSTEP_GOOGLE_UNITS_PER_ACCOUNT", "1000000".to_owned()),
        ("LOCKSTEP_BOOKINGS_HOURLY", "0".to_owned()),
        ("LOCKSTEP_POLL_SECONDS", poll_seconds.to_string()),
    ]
}

/// Connects the calendar as an owner does: admin page, consent, and back.
pub(crate) async fn connect(served: &Served, password: &str) {
    // It installs what TLS needs.
    drop(client());
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let origin = served.api.trim_end_matches("/api/v1").to_owned();
    let mut cookies: Vec<String> = Vec::new();
    let mut send = async |request: reqwest::RequestBuilder| {
        let request = request
            .header("origin", &origin)
            .header("sec-fetch-site", "same-origin")
            .header(COOKIE, cookies.join("; "));
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            cookies.push(cookie.split(';').next().unwrap().to_owned());
        }
        let location = answer.headers().get(LOCATION).cloned();
        let location = location.map(|there| there.to_str().unwrap().to_owned());
        (location, answer.text().await.unwrap())
    };
    let sign_in = [("email", "me@example.org"), ("password", password)];
    let url = format!("{origin}/admin/sign-in");
    send(http.post(url).form(&sign_in)).await;
    let page = format!("{origin}/admin/connection");
    let (_, body) = send(http.get(&page)).await;
    let (_, rest) = body.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split('"').next().unwrap();
    let (consent, _) = send(http.post(&page).form(&[("csrf", csrf)])).await;
    let decided = [
        ("account", OWNER),
        ("decision", "allow"),
        ("scope", "https://www.googleapis.com/auth/calendar.events"),
    ];
    let (back, _) = send(http.post(consent.unwrap()).form(&decided)).await;
    let back = back.unwrap();
    let (_, path) = back.split_once("127.0.0.1:9").unwrap();
    let (there, _) = send(http.get(format!("{origin}{path}"))).await;
    assert_eq!(
        there.unwrap_or_default(),
        "/admin/connection?result=connected"
    );
}
