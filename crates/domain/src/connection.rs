//! What can be wrong with a calendar connection: one stable code each, who can end it, and how.
//!
//! The codes are stored and are part of the API; pages and the terminal put them into words, in every
//! language. Google's own names are kept where Google has one, so that they can be searched for. Sources:
//! `google-calendar.md` §3.5 (token endpoint), §3.8 (service accounts), §3.9 (publishing status), §13
//! (Calendar). What Google's answers mean in these terms is told by `app::connections`.
//!
//! To add a cause: its variant and code, its [`WayOut`], and its sentence in the pages' translations. The
//! message to whoever must act follows from the way out (`crate::notice`).

use jiff::SignedDuration;

use crate::time::Instant;

/// Why a connection does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The grant is dead and Google does not say why: revoked by its owner, its password or account
    /// changed, or too many newer grants. The owner reconnects (scenario A1).
    NeedsReconnect,
    /// The grant died about a week after the consent, for the first time. The owner reconnects; if the
    /// project's publishing status is *Testing*, it happens again.
    NeedsReconnectAfterWeek,
    /// Grants died about a week after the consent twice or more in a row: the project's publishing
    /// status is almost certainly *Testing*. The operator publishes it (Google Cloud console, Google Auth
    /// Platform, Audience, "Publish app"); then the owner reconnects (scenario A2).
    NeedsReconnectEveryWeek,
    /// The grant died after six months in which it was not used. The owner reconnects.
    NeedsReconnectUnused,
    /// The Workspace's session control asks for the password again (`invalid_rapt`): the owner reconnects,
    /// or the administrator exempts this app.
    InvalidRapt,
    /// The grant does not cover events: the owner reconnects and ticks the box.
    ScopeMissing,
    /// Google refused the present token once; a new one is on its way. Passes by itself.
    TokenRefused,
    /// Id or secret of the OAuth client are wrong: the operator sets `GOOGLE_CLIENT_ID` and
    /// `GOOGLE_CLIENT_SECRET`.
    InvalidClient,
    /// The OAuth client was deleted: the operator restores it (within about 30 days) or makes another.
    DeletedClient,
    /// The OAuth client or the service account was disabled: the operator enables it.
    DisabledClient,
    /// The client may not do this; of a service account: domain-wide delegation with exactly our scope is
    /// missing. The Workspace's administrator adds it.
    UnauthorizedClient,
    /// The redirect address is not registered with the client, byte by byte: the operator registers it.
    RedirectUriMismatch,
    /// Google does not know or allow the scope: a bug of ours, or a client of another kind.
    InvalidScope,
    /// The Workspace's administrator does not allow this app: the administrator trusts it.
    AdminPolicyEnforced,
    /// The project is internal to another Workspace: the operator makes it external, or the owner uses an
    /// account of that Workspace.
    OrgInternal,
    /// Access was denied without more: who consented said no, or may not.
    AccessDenied,
    /// Google refuses with a name that has no words here; the log has it.
    Misconfigured,
    /// Google has had too many requests. Passes by itself.
    RateLimited,
    /// Google does not answer, or says that it is in trouble itself. Passes by itself.
    Unreachable,
    /// Google, or somebody on the way there, says something that is no answer. Tried again.
    UnexpectedAnswer,
    /// This machine's clock is wrong by minutes: the operator sets it (NTP).
    ClockWrong,
    /// The service account or its key is not known to Google: the operator makes a new key.
    ServiceAccountRefused,
    /// The user the service account is to act for does not exist.
    SubjectUnknown,
    /// The settings of this kind of connection are missing: the operator sets them.
    NotConfigured,
    /// Secrets were sealed with another master key, which this process has not: the operator gives it both
    /// while the key is replaced.
    OtherMasterKey,
    /// The calendar was not found: `CALENDAR_ID` is wrong, or it is no longer shared with the account.
    CalendarNotFound,
    /// The calendar may be read and not written: its owner shares it with "Make changes to events".
    CalendarReadOnly,
    /// The account has no Google Calendar: its owner opens it once, or connects another account.
    NotACalendarUser,
    /// The Calendar API is not enabled in the project: the operator enables it.
    ApiNotEnabled,
    /// Google will not write there, for a reason of its own; the log has it.
    Refused,
}

