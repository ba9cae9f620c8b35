//! How push stands for a calendar, as its owner sees it (scenario E2: what is amiss shows).

use domain::Instant;
use store::tables::channels::{Channel, Opening};

/// How push stands for a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// In a word.
    pub state: PushState,
    /// Why the last try to open a channel failed. Beside [`PushState::Live`] it is the renewal that fails.
    pub problem: Option<Problem>,
    /// When the present channel ends.
    pub expires_at: Option<Instant>,
}

/// In a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushState {
    /// It is not used: the installation has no address that Google can reach, or the connection does not
    /// work, or can only read public calendars.
    Off,
    /// A channel is about to be opened.
    Opening,
    /// Google tells of changes as they happen.
    Live,
    /// Google has no push for this calendar; it is polled for good (scenario E8).
    Unsupported,
    /// No channel could be opened; the calendar is polled meanwhile.
    Failing,
}

impl PushState {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Opening => "opening",
            Self::Live => "live",
            Self::Unsupported => "unsupported",
            Self::Failing => "failing",
        }
    }
}

/// Why a channel could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Google has no push for calendars such as this one.
    NotSupported,
    /// Google does not let our project push to the address's host: the operator verifies the domain, or sets
    /// another address.
    AddressUnauthorized,
    /// Google pushes to https only: the operator sets another address.
    AddressNotHttps,
    /// The calendar is gone, or not for us to see.
    CalendarNotFound,
    /// Google will not, for a reason of its own; the log has it.
    Refused,
    /// Google did not answer as expected, or has had too many requests. Tried again.
    Unreachable,
}

impl Problem {
    const ALL: [Self; 6] = [
        Self::NotSupported,
        Self::AddressUnauthorized,
        Self::AddressNotHttps,
        Self::CalendarNotFound,
        Self::Refused,
        Self::Unreachable,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSupported => "not_supported",
            Self::AddressUnauthorized => "address_unauthorized",
            Self::AddressNotHttps => "address_not_https",
            Self::CalendarNotFound => "calendar_not_found",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|problem| problem.as_str() == name)
    }
}

/// What is known of a calendar's channels.
pub(crate) struct Stands {
    /// Whether channels are opened at all.
    pub(crate) is_wanted: bool,
    /// The one that is live.
    pub(crate) live: Option<Channel>,
    /// How opening the next one stands.
    pub(crate) opening: Opening,
}

/// How push stands, in the words of the owner.
pub(crate) fn read(stands: &Stands) -> Push {
    let problem = stands.opening.problem.as_deref();
    let problem = problem.map(|name| Problem::of(name).unwrap_or(Problem::Refused));
    let state = match (stands.is_wanted, &stands.live, problem) {
        (false, ..) => PushState::Off,
        (_, Some(_), _) => PushState::Live,
        (_, None, None) => PushState::Opening,
        (_, None, Some(Problem::NotSupported)) => PushState::Unsupported,
        (_, None, Some(_)) => PushState::Failing,
    };
    Push {
        state,
        problem: problem.filter(|_| stands.is_wanted),
        expires_at: stands.live.as_ref().map(|channel| channel.expires_at),
    }
}
