//! The mirror's expansion against the fake Google's own: random series with random exceptions, put
//! into the fake, read back as a pull would read them, and expanded here.
//!
//! The fake answers `singleEvents=true` by an expander that shares nothing with ours. What both say
//! is written as a line for a third opinion, python-dateutil (`tests/recurrence/check.py` at the top
//! of the checkout). A case is a number: the same one is the same series.
//!
//! To let a new form be doubted: draw it in [`draw`].

pub mod draw;
pub mod fake;
pub mod observed;

use std::collections::{BTreeMap, BTreeSet};

use domain::mirror::{AskGoogle, BusyRules, Calendar, Expansion, ForeignEvent, expand};
use domain::{Interval, Zone};
use serde_json::{Value, json};

use crate::actors::Actor;
use crate::chance::Stream;
use draw::Drawn;
use fake::Fake;

/// What came of one case.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Ours and the fake's are the same; what python-dateutil needs to have its say.
    Same(Value),
    /// We would ask Google, for a reason that the case gives.
    Asked(AskGoogle),
    /// They differ; in words.
    Different(String),
}

/// Runs case number `n` of `seed`.
///
/// # Panics
/// When the fake refuses what it must not.
pub fn run(seed: u64, n: u64) -> Verdict {
    let mut stream = Stream::new(seed, Actor::Host, &format!("mirror {n}"));
    let drawn = draw::draw(&mut stream);
    let mut fake = Fake::new(n, &drawn.calendar_zone);
    let Some(id) = fake.insert(&drawn.body()) else {
        return refused(&drawn);
    };
    edit(&mut stream, &mut fake, &drawn, &id);
    let (master, exceptions) = pulled(&fake, &id);
    match expansion(&drawn, &master, &exceptions) {
        Err(why) if drawn.may_be_asked(why) => Verdict::Asked(why),
        Err(why) => Verdict::Different(format!("{}: asks Google: {why}", drawn.name())),
        Ok(ours) => compared(&drawn, &fake, &exceptions, &ours),
    }
}

/// What Google would not take either, we must not make sense of; the fake's reasons are ours.
fn refused(drawn: &Drawn) -> Verdict {
    let mut body = drawn.body();
    body["id"] = "refused".into();
    let master = observed::event(&body, &drawn.calendar_zone);
    match expansion(drawn, &master, &[]) {
        Err(why) => Verdict::Asked(why),
        Ok(_) => Verdict::Different(format!("{}: refused by the fake", drawn.name())),
    }
}

/// Moves, deletes, frees and lengthens a few instances.
fn edit(stream: &mut Stream, fake: &mut Fake, drawn: &Drawn, id: &str) {
    let mut instances = fake.instances(id, drawn.window);
    for _ in 0..stream.below(4) {
        let at = usize::try_from(stream.below(instances.len() as u64)).unwrap_or(0);
        if instances.is_empty() {
            return;
        }
        let instance = instances.remove(at);
        let instance_id = instance["id"].as_str().unwrap_or_default();
        match stream.below(3) {
            0 => fake.delete(instance_id),
            1 => fake.patch(instance_id, &json!({ "transparency": "transparent" })),
            _ => fake.patch(instance_id, &draw::moved(stream, &instance)),
        }
    }
}

/// The master and its exceptions, as a pull observes them.
fn pulled(fake: &Fake, id: &str) -> (ForeignEvent, Vec<ForeignEvent>) {
    let events = fake.events();
    let events = events
        .iter()
        .map(|event| observed::event(event, fake.zone()));
    let (masters, exceptions): (Vec<_>, Vec<_>) = events.partition(|event| event.id == id);
    let master = masters.into_iter().next().unwrap_or_default();
    (master, exceptions)
}

fn expansion(
    drawn: &Drawn,
    master: &ForeignEvent,
    exceptions: &[ForeignEvent],
) -> Result<Expansion, AskGoogle> {
    let copies = BTreeMap::new();
    let calendar = Calendar {
        zone: &drawn.calendar_zone,
        rules: BusyRules::default(),
        copies: &copies,
    };
    expand(master, exceptions, drawn.window, &calendar)
}

fn compared(drawn: &Drawn, fake: &Fake, exceptions: &[ForeignEvent], ours: &Expansion) -> Verdict {
    // Where ours is whole; the fake's window ends there too.
    let window = Interval {
        start: drawn.window.start,
        end: drawn.window.end.min(ours.until),
    };
    let rows = ours.busy.iter().map(|row| row.time);
    let mut rows: Vec<Interval> = rows.filter(|time| time.overlaps(&window)).collect();
    rows.sort_unstable();
    let theirs = fake.busy(window);
    if rows != theirs {
        return Verdict::Different(difference(drawn, &rows, &theirs));
    }
    Verdict::Same(drawn.for_python(window, exceptions, &Interval::merge(rows)))
}

fn difference(drawn: &Drawn, ours: &[Interval], theirs: &[Interval]) -> String {
    let only = |some: &[Interval], others: &[Interval]| {
        let others: BTreeSet<&Interval> = others.iter().collect();
        let mut only: Vec<String> = some
            .iter()
            .filter(|time| !others.contains(time))
            .map(|time| format!("{time:?}"))
            .collect();
        only.truncate(5);
        only.join(" ")
    };
    format!(
        "{}: {} ours, {} theirs; only ours: {}; only theirs: {}",
        drawn.name(),
        ours.len(),
        theirs.len(),
        only(ours, theirs),
        only(theirs, ours),
    )
}

/// A zone the cases use.
fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("zones of the cases are in the data")
}