impl Cause {
    /// All of them, with their codes.
    pub const ALL: [(Self, &'static str); 30] = [
        (Self::NeedsReconnect, "needs_reconnect"),
        (Self::NeedsReconnectAfterWeek, "needs_reconnect_after_week"),
        (Self::NeedsReconnectEveryWeek, "needs_reconnect_every_week"),
        (Self::NeedsReconnectUnused, "needs_reconnect_unused"),
        (Self::InvalidRapt, "invalid_rapt"),
        (Self::ScopeMissing, "scope_missing"),
        (Self::TokenRefused, "token_refused"),
        (Self::InvalidClient, "invalid_client"),
        (Self::DeletedClient, "deleted_client"),
        (Self::DisabledClient, "disabled_client"),
        (Self::UnauthorizedClient, "unauthorized_client"),
        (Self::RedirectUriMismatch, "redirect_uri_mismatch"),
        (Self::InvalidScope, "invalid_scope"),
        (Self::AdminPolicyEnforced, "admin_policy_enforced"),
        (Self::OrgInternal, "org_internal"),
        (Self::AccessDenied, "access_denied"),
        (Self::Misconfigured, "misconfigured"),
        (Self::RateLimited, "rate_limited"),
        (Self::Unreachable, "unreachable"),
        (Self::UnexpectedAnswer, "unexpected_answer"),
        (Self::ClockWrong, "clock_wrong"),
        (Self::ServiceAccountRefused, "service_account_refused"),
        (Self::SubjectUnknown, "subject_unknown"),
        (Self::NotConfigured, "not_configured"),
        (Self::OtherMasterKey, "other_master_key"),
        (Self::CalendarNotFound, "calendar_not_found"),
        (Self::CalendarReadOnly, "calendar_read_only"),
        (Self::NotACalendarUser, "not_a_calendar_user"),
        (Self::ApiNotEnabled, "api_not_enabled"),
        (Self::Refused, "refused"),
    ];

    /// Its stable code.
    pub fn as_str(self) -> &'static str {
        let named = Self::ALL.iter().find(|(cause, _)| *cause == self);
        named.map_or("refused", |(_, code)| code)
    }

    /// The cause of a stored code.
    pub fn of(code: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, known)| *known == code);
        named.map(|(cause, _)| *cause)
    }

    /// Who can end it, and how.
    pub const fn way_out(self) -> WayOut {
        match self {
            Self::NeedsReconnect
            | Self::NeedsReconnectAfterWeek
            | Self::NeedsReconnectEveryWeek
            | Self::NeedsReconnectUnused
            | Self::InvalidRapt => WayOut::Reconnect,
            Self::ScopeMissing => WayOut::TickScope,
            Self::InvalidClient
            | Self::DeletedClient
            | Self::DisabledClient
            | Self::UnauthorizedClient
            | Self::RedirectUriMismatch
            | Self::InvalidScope
            | Self::AdminPolicyEnforced
            | Self::OrgInternal
            | Self::AccessDenied
            | Self::Misconfigured
            | Self::ClockWrong
            | Self::ServiceAccountRefused
            | Self::SubjectUnknown
            | Self::NotConfigured
            | Self::OtherMasterKey
            | Self::ApiNotEnabled
            | Self::Refused => WayOut::Operator,
            Self::CalendarNotFound | Self::CalendarReadOnly | Self::NotACalendarUser => {
                WayOut::Calendar
            }
            Self::TokenRefused | Self::RateLimited | Self::Unreachable | Self::UnexpectedAnswer => {
                WayOut::Wait
            }
        }
    }

    /// Whether it passes by itself, so that nobody need do anything: the connection works, or soon will.
    pub const fn is_passing(self) -> bool {
        matches!(self.way_out(), WayOut::Wait)
    }

    /// Whether the grant is over, and nothing is asked of Google until its owner reconnects.
    pub const fn is_end(self) -> bool {
        matches!(self.way_out(), WayOut::Reconnect | WayOut::TickScope)
    }

    /// Whether Google said it about the calendar, and not about our access: a new token does not end it.
    pub const fn is_of_calendar(self) -> bool {
        matches!(self.way_out(), WayOut::Calendar) || matches!(self, Self::ApiNotEnabled)
    }
}

