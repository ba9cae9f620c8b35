//! The two doors into the world: [`handle`] answers, [`deliver`] answers as the network would.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::api;
use crate::control;
use crate::error::ApiError;
use crate::fault::{FaultKind, Outcome};
use crate::http::{Request, Response};
use crate::log::Trace;
use crate::oauth::{self, authorize, token, userinfo};
use crate::pages;
use crate::route::Route;
use crate::world::World;

/// Answers one request: the whole server, without a network and without planned faults.
///
/// `now` is the time the world is to believe in; add [`World::clock_offset`] to the real time if
/// the clock is to be adjustable.
pub fn handle(world: &mut World, now: Timestamp, request: &Request) -> Response {
    let route = Route::of(request);
    respond(world, now, request, &route, None)
}

/// Answers one request with the fault that is planned for it, if there is one.
pub fn deliver(world: &mut World, now: Timestamp, request: &Request) -> Outcome {
    let route = Route::of(request);
    let fault = route.method().and_then(|method| world.take_fault(method));
    match fault {
        None => Outcome::Answer(respond(world, now, request, &route, None)),
        Some(FaultKind::DropAfter) => {
            respond(world, now, request, &route, fault);
            Outcome::Drop
        }
        Some(FaultKind::DropBefore) => {
            record(world, now, &route, Trace::default(), 0, fault);
            Outcome::Drop
        }
        Some(FaultKind::Status(status)) => {
            record(world, now, &route, Trace::default(), status, fault);
            let response = match route {
                Route::Token | Route::Revoke | Route::Userinfo => oauth::error::planned(status),
                _ => ApiError::for_status(status).response(),
            };
            Outcome::Answer(dated(response, now))
        }
    }
}

fn respond(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    route: &Route,
    fault: Option<FaultKind>,
) -> Response {
    let mut trace = Trace::default();
    let response = answer(world, now, request, route, &mut trace);
    record(world, now, route, trace, response.status, fault);
    dated(response, now)
}

fn answer(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    route: &Route,
    trace: &mut Trace,
) -> Response {
    match route {
        Route::Authorize => authorize::show(world, now, request, trace),
        Route::Decide => authorize::decide(world, now, request, trace),
        Route::Token => token::token(world, now, request, trace),
        Route::Revoke => token::revoke(world, now, request, trace),
        Route::Userinfo => userinfo::userinfo(world, now, request, trace),
        Route::Calendar(method, path) => api::run(world, now, request, (method, path), trace),
        Route::Page => pages::run(world, now, request),
        Route::Control => control::run(world, now, request),
        Route::Missing(name) => ApiError::not_implemented(name).response(),
        Route::Unknown => ApiError::not_found().response(),
    }
}

fn record(
    world: &mut World,
    now: Timestamp,
    route: &Route,
    trace: Trace,
    status: u16,
    fault: Option<FaultKind>,
) {
    if let Some(method) = route.method() {
        world.log.record(now, method, trace, status, fault);
    }
}

/// Clients estimate their clock's skew from `Date`, so it follows the world's clock.
fn dated(response: Response, now: Timestamp) -> Response {
    let printer = rfc2822::DateTimePrinter::new();
    match printer.timestamp_to_rfc9110_string(&now) {
        Ok(date) => response.with_header("date", &date),
        Err(_) => response,
    }
}
