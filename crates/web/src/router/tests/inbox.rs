//! What an administrator decides about an event Google refuses (scenario D2, row V8).

use domain::ConflictId;
use store::Lane;
use store::tables::conflicts::{self, Conflict};
use store::tables::links::{self, State};
use store::tables::losses::{self, Loss};
use store::tables::{bookings, calendars, connections};

use super::*;

const PAGE: &str = "/admin/inbox";

/// Signed in, with a calendar connected and a booking whose event was refused.
async fn refused() -> Browser {
    refused_in().await.0
}

/// The same, with its store.
async fn refused_in() -> (Browser, Store) {
    let backend = Arc::new(Inline::open(Held.now()).unwrap());
    let store = Store::new(backend.clone());
    let app = app_on(backend);
    let mut browser = Browser::before(app.clone()).await;
    let organization = app::organizations::by_slug(&app, "alameda")
        .await
        .unwrap()
        .unwrap();
    let now = Held.now();
    let connection = connection::connected(organization.id);
    let calendar = calendars::Calendar {
        name: "Lessons".to_owned(),
        ..calendars::Calendar::new(
            uuid(2),
            connection.id,
            "primary",
            calendars::Mode::Write,
            now,
        )
    };
    let set_up = store.unit(Lane::Interactive, "test", move |tx| {
        connections::insert(tx, &connection, now)?;
        calendars::insert(tx, &calendar)
    });
    set_up.await.unwrap();
    browser.book(START).await;
    let refuse = store.unit(Lane::Interactive, "test", move |tx| {
        let filter = bookings::Filter::Upcoming;
        let booking = bookings::page(tx, organization.id, filter, now, None, 1)?.remove(0);
        let mut link = links::of_booking(tx, booking.id)?.remove(0);
        link.state = State::Parked;
        link.problem = Some("refused".to_owned());
        links::update(tx, &link)?;
        let conflict = Conflict {
            id: uuid(3),
            organization_id: organization.id,
            booking_id: booking.id,
            link_id: Some(link.id),
            calendar_id: None,
            kind: "refused".to_owned(),
            said: "Not in <this> calendar".to_owned(),
            version: 1,
            opened_at: now,
            closed_at: None,
            resolution: None,
            aside: None,
        };
        conflicts::insert(tx, &conflict)
    });
    refuse.await.unwrap();
    browser.sign_in().await;
    (browser, store)
}

async fn decide(browser: &mut Browser, resolution: &str, version: &str) -> Answer {
    let page = browser.get(PAGE).await;
    let csrf = page.value("name=\"csrf\" value=\"");
    let id: ConflictId = uuid(3);
    let fields = [
        ("csrf", csrf.as_str()),
        ("resolution", resolution),
        ("version", version),
    ];
    browser.post(&format!("{PAGE}/{id}"), &fields).await
}

#[tokio::test]
async fn an_empty_inbox_says_what_would_be_in_it() {
    let mut browser = Browser::new().await;
    assert!(
        browser
            .get(PAGE)
            .await
            .location()
            .starts_with("/admin/sign-in")
    );
    browser.sign_in().await;
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("data-test=\"inbox-empty\""));
    assert!(page.body.contains("When Google refuses a change for good"));
    assert!(page.body.contains("data-test=\"told-empty\""));
    assert!(!page.body.contains("data-test=\"inbox-count\""));
    assert!(!page.body.contains("data-test=\"alarm\""));
}

/// scenario D2: out of date with the reason on the booking, three ways in the inbox.
#[tokio::test]
async fn what_was_refused_is_shown_with_its_reason_and_three_ways() {
    let mut browser = refused().await;
    let page = browser.get(PAGE).await;
    for way in ["retry", "relink", "ignore"] {
        assert!(page.body.contains(&format!("data-test=\"{way}\"")), "{way}");
    }
    assert!(
        page.body.contains("Not in &#60;this&#62; calendar"),
        "{}",
        page.body
    );
    let href = page.value("card-title\"><a href=\"");
    let booking = browser.get(&href).await;
    assert!(booking.body.contains("Calendar out of date"));
    assert!(booking.body.contains("Not in &#60;this&#62; calendar"));
    let csrf = booking.value("name=\"csrf\" value=\"");
    let retried = browser
        .post(&format!("{href}/retry"), &[("csrf", &csrf)])
        .await;
    assert_eq!(retried.location(), format!("{href}?result=retried"));
    let booking = browser.get(&href).await;
    assert_eq!(
        booking.value("data-test=\"sync-state\" data-state=\""),
        "pending"
    );
    assert!(booking.body.contains("Tried again · by the organization"));
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("Trying again") && !page.body.contains("data-test=\"retry\""));
}

