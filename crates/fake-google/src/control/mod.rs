//! `/_fake/…`: what a test wants to know about the fake, and what it wants to go wrong.
//!
//! The README lists the calls. Every body is JSON; a body, name or value that makes no sense is
//! answered with 400 (404 for an unknown call, 405 for the wrong verb) and `{"error": why}`, and
//! changes nothing. To add a call, give it an arm in [`run`] and a row in [`CALLS`].

mod calendars;
mod clock;
mod faults;
mod grants;
mod guests;
mod push;
mod quotas;
mod setup;
mod state;
mod sync;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::world::World;

/// What a control call answers.
type Answer = Result<Value, Refusal>;

/// Why a control call did nothing.
#[derive(Debug)]
struct Refusal {
    status: u16,
    why: String,
}

impl Refusal {
    fn new(status: u16, why: impl Into<String>) -> Self {
        Self {
            status,
            why: why.into(),
        }
    }

    fn bad(why: impl Into<String>) -> Self {
        Self::new(400, why)
    }
}

/// Verbs and names of all calls.
const CALLS: &[(&str, &str)] = &[
    ("GET", "state"),
    ("GET", "events"),
    ("GET", "requests"),
    ("GET", "mails"),
    ("POST", "respond"),
    ("POST", "split"),
    ("POST", "invitation-policy"),
    ("GET", "rules"),
    ("GET", "quotas"),
    ("POST", "rules"),
    ("POST", "quotas"),
    ("POST", "accounts"),
    ("POST", "clients"),
    ("POST", "projects"),
    ("POST", "service-accounts"),
    ("POST", "grants"),
    ("POST", "clock"),
    ("POST", "seed"),
    ("POST", "faults"),
    ("POST", "revoke"),
    ("POST", "expire-access-tokens"),
    ("POST", "expire-sync-tokens"),
    ("GET", "channels"),
    ("POST", "calendars"),
    ("POST", "share"),
    ("POST", "settings"),
];

/// Answers one control call.
pub(crate) fn run(world: &mut World, now: Timestamp, request: &Request) -> Response {
    if request.method == "POST" && request.is_cross_site() {
        return refused(&Refusal::new(403, "cross-site request"));
    }
    match answer(world, now, request) {
        Ok(Value::Null) => Response::empty(204),
        Ok(body) => Response::of_pretty_json(200, &body),
        Err(refusal) => refused(&refusal),
    }
}

fn answer(world: &mut World, now: Timestamp, request: &Request) -> Answer {
    let name = request.path_only().trim_start_matches("/_fake/");
    match (request.method.as_str(), name) {
        ("GET", "state") => Ok(state::state(world, now)),
        ("GET", "events") => state::events(world, request),
        ("GET", "requests") => Ok(state::requests(world)),
        ("GET", "mails") => Ok(guests::mails(world)),
        ("POST", "split") => guests::split(world, now, &read(request)?),
        ("POST", "respond") => guests::respond(world, now, &read(request)?),
        ("POST", "invitation-policy") => guests::set_policy(world, &read(request)?),
        ("GET", "rules") => Ok(json!(world.rules)),
        ("GET", "quotas") => Ok(world.quotas.shown(now)),
        ("POST", "rules") => setup::rules(world, &read(request)?),
        ("POST", "quotas") => quotas::run(world, now, &read(request)?),
        ("POST", "accounts") => setup::account(world, read(request)?),
        ("POST", "clients") => setup::client(world, read(request)?),
        ("POST", "projects") => setup::project(world, read(request)?),
        ("POST", "service-accounts") => setup::service_account(world, request, &read(request)?),
        ("POST", "grants") => setup::grant(world, now, &read(request)?),
        ("POST", "clock") => clock::run(world, now, read(request)?),
        ("POST", "seed") => clock::reseed(world, &read(request)?),
        ("POST", "faults") => faults::run(world, read(request)?),
        ("POST", "revoke") => grants::revoke(world, &read(request)?),
        ("POST", "expire-access-tokens") => Ok(grants::expire_access_tokens(world)),
        ("POST", "expire-sync-tokens") => sync::expire(world, &read_or_default(request)?),
        ("GET", "channels") => Ok(push::channels(world, now)),
        ("POST", "calendars") => calendars::create(world, &read(request)?),
        ("POST", "share") => calendars::share(world, now, &read(request)?),
        ("POST", "settings") => calendars::choose(world, now, &read(request)?),
        (verb, name) => Err(unknown(verb, name)),
    }
}

/// The body as what a call takes.
fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| Refusal::bad(error.to_string()))
}

/// The same for a call that needs no body.
fn read_or_default<T: DeserializeOwned + Default>(request: &Request) -> Result<T, Refusal> {
    if request.body.is_empty() {
        return Ok(T::default());
    }
    read(request)
}

fn unknown(verb: &str, name: &str) -> Refusal {
    let others: Vec<&str> = CALLS
        .iter()
        .filter(|(_, known)| *known == name)
        .map(|(verb, _)| *verb)
        .collect();
    if others.is_empty() {
        let names: Vec<String> = CALLS.iter().map(|(v, n)| format!("{v} {n}")).collect();
        let names = names.join(", ");
        return Refusal::new(404, format!("no control {name}; there are {names}"));
    }
    let others = others.join(" and ");
    Refusal::new(405, format!("{name} takes {others}, not {verb}"))
}

fn refused(refusal: &Refusal) -> Response {
    Response::of_json(refusal.status, &json!({ "error": refusal.why }))
}