/// Who can end a cause, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// Its owner grants access anew.
    Reconnect,
    /// Its owner grants access anew and ticks what was left out (§3.3).
    TickScope,
    /// The operator mends our project at Google, our settings or this machine (§3.5, §13).
    Operator,
    /// Its owner mends the calendar or its sharing (§13).
    Calendar,
    /// Nobody need do anything: it is tried again.
    Wait,
}

/// A grant of a project in testing ends seven days after the consent (§3.9).
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// It is found dead when it is next used: up to an hour and some backoff later, and clocks differ.
const WEEK_SLACK: SignedDuration = SignedDuration::from_hours(12);
/// A grant ends after six months without use (§3.5): the shortest six months have 181 days.
const UNUSED: SignedDuration = SignedDuration::from_hours(181 * 24);

/// Why a grant is dead, as far as its age tells, with how many in a row now ended after a week.
pub fn of_death(
    granted_at: Instant,
    used_at: Instant,
    weeks_before: i64,
    now: Instant,
) -> (Cause, i64) {
    let age = now - granted_at;
    if (now - used_at) >= UNUSED {
        (Cause::NeedsReconnectUnused, 0)
    } else if age < WEEK - WEEK_SLACK || age > WEEK + WEEK_SLACK {
        (Cause::NeedsReconnect, 0)
    } else if weeks_before == 0 {
        (Cause::NeedsReconnectAfterWeek, 1)
    } else {
        (
            Cause::NeedsReconnectEveryWeek,
            weeks_before.saturating_add(1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_one_code() {
        for (index, (cause, code)) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(Cause::of(code), Some(cause));
            assert_eq!(cause.as_str(), code);
            assert!(
                Cause::ALL[..index]
                    .iter()
                    .all(|(c, n)| *c != cause && *n != code)
            );
        }
        assert_eq!(Cause::of("unknown"), None);
    }

    /// row L13: what passes is waited for, and only the end of a grant stops the asking.
    #[test]
    fn each_cause_has_a_way_out() {
        for (cause, expected) in [
            (Cause::NeedsReconnectEveryWeek, WayOut::Reconnect),
            (Cause::ScopeMissing, WayOut::TickScope),
            (Cause::DeletedClient, WayOut::Operator),
            (Cause::CalendarReadOnly, WayOut::Calendar),
            (Cause::TokenRefused, WayOut::Wait),
        ] {
            assert_eq!(cause.way_out(), expected, "{cause:?}");
        }
        let of = |is: fn(Cause) -> bool| Cause::ALL.iter().filter(|(c, _)| is(*c)).count();
        assert_eq!((of(Cause::is_end), of(Cause::is_passing)), (6, 4));
        assert_eq!(of(|cause| cause.is_end() && cause.is_passing()), 0);
    }

    /// scenario A2: the second grant that lasts a week names the publishing status; another death
    /// begins the count again.
    #[test]
    fn the_age_of_a_dead_grant_is_a_hint() {
        let days = |days: i64| Instant::from_micros(0) + SignedDuration::from_hours(24 * days);
        let consent = days(0);
        for (name, died, used, before, expected) in [
            (
                "the first hour",
                days(0),
                days(0),
                1,
                (Cause::NeedsReconnect, 0),
            ),
            ("six days", days(6), days(6), 1, (Cause::NeedsReconnect, 0)),
            (
                "a week",
                days(7),
                days(7),
                0,
                (Cause::NeedsReconnectAfterWeek, 1),
            ),
            (
                "a second",
                days(7),
                days(7),
                1,
                (Cause::NeedsReconnectEveryWeek, 2),
            ),
            (
                "a third",
                days(7),
                days(7),
                2,
                (Cause::NeedsReconnectEveryWeek, 3),
            ),
            (
                "eight days",
                days(8),
                days(8),
                2,
                (Cause::NeedsReconnect, 0),
            ),
            (
                "months in use",
                days(300),
                days(299),
                0,
                (Cause::NeedsReconnect, 0),
            ),
            (
                "months idle",
                days(300),
                days(100),
                0,
                (Cause::NeedsReconnectUnused, 0),
            ),
        ] {
            assert_eq!(of_death(consent, used, before, died), expected, "{name}");
        }
    }
}
