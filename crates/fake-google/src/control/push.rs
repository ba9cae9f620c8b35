//! Push: who watches what, how messages went, and how they are to go from now on.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::push::rules::PushRules;
use crate::world::World;

pub(super) fn channels(world: &World, now: Timestamp) -> Value {
    let live = world.push.channels().filter(|channel| channel.is_live(now));
    let channels: Vec<Value> = live
        .map(|channel| {
            let mut shown = channel.resource();
            shown["address"] = channel.address.as_str().into();
            shown["account"] = channel.account.as_str().into();
            shown["lastNumber"] = channel.number.into();
            shown["isStopped"] = channel.silent_from.is_some().into();
            shown
        })
        .collect();
    json!({
        "channels": channels,
        "waiting": world.push.waiting(),
        "next": world.next_delivery(),
        "reports": world.delivery_reports().collect::<Vec<_>>(),
        "rules": world.rules.push,
    })
}

/// Replaces the settings; what is left out takes its default.
pub(super) fn set(world: &mut World, rules: PushRules) -> Answer {
    if let Some(trouble) = rules.trouble() {
        return Err(Refusal::bad(trouble));
    }
    world.rules.push = rules;
    Ok(json!({ "rules": world.rules.push }))
}
