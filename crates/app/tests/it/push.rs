//! Push: channels opened, renewed and stopped, and what comes on them (rows L11, V4, V10; scenarios E1, E2, E4,
//! E8).

mod arriving;
mod ending;
mod opening;
mod warning;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use app::connections::list;
use app::due::{Stepped, step};
use app::push::{ArriveError, Arrived, Notice, Push, ResourceState, arrived};
use domain::Instant;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Lane;
use store::tables::calendars::{self, Calendar};
use store::tables::channels::{self, Channel, State};

use super::conflicts::work;
use super::connections::connect_and_prove;
use super::credentials::row;
use super::support::{Harness, app_pushed, compares_never, harness, now};

const ADDRESS: &str = "https://book.example/webhooks/google-calendar";
const RESOURCE: &str = "what is watched";
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Connected and proven, by an installation that Google can reach; the first channel is due.
fn reachable() -> Harness {
    let mut h = harness();
    h.app = app_pushed(&h, Some(ADDRESS));
    connect_and_prove(&h);
    compares_never(&h);
    h
}

/// A channel as Google was asked for it.
#[derive(Clone, Debug)]
struct Asked {
    id: String,
    token: String,
}

/// Google opens the channel that is asked for, for so long.
fn opens(h: &Harness, life: SignedDuration) -> Asked {
    let expires = (h.app.now() + life).as_micros() / 1000;
    h.google.answer(
        200,
        json!({ "id": "c", "resourceId": RESOURCE, "expiration": expires.to_string() }).to_string(),
    );
    work(h);
    last_asked(h)
}

fn last_asked(h: &Harness) -> Asked {
    let (method, url, body) = h.google.asked().pop().unwrap();
    assert!(method == "POST" && url.contains("/events/watch"), "{url}");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    assert_eq!(
        text("address"),
        h.app.settings().webhook_url.as_ref().unwrap().as_str()
    );
    Asked {
        id: text("id"),
        token: text("token"),
    }
}

/// Connected, with a live channel and the calendar read once.
fn watched() -> (Harness, Asked) {
    let h = reachable();
    let asked = opens(&h, WEEK);
    reads(&h, &[], "s1");
    (h, asked)
}

/// The next page has these events, and is the last.
fn reads(h: &Harness, items: &[Value], token: &str) {
    let page = json!({ "timeZone": "Europe/Madrid", "items": items, "nextSyncToken": token });
    h.google.answer(200, page.to_string());
    work(h);
    let (method, url, _) = h.google.asked().pop().unwrap();
    assert!(
        method == "GET" && url.contains("/events?"),
        "{method} {url}"
    );
}

/// One step, with `act` between the request and its answer.
fn while_google_thinks<T>(h: &Harness, answer: &Value, act: impl FnOnce() -> T) -> T {
    let mut stepping = pin!(step(&h.app));
    let mut poll = || {
        stepping
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    };
    h.google.hold(true);
    assert!(poll().is_pending());
    let done = act();
    h.google.answer(200, answer.to_string());
    h.google.hold(false);
    assert_eq!(poll(), Poll::Ready(Ok(Stepped::Worked)));
    done
}

fn notice(asked: &Asked, state: ResourceState) -> Notice {
    Notice {
        channel_id: asked.id.clone(),
        resource_id: RESOURCE.to_owned(),
        token: Some(asked.token.clone().into()),
        state,
        number: 2,
    }
}

fn pushed(h: &Harness, asked: &Asked) -> Result<Arrived, ArriveError> {
    now(arrived(&h.app, notice(asked, ResourceState::Exists)))
}

fn idle_until(h: &Harness) -> Instant {
    match now(step(&h.app)).unwrap() {
        Stepped::Idle(until) => until.unwrap(),
        Stepped::Worked => panic!("nothing should be due: {:?}", h.google.paths()),
    }
}

fn calendar(h: &Harness) -> Calendar {
    let connection = row(h).id;
    let found = now(h.store.unit(Lane::Read, "test.calendar", move |tx| {
        calendars::of_connection(tx, connection)
    }));
    found.unwrap().remove(0)
}

fn channel(h: &Harness, asked: &Asked) -> Option<Channel> {
    let id = asked.id.clone();
    let found = now(h.store.unit(Lane::Background, "test.channel", move |tx| {
        channels::lock(tx, &id)
    }));
    found.unwrap()
}

fn state(h: &Harness, asked: &Asked) -> Option<State> {
    channel(h, asked).map(|channel| channel.state)
}

/// As the owner sees it.
fn shown(h: &Harness) -> Push {
    let all = now(list(&h.app, h.organization.id)).unwrap();
    all[0].calendars[0].push.clone()
}

/// Calls so far, but for those to the token endpoint's kind, by what they end with.
fn count(h: &Harness, end: &str) -> usize {
    h.google
        .paths()
        .iter()
        .filter(|path| path.ends_with(end))
        .count()
}

/// Google's refusal of the next call.
fn refuses(h: &Harness, status: u16, reason: &str) {
    let error = json!({ "error": { "code": status, "message": "No.",
        "errors": [{ "domain": "push", "reason": reason, "message": "No." }] } });
    h.google.answer(status, error.to_string());
    work(h);
}
