//! Everything a database holds, as lines of JSON, from one kind of database into the other.
//!
//! The first line names the form; then a line a row, tables in the order in which rows refer to each
//! other, rows by their keys. The same content is the same bytes on every database, so that a copy is
//! checked by exporting it again.

use std::io::{self, BufRead, Write};
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use crate::error::StoreError;
use crate::migrate;
use crate::tx::{Tx, Value};
use crate::{Dialect, values};

/// Rows read at a time.
const CHUNK: i64 = 1000;
/// Longest line: a booking with every text at its bound is far shorter.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// Tables with their columns, the key first, in the order in which rows refer to each other. A test
/// holds it to the schema.
pub const TABLES: &[(&str, usize, &[&str])] = &[
    ("installation", 1, &["id", "key_check"]),
    (
        "organization",
        1,
        &[
            "id",
            "slug",
            "name",
            "time_zone",
            "locale",
            "created_at",
            "on_stale",
            "stale_after_minutes",
        ],
    ),
    (
        "member",
        1,
        &[
            "id",
            "organization_id",
            "email",
            "password_hash",
            "created_at",
        ],
    ),
    (
        "session",
        1,
        &["token_hash", "member_id", "created_at", "expires_at"],
    ),
    (
        "api_key",
        1,
        &["id", "organization_id", "name", "key_hash", "created_at"],
    ),
    ("host", 1, &["id", "organization_id", "name"]),
    (
        "schedule",
        1,
        &["id", "organization_id", "time_zone", "hours"],
    ),
    (
        "event_type",
        1,
        &[
            "id",
            "organization_id",
            "position",
            "slug",
            "name",
            "description",
            "duration_minutes",
            "grid_minutes",
            "notice_minutes",
            "horizon_days",
            "assignment",
            "capacity",
            "needs_approval",
            "text",
            "reminders",
        ],
    ),
    (
        "event_type_host",
        2,
        &["event_type_id", "position", "host_id", "schedule_id"],
    ),
    (
        "booking",
        1,
        &[
            "id",
            "organization_id",
            "event_type_id",
            "host_id",
            "starts_at",
            "ends_at",
            "civil_start",
            "time_zone",
            "zone_rules",
            "status",
            "version",
            "origin",
            "forced",
            "capacity",
            "text",
            "reminders",
            "edited",
            "cancelled_at",
            "cancel_cause",
            "cancel_reason",
            "created_at",
        ],
    ),
    (
        "attendee",
        1,
        &[
            "id",
            "booking_id",
            "seat",
            "manage_token_hash",
            "left_at",
            "name",
            "email",
            "phone",
            "time_zone",
            "locale",
            "notes",
        ],
    ),
    (
        "hold",
        1,
        &[
            "id",
            "organization_id",
            "event_type_id",
            "token_hash",
            "starts_at",
            "ends_at",
            "expires_at",
            "caller",
        ],
    ),
    ("allowance", 1, &["subject", "full_at"]),
    ("quota", 1, &["subject", "spent_until", "unit_interval"]),
    (
        "claim",
        1,
        &[
            "id",
            "host_id",
            "lane",
            "starts_at",
            "ends_at",
            "booking_id",
            "hold_id",
            "expires_at",
            "exclusive",
        ],
    ),
    (
        "idempotency_key",
        2,
        &[
            "organization_id",
            "key_hash",
            "request_hash",
            "decision",
            "created_at",
        ],
    ),
    (
        "timeline",
        1,
        &["id", "booking_id", "at", "kind", "cause", "detail"],
    ),
    ("verification", 1, &["booking_id", "since", "run_at"]),
    (
        "oauth_attempt",
        1,
        &[
            "state_hash",
            "organization_id",
            "browser_hash",
            "verifier",
            "nonce",
            "expires_at",
        ],
    ),
    (
        "connection",
        1,
        &[
            "id",
            "organization_id",
            "kind",
            "account_sub",
            "account_email",
            "scopes",
            "state",
            "cause",
            "access_token",
            "access_expires_at",
            "refresh_token",
            "granted_at",
            "used_at",
            "short_grants",
            "run_at",
            "failures",
            "proof",
            "proof_event",
            "proof_problem",
            "proven_at",
            "created_at",
            "lease_until",
            "lease_epoch",
            "worked_at",
            "cause_since",
            "policy",
        ],
    ),
    (
        "revocation",
        1,
        &[
            "connection_id",
            "refresh_token",
            "run_at",
            "failures",
            "asked_until",
            "expires_at",
        ],
    ),
    (
        "calendar",
        1,
        &[
            "id",
            "connection_id",
            "google_id",
            "name",
            "zone",
            "mode",
            "pull_at",
            "failures",
            "as_of",
            "sync_token",
            "page_token",
            "pull_began_at",
            "generation",
            "shadow",
            "dirty",
            "push_at",
            "push_failures",
            "push_problem",
            "removed_at",
            "audit_at",
            "audited_at",
            "audit_differences",
            "changed_at",
            "import_event_type_id",
            "interesting_until",
            "asked_at",
            "events_read",
        ],
    ),
    (
        "push_channel",
        1,
        &[
            "id",
            "calendar_id",
            "token_hash",
            "resource_id",
            "address",
            "state",
            "expires_at",
            "run_at",
            "failures",
            "created_at",
        ],
    ),
    (
        "host_calendar",
        2,
        &["host_id", "calendar_id", "blocks", "receives"],
    ),
    (
        "mirror_event",
        3,
        &[
            "calendar_id",
            "generation",
            "event_id",
            "series",
            "body",
            "known_until",
            "is_free_day",
        ],
    ),
    ("incoming_event", 2, &["calendar_id", "event_id", "body"]),
    (
        "busy_interval",
        6,
        &[
            "calendar_id",
            "generation",
            "starts_at",
            "ends_at",
            "source",
            "instance",
            "link_id",
        ],
    ),
    (
        "event_link",
        1,
        &[
            "id",
            "booking_id",
            "calendar_id",
            "event_id",
            "generation",
            "attempt",
            "state",
            "problem",
            "ours",
            "theirs",
            "inflight",
            "unanswered",
            "seen",
            "own",
            "decided",
            "origin",
            "html_link",
            "run_at",
            "failures",
            "last_synced_at",
            "lost_at",
            "loss",
            "stay",
            "moved_to_id",
            "missing_since",
        ],
    ),
    (
        "conflict",
        1,
        &[
            "id",
            "organization_id",
            "booking_id",
            "link_id",
            "calendar_id",
            "kind",
            "said",
            "version",
            "opened_at",
            "closed_at",
            "resolution",
            "field",
            "aside",
        ],
    ),
    (
        "outgoing_message",
        1,
        &[
            "id",
            "organization_id",
            "kind",
            "audience",
            "idempotency_key",
            "connection_id",
            "calendar_id",
            "booking_id",
            "created_at",
            "state",
            "attendee_id",
            "number",
            "version",
            "due_at",
            "content",
        ],
    ),
];

