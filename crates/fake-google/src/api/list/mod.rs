//! `events.list`: full listings and increments, filters, order and pages (§8.1, §10.1).
//!
//! `filter` says which events are asked for, `lines` what a stored event becomes on the list, and
//! `select` which lines a full listing or an increment has. The way from page to page and the
//! tokens are those of every list, see `paging`.

mod filter;
mod lines;
mod select;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use self::filter::{Filter, REMEMBERED};
use crate::api::page::printed;
use crate::api::page_token::Place;
use crate::api::paging::{EVENTS_PAGE, Listing};
use crate::api::parameters::Parameters;
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::calendar::access::Role;
use crate::calendar::redact::Detail;
use crate::calendar::resource::View;
use crate::calendar::time::rfc3339_millis;
use crate::calendar::{Calendar, Event, is_purged};
use crate::error::ApiError;
use crate::world::{Rules, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Unspecified by Google but stable: as inserted.
    Inserted,
    StartTime,
    Updated,
    /// Of increments: as changed.
    Changed,
}

/// One line of an answer.
enum Line<'a> {
    /// An event as it is, its details and all.
    Whole(std::borrow::Cow<'a, Event>),
    /// That an event is no more, or not where the list looks.
    Gone(std::borrow::Cow<'a, Event>),
}

pub(super) fn run(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    let parameters = &call.parameters;
    refuse_beside_token(parameters)?;
    refuse_long_ago(call, &world.rules)?;
    let order = read_order(parameters)?;
    let feed = Feed {
        kind: "events",
        account: &call.account,
        calendar: &calendar.id,
        epoch: calendar.sync_epoch,
        remembered: &REMEMBERED,
    };
    let listing = Listing::read(world, call, feed, calendar.version(), EVENTS_PAGE)?;
    let since = listing.since.as_ref();
    let asked = since.map_or_else(
        || parameters.clone(),
        |since| parameters.with(&since.filters),
    );
    let detail = Detail::of(call.role);
    let mut filter = Filter::read(&asked, call.now, &world.rules, calendar.zone(), detail)?;
    // Who sees times only gets no series to read (§8.1).
    filter.is_single |= call.role == Role::FreeBusyReader;
    let states = listing.states(&calendar.events)?;
    let single = filter.is_single.then(|| filter.span());
    let lines = match states.held {
        Some(held) => {
            let window = select::Window {
                filter: &filter,
                leavers: world.rules.leavers,
                single,
            };
            let changed = states.shown.changed_since(states.held_version);
            select::increment(&states.shown, &held, changed, &window)
        }
        None => {
            let is_there = |event: &Event| !is_purged(event, call.now, &world.rules);
            select::full(&states.shown, &filter, single, is_there)
        }
    };
    let order = if since.is_some() {
        Order::Changed
    } else {
        order
    };
    let placed = lines
        .into_iter()
        .map(|line| (place_of(line.event(), order, &filter.zone), line))
        .collect();
    let (lines, token) = listing.cut(placed);

    let view = call.view(world)?;
    let items = lines.iter().map(|line| line.item(calendar, &filter, &view));
    // An ordered listing cannot be continued (§10.1).
    let token = Some(token)
        .filter(|(name, _)| *name == "nextPageToken" || parameters.text("orderBy").is_none());
    Ok(envelope(world, call, items, token))
}

impl Line<'_> {
    fn event(&self) -> &Event {
        match self {
            Self::Whole(event) | Self::Gone(event) => event,
        }
    }

    /// With `showDeleted` a deleted event keeps its details, without only its going is told.
    fn item(&self, calendar: &Calendar, filter: &Filter<'_>, view: &View<'_>) -> Value {
        match self {
            Self::Whole(event) if event.is_deleted() && !filter.shows_deleted => {
                Calendar::stub(event, &view.zone)
            }
            Self::Whole(event) => calendar.resource(event, view),
            Self::Gone(event) => Calendar::stub(event, &view.zone),
        }
    }
}

/// What a sync token remembers must not be said again, and deletions cannot be unasked (§10.1).
fn refuse_beside_token(parameters: &Parameters) -> Result<(), ApiError> {
    if parameters.text("syncToken").is_none() {
        return Ok(());
    }
    let refused = |name: &str| {
        let message = "Sync token cannot be used with other query restrictions.";
        Err(ApiError::bad_request(message).at_parameter(name))
    };
    let forbidden = REMEMBERED.into_iter().chain(["orderBy"]);
    match forbidden
        .into_iter()
        .find(|name| parameters.text(name).is_some())
    {
        Some(name) => refused(name),
        None if parameters.flag("showDeleted") == Some(false) => refused("showDeleted"),
        None => Ok(()),
    }
}

/// Deletions since `updatedMin` are always told, so it cannot lie further back than they are kept.
fn refuse_long_ago(call: &Call<'_>, rules: &Rules) -> Result<(), ApiError> {
    let age = call
        .parameters
        .instant("updatedMin")
        .map_or(SignedDuration::ZERO, |min| call.now.duration_since(min));
    if age > rules.updated_min_age_max {
        return Err(ApiError::updated_min_too_long_ago());
    }
    Ok(())
}

fn read_order(parameters: &Parameters) -> Result<Order, ApiError> {
    match parameters.text("orderBy") {
        Some("startTime") if parameters.flag("singleEvents") != Some(true) => {
            let message = "The requested ordering is not available for the particular query.";
            Err(ApiError::bad_request(message).at_parameter("orderBy"))
        }
        Some("startTime") => Ok(Order::StartTime),
        Some(_) => Ok(Order::Updated),
        None => Ok(Order::Inserted),
    }
}

/// Instances of one series share its ordinal, so the start tells them apart.
fn place_of(event: &Event, order: Order, zone: &TimeZone) -> Place {
    let start = event.content.start.instant(zone).as_second();
    let ordinal = i64::try_from(event.ordinal).unwrap_or(i64::MAX);
    match order {
        Order::Inserted => [ordinal, start, 0],
        Order::StartTime => [start, ordinal, 0],
        Order::Updated => [event.updated, ordinal, start],
        Order::Changed => [event.version, ordinal, start],
    }
}

/// The `Events` answer. An item is made when it is printed.
pub(super) fn envelope(
    world: &World,
    call: &Call<'_>,
    items: impl Iterator<Item = Value> + Clone,
    token: Option<(&'static str, String)>,
) -> Answer {
    let calendar = call.calendar(world);
    let profile = world.profiles.get(&call.account);
    let reminders = profile.map_or_else(
        || json!([]),
        |profile| profile.default_reminders(&calendar.id),
    );
    let etag = collection_etag(calendar);
    let mut body = json!({
        "kind": "calendar#events",
        "etag": etag,
        "summary": calendar.summary,
        "description": calendar.description,
        "updated": rfc3339_millis(calendar.updated_at()),
        "timeZone": calendar.time_zone,
        "accessRole": call.role.word(),
        "defaultReminders": reminders,
        "items": [],
    });
    if let Some((name, token)) = token {
        body[name] = token.into();
    }
    let body = printed(body, items, &call.selection, call.is_pretty);
    Answer::Printed { body, etag }
}

/// Changes with anything in the calendar, and says nothing else.
fn collection_etag(calendar: &Calendar) -> String {
    let hash = Sha256::digest(format!("{} {}", calendar.id, calendar.version()).as_bytes());
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..12]))
}
