//! One connection and what is prepared on it.

use std::collections::BTreeMap;

use ::postgres::types::{ToSql, Type};
use ::postgres::{Client, Error, Statement};

use super::statement::translate;
use crate::tx::{Row, Value};

/// A connection, with each statement prepared once.
pub(super) struct Connection {
    client: Client,
    /// By address and length: a statement is a constant of the program, so equal ones are equal text.
    statements: BTreeMap<(usize, usize), Statement>,
}

impl Connection {
    pub(super) const fn new(client: Client) -> Self {
        Self {
            client,
            statements: BTreeMap::new(),
        }
    }

    /// Runs statements without parameters, in one round trip.
    pub(super) fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql)
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        let statement = self.prepare(sql)?;
        self.client.execute(&statement, &as_dyn(params))
    }

    pub(super) fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql)?;
        let found = self.client.query(&statement, &as_dyn(params))?;
        found
            .iter()
            .map(|row| {
                (0..row.len())
                    .map(|i| row.try_get(i))
                    .collect::<Result<_, _>>()
                    .map(Row::new)
            })
            .collect()
    }

    /// Forgets what is prepared: another process changed the tables.
    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
    }

    fn prepare(&mut self, sql: &'static str) -> Result<Statement, Error> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let translated = translate(sql);
        let mut statement = self.client.prepare(&translated)?;
        // In `version = ?1 - 1` PostgreSQL takes the parameter for the small type of `1`.
        if statement.params().contains(&Type::INT4) {
            let widened: Vec<Type> = statement
                .params()
                .iter()
                .map(|ty| {
                    if *ty == Type::INT4 {
                        Type::INT8
                    } else {
                        ty.clone()
                    }
                })
                .collect();
            statement = self.client.prepare_typed(&translated, &widened)?;
        }
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }
}

fn as_dyn(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync)).collect()
}
