//! The two doors into the world: [`handle`] answers, [`deliver`] answers as the network would.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use crate::api;
use crate::control;
use crate::error::ApiError;
use crate::fault::plan::Target;
use crate::fault::{Fault, FaultKind, Moment, Outcome};
use crate::gzip::gzipped;
use crate::http::{Request, Response};
use crate::log::Trace;
use crate::oauth::{self, authorize, metadata, token, tokeninfo, userinfo};
use crate::pages;
use crate::route::Route;
use crate::world::World;

/// Answers one request: the whole server, without a network and without planned faults.
///
/// `now` is the time the world is to believe in; ask [`World::time`] for it if the clock is to be
/// adjustable.
pub fn handle(world: &mut World, now: Timestamp, request: &Request) -> Response {
    let route = Route::of(request);
    respond(world, now, request, &route, None)
}

/// Answers one request with the fault that is planned for it, if there is one.
pub fn deliver(world: &mut World, now: Timestamp, request: &Request) -> Outcome {
    let route = Route::of(request);
    let Some(fault) = planned(world, now, request, &route) else {
        return Outcome::Answer(respond(world, now, request, &route, None));
    };
    let outcome = struck(world, now, request, &route, &fault);
    match fault.delay_ms {
        0 => outcome,
        delay => Outcome::Late(
            SignedDuration::from_millis(i64::from(delay)),
            Box::new(outcome),
        ),
    }
}

fn planned(world: &mut World, now: Timestamp, request: &Request, route: &Route) -> Option<Fault> {
    let method = route.method()?;
    if world.faults.pending().is_empty() {
        return None;
    }
    let account = oauth::account_shown(world, now, request);
    let target = Target {
        method,
        account: account.as_deref(),
        event_age_seconds: event_age(world, now, route, account.as_deref()),
    };
    world.faults.take(&mut world.fault_chance, target)
}

/// How long ago the event of this call was made.
fn event_age(world: &World, now: Timestamp, route: &Route, account: Option<&str>) -> Option<i64> {
    let Route::Calendar(_, path) = route else {
        return None;
    };
    let [calendar, event, ..] = path.as_slice() else {
        return None;
    };
    let id = match (calendar.as_str(), account) {
        ("primary", Some(account)) => account,
        (id, _) => id,
    };
    let event = world.calendars.get(id)?.events.get(event)?;
    Some(now.duration_since(event.created).as_secs())
}

/// What becomes of a call under `fault`, its delay aside.
fn struck(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    route: &Route,
    fault: &Fault,
) -> Outcome {
    let kind = Some(fault.kind);
    match fault.kind {
        FaultKind::Delay => Outcome::Answer(respond(world, now, request, route, kind)),
        FaultKind::DropAfter => {
            respond(world, now, request, route, kind);
            Outcome::Drop
        }
        FaultKind::DropBefore => {
            record(world, now, route, Trace::default(), 0, kind);
            Outcome::Drop
        }
        FaultKind::Truncated => {
            Outcome::Answer(truncated(respond(world, now, request, route, kind)))
        }
        FaultKind::ReplicationLag(_) => {
            record(world, now, route, Trace::default(), 404, kind);
            Outcome::Answer(dated(ApiError::not_found().response(), now))
        }
        FaultKind::Status(_) | FaultKind::Error(_) | FaultKind::Html(_) => {
            let response = replaced(request, route, fault.kind);
            match fault.when {
                Moment::Before => {
                    record(world, now, route, Trace::default(), response.status, kind);
                }
                Moment::After => {
                    respond(world, now, request, route, kind);
                }
            }
            Outcome::Answer(dated(response, now))
        }
    }
}

/// The answer that a fault puts in the place of the true one.
fn replaced(request: &Request, route: &Route, kind: FaultKind) -> Response {
    let is_oauth = route
        .method()
        .is_some_and(|method| method.starts_with("oauth2."));
    match kind {
        FaultKind::Error(name) => match (route, name.oauth(), name.calendar()) {
            (Route::Authorize | Route::Decide, Some(error), _) => {
                authorize::refused(request, &error)
            }
            (_, Some(error), _) => error.response(),
            (_, _, Some(error)) => error.response(),
            (_, None, None) => ApiError::for_status(500).response(),
        },
        FaultKind::Html(status) => html(status),
        FaultKind::Status(status) if is_oauth => oauth::error::planned(status),
        FaultKind::Status(status) => ApiError::for_status(status).response(),
        _ => ApiError::for_status(500).response(),
    }
}

/// What a front end says that never reached the service: no JSON at all (§13).
fn html(status: u16) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} (Server Error)!!1</title>\n\
         <p><b>{status}.</b> <ins>That is an error.</ins>\n\
         <p>The server could not complete your request. Please try again in 30 seconds.\n</html>\n"
    );
    Response::of_text(status, "text/html; charset=UTF-8", &body)
}

/// The first half, under a header that promises the whole.
fn truncated(mut response: Response) -> Response {
    let whole = response.body.len();
    response.body.truncate(whole / 2);
    response.with_header("content-length", &whole.to_string())
}

fn respond(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    route: &Route,
    fault: Option<FaultKind>,
) -> Response {
    let mut trace = Trace::default();
    world.settle(now);
    let response = answer(world, now, request, route, &mut trace);
    world.notice(now);
    record(world, now, route, trace, response.status, fault);
    let response = dated(response, now);
    match route {
        Route::Page | Route::Control => response,
        _ => gzipped(request, response),
    }
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
        Route::Userinfo(shape) => userinfo::userinfo(world, now, request, *shape, trace),
        Route::Tokeninfo(shape) => tokeninfo::tokeninfo(world, now, request, *shape, trace),
        Route::Configuration => metadata::configuration(world, request),
        Route::KeySet => metadata::key_set(),
        Route::Certificates => metadata::certificates(),
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
