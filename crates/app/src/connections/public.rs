//! Connecting a public calendar by API key, to be read (row L10).

use domain::{CalendarId, ConnectionId, OrganizationId};
use google::CallError;
use google::pull::{self, Listing, Paging, PullError};
use store::tables::busy;
use store::tables::calendars::{self, Calendar, Mode};
use store::tables::connections::{self, Connection, Credential, Grant, Proof, State, Tokens};
use store::{Lane, StoreError, Topic};

use super::{Cause, cause};
use crate::calendars::is_connected;
use crate::pull::audit;
use crate::settings::MissingSettings;
use crate::{App, quota};

/// Why a public calendar was not connected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicError {
    /// The API key is not configured.
    #[error(transparent)]
    NotConfigured(#[from] MissingSettings),
    /// The key cannot read it: it does not exist, or it is private, and then a key is not the way.
    #[error("the calendar cannot be read by everybody")]
    NotPublic,
    /// Another account of the organization reaches it already.
    #[error("this calendar is connected already")]
    AlreadyConnected,
    /// Google did not show it, for this reason.
    #[error("Google did not show the calendar ({})", .0.as_str())]
    Google(Cause),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Connects the public calendar `google_id`, after reading it once with the key alone. It receives no
/// bookings, ever. Doing it again is harmless.
///
/// # Errors
/// [`PublicError`].
pub async fn connect_public(
    app: &App,
    organization: OrganizationId,
    google_id: &str,
) -> Result<(), PublicError> {
    let google = app.settings().google.as_ref().map_err(Clone::clone)?;
    let Some(key) = &google.api_key else {
        return Err(MissingSettings(vec!["CALENDAR_API_KEY"]).into());
    };
    let (chance, now) = (app.chance(), app.now());
    let (inner, account) = (app.clone(), sub(google_id));
    let wait = app
        .store()
        .unit(Lane::Interactive, "connections.pay_public", move |tx| {
            quota::spend(tx, &inner, &account, 1, now)
        })
        .await?;
    if wait.is_some() {
        return Err(PublicError::Google(Cause::RateLimited));
    }
    let (transport, endpoints) = (&*app.0.transport, &google.endpoints);
    let listing = Listing::Whole { ending_after: now };
    let paging = Paging {
        items_max: 1,
        token: None,
    };
    let page = pull::public_page(transport, endpoints, google_id, key, listing, paging)
        .await
        .map_err(|error| match error {
            PullError::Call(CallError::NotFound | CallError::TokenRefused) => {
                PublicError::NotPublic
            }
            PullError::Call(error) => PublicError::Google(cause::of_call(&error)),
            PullError::ListAnew(_) => PublicError::Google(Cause::Refused),
        })?;
    let connection = Connection {
        id: ConnectionId(chance.uuid(now)),
        organization_id: organization,
        credential: Credential::ApiKey,
        account_sub: sub(google_id),
        account_email: google_id.to_owned(),
        scopes: String::new(),
        state: State::Connected,
        cause: None,
        tokens: Tokens {
            access: None,
            access_expires_at: now,
        },
        grant: Grant {
            at: now,
            used_at: now,
            short_before: 0,
        },
        proof: Proof::default(),
        run_at: now,
        failures: 0,
    };
    let id = CalendarId(chance.uuid(now));
    let mut calendar = Calendar::new(id, connection.id, google_id, Mode::Busy, now);
    calendar.audit.at = audit::first(chance, now);
    calendar.name = page.envelope.name;
    app.store()
        .unit(Lane::Interactive, "connections.connect_public", move |tx| {
            let known = connections::by_account(tx, organization, &connection.account_sub)?;
            match known {
                None if is_connected(tx, organization, &calendar.google_id, "")? => {
                    return Err(PublicError::AlreadyConnected);
                }
                None => {
                    connections::insert(tx, &connection, now)?;
                    calendars::insert(tx, &calendar)?;
                    busy::block_all(tx, organization, calendar.id)?;
                }
                Some(mut known) if known.state == State::Inactive => {
                    known.state = State::Connected;
                    known.run_at = now;
                    connections::update(tx, &known)?;
                }
                Some(known) => {
                    let before = calendars::by_google_id(tx, known.id, &calendar.google_id)?;
                    let Some(mut before) = before.filter(|c| c.removed_at.is_some()) else {
                        return Ok(());
                    };
                    calendars::set_mode(tx, before.id, Mode::Busy, None)?;
                    before.pull_at = now;
                    calendars::update(tx, &before)?;
                    busy::block_all(tx, organization, before.id)?;
                }
            }
            tx.wake(Topic::DueWork);
            Ok(())
        })
        .await
}

/// What names the account of such a connection: no `sub` of a person has a space.
fn sub(google_id: &str) -> String {
    format!("public {google_id}")
}
