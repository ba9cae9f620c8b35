//! How a connection is shown, proven again, and made by service account (rows V5, R6, L9, L13).

use app::connections::Cause;
use domain::OrganizationId;
use google::ServiceAccount;
use store::Lane;
use store::tables::connections::{self, Credential, Proof};

use super::*;

const PAGE: &str = "/admin/connection";

/// A connection by consent, not proven yet.
pub(super) fn connected(organization: OrganizationId) -> connections::Connection {
    let now = Held.now();
    connections::Connection {
        id: uuid(1),
        organization_id: organization,
        account_sub: "1".to_owned(),
        account_email: "laura@alameda.example".to_owned(),
        scopes: String::new(),
        state: connections::State::Connected,
        cause: None,
        tokens: connections::Tokens {
            access: None,
            access_expires_at: now,
        },
        credential: Credential::OAuth {
            refresh: Some(Vec::new()),
        },
        grant: connections::Grant {
            at: now,
            used_at: now,
            short_before: 0,
        },
        proof: Proof::default(),
        run_at: now,
        failures: 0,
    }
}

/// Signed in, with this connection.
async fn browser_with(
    app: App,
    store: Store,
    change: impl FnOnce(&mut connections::Connection),
) -> Browser {
    let mut browser = Browser::before(app.clone()).await;
    let organization = app::organizations::by_slug(&app, "alameda")
        .await
        .unwrap()
        .unwrap();
    let mut connection = connected(organization.id);
    change(&mut connection);
    let insert = store.unit(Lane::Interactive, "test", move |tx| {
        connections::insert(tx, &connection, Held.now())
    });
    insert.await.unwrap();
    browser.sign_in().await;
    browser
}

async fn shows(change: impl FnOnce(&mut connections::Connection)) -> Browser {
    let backend = Arc::new(Inline::open(Held.now()).unwrap());
    let store = Store::new(backend.clone());
    browser_with(app_on(backend), store, change).await
}

/// row R6: what the test event has shown stands on the page, with the button for another.
#[tokio::test]
async fn a_connection_shows_its_proof_and_can_be_proven_again() {
    let mut browser = shows(|connection| connection.proof.proven_at = Some(Held.now())).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.value("data-test=\"proof\" data-state=\""), "proven");
    assert!(page.body.contains("Written and removed"));
    assert!(page.body.contains("by its owner"));
    let csrf = page.value("name=\"csrf\" value=\"");
    let forged = browser
        .post("/admin/connection/prove", &[("csrf", "x")])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let asked = browser
        .post("/admin/connection/prove", &[("csrf", &csrf)])
        .await;
    let href = asked.location().to_owned();
    assert_eq!(href, "/admin/connection?result=proving");
    let page = browser.get(&href).await;
    assert_eq!(page.value("data-test=\"proof\" data-state=\""), "pending");
    assert_eq!(page.value("data-tone=\""), "good");
    assert!(
        !page.body.contains("data-test=\"prove\""),
        "it is under way"
    );
}

/// row V5: "Sync now" is a button, and says so where nobody has read yet; its result names how many events.
#[tokio::test]
async fn calendars_are_read_at_the_press_of_a_button() {
    let mut browser = shows(|_| ()).await;
    let page = browser.get(PAGE).await;
    assert!(
        !page.body.contains("data-test=\"sync\""),
        "no calendar, nothing to read"
    );
    let csrf = page.value("name=\"csrf\" value=\"");
    let id = connected(uuid(2)).id.to_string();
    for (name, csrf, id, status) in [
        ("forged", "x", id.as_str(), StatusCode::FORBIDDEN),
        ("no id", &csrf, "x", StatusCode::NOT_FOUND),
        (
            "nobody's",
            &csrf,
            "01990000-0000-7000-8000-0000000000ff",
            StatusCode::NOT_FOUND,
        ),
        ("its own", &csrf, &id, StatusCode::SEE_OTHER),
    ] {
        let fields = [("csrf", csrf), ("connection", id)];
        let asked = browser.post("/admin/connection/sync", &fields).await;
        assert_eq!(asked.status, status, "{name}");
        if status == StatusCode::SEE_OTHER {
            assert_eq!(asked.location(), "/admin/connection?result=sync_waits");
        }
    }
    let page = browser
        .get("/admin/connection?result=synced&events=3")
        .await;
    assert!(page.body.contains("3 events were synced."));
    assert_eq!(page.value("data-tone=\""), "good");
    let page = browser
        .get("/admin/connection?result=synced&events=1&lang=es")
        .await;
    assert!(page.body.contains("Se ha sincronizado 1 evento."));
    let page = browser
        .get("/admin/connection?result=synced&events=x")
        .await;
    assert!(!page.body.contains("data-tone"));
}

