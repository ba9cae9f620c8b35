//! The small state space, whole: every link there can be of few values, under every policy, is carried out
//! against a model of the event. It ends, loses nothing silently, and has nothing to do a second time.

use super::*;
use crate::sync::learn::{landed, learn};
use crate::sync::merge::{Aside, Texts};
use crate::sync::policy::{Elsewhere, OnChange, Origin, Policy, Side, Winner};

/// Steps that any of these takes at most.
const STEPS_MAX: usize = 12;

/// The event as it is in Google, a booking, and what is known of both.
#[derive(Clone, Debug)]
struct World {
    event: Option<Remote>,
    was_there: bool,
    /// The event, where the host moved it to another calendar.
    moved: Option<Remote>,
    /// Whether the other calendar was read since.
    is_searched: bool,
    /// Whether its booking left this calendar and is to come back.
    comes_back: Option<EventFields>,
    booking: Option<EventFields>,
    ended_in_google: bool,
    link: Link,
    /// Whether both sides had a base to begin with: what else is found is adopted as it is.
    was_made: bool,
    aside: Vec<Aside>,
    version: i64,
}

#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Settled,
    Closed,
    Parked(ParkReason),
}

impl World {
    fn look(&self) -> Seen {
        match &self.event {
            Some(remote) if remote.declined => Seen::Declined {
                remote: remote.clone(),
                confirmed: true,
            },
            Some(remote) => Seen::Live(remote.clone()),
            None if self.was_there => Seen::Deleted { confirmed: true },
            None => Seen::Absent,
        }
    }

    fn elsewhere(&self) -> Elsewhere {
        let is_gone = matches!(
            self.link.seen,
            Some(Seen::Deleted { confirmed: true } | Seen::Absent)
        );
        match (&self.moved, self.is_searched) {
            _ if !is_gone => Elsewhere::Nowhere,
            (_, false) => Elsewhere::Unknown,
            (Some(_), true) => Elsewhere::Found,
            (None, true) => Elsewhere::Nowhere,
        }
    }

    fn write(&mut self, fields: &EventFields, changes: Option<&crate::sync::Changes>) {
        let intent = self.link.intend(
            if changes.is_some() {
                Op::Patch
            } else {
                Op::Insert
            },
            Some(fields.clone()),
        );
        self.version += 1;
        let mut event = self.event.clone().unwrap_or_else(|| remote(0, 0));
        match changes {
            None => {
                event.time = RemoteTime::Timed(fields.time);
                event.text.clone_from(&fields.text);
            }
            Some(changes) => {
                if let Some((time, _)) = changes.time {
                    event.time = RemoteTime::Timed(time);
                }
                let put = |field: &mut String, value: &Option<String>| {
                    if let Some(value) = value {
                        field.clone_from(value);
                    }
                };
                put(&mut event.text.title, &changes.title);
                put(&mut event.text.description, &changes.description);
                put(&mut event.text.location, &changes.location);
            }
        }
        event.rev = Some(intent.attempt);
        event.etag = format!("\"v{}\"", self.version);
        self.was_there = true;
        self.event = Some(event.clone());
        self.link = landed(std::mem::take(&mut self.link), event);
    }

