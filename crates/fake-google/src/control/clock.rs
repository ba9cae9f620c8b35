//! `POST /_fake/clock` and `/_fake/seed`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Refusal};
use crate::clock::ClockMode;
use crate::world::World;

/// First `mode`, then `set`, then `advance_seconds`; each may be left out, not all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    mode: Option<ClockMode>,
    set: Option<Timestamp>,
    advance_seconds: Option<i64>,
}

pub(super) fn run(world: &mut World, now: Timestamp, command: Command) -> Answer {
    let by = SignedDuration::from_secs(command.advance_seconds.unwrap_or_default());
    let target = command.set.unwrap_or(now).checked_add(by);
    // Beyond the calendar's end nothing here could be shown any more.
    let target = target.map_err(|_| Refusal::bad("advance_seconds is out of range"))?;
    let is_empty = command.mode.is_none() && command.set.is_none();
    if is_empty && command.advance_seconds.is_none() {
        let fields = "mode (running or frozen), set (RFC 3339), advance_seconds";
        return Err(Refusal::bad(format!("say at least one of {fields}")));
    }
    match command.mode {
        Some(ClockMode::Frozen) => world.freeze_clock(now),
        Some(ClockMode::Running) => world.run_clock(),
        None => {}
    }
    world.set_clock(now, target);
    Ok(json!({
        "now": target,
        "mode": world.clock_mode(),
        "clockOffsetSeconds": world.clock_offset().as_secs(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    seed: u64,
}

pub(super) fn reseed(world: &mut World, command: &Seed) -> Answer {
    world.reseed(command.seed);
    Ok(json!({ "seed": world.seed() }))
}