/// row L13: why a test event failed is said, in the reader's language, and raises the alarm.
#[tokio::test]
async fn a_proof_that_failed_says_why() {
    let mut browser = shows(|connection| {
        connection.cause = Some(Cause::CalendarReadOnly);
        connection.proof = Proof {
            problem: Some(Cause::CalendarReadOnly),
            proven_at: Some(Held.now()),
            ..Proof::default()
        };
    })
    .await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.value("data-test=\"proof\" data-state=\""), "failed");
    assert!(page.body.contains("may read this calendar and not change"));
    assert!(page.body.contains("Before that, it was"));
    assert!(page.body.contains("data-test=\"prove\""), "once mended");
    let elsewhere = browser.get("/admin/inbox").await;
    assert!(elsewhere.body.contains("The calendar connection needs you"));
    let page = browser.get("/admin/connection?lang=es").await;
    assert!(page.body.contains("puede leer este calendario"));
}

#[tokio::test]
async fn a_public_calendar_is_shown_beside_the_one_that_is_missing() {
    let mut browser = shows(|connection| {
        connection.credential = Credential::ApiKey;
        connection.state = connections::State::Connected;
    })
    .await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.value("data-test=\"connection\" data-state=\""), "none");
    assert!(page.body.contains("data-test=\"connect\""));
    assert!(page.body.contains("public, only to be read"));
    assert!(!page.body.contains("data-test=\"prove\""));
}

/// row L9: where a service account is configured, the page connects by it, and says what Google refuses.
#[tokio::test]
async fn a_service_account_is_a_button_of_its_own() {
    let missing = MissingSettings(vec!["GOOGLE_CLIENT_ID"]);
    let pem = include_str!("../../../../fake-google/keys/service-account.pk8.pem");
    let file = serde_json::json!({
        "type": "service_account", "client_email": "robot@example.org", "private_key_id": "k",
        "private_key": pem,
    });
    for (calendar_id, expected, said) in [
        (
            "primary",
            "/admin/connection?result=calendar_not_named",
            "CALENDAR_ID is not set",
        ),
        (
            "shared",
            "/admin/connection?result=refused&cause=unreachable",
            "Google cannot be reached",
        ),
    ] {
        let google = Google {
            client: Err(missing.clone()),
            service_account: Some(ServiceAccount::read(&file.to_string(), None).unwrap()),
            calendar_id: calendar_id.to_owned(),
            ..google(String::new())
        };
        let backend = Arc::new(Inline::open(Held.now()).unwrap());
        let app = app_of(
            "http://127.0.0.1:8080/",
            Ok(google),
            Limits::default(),
            backend,
        );
        let mut browser = Browser::before(app).await;
        let csrf = browser.sign_in().await;
        let page = browser.get(PAGE).await;
        assert!(page.body.contains("robot@example.org"));
        assert!(
            !page.body.contains("data-test=\"setup\""),
            "nothing is missing"
        );
        assert!(
            !page.body.contains("data-test=\"connect\""),
            "nobody can consent"
        );
        let answer = browser
            .post("/admin/connection/service-account", &[("csrf", &csrf)])
            .await;
        assert_eq!(answer.location(), expected);
        let page = browser.get(expected).await;
        assert!(page.body.contains(said), "{said}");
    }
    let mut browser = Browser::before(app_on(Arc::new(Inline::open(Held.now()).unwrap()))).await;
    browser.sign_in().await;
    let page = browser.get(PAGE).await;
    assert!(!page.body.contains("data-test=\"connect-robot\""));
}