    /// Carries plans out until one of them ends it.
    fn run(&mut self, facts: &Facts) -> Ended {
        for _ in 0..STEPS_MAX {
            let booking = self.booking.clone();
            self.link.want(booking);
            let facts = Facts {
                ended_in_google: self.ended_in_google,
                elsewhere: self.elsewhere(),
                returns: self.comes_back.is_some(),
                ..*facts
            };
            match plan(&self.link, &facts) {
                Plan::Settled => {
                    if let Some(seen) = self.link.seen.take() {
                        self.link.theirs = seen.into_remote();
                    }
                    return Ended::Settled;
                }
                Plan::Close => return Ended::Closed,
                Plan::Park(reason) => return Ended::Parked(reason),
                Plan::Read => {
                    let seen = self.look();
                    self.link = learn(std::mem::take(&mut self.link), seen);
                }
                Plan::Insert(fields) => {
                    if self.was_there {
                        // Refused: an id is used once. The intent stays, and the event is looked at.
                        self.link.intend(Op::Insert, Some(fields));
                    } else {
                        self.write(&fields, None);
                    }
                }
                Plan::Patch {
                    changes,
                    fields,
                    etag,
                } => {
                    let event = self.event.as_ref();
                    if event.is_some_and(|event| event.etag == etag) {
                        self.write(&fields, Some(&changes));
                    } else {
                        // Refused: the intent stays, and the event is looked at.
                        self.link.intend(Op::Patch, Some(fields));
                    }
                }
                Plan::Delete => {
                    self.link.intend(Op::Delete, None);
                    self.event = None;
                    let seen = self.look();
                    self.link = learn(std::mem::take(&mut self.link), seen);
                }
                Plan::Seek => {
                    assert!(!self.is_searched, "nothing is looked for twice");
                    self.is_searched = true;
                }
                Plan::FollowEvent => {
                    assert_eq!(
                        self.event, None,
                        "what is there is not looked for elsewhere"
                    );
                    self.event = self.moved.take();
                    self.link = std::mem::take(&mut self.link).moved_along();
                }
                Plan::Again => self.booking = self.comes_back.take(),
                Plan::NextGeneration => {
                    assert_eq!(self.moved, None, "the event would be there twice");
                    self.link = std::mem::take(&mut self.link).let_go();
                    (self.event, self.was_there) = (None, false);
                    self.booking = self.comes_back.take().or(self.booking.take());
                }
                Plan::Merge(merge) => {
                    let booking = self.booking.as_mut().expect("a live booking is merged");
                    let follow = merge.follow.clone();
                    booking.time = follow.time.unwrap_or(booking.time);
                    if let Some(location) = follow.location {
                        booking.text.location = location;
                    }
                    if let Some(title) = follow.title {
                        booking.text.title = title;
                    }
                    self.aside.extend(merge.aside.clone());
                    self.link = std::mem::take(&mut self.link).merged(&merge);
                }
                Plan::CancelBooking => {
                    assert_eq!(self.moved, None, "nothing is cancelled that is elsewhere");
                    assert!(
                        self.event.as_ref().is_none_or(|event| event.declined),
                        "nothing is cancelled that is there"
                    );
                    self.booking = None;
                    self.ended_in_google = true;
                    self.link.inflight = None;
                }
                Plan::ReviveBooking(time) => {
                    assert!(self.event.is_some(), "what is not there is not revived");
                    let mut fields = fields(10);
                    fields.time = time;
                    self.booking = Some(fields);
                    self.ended_in_google = false;
                    self.link = std::mem::take(&mut self.link).revived(time);
                }
            }
        }
        panic!("does not end: {self:#?}");
    }
}

fn with_place(mut fields: EventFields, place: &str) -> EventFields {
    fields.text.location = place.into();
    fields
}

/// What the booking may want: moved, elsewhere, both, as it was, or nothing.
fn wishes() -> Vec<Option<EventFields>> {
    let mut all = vec![None];
    for h in [10, 12] {
        for place in ["Online", "Room 3"] {
            all.push(Some(with_place(fields(h), place)));
        }
    }
    all
}

/// What the event may have become, since our last write that it carries.
fn events() -> Vec<Option<Remote>> {
    let mut all = vec![None];
    let times = [
        RemoteTime::Timed(hour(10)),
        RemoteTime::Timed(hour(12)),
        RemoteTime::Timed(hour(15)),
        RemoteTime::Timed(hour(-30)),
        RemoteTime::AllDay,
        RemoteTime::Recurring,
    ];
    for time in times {
        for place in ["Online", "Room 2"] {
            for (title, declined) in [("Ana", false), ("His", false), ("Ana", true)] {
                let mut event = remote(10, 1);
                event.time = time.clone();
                event.text.location = place.into();
                event.text.title = title.into();
                event.declined = declined;
                event.updated = Some(now() + SignedDuration::from_secs(1));
                event.etag = format!("\"{time:?}{place}{title}{declined}\"");
                all.push(Some(event));
            }
        }
    }
    all
}

