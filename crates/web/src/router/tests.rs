//! The pages as a browser meets them: requests in, answers out, over a real store in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::limits::Limits;
use app::preset::{Administrator, Preset};
use app::settings::{Google, MissingSettings};
use app::{App, Parts, Settings, Vault};
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use domain::{Chance, Clock, Instant};
use google::transport::{Sending, TransportError};
use google::{Endpoints, Transport, oauth::OAuthClient};
use http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION,
    REFERRER_POLICY,
};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use store::Store;
use store::sqlite::inline::Inline;
use tower::ServiceExt;
use url::form_urlencoded;

use super::*;

mod admin_books;
mod admin_decides;
mod calendar;
mod connection;
mod freshness;
mod inbox;
mod sent_twice;

/// Friday, 09:10 in Madrid.
const NOW: &str = "2026-11-20T08:10:00Z";
/// Tuesday, 10:00 in Madrid.
const START: &str = "2026-11-24T09:00:00Z";
const PASSWORD: &str = "correct horse battery";

const PRESET: &str = r#"
[organization]
slug = "alameda"
name = "Academia Alameda"
time_zone = "Europe/Madrid"
locale = "es"

[[host]]
key = "laura"
name = "Laura Gómez"
[host.hours]
monday = [["09:00", "13:00"]]
tuesday = [["09:00", "13:00"]]
wednesday = [["09:00", "13:00"]]
thursday = [["09:00", "13:00"]]
friday = [["09:00", "13:00"]]
saturday = []
sunday = []

[[host]]
key = "noor"
name = "Noor Aziz"
hours = { tuesday = [["09:00", "13:00"]] }

[[event_type]]
slug = "maths"
name = "Matemáticas"
hosts = ["laura"]
duration_minutes = 60
grid_minutes = 30
notice_minutes = 120
horizon_days = 60
[event_type.text]
title = "{attendee}"
description = ""

[[event_type]]
slug = "talk"
name = "Primera charla"
hosts = ["laura"]
needs_approval = true
duration_minutes = 60
grid_minutes = 30
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "" }

[[event_type]]
slug = "chat"
name = "Conversación"
hosts = ["laura", "noor"]
duration_minutes = 60
grid_minutes = 60
notice_minutes = 0
horizon_days = 60
text = { title = "{attendee}", description = "" }
"#;

struct Held;

impl Clock for Held {
    fn now(&self) -> Instant {
        Instant::parse(NOW).unwrap()
    }
}

/// Never the same bytes twice.
#[derive(Default)]
struct Counted(AtomicU64);

impl Chance for Counted {
    fn fill(&self, _: &'static str, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            // High enough to be in the first bytes of a chunk: ids sort as they were drawn.
            let counted = (next << 24).to_be_bytes();
            chunk.copy_from_slice(&counted[..chunk.len()]);
        }
    }
}

struct Unreachable;

impl Transport for Unreachable {
    fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async { Err(TransportError::NotSent("no network in tests".to_owned())) })
    }
}

/// A browser with cookies, in front of an installation.
struct Browser {
    router: Router,
    cookies: Vec<String>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[LOCATION].to_str().unwrap()
    }

    /// What follows `opening` in the page, up to the next quote.
    fn value(&self, opening: &str) -> String {
        let found = self.body.split_once(opening).map(|(_, rest)| rest);
        let value = found.and_then(|rest| rest.split('"').next());
        value
            .unwrap_or_else(|| panic!("{opening} is not in {}", self.body))
            .to_owned()
    }
}

fn app(public_url: &str, is_configured: bool) -> App {
    app_within(public_url, is_configured, Limits::default())
}

fn app_within(public_url: &str, is_configured: bool, limits: Limits) -> App {
    let redirect_uri = format!("{public_url}oauth/google/callback");
    app_with(public_url, is_configured, limits, redirect_uri)
}

fn app_returning_to(redirect_uri: &str) -> App {
    let (public_url, limits) = ("http://127.0.0.1:8080/", Limits::default());
    app_with(public_url, true, limits, redirect_uri.to_owned())
}

