//! `settings.list` and `settings.get`. A setting at Google's default is not on the list, but can be
//! got (§7). Nothing writes settings over the API; a test does with `POST /_fake/settings`.

use serde_json::{Value, json};

use crate::api::entries::Entries;
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::error::ApiError;
use crate::profile::Setting;
use crate::world::World;

pub(super) fn list(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let profile = world.profiles.get(&call.account);
    let profile = profile.ok_or_else(ApiError::not_found)?;
    let entries = Entries {
        feed: Feed {
            kind: "settings",
            account: &call.account,
            calendar: "",
            epoch: world.sync_epoch,
            remembered: &[],
        },
        kind: "calendar#settings",
        history: &profile.settings,
        refused_beside_token: &[],
    };
    let in_order_of_change = |setting: &Setting| Some([setting.version, 0, 0]);
    entries.page(
        world,
        call,
        in_order_of_change,
        |setting| setting.version,
        |setting| resource(&setting.id, &setting.value, setting.version),
    )
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Answer, ApiError> {
    let id = call.path.first().map(String::as_str).unwrap_or_default();
    let profile = world.profiles.get(&call.account);
    let profile = profile.ok_or_else(ApiError::not_found)?;
    let value = profile.setting(id).ok_or_else(ApiError::not_found)?;
    let version = profile
        .settings
        .get(id)
        .map_or(0, |setting| setting.version);
    Ok(Answer::Resource {
        body: resource(id, value, version),
        etag: etag(version),
    })
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

fn resource(id: &str, value: &str, version: i64) -> Value {
    json!({ "kind": "calendar#setting", "etag": etag(version), "id": id, "value": value })
}
