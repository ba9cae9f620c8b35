//! Settings of push: what Google does not publish, and what a test wants to go wrong.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One thousand thousandths: always.
const ALWAYS: u16 = 1000;

/// How notifications behave (§12). The defaults deliver everything at once, with numbers that
/// have gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushRules {
    /// Takes `http` addresses on loopback, which Google never does.
    pub allows_http: bool,
    /// Life of a channel that asks for none, in seconds.
    pub ttl_default_seconds: u32,
    /// The longest life of a channel, in seconds; one that asks for more gets this. Google names
    /// no number. The default is the default life, because a client that stores what comes back
    /// lives with any.
    pub ttl_max_seconds: u32,
    /// The `sync` message arrives before the answer to the watch call, which Google allows.
    /// Otherwise it leaves at the same moment, and either may be first.
    pub is_sync_first: bool,
    /// Shortest delay of a message, in milliseconds.
    pub delay_min_ms: u32,
    /// Longest delay of a message, in milliseconds. Messages may overtake each other.
    pub delay_max_ms: u32,
    /// Messages that are lost, of a thousand; never the `sync` message.
    pub loss_per_mille: u16,
    /// Messages that arrive twice, of a thousand; never the `sync` message.
    pub duplicates_per_mille: u16,
    /// Messages that leave out numbers before theirs, of a thousand.
    pub gaps_per_mille: u16,
    /// Wait before a message is tried again, in milliseconds; it doubles each time. Google
    /// publishes neither.
    pub retry_first_ms: u32,
    /// The longest such wait, in milliseconds.
    pub retry_max_ms: u32,
    /// Tries of one message, the first one included.
    pub attempts_max: u32,
    /// Tries again when nobody answers at all. Google names four statuses and nothing else.
    pub retries_unreachable: bool,
    /// How long a stopped channel still reports changes, in seconds: stopping is eventually
    /// consistent.
    pub stop_lag_seconds: u32,
    /// Ids of calendars that refuse push, beside Google's own generated ones.
    pub refused_calendars: BTreeSet<String>,
    /// Hosts of addresses that are refused as unauthorized.
    pub unauthorized_hosts: BTreeSet<String>,
    /// Status of that refusal: 401 in Google's tables, 400 in a recorded answer.
    pub unauthorized_status: u16,
}

impl Default for PushRules {
    fn default() -> Self {
        Self {
            allows_http: false,
            ttl_default_seconds: 604_800,
            ttl_max_seconds: 604_800,
            is_sync_first: false,
            delay_min_ms: 0,
            delay_max_ms: 0,
            loss_per_mille: 0,
            duplicates_per_mille: 0,
            gaps_per_mille: 250,
            retry_first_ms: 1_000,
            retry_max_ms: 32_000,
            attempts_max: 6,
            retries_unreachable: false,
            stop_lag_seconds: 0,
            refused_calendars: BTreeSet::new(),
            unauthorized_hosts: BTreeSet::new(),
            unauthorized_status: 401,
        }
    }
}

impl PushRules {
    /// The first setting that makes no sense, in words.
    #[must_use]
    pub fn trouble(&self) -> Option<&'static str> {
        let rates = [
            self.loss_per_mille,
            self.duplicates_per_mille,
            self.gaps_per_mille,
        ];
        if rates.iter().any(|rate| *rate > ALWAYS) {
            Some("a rate is of a thousand")
        } else if self.delay_min_ms > self.delay_max_ms {
            Some("delay_min_ms is at most delay_max_ms")
        } else if self.ttl_max_seconds == 0 || self.ttl_default_seconds == 0 {
            Some("a channel lives at least a second")
        } else if !(400..500).contains(&self.unauthorized_status) {
            Some("unauthorized_status is 400 to 499")
        } else {
            None
        }
    }
}
