//! Watches units of work from outside: which bookings a unit touches and which links it parks, so that
//! only those need to be read again after its commit. What they became is read through `store::tables` like everything
//! else; the check at the end that nothing was missed is [`crate::checks::settled`]'s.

use std::collections::BTreeSet;

use domain::{BookingId, LinkId};
use store::inline::Inline;
use store::{Dialect, Row, StoreError, Topic, Tx, Value, Verdict, Work};
use uuid::Uuid;

/// A unit with an observer in it.
pub struct Spied<'w> {
    work: &'w mut dyn Work,
    /// What it wrote to in its last run.
    pub touched: Touched,
}

/// What a unit wrote to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Bookings it made or changed.
    pub bookings: BTreeSet<BookingId>,
    /// Links it parked, or left parked.
    pub parked: BTreeSet<LinkId>,
}

impl<'w> Spied<'w> {
    /// `work`, observed.
    pub fn new(work: &'w mut dyn Work) -> Self {
        Self {
            work,
            touched: Touched::default(),
        }
    }
}

impl Work for Spied<'_> {
    fn name(&self) -> &'static str {
        self.work.name()
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        self.touched = Touched::default();
        let touched = &mut self.touched;
        self.work.run(&mut SpyTx { tx, touched })
    }

    fn settle(&mut self, commit: Result<(), StoreError>) {
        self.work.settle(commit);
    }
}

struct SpyTx<'t> {
    tx: &'t mut dyn Tx,
    touched: &'t mut Touched,
}

impl Tx for SpyTx<'_> {
    fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }

    fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        // The table is the second or the third word of a statement that changes rows.
        let is_of = |table: &str| sql.split_whitespace().take(3).any(|word| word == table);
        let is_parked = |value: &Value| matches!(value, Value::Text(text) if text == "parked");
        if let Some(Value::Bytes(id)) = params.first()
            && let Ok(id) = Uuid::from_slice(id)
        {
            if is_of("booking") {
                self.touched.bookings.insert(BookingId(id));
            } else if is_of("event_link") && params.iter().any(is_parked) {
                self.touched.parked.insert(LinkId(id));
            }
        }
        self.tx.execute(sql, params)
    }

    fn rows(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
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

/// Looks into the database as a unit of the checkers' own, unseen by the trace.
///
/// # Errors
/// What `look` gives, or why it could not be run.
pub fn read<T: Send>(
    database: &dyn Inline,
    look: impl FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send,
) -> Result<T, StoreError> {
    let mut unit = Look {
        look: Some(look),
        found: Err(StoreError::Closed),
    };
    database.run(&mut unit)?;
    unit.found
}

struct Look<F, T> {
    look: Option<F>,
    found: Result<T, StoreError>,
}

impl<T: Send, F: FnOnce(&mut dyn Tx) -> Result<T, StoreError> + Send> Work for Look<F, T> {
    fn name(&self) -> &'static str {
        "sim.look"
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        if let Some(look) = self.look.take() {
            self.found = look(tx);
        }
        Verdict::Undo
    }

    fn settle(&mut self, _: Result<(), StoreError>) {}
}
