//! Every turn of every event in Google, and what both sides were last known to agree on: written down
//! where the effects happen, not where anyone is told of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{BookingId, Instant, Interval};
use serde_json::Value;

/// Whose hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Lockstep's, through the API.
    Ours,
    /// The host's, in Google.
    Host,
}

/// When an event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Once.
    Timed(Interval),
    /// On whole days.
    AllDay,
    /// It was deleted.
    Gone,
}

impl When {
    /// What the resource of an event says.
    pub fn read(resource: &Value) -> Self {
        if resource["status"] == "cancelled" {
            return Self::Gone;
        }
        let moment = |edge: &str| Instant::parse(resource[edge]["dateTime"].as_str()?).ok();
        match (moment("start"), moment("end")) {
            (Some(start), Some(end)) => Self::Timed(Interval { start, end }),
            _ => Self::AllDay,
        }
    }
}

/// One change of an event.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The step of the trace at which it happened.
    pub step: u64,
    /// Who made it.
    pub by: By,
    /// When the event takes place since.
    pub when: When,
}

/// An event that Lockstep made.
#[derive(Clone, Debug)]
pub struct Ours {
    /// For which booking.
    pub booking: BookingId,
    /// In which calendar it is.
    pub calendar: &'static str,
    /// When the host last moved it to another one.
    pub carried_at: Option<Instant>,
    /// What happened to it, oldest first.
    pub turns: Vec<Turn>,
    /// The time both sides were last known to agree on: what we wrote, or what the booking followed.
    pub agreed: Interval,
    /// Whether the host has edited its text.
    pub is_text_edited: bool,
    /// The title the host gave it, if any: it stays.
    pub title_by_host: Option<String>,
    /// Whether Google has told us, in an answer that arrived, that it is gone.
    pub was_told_gone: bool,
}

impl Ours {
    /// When it takes place now.
    pub fn when(&self) -> When {
        self.turns.last().map_or(When::Gone, |turn| turn.when)
    }

    /// Who changed its time last.
    pub fn last_by(&self) -> Option<By> {
        self.turns.last().map(|turn| turn.by)
    }

    /// Whether the host has put it at `time` at some point.
    pub fn was_put_at(&self, time: Interval) -> bool {
        let here = |turn: &Turn| turn.by == By::Host && turn.when == When::Timed(time);
        self.turns.iter().any(here)
    }

    /// Whether the host has deleted it.
    pub fn was_deleted_by_host(&self) -> bool {
        let gone = |turn: &Turn| turn.by == By::Host && turn.when == When::Gone;
        self.turns.iter().any(gone)
    }
}

/// All events of the calendar.
#[derive(Default)]
pub struct Events {
    /// Those we made, by id.
    pub ours: BTreeMap<String, Ours>,
    /// Bookings whose event Google has refused to write, for good.
    pub refused: BTreeSet<BookingId>,
    /// Bookings that a person had linked anew, and how often: what was before is left as it is.
    pub relinked: BTreeMap<BookingId, usize>,
    /// Those that prove a connection, by id, with whether they are there.
    pub tests: BTreeMap<String, bool>,
    /// Those of the host's, by id, with the version the host last made.
    pub foreign: BTreeMap<String, String>,
}

impl Events {
    /// The events made for a booking, by id.
    pub fn of(&self, booking: BookingId) -> impl Iterator<Item = (&String, &Ours)> {
        self.ours
            .iter()
            .filter(move |(_, event)| event.booking == booking)
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, booking: BookingId) -> impl Iterator<Item = &mut Ours> {
        self.ours
            .values_mut()
            .filter(move |event| event.booking == booking)
    }
}
