//! Links as they come about, for the tests of what becomes of them.

mod arms;
mod conflicts;
mod elsewhere;
mod fields;
mod space;

use jiff::SignedDuration;

use super::merge::{Follow, Merge};
use super::plan::{Plan, plan};
use super::policy::Facts;
use super::{Certainty, EventFields, Intent, Link, Op, ParkReason, Remote, RemoteTime, Seen};
use crate::event_text::EventText;
use crate::reminders::Reminders;
use crate::time::{Instant, Interval, Zone};

fn hour(h: i64) -> Interval {
    let midnight = Instant::parse("2026-11-23T00:00:00Z").unwrap();
    let hours = SignedDuration::from_hours;
    Interval::lasting(midnight + hours(h), hours(1))
}

fn now() -> Instant {
    hour(0).start
}

fn text() -> EventText {
    EventText {
        title: "Ana".into(),
        description: String::new(),
        location: "Online".into(),
    }
}

fn fields(h: i64) -> EventFields {
    EventFields {
        text: text(),
        time: hour(h),
        zone: Zone::utc(),
        reminders: Reminders::default(),
        certainty: Certainty::Confirmed,
    }
}

fn remote(h: i64, rev: i64) -> Remote {
    Remote {
        etag: format!("\"{h}-{rev}\""),
        rev: Some(rev),
        time: RemoteTime::Timed(hour(h)),
        text: text(),
        reminders: Reminders::default(),
        declined: false,
        updated: None,
        certainty: Certainty::Confirmed,
    }
}

/// In step at `h` o'clock, after one write.
fn in_step(h: i64) -> Link {
    Link {
        wanted: Some(fields(h)),
        ours: Some(fields(h)),
        theirs: Some(remote(h, 1)),
        attempt: 1,
        ..Link::default()
    }
}

fn patching(from: i64, to: i64) -> Link {
    let intent = Intent {
        attempt: 2,
        op: Op::Patch,
        fields: Some(fields(to)),
    };
    Link {
        wanted: Some(fields(to)),
        inflight: Some(intent),
        attempt: 2,
        ..in_step(from)
    }
}

fn inserting(h: i64) -> Link {
    let intent = Intent {
        attempt: 1,
        op: Op::Insert,
        fields: Some(fields(h)),
    };
    Link {
        wanted: Some(fields(h)),
        inflight: Some(intent),
        attempt: 1,
        ..Link::default()
    }
}

fn patch(from: i64, to: i64, etag: &str) -> Plan {
    Plan::Patch {
        changes: fields(to).changes_from(&fields(from)),
        fields: fields(to),
        etag: etag.into(),
    }
}

/// The plan for a booking of one host, born here, under the default policy.
fn next(link: &Link) -> Plan {
    plan(link, &Facts::plain(now()))
}

/// The booking follows its event to `h` o'clock.
fn moved_to(h: i64) -> Plan {
    let follow = Follow {
        time: Some(hour(h)),
        ..Follow::default()
    };
    Plan::Merge(Box::new(Merge {
        follow,
        ..Merge::default()
    }))
}
