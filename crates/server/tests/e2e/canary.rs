//! Known secrets, a whole history with failures, logs at their most talkative: none of them may be anywhere it
//! is not meant to be (rows R5 and T7, scenario A5, reference/security.md).

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use reqwest::Client;
use serde_json::{Value, json};

use super::stand_in::{CLIENT_ID, CLIENT_SECRET, Google, OWNER, Place};
use super::support::{booking, client, free_port, fresh_database, until};

const MASTER_KEY: &str = "Y2FuYXJ5LW1hc3Rlci1rZXktMzItYnl0ZXMtbG9uZyE=";
const CALENDAR_API_KEY: &str = "AIzaSyCanaryCalendarApiKey0123456789";

/// What must not be seen, by name.
#[derive(Clone, Default)]
struct Secrets(Arc<Mutex<Vec<(String, String)>>>);

impl Secrets {
    fn add(&self, name: &str, secret: &str) {
        let mut known = self.0.lock().unwrap();
        if !known.iter().any(|(_, s)| s == secret) {
            known.push((name.to_owned(), secret.to_owned()));
        }
    }

    fn named(&self, name: &str) -> usize {
        self.0
            .lock()
            .unwrap()
            .iter()
            .filter(|(n, _)| n == name)
            .count()
    }

    /// Fails when one of them is in `text`, in any form it could be written in.
    fn are_not_in(&self, place: &str, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for (name, secret) in self.0.lock().unwrap().iter() {
            for form in forms(secret) {
                assert!(!text.contains(&form), "{name} is in {place}, as {form}");
            }
        }
    }
}

/// As it is, percent-encoded, in hexadecimal, as a list of numbers, and within anything in base64.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut forms = vec![
        secret.to_owned(),
        url::form_urlencoded::byte_serialize(bytes).collect(),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
        bytes
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        serde_json::to_string(secret)
            .unwrap()
            .trim_matches('"')
            .to_owned(),
    ];
    for shift in 0..3 {
        let shifted = [&b"\0\0"[..shift], bytes].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            // Ends depend on what stands beside it.
            let text = engine.encode(&shifted);
            forms.push(text[4..text.len() - 4].to_owned());
        }
    }
    forms
}

/// In front of the token endpoint: what goes by is a secret, either way.
async fn listen_in(token_url: String, secrets: Secrets) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let service =
        Router::new()
            .route("/token", post(pass_on))
            .with_state((token_url, secrets, client()));
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("{origin}/token")
}

async fn pass_on(
    State((token_url, secrets, client)): State<(String, Secrets, Client)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    for (name, value) in url::form_urlencoded::parse(&body) {
        if ["code", "code_verifier", "refresh_token"].contains(&&*name) {
            secrets.add(&name, &value);
        }
    }
    let sent = client
        .post(token_url)
        .header(header::CONTENT_TYPE, headers[header::CONTENT_TYPE].clone())
        .body(body)
        .send()
        .await;
    let Ok(answer) = sent else {
        return (StatusCode::BAD_GATEWAY, Vec::new());
    };
    let status = answer.status();
    let body = answer.bytes().await.unwrap_or_default().to_vec();
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    for name in ["access_token", "refresh_token", "id_token"] {
        if let Some(secret) = said[name].as_str() {
            secrets.add(name, secret);
        }
    }
    (status, body)
}

