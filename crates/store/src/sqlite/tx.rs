//! [`Tx`] on one SQLite connection.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::digest::Digest;
use crate::error::StoreError;
use crate::tx::{Dialect, Row, Topic, Tx, Value, Wakes};
use crate::unit::Verdict;

/// A transaction that somebody else begins and ends.
pub(super) struct SqliteTx<'c> {
    connection: &'c Connection,
    pub(super) wakes: Wakes,
    /// Fingerprint of every statement and what it gave, when asked for.
    pub(super) digest: Option<Digest>,
}

impl<'c> SqliteTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            wakes: Wakes::new(),
            digest: None,
        }
    }

    fn note(&mut self, sql: &str, params: &[Value]) {
        if let Some(digest) = self.digest.take() {
            self.digest = Some(
                params
                    .iter()
                    .fold(digest.with(sql.as_bytes()), Digest::with_value),
            );
        }
    }

    fn note_values<'v>(&mut self, mut values: impl Iterator<Item = &'v Value>) {
        if let Some(digest) = self.digest.take() {
            self.digest = Some(
                values
                    .try_fold(digest, |d, v| Some(d.with_value(v)))
                    .unwrap_or(digest),
            );
        }
    }
}

impl Tx for SqliteTx<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.note(sql, params);
        let mut statement = self.connection.prepare_cached(sql)?;
        let changed = statement.execute(params_from_iter(params))?;
        let changed = u64::try_from(changed).unwrap_or(u64::MAX);
        self.note_values([Value::Int(changed.cast_signed())].iter());
        Ok(changed)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.note(sql, params);
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut found = statement.query(params_from_iter(params))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values: Result<Vec<Value>, StoreError> = (0..columns)
                .map(|i| row.get_ref(i).map_err(StoreError::from).and_then(value))
                .collect();
            rows.push(Row::new(values?));
        }
        drop(found);
        drop(statement);
        self.note_values(rows.iter().flat_map(Row::as_slice));
        Ok(rows)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        // SQLite lets savepoints of one name nest: the newest is meant.
        self.connection
            .prepare_cached("SAVEPOINT attempt")?
            .execute([])?;
        Ok(())
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        if verdict == Verdict::Undo {
            self.connection
                .prepare_cached("ROLLBACK TO attempt")?
                .execute([])?;
        }
        self.connection
            .prepare_cached("RELEASE attempt")?
            .execute([])?;
        Ok(())
    }

    fn wake(&mut self, topic: Topic) {
        self.wakes.insert(topic);
    }
}

fn value(found: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|e| StoreError::decode(e.to_string()))?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::decode("a real number: none is stored")),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