/// The statements of one table, kept for the life of the process: there are as many as tables.
struct Statements {
    table: &'static str,
    columns: &'static [&'static str],
    select: &'static str,
    insert: &'static str,
}

static STATEMENTS: LazyLock<Vec<Statements>> = LazyLock::new(|| {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    TABLES
        .iter()
        .map(|(table, key, columns)| {
            let names = columns.join(", ");
            let order = columns[..*key].join(", ");
            let marks: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
            Statements {
                table,
                columns,
                select: leak(format!(
                    "SELECT {names} FROM {table} ORDER BY {order} LIMIT ?1 OFFSET ?2"
                )),
                insert: leak(format!(
                    "INSERT INTO {table} ({names}) VALUES ({})",
                    marks.join(", ")
                )),
            }
        })
        .collect()
});

/// Why content could not be carried over; nothing was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database to import into holds something already.
    #[error("the database is not empty: import into a new one")]
    NotEmpty,
    /// The file is no export of this version.
    #[error("line {line}: {problem}")]
    Bad {
        /// Where.
        line: u64,
        /// What.
        problem: String,
    },
    /// The file cannot be read or written.
    #[error("the file: {0}")]
    File(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn header() -> Json {
    let (number, name, _) = migrate::SQLITE.last().copied().unwrap_or((0, "", ""));
    json!({ "lockstep": "export", "migration": number, "name": name })
}

/// Writes everything, as one moment of the database; gives the number of rows.
///
/// # Errors
/// [`TransferError`].
pub fn export(tx: &mut dyn Tx, out: &mut dyn Write) -> Result<u64, TransferError> {
    if tx.dialect() == Dialect::Postgres {
        // Elsewhere every unit sees one moment as it is.
        tx.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            &[],
        )?;
    }
    writeln!(out, "{}", header())?;
    let mut count = 0;
    for statements in STATEMENTS.iter() {
        let mut offset = 0_i64;
        loop {
            let rows = tx.rows(statements.select, values![CHUNK, offset])?;
            let found = i64::try_from(rows.len()).unwrap_or(CHUNK);
            for row in rows {
                let named = statements.columns.iter().zip(row.as_slice());
                let fields: Map<_, _> = named
                    .map(|(name, value)| ((*name).to_owned(), to_json(value)))
                    .collect();
                writeln!(
                    out,
                    "{}",
                    json!({ "table": statements.table, "row": fields })
                )?;
                count += 1;
            }
            offset += found;
            if found < CHUNK {
                break;
            }
        }
    }
    Ok(count)
}

/// Inserts everything an export holds into an empty database; gives the number of rows.
///
/// # Errors
/// [`TransferError`].
pub fn import(tx: &mut dyn Tx, lines: &mut dyn BufRead) -> Result<u64, TransferError> {
    let sql = "SELECT 1 FROM organization LIMIT 1";
    let key = "SELECT 1 FROM installation LIMIT 1";
    if tx.first(sql, &[])?.is_some() || tx.first(key, &[])?.is_some() {
        return Err(TransferError::NotEmpty);
    }
    let mut line = 0;
    let mut text = String::new();
    loop {
        line += 1;
        text.clear();
        let mut limited = io::Read::take(&mut *lines, LINE_BYTES_MAX);
        if limited.read_line(&mut text)? == 0 {
            break;
        }
        let bad = |problem: String| TransferError::Bad { line, problem };
        let parsed: Json = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        if line == 1 {
            if parsed != header() {
                return Err(bad(
                    "this is no export of this version of Lockstep".to_owned()
                ));
            }
            continue;
        }
        insert(tx, &parsed).map_err(|error| match error {
            Bad::Line(problem) => bad(problem),
            Bad::Store(error) => error.into(),
        })?;
    }
    if line == 1 {
        return Err(TransferError::Bad {
            line,
            problem: "the file is empty".to_owned(),
        });
    }
    Ok(line - 2)
}