/// A process that serves with its whole log in a file.
struct Served {
    child: Child,
    url: String,
    http: Client,
    cookie: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Served {
    async fn start(place: &Place, log: &Path) -> Self {
        let url = place
            .environment
            .iter()
            .find(|(name, _)| name == "LOCKSTEP_PUBLIC_URL");
        let url = url.unwrap().1.clone();
        let file = File::options().create(true).append(true).open(log).unwrap();
        let child = place.command(&["serve"]).stderr(file).spawn().unwrap();
        drop(client());
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let served = Self {
            child,
            url,
            http,
            cookie: String::new(),
        };
        until("it serves", async || {
            served.http.get(served.at("/readyz")).send().await.ok()
        })
        .await;
        served
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    async fn page(&self, path: &str) -> String {
        let request = self.http.get(self.at(path)).header("cookie", &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let request = self.http.post(self.at(path)).header("cookie", &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin");
        request.form(fields).send().await.unwrap()
    }

    async fn sign_in(&mut self, password: &str) {
        let fields = [("email", "me@example.org"), ("password", password)];
        let answer = self.form("/admin/sign-in", &fields).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut self.cookie);
    }

    /// Through the consent page and back.
    async fn connect(&self) {
        let page = self.page("/admin/connection").await;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap();
        let to_google = self.form("/admin/connection", &[("csrf", csrf)]).await;
        let consent = to_google.headers()["location"].to_str().unwrap().to_owned();
        let scope = google::oauth::SCOPE_EVENTS;
        let fields = [("account", OWNER), ("decision", "allow"), ("scope", scope)];
        let back = self.http.post(consent).form(&fields).send().await.unwrap();
        let back = back.headers()["location"].to_str().unwrap().to_owned();
        let back = self.http.get(back).header("cookie", &self.cookie);
        let answer = back.send().await.unwrap();
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(location, "/admin/connection?result=connected");
    }

    async fn api(&self, key: &str, path: &str) -> Value {
        let request = self.http.get(self.at(&format!("/api/v1{path}")));
        let answer = request.bearer_auth(key).send().await.unwrap();
        answer.json().await.unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_where_it_should_not_be() {
    history("").await;
}

/// Its driver has a log of its own.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_where_it_should_not_be_on_postgresql() {
    history(&fresh_database("canary")).await;
}

async fn history(database_url: &str) {
    let secrets = Secrets::default();
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}");
    let google = Google::start(&format!("{url}/oauth/google/callback")).await;
    let mut place = Place::new(google.settings(), database_url);
    let token_url = listen_in(format!("{}/token", google.origin), secrets.clone()).await;
    let robot = google.with_robot(place.folder.path(), "writer").await;
    let robot: Value = serde_json::from_slice(&std::fs::read(robot).unwrap()).unwrap();
    for (name, value) in [
        ("LOCKSTEP_LISTEN", format!("127.0.0.1:{port}")),
        ("LOCKSTEP_PUBLIC_URL", url.clone()),
        ("LOCKSTEP_LOG", "trace".to_owned()),
        ("LOCKSTEP_GOOGLE_TOKEN_URL", token_url),
        ("LOCKSTEP_MASTER_KEY", MASTER_KEY.to_owned()),
        ("LOCKSTEP_BOOKINGS_HOURLY", "0".to_owned()),
        ("GOOGLE_CLIENT_ID", CLIENT_ID.to_owned()),
        ("GOOGLE_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("GOOGLE_SERVICE_ACCOUNT_JSON", robot.to_string()),
        ("CALENDAR_API_KEY", CALENDAR_API_KEY.to_owned()),
    ] {
        place.set(name, &value);
    }
    secrets.add("the master key", MASTER_KEY);
    secrets.add("the master key's bytes", "canary-master-key-32-bytes-long!");
    secrets.add("the client secret", CLIENT_SECRET);
    secrets.add("the calendar API key", CALENDAR_API_KEY);
    let pem = robot["private_key"].as_str().unwrap();
    // A line of it: any would do.
    secrets.add("the service account's key", pem.lines().nth(3).unwrap());

    let made = place.init();
    let word = |after: &str| {
        let (_, rest) = made.split_once(after).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    let (password, key) = (word("password"), word("API key"));
    secrets.add("the password", &password);
    secrets.add("the API key", &key);

    let log = place.folder.path().join("log");
    let mut served = Served::start(&place, &log).await;
    served.sign_in(&password).await;
    let (_, session) = served.cookie.split_once('=').unwrap();
    secrets.add("the session", session);
    served.connect().await;
    assert!(secrets.named("refresh_token") == 1 && secrets.named("access_token") >= 1);

    let shown = live(&served, &google, &secrets, &key).await;
    for (path, text) in shown {
        secrets.are_not_in(&path, text.as_bytes());
    }
    drop(served);

    // What the commands say, and what they write.
    let export = place.folder.path().join("export");
    for args in [
        &["export", export.to_str().unwrap()][..],
        &["config"],
        &["status"],
        &["connect"],
        &["rotate-key"],
    ] {
        let said = place.run(args);
        secrets.are_not_in(&format!("what {} says", args[0]), said.out.as_bytes());
        secrets.are_not_in(&format!("the errors of {}", args[0]), said.err.as_bytes());
    }
    let log = std::fs::read(log).unwrap();
    assert!(
        log.windows(5).any(|part| part == b"TRACE"),
        "the log says all it can"
    );
    secrets.are_not_in("the log", &log);
    secrets.are_not_in("the export", &std::fs::read(export).unwrap());
    for file in ["lockstep.db", "lockstep.db-wal"] {
        let file = place.folder.path().join("data").join(file);
        secrets.are_not_in("the database", &std::fs::read(file).unwrap_or_default());
    }
    // A test of the test: what is there is found, whatever it is wrapped in.
    for form in forms(CLIENT_SECRET) {
        let seen = std::panic::catch_unwind(|| secrets.are_not_in("itself", form.as_bytes()));
        assert!(seen.is_err(), "{form} is not recognised");
    }
}

/// Bookings through every kind of failure, and everything an owner looks at meanwhile.
async fn live(
    served: &Served,
    google: &Google,
    secrets: &Secrets,
    key: &str,
) -> Vec<(String, String)> {
    let from = jiff::Timestamp::now();
    let to = from + jiff::SignedDuration::from_hours(24 * 20);
    let slots = format!("/organizations/tutoring/event-types/english/slots?from={from}&to={to}");
    let slots = served.api(key, &slots).await;
    let mut shown = Vec::new();
    for (n, kind) in [
        json!({ "status": 503 }),
        json!({ "error": "forbidden" }),
        json!({ "html": 502 }),
        json!("truncated"),
        json!("drop_after"),
        json!({ "status": 401 }),
    ]
    .into_iter()
    .enumerate()
    {
        let faults = json!([
            { "method": "calendar.events.insert", "kind": kind },
            { "method": "oauth2.token", "kind": { "error": "invalid_client" } },
        ]);
        google.tell("faults", &faults).await;
        google.tell("expire-access-tokens", &json!({})).await;
        let start = slots["slots"][n * 5]["start"].as_str().unwrap();
        let request = served
            .http
            .post(served.at("/api/v1/organizations/tutoring/bookings"));
        let request = request
            .bearer_auth(key)
            .header("idempotency-key", format!("key-{n}"));
        let made = request
            .json(&booking("english", start))
            .send()
            .await
            .unwrap();
        let made: Value = made.json().await.unwrap();
        let id = made["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{made}"))
            .to_owned();
        let token = made["manage_url"]
            .as_str()
            .and_then(|url| url.rsplit('/').next());
        let token = token
            .or(made["manage_token"].as_str())
            .unwrap_or_else(|| panic!("{made}"));
        secrets.add("a manage token", token);
        // Its holder's own page, and a link that is nobody's.
        served.page(&format!("/b/{token}")).await;
        until("the failure has been met", async || {
            let path = format!("/bookings/{id}/timeline");
            let timeline = served.api(key, &path).await.to_string();
            (timeline.contains("call_failed")
                || timeline.contains("parked")
                || timeline.contains("written")
                || timeline.contains("token")
                || served.api(key, &format!("/bookings/{id}")).await["calendar_sync"] == "synced")
                .then_some(())
        })
        .await;
        for path in [
            format!("/bookings/{id}"),
            format!("/bookings/{id}/timeline"),
        ] {
            shown.push((path.clone(), served.api(key, &path).await.to_string()));
        }
        let path = format!("/admin/bookings/{id}");
        shown.push((path.clone(), served.page(&path).await));
    }
    google.tell("faults", &json!([])).await;
    google.tell("revoke", &json!({ "account": OWNER })).await;
    google.tell("expire-access-tokens", &json!({})).await;
    until("the grant is seen to be dead", async || {
        let found = served.api(key, "/calendar-connections").await;
        (found["connections"][0]["cause"] == "needs_reconnect").then_some(())
    })
    .await;
    for path in [
        "/calendar-connections",
        "/bookings",
        "/organizations/tutoring",
    ] {
        shown.push((path.to_owned(), served.api(key, path).await.to_string()));
    }
    for path in [
        "/admin",
        "/admin/bookings",
        "/admin/connection",
        "/b/not-a-token",
    ] {
        shown.push((path.to_owned(), served.page(path).await));
    }
    let refused = served
        .http
        .get(served.at("/api/v1/bookings"))
        .bearer_auth("lk_wrong");
    shown.push((
        "a refusal".to_owned(),
        refused.send().await.unwrap().text().await.unwrap(),
    ));
    let stray = served
        .page("/oauth/google/callback?state=made-up&code=made-up")
        .await;
    shown.push(("a stray callback".to_owned(), stray));
    shown
}