/// rows V1 and R6: the page says what will happen before it does, and then the account can come back.
#[tokio::test]
async fn disconnecting_asks_first_and_leaves_a_connection_to_reconnect() {
    let mut browser = shows(|_| ()).await;
    let page = browser.get(PAGE).await;
    let href = page.value("href=\"/admin/connection/disconnect?");
    let href = format!("/admin/connection/disconnect?{href}");
    let asked = browser.get(&href).await;
    assert!(asked.body.contains("laura@alameda.example"));
    assert!(asked.body.contains("No event of a booking still to come"));
    assert!(asked.body.contains("given back to Google"));
    assert!(
        browser
            .get(&format!("{href}&lang=es"))
            .await
            .body
            .contains("se devuelve a Google")
    );
    browser.get("/admin/connection?lang=en").await;
    let untouched = browser.get(PAGE).await;
    assert!(
        untouched.body.contains("data-test=\"disconnect\""),
        "looking changes nothing"
    );

    let (csrf, id) = (
        asked.value("name=\"csrf\" value=\""),
        asked.value("name=\"connection\" value=\""),
    );
    let path = "/admin/connection/disconnect";
    let forged = browser
        .post(path, &[("csrf", "x"), ("connection", &id)])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    for (name, id) in [
        ("missing", "01928f3c-0000-7000-8000-000000000000"),
        ("not an id", "x"),
    ] {
        let answer = browser
            .post(path, &[("csrf", &csrf), ("connection", id)])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
        let answer = browser.get(&format!("{path}?connection={id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    for _ in 0..2 {
        let done = browser
            .post(path, &[("csrf", &csrf), ("connection", &id)])
            .await;
        assert_eq!(done.location(), "/admin/connection?result=disconnected");
    }
    assert_eq!(
        browser.get(&href).await.location(),
        "/admin/connection?result=disconnected"
    );
    let page = browser.get("/admin/connection?result=disconnected").await;
    assert_eq!(
        page.value("data-test=\"connection\" data-state=\""),
        "inactive"
    );
    assert_eq!(page.value("data-tone=\""), "good");
    assert!(page.body.contains(">Reconnect<"));
    for gone in [
        "data-test=\"disconnect\"",
        "data-test=\"prove\"",
        "data-test=\"proof\"",
    ] {
        assert!(!page.body.contains(gone), "{gone}");
    }
}

/// Scenario F3: the organization's administrator chooses, without JavaScript, within the limits of a preset.
#[tokio::test]
async fn what_becomes_of_bookings_on_old_calendars_is_chosen_on_the_page() {
    let backend = Arc::new(Inline::open(Held.now()).unwrap());
    let app = app_on(backend);
    let mut browser = Browser::before(app.clone()).await;
    browser.sign_in().await;
    let page = browser.get(PAGE).await;
    let csrf = page.value("name=\"csrf\" value=\"");
    let policy = async || {
        let found = app::organizations::by_slug(&app, "alameda").await.unwrap();
        let policy = found.unwrap().freshness;
        (policy.on_stale.as_str(), policy.stale_after.as_mins())
    };
    let path = "/admin/connection/freshness";
    for (csrf, on_stale, minutes, result, expected) in [
        (&*csrf, "refuse", " 45 ", "freshness_saved", ("refuse", 45)),
        (&*csrf, "allow", "29", "freshness_limit", ("refuse", 45)),
        (&*csrf, "allow", "43201", "freshness_limit", ("refuse", 45)),
        (
            &*csrf,
            "allow",
            "an hour",
            "freshness_limit",
            ("refuse", 45),
        ),
        (&*csrf, "allow", "", "freshness_limit", ("refuse", 45)),
        (&*csrf, "never", "60", "", ("refuse", 45)),
        ("forged", "allow", "60", "", ("refuse", 45)),
        (
            &*csrf,
            "tentative",
            "43200",
            "freshness_saved",
            ("tentative", 43200),
        ),
    ] {
        let typed = [
            ("csrf", csrf),
            ("on_stale", on_stale),
            ("stale_after_minutes", minutes),
        ];
        let answer = browser.post(path, &typed).await;
        let name = format!("{on_stale} {minutes}");
        if result.is_empty() {
            assert!(answer.status.is_client_error(), "{name}");
        } else {
            assert_eq!(
                answer.location(),
                format!("{PAGE}?result={result}"),
                "{name}"
            );
        }
        assert_eq!(policy().await, expected, "{name}");
    }
    let page = browser.get(&format!("{PAGE}?result=freshness_saved")).await;
    assert!(page.body.contains(r#"value="tentative" required checked>"#));
    assert!(page.body.contains(r#"value="43200""#));
}

/// row V3: the rule for each conflict is stated on a page, and the owner's to choose.
#[tokio::test]
async fn the_rules_for_conflicts_are_stated_and_chosen_on_a_page() {
    let mut browser = shows(|_| ()).await;
    let page = browser.get(PAGE).await;
    let href = page.value("href=\"/admin/connection/rules?");
    let href = format!("/admin/connection/rules?{href}");
    let asked = browser.get(&href).await;
    let is_chosen = |body: &str, id: &str| {
        let input = body
            .split("<input ")
            .find(|i| i.contains(&format!("id=\"{id}\"")));
        input.is_some_and(|i| i.split('>').next().unwrap().contains(" checked"))
    };
    for default in [
        "moves-follow",
        "deletions-follow",
        "restorations-follow",
        "place-follow",
        "both-origin",
    ] {
        assert!(is_chosen(&asked.body, default), "{default}");
    }
    let (csrf, id) = (
        asked.value("name=\"csrf\" value=\""),
        asked.value("name=\"connection\" value=\""),
    );
    let path = "/admin/connection/rules";
    let form = |csrf: &str, id: &str, both: &str| {
        let fields = [
            ("csrf", csrf),
            ("connection", id),
            ("moves", "follow"),
            ("deletions", "ask"),
            ("restorations", "ask"),
            ("place", "keep"),
            ("both", both),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let mut post = async |csrf: &str, id: &str, both: &str| {
        let form = form(csrf, id, both);
        let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        browser.post(path, &form).await
    };
    assert_eq!(post("x", &id, "newest").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        post(&csrf, &id, "nobody").await.status,
        StatusCode::BAD_REQUEST
    );
    for other in ["x", "01928f3c-0000-7000-8000-000000000000"] {
        let answer = post(&csrf, other, "newest").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{other}");
    }
    let saved = post(&csrf, &id, "newest").await;
    assert_eq!(saved.location(), "/admin/connection?result=rules_saved");
    let asked = browser.get(&href).await;
    for chosen in [
        "moves-follow",
        "deletions-ask",
        "restorations-ask",
        "place-keep",
        "both-newest",
    ] {
        assert!(is_chosen(&asked.body, chosen), "{chosen}");
    }
    let page = browser.get("/admin/connection?result=rules_saved").await;
    assert_eq!(page.value("data-tone=\""), "good");
    let unknown = browser.get(&format!("{path}?connection=x")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
