//! What was asked of the fake: a bounded list of calls, and counters that are never cut.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

use crate::fault::FaultKind;

/// Calls kept; older ones fall out while the counters keep counting.
pub const ENTRIES_MAX: usize = 10_000;

/// One call of an API method, or one edit made on the calendar page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// 1 for the first call of the world, then without gaps.
    pub seq: u64,
    /// The world's time of the call.
    pub time: Timestamp,
    /// Method id, e.g. `calendar.events.insert`, `oauth2.token`, `page.events.move`.
    pub method: String,
    /// E-mail of the acting account, when the call got as far as knowing it.
    pub account: Option<String>,
    /// Calendar id, with `primary` resolved.
    pub calendar: Option<String>,
    /// Event id.
    pub event: Option<String>,
    /// Status answered, or what would have been answered had a fault not struck after the effect;
    /// 0 when nothing was.
    pub status: u16,
    /// The fault that struck, if one did.
    pub fault: Option<FaultKind>,
}

/// What a handler finds out about a call and the log wants to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub(crate) account: Option<String>,
    pub(crate) calendar: Option<String>,
    pub(crate) event: Option<String>,
}

/// The log of one world.
#[derive(Clone, Debug, Default)]
pub struct RequestLog {
    entries: VecDeque<LogEntry>,
    counters: BTreeMap<(String, String), u64>,
    seq: u64,
}

impl RequestLog {
    /// The last [`ENTRIES_MAX`] calls, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &LogEntry> {
        self.entries.iter()
    }

    /// Calls per method id and account e-mail (empty while unknown) since the world began.
    #[must_use]
    pub fn counters(&self) -> &BTreeMap<(String, String), u64> {
        &self.counters
    }

    /// Calls of one method by anybody since the world began.
    #[must_use]
    pub fn count(&self, method: &str) -> u64 {
        self.counters
            .iter()
            .filter(|((m, _), _)| m == method)
            .map(|(_, count)| count)
            .sum()
    }

    pub(crate) fn record(
        &mut self,
        time: Timestamp,
        method: &str,
        trace: Trace,
        status: u16,
        fault: Option<FaultKind>,
    ) {
        self.seq += 1;
        let account = trace.account.clone().unwrap_or_default();
        *self
            .counters
            .entry((method.to_owned(), account))
            .or_default() += 1;
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(LogEntry {
            seq: self.seq,
            time,
            method: method.to_owned(),
            account: trace.account,
            calendar: trace.calendar,
            event: trace.event,
            status,
            fault,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_the_counters_are_not() {
        let mut log = RequestLog::default();
        let calls = ENTRIES_MAX + 5;
        for _ in 0..calls {
            log.record(Timestamp::UNIX_EPOCH, "m", Trace::default(), 200, None);
        }
        assert_eq!(log.entries().count(), ENTRIES_MAX);
        assert_eq!(log.entries().next().unwrap().seq, 6);
        assert_eq!(log.count("m"), calls as u64);
    }
}
