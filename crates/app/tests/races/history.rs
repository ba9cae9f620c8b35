//! What callers asked and were told.

use std::collections::BTreeMap;
use std::fmt;

use domain::BookingId;
use domain::booking::Booking;

/// One answer that says yes.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A new booking, or a seat on one, under this key if any.
    Booked {
        booking: Box<Booking>,
        key: Option<String>,
    },
    /// A booking at a new time.
    Moved(Box<Booking>),
    /// A booking that ended.
    Cancelled(BookingId),
}

/// All answers, in no order between callers.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) told: Vec<Told>,
    pub(crate) counts: BTreeMap<&'static str, usize>,
}

impl History {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.told.extend(other.told);
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.counts.values().sum();
        write!(f, "{total} answers:")?;
        self.counts
            .iter()
            .try_for_each(|(what, count)| write!(f, " {what} {count},"))
    }
}
