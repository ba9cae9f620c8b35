//! Who is told what when something needs a person: the causes a connection can have, with the way out
//! of each, and the messages that follow from them.
//!
//! A cause is a stable code, kept with the connection. To add one: give it its [`way_out`] here and its
//! sentence in the pages' translations; the message follows from the way out.

use jiff::SignedDuration;

use crate::time::Instant;

/// Who can end a cause, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// Its owner grants access anew.
    Reconnect,
    /// Its owner grants access anew and ticks what was left out (reference `google-calendar.md` §3.3).
    TickScope,
    /// The operator mends our project at Google or our settings (§3.5, §13).
    Operator,
    /// Its owner mends the calendar or its sharing (§13).
    Calendar,
    /// Nobody need do anything: it is tried again.
    Wait,
}

/// The way out of `cause`; `is_stopped` when nothing is asked of Google any more until somebody acts.
pub fn way_out(cause: &str, is_stopped: bool) -> WayOut {
    match cause {
        "scope_missing" => WayOut::TickScope,
        "misconfigured"
        | "not_configured"
        | "invalid_client"
        | "deleted_client"
        | "disabled_client"
        | "unauthorized_client"
        | "redirect_uri_mismatch"
        | "org_internal"
        | "admin_policy_enforced"
        | "api_not_enabled" => WayOut::Operator,
        "calendar_not_found" | "calendar_forbidden" | "not_a_calendar_user" => WayOut::Calendar,
        _ if is_stopped => WayOut::Reconnect,
        _ => WayOut::Wait,
    }
}

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
}

impl MessageKind {
    const ALL: [Self; 5] = [
        Self::GrantDead,
        Self::ScopeMissing,
        Self::InstallationRefused,
        Self::CalendarLost,
        Self::EventRefused,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrantDead => "grant_dead",
            Self::ScopeMissing => "scope_missing",
            Self::InstallationRefused => "installation_refused",
            Self::CalendarLost => "calendar_lost",
            Self::EventRefused => "event_refused",
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

/// The message that a connection's `cause` calls for, and for whom; `None` while it may pass by itself.
pub fn message_of(cause: &str, is_stopped: bool) -> Option<(MessageKind, Audience)> {
    match way_out(cause, is_stopped) {
        WayOut::Reconnect => Some((MessageKind::GrantDead, Audience::Owner)),
        WayOut::TickScope => Some((MessageKind::ScopeMissing, Audience::Owner)),
        WayOut::Operator => Some((MessageKind::InstallationRefused, Audience::Operator)),
        WayOut::Calendar => Some((MessageKind::CalendarLost, Audience::Owner)),
        WayOut::Wait => None,
    }
}

/// How long Google keeps the grants of a project that is published only for testing (§3.5, cause 5).
const TESTING_GRANT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A death is noticed when access next runs out: up to an hour late, and a little for both clocks.
const NOTICED_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// Whether a grant given at `granted_at` and found dead at `died_at` lived as long as those of a project
/// in testing do: then that is the likely cause, for which Google has no code of its own.
pub fn is_testing_expiry_likely(granted_at: Instant, died_at: Instant) -> bool {
    let life = died_at - granted_at;
    life >= TESTING_GRANT - SignedDuration::from_hours(1) && life <= TESTING_GRANT + NOTICED_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_to_who_can_end_it() {
        use Audience::{Operator, Owner};
        for (cause, is_stopped, expected) in [
            (
                "needs_reconnect",
                true,
                Some((MessageKind::GrantDead, Owner)),
            ),
            (
                "a code of tomorrow",
                true,
                Some((MessageKind::GrantDead, Owner)),
            ),
            (
                "scope_missing",
                true,
                Some((MessageKind::ScopeMissing, Owner)),
            ),
            (
                "misconfigured",
                false,
                Some((MessageKind::InstallationRefused, Operator)),
            ),
            (
                "api_not_enabled",
                false,
                Some((MessageKind::InstallationRefused, Operator)),
            ),
            (
                "calendar_not_found",
                false,
                Some((MessageKind::CalendarLost, Owner)),
            ),
            ("unreachable", false, None),
            ("rate_limited", false, None),
            ("token_refused", false, None),
        ] {
            assert_eq!(message_of(cause, is_stopped), expected, "{cause}");
        }
    }

    #[test]
    fn a_grant_that_died_after_seven_days_was_one_for_testing() {
        let granted = Instant::parse("2026-11-20T09:00:00Z").unwrap();
        for (hours, expected) in [
            (0, false),
            (6 * 24, false),
            (168, true),
            (170, true),
            (200, false),
        ] {
            let died = granted + SignedDuration::from_hours(hours);
            assert_eq!(is_testing_expiry_likely(granted, died), expected, "{hours}");
        }
    }
}
