//! How a database goes about the statement that every booking and every slot rests on: past what a calendar
//! holds of other months, to what overlaps.

use std::collections::BTreeMap;

use domain::Interval;
use domain::mirror::{Busy, ForeignEvent};
use store::tables::busy;
use store::tables::mirror::{self, Part};
use store::{Dialect, Row, StoreError, Topic, Tx, Value, Verdict, values};

use crate::support::on_every_database;
use crate::support::world::{CALENDAR, HOST, connect, found, hour, hours};

/// More than a host has in years; enough that a database would rather not read them all.
const EVENTS: i64 = 20_000;

/// Notes what is asked.
struct Noting<'t> {
    tx: &'t mut dyn Tx,
    asked: Vec<(&'static str, Vec<Value>)>,
}

impl Tx for Noting<'_> {
    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.asked.push((sql, params.to_vec()));
        self.tx.execute(sql, params)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.asked.push((sql, params.to_vec()));
        self.tx.rows(sql, params)
    }

    fn begin_savepoint(&mut self) -> Result<(), StoreError> {
        self.tx.begin_savepoint()
    }

    fn end_savepoint(&mut self, verdict: Verdict) -> Result<(), StoreError> {
        self.tx.end_savepoint(verdict)
    }

    fn wake(&mut self, topic: Topic) {
        self.tx.wake(topic);
    }
}

/// The plan of a statement, a line a step.
fn explained(tx: &mut dyn Tx, sql: &str, params: &[Value]) -> Result<Vec<String>, StoreError> {
    let word = match tx.dialect() {
        Dialect::Sqlite => "EXPLAIN QUERY PLAN",
        Dialect::Postgres => "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF)",
    };
    // Statements are constants everywhere else; these few may stay until the test ends.
    let sql: &'static str = Box::leak(format!("{word} {sql}").into_boxed_str());
    let rows = tx.rows(sql, params)?;
    let text = rows.iter().map(|row| match row.as_slice().last() {
        Some(Value::Text(text)) => text.clone(),
        other => format!("{other:?}"),
    });
    Ok(text.collect())
}

on_every_database! {
    /// A unit of a pull costs the same in a full calendar as in an empty one.
    fn a_chunk_is_put_in_place_without_reading_the_rest_of_its_calendar(stage: &Stage) {
        let part = Part { calendar: CALENDAR, generation: 0 };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            let event = |n| ForeignEvent { id: format!("event{n}"), ..ForeignEvent::default() };
            let events: Vec<_> = (0..EVENTS).map(event).collect();
            mirror::put(tx, part, events.iter().map(|event| (event, None)))?;
            tx.execute("ANALYZE", values![]).map(drop)
        });
        let (dialect, plan) = stage.done(move |tx| {
            let mut noting = Noting { tx: &mut *tx, asked: Vec::new() };
            let found = mirror::others(&mut noting, part, ["event7", "event8"], ["event8"])?;
            assert_eq!(found.map(|events| events.len()), Some(1));
            let asked = noting.asked.remove(0);
            Ok((tx.dialect(), explained(tx, asked.0, &asked.1)?))
        });
        let all = plan.join("\n");
        match dialect {
            Dialect::Sqlite => assert!(all.contains("mirror_event_series (calendar_id=? AND generation=? AND series=?)"), "{all}"),
            Dialect::Postgres => assert!(!all.contains("Seq Scan on mirror_event"), "{all}"),
        }
    }

    /// What a unit of a pull forgets is found by its key: SQLite walks past nothing else of the calendar.
    fn what_a_chunk_replaces_is_found_by_its_key(stage: &Stage) {
        let part = Part { calendar: CALENDAR, generation: 0 };
        let row = |n| Busy { event_id: format!("event{n}"), original_start: None, time: hour(n), link: None };
        stage.done(move |tx| {
            found(tx)?;
            connect(tx)?;
            let rows: Vec<Busy> = (0..EVENTS).map(row).collect();
            busy::add(tx, part, rows.iter().map(|row| (row.event_id.as_str(), row)))
        });
        let (dialect, plans) = stage.done(move |tx| {
            let mut noting = Noting { tx: &mut *tx, asked: Vec::new() };
            busy::replace(&mut noting, part, &BTreeMap::from([("event7", vec![row(7)])]))?;
            noting.asked.truncate(1);
            mirror::remove(&mut noting, part, ["event7"])?;
            mirror::remove_series(&mut noting, part, ["event7"])?;
            let asked = noting.asked;
            let plans: Result<Vec<_>, _> = asked.iter().map(|(sql, params)| explained(tx, sql, params)).collect();
            Ok((tx.dialect(), plans?))
        });
        // PostgreSQL weighs what its tables hold; SQLite is never told.
        if dialect == Dialect::Sqlite {
            let keys = [
                ["i USING COVERING INDEX busy_interval_source (calendar_id=? AND source=? AND generation=?)",
                 "busy_interval USING PRIMARY KEY (calendar_id=? AND generation=? AND starts_at=? AND ends_at=? AND source=? AND instance=?)"],
                ["mirror_event USING PRIMARY KEY (calendar_id=? AND generation=? AND event_id=?)", "SEARCH"],
                ["m USING COVERING INDEX mirror_event_series (calendar_id=? AND generation=? AND series=?)",
                 "mirror_event USING PRIMARY KEY (calendar_id=? AND generation=? AND event_id=?)"],
            ];
            for (plan, keys) in plans.iter().zip(keys) {
                let all = plan.join("\n");
                assert!(keys.iter().all(|key| all.contains(key)), "{all}");
            }
        }
    }

    /// Events of an hour, one after the other for two years: of those before the window it walks past what one piece
    /// of a long event may reach.
    fn a_decision_walks_past_little_of_a_full_calendar(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            busy::set_blocks(tx, HOST, CALENDAR, true)?;
            let part = Part { calendar: CALENDAR, generation: 0 };
            let row = |n| Busy { event_id: format!("event{n}"), original_start: None, time: hour(n), link: None };
            let rows: Vec<Busy> = (0..EVENTS).map(row).collect();
            busy::add(tx, part, rows.iter().map(|row| (row.event_id.as_str(), row)))?;
            tx.execute("ANALYZE", values![]).map(drop)
        });
        let window = Interval { start: hours(EVENTS / 2), end: hours(EVENTS / 2 + 1) };
        let (dialect, plan) = stage.done(move |tx| {
            let mut noting = Noting { tx: &mut *tx, asked: Vec::new() };
            assert_eq!(busy::overlapping(&mut noting, HOST, window)?, [window]);
            let asked = noting.asked.remove(0);
            Ok((tx.dialect(), explained(tx, asked.0, &asked.1)?))
        });
        let all = plan.join("\n");
        match dialect {
            Dialect::Sqlite => assert!(all.contains("generation=? AND starts_at>? AND starts_at<?"), "{all}"),
            Dialect::Postgres => {
                let at = plan.iter().position(|line| line.contains("on busy_interval")).expect(&all);
                let conditions = plan[at..].iter().find(|line| line.contains("Index Cond")).expect(&all);
                assert!(conditions.contains("starts_at >") && conditions.contains("starts_at <"), "{all}");
            }
        }
    }
}
