//! `GET` and `POST /_fake/quotas`: what has been used, and who is over a limit. The limits
//! themselves are rules.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Answer, Refusal};
use crate::quota::until;
use crate::world::World;

/// First `reset`, then `exceeded`; either may be left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    #[serde(default)]
    reset: bool,
    exceeded: Option<Exceeded>,
}

/// The account cannot write for so long; 0 ends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceeded {
    account: String,
    seconds: u32,
}

pub(super) fn run(world: &mut World, now: Timestamp, command: &Command) -> Answer {
    if !command.reset && command.exceeded.is_none() {
        let fields = "reset (true), exceeded (account and seconds)";
        return Err(Refusal::bad(format!("say at least one of {fields}")));
    }
    if command.reset {
        world.reset_quotas();
    }
    if let Some(exceeded) = &command.exceeded {
        world.exceed_quota(&exceeded.account, until(now, exceeded.seconds))?;
    }
    Ok(world.quotas.shown(now))
}