/// How a link may stand towards the event: never made, in step, with a write on the way.
fn links() -> Vec<Link> {
    let own = Texts {
        title: true,
        ..Texts::default()
    };
    vec![
        Link::default(),
        inserting(10),
        in_step(10),
        Link { own, ..in_step(10) },
        patching(10, 12),
        Link {
            inflight: Some(Intent {
                attempt: 2,
                op: Op::Delete,
                fields: None,
            }),
            attempt: 2,
            ..in_step(10)
        },
    ]
}

fn all_facts() -> Vec<Facts> {
    let mut all = Vec::new();
    for both in [None, Some(Winner::Theirs), Some(Winner::Newest)] {
        for ask in [OnChange::Follow, OnChange::Ask] {
            for (origin, text_travels) in [(Origin::Here, false), (Origin::Google, true)] {
                for (is_collective, keeps_place) in [(false, false), (true, false), (false, true)] {
                    let policy = Policy {
                        moves: ask,
                        deletions: ask,
                        restorations: ask,
                        keeps_place,
                        both,
                    };
                    all.push(Facts {
                        policy,
                        origin,
                        text_travels,
                        is_collective,
                        ..Facts::plain(now())
                    });
                }
            }
        }
    }
    all
}

/// Every world with every way it may have been seen before work begins.
fn worlds() -> Vec<World> {
    let mut all = Vec::new();
    for link in links() {
        for booking in wishes() {
            for event in events() {
                for ended_in_google in [false, true] {
                    if ended_in_google && booking.is_some() {
                        continue;
                    }
                    let world = World {
                        was_there: event.is_some() || link.ours.is_some(),
                        event: event.clone(),
                        moved: None,
                        is_searched: false,
                        comes_back: None,
                        booking: booking.clone(),
                        ended_in_google,
                        was_made: link.ours.is_some(),
                        link: link.clone(),
                        aside: Vec::new(),
                        version: 0,
                    };
                    all.extend(elsewhere(&world));
                    let mut looked = world.clone();
                    looked.link = learn(looked.link, world.look());
                    let mut told = world.clone();
                    told.link = learn(told.link, Seen::Deleted { confirmed: false });
                    let mut outdated = world.clone();
                    outdated.link.seen = Some(Seen::Outdated);
                    for side in [Side::Ours, Side::Theirs] {
                        let mut decided = looked.clone();
                        decided.link.decided = Some(side);
                        all.push(decided);
                    }
                    all.extend([world, looked, told, outdated]);
                }
            }
        }
    }
    all
}

/// `world` with its event moved to another calendar, before and after anybody was told of it, and with a
/// booking that comes back to a calendar it had left.
fn elsewhere(world: &World) -> Vec<World> {
    let mut all = Vec::new();
    if let Some(event) = world.event.clone() {
        for (is_told, is_searched) in [(false, false), (true, false), (true, true)] {
            let mut moved = World {
                event: None,
                moved: Some(event.clone()),
                is_searched,
                ..world.clone()
            };
            if is_told {
                moved.link = learn(moved.link, Seen::Deleted { confirmed: true });
            }
            all.push(moved);
        }
    }
    if world.booking.is_none() {
        let back = |world: World| World {
            comes_back: Some(fields(10)),
            ended_in_google: false,
            ..world
        };
        let returns: Vec<World> = all
            .iter()
            .cloned()
            .chain([world.clone()])
            .map(back)
            .collect();
        all.extend(returns);
    }
    all
}

#[test]
fn every_state_ends_and_a_second_run_is_empty() {
    for facts in all_facts() {
        for world in worlds() {
            let mut after = world.clone();
            let ended = after.run(&facts);
            let settled = after.clone();
            assert_eq!(after.run(&facts), ended, "{world:#?}");
            assert_eq!(after.link, settled.link, "{world:#?}");
            assert_eq!(after.event, settled.event);
            match ended {
                Ended::Settled => agree(&after, &world, &facts),
                Ended::Closed => {
                    assert_eq!(after.booking, None);
                    assert_eq!(after.comes_back, None, "{world:#?}");
                }
                Ended::Parked(_) => {}
            }
        }
    }
}

