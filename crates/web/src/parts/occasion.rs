//! When something takes place, with whom, and in which zone that is meant.

use domain::{Interval, Zone};

use crate::dates;
use crate::i18n::Words;

/// A time somebody has, or is about to choose.
#[derive(Clone, Debug)]
pub(crate) struct Occasion {
    /// RFC 3339, UTC.
    pub(crate) start: String,
    pub(crate) day: String,
    pub(crate) hours: String,
    pub(crate) zone: String,
    pub(crate) duration: String,
    pub(crate) host: String,
}

impl Occasion {
    /// `time` with `host`, as it reads in `zone`.
    pub(crate) fn new(words: Words, time: Interval, zone: &Zone, host: &str) -> Self {
        Self {
            start: time.start.to_string(),
            day: dates::day(words, time.start.in_zone(zone).date()),
            hours: dates::hours(words, time, zone),
            zone: dates::zone_label(zone, time.start),
            duration: dates::duration(words, time.end - time.start),
            host: host.to_owned(),
        }
    }
}
