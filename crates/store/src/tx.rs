//! One transaction, as a unit of work sees it: statements in, rows out, the same on every database.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids;
use domain::{Instant, Locale, Zone};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::StoreError;
use crate::unit::Verdict;

/// Which database is underneath. Bodies fork on it only where SQL itself differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Something that may have become possible once the transaction is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// There is due work: an event link or a calendar to look at.
    DueWork,
    /// A calendar was read: whoever waits for that looks.
    CalendarRead,
}

impl Topic {
    /// All of them: what a hint from elsewhere may be about.
    pub const ALL: [Self; 2] = [Self::DueWork, Self::CalendarRead];
}

/// One transaction. Parameters are numbered `?1`, `?2`, …
pub trait Tx {
    /// Which database is underneath.
    fn dialect(&self) -> Dialect;

    /// Runs a statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] and [`StoreError::Database`].
    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError>;

    /// Runs a query; gives all its rows. Every query bounds its rows itself.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Marks a point within the transaction to go back to. They nest.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    fn begin_savepoint(&mut self) -> Result<(), StoreError>;

    /// Ends the newest savepoint: keeps what was done since, or undoes it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError>;

    /// Wakes whoever waits for `topic`, after the commit and before the answer. Only a hint: work is
    /// found by looking, never by having been told.
    fn wake(&mut self, topic: Topic);
}

/// Runs `body` so that its `Err` undoes what it did and nothing else. On PostgreSQL this is also what
/// lets a transaction go on after a constraint refused something.
///
/// # Errors
/// What `body` gives, or the error of the savepoint itself.
pub fn attempt<T, E: From<StoreError>>(
    tx: &mut dyn Tx,
    body: impl FnOnce(&mut dyn Tx) -> Result<T, E>,
) -> Result<T, E> {
    tx.begin_savepoint()?;
    let outcome = body(tx);
    tx.end_savepoint(if outcome.is_ok() {
        Verdict::Keep
    } else {
        Verdict::Undo
    })?;
    outcome
}

impl dyn Tx + '_ {
    /// The first row of a query, if any.
    ///
    /// # Errors
    /// As [`Tx::rows`].
    pub fn first(
        &mut self,
        sql: &'static str,
        params: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }
}

/// Topics woken by one transaction.
pub type Wakes = BTreeSet<Topic>;

/// A value as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number: counts, flags, instants in microseconds.
    Int(i64),
    /// Text: names, codes, JSON.
    Text(String),
    /// Bytes: ids, hashes, ciphertext.
    Bytes(Vec<u8>),
}

/// A list of [`Value`]s for a statement's parameters.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// A row of a query: read from the left with [`Row::take`].
#[derive(Clone, Debug)]
pub struct Row {
    values: std::vec::IntoIter<Value>,
}

impl Row {
    /// A row of these values.
    pub fn new(values: Vec<Value>) -> Self {
        Self {
            values: values.into_iter(),
        }
    }

    /// The values not yet read.
    pub fn as_slice(&self) -> &[Value] {
        self.values.as_slice()
    }

    /// The next value, as a `T`.
    ///
    /// # Errors
    /// [`StoreError::Decode`] when there is none, or it is no `T`.
    pub fn take<T: FromValue>(&mut self) -> Result<T, StoreError> {
        let value = self
            .values
            .next()
            .ok_or_else(|| StoreError::decode("missing column"))?;
        T::from_value(value)
    }

    /// The next value, as JSON text of a `T`.
    ///
    /// # Errors
    /// [`StoreError::Decode`] when it is not.
    pub fn take_json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text: String = self.take()?;
        serde_json::from_str(&text).map_err(|e| StoreError::decode(e.to_string()))
    }

    /// The next value, as JSON text of a `T`, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Decode`] when it is neither.
    pub fn take_json_option<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.take()?;
        text.map(|t| serde_json::from_str(&t).map_err(|e| StoreError::decode(e.to_string())))
            .transpose()
    }
}

/// JSON text of `value`, for a parameter.
///
/// # Panics
/// Never for our own types: they have string keys and no failing serializers.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our types serialize")
}

/// JSON text of `value`, or nothing.
pub fn json_option<T: Serialize>(value: Option<&T>) -> Option<String> {
    value.map(json)
}

/// The parameter of `json_each` whose keys are `keys`. Only objects can be asked in the same words on both
/// databases, so a list is the keys of one.
pub(crate) fn json_keys<'k>(keys: impl IntoIterator<Item = &'k str>) -> String {
    json(
        &keys
            .into_iter()
            .map(|key| (key, 0))
            .collect::<BTreeMap<_, _>>(),
    )
}

/// A type a stored value can be read as.
pub trait FromValue: Sized {
    /// Reads `value`.
    ///
    /// # Errors
    /// [`StoreError::Decode`] when it has another form.
    fn from_value(value: Value) -> Result<Self, StoreError>;
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        Ok(value)
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Int(n) => Ok(n),
            other => Err(StoreError::decode(format!(
                "number expected, not {other:?}"
            ))),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        i64::from_value(value).map(|n| n != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Text(text) => Ok(text),
            _ => Err(StoreError::decode("text expected")),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(StoreError::decode("bytes expected")),
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        Self::from_slice(&Vec::from_value(value)?).map_err(|e| StoreError::decode(e.to_string()))
    }
}

impl FromValue for Instant {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        i64::from_value(value).map(Self::from_micros)
    }
}

impl FromValue for Zone {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        Self::parse(&String::from_value(value)?).map_err(|e| StoreError::decode(e.to_string()))
    }
}

impl FromValue for Locale {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        let tag = String::from_value(value)?;
        Self::from_tag(&tag).ok_or_else(|| StoreError::decode(format!("locale {tag}")))
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Int(i64::from(b))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Bytes(id.as_bytes().to_vec())
    }
}

impl From<Instant> for Value {
    fn from(at: Instant) -> Self {
        Self::Int(at.as_micros())
    }
}

impl From<&Zone> for Value {
    fn from(zone: &Zone) -> Self {
        Self::Text(zone.name().to_owned())
    }
}

impl From<Locale> for Value {
    fn from(locale: Locale) -> Self {
        Self::Text(locale.tag().to_owned())
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

macro_rules! id_values {
    ($($id:ident),+ $(,)?) => {$(
        impl From<ids::$id> for Value {
            fn from(id: ids::$id) -> Self {
                id.0.into()
            }
        }

        impl FromValue for ids::$id {
            fn from_value(value: Value) -> Result<Self, StoreError> {
                Uuid::from_value(value).map(Self)
            }
        }
    )+};
}

id_values!(
    OrganizationId,
    HostId,
    ScheduleId,
    EventTypeId,
    BookingId,
    AttendeeId,
    UserId,
    ApiKeyId,
    ConnectionId,
    CalendarId,
    LinkId,
    TimelineId,
    HoldId,
    ClaimId,
    ConflictId,
    MessageId,
);
