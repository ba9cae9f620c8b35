//! Who is told what when something needs a person. What is wrong with a connection, and the way out of it,
//! is in [`crate::connection`]; the message follows from the way out. What attendees are told is in
//! [`attendee`].

pub mod attendee;

use crate::connection::{Cause, WayOut};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Google no longer accepts a grant (scenario A1).
    GrantDead,
    /// A grant lacks a permission.
    ScopeMissing,
    /// Google refuses this installation, or our project may not use the API.
    InstallationRefused,
    /// A connected calendar is gone or may no longer be written.
    CalendarLost,
    /// Google refuses the change of one event for good (row R7, scenario D2).
    EventRefused,
    /// A calendar's push channel has ended and there is no next one: changes are found by polling (scenario E2).
    PushEnded,
    /// Many events of a calendar were moved or deleted at once (scenario C5).
    MassLoss,
}

impl MessageKind {
    const ALL: [Self; 7] = [
        Self::GrantDead,
        Self::ScopeMissing,
        Self::InstallationRefused,
        Self::CalendarLost,
        Self::EventRefused,
        Self::PushEnded,
        Self::MassLoss,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrantDead => "grant_dead",
            Self::ScopeMissing => "scope_missing",
            Self::InstallationRefused => "installation_refused",
            Self::CalendarLost => "calendar_lost",
            Self::EventRefused => "event_refused",
            Self::PushEnded => "push_ended",
            Self::MassLoss => "mass_loss",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Who runs the organization.
    Owner,
    /// Who runs the installation.
    Operator,
}

impl Audience {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Owner, Self::Operator];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|audience| audience.as_str() == name)
    }
}

/// The message that a connection's `cause` calls for, and for whom; `None` while it passes by itself.
pub const fn message_of(cause: Cause) -> Option<(MessageKind, Audience)> {
    match cause.way_out() {
        WayOut::Reconnect => Some((MessageKind::GrantDead, Audience::Owner)),
        WayOut::TickScope => Some((MessageKind::ScopeMissing, Audience::Owner)),
        WayOut::Operator => Some((MessageKind::InstallationRefused, Audience::Operator)),
        WayOut::Calendar => Some((MessageKind::CalendarLost, Audience::Owner)),
        WayOut::Wait => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_to_who_can_end_it() {
        use Audience::{Operator, Owner};
        for (cause, expected) in [
            (Cause::NeedsReconnect, Some((MessageKind::GrantDead, Owner))),
            (
                Cause::ScopeMissing,
                Some((MessageKind::ScopeMissing, Owner)),
            ),
            (
                Cause::Misconfigured,
                Some((MessageKind::InstallationRefused, Operator)),
            ),
            (
                Cause::ApiNotEnabled,
                Some((MessageKind::InstallationRefused, Operator)),
            ),
            (
                Cause::CalendarNotFound,
                Some((MessageKind::CalendarLost, Owner)),
            ),
            (Cause::Unreachable, None),
            (Cause::RateLimited, None),
            (Cause::TokenRefused, None),
        ] {
            assert_eq!(message_of(cause), expected, "{cause:?}");
        }
    }
}
