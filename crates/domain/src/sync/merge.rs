//! What becomes of an edit of the event, field by field: three-way, each side against its own base.
//!
//! Every field that was changed in Google gets exactly one of four ends: the booking takes it over, it is
//! the event's own from now on, it loses to a change made here and is set aside for a person, or nobody can
//! follow it and the link is parked as a whole.

use serde::{Deserialize, Serialize};

use super::policy::{Facts, OnChange, Side};
use super::{EventFields, Link, ParkReason, Remote, RemoteTime};
use crate::event_text::{DESCRIPTION_CHARS_MAX, EventText, LOCATION_CHARS_MAX, TITLE_CHARS_MAX};
use crate::fault;
use crate::time::{Instant, Interval};

/// Stands for an event on no clock: otherwise than any booking.
const NO_TIME: Interval = Interval {
    start: Instant::from_micros(0),
    end: Instant::from_micros(0),
};

/// A field of an event that both sides may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// When it begins and ends.
    Time,
    /// Its title.
    Title,
    /// Its description.
    Description,
    /// Where it takes place.
    Location,
}

impl Field {
    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Title => "title",
            Self::Description => "description",
            Self::Location => "location",
        }
    }
}

/// What the booking takes over from its event; `None` leaves a field alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Follow {
    /// When.
    pub time: Option<Interval>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
}

impl Follow {
    /// Whether nothing is taken over.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The value of one field on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of [`Field::Time`].
    Time(RemoteTime),
    /// Of any other.
    Text(String),
}

/// A field that both sides changed: one change counts, the other is kept for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Which.
    pub field: Field,
    /// As the booking had it.
    pub ours: Value,
    /// As the event had it.
    pub theirs: Value,
    /// Whether the event's counts.
    pub theirs_counts: bool,
}

/// Some of the texts of an event. Of a link: those that are the event's own, because somebody edited them in
/// Google; they are not written any more. Of a booking: those that somebody edited, so that a template does
/// not write over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// The title.
    #[serde(default)]
    pub title: bool,
    /// The description.
    #[serde(default)]
    pub description: bool,
    /// The place.
    #[serde(default)]
    pub location: bool,
}

/// All that becomes of an edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// What the booking takes over.
    pub follow: Follow,
    /// What is kept for a person.
    pub aside: Vec<Aside>,
    /// What is the event's own, before this edit or from it on.
    pub own: Texts,
    /// Whether a person decided that the event goes back to the booking's time. It stays seen where it is,
    /// until that is written.
    pub brings_back: bool,
}

/// What becomes of the edit that `remote` shows, if it shows one.
///
/// # Errors
/// [`ParkReason`]: the booking cannot follow, or the owner wants to be asked.
pub(super) fn merge(
    link: &Link,
    (wanted, ours): (&EventFields, &EventFields),
    remote: &Remote,
    facts: &Facts,
) -> Result<Option<Merge>, ParkReason> {
    let base_text = link.theirs.as_ref().map_or(&ours.text, |base| &base.text);
    let mut merge = Merge {
        own: link.own,
        ..Merge::default()
    };
    time(&mut merge, link, (wanted, ours), remote, facts)?;
    texts(
        &mut merge,
        (&wanted.text, &ours.text),
        (base_text, remote),
        facts,
    );
    let is_edit = !merge.follow.is_empty() || !merge.aside.is_empty() || merge.own != link.own;
    Ok(is_edit.then_some(merge))
}

fn time(
    merge: &mut Merge,
    link: &Link,
    (wanted, ours): (&EventFields, &EventFields),
    remote: &Remote,
    facts: &Facts,
) -> Result<(), ParkReason> {
    // Instants come back as they were sent, so ours can stand in for an unknown base.
    let sent = RemoteTime::Timed(ours.time);
    let base = link.theirs.as_ref().map_or(&sent, |base| &base.time);
    if remote.time == *base {
        return Ok(());
    }
    match link.decided {
        Some(Side::Ours) if remote.time == RemoteTime::Recurring => {
            return Err(ParkReason::MadeRecurring);
        }
        Some(Side::Ours) => {
            merge.brings_back = true;
            return Ok(());
        }
        Some(Side::Theirs) => {
            merge.follow.time = Some(as_decided(&remote.time)?);
            return Ok(());
        }
        None => {}
    }
    let have_we_moved = wanted.time != ours.time && !fault!(6);
    if !have_we_moved {
        merge.follow.time = Some(followable(&remote.time, facts)?);
        return Ok(());
    }
    if remote.time == RemoteTime::Timed(wanted.time) {
        merge.follow.time = Some(wanted.time);
        return Ok(());
    }
    let theirs_counts = facts.theirs_wins(remote.updated) && !facts.is_collective;
    if theirs_counts {
        merge.follow.time = Some(followable(&remote.time, facts)?);
    }
    if fault!(26) {
        return Ok(());
    }
    merge.aside.push(Aside {
        field: Field::Time,
        ours: Value::Time(RemoteTime::Timed(wanted.time)),
        theirs: Value::Time(remote.time.clone()),
        theirs_counts,
    });
    Ok(())
}

/// Where a booking follows its event to.
fn followable(time: &RemoteTime, facts: &Facts) -> Result<Interval, ParkReason> {
    match time {
        RemoteTime::AllDay => Err(ParkReason::MadeAllDay),
        RemoteTime::Recurring => Err(ParkReason::MadeRecurring),
        RemoteTime::Timed(_) if facts.is_collective => Err(ParkReason::MovedByOneOfSeveral),
        RemoteTime::Timed(_) if facts.policy.moves == OnChange::Ask => Err(ParkReason::MovedThere),
        RemoteTime::Timed(to) if to.end <= facts.now => Err(ParkReason::MovedIntoPast),
        RemoteTime::Timed(to) => Ok(*to),
    }
}

