//! What every backend's transaction keeps in the same way: its fingerprint, what it woke, and whether
//! a failed statement has made it void.
//!
//! PostgreSQL refuses everything after a failed statement until a savepoint is rolled back; SQLite
//! would go on. Here both behave as PostgreSQL does, so that a body that forgets [`crate::attempt`]
//! fails in every test and not only on one database.

use std::sync::Arc;

use crate::digest::Digest;
use crate::error::StoreError;
use crate::tx::{Row, Topic, Value, Wakes};
use crate::unit::Verdict;

/// One transaction's record.
#[derive(Default)]
pub(crate) struct Ledger {
    wakes: Wakes,
    /// Fingerprint of every statement and what it gave, when asked for.
    digest: Option<Digest>,
    /// Savepoints open.
    depth: u32,
    /// How many were open when a statement failed; only the end of that one mends it.
    failed_at: Option<u32>,
}

impl Ledger {
    /// A record that keeps a fingerprint.
    pub(crate) fn with_digest() -> Self {
        Self {
            digest: Some(Digest::default()),
            ..Self::default()
        }
    }

    /// Another unit begins in the same transaction, in a savepoint its backend has set.
    pub(crate) const fn begin_unit(&mut self) {
        self.depth = 0;
        self.failed_at = None;
    }

    /// Notes a statement about to be run.
    ///
    /// # Errors
    /// When nothing can be run any more, or a parameter cannot be stored on every database.
    pub(crate) fn begin_statement(
        &mut self,
        sql: &str,
        params: &[Value],
    ) -> Result<(), StoreError> {
        self.sound()?;
        if let Some(digest) = self.digest {
            let noted = digest.with(without_row_lock(sql).as_bytes());
            self.digest = Some(params.iter().fold(noted, Digest::with_value));
        }
        let has_nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        if params.iter().any(has_nul) {
            self.failed();
            return Err(StoreError::Unstorable("text with a NUL character"));
        }
        Ok(())
    }

    /// Notes how many rows a statement changed, or that it failed.
    pub(crate) fn changed(&mut self, outcome: Result<u64, StoreError>) -> Result<u64, StoreError> {
        match &outcome {
            Ok(count) => self.note([Value::Int(count.cast_signed())].iter()),
            Err(_) => self.failed(),
        }
        outcome
    }

    /// Notes what a query found, or that it failed.
    pub(crate) fn found(
        &mut self,
        outcome: Result<Vec<Row>, StoreError>,
    ) -> Result<Vec<Row>, StoreError> {
        match &outcome {
            Ok(rows) => self.note(rows.iter().flat_map(Row::as_slice)),
            Err(_) => self.failed(),
        }
        outcome
    }

    /// A savepoint is about to be set.
    ///
    /// # Errors
    /// When nothing can be run any more.
    pub(crate) fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.sound()?;
        self.depth += 1;
        Ok(())
    }

    /// The newest savepoint is about to end: what is to become of it in truth, and what to say.
    pub(crate) fn end_savepoint(&mut self, verdict: Verdict) -> (Verdict, Result<(), StoreError>) {
        let failed_here = self.failed_at.is_some_and(|depth| depth == self.depth);
        self.depth = self.depth.saturating_sub(1);
        if failed_here {
            self.failed_at = None;
        }
        match verdict {
            Verdict::Keep if failed_here => (Verdict::Undo, Err(void())),
            verdict => (verdict, Ok(())),
        }
    }

    /// A statement failed.
    pub(crate) fn failed(&mut self) {
        self.failed_at.get_or_insert(self.depth);
    }

    /// Whether what was done can be kept.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a statement failed and nobody undid it.
    pub(crate) fn sound(&self) -> Result<(), StoreError> {
        match self.failed_at {
            None => Ok(()),
            Some(_) => Err(void()),
        }
    }

    pub(crate) fn wake(&mut self, topic: Topic) {
        self.wakes.insert(topic);
    }

    /// What was woken, and the fingerprint.
    pub(crate) fn close(self) -> (Wakes, Digest) {
        (self.wakes, self.digest.unwrap_or_default())
    }

    fn note<'v>(&mut self, values: impl Iterator<Item = &'v Value>) {
        if let Some(digest) = self.digest {
            self.digest = Some(values.fold(digest, Digest::with_value));
        }
    }
}

fn void() -> StoreError {
    let text = "an earlier statement of this unit failed and was not undone: use `attempt`";
    StoreError::Database(Arc::from(text))
}

/// `sql` without a row lock at its end: SQLite has one writer and knows no such clause, and the
/// fingerprint of the same work must be the same on both databases.
fn without_row_lock(sql: &str) -> &str {
    const LOCKS: [&str; 4] = ["NO KEY UPDATE", "UPDATE", "KEY SHARE", "SHARE"];
    let Some((before, lock)) = sql.rsplit_once("FOR ") else {
        return sql;
    };
    let lock = lock.trim_end().trim_end_matches(" SKIP LOCKED");
    if LOCKS.contains(&lock) {
        before.trim_end()
    } else {
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lock_does_not_show_in_the_fingerprint() {
        let plain = "SELECT id FROM host WHERE id = ?1";
        for lock in [
            " FOR NO KEY UPDATE",
            " FOR UPDATE SKIP LOCKED",
            "\n FOR SHARE ",
        ] {
            assert_eq!(without_row_lock(&format!("{plain}{lock}")), plain);
        }
        let other = "SELECT 'FOR ME' FROM host";
        assert_eq!(without_row_lock(other), other);
    }

    #[test]
    fn only_the_end_of_the_savepoint_it_failed_in_mends_a_transaction() {
        let mut ledger = Ledger::default();
        ledger.begin_savepoint().unwrap();
        ledger.begin_savepoint().unwrap();
        assert_eq!(ledger.end_savepoint(Verdict::Undo).0, Verdict::Undo);
        ledger.failed();
        assert!(ledger.begin_statement("SELECT 1", &[]).is_err());
        assert!(ledger.begin_savepoint().is_err());
        let (verdict, said) = ledger.end_savepoint(Verdict::Keep);
        assert!(verdict == Verdict::Undo && said.is_err());
        ledger.sound().unwrap();
        ledger.failed();
        assert!(ledger.sound().is_err());
    }
}
