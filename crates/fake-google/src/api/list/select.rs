//! Which lines a listing has: all that fit, or what changed between two states.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Line;
use super::filter::Filter;
use super::lines::lines_of;
use crate::calendar::Event;
use crate::calendar::history::Snapshot;
use crate::calendar::series::Span;
use crate::world::Leavers;

/// The part of the calendar that an increment tells about.
pub(super) struct Window<'a> {
    pub(super) filter: &'a Filter<'a>,
    pub(super) leavers: Leavers,
    /// Which instances are wanted, with `singleEvents`.
    pub(super) single: Option<Span<'a>>,
}

/// Every line of one state that fits.
pub(super) fn full<'a>(
    shown: &Snapshot<'a, Event>,
    filter: &Filter<'_>,
    single: Option<Span<'_>>,
    is_there: impl Fn(&Event) -> bool,
) -> Vec<Line<'a>> {
    shown
        .values()
        .filter(|event| is_there(event))
        .flat_map(|event| lines_of(shown, event, single.as_ref()))
        .filter(|line| filter.keeps(line))
        .map(Line::Whole)
        .collect()
}

/// What somebody holds under an exception's id from before it was one: the instance that its
/// series had there.
fn computed<'a>(
    held: &Snapshot<'a, Event>,
    exception: &Event,
    window: &Window<'_>,
) -> Option<Cow<'a, Event>> {
    let span = window.single.as_ref()?;
    let occurrence = exception.occurrence.as_ref()?;
    let series = held.get(&occurrence.series)?;
    let instance = series.instance_at(&occurrence.original_start, span.zone);
    instance.map(Cow::Owned)
}

/// What somebody who holds one state must be told to hold the other: each line that fits now, and
/// the going of each that fitted then and does no longer.
///
/// Deletions are told however old they are: the token that asks is what limits their age.
pub(super) fn increment<'a>(
    shown: &Snapshot<'a, Event>,
    held: &Snapshot<'a, Event>,
    changed: impl Iterator<Item = &'a str>,
    window: &Window<'_>,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for id in changed {
        let Some(event) = shown.get(id) else { continue };
        let of = |state, event| lines_of(state, event, window.single.as_ref());
        let before = match held.get(id).filter(|event| !event.is_dropped()) {
            Some(event) => of(held, event),
            None => computed(held, event, window).into_iter().collect(),
        };
        let after = of(shown, event);
        let was_held = |line: &Event| !line.is_deleted() && window.filter.fits(line);
        let mut leaving: BTreeSet<&str> = before
            .iter()
            .filter(|line| was_held(line))
            .map(|line| line.id.as_str())
            .collect();
        for line in after {
            let fits = window.filter.fits(&line);
            let has_left = leaving.remove(line.id.as_str()) && !fits;
            let is_shown = window.leavers == Leavers::Shown && !line.is_deleted();
            match (fits, has_left) {
                (true, _) => lines.push(Line::Whole(line)),
                (false, true) if is_shown => lines.push(Line::Whole(line)),
                (false, true) => lines.push(Line::Gone(line)),
                (false, false) => {}
            }
        }
        let no_more = |line: &&Cow<'a, Event>| leaving.contains(line.id.as_str());
        lines.extend(before.iter().filter(no_more).cloned().map(Line::Gone));
    }
    lines
}
