//! `/api/v1/bookings/…`: bookings, for those who may see them.

mod answers;
mod approve;
mod cancel;
mod contact;
mod decline;
mod get;
mod list;
mod messages;
mod reassign;
mod reschedule;
mod retry_sync;
mod timeline;

use app::bookings::{CalendarSync, Detail, SyncState};
use domain::booking::{self, Cause, Status};
use domain::freshness::Stale;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;
use crate::auth::Viewer;
use crate::request::rfc3339_utc;

/// The endpoints of bookings that exist.
pub(crate) fn endpoints() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(reschedule::reschedule))
        .routes(routes!(cancel::cancel))
        .routes(routes!(approve::approve))
        .routes(routes!(decline::decline))
        .routes(routes!(reassign::reassign))
        .routes(routes!(contact::contact))
        .routes(routes!(timeline::timeline))
        .routes(routes!(messages::messages))
        .routes(routes!(retry_sync::retry_sync))
}

/// A booking.
#[derive(Serialize, ToSchema)]
pub(crate) struct Booking {
    /// Its identity.
    #[schema(format = Uuid)]
    id: String,
    /// `pending` (see the field of that name), `confirmed`, `completed`, `no_show`, `cancelled` or
    /// `declined`. For an attendee who left their seat: `cancelled`, though others may still come.
    status: &'static str,
    /// What a pending booking waits for: `approval` (someone of the organization must say yes; until
    /// then it takes no time) or `verification` (of the calendar; its time is taken).
    #[schema(required = true)]
    pending: Option<&'static str>,
    /// Counts its changes, from 1. Send it when changing the booking, to be refused if it has changed
    /// since.
    version: i64,
    /// Where it was born: `here`, or in `google`, as an event of a two-way calendar.
    origin: &'static str,
    /// Whether it was placed on purpose where rules or other bookings are in the way.
    forced: bool,
    /// When it begins, in UTC.
    #[schema(format = DateTime)]
    start: String,
    /// When it is over, in UTC.
    #[schema(format = DateTime)]
    end: String,
    /// The zone it was agreed in: the host's.
    time_zone: String,
    /// The organization's slug.
    organization: String,
    /// The event type's slug.
    event_type: String,
    /// The host's name, or the names of those it takes together. Null only when a booking just made could not be read back.
    #[schema(required = true)]
    host: Option<String>,
    /// Who it is for.
    attendee: Attendee,
    /// What they answered.
    answers: Answers,
    /// How its event in the calendar stands: `none` (no calendar is connected), `pending`, `synced`,
    /// or `error` (needs a person: see `problem`, and `conflict` for what can be done).
    calendar_sync: &'static str,
    /// When booking and event were last known to agree.
    #[schema(format = DateTime, required = true)]
    last_synced_at: Option<String>,
    /// What is wrong with the event, as a stable code such as `needs_reconnect`.
    #[schema(required = true)]
    problem: Option<String>,
    /// What must be decided about its event: the id of a conflict. Null for the attendee, and when there
    /// is nothing.
    #[schema(required = true)]
    conflict: Option<String>,
    /// Google's page of the event, for those who can sign in to that calendar. Null for the attendee.
    #[schema(required = true)]
    html_link: Option<String>,
    /// Why and by whom it was cancelled or declined.
    #[schema(required = true)]
    cancellation: Option<Cancellation>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// The attendee's page for moving and cancelling it; its last part is the manage token. Answered
    /// when the booking is made, and again only to a repeat under the same `Idempotency-Key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    manage_url: Option<String>,
    /// Answered when the booking is made, where a calendar of its hosts was not read for longer than the
    /// organization wants. It is counted on as it was known; see `pending` for whether that is looked at again.
    /// Null otherwise, and whenever it is read again.
    #[schema(required = true)]
    stale: Option<StaleCalendar>,
}

/// How old what a booking rests on is.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaleCalendar {
    /// As of when the calendar longest unread is known; null when it was never read.
    #[schema(format = DateTime, required = true)]
    as_of: Option<String>,
}

/// Who a booking is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attendee {
    /// Their name.
    name: String,
    /// Their e-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Their phone number, as they wrote it.
    #[schema(required = true)]
    phone: Option<String>,
    /// The zone their times are shown in.
    time_zone: String,
    /// The language their messages are written in.
    locale: &'static str,
}

