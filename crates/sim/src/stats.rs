//! How much a run has exercised: a pass that did nothing proves nothing.

use std::collections::BTreeMap;
use std::fmt;

/// Counters by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats(BTreeMap<&'static str, u64>);

impl Stats {
    /// One more `name`.
    pub fn count(&mut self, name: &'static str) {
        self.add(name, 1);
    }

    /// `n` more `name`.
    pub fn add(&mut self, name: &'static str, n: u64) {
        *self.0.entry(name).or_default() += n;
    }

    /// How many `name` there were.
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// Adds everything of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (name, n) in &other.0 {
            self.add(name, *n);
        }
    }
}

/// One line per group, the part of a name before its first dot.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut group = "";
        for (name, n) in &self.0 {
            let (head, rest) = name.split_once('.').unwrap_or((name, "all"));
            if head == group {
                write!(f, ", {rest} {n}")?;
            } else {
                let newline = if group.is_empty() { "" } else { "\n" };
                write!(f, "{newline}{head:<10} {rest} {n}")?;
                group = head;
            }
        }
        Ok(())
    }
}
