//! The settings of connected calendars: which there are, what each is for, whose time it takes, and whose
//! bookings go there (design section 7, rows T8 and R11).
//!
//! One Google calendar is one connected calendar of an organization, however many accounts reach it: else its
//! events would be read, counted and written twice.

mod add;
mod change;
mod list;
mod look;
mod remove;
mod two_way;

use domain::{CalendarId, ConnectionId, EventTypeId, HostId, Instant, OrganizationId};
use store::tables::calendars::{self as rows, Calendar as Row};
use store::tables::connections::{self, Connection, State};
use store::{StoreError, Tx};

pub use add::add;
pub use change::{Change, change};
pub use list::{FREE_DAYS_AHEAD, Host, hosts, list};
pub use remove::remove;
pub use store::tables::calendars::Mode;
pub use two_way::importable;

use crate::connections::Cause;

/// Longest id of a calendar that is looked at; Google's are addresses, which are shorter.
const GOOGLE_ID_CHARS_MAX: usize = 320;

/// One connected calendar, as its organization sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its identity.
    pub id: CalendarId,
    /// How it is reached.
    pub connection_id: ConnectionId,
    /// Google's id of it.
    pub google_id: String,
    /// Its name.
    pub name: String,
    /// What it is connected for.
    pub mode: Mode,
    /// What is known of it is as of then; `None` until it was read.
    pub as_of: Option<Instant>,
    /// When it was last compared with Google's own expansion.
    pub audited_at: Option<Instant>,
    /// Stretches of time that differed, in all comparisons so far.
    pub audit_differences: u64,
    /// Whose time its events take.
    pub blocks: Vec<HostId>,
    /// Whose bookings go there.
    pub receives: Vec<HostId>,
    /// All-day events of the coming [`FREE_DAYS_AHEAD`] that are marked as free and so block nothing
    /// (scenario F1).
    pub free_days: u64,
    /// What its events become, where that was told and it is two-way.
    pub import_event_type: Option<EventTypeId>,
}

/// Why a calendar's settings were not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The organization has no such connection, or has disconnected it.
    #[error("there is no such connection")]
    NoConnection,
    /// The connection has no such calendar.
    #[error("there is no such calendar")]
    NotFound,
    /// What was typed is no id of a calendar.
    #[error("a calendar's id is an address of at most {GOOGLE_ID_CHARS_MAX} characters")]
    BadId,
    /// The organization has this calendar already, perhaps through another account.
    #[error("this calendar is connected already")]
    AlreadyConnected,
    /// Google shows the account no such calendar.
    #[error("Google shows this account no such calendar")]
    NotVisible,
    /// The account may only read it, or nothing may be written through the connection.
    #[error("this account may only read the calendar")]
    ReadOnly,
    /// A two-way calendar is the one of exactly one host, whose bookings its events become.
    #[error("a two-way calendar takes the time of exactly one host")]
    OneHostNeeded,
    /// There is nothing that its events can become.
    #[error("there is no event type of one host and one seat that its events can become")]
    EventTypeNeeded,
    /// Bookings cannot go to a calendar that is only read.
    #[error("bookings cannot go to a calendar that is only read")]
    NotWritten,
    /// Bookings would have nowhere to go.
    #[error("bookings go there that have no other calendar to go to")]
    ReceiverNeeded,
    /// The organization has no such host.
    #[error("there is no such host")]
    UnknownHost,
    /// Google was not asked, or did not answer, for this reason.
    #[error("the calendar could not be looked at ({})", .0.as_str())]
    Google(Cause),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The organization's connection of this id, unless it was disconnected.
fn own(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Connection, CalendarError> {
    let found = connections::by_id(tx, id)?;
    let is_own = |c: &Connection| c.organization_id == organization && c.state != State::Inactive;
    found.filter(is_own).ok_or(CalendarError::NoConnection)
}

/// Its calendar of this id.
fn own_calendar(
    tx: &mut dyn Tx,
    connection: &Connection,
    id: CalendarId,
) -> Result<Row, CalendarError> {
    let found = rows::by_id(tx, id)?;
    let is_own = |c: &Row| c.connection_id == connection.id && c.removed_at.is_none();
    found.filter(is_own).ok_or(CalendarError::NotFound)
}

/// Whether the organization has the calendar `google_id` of the account `email` already. `primary` is the
/// account's own calendar, whose id is its address.
pub(crate) fn is_connected(
    tx: &mut dyn Tx,
    organization: OrganizationId,
    google_id: &str,
    email: &str,
) -> Result<bool, StoreError> {
    let wanted = plain_id(google_id, email);
    let all = rows::of_organization(tx, organization)?;
    Ok(all
        .iter()
        .any(|(calendar, account)| plain_id(&calendar.google_id, account) == wanted))
}

fn plain_id(google_id: &str, email: &str) -> String {
    let id = if google_id == "primary" {
        email
    } else {
        google_id
    };
    id.to_lowercase()
}
