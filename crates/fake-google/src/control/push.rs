//! `GET /_fake/channels`: who watches what, and how messages went. How they are to go is a rule.

use jiff::Timestamp;
use serde_json::{Value, json};

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
    })
}