/// Where a person wants it to be: only what no booking can be is still refused.
const fn as_decided(time: &RemoteTime) -> Result<Interval, ParkReason> {
    match time {
        RemoteTime::AllDay => Err(ParkReason::MadeAllDay),
        RemoteTime::Recurring => Err(ParkReason::MadeRecurring),
        RemoteTime::Timed(to) => Ok(*to),
    }
}

/// One text field with its values: as wanted, as last asked for, as last answered, and as seen now.
struct Text<'t> {
    field: Field,
    wanted: &'t String,
    ours: &'t String,
    base: &'t String,
    seen: &'t String,
    chars_max: usize,
    travels: bool,
}

fn texts(
    merge: &mut Merge,
    (wanted, ours): (&EventText, &EventText),
    (base, remote): (&EventText, &Remote),
    facts: &Facts,
) {
    let seen = &remote.text;
    let travels = facts.text_travels;
    let mut text = |field, get: fn(&EventText) -> &String, chars_max, travels| {
        let text = Text {
            field,
            wanted: get(wanted),
            ours: get(ours),
            base: get(base),
            seen: get(seen),
            chars_max,
            travels,
        };
        one_text(merge, &text, remote.updated, facts);
    };
    text(Field::Title, |t| &t.title, TITLE_CHARS_MAX, travels);
    text(
        Field::Description,
        |t| &t.description,
        DESCRIPTION_CHARS_MAX,
        travels,
    );
    let travels = !facts.policy.keeps_place;
    text(
        Field::Location,
        |t| &t.location,
        LOCATION_CHARS_MAX,
        travels,
    );
}

fn one_text(merge: &mut Merge, text: &Text<'_>, updated: Option<Instant>, facts: &Facts) {
    if text.seen == text.base || (fault!(28) && text.field == Field::Location) {
        return;
    }
    let (own, follow) = match text.field {
        Field::Title => (&mut merge.own.title, &mut merge.follow.title),
        Field::Description => (&mut merge.own.description, &mut merge.follow.description),
        Field::Location => (&mut merge.own.location, &mut merge.follow.location),
        // Not a text.
        Field::Time => return,
    };
    // What is longer than a booking can say is left to the event.
    if !text.travels || text.seen.chars().count() > text.chars_max {
        *own = true;
        return;
    }
    let have_we_changed = text.wanted != text.ours && text.seen != text.wanted && !*own;
    let theirs_counts = !have_we_changed || facts.theirs_wins(updated);
    if theirs_counts {
        *own = false;
        *follow = Some(text.seen.clone());
    }
    if have_we_changed {
        merge.aside.push(Aside {
            field: text.field,
            ours: Value::Text(text.wanted.clone()),
            theirs: Value::Text(text.seen.clone()),
            theirs_counts,
        });
    }
}

impl Link {
    /// This link after its booking took over what `merge` says and the rest was set aside: what was seen is
    /// the base now, on both sides. So whatever the booking wants otherwise is sent, also if it is moved back
    /// to where it once was.
    pub fn merged(mut self, merge: &Merge) -> Self {
        let Some(remote) = self.seen.take().and_then(super::Seen::into_remote) else {
            return self;
        };
        if let Some(ours) = &mut self.ours {
            let Follow {
                time,
                title,
                description,
                location,
            } = merge.follow.clone();
            ours.time = time.unwrap_or(ours.time);
            let put = |field: &mut String, value: Option<String>| {
                if let Some(value) = value {
                    *field = value;
                }
            };
            put(&mut ours.text.title, title);
            put(&mut ours.text.description, description);
            put(&mut ours.text.location, location);
            let lost = |aside: &&Aside| !aside.theirs_counts && !fault!(30);
            for aside in merge.aside.iter().filter(lost) {
                is_there(ours, aside);
            }
        }
        self.own = merge.own;
        if merge.brings_back {
            let time = self.theirs.map(|base| base.time);
            let time = time.or_else(|| self.ours.as_ref().map(|ours| RemoteTime::Timed(ours.time)));
            self.seen = Some(super::Seen::Live(remote.clone()));
            self.theirs = time.map(|time| Remote { time, ..remote });
        } else {
            self.decided = None;
            self.theirs = Some(remote);
        }
        self
    }

    /// This link after its booking came back at `time`, where its event was seen: both sides say so, and it is
    /// the base of either. Else a booking that is moved back at once to where the event was before it was
    /// deleted would seem not to have moved, and that move would be lost. The rest of what was seen stays an
    /// edit of its own.
    pub fn revived(mut self, time: Interval) -> Self {
        self.decided = None;
        if let Some(ours) = &mut self.ours {
            ours.time = time;
        }
        if let Some(theirs) = &mut self.theirs {
            theirs.time = RemoteTime::Timed(time);
        }
        self
    }
}

/// What the event says in a field where the booking's version counts, and is to be sent.
fn is_there(ours: &mut EventFields, aside: &Aside) {
    match (aside.field, &aside.theirs) {
        (Field::Time, Value::Time(RemoteTime::Timed(time))) => ours.time = *time,
        (Field::Time, Value::Time(RemoteTime::AllDay | RemoteTime::Recurring)) => {
            ours.time = NO_TIME;
        }
        (Field::Title, Value::Text(text)) => ours.text.title.clone_from(text),
        (Field::Description, Value::Text(text)) => ours.text.description.clone_from(text),
        (Field::Location, Value::Text(text)) => ours.text.location.clone_from(text),
        (Field::Time, Value::Text(_)) | (_, Value::Time(_)) => {}
    }
}
