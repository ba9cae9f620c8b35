//! Why everything is not done yet, in words: each thing that is still due, what it is about and what it waits
//! for. A seed that does not come to rest prints it.

use domain::booking::{Booking, Status};
use domain::{Instant, OrganizationId};
use store::tables::calendars::Calendar;
use store::tables::connections::State as ConnectionState;
use store::tables::links::{EventLink, State};
use store::tables::mirror::{self, Part};
use store::tables::{calendars, conflicts, connections, leases, links, verifications};
use store::{StoreError, Tx};

use crate::machine::short;
use crate::scene::Scene;

/// Why everything is not done yet; empty when it is. `since` is when the last thing was changed.
pub fn pending(scene: &Scene, organization: OrganizationId, since: Instant) -> Vec<String> {
    let bookings: Vec<&Booking> = scene.bookings.all().map(|v| &v.booking).collect();
    let now = scene.now();
    scene.read(|tx| {
        let mut pending = Vec::new();
        for connection in connections::list(tx, organization)? {
            if connection.state != ConnectionState::Connected || connection.cause.is_some() {
                let (state, cause) = (connection.state, &connection.cause);
                pending.push(format!("the connection is {state:?}, cause {cause:?}"));
            }
            if connection.proof.proven_at.is_none() {
                pending.push(format!(
                    "the connection is not proven, and is looked at {}{}",
                    from(now, connection.run_at),
                    failed(connection.failures, None)
                ));
            }
            for calendar in calendars::of_connection(tx, connection.id)? {
                pending.extend(of_calendar(tx, &calendar, since, now)?);
            }
        }
        for booking in bookings {
            let id = short(&booking.id.to_string()).to_owned();
            if booking.status == Status::Unverified
                && conflicts::open_of_time(tx, booking.id)?.is_none()
            {
                let why = match verifications::of(tx, booking.id)? {
                    Some((_, at)) => format!("is looked at {}", from(now, at)),
                    None => "nobody will look at it".to_owned(),
                };
                pending.push(format!("booking {id} is to be verified, and {why}"));
            }
            for link in links::of_booking(tx, booking.id)? {
                if link.state == State::Due {
                    pending.push(format!("booking {id}: {}", of_link(&link, now)));
                }
            }
        }
        // What a worker holds, another one cannot do.
        if let Some(at) = leases::next_end(tx, now)?
            && !pending.is_empty()
        {
            pending.push(format!("a worker holds a connection until {at}"));
        }
        Ok(pending)
    })
}

fn of_calendar(
    tx: &mut dyn Tx,
    calendar: &Calendar,
    since: Instant,
    now: Instant,
) -> Result<Vec<String>, StoreError> {
    let mut pending = Vec::new();
    let (name, position) = (&calendar.google_id, &calendar.position);
    let next = from(now, calendar.pull_at);
    let failed = failed(calendar.failures, None);
    if position.page_token.is_some() {
        pending.push(format!(
            "calendar {name} is read in part, and goes on {next}{failed}"
        ));
    } else if position.as_of.is_none_or(|at| at < since) {
        let known = position
            .as_of
            .map_or("never".to_owned(), |at| format!("at {at}"));
        pending.push(format!(
            "calendar {name} was last read {known}, is to be since {since}, and is looked at {next}{failed}"
        ));
    }
    let part = Part {
        calendar: calendar.id,
        generation: position.generation,
    };
    if let Some(series) = mirror::unknown(tx, part)? {
        let id = series.id;
        pending.push(format!("Google is to be asked about series {id} of {name}"));
    }
    Ok(pending)
}

fn of_link(link: &EventLink, now: Instant) -> String {
    let known = &link.link;
    let what = if let Some(intent) = &known.inflight {
        let (op, attempt) = (intent.op, intent.attempt);
        format!("whether {op:?} number {attempt} of its event has landed is not known")
    } else if known.decided.is_some() {
        "what a person decided about its event is not carried out".to_owned()
    } else if known.seen.is_some() {
        "what was seen of its event is not decided".to_owned()
    } else if known.wanted != known.ours {
        "what it wants of its event is not sent".to_owned()
    } else {
        "its event is to be looked at".to_owned()
    };
    let failed = failed(link.failures, link.problem.as_deref());
    let next = from(now, link.run_at);
    format!("{what}; tried {next}{failed}")
}

fn from(now: Instant, at: Instant) -> String {
    if at <= now {
        "now".to_owned()
    } else {
        format!("from {at} on")
    }
}

fn failed(times: i64, problem: Option<&str>) -> String {
    let last = problem.map_or(String::new(), |problem| format!(", last: {problem}"));
    match times {
        0 => last,
        times => format!("; failed {times} times in a row{last}"),
    }
}
