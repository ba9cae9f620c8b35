//! Whether a booking's calendar event is in step, in words (rows V5 and V8).

use app::bookings::{CalendarSync, SyncState};
use app::connections::Cause;
use domain::{Instant, Zone};

use crate::dates;
use crate::i18n::{Key, Words, key};
use crate::parts::cause::cause;

/// A state's stable name, its word and its tone.
const fn words(state: CalendarSync) -> (&'static str, Key, &'static str) {
    let (key, tone) = match state {
        CalendarSync::None => (key("sync-none"), "calm"),
        CalendarSync::Pending => (key("sync-pending"), "calm"),
        CalendarSync::Synced => (key("sync-synced"), "good"),
        CalendarSync::Error => (key("sync-error"), "bad"),
    };
    (state.as_str(), key, tone)
}

/// What an attendee hears about the calendar.
#[derive(Clone, Debug)]
pub(crate) struct CalendarHint {
    pub(crate) state: &'static str,
    pub(crate) label: String,
}

impl CalendarHint {
    /// The hint for `state`; none where no calendar is involved.
    pub(crate) fn new(words: Words, state: CalendarSync) -> Option<Self> {
        let label = match state {
            CalendarSync::None => return None,
            CalendarSync::Synced => key("calendar-synced"),
            // The booking stands; what the host must mend is no concern of the attendee's.
            CalendarSync::Pending | CalendarSync::Error => key("calendar-pending"),
        };
        Some(Self {
            state: state.as_str(),
            label: words.say(label),
        })
    }
}

/// What an admin hears about it.
#[derive(Clone, Debug)]
pub(crate) struct SyncView {
    /// Stable name of the state.
    pub(crate) state: &'static str,
    pub(crate) label: String,
    /// `good`, `bad` or `calm`.
    pub(crate) tone: &'static str,
    pub(crate) last_synced: Option<String>,
    pub(crate) problem: Option<String>,
    /// Google's words.
    pub(crate) said: Option<String>,
    /// Whether somebody can have it tried now.
    pub(crate) can_retry: bool,
    /// Whether it stands in the inbox.
    pub(crate) is_conflict: bool,
    /// The event, in Google's own pages.
    pub(crate) event_href: Option<String>,
}

impl SyncView {
    /// `sync` in words, at `now`, with times in `zone`.
    pub(crate) fn new(said: Words, sync: &SyncState, now: Instant, zone: &Zone) -> Self {
        let (state, label, tone) = match sync.problem.as_deref() {
            Some("ignored") => (sync.state.as_str(), key("sync-ignored"), "calm"),
            _ => words(sync.state),
        };
        let ago = sync
            .last_synced_at
            .map(|at| dates::ago(said, at, now, zone));
        Self {
            state,
            label: said.say(label),
            tone,
            last_synced: ago.map(|ago| said.with("sync-last", &[("ago", &ago)])),
            problem: sync.problem.as_deref().map(|code| problem(said, code)),
            said: sync
                .conflict
                .as_ref()
                .map(|open| open.said.clone())
                .filter(|said| !said.is_empty()),
            can_retry: sync.conflict.is_some()
                || (sync.state == CalendarSync::Pending && sync.problem.is_some()),
            is_conflict: sync.conflict.is_some(),
            // What leads anywhere but to a web page is not a link of Google's.
            event_href: sync
                .html_link
                .as_deref()
                .filter(|href| href.starts_with("https://") || href.starts_with("http://"))
                .map(str::to_owned),
        }
    }
}

/// A problem's stable code as a sentence that says what to do: a connection's cause, or what is wrong with
/// one event.
pub(crate) fn problem(words: Words, code: &str) -> String {
    problem_key(code).map_or_else(
        || words.with("problem-other", &[("code", code)]),
        |key| words.say(key),
    )
}

/// The sentence of a problem we know.
pub(crate) fn problem_key(code: &str) -> Option<Key> {
    Some(match code {
        "ignored" => key("problem-ignored"),
        "held" => key("problem-held"),
        "unverified_overlap" => key("problem-unverified-overlap"),
        "moved_onto_booking" => key("problem-moved-onto-booking"),
        "moved_into_past" => key("problem-moved-into-past"),
        "made_all_day" => key("problem-all-day"),
        "made_recurring" => key("problem-recurring"),
        "unusable_length" => key("problem-length"),
        "not_found" => key("problem-not-found"),
        "too_many_generations" => key("problem-generations"),
        "moved_there" => key("problem-moved-there"),
        "deleted_there" => key("problem-deleted-there"),
        "declined_there" => key("problem-declined-there"),
        "moved_by_one_of_several" => key("problem-moved-by-one"),
        "deleted_by_one_of_several" => key("problem-deleted-by-one"),
        "restored" => key("problem-restored"),
        "retrying" | "looking_again" => key("problem-retrying"),
        code => return Cause::of(code).map(cause),
    })
}
