//! Configuration, as the use cases see it: already read, checked and typed by `server`.

use google::Endpoints;
use google::oauth::OAuthClient;
use jiff::SignedDuration;
use url::Url;

use crate::limits::Limits;
use crate::quota::Quota;

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach this installation; links in pages and answers begin with it.
    pub public_url: Url,
    /// Google, when it is configured.
    pub google: Result<Google, MissingSettings>,
    /// How often a connected calendar is looked at.
    pub poll_interval: SignedDuration,
    /// What anonymous callers may take at most.
    pub limits: Limits,
}

/// How this installation speaks to Google.
#[derive(Clone, Debug)]
pub struct Google {
    /// Our identity there.
    pub client: OAuthClient,
    /// Where Google is.
    pub endpoints: Endpoints,
    /// Which calendar bookings go to: `CALENDAR_ID`, or `primary`.
    pub calendar_id: String,
    /// How fast it may be asked.
    pub quota: Quota,
    /// The account expected to connect: `ADMIN_EMAIL`.
    pub login_hint: Option<String>,
}

/// Settings without which no calendar can be connected, by the names people set them under.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("set {} to connect Google Calendar", .0.join(", "))]
pub struct MissingSettings(pub Vec<&'static str>);
