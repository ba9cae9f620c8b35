//! What visitors are told when what is known of a calendar is old (scenario F3): since when, and never of whose
//! calendar.

use domain::freshness::Stale;
use domain::{Instant, Zone};

use crate::dates;
use crate::i18n::Words;

/// That times on offer rest on old data, with times in `zone`.
pub(crate) fn stale_note(words: Words, stale: Option<Stale>, zone: &Zone) -> Option<String> {
    Some(match stale?.as_of {
        Some(at) => {
            let when = dates::moment(words, at, zone);
            words.with("stale-note", &[("when", &when)])
        }
        None => words.say("stale-note-never"),
    })
}

/// That a booking was just made on old data: `known` is what the address says of it.
pub(crate) fn booked_note(words: Words, known: &str, zone: &Zone) -> String {
    match Instant::parse(known) {
        Ok(at) => {
            let when = dates::moment(words, at, zone);
            words.with("booked-stale", &[("when", &when)])
        }
        Err(_) => words.say("booked-stale-never"),
    }
}