fn app_with(public_url: &str, is_configured: bool, limits: Limits, redirect_uri: String) -> App {
    let backend = Arc::new(Inline::open(Held.now()).unwrap());
    let missing = MissingSettings(vec!["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]);
    let google = is_configured.then(|| google(redirect_uri)).ok_or(missing);
    app_of(public_url, google, limits, backend)
}

fn app_on(backend: Arc<Inline>) -> App {
    let google = google("http://127.0.0.1:8080/oauth/google/callback".to_owned());
    app_of(
        "http://127.0.0.1:8080/",
        Ok(google),
        Limits::default(),
        backend,
    )
}

/// Settings under which people consent.
fn google(redirect_uri: String) -> Google {
    Google {
        client: Ok(OAuthClient {
            id: "client".to_owned(),
            secret: "secret".into(),
            redirect_uri,
        }),
        service_account: None,
        api_key: None,
        endpoints: Endpoints::google(),
        calendar_id: "primary".to_owned(),
        quota: app::quota::Quota::default(),
        login_hint: None,
    }
}

fn app_of(
    public_url: &str,
    google: Result<Google, MissingSettings>,
    limits: Limits,
    backend: Arc<Inline>,
) -> App {
    let clock = Held;
    App::new(Parts {
        store: Store::new(backend),
        transport: Arc::new(Unreachable),
        clock: Arc::new(clock),
        chance: Arc::new(Counted::default()),
        vault: Vault::new(&[7; 32]),
        settings: Settings {
            public_url: public_url.parse().unwrap(),
            google,
            webhook_url: None,
            pace: app::settings::Pace::every(SignedDuration::from_secs(30)),
            pull_size: app::settings::PullSize::default(),
            limits,
        },
    })
}

fn uuid<T: std::str::FromStr>(number: u8) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("01928f3c-0000-7000-8000-0000000000{number:02}")
        .parse()
        .unwrap()
}

impl Browser {
    /// In front of an installation with one organization.
    async fn new() -> Self {
        Self::at("http://127.0.0.1:8080/", true).await
    }

    async fn at(public_url: &str, is_configured: bool) -> Self {
        Self::before(app(public_url, is_configured)).await
    }

    /// In front of `app`, with the organization of the tests.
    async fn before(app: App) -> Self {
        let preset: Preset = toml::from_str(PRESET).unwrap();
        let administrator = Administrator {
            email: "laura@alameda.example".to_owned(),
            password: PASSWORD.into(),
        };
        app::preset::install(&app, &preset, &administrator)
            .await
            .unwrap();
        Self {
            router: router(WebState::new(app)),
            cookies: Vec::new(),
        }
    }

    async fn send(&mut self, request: http::request::Builder, body: String) -> Answer {
        let request = request.header(COOKIE, self.cookies.join("; "));
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            self.cookies
                .retain(|known| known.split('=').next() != Some(name));
            if !cookie.to_str().unwrap().contains("Max-Age=0") {
                self.cookies.push(pair.to_owned());
            }
        }
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&mut self, uri: &str) -> Answer {
        let request = http::Request::get(uri).header(ACCEPT_LANGUAGE, "en");
        self.send(request, String::new()).await
    }

    async fn post(&mut self, uri: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = http::Request::post(uri)
            .header(ACCEPT_LANGUAGE, "en")
            .header("sec-fetch-site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body).await
    }

    /// Books `start` and gives the booking's page.
    async fn book(&mut self, start: &str) -> String {
        let fields = [
            ("start", start),
            ("name", "Ana"),
            ("email", "ana@example.org"),
        ];
        let answer = self.post("/alameda/maths/book", &fields).await;
        answer.location().trim_end_matches("?new=1").to_owned()
    }

    /// Signs in, and gives the synchroniser token.
    async fn sign_in(&mut self) -> String {
        let fields = [("email", "Laura@alameda.example"), ("password", PASSWORD)];
        let answer = self.post("/admin/sign-in", &fields).await;
        assert_eq!(answer.location(), "/admin/bookings");
        let page = self.get("/admin/bookings").await;
        page.value("name=\"csrf\" value=\"")
    }
}

#[tokio::test]
async fn a_single_organization_is_the_start_page() {
    let mut browser = Browser::new().await;
    assert_eq!(browser.get("/").await.location(), "/alameda");
    let page = browser.get("/alameda").await;
    assert!(page.body.contains("Matemáticas") && page.body.contains("with Laura Gómez"));
    assert!(page.body.contains("href=\"/alameda/maths\""));
}

#[tokio::test]
async fn an_installation_without_organizations_says_what_to_do() {
    let app = app("http://127.0.0.1:8080/", true);
    let mut browser = Browser {
        router: router(WebState::new(app)),
        cookies: Vec::new(),
    };
    let page = browser.get("/").await;
    assert!(
        page.body.contains("lockstep init --preset tutoring"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_picker_shows_days_and_slots_in_the_zone_chosen() {
    let mut browser = Browser::new().await;
    let page = browser.get("/alameda/maths").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.value("data-detect-zone=\""), "Europe/Madrid");
    // Today from 11:30 on: two hours' notice from 09:10, on the half hour.
    assert_eq!(
        page.value("data-test=\"slot\" data-start=\""),
        "2026-11-20T10:30:00Z"
    );
    let page = browser
        .get("/alameda/maths?day=2026-11-24&tz=Asia/Tokyo")
        .await;
    assert!(page.body.contains("Tokyo (UTC+09:00)") && !page.body.contains("data-detect-zone"));
    assert_eq!(
        page.value("data-test=\"slot\" data-start=\""),
        "2026-11-24T08:00:00Z"
    );
    assert!(page.body.contains(">17:00</time>"));
    // Remembered.
    let page = browser.get("/alameda/maths?day=2026-11-24").await;
    assert!(page.body.contains("Tokyo (UTC+09:00)"));
}

#[tokio::test]
async fn nothing_in_an_address_breaks_a_page() {
    let mut browser = Browser::new().await;
    for query in [
        "month=0000-00&day=x&tz=%00",
        "month=9999-12",
        "day=2026-02-31&tz=../../etc/passwd",
        "month=2026-11&day=2027-03-03",
        "tz=Europe%2FMadrid&tz=Mars&month[]=1",
        "day=2199-12-31&month=1970-01",
        "lang=%F0%9F%92%A9&%%%",
    ] {
        let page = browser.get(&format!("/alameda/maths?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
    }
    for start in ["", "x", "2026-11-24", "9999-01-01T00:00:00Z"] {
        let page = browser
            .get(&format!("/alameda/maths/book?start={start}"))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{start}");
        assert!(
            page.body
                .contains("href=\"/alameda/maths?tz=Europe%2FMadrid\""),
            "{start}"
        );
    }
    for uri in [
        "/nobody",
        "/alameda/chess",
        "/nobody/maths/book?start=x",
        "/a/b/c/d",
        "/assets/no.css",
    ] {
        assert_eq!(
            browser.get(uri).await.status,
            StatusCode::NOT_FOUND,
            "{uri}"
        );
    }
    assert_eq!(
        browser.get("/b/unknown").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.post("/alameda/maths", &[]).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_booking_is_made_moved_and_cancelled() {
    let mut browser = Browser::new().await;
    let form = browser
        .get(&format!("/alameda/maths/book?start={START}"))
        .await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("Tuesday, 24 November 2026") && form.body.contains("10:00–11:00"));
    let booking = browser.book(START).await;
    let page = browser.get(&format!("{booking}?new=1")).await;
    assert!(page.body.contains("You are booked"));
    assert_eq!(page.value("data-status=\""), "confirmed");

    let moved = "2026-11-25T10:00:00Z";
    let picker = browser
        .get(&format!("{booking}/reschedule?day=2026-11-24"))
        .await;
    assert!(
        !picker.body.contains(&format!("data-start=\"{START}\"")),
        "its own start is no move"
    );
    let decide = browser
        .get(&format!("{booking}/reschedule?start={moved}"))
        .await;
    assert!(decide.body.contains("Move the booking?"));
    let answer = browser
        .post(&format!("{booking}/reschedule"), &[("start", moved)])
        .await;
    assert_eq!(answer.location(), format!("{booking}?moved=1"));
    let page = browser.get(&booking).await;
    assert_eq!(page.value("datetime=\""), moved);

    assert_eq!(
        browser.get(&format!("{booking}/cancel")).await.status,
        StatusCode::OK
    );
    let reason = [("reason", "Ill")];
    assert_eq!(
        browser
            .post(&format!("{booking}/cancel"), &reason)
            .await
            .location(),
        booking
    );
    let page = browser.get(&booking).await;
    assert_eq!(page.value("data-status=\""), "cancelled");
    assert!(page.body.contains("data-test=\"book-again\""));
    // Again, and what no longer makes sense: back to the booking.
    assert_eq!(
        browser
            .post(&format!("{booking}/cancel"), &reason)
            .await
            .location(),
        booking
    );
    assert_eq!(
        browser.get(&format!("{booking}/cancel")).await.location(),
        booking
    );
    assert_eq!(
        browser
            .get(&format!("{booking}/reschedule"))
            .await
            .location(),
        booking
    );
    let answer = browser
        .post(&format!("{booking}/reschedule"), &[("start", START)])
        .await;
    assert_eq!(answer.location(), booking);
}

/// scenario B5
#[tokio::test]
async fn a_slot_just_taken_loses_nothing_typed() {
    let mut browser = Browser::new().await;
    browser.book(START).await;
    let typed = [
        ("start", START),
        ("time_zone", "Europe/Lisbon"),
        ("name", "Zoé \"Z\" <b>"),
        ("email", "zoe@example.org"),
        ("phone", "+351 210 000 000"),
        ("notes", "First\nsecond"),
    ];
    let page = browser.post("/alameda/maths/book", &typed).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(page.value("data-code=\""), "slot_taken");
    assert!(page.body.contains("This time was just taken"));
    for kept in [
        "Zoé &#34;Z&#34; &#60;b&#62;",
        "zoe@example.org",
        "+351 210 000 000",
        "First\nsecond",
        "Lisbon",
    ] {
        assert!(page.body.contains(kept), "{kept}");
    }
    let other = page.value("name=\"start\" value=\"");
    assert_ne!(other, START);
    let retyped: Vec<_> = [("start", other.as_str())]
        .into_iter()
        .chain(typed[1..].iter().copied())
        .collect();
    assert!(
        browser
            .post("/alameda/maths/book", &retyped)
            .await
            .location()
            .starts_with("/b/")
    );
    // Whoever comes with the old link is told before they type.
    let page = browser
        .get(&format!("/alameda/maths/book?start={START}"))
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("not free any more") && !page.body.contains("name=\"email\""));
}

/// scenario B6
#[tokio::test]
async fn a_start_against_the_rules_is_refused_with_the_rule() {
    let mut browser = Browser::new().await;
    for (start, code) in [
        ("2026-11-19T09:00:00Z", "in_past"),
        ("2026-11-20T09:00:00Z", "inside_notice"),
        ("2027-11-23T09:00:00Z", "beyond_horizon"),
        ("2026-11-24T20:00:00Z", "outside_hours"),
        ("2026-11-24T09:10:00Z", "off_grid"),
    ] {
        let typed = [
            ("start", start),
            ("name", "Ana"),
            ("email", "ana@example.org"),
        ];
        let page = browser.post("/alameda/maths/book", &typed).await;
        assert_eq!(
            (page.status, page.value("data-code=\"")),
            (StatusCode::CONFLICT, code.to_owned())
        );
        let page = browser
            .get(&format!("/alameda/maths/book?start={start}"))
            .await;
        assert_eq!(
            (page.status, page.value("data-code=\"")),
            (StatusCode::CONFLICT, code.to_owned())
        );
    }
}

#[tokio::test]
async fn field_errors_are_shown_in_place() {
    let mut browser = Browser::new().await;
    let typed = [
        ("start", START),
        ("name", ""),
        ("email", "ana@"),
        ("notes", "Kept"),
    ];
    let page = browser.post("/alameda/maths/book", &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("<title>Please check: Your details"));
    assert!(page.body.contains("href=\"#name\"") && page.body.contains("href=\"#email\""));
    assert!(page.body.contains("aria-describedby=\"name-problem\""));
    assert!(page.body.contains(">Kept</textarea>") && page.body.contains("value=\"ana@\""));
    assert!(
        page.body
            .contains(&format!("name=\"start\" value=\"{START}\""))
    );
}

#[tokio::test]
async fn admin_pages_are_for_those_signed_in() {
    let mut browser = Browser::new().await;
    for (uri, next) in [
        ("/admin/bookings", "%2Fadmin%2Fbookings"),
        ("/admin/connection", "%2Fadmin%2Fconnection"),
    ] {
        let answer = browser.get(uri).await;
        assert_eq!(answer.location(), format!("/admin/sign-in?next={next}"));
    }
    assert_eq!(
        browser.post("/admin/connection", &[]).await.location(),
        "/admin/sign-in"
    );
    let wrong = [
        ("email", "laura@alameda.example"),
        ("password", "wrong password"),
    ];
    let unknown = [("email", "nobody@alameda.example"), ("password", PASSWORD)];
    let wrong = browser.post("/admin/sign-in", &wrong).await;
    let unknown = browser.post("/admin/sign-in", &unknown).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let same = |page: &Answer| page.body.replace("nobody@", "laura@");
    assert_eq!(
        same(&wrong),
        same(&unknown),
        "nobody learns who has a login"
    );

    let csrf = browser.sign_in().await;
    assert_eq!(browser.get("/admin").await.location(), "/admin/bookings");
    assert_eq!(
        browser.get("/admin/sign-in").await.location(),
        "/admin/bookings"
    );
    for forged in ["", "0", &csrf.to_uppercase()] {
        let answer = browser.post("/admin/sign-out", &[("csrf", forged)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{forged}");
    }
    let answer = browser.post("/admin/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(answer.location(), "/admin/sign-in?out=1");
    assert!(
        browser
            .get("/admin/bookings")
            .await
            .location()
            .starts_with("/admin/sign-in")
    );
}

#[tokio::test]
async fn an_admin_sees_moves_and_cancels_bookings() {
    let mut browser = Browser::new().await;
    browser.book(START).await;
    browser.book("2026-11-26T09:00:00Z").await;
    let csrf = browser.sign_in().await;
    let list = browser.get("/admin/bookings").await;
    assert_eq!(list.body.matches("data-test=\"booking-row\"").count(), 2);
    assert_eq!(list.value("data-test=\"sync-state\" data-state=\""), "none");
    let id = list.value("data-booking-id=\"");
    let page = format!("/admin/bookings/{id}");
    let detail = browser.get(&page).await;
    assert!(
        detail.body.contains("data-kind=\"booked\"")
            && detail.body.contains("mailto:ana@example.org")
    );

    let moved = "2026-11-25T10:00:00Z";
    let answer = browser
        .post(&format!("{page}/reschedule"), &[("start", moved)])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "without the token");
    let fields = [("start", moved), ("csrf", &csrf)];
    let answer = browser.post(&format!("{page}/reschedule"), &fields).await;
    assert_eq!(answer.location(), format!("{page}?result=moved"));
    assert_eq!(browser.get(&page).await.value("datetime=\""), moved);

    let answer = browser
        .post(&format!("{page}/cancel"), &[("csrf", &csrf)])
        .await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "without a reason"
    );
    let fields = [("reason", "Laura is ill"), ("csrf", &csrf)];
    let answer = browser.post(&format!("{page}/cancel"), &fields).await;
    assert_eq!(answer.location(), format!("{page}?result=cancelled"));
    assert!(
        browser
            .get(&page)
            .await
            .body
            .contains("by the organization: Laura is ill")
    );
    let cancelled = browser.get("/admin/bookings?when=cancelled").await;
    assert_eq!(
        cancelled.body.matches("data-test=\"booking-row\"").count(),
        1
    );
    for uri in [
        "/admin/bookings/x",
        "/admin/bookings/00000000-0000-0000-0000-000000000000",
    ] {
        assert_eq!(
            browser.get(uri).await.status,
            StatusCode::NOT_FOUND,
            "{uri}"
        );
    }
    let answer = browser.get("/admin/bookings?when=past&after=rubbish").await;
    assert_eq!(answer.location(), "/admin/bookings?when=past");
}

/// Row V5, scenario S2.
#[tokio::test]
async fn connecting_leads_to_google_and_failures_are_explained() {
    let mut browser = Browser::new().await;
    let csrf = browser.sign_in().await;
    let page = browser.get("/admin/connection").await;
    assert_eq!(page.value("data-test=\"connection\" data-state=\""), "none");
    let answer = browser.post("/admin/connection", &[("csrf", &csrf)]).await;
    let google: url::Url = answer.location().parse().unwrap();
    assert_eq!(google.host_str(), Some("accounts.google.com"));
    let state = google
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();

    let callback = |pairs: &[(&str, &str)]| crate::urls::with_query(CALLBACK_PATH, pairs);
    let mut other = Browser {
        router: browser.router.clone(),
        cookies: Vec::new(),
    };
    let with_state = [("state", state.as_str()), ("code", "code")];
    let answer = other.get(&callback(&with_state)).await;
    assert!(
        answer.location().starts_with("/admin/sign-in"),
        "another browser's consent"
    );
    for (pairs, expected) in [
        (vec![("state", "made-up"), ("code", "code")], "expired"),
        (vec![("code", "code")], "expired"),
        (with_state.to_vec(), "unreachable"),
        (with_state.to_vec(), "expired"),
    ] {
        let answer = browser.get(&callback(&pairs)).await;
        assert_eq!(
            answer.location(),
            format!("/admin/connection?result={expected}")
        );
        assert_eq!(answer.headers[REFERRER_POLICY], "same-origin");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
    }
    let page = browser.get("/admin/connection?result=denied").await;
    assert_eq!(page.value("data-tone=\""), "bad");
    let page = browser.get("/admin/connection?result=Call+me").await;
    assert!(!page.body.contains("Call me"));
}

#[tokio::test]
async fn without_settings_the_connection_page_says_which() {
    let mut browser = Browser::at("http://127.0.0.1:8080/", false).await;
    let csrf = browser.sign_in().await;
    let page = browser.get("/admin/connection").await;
    for named in [
        "GOOGLE_CLIENT_ID",
        "GOOGLE_CLIENT_SECRET",
        "http://127.0.0.1:8080/oauth/google/callback",
    ] {
        assert!(page.body.contains(named), "{named}");
    }
    let answer = browser.post("/admin/connection", &[("csrf", &csrf)]).await;
    assert_eq!(answer.location(), "/admin/connection?result=not_configured");
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let mut browser = Browser::at("https://book.example/", true).await;
    for uri in [
        "/",
        "/alameda",
        "/alameda/maths",
        "/alameda/maths/book?start=2026-11-24T09:00:00Z",
        "/b/unknown",
        "/admin/sign-in",
        "/admin/bookings",
        "/nobody/at/all/here",
        CALLBACK_PATH,
        assets::href("app.css"),
    ] {
        let answer = browser.get(uri).await;
        let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{uri}"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{uri}");
        assert!(
            answer.headers.contains_key("strict-transport-security"),
            "{uri}"
        );
        assert!(answer.headers.contains_key(CACHE_CONTROL), "{uri}");
    }
    let answer = browser.get(assets::href("app.css")).await;
    assert_eq!(
        answer.headers[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    let answer = browser.post("/alameda", &[]).await;
    assert!(
        answer.headers.contains_key(CONTENT_SECURITY_POLICY),
        "a refusal too"
    );
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_over_https() {
    let mut browser = Browser::at("https://book.example/", true).await;
    let fields = [("email", "laura@alameda.example"), ("password", PASSWORD)];
    let answer = browser.post("/admin/sign-in", &fields).await;
    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for flag in [
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Secure",
        "; Max-Age=604800",
    ] {
        assert!(cookie.contains(flag), "{flag}");
    }
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn forged_oversized_and_foreign_forms_are_refused() {
    let mut browser = Browser::new().await;
    let form = "application/x-www-form-urlencoded";
    let post = || http::Request::post("/alameda/maths/book").header(CONTENT_TYPE, form);
    let body = || format!("start={START}&name=Ana&email=ana%40example.org");
    for request in [
        post(),
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
        post()
            .header("sec-fetch-site", "cross-site")
            .header("origin", "http://127.0.0.1:8080"),
    ] {
        let answer = browser.send(request, body()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("<h1>"));
    }
    let ours = post().header("origin", "http://127.0.0.1:8080");
    assert_eq!(
        browser.send(ours, body()).await.status,
        StatusCode::SEE_OTHER
    );
    let large = "x".repeat(FORM_BYTES_MAX + 1);
    let request = post().header("sec-fetch-site", "same-origin");
    assert_eq!(
        browser.send(request, large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let json = http::Request::post("/alameda/maths/book")
        .header("sec-fetch-site", "same-origin")
        .header(CONTENT_TYPE, "application/json");
    assert_eq!(
        browser.send(json, "{}".to_owned()).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_language_chosen_is_kept() {
    let mut browser = Browser::new().await;
    assert_eq!(browser.get("/alameda").await.value("<html lang=\""), "en");
    assert_eq!(
        browser.get("/alameda?lang=es").await.value("<html lang=\""),
        "es"
    );
    assert_eq!(
        browser.get("/alameda/maths").await.value("<html lang=\""),
        "es"
    );
    assert_eq!(browser.get("/b/unknown").await.value("<html lang=\""), "es");
    let page = browser
        .get(&format!("/alameda/maths/book?start={START}"))
        .await;
    assert!(page.body.contains("martes, 24 de noviembre de 2026"));
}

/// `GOOGLE_REDIRECT_URI` may name any path of ours: the way back from Google leads there and to the usual
/// path, and no page is hidden by it.
#[tokio::test]
async fn a_callback_of_ones_own_is_served_and_hides_no_page() {
    for (path, status) in [
        ("/auth/callback", StatusCode::NOT_FOUND),
        ("/api/auth/callback/google", StatusCode::NOT_FOUND),
        ("/admin/google/callback", StatusCode::NOT_FOUND),
        ("/b/callback", StatusCode::NOT_FOUND),
        ("/callback/", StatusCode::NOT_FOUND),
        ("/caf%C3%A9", StatusCode::NOT_FOUND),
        ("/%7Bbraces%7D", StatusCode::NOT_FOUND),
        ("/admin/sign-in", StatusCode::OK),
        ("/alameda", StatusCode::OK),
        ("/", StatusCode::SEE_OTHER),
    ] {
        let redirect_uri = format!("http://127.0.0.1:8080{path}");
        let mut browser = Browser::before(app_returning_to(&redirect_uri)).await;
        for callback in [path, CALLBACK_PATH] {
            let query = [("state", "made-up"), ("code", "code")];
            let answer = browser
                .get(&crate::urls::with_query(callback, &query))
                .await;
            let location = answer.location();
            assert!(
                location.starts_with("/admin/sign-in?next="),
                "{path}: {location}"
            );
            assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
        }
        let plain = browser.get(path).await;
        assert_eq!(plain.status, status, "{path} without anything of Google's");
    }
}
