//! `POST /_fake/faults`: replaces the planned faults.

use serde_json::json;

use super::{Answer, Refusal};
use crate::fault::plan::is_method;
use crate::fault::{Fault, FaultKind};
use crate::route::methods;
use crate::world::World;

/// Longest delay, in milliseconds. Longer than any client waits.
const DELAY_MS_MAX: u32 = 10 * 60 * 1000;

pub(super) fn run(world: &mut World, faults: Vec<Fault>) -> Answer {
    for (at, fault) in faults.iter().enumerate() {
        check(world, fault).map_err(|why| Refusal::bad(format!("fault {at}: {why}")))?;
    }
    world.clear_faults();
    faults.into_iter().for_each(|fault| world.add_fault(fault));
    Ok(json!({ "faults": world.faults() }))
}

fn check(world: &World, fault: &Fault) -> Result<(), String> {
    let method = &fault.method;
    let hit: Vec<&str> = methods().filter(|known| is_method(method, known)).collect();
    if hit.is_empty() {
        return Err(format!(
            "no method is called {method}; it is an id as in the request log, one ending in .*, or *"
        ));
    }
    match fault.kind {
        FaultKind::Status(status) | FaultKind::Html(status) if !(400..600).contains(&status) => {
            return Err("a fault's status is 400 to 599".to_owned());
        }
        FaultKind::Error(name) if !hit.iter().any(|method| name.is_known_to(method)) => {
            return Err(format!("{method} never answers {}", name.as_str()));
        }
        FaultKind::Delay if fault.delay_ms == 0 => {
            return Err("say a kind, or a delay_ms above 0".to_owned());
        }
        _ => {}
    }
    if !(0.0..=1.0).contains(&fault.probability) {
        return Err("probability is 0 to 1".to_owned());
    }
    if fault.delay_ms > DELAY_MS_MAX {
        return Err(format!("delay_ms is at most {DELAY_MS_MAX}"));
    }
    match &fault.account {
        Some(email) if !world.accounts.contains_key(email) => {
            Err(format!("there is no account {email}"))
        }
        _ => Ok(()),
    }
}
