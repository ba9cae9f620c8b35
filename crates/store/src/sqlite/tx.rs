//! [`Tx`] on one SQLite connection.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::tx::{Dialect, Row, Topic, Tx, Value};
use crate::unit::Verdict;

/// A transaction that somebody else begins and ends.
pub(super) struct SqliteTx<'c> {
    connection: &'c Connection,
    pub(super) ledger: Ledger,
}

impl<'c> SqliteTx<'c> {
    pub(super) const fn new(connection: &'c Connection, ledger: Ledger) -> Self {
        Self { connection, ledger }
    }

    pub(super) const fn connection(&self) -> &Connection {
        self.connection
    }

    fn run(&self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let changed = statement.execute(params_from_iter(params))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
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
        Ok(rows)
    }
}

impl Tx for SqliteTx<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.ledger.begin_statement(sql, params)?;
        let outcome = self.run(sql, params);
        self.ledger.changed(outcome)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.ledger.begin_statement(sql, params)?;
        let outcome = self.query(sql, params);
        self.ledger.found(outcome)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.ledger.begin_savepoint()?;
        // SQLite lets savepoints of one name nest: the newest is meant.
        self.connection
            .prepare_cached("SAVEPOINT attempt")?
            .execute([])?;
        Ok(())
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        let (verdict, said) = self.ledger.end_savepoint(verdict);
        if verdict == Verdict::Undo {
            self.connection
                .prepare_cached("ROLLBACK TO attempt")?
                .execute([])?;
        }
        self.connection
            .prepare_cached("RELEASE attempt")?
            .execute([])?;
        said
    }

    fn wake(&mut self, topic: Topic) {
        self.ledger.wake(topic);
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
