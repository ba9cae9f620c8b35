//! The calendar for people, without a browser.

mod account;
mod answers;
mod dragging;
mod forms;
mod looking;
mod opening;
mod safety;
mod series;
mod sharing;

use fake_google::{Request, Response};
use serde_json::{Value, json};

use crate::harness::{ANA, Fake, event_on};

const WEEK: &str = "/calendar?week=2026-03-02";

fn post(fake: &mut Fake, name: &str, form: &[(&str, &str)]) -> Response {
    fake.send(&Request::new("POST", &format!("/calendar/events/{name}")).with_form(form))
}

fn look(fake: &mut Fake, path: &str) -> Response {
    fake.send(&Request::new("GET", path))
}

/// The page of one event of Ana's primary calendar.
fn event_page(fake: &mut Fake, id: &str) -> String {
    look(
        fake,
        &format!("/calendar/event?calendar={ANA}&event={id}&account={ANA}"),
    )
    .text()
}

fn only_event(fake: &Fake) -> Value {
    let mut events = fake.world.events(ANA);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// A world with one event, on Monday 2 March 2026 from 07:00 to 08:00 in Montevideo.
fn with_event() -> Fake {
    let mut fake = Fake::new();
    let body = event_on(
        2,
        json!({"id": "event", "summary": "Haircut", "location": "Room"}),
    );
    fake.world
        .insert_event(fake.now, ANA, &body)
        .expect("a good event");
    fake
}
