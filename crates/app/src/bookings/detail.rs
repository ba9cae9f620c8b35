//! A booking with everything around it that its readers want to know.

use domain::booking::{Booking, Cancellation, Cause, Status};
use domain::event_type::EventType;
use domain::{BookingId, ConflictId, Instant, OrganizationId};
use store::tables::conflicts::Conflict;
use store::tables::connections::State as ConnectionState;
use store::tables::links::{EventLink, State, Stay};
use store::tables::seats::Seat;
use store::tables::timeline::{self, Entry};
use store::tables::{
    bookings, calendars, claims, conflicts, connections, event_types, links, organizations, seats,
};
use store::{Lane, StoreError, Tx};

use crate::organizations::Organization;
use crate::{App, secrets};

/// A booking and what surrounds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The booking.
    pub booking: Booking,
    /// Whose.
    pub organization: Organization,
    /// Of what, as it is offered now.
    pub event_type: EventType,
    /// The host, for people.
    pub host_name: String,
    /// The seat of the one who asks by its manage token.
    pub seat: Option<Seat>,
    /// How its event stands.
    pub sync: SyncState,
}

/// How a booking's event stands in Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncState {
    /// In a word.
    pub state: CalendarSync,
    /// When both sides were last known to agree.
    pub last_synced_at: Option<Instant>,
    /// What is wrong, as a stable code such as `needs_reconnect` or `moved_onto_booking`.
    pub problem: Option<String>,
    /// Google's page of the event.
    pub html_link: Option<String>,
    /// What a person must decide about it.
    pub conflict: Option<OpenConflict>,
}

/// The conflict a booking's event waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConflict {
    /// Which.
    pub id: ConflictId,
    /// In which version.
    pub version: i64,
    /// Since when.
    pub since: Instant,
    /// What Google said; may be empty.
    pub said: String,
}

impl OpenConflict {
    fn of(open: Conflict) -> Self {
        Self {
            id: open.id,
            version: open.version,
            since: open.opened_at,
            said: open.said,
        }
    }
}

impl SyncState {
    /// No calendar is connected for it, or not any more.
    const NONE: Self = Self {
        state: CalendarSync::None,
        last_synced_at: None,
        problem: None,
        html_link: None,
        conflict: None,
    };
}

/// How a booking's event stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarSync {
    /// No calendar is connected for it.
    None,
    /// On its way.
    Pending,
    /// In step.
    Synced,
    /// Needs a person.
    Error,
}

impl CalendarSync {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Synced => "synced",
            Self::Error => "error",
        }
    }
}

/// The booking of a manage token.
///
/// # Errors
/// [`StoreError`].
pub async fn by_token(app: &App, token: &str) -> Result<Option<Detail>, StoreError> {
    let hash = secrets::hash(token);
    app.store()
        .unit(Lane::Read, "bookings.by_token", move |tx| {
            let Some(seat) = seats::by_manage_token(tx, &hash)? else {
                return Ok(None);
            };
            let Some(booking) = bookings::by_id(tx, seat.booking_id)? else {
                return Ok(None);
            };
            let mut detail = surround(tx, booking)?;
            // Each attendee sees themselves, never who else attends (scenario J2).
            detail.booking.attendee.clone_from(&seat.attendee);
            if let Some(at) = seat.left_at.filter(|_| detail.booking.status.is_open()) {
                // For whoever left it, it is cancelled, whoever stays.
                detail.booking.status = Status::Cancelled;
                let (cause, reason) = (Cause::Attendee, String::new());
                detail.booking.cancellation = Some(Cancellation { cause, reason, at });
            }
            detail.seat = Some(seat);
            Ok(Some(detail))
        })
        .await
}

/// A booking of an organization.
///
/// # Errors
/// [`StoreError`].
pub async fn by_id(
    app: &App,
    organization: OrganizationId,
    id: BookingId,
) -> Result<Option<Detail>, StoreError> {
    Ok(find(app, id)
        .await?
        .filter(|detail| detail.organization.id == organization))
}