/// What an attendee answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answers {
    /// What the host should know.
    #[schema(required = true)]
    notes: Option<String>,
}

/// Why and by whom a booking was cancelled or declined.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cancellation {
    /// `attendee`, `api`, `admin` or `calendar`.
    cause: &'static str,
    /// What they said; may be empty.
    reason: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// A status as answers tell it: a state that waits is `pending`, with what for.
const fn told(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Requested => ("pending", Some("approval")),
        Status::Unverified => ("pending", Some("verification")),
        Status::Confirmed
        | Status::Completed
        | Status::NoShow
        | Status::Cancelled
        | Status::Declined => (status.as_str(), None),
    }
}

impl Booking {
    /// A booking, as `viewer` may see it.
    pub(crate) fn new(detail: Detail, viewer: Viewer) -> Self {
        let mut sync = detail.sync;
        if viewer == Viewer::Attendee {
            // It holds the calendar's id, which is the host's own address.
            sync.html_link = None;
            if sync.conflict.take().is_some() && detail.booking.status == Status::Unverified {
                // What else stands there is the host's own business.
                sync.problem = None;
            }
        }
        let (organization, event_type) = (detail.organization.slug, detail.event_type.slug);
        let host = Some(detail.host_name);
        let mut booking = detail.booking;
        if let (true, Some(at)) = (
            booking.status.is_open(),
            detail.seat.and_then(|seat| seat.left_at),
        ) {
            booking.status = Status::Cancelled;
            booking.cancellation = Some(booking::Cancellation {
                cause: Cause::Attendee,
                reason: String::new(),
                at,
            });
        }
        Self::of(booking, sync, organization, event_type, host)
    }

    /// A booking just made, as far as its maker knows it without reading it back.
    pub(crate) fn unread(
        booking: booking::Booking,
        has_calendar: bool,
        organization: String,
        event_type: String,
    ) -> Self {
        let state = if has_calendar {
            CalendarSync::Pending
        } else {
            CalendarSync::None
        };
        let sync = SyncState {
            state,
            last_synced_at: None,
            problem: None,
            html_link: None,
            conflict: None,
        };
        Self::of(booking, sync, organization, event_type, None)
    }

    /// With the link that is shown once.
    pub(crate) fn with_manage_url(mut self, url: &impl ToString) -> Self {
        self.manage_url = Some(url.to_string());
        self
    }

    /// With what it rests on, where that is old.
    pub(crate) fn with_stale(mut self, stale: Option<Stale>) -> Self {
        self.stale = stale.map(|stale| StaleCalendar {
            as_of: stale.as_of.map(|at| at.to_string()),
        });
        self
    }

    fn of(
        booking: booking::Booking,
        sync: SyncState,
        organization: String,
        event_type: String,
        host: Option<String>,
    ) -> Self {
        let (start, end) = rfc3339_utc(&booking.time);
        let (status, pending) = told(booking.status);
        let attendee = booking.attendee;
        Self {
            id: booking.id.to_string(),
            status,
            pending,
            version: booking.version,
            origin: booking.origin.as_str(),
            forced: booking.forced,
            start,
            end,
            time_zone: booking.zone.name().to_owned(),
            organization,
            event_type,
            host,
            attendee: Attendee {
                name: attendee.name,
                email: attendee.email,
                phone: attendee.phone,
                time_zone: attendee.zone.name().to_owned(),
                locale: attendee.locale.tag(),
            },
            answers: Answers {
                notes: attendee.notes,
            },
            calendar_sync: sync.state.as_str(),
            last_synced_at: sync.last_synced_at.map(|at| at.to_string()),
            problem: sync.problem,
            conflict: sync.conflict.map(|open| open.id.to_string()),
            html_link: sync.html_link,
            cancellation: booking.cancellation.map(|cancellation| Cancellation {
                cause: cancellation.cause.as_str(),
                reason: cancellation.reason,
                at: cancellation.at.to_string(),
            }),
            created_at: booking.created_at.to_string(),
            manage_url: None,
            stale: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_waits_is_told_with_what_for() {
        for status in Status::ALL {
            let expected = match status.as_str() {
                "requested" => ("pending", Some("approval")),
                "unverified" => ("pending", Some("verification")),
                other => (other, None),
            };
            assert_eq!(told(status), expected);
        }
    }
}
