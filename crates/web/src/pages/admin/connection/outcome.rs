//! How something that was tried on the connection page ended (`?result=`).

use app::connections::{Cause, FinishError};

use crate::i18n::{Words, key};
use crate::parts::cause::cause;
use crate::parts::notice::{Notice, Tone};
use crate::request::fields::Fields;
use crate::urls;

/// The page that tells it.
const PATH: &str = "/admin/connection";
/// The name of [`Outcome::Refused`] in its address; why is beside it.
const REFUSED: &str = "refused";
/// The name of [`Outcome::Synced`] in it; how many is beside it.
const SYNCED: &str = "synced";

/// How a consent ended, as the address says (`?result=`): a closed list, so that an address can make
/// the page say nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It worked.
    Connected,
    /// The person said no at Google.
    Denied,
    /// The state was unknown: used, expired, or another browser's.
    Expired,
    /// The calendar permission was not ticked.
    MissingScope,
    /// Google gave nothing that lasts.
    NoRefreshToken,
    /// Google refused the address of the callback.
    RedirectMismatch,
    /// Google refused id or secret.
    BadClient,
    /// Google refused the code.
    BadGrant,
    /// Another account is connected.
    OtherAccount,
    /// Google could not be reached, or was in trouble itself.
    Unreachable,
    /// Google said something else.
    Other,
    /// The settings are missing.
    NotConfigured,
    /// A test event is on its way.
    Proving,
    /// Google refused, for this cause.
    Refused(Cause),
    /// The calendar shared with the service account is not named.
    RobotCalendar,
    /// The account is left alone from now on.
    Disconnected,
    /// A grant is being given back this minute.
    Revoking,
    /// A calendar's settings were changed.
    CalendarSaved,
    /// A calendar was taken away.
    CalendarRemoved,
    /// What was typed is no id of a calendar.
    CalendarBadId,
    /// The calendar is connected already.
    CalendarKnown,
    /// The account sees no such calendar.
    CalendarUnseen,
    /// The account may only read the calendar.
    CalendarReadOnly,
    /// Bookings would have nowhere to go.
    ReceiverNeeded,
    /// A two-way calendar is one host's.
    OneHostNeeded,
    /// Events of a two-way calendar have nothing to become.
    EventTypeNeeded,
    /// What becomes of bookings on old calendars was chosen.
    FreshnessSaved,
    /// How old a calendar may be is no number there can be.
    FreshnessLimit,
    /// How conflicts are decided was chosen.
    RulesSaved,
    /// The calendars were read; with how many events that brought.
    Synced(u64),
    /// The calendars are being read, or cannot be yet.
    SyncWaits,
}

impl Outcome {
    const ALL: [(Self, &'static str); 29] = [
        (Self::Connected, "connected"),
        (Self::Denied, "denied"),
        (Self::Expired, "expired"),
        (Self::MissingScope, "missing_scope"),
        (Self::NoRefreshToken, "no_refresh_token"),
        (Self::RedirectMismatch, "redirect_uri_mismatch"),
        (Self::BadClient, "invalid_client"),
        (Self::BadGrant, "invalid_grant"),
        (Self::OtherAccount, "other_account"),
        (Self::Unreachable, "unreachable"),
        (Self::Other, "other"),
        (Self::NotConfigured, "not_configured"),
        (Self::Proving, "proving"),
        (Self::RobotCalendar, "calendar_not_named"),
        (Self::Disconnected, "disconnected"),
        (Self::Revoking, "revoking"),
        (Self::CalendarSaved, "calendar_saved"),
        (Self::CalendarRemoved, "calendar_removed"),
        (Self::CalendarBadId, "calendar_bad_id"),
        (Self::CalendarKnown, "calendar_connected"),
        (Self::CalendarUnseen, "calendar_not_visible"),
        (Self::CalendarReadOnly, "calendar_read_only"),
        (Self::ReceiverNeeded, "receiver_needed"),
        (Self::OneHostNeeded, "one_host_needed"),
        (Self::EventTypeNeeded, "event_type_needed"),
        (Self::FreshnessSaved, "freshness_saved"),
        (Self::FreshnessLimit, "freshness_limit"),
        (Self::RulesSaved, "rules_saved"),
        (Self::SyncWaits, "sync_waits"),
    ];

    /// Its name in the address.
    fn name(self) -> &'static str {
        if let Self::Synced(_) = self {
            return SYNCED;
        }
        let named = Self::ALL.iter().find(|(outcome, _)| *outcome == self);
        named.map_or(REFUSED, |(_, name)| name)
    }

    /// The outcome an address tells of.
    pub(super) fn read(query: &Fields) -> Option<Self> {
        match query.get("result") {
            REFUSED => Cause::of(query.get("cause")).map(Self::Refused),
            SYNCED => query.get("events").parse().ok().map(Self::Synced),
            name => Self::of(name),
        }
    }

