//! One page of 2,500 events: our whole step on it, beside decoding it and storing the same rows with
//! nothing around.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use store::Value;

use crate::google::{Canned, Mix, PAGE};
use crate::installation::{Installation, wait};
use crate::{median, ms, timed};

const ROUNDS: usize = 9;

pub(crate) fn run() {
    println!(
        "a page of {PAGE} events, SQLite, each commit on disk, medians of {ROUNDS} rounds in turn:"
    );
    for (name, mix) in [
        ("single events", Mix::Singles),
        ("one in ten a weekly series", Mix::Series),
    ] {
        measure(name, mix);
    }
}

fn measure(name: &str, mix: Mix) {
    let google = Arc::new(Canned::new(mix, PAGE));
    let installation = Installation::new(1, google.clone());
    installation.connect();
    installation.work();
    let rows = Rows::of(&installation);
    Rows::prepare(&installation);
    let (mut floors, mut ours, mut decoded) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ((), decoding) = timed(|| decode(&google));
        floors.push(decoding + rows.store(&installation));
        decoded.push(decoding);
        installation.list_anew();
        let asked = google.asked();
        let (steps, took) = timed(|| installation.work());
        assert_eq!(
            (steps, google.asked() - asked),
            (1, 1),
            "one page, one step"
        );
        ours.push(took);
        wait(app::housekeeping::run(&installation.app)).unwrap();
    }
    let (floor, ours) = (median(floors), median(ours));
    println!(
        "  {name}: {} events and {} intervals; decoded {:.1} ms, and stored bare {:.1} ms, our step {:.1} ms: {:.2} times",
        rows.events.len(),
        rows.busy.len(),
        ms(median(decoded)),
        ms(floor),
        ms(ours),
        ours.as_secs_f64() / floor.as_secs_f64(),
    );
}

#[derive(Deserialize)]
struct Bare<'a> {
    #[serde(borrow)]
    items: Vec<BareEvent<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read from the page, as anybody must")]
#[serde(rename_all = "camelCase")]
struct BareEvent<'a> {
    id: &'a str,
    status: Option<&'a str>,
    #[serde(borrow)]
    start: Option<BareMoment<'a>>,
    #[serde(borrow)]
    end: Option<BareMoment<'a>>,
    recurrence: Option<Vec<String>>,
    recurring_event_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read from the page, as anybody must")]
#[serde(rename_all = "camelCase")]
struct BareMoment<'a> {
    date_time: Option<&'a str>,
}

fn decode(google: &Canned) {
    let body = google.first();
    let page: Bare<'_> = serde_json::from_slice(&body).unwrap();
    black_box(page.items.len());
}

/// What our step left: what has to be stored, however it is done.
struct Rows {
    events: Vec<Vec<Value>>,
    busy: Vec<Vec<Value>>,
}

impl Rows {
    fn of(installation: &Installation) -> Self {
        let read = |sql: &'static str| {
            installation.unit(move |tx| {
                Ok(tx
                    .rows(sql, &[])?
                    .iter()
                    .map(|row| row.as_slice().to_vec())
                    .collect())
            })
        };
        Self {
            events: read(
                "SELECT calendar_id, 1, event_id, series, body, known_until FROM mirror_event ORDER BY event_id",
            ),
            busy: read(
                "SELECT calendar_id, 1, starts_at, ends_at, source, instance FROM busy_interval ORDER BY source, starts_at",
            ),
        }
    }

    /// Tables like ours, keys and indexes included.
    fn prepare(installation: &Installation) {
        installation.unit(|tx| {
            for sql in [
                "CREATE TABLE bare_event (calendar_id BLOB NOT NULL, generation INTEGER NOT NULL, event_id TEXT NOT NULL,
                   series TEXT NOT NULL, body TEXT NOT NULL, known_until INTEGER,
                   PRIMARY KEY (calendar_id, generation, event_id)) STRICT, WITHOUT ROWID",
                "CREATE INDEX bare_series ON bare_event (calendar_id, generation, series)",
                "CREATE TABLE bare_busy (calendar_id BLOB NOT NULL, generation INTEGER NOT NULL, starts_at INTEGER NOT NULL,
                   ends_at INTEGER NOT NULL, source TEXT NOT NULL, instance TEXT NOT NULL,
                   PRIMARY KEY (calendar_id, generation, starts_at, ends_at, source, instance)) STRICT, WITHOUT ROWID",
                "CREATE INDEX bare_source ON bare_busy (calendar_id, source, generation)",
            ] {
                tx.execute(sql, &[])?;
            }
            Ok(())
        });
    }

    /// A row a statement, all in one transaction.
    fn store(&self, installation: &Installation) -> Duration {
        let (events, busy) = (self.events.clone(), self.busy.clone());
        let ((), took) = timed(|| {
            installation.unit(move |tx| {
                for row in &events {
                    tx.execute(
                        "INSERT INTO bare_event VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (calendar_id, generation, event_id)
                         DO UPDATE SET series = excluded.series, body = excluded.body, known_until = excluded.known_until",
                        row,
                    )?;
                }
                for row in &busy {
                    tx.execute("INSERT INTO bare_busy VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING", row)?;
                }
                Ok(())
            });
        });
        installation.unit(|tx| {
            tx.execute("DELETE FROM bare_event", &[])?;
            tx.execute("DELETE FROM bare_busy", &[]).map(drop)
        });
        took
    }
}
