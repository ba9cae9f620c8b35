//! What visitors and owners see of calendars that were not read for long (scenarios D5 and F3).

use std::sync::Arc;

use domain::booking::Status;
use domain::freshness::{OnStale, Policy};
use domain::{ConflictId, OrganizationId};
use store::sqlite::inline::Inline;
use store::tables::bookings::{self, Filter};
use store::tables::conflicts::{self, Conflict, UNVERIFIED_OVERLAP};
use store::tables::organizations::FreshnessChange;
use store::tables::{busy, calendars, connections, organizations};
use store::{Lane, Store};

use super::*;

const BOOK: &str = "/alameda/maths/book";
const NAME: &str = "Laura privada";

struct Scene {
    browser: Browser,
    store: Store,
    organization: OrganizationId,
}

/// A calendar that was never read blocks everybody, and the organization wants `on_stale`.
async fn unread(on_stale: OnStale) -> Scene {
    let backend = Arc::new(Inline::open(Held.now()).unwrap());
    let store = Store::new(backend.clone());
    let app = app_on(backend);
    let browser = Browser::before(app.clone()).await;
    let found = app::organizations::by_slug(&app, "alameda").await.unwrap();
    let organization = found.unwrap().id;
    let connection = connection::connected(organization);
    let mut calendar = calendars::Calendar::new(
        uuid(2),
        connection.id,
        "laura@privada.example",
        calendars::Mode::Write,
        Held.now(),
    );
    calendar.name = NAME.to_owned();
    let set_up = store.unit(Lane::Interactive, "test", move |tx| {
        connections::insert(tx, &connection, Held.now())?;
        calendars::insert(tx, &calendar)?;
        busy::block_all(tx, organization, calendar.id)?;
        let change = FreshnessChange {
            on_stale: Some(on_stale),
            stale_after: Some(Policy::default().stale_after),
        };
        organizations::set_freshness(tx, organization, change)
    });
    set_up.await.unwrap();
    Scene {
        browser,
        store,
        organization,
    }
}

async fn book(scene: &mut Scene) -> Answer {
    let fields = [
        ("start", START),
        ("name", "Ana Typed"),
        ("email", "ana@example.org"),
    ];
    scene.browser.post(BOOK, &fields).await
}

/// scenario F3: times that rest on old data say so, and not on whose.
#[tokio::test]
async fn the_picker_says_that_the_calendar_could_not_be_checked_and_not_whose() {
    for (language, said) in [
        ("en", "These times rest on the opening hours only"),
        ("es", "Estas horas se basan solo en el horario"),
    ] {
        let mut scene = unread(OnStale::Allow).await;
        let request = http::Request::get("/alameda/maths").header(ACCEPT_LANGUAGE, language);
        let page = scene.browser.send(request, String::new()).await;
        assert!(page.body.contains("data-test=\"stale-note\"") && page.body.contains(said));
        assert!(!page.body.contains("privada"), "{}", page.body);
    }
    let mut fresh = Browser::new().await;
    let page = fresh.get("/alameda/maths").await;
    assert!(!page.body.contains("stale-note"));
}

/// scenario D5: refused with what to do, and what was typed is kept.
#[tokio::test]
async fn a_refused_booking_says_what_to_do_and_keeps_what_was_typed() {
    let mut scene = unread(OnStale::Refuse).await;
    let page = book(&mut scene).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("We cannot take bookings right now"));
    assert!(page.body.contains("Try again in a few minutes"));
    assert!(page.body.contains("value=\"Ana Typed\"") && page.body.contains(START));
    assert!(!page.body.contains("privada"));
}

/// scenario D5: taken for the time being, and both sides are told so.
#[tokio::test]
async fn an_unverified_booking_is_shown_as_being_confirmed() {
    let mut scene = unread(OnStale::Tentative).await;
    let made = book(&mut scene).await;
    let page = scene.browser.get(made.location()).await;
    assert_eq!(
        page.value("data-test=\"booking-status\" data-status=\""),
        "unverified"
    );
    assert!(page.body.contains("We have your booking"));
    assert!(page.body.contains("the booking is confirmed by itself"));
    assert!(page.body.contains("data-test=\"reschedule\""));
    scene.browser.sign_in().await;
    let list = scene.browser.get("/admin/bookings").await;
    assert!(list.body.contains("Ana Typed") && list.body.contains("Being confirmed"));
}

#[tokio::test]
async fn a_booking_allowed_on_old_data_says_since_when() {
    let mut scene = unread(OnStale::Allow).await;
    let made = book(&mut scene).await;
    let page = scene.browser.get(made.location()).await;
    assert_eq!(
        page.value("data-test=\"booking-status\" data-status=\""),
        "confirmed"
    );
    assert!(page.body.contains("The calendar has not been checked yet"));
    let address = made
        .location()
        .replace("known=never", "known=2026-11-20T08:30:00Z");
    let page = scene.browser.get(&address).await;
    assert!(
        page.body.contains("The calendar was last checked on"),
        "{}",
        page.body
    );
    let forged = made.location().replace("known=never", "known=<b>no</b>");
    let page = scene
        .browser
        .get(&forged.replace('<', "%3C").replace('>', "%3E"))
        .await;
    assert!(!page.body.contains("<b>no"));
}

/// An owner decides about an overlap: keep, cancel, or look again.
#[tokio::test]
async fn the_inbox_offers_to_keep_or_cancel_what_overlaps() {
    for (way, expected) in [("keep", Status::Confirmed), ("cancel", Status::Cancelled)] {
        let mut scene = unread(OnStale::Tentative).await;
        book(&mut scene).await;
        let organization_id = scene.organization;
        let id: ConflictId = uuid(3);
        let park = scene.store.unit(Lane::Interactive, "test", move |tx| {
            let now = Held.now();
            let filter = Filter::Upcoming;
            let booking = bookings::page(tx, organization_id, filter, now, None, 1)?.remove(0);
            let conflict = Conflict {
                id,
                organization_id,
                booking_id: booking.id,
                link_id: None,
                calendar_id: None,
                kind: UNVERIFIED_OVERLAP.to_owned(),
                said: String::new(),
                version: 1,
                opened_at: now,
                closed_at: None,
                resolution: None,
                aside: None,
            };
            conflicts::insert(tx, &conflict).map(|()| booking.id)
        });
        let booking = park.await.unwrap();
        let csrf = scene.browser.sign_in().await;
        let page = scene.browser.get("/admin/inbox").await;
        for offered in ["retry", "keep", "cancel"] {
            assert!(
                page.body.contains(&format!("data-test=\"{offered}\"")),
                "{offered}"
            );
        }
        assert!(!page.body.contains("data-test=\"relink\""));
        assert!(page.body.contains("Now something else stands there"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("resolution", way),
            ("version", "1"),
        ];
        let path = format!("/admin/inbox/{id}");
        let unfit = [("csrf", csrf.as_str()), ("resolution", "ignore")];
        let unfit = scene.browser.post(&path, &unfit).await;
        assert_eq!(unfit.status, StatusCode::BAD_REQUEST);
        let done = scene.browser.post(&path, &fields).await;
        assert_eq!(done.location(), format!("/admin/inbox?result={way}"));
        let found = scene
            .store
            .unit(Lane::Read, "test", move |tx| bookings::by_id(tx, booking));
        assert_eq!(found.await.unwrap().unwrap().status, expected);
        let page = scene.browser.get(done.location()).await;
        assert!(page.body.contains("data-test=\"inbox-empty\""));
    }
}
