//! A collection that remembers what it was: the change log behind sync tokens, page tokens and
//! push (§10.1, §20.9).
//!
//! Every change has a **version**: microseconds of the clock, strictly rising also when the clock
//! stands still. A token is a version, so "what changed since" and "the collection as it then
//! was" are questions to the log. The log keeps what was before each change (an undo log), so the
//! present costs nothing, the past costs the changes since, and an entry is stored once.
//!
//! [`History::put`] is the only place where anything changes: one call, one line in the log. Whoever
//! wants to know of changes (push, say) asks [`History::changes_after`] with the version last seen.
//! Nothing is ever taken out: what is deleted leaves a tombstone, which is one more state.
//!
//! Not here: how long a token lives. That is the asker's rule; the log only says when it no
//! longer reaches back far enough.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

/// Changes kept for each collection; a token older than the oldest of them is dead. More than a
/// busy calendar sees in months, and little enough to hold in memory.
const CHANGES_MAX: usize = 50_000;

/// One change of one entry.
#[derive(Debug)]
pub(crate) struct Change<T> {
    /// The version that this change made.
    pub(crate) version: i64,
    /// Id of the entry.
    pub(crate) key: Arc<str>,
    /// The entry before; `None` when this change added it.
    pub(crate) before: Option<Arc<T>>,
}

// Derived, it would ask for `T: Clone`, and nothing of `T` is cloned.
impl<T> Clone for Change<T> {
    fn clone(&self) -> Self {
        Self {
            version: self.version,
            key: Arc::clone(&self.key),
            before: self.before.clone(),
        }
    }
}

/// Entries by id, and every change of them within memory.
#[derive(Debug)]
pub(crate) struct History<T> {
    entries: BTreeMap<Arc<str>, Arc<T>>,
    changes: VecDeque<Change<T>>,
    version: i64,
    /// The oldest version that can still be shown.
    floor: i64,
}

impl<T> Clone for History<T> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            changes: self.changes.clone(),
            version: self.version,
            floor: self.floor,
        }
    }
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            changes: VecDeque::new(),
            version: 0,
            floor: 0,
        }
    }
}

impl<T> History<T> {
    /// The version of the last change, 0 before the first.
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The entry as it is.
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key).map(|entry| &**entry)
    }

    /// Every entry as it is, by id.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.values().map(|entry| &**entry)
    }

    /// The version that the next change will have.
    pub(crate) fn next_version(&self, now: Timestamp) -> i64 {
        now.as_microsecond().max(self.version + 1)
    }

    /// Adds or replaces an entry. `entry` is made for the version it gets. Returns the entry.
    pub(crate) fn put(&mut self, now: Timestamp, key: &str, entry: impl FnOnce(i64) -> T) -> &T {
        let version = self.next_version(now);
        let entry = Arc::new(entry(version));
        let key: Arc<str> = match self.entries.get_key_value(key) {
            Some((known, _)) => Arc::clone(known),
            None => key.into(),
        };
        let before = self.entries.insert(Arc::clone(&key), Arc::clone(&entry));
        self.log(version, Arc::clone(&key), before);
        &self.entries[&key]
    }

    /// The changes that made the versions above `version`, oldest first.
    pub(crate) fn changes_after(
        &self,
        version: i64,
    ) -> impl DoubleEndedIterator<Item = &Change<T>> + Clone {
        let first = self
            .changes
            .partition_point(|change| change.version <= version);
        self.changes.range(first..)
    }

    /// The collection as it was at `version`. `None` when the log does not reach back so far, or
    /// there was no such version yet.
    pub(crate) fn at(&self, version: i64) -> Option<Snapshot<'_, T>> {
        if version < self.floor || version > self.version {
            return None;
        }
        let mut undone = BTreeMap::new();
        for change in self.changes_after(version).rev() {
            undone.insert(&*change.key, change.before.as_deref());
        }
        Some(Snapshot {
            history: self,
            version,
            undone,
        })
    }

    fn log(&mut self, version: i64, key: Arc<str>, before: Option<Arc<T>>) {
        self.version = version;
        if self.changes.len() == CHANGES_MAX
            && let Some(forgotten) = self.changes.pop_front()
        {
            self.floor = forgotten.version;
        }
        self.changes.push_back(Change {
            version,
            key,
            before,
        });
    }
}

/// A collection as it was at one version.
#[derive(Debug)]
pub(crate) struct Snapshot<'a, T> {
    history: &'a History<T>,
    version: i64,
    /// What was otherwise then; `None` was not there.
    undone: BTreeMap<&'a str, Option<&'a T>>,
}

impl<'a, T> Snapshot<'a, T> {
    /// The entry as it was.
    pub(crate) fn get(&self, key: &str) -> Option<&'a T> {
        match self.undone.get(key) {
            Some(then) => *then,
            None => self.history.get(key),
        }
    }

    /// Every entry as it was, by id.
    pub(crate) fn values(&self) -> impl Iterator<Item = &'a T> + '_ {
        let history: &'a History<T> = self.history;
        let entries = history.entries.iter();
        entries.filter_map(|(key, entry)| match self.undone.get(&**key) {
            Some(then) => *then,
            None => Some(&**entry),
        })
    }

    /// Ids of what changed between an earlier version and this one, each once.
    pub(crate) fn changed_since(&self, earlier: i64) -> impl Iterator<Item = &'a str> {
        let history: &'a History<T> = self.history;
        let version = self.version;
        let keys: std::collections::BTreeSet<&'a str> = history
            .changes_after(earlier)
            .take_while(|change| change.version <= version)
            .map(|change| &*change.key)
            .collect();
        keys.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(history: &mut History<u32>, key: &str, value: u32) -> i64 {
        history.put(Timestamp::UNIX_EPOCH, key, |_| value);
        history.version()
    }

    fn shown(snapshot: &Snapshot<'_, u32>) -> Vec<u32> {
        let mut values: Vec<u32> = snapshot.values().copied().collect();
        values.sort_unstable();
        values
    }

    #[test]
    fn versions_rise_though_the_clock_stands() {
        let mut history = History::default();
        assert_eq!(
            [put(&mut history, "a", 1), put(&mut history, "a", 2)],
            [1, 2]
        );
        let later = Timestamp::from_microsecond(50).unwrap();
        history.put(later, "b", |version| u32::try_from(version).unwrap());
        assert_eq!(history.get("b"), Some(&50));
    }

    #[test]
    fn every_version_can_be_seen_again() {
        let mut history = History::default();
        put(&mut history, "a", 1);
        put(&mut history, "b", 2);
        put(&mut history, "a", 3);
        put(&mut history, "c", 4);
        let seen: Vec<Vec<u32>> = (0..=4).map(|at| shown(&history.at(at).unwrap())).collect();
        assert_eq!(
            seen,
            [vec![], vec![1], vec![1, 2], vec![2, 3], vec![2, 3, 4]]
        );
        assert!(history.at(5).is_none());
        let third = history.at(3).unwrap();
        assert_eq!(third.get("a"), Some(&3));
        assert_eq!(third.get("c"), None);
        assert_eq!(third.changed_since(1).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(third.changed_since(3).count(), 0);
    }

    #[test]
    fn the_log_is_bounded_and_says_how_far_it_reaches() {
        let mut history = History::default();
        for value in 0..50_003_u32 {
            put(&mut history, "a", value);
        }
        assert!(history.at(2).is_none());
        assert_eq!(shown(&history.at(3).unwrap()), [2]);
        assert_eq!(history.changes_after(3).count(), CHANGES_MAX);
    }
}