    /// The outcome of a name in the address.
    fn of(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, n)| *n == name);
        named.map(|(outcome, _)| *outcome)
    }

    /// What it means and what to do; `redirect_uri` is what Google must know.
    pub(crate) fn notice(self, words: Words, redirect_uri: &str) -> Notice {
        let (heading, help) = match self {
            Self::Connected => (key("outcome-connected"), key("outcome-connected-help")),
            Self::Denied => (key("outcome-denied"), key("outcome-denied-help")),
            Self::Expired => (key("outcome-expired"), key("outcome-expired-help")),
            Self::MissingScope => (key("outcome-scope"), key("outcome-scope-help")),
            Self::NoRefreshToken => (key("outcome-refresh"), key("outcome-refresh-help")),
            Self::RedirectMismatch => (key("outcome-redirect"), key("outcome-redirect-help")),
            Self::BadClient => (key("outcome-client"), key("outcome-client-help")),
            Self::BadGrant => (key("outcome-grant"), key("outcome-grant-help")),
            Self::OtherAccount => (key("outcome-account"), key("outcome-account-help")),
            Self::Unreachable => (key("outcome-unreachable"), key("outcome-unreachable-help")),
            Self::Other => (key("outcome-other"), key("outcome-other-help")),
            Self::NotConfigured => (key("outcome-settings"), key("outcome-settings-help")),
            Self::Proving => (key("outcome-proving"), key("outcome-proving-help")),
            Self::Refused(wrong) => (key("outcome-refused"), cause(wrong)),
            Self::RobotCalendar => (key("outcome-robot-name"), key("outcome-robot-name-help")),
            Self::Disconnected => (
                key("outcome-disconnected"),
                key("outcome-disconnected-help"),
            ),
            Self::Revoking => (key("outcome-revoking"), key("outcome-revoking-help")),
            Self::CalendarSaved => (key("outcome-saved"), key("outcome-saved-help")),
            Self::CalendarRemoved => (key("outcome-removed"), key("outcome-removed-help")),
            Self::CalendarBadId => (key("outcome-bad-id"), key("outcome-bad-id-help")),
            Self::CalendarKnown => (key("outcome-known"), key("outcome-known-help")),
            Self::CalendarUnseen => (key("outcome-unseen"), key("outcome-unseen-help")),
            Self::CalendarReadOnly => (key("outcome-read-only"), key("outcome-read-only-help")),
            Self::ReceiverNeeded => (key("outcome-receiver"), key("outcome-receiver-help")),
            Self::OneHostNeeded => (key("outcome-one-host"), key("outcome-one-host-help")),
            Self::EventTypeNeeded => (key("outcome-no-kind"), key("outcome-no-kind-help")),
            Self::FreshnessSaved => (key("outcome-freshness"), key("outcome-freshness-help")),
            Self::FreshnessLimit => (key("outcome-limit"), key("outcome-limit-help")),
            Self::RulesSaved => (key("outcome-rules"), key("outcome-rules-help")),
            Self::Synced(_) => (key("outcome-synced"), key("outcome-synced-events")),
            Self::SyncWaits => (key("outcome-sync-waits"), key("outcome-sync-waits-help")),
        };
        let mut lines = match self {
            Self::Synced(events) => vec![words.count(help, events, &[])],
            _ => vec![words.say(help)],
        };
        if self == Self::RedirectMismatch {
            lines.push(redirect_uri.to_owned());
        }
        Notice {
            tone: match self {
                Self::Connected
                | Self::Proving
                | Self::Disconnected
                | Self::CalendarSaved
                | Self::CalendarRemoved
                | Self::FreshnessSaved
                | Self::RulesSaved
                | Self::Synced(_) => Tone::Good,
                _ => Tone::Bad,
            },
            heading: words.say(heading),
            lines,
        }
    }
}

impl From<&FinishError> for Outcome {
    fn from(error: &FinishError) -> Self {
        match error {
            FinishError::StateUnknown => Self::Expired,
            FinishError::Denied => Self::Denied,
            FinishError::MissingScope => Self::MissingScope,
            FinishError::NoRefreshToken => Self::NoRefreshToken,
            FinishError::OtherAccount { .. } => Self::OtherAccount,
            FinishError::NotConfigured(_) => Self::NotConfigured,
            FinishError::Google(_) => error.cause().map_or(Self::Other, Self::of_google),
            FinishError::Store(_) => Self::Other,
        }
    }
}

impl Outcome {
    /// What Google's refusal means.
    const fn of_google(wrong: Cause) -> Self {
        match wrong {
            Cause::RedirectUriMismatch => Self::RedirectMismatch,
            Cause::InvalidClient => Self::BadClient,
            // Of a code, which is young: not of a grant that lived.
            Cause::NeedsReconnect => Self::BadGrant,
            Cause::Unreachable | Cause::RateLimited => Self::Unreachable,
            Cause::UnexpectedAnswer => Self::Other,
            wrong => Self::Refused(wrong),
        }
    }

    /// The connection page that tells it.
    pub(crate) fn href(self) -> String {
        let result = ("result", self.name());
        match self {
            Self::Refused(wrong) => urls::with_query(PATH, &[result, ("cause", wrong.as_str())]),
            Self::Synced(events) => {
                urls::with_query(PATH, &[result, ("events", &events.to_string())])
            }
            _ => urls::with_query(PATH, &[result]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_outcomes_we_know_are_told() {
        for (outcome, name) in Outcome::ALL {
            assert_eq!(Outcome::of(name), Some(outcome));
            assert_eq!(outcome.name(), name);
        }
        for name in ["", "Connected", "Call +34 900 000 000"] {
            assert_eq!(Outcome::of(name), None, "{name}");
        }
    }

    #[test]
    fn what_google_refuses_is_told_apart() {
        use google::TokenError;

        let misconfigured = |code: &str| TokenError::Misconfigured {
            code: code.to_owned(),
            description: "No.".to_owned(),
        };
        for (refusal, expected) in [
            (
                misconfigured("redirect_uri_mismatch"),
                Outcome::RedirectMismatch,
            ),
            (misconfigured("invalid_client"), Outcome::BadClient),
            (
                misconfigured("org_internal"),
                Outcome::Refused(Cause::OrgInternal),
            ),
            (
                TokenError::InvalidGrant("Bad Request".to_owned()),
                Outcome::BadGrant,
            ),
            (
                TokenError::Retry("timeout".to_owned()),
                Outcome::Unreachable,
            ),
            (TokenError::Bug("no id token".to_owned()), Outcome::Other),
        ] {
            assert_eq!(Outcome::from(&FinishError::Google(refusal)), expected);
        }
    }
}