#[tokio::test]
async fn each_way_leads_back_with_what_became_of_it() {
    for way in ["retry", "relink", "ignore"] {
        let mut browser = refused().await;
        let stale = decide(&mut browser, way, "7").await;
        assert_eq!(stale.location(), "/admin/inbox?result=changed", "{way}");
        for _ in 0..2 {
            let answer = decide(&mut browser, way, "1").await;
            assert_eq!(answer.location(), format!("/admin/inbox?result={way}"));
        }
    }
    let mut browser = refused().await;
    decide(&mut browser, "ignore", "1").await;
    let late = decide(&mut browser, "retry", "1").await;
    assert_eq!(late.location(), "/admin/inbox?result=over");
    assert!(
        browser
            .get(late.location())
            .await
            .body
            .contains("That is settled already")
    );
}

#[tokio::test]
async fn what_is_no_decision_is_refused() {
    let mut browser = refused().await;
    assert_eq!(
        decide(&mut browser, "forget", "1").await.status,
        StatusCode::BAD_REQUEST
    );
    let id: ConflictId = uuid(3);
    let forged = browser
        .post(
            &format!("{PAGE}/{id}"),
            &[("csrf", "x"), ("resolution", "retry")],
        )
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let csrf = browser.get(PAGE).await.value("name=\"csrf\" value=\"");
    let missing = browser
        .post(
            &format!("{PAGE}/x"),
            &[("csrf", &csrf), ("resolution", "retry")],
        )
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

/// scenario C5: how many wait, what has happened already, and two ways.
#[tokio::test]
async fn many_losses_at_once_are_decided_together() {
    for (way, label) in [
        ("theirs", "These changes are meant"),
        ("ours", "Put everything back"),
    ] {
        let (mut browser, store) = refused_in().await;
        let hold = store.unit(Lane::Interactive, "test", |tx| {
            let known = conflicts::by_id(tx, uuid(3))?.unwrap();
            let link = links::by_id(tx, known.link_id.unwrap())?.unwrap();
            losses::set(tx, link.id, Some(Loss::Held(known.opened_at)))?;
            let over = Conflict {
                closed_at: Some(known.opened_at),
                resolution: Some("settled".to_owned()),
                ..known.clone()
            };
            conflicts::update(tx, &over)?;
            let asked = Conflict {
                id: uuid(4),
                link_id: None,
                calendar_id: Some(link.calendar_id),
                kind: conflicts::MASS_LOSS.to_owned(),
                said: String::new(),
                ..known
            };
            conflicts::insert(tx, &asked)
        });
        hold.await.unwrap();
        let page = browser.get(PAGE).await;
        assert!(page.body.contains(label));
        assert!(
            page.body.contains("One booking waits as it was"),
            "{}",
            page.body
        );
        assert!(page.body.contains("Bookings that followed before stay"));
        assert_eq!(page.body.matches("name=\"resolution\"").count(), 2);
        let csrf = page.value("name=\"csrf\" value=\"");
        let id: ConflictId = uuid(4);
        let fields = [
            ("csrf", csrf.as_str()),
            ("resolution", way),
            ("version", "1"),
        ];
        let answer = browser.post(&format!("{PAGE}/{id}"), &fields).await;
        assert_eq!(answer.location(), format!("/admin/inbox?result={way}"));
        let page = browser.get(PAGE).await;
        assert!(page.body.contains("data-test=\"inbox-empty\""));
    }
}
