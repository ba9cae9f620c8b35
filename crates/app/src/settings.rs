//! Configuration, as the use cases see it: already read, checked and typed by `server`.

use std::num::NonZeroUsize;

use google::oauth::OAuthClient;
use google::pull::PAGE_ITEMS_MAX;
use google::{Endpoints, ServiceAccount};
use secrecy::SecretString;
use url::Url;

use crate::limits::Limits;
pub use crate::pull::pace::Pace;
use crate::quota::Quota;

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach this installation; links in pages and answers begin with it.
    pub public_url: Url,
    /// Google, when it is configured.
    pub google: Result<Google, MissingSettings>,
    /// Where Google's pushes arrive, as Google reaches it: `LOCKSTEP_WEBHOOK_URL`. `None` where it cannot, so
    /// that calendars are polled only.
    pub webhook_url: Option<Url>,
    /// How often a connected calendar is looked at.
    pub pace: Pace,
    /// How much of it is read and kept at a time.
    pub pull_size: PullSize,
    /// What anonymous callers may take at most.
    pub limits: Limits,
}

/// How much of a calendar is read and kept at a time. The defaults suit everybody; smaller ones let
/// a test come between any two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullSize {
    /// Events on a page at most, held to 1 to [`PAGE_ITEMS_MAX`].
    pub page_items_max: u16,
    /// Single events put in place in one unit at most, a series counting as several. A unit keeps everybody
    /// else from writing on SQLite, for some 20 µs an event and a commit; while somebody waits for that, units
    /// are a fifth of this.
    pub chunk: NonZeroUsize,
}

impl Default for PullSize {
    fn default() -> Self {
        Self {
            page_items_max: PAGE_ITEMS_MAX,
            chunk: const { NonZeroUsize::new(500).expect("500 is not 0") },
        }
    }
}

/// How this installation speaks to Google.
#[derive(Clone, Debug)]
pub struct Google {
    /// Our identity there, when people consent.
    pub client: Result<OAuthClient, MissingSettings>,
    /// The service account that needs nobody's consent: `GOOGLE_SERVICE_ACCOUNT_JSON`. Bookings then go to
    /// the calendar its owner shared with it.
    pub service_account: Option<ServiceAccount>,
    /// Reads public calendars, and nothing else: `CALENDAR_API_KEY`.
    pub api_key: Option<SecretString>,
    /// Where Google is.
    pub endpoints: Endpoints,
    /// Which calendar bookings go to: `CALENDAR_ID`, or `primary`.
    pub calendar_id: String,
    /// How fast it may be asked.
    pub quota: Quota,
    /// The account expected to connect: `ADMIN_EMAIL`.
    pub login_hint: Option<String>,
}

impl Google {
    /// Our identity for consents.
    ///
    /// # Errors
    /// [`MissingSettings`] when people cannot consent: a service account may be all there is.
    pub fn client(&self) -> Result<&OAuthClient, MissingSettings> {
        self.client.as_ref().map_err(Clone::clone)
    }
}

/// Settings without which no calendar can be connected, by the names people set them under.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("set {} to connect Google Calendar", .0.join(", "))]
pub struct MissingSettings(pub Vec<&'static str>);
