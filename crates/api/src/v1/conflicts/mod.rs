//! `/api/v1/conflicts/…`: what a person must decide about a booking's event.

mod list;
mod resolve;

use app::conflicts::{Item, Resolution, There};
use domain::Interval;
use domain::sync::RemoteTime;
use domain::sync::merge::{Aside, Value};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;
use crate::request::rfc3339_utc;

/// The endpoints of conflicts.
pub(crate) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(resolve::resolve))
}

/// Something a person must decide about a booking's event in Google.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictItem {
    /// Its identity.
    #[schema(format = Uuid)]
    id: String,
    /// Why, as a stable code: `refused` (Google refuses the change for good), `moved_onto_booking`,
    /// `moved_into_past`, `made_all_day`, `made_recurring`, `unusable_length`, `not_found`,
    /// `too_many_generations`, `restored`; where one of several hosts did it `moved_by_one_of_several`,
    /// `deleted_by_one_of_several`; where the owner wants to be asked `moved_there`, `deleted_there`,
    /// `declined_there`; `both_changed`, for a field that both sides changed; `unverified_overlap` (the
    /// booking was taken while the calendar could not be read, and something else stands there); and
    /// `mass_loss` (many events of one calendar were moved or deleted within 15 minutes; what would take
    /// bookings from their times waits). There will be more.
    kind: String,
    /// `open`, `trying` (what was decided is under way) or `over`.
    state: &'static str,
    /// Counts how often it came up, from 1. Send it when deciding, to be refused if it has changed since.
    version: i64,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// The booking's id; of `mass_loss` the first one held back.
    #[schema(format = Uuid)]
    booking: String,
    /// Of `mass_loss`: how many bookings are held back. Those that were moved or cancelled before there were
    /// too many are not among them.
    #[schema(required = true)]
    bookings_held: Option<u64>,
    /// Google's words; null where it said none.
    #[schema(required = true)]
    said: Option<String>,
    /// What the calendar should show; null when nothing.
    #[schema(required = true)]
    here: Option<Side>,
    /// What it shows, as far as known.
    there: Remote,
    /// Of `both_changed`: both versions of the field, and which counts.
    #[schema(required = true)]
    field: Option<FieldOfBoth>,
    /// What can be decided: some of `ours`, `theirs`, `retry`, `relink`, `ignore`, `keep`, `cancel`. Empty
    /// unless it is open.
    resolutions: Vec<&'static str>,
}

/// A field that both sides changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldOfBoth {
    /// `time`, `title`, `description` or `location`.
    name: &'static str,
    /// As the booking had it: when it begins and ends, or the text.
    here: String,
    /// As the event had it; `all_day` or `recurring` where it has no time of its own.
    there: String,
    /// `here` or `there`: which one is in effect.
    counts: &'static str,
}

impl FieldOfBoth {
    fn new(aside: &Aside) -> Self {
        let said = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Time(RemoteTime::Timed(time)) => {
                let (start, end) = rfc3339_utc(time);
                format!("{start}/{end}")
            }
            Value::Time(RemoteTime::AllDay) => "all_day".to_owned(),
            Value::Time(RemoteTime::Recurring) => "recurring".to_owned(),
        };
        Self {
            name: aside.field.as_str(),
            here: said(&aside.ours),
            there: said(&aside.theirs),
            counts: if aside.theirs_counts { "there" } else { "here" },
        }
    }
}

/// An event as it should be.
#[derive(Serialize, ToSchema)]
pub(crate) struct Side {
    /// Its title.
    title: String,
    /// When it begins.
    #[schema(format = DateTime)]
    start: String,
    /// When it is over.
    #[schema(format = DateTime)]
    end: String,
}

/// An event as it is, as far as known.
#[derive(Serialize, ToSchema)]
pub(crate) struct Remote {
    /// `timed`, `all_day`, `recurring`, `deleted`, `not_found`, `foreign` (something else is under its
    /// id) or `not_made`. Of `unverified_overlap`: `busy`, or `free` when what was there is gone.
    state: &'static str,
    /// Its title, where there is an event.
    #[schema(required = true)]
    title: Option<String>,
    /// When it begins, where it has a time.
    #[schema(format = DateTime, required = true)]
    start: Option<String>,
    /// When it is over, where it has a time.
    #[schema(format = DateTime, required = true)]
    end: Option<String>,
}

impl ConflictItem {
    fn new(item: Item) -> Self {
        let conflict = item.conflict;
        let resolutions = Resolution::of(&conflict).iter();
        let resolutions = resolutions.map(|resolution| resolution.as_str()).collect();
        let side = |title: String, time: &Interval| {
            let (start, end) = rfc3339_utc(time);
            Side { title, start, end }
        };
        Self {
            id: conflict.id.to_string(),
            kind: conflict.kind,
            state: match (conflict.closed_at, item.is_open) {
                (Some(_), _) => "over",
                (None, true) => "open",
                (None, false) => "trying",
            },
            version: conflict.version,
            since: conflict.opened_at.to_string(),
            booking: conflict.booking_id.to_string(),
            bookings_held: item.held,
            said: Some(conflict.said).filter(|said| !said.is_empty()),
            here: item.here.map(|here| side(here.text.title, &here.time)),
            there: Remote::new(item.there),
            field: conflict.aside.as_ref().map(FieldOfBoth::new),
            resolutions: if item.is_open {
                resolutions
            } else {
                Vec::new()
            },
        }
    }
}

impl Remote {
    fn new(there: There) -> Self {
        let state = there.as_str();
        let (title, time) = match there {
            There::Timed { title, time } => (Some(title), Some(rfc3339_utc(&time))),
            There::AllDay { title } | There::Recurring { title } => (Some(title), None),
            There::Busy { time } => (None, Some(rfc3339_utc(&time))),
            There::NotMade | There::Deleted | There::NotFound | There::Foreign | There::Free => {
                (None, None)
            }
        };
        let (start, end) = time.unzip();
        Self {
            state,
            title,
            start,
            end,
        }
    }
}