/// Both sides say the same, but for texts that are the event's own.
fn agree(after: &World, before: &World, facts: &Facts) {
    let booking = after.booking.as_ref().expect("settled without a booking");
    let event = after.event.as_ref();
    // What nobody has looked at may differ: a pull tells.
    let Some(event) = event.filter(|event| after.link.theirs.as_ref() == Some(event)) else {
        assert_eq!(before.link.seen, None, "{before:#?}");
        return;
    };
    assert_eq!(event.time, RemoteTime::Timed(booking.time), "{before:#?}");
    if !after.link.own.location {
        assert_eq!(event.text.location, booking.text.location, "{before:#?}");
    }
    if !after.link.own.title && facts.text_travels {
        assert_eq!(event.text.title, booking.text.title, "{before:#?}");
    }
}

/// Whoever changed something finds it in effect on both sides, set aside, or the link parked: unless the
/// other side ended it, which is stronger than any edit.
#[test]
fn no_edit_is_lost() {
    for facts in all_facts() {
        for world in worlds() {
            let (Some(wanted), Some(event)) = (&world.booking, &world.event) else {
                continue;
            };
            if !world.was_made || world.link.inflight.is_some() || event.declined {
                continue;
            }
            let mut after = world.clone();
            after.link = learn(after.link, world.look());
            let ended = after.run(&facts);
            if ended != Ended::Settled {
                continue;
            }
            let is_aside = |text: &str| format!("{:?}", after.aside).contains(text);
            let booking = after.booking.as_ref().unwrap();
            let event_after = after.event.as_ref().unwrap();
            // Of the time, a person has decided which counts.
            let is_decided = world.link.decided.is_some();
            if wanted.time == hour(12) && !is_decided {
                let is_there = booking.time == hour(12);
                assert!(is_there || !after.aside.is_empty(), "{world:#?}");
            }
            if wanted.text.location == "Room 3" {
                let is_there = booking.text.location == "Room 3";
                assert!(is_there || is_aside("Room 3"), "{world:#?}");
            }
            if event.time == RemoteTime::Timed(hour(15)) && !is_decided {
                let is_there = event_after.time == event.time && booking.time == hour(15);
                assert!(is_there || !after.aside.is_empty(), "{world:#?}");
            }
            if event.text.location == "Room 2" {
                let is_there = event_after.text.location == "Room 2";
                assert!(is_there || is_aside("Room 2"), "{world:#?}");
            }
            if event.text.title == "His" {
                assert_eq!(event_after.text.title, "His", "{world:#?}");
            }
        }
    }
}

/// The order in which two edits of different fields are seen does not matter.
#[test]
fn order_does_not_matter() {
    let facts = Facts::plain(now());
    let moved = |mut event: Remote| {
        event.time = RemoteTime::Timed(hour(15));
        event.etag.push('m');
        event
    };
    let placed = |mut event: Remote| {
        event.text.location = "Room 2".into();
        event.etag.push('p');
        event
    };
    let start = World {
        event: Some(remote(10, 1)),
        was_there: true,
        moved: None,
        is_searched: false,
        comes_back: None,
        booking: Some(fields(10)),
        ended_in_google: false,
        link: in_step(10),
        was_made: true,
        aside: Vec::new(),
        version: 0,
    };
    let run = |edits: &[&dyn Fn(Remote) -> Remote], looks: &[bool]| {
        let mut world = start.clone();
        for (edit, looks) in edits.iter().zip(looks) {
            world.event = world.event.take().map(edit);
            if *looks {
                let seen = world.look();
                world.link = learn(std::mem::take(&mut world.link), seen);
                world.run(&facts);
            }
        }
        world.booking.unwrap()
    };
    let expected = EventFields {
        time: hour(15),
        ..with_place(fields(10), "Room 2")
    };
    for looks in [[true, true], [false, true]] {
        assert_eq!(run(&[&moved, &placed], &looks), expected);
        assert_eq!(run(&[&placed, &moved], &looks), expected);
    }
}
