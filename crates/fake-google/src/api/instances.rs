//! `events.instances`: one series, instance by instance, in the order of their original starts.

use std::borrow::Cow;

use jiff::SignedDuration;

use crate::api::list::envelope;
use crate::api::page_token::Place;
use crate::api::paging::{EVENTS_PAGE, Listing};
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::calendar::Event;
use crate::calendar::series::Span;
use crate::calendar::time::{read_day, read_instant};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let calendar = call.calendar(world);
    let parameters = &call.parameters;
    let master = calendar.event(&call.event, call.now, &world.rules);
    let master = master.ok_or_else(ApiError::not_found)?;
    if !master.is_master() {
        // What Google answers for a single event is not said.
        return Err(
            ApiError::invalid("The event is not a recurring event.").at_parameter("eventId")
        );
    }
    let zone = calendar.zone();
    let original = parameters.text("originalStart").map(|text| {
        let day = read_day(text).map(|day| day.to_zoned(zone.clone()));
        let day = day.and_then(|midnight| midnight.ok().map(|midnight| midnight.timestamp()));
        day.or_else(|| read_instant(text)).ok_or_else(|| {
            let message = format!("Invalid value for originalStart: {text}");
            ApiError::invalid(message).at_parameter("originalStart")
        })
    });
    let original = original.transpose()?;
    let feed = Feed {
        kind: "instances",
        account: &call.account,
        calendar: &calendar.id,
        epoch: calendar.sync_epoch,
        remembered: &[],
    };
    let listing = Listing::read(world, call, feed, calendar.version(), EVENTS_PAGE)?;
    let shown = listing.states(&calendar.events)?.shown;
    let master = shown.get(&call.event).ok_or_else(ApiError::not_found)?;
    // Worded as inclusive here and exclusive in the list (§8.1).
    let inclusive = SignedDuration::from_secs(1);
    let time_min = parameters.instant("timeMin");
    let span = Span {
        after: time_min.and_then(|min| min.checked_sub(inclusive).ok()),
        before: parameters.instant("timeMax"),
        horizon: world.rules.expansion_horizon,
        now: call.now,
        zone: &zone,
    };
    let is_exception = |id: &str| shown.get(id).is_some_and(Event::is_exception);
    let computed = master.instances(&span, is_exception);
    let exceptions = shown.values().filter(|event| {
        let occurrence = event.occurrence.as_ref();
        occurrence.is_some_and(|occurrence| occurrence.series == master.id)
            && event.is_exception()
            && event.touches(&span)
    });
    let shows_deleted = parameters.flag("showDeleted") == Some(true);
    let placed = computed
        .into_iter()
        .map(Cow::Owned)
        .chain(exceptions.map(Cow::Borrowed))
        .filter(|instance| shows_deleted || !instance.is_deleted())
        .filter_map(|instance| {
            let occurrence = instance.occurrence.as_ref()?;
            let at = occurrence.original_start.instant(&zone);
            let is_wanted = original.is_none_or(|wanted| wanted == at);
            let place: Place = [at.as_second(), 0, 0];
            is_wanted.then_some((place, instance))
        })
        .collect();
    let (instances, token): (Vec<Cow<'_, Event>>, _) = listing.cut(placed);
    let view = call.view(world)?;
    let items = instances
        .iter()
        .map(|instance| calendar.resource(instance, &view));
    // There is no incremental form.
    let token = Some(token).filter(|(name, _)| *name == "nextPageToken");
    Ok(envelope(world, call, items, token))
}
