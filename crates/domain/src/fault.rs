//! Deliberate faults: places where the code can be told to be wrong.
//!
//! `sim` must catch each of them; a checker that cannot see a known fault proves nothing. Without the
//! cargo feature `faults` every point is the constant `false` and costs nothing.

#[cfg(feature = "faults")]
use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(feature = "faults")]
static ON: AtomicU32 = AtomicU32::new(BUILT_WITH);

/// The fault that is on from the start: `LOCKSTEP_FAULT` of the build, for tests that know nothing of faults.
#[cfg(feature = "faults")]
const BUILT_WITH: u32 = match option_env!("LOCKSTEP_FAULT") {
    None => 0,
    Some(text) => match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("LOCKSTEP_FAULT is the number of a fault"),
    },
};

/// Every fault point, by number, with what it breaks.
pub const ALL: [(u32, &str); 31] = [
    (1, "link work draws a fresh event id for every attempt"),
    (2, "an insert refused with 409 is not adopted but given up"),
    (3, "the intent is not written down before a call"),
    (4, "a tombstone is believed without a direct read"),
    (5, "a booking is decided without looking at other bookings"),
    (6, "a move in Google is merged over a newer move made here"),
    (7, "a worker takes a connection that another one has"),
    (
        8,
        "a write that a look did not find is forgotten, and arrives later",
    ),
    (9, "a listing anew takes its place after its first page"),
    (10, "a 410 drops the mirror before it is listed anew"),
    (11, "of a page only the first chunk is kept"),
    (12, "a cancelled instance of a series is forgotten"),
    (13, "days begin where UTC's do"),
    (14, "a deleted event goes on taking time"),
    (15, "an old page is believed over a newer look"),
    (
        16,
        "a grant is given back though its account is connected again",
    ),
    (17, "a push that comes while a pull runs is forgotten"),
    (18, "a push is believed without its channel's token"),
    (19, "a calendar not read for long is believed all the same"),
    (
        20,
        "an unverified booking is confirmed whatever stands at its time",
    ),
    (21, "of each series the second instance is left out"),
    (
        23,
        "of a series only what a page shows of it is looked at, not what is known",
    ),
    (25, "many losses at once are followed without asking"),
    (26, "a change made in Google that loses is not set aside"),
    (27, "an event restored in Google is not noticed"),
    (28, "a place edited in Google does not reach its booking"),
    (
        30,
        "a booking moved back after both had moved it is not sent",
    ),
    (
        33,
        "an event moved to another calendar is thought deleted at once",
    ),
    (
        34,
        "the event of a booking given to another host is left where it is",
    ),
    (
        35,
        "an attendee is told of a move that another one has overtaken",
    ),
    (36, "an attendee is not told that a booking is cancelled"),
];

/// Switches fault number `n` on for this process; 0 switches all off.
#[cfg(feature = "faults")]
pub fn switch_on(n: u32) {
    ON.store(n, Ordering::Relaxed);
}

/// Whether fault number `n` is switched on. Use [`fault!`](crate::fault!) instead.
#[cfg(feature = "faults")]
pub fn is_on(n: u32) -> bool {
    ON.load(Ordering::Relaxed) == n
}

/// Whether fault number `n` is switched on: never, without the feature `faults`.
#[cfg(not(feature = "faults"))]
pub const fn is_on(_n: u32) -> bool {
    false
}

/// `true` when the deliberate fault of this number is switched on. Numbers are listed in
/// [`fault::ALL`](crate::fault::ALL).
#[macro_export]
macro_rules! fault {
    ($n:literal) => {
        $crate::fault::is_on($n)
    };
}
