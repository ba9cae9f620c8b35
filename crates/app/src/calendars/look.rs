//! Looking at a calendar that somebody names: whether the account sees it, and what it may do there.

use domain::ConnectionId;
use google::CallError;
use google::events::CalendarAt;
use google::pull::{self, Detail, Envelope, Listing, Paging, PullError};
use secrecy::SecretString;
use store::tables::connections::{self, Connection, Credential};
use store::tables::leases;
use store::{Lane, StoreError};

use super::{CalendarError, Mode};
use crate::connections::{Cause, cause};
use crate::credentials::{self, Renewal};
use crate::due::LEASE;
use crate::{App, quota};

/// What Google says of the calendar `google_id` to the account of `connection`: one event of it is listed, for
/// with our permissions there is no other way to ask (google-calendar.md §3).
///
/// # Errors
/// [`CalendarError::NotVisible`], [`CalendarError::ReadOnly`] if `mode` wants more than the account may, and
/// [`CalendarError::Google`].
pub(super) async fn look(
    app: &App,
    connection: &Connection,
    google_id: &str,
    mode: Mode,
) -> Result<Envelope, CalendarError> {
    if connection.credential == Credential::ApiKey {
        // A key reads the one calendar it was given for.
        return Err(CalendarError::ReadOnly);
    }
    let google = app.settings().google.as_ref();
    let google = google.map_err(|_| CalendarError::Google(Cause::NotConfigured))?;
    let token = token(app, connection).await?;
    let at = CalendarAt {
        endpoints: &google.endpoints,
        access_token: &token,
        calendar: google_id,
    };
    let listing = Listing::Whole {
        ending_after: app.now(),
    };
    let paging = Paging {
        items_max: 1,
        token: None,
    };
    let page = pull::page(&*app.0.transport, at, listing, Detail::Busy, paging)
        .await
        .map_err(|error| match error {
            PullError::Call(CallError::NotFound) => CalendarError::NotVisible,
            PullError::Call(error) => CalendarError::Google(cause::of_call(&error)),
            PullError::ListAnew(_) => CalendarError::Google(Cause::Refused),
        })?;
    let least = pull::AccessRole::WriterWithoutPrivateAccess;
    // Where Google does not say, the first booking will tell.
    if mode.is_written() && page.envelope.access.is_some_and(|access| access < least) {
        return Err(CalendarError::ReadOnly);
    }
    Ok(page.envelope)
}

/// A token that is good, renewed if it must be, and the call paid for.
async fn token(app: &App, connection: &Connection) -> Result<SecretString, CalendarError> {
    let now = app.now();
    let (inner, account) = (app.clone(), connection.account_sub.clone());
    let wait = app
        .store()
        .unit(Lane::Interactive, "calendars.pay", move |tx| {
            quota::spend(tx, &inner, &account, 1, now)
        })
        .await?;
    if wait.is_some() {
        return Err(CalendarError::Google(Cause::RateLimited));
    }
    if let Some(token) = credentials::current(app, connection, now).unwrap_or_default() {
        return Ok(token);
    }
    let id = connection.id;
    let lease = app
        .store()
        .unit(Lane::Interactive, "calendars.lease", move |tx| {
            leases::take(tx, id, now, now + LEASE)
        })
        .await?;
    // Whoever works on it renews its token now.
    let Some(lease) = lease else {
        return Err(CalendarError::Google(Cause::RateLimited));
    };
    match credentials::renew(app, connection, lease).await? {
        Renewal::Done => {}
        Renewal::Dead => return Err(CalendarError::Google(Cause::NeedsReconnect)),
        Renewal::Later(cause) => {
            give_back(app, lease).await?;
            return Err(CalendarError::Google(cause));
        }
    }
    let renewed = read(app, id).await?.ok_or(CalendarError::NoConnection)?;
    let token = credentials::current(app, &renewed, now).unwrap_or_default();
    token.ok_or(CalendarError::Google(Cause::TokenRefused))
}

async fn give_back(app: &App, lease: leases::Lease) -> Result<(), StoreError> {
    app.store()
        .unit(Lane::Interactive, "calendars.give_back", move |tx| {
            leases::give_back(tx, lease).map(drop)
        })
        .await
}

async fn read(app: &App, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    app.store()
        .unit(Lane::Read, "calendars.connection", move |tx| {
            connections::by_id(tx, id)
        })
        .await
}
