//! What callers asked and were told, in this process or in others.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Stdout, Write};
use std::sync::Mutex;

use domain::booking::{Booking, Status};
use domain::{BookingId, Instant, Interval};
use serde::{Deserialize, Serialize};

/// A booking as an answer showed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) id: BookingId,
    pub(crate) version: i64,
    pub(crate) time: (i64, i64),
    pub(crate) status: Status,
}

impl Seen {
    pub(crate) fn interval(&self) -> Interval {
        Interval {
            start: Instant::from_micros(self.time.0),
            end: Instant::from_micros(self.time.1),
        }
    }
}

impl From<&Booking> for Seen {
    fn from(booking: &Booking) -> Self {
        Self {
            id: booking.id,
            version: booking.version,
            time: (booking.time.start.as_micros(), booking.time.end.as_micros()),
            status: booking.status,
        }
    }
}

/// One answer that says yes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Told {
    /// A new booking, or a seat on one, under this key if any.
    Booked { booking: Seen, key: Option<String> },
    /// A booking at a new time.
    Moved(Seen),
    /// A booking that ended.
    Cancelled(BookingId),
}

/// One line of a history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    /// A caller is about to ask: for a booking at this start (microseconds), or for something else.
    Asked {
        caller: usize,
        booking_at: Option<i64>,
    },
    /// It was answered: what, for the count, and what the answer promised.
    Answered {
        caller: usize,
        what: String,
        told: Option<Told>,
    },
}

/// All answers, in no order between callers, and what was never answered.
#[derive(Clone, Default)]
pub(crate) struct History {
    pub(crate) told: Vec<Told>,
    counts: BTreeMap<String, usize>,
    /// Asked and not answered, by process and caller; the starts wanted.
    open: BTreeMap<(usize, usize), Option<i64>>,
}

impl History {
    pub(crate) fn note(&mut self, process: usize, line: Line) {
        match line {
            Line::Asked { caller, booking_at } => {
                self.open.insert((process, caller), booking_at);
            }
            Line::Answered { caller, what, told } => {
                self.open.remove(&(process, caller));
                *self.counts.entry(what).or_default() += 1;
                self.told.extend(told);
            }
        }
    }

    pub(crate) fn answers(&self) -> usize {
        self.counts.values().sum()
    }

    /// How many asked for a booking at `start` and never heard.
    pub(crate) fn unanswered_at(&self, start: Instant) -> usize {
        let wanted = Some(start.as_micros());
        self.open.values().filter(|at| **at == wanted).count()
    }

    pub(crate) fn unanswered(&self) -> usize {
        self.open.len()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answers:", self.answers())?;
        self.counts
            .iter()
            .try_for_each(|(what, count)| write!(f, " {what} {count},"))?;
        write!(f, " unanswered {}", self.open.len())
    }
}

/// Where callers say what they ask and what they are told.
pub(crate) enum Recorder {
    Memory(Mutex<History>),
    /// A line of JSON each; what is in the pipe outlives the process that wrote it.
    Pipe(Mutex<Stdout>),
}

impl Recorder {
    pub(crate) fn memory() -> Self {
        Self::Memory(Mutex::default())
    }

    pub(crate) fn note(&self, line: Line) {
        match self {
            Self::Memory(history) => history.lock().unwrap().note(0, line),
            Self::Pipe(pipe) => {
                let mut text = serde_json::to_vec(&line).unwrap();
                text.push(b'\n');
                let mut pipe = pipe.lock().unwrap();
                pipe.write_all(&text).unwrap();
                pipe.flush().unwrap();
            }
        }
    }

    /// How many answers this process has noted.
    pub(crate) fn answers(&self) -> usize {
        match self {
            Self::Memory(history) => history.lock().unwrap().answers(),
            Self::Pipe(_) => 0,
        }
    }

    /// What this process has noted so far.
    pub(crate) fn so_far(&self) -> History {
        match self {
            Self::Memory(history) => history.lock().unwrap().clone(),
            Self::Pipe(_) => History::default(),
        }
    }
}