/// A booking, whoever asks.
///
/// # Errors
/// [`StoreError`].
pub async fn find(app: &App, id: BookingId) -> Result<Option<Detail>, StoreError> {
    app.store()
        .unit(Lane::Read, "bookings.find", move |tx| {
            let booking = bookings::by_id(tx, id)?;
            booking.map(|booking| surround(tx, booking)).transpose()
        })
        .await
}

/// A booking's history, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn timeline(app: &App, id: BookingId) -> Result<Vec<Entry>, StoreError> {
    app.store()
        .unit(Lane::Read, "bookings.timeline", move |tx| {
            timeline::list(tx, id)
        })
        .await
}

pub(crate) fn surround(tx: &mut dyn Tx, booking: Booking) -> Result<Detail, StoreError> {
    let missing = || StoreError::decode("a booking's organization or event type is missing");
    let organization = organizations::by_id(tx, booking.organization_id)?.ok_or_else(missing)?;
    let event_type = event_types::by_id(tx, booking.event_type_id)?.ok_or_else(missing)?;
    let host_name = host_name(tx, &booking, &event_type)?;
    let all = links::of_booking(tx, booking.id)?;
    // What a booking has left behind is in nobody's way; should Google refuse to remove it, the inbox tells.
    let mut sync = match all.into_iter().find(|link| link.stay != Stay::Leaving) {
        Some(link) => read_sync(tx, link)?,
        None => SyncState::NONE,
    };
    if booking.status == Status::Unverified
        && let Some(open) = conflicts::open_of_time(tx, booking.id)?
    {
        // About the time itself: that comes before whatever is the matter with its event.
        sync.problem = Some(open.kind.clone());
        sync.conflict = Some(OpenConflict::of(open));
    }
    Ok(Detail {
        booking,
        organization,
        event_type,
        host_name,
        seat: None,
        sync,
    })
}

/// The names of the hosts a booking is bound to.
fn host_name(
    tx: &mut dyn Tx,
    booking: &Booking,
    event_type: &EventType,
) -> Result<String, StoreError> {
    let mut bound = claims::hosts_of(tx, booking.id)?;
    if bound.is_empty() {
        bound.push(booking.host_id);
    }
    let hosts = event_type
        .hosts
        .iter()
        .filter(|host| bound.contains(&host.id));
    Ok(hosts
        .map(|host| host.name.as_str())
        .collect::<Vec<_>>()
        .join(", "))
}

fn read_sync(tx: &mut dyn Tx, link: EventLink) -> Result<SyncState, StoreError> {
    if link.state == State::Detached {
        return Ok(SyncState::NONE);
    }
    let connection = match calendars::by_id(tx, link.calendar_id)? {
        Some(calendar) => connections::by_id(tx, calendar.connection_id)?,
        None => None,
    };
    let broken = connection
        .filter(|c| c.state == ConnectionState::Error)
        .and_then(|c| c.cause)
        .map(|cause| cause.as_str().to_owned());
    let (state, problem) = match (link.state, broken) {
        (State::Due, Some(cause)) => (CalendarSync::Error, Some(cause)),
        (State::Due, None) => (CalendarSync::Pending, link.problem),
        (State::Parked | State::Ignored, _) => (CalendarSync::Error, link.problem),
        (State::Detached, _) => (CalendarSync::None, None),
        (State::Settled | State::Closed, _) => (CalendarSync::Synced, None),
    };
    let conflict = if link.state == State::Parked {
        conflicts::open_of_link(tx, link.id)?.map(OpenConflict::of)
    } else {
        None
    };
    let html_link = link.html_link.filter(|_| link.state != State::Closed);
    Ok(SyncState {
        state,
        last_synced_at: link.last_synced_at,
        problem,
        html_link,
        conflict,
    })
}
