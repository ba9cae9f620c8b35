//! `POST /_fake/calendars`, `/_fake/share` and `/_fake/settings`: what owners do by hand.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Refusal};
use crate::calendar::access::Role;
use crate::profile::default_setting;
use crate::world::{SetupError, World};

/// A calendar to make; without an owner a public one that nobody may write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Creation {
    id: String,
    summary: String,
    time_zone: String,
    owner: Option<String>,
}

/// A role to give, or with `null` to take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sharing {
    calendar: String,
    /// `default` is everybody.
    account: String,
    role: Option<Role>,
    /// Whether the calendar is put on the account's list too.
    #[serde(default)]
    listed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    account: String,
    setting: String,
    value: String,
}

pub(super) fn create(world: &mut World, command: &Creation) -> Answer {
    let Creation {
        id,
        summary,
        time_zone,
        owner,
    } = command;
    match owner {
        Some(owner) => world.add_calendar(owner, id, summary, time_zone)?,
        None => world.add_public_calendar(id, summary, time_zone)?,
    }
    Ok(Value::Null)
}

pub(super) fn share(world: &mut World, now: Timestamp, command: &Sharing) -> Answer {
    let email = Some(command.account.as_str()).filter(|name| *name != "default");
    if command.listed && command.role.is_none() {
        return Err(Refusal::bad("listed needs a role"));
    }
    world.share_calendar(now, &command.calendar, email, command.role)?;
    if let Some(email) = email.filter(|_| command.listed) {
        world.list_calendar(now, email, &command.calendar)?;
    }
    Ok(Value::Null)
}

pub(super) fn choose(world: &mut World, now: Timestamp, command: &Choice) -> Answer {
    let Choice {
        account,
        setting,
        value,
    } = command;
    if default_setting(setting).is_none() {
        return Err(Refusal::bad(format!("there is no setting {setting}")));
    }
    let profile = world.profiles.get_mut(account);
    let profile = profile.ok_or_else(|| SetupError::NoAccount(account.clone()))?;
    profile.set(now, setting, value);
    Ok(Value::Null)
}
