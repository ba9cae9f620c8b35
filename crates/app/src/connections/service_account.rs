//! Connecting by a service account: nobody consents, a calendar is shared with it (row L9).

use domain::OrganizationId;
use google::service_account;
use store::StoreError;

use super::keep::{Granted, NotStored, store};
use super::{Cause, cause};
use crate::App;
use crate::settings::MissingSettings;

/// Why a service account was not connected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceAccountError {
    /// Its key file is not configured.
    #[error(transparent)]
    NotConfigured(#[from] MissingSettings),
    /// `primary` is the service account's own calendar, which nobody sees.
    #[error("set CALENDAR_ID to the calendar that is shared with {account}")]
    CalendarNotNamed {
        /// With whom it must be shared.
        account: String,
    },
    /// Another account is connected already.
    #[error("{connected} is connected already")]
    OtherAccount {
        /// The account connected.
        connected: String,
    },
    /// Google gave no token.
    #[error("Google gave no token ({})", .0.as_str())]
    Google(Cause),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Connects the organization's calendar by the service account of the settings: gets a first token, so that
/// a key that is not good is told at once, and stores the connection. Doing it again is harmless.
///
/// # Errors
/// [`ServiceAccountError`].
pub async fn connect_service_account(
    app: &App,
    organization: OrganizationId,
) -> Result<(), ServiceAccountError> {
    let google = app.settings().google.as_ref().map_err(Clone::clone)?;
    let Some(account) = &google.service_account else {
        return Err(MissingSettings(vec!["GOOGLE_SERVICE_ACCOUNT_JSON"]).into());
    };
    if google.calendar_id == "primary" && account.subject.is_none() {
        return Err(ServiceAccountError::CalendarNotNamed {
            account: account.email.clone(),
        });
    }
    let now_seconds = app.now().as_micros() / 1_000_000;
    let transport = &*app.0.transport;
    let tokens = service_account::token(transport, &google.endpoints, account, now_seconds)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "the service account got no token");
            ServiceAccountError::Google(cause::of_assertion(&error))
        })?;
    let granted = Granted {
        organization,
        account_sub: sub(account),
        account_email: account.acts_as().to_owned(),
        tokens,
        refresh: None,
    };
    store(app, granted, google.calendar_id.clone())
        .await
        .map_err(|error| match error {
            NotStored::OtherAccount { connected } => {
                ServiceAccountError::OtherAccount { connected }
            }
            NotStored::Revoking => ServiceAccountError::Store(StoreError::Overloaded),
            NotStored::Store(error) => ServiceAccountError::Store(error),
        })
}

/// What names the account of such a connection: no `sub` of a person has an `@`.
pub(crate) fn sub(account: &google::ServiceAccount) -> String {
    match &account.subject {
        None => account.email.clone(),
        Some(subject) => format!("{} as {subject}", account.email),
    }
}
