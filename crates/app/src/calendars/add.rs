//! Adding a calendar that a connected account reaches, by Google's id of it.

use domain::{CalendarId, ConnectionId, Instant, OrganizationId};
use store::tables::calendars::{self as rows, Calendar as Row};
use store::tables::connections::{self, Connection};
use store::tables::{busy, channels, leases, links};
use store::{Lane, Topic, Tx};

use super::look::look;
use super::{CalendarError, GOOGLE_ID_CHARS_MAX, Mode, is_connected, own, two_way};
use crate::App;
use crate::housekeeping::FOLLOWED;
use crate::pull::audit;

/// Adds the calendar that Google calls `google_id`, after looking at it. Its events take the time of every
/// host, until something else is said (row T8). One that was taken away before comes back, with the links of
/// its bookings.
///
/// # Errors
/// [`CalendarError`].
pub async fn add(
    app: &App,
    organization: OrganizationId,
    connection: ConnectionId,
    google_id: &str,
    mode: Mode,
) -> Result<CalendarId, CalendarError> {
    let google_id = google_id.trim().to_owned();
    let is_usable = !google_id.is_empty()
        && google_id.chars().count() <= GOOGLE_ID_CHARS_MAX
        && !google_id
            .chars()
            .any(|c| c.is_control() || c.is_whitespace());
    if !is_usable {
        return Err(CalendarError::BadId);
    }
    let id = google_id.clone();
    let found = app
        .store()
        .unit(Lane::Read, "calendars.before", move |tx| {
            let found = own(tx, organization, connection)?;
            // Told before Google is asked; what counts is the look below.
            match is_connected(tx, organization, &id, &found.account_email)? {
                true => Err(CalendarError::AlreadyConnected),
                false => Ok(found),
            }
        })
        .await?;
    let envelope = look(app, &found, &google_id, mode).await?;
    let (chance, now) = (app.chance(), app.now());
    let new = CalendarId(chance.uuid(now));
    let mut calendar = Row::new(new, connection, &google_id, mode, now);
    calendar.audit.at = audit::first(chance, now);
    if !envelope.name.is_empty() {
        calendar.name = envelope.name;
    }
    app.store()
        .unit(Lane::Interactive, "calendars.add", move |tx| {
            // All are locked: of two who add one calendar at once, the second must see the first.
            for each in connections::list(tx, organization)? {
                leases::hold_off(tx, each.id)?;
            }
            let found = own(tx, organization, connection)?;
            let email = &found.account_email;
            if is_connected(tx, organization, &calendar.google_id, email)? {
                return Err(CalendarError::AlreadyConnected);
            }
            add_in(tx, &found, &calendar, now)
        })
        .await
}

fn add_in(
    tx: &mut dyn Tx,
    connection: &Connection,
    calendar: &Row,
    now: Instant,
) -> Result<CalendarId, CalendarError> {
    let id = match rows::by_google_id(tx, connection.id, &calendar.google_id)? {
        None => {
            rows::insert(tx, calendar)?;
            calendar.id
        }
        Some(mut before) => {
            // What is under way was begun before it came back.
            leases::revoke(tx, connection.id)?;
            rows::set_mode(tx, before.id, calendar.mode, None)?;
            before.name.clone_from(&calendar.name);
            before.pull_at = now;
            before.failures = 0;
            rows::update(tx, &before)?;
            links::readopt_of_connection(tx, connection.id, now - FOLLOWED, now)?;
            channels::open_anew(tx, connection.id, now)?;
            before.id
        }
    };
    busy::block_all(tx, connection.organization_id, id)?;
    two_way::check(tx, connection.organization_id, (id, calendar.mode))?;
    tx.wake(Topic::DueWork);
    Ok(id)
}