enum Bad {
    Line(String),
    Store(StoreError),
}

fn insert(tx: &mut dyn Tx, line: &Json) -> Result<(), Bad> {
    let table = line["table"].as_str().unwrap_or_default();
    let statements = STATEMENTS
        .iter()
        .find(|statements| statements.table == table)
        .ok_or_else(|| Bad::Line(format!("there is no table \"{table}\"")))?;
    let row = line["row"]
        .as_object()
        .ok_or_else(|| Bad::Line("there is no row".to_owned()))?;
    if row.len() != statements.columns.len() {
        return Err(Bad::Line(format!("{table} has other columns")));
    }
    let mut params = Vec::with_capacity(statements.columns.len());
    for column in statements.columns {
        let value = row.get(*column).and_then(from_json);
        params.push(value.ok_or_else(|| Bad::Line(format!("{table}.{column} cannot be read")))?);
    }
    tx.execute(statements.insert, &params)
        .map(drop)
        .map_err(Bad::Store)
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "hex": hex })
        }
    }
}

fn from_json(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Int),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Object(object) => {
            let hex = object.get("hex")?.as_str()?.as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            let bytes: Option<Vec<u8>> = hex.chunks(2).map(byte).collect();
            bytes
                .filter(|_| hex.len().is_multiple_of(2))
                .map(Value::Bytes)
        }
        Json::Bool(_) | Json::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use domain::Instant;

    use super::*;
    use crate::sqlite::inline::Inline;
    use crate::unit::{Verdict, Work};

    /// A unit that runs once, here and now.
    struct Once<F>(Option<F>);

    impl<F: FnOnce(&mut dyn Tx) + Send> Work for Once<F> {
        fn name(&self) -> &'static str {
            "test.once"
        }

        fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
            if let Some(body) = self.0.take() {
                body(tx);
            }
            Verdict::Keep
        }

        fn settle(&mut self, _: Result<(), StoreError>) {}
    }

    fn on<T: Send + 'static>(database: &Inline, body: impl FnOnce(&mut dyn Tx) -> T + Send) -> T {
        let out = Arc::new(Mutex::new(None));
        let kept = out.clone();
        let mut once = Once(Some(move |tx: &mut dyn Tx| {
            *kept.lock().unwrap() = Some(body(tx));
        }));
        database.run(&mut once).unwrap();
        out.lock().unwrap().take().unwrap()
    }

    fn empty() -> Inline {
        Inline::open(Instant::from_micros(1)).unwrap()
    }

    /// A table or column that is not carried over would be lost in silence.
    #[test]
    fn every_table_and_column_is_carried_over() {
        let schema: BTreeSet<(String, String)> = on(&empty(), |tx| {
            let sql = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                       WHERE t.type = 'table' AND t.name <> 'migration' AND t.name NOT LIKE 'sqlite_%'
                       ORDER BY 1, 2";
            let rows = tx.rows(sql, &[]).unwrap();
            rows.into_iter()
                .map(|mut row| (row.take().unwrap(), row.take().unwrap()))
                .collect()
        });
        let carried = TABLES
            .iter()
            .flat_map(|(table, _, columns)| {
                columns
                    .iter()
                    .map(|column| ((*table).to_owned(), (*column).to_owned()))
            })
            .collect();
        assert_eq!(schema, carried);
    }

    #[test]
    fn what_is_no_export_is_refused_with_its_line() {
        let head = header().to_string();
        for (name, text, line) in [
            ("nothing", String::new(), 1),
            ("no JSON", "hello".to_owned(), 1),
            (
                "another version",
                "{\"lockstep\":\"export\",\"migration\":99}".to_owned(),
                1,
            ),
            (
                "no table",
                format!("{head}\n{{\"table\":\"x\",\"row\":{{}}}}"),
                2,
            ),
            ("no row", format!("{head}\n{{\"table\":\"host\"}}"), 2),
            (
                "other columns",
                format!("{head}\n{{\"table\":\"host\",\"row\":{{\"id\":1}}}}"),
                2,
            ),
            (
                "bad value",
                format!(
                    "{head}\n{{\"table\":\"host\",\"row\":{{\"id\":true,\"organization_id\":1,\"name\":\"x\"}}}}"
                ),
                2,
            ),
        ] {
            let said = on(&empty(), move |tx| import(tx, &mut text.as_bytes()));
            assert!(
                matches!(&said, Err(TransferError::Bad { line: at, .. }) if *at == line),
                "{name}: {said:?}"
            );
        }
    }
}
