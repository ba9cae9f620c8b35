//! `POST /_fake/accounts`, `clients`, `projects`, `service-accounts`, `grants`, `rules`: what a test
//! in another language sets up, where one in Rust calls [`World`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refusal};
use crate::http::Request;
use crate::oauth::metadata::origin;
use crate::oauth::project::{ClientStanding, PROJECT_DEFAULT};
use crate::settings::patched;
use crate::world::{SetupError, Standing, World};

impl From<SetupError> for Refusal {
    fn from(error: SetupError) -> Self {
        Self::bad(error.to_string())
    }
}

/// Adds the account, or changes what is said about the one of that e-mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountCommand {
    email: String,
    name: Option<String>,
    /// Of a new account; UTC if not said.
    time_zone: Option<String>,
    hosted_domain: Option<String>,
    standing: Option<Standing>,
    is_calendar_user: Option<bool>,
    is_administrator: Option<bool>,
}

pub(super) fn account(world: &mut World, command: AccountCommand) -> Answer {
    let email = command.email.as_str();
    if world.account_mut(email).is_none() {
        let zone = command.time_zone.as_deref().unwrap_or("UTC");
        world.add_account(email, email, zone)?;
    } else if command.time_zone.is_some() {
        let why = "time_zone is for a new account; change its calendar's zone instead";
        return Err(Refusal::bad(why));
    }
    let account = world
        .account_mut(email)
        .ok_or_else(|| Refusal::bad("email is the e-mail of an account"))?;
    let (standing, has_calendar) = (command.standing, command.is_calendar_user);
    account.name = command.name.unwrap_or_else(|| account.name.clone());
    account.hosted_domain = command.hosted_domain.or(account.hosted_domain.take());
    account.standing = standing.unwrap_or(account.standing);
    account.is_calendar_user = has_calendar.unwrap_or(account.is_calendar_user);
    let is_administrator = command.is_administrator;
    account.is_administrator = is_administrator.unwrap_or(account.is_administrator);
    Ok(json!(account))
}

/// Adds the client, or changes what is said about the one of that id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientCommand {
    id: String,
    secret: Option<String>,
    redirect_uris: Option<Vec<String>>,
    project: Option<String>,
    standing: Option<ClientStanding>,
}

pub(super) fn client(world: &mut World, command: ClientCommand) -> Answer {
    let known = world.oauth.clients.get(&command.id).cloned();
    let secret = command.secret.or(known.as_ref().map(|c| c.secret.clone()));
    let secret = secret.ok_or_else(|| Refusal::bad("a new client needs a secret"))?;
    let uris = command.redirect_uris;
    let uris = uris.or(known.as_ref().map(|c| c.redirect_uris.clone()));
    let uris = uris.ok_or_else(|| Refusal::bad("a new client needs redirect_uris"))?;
    let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
    let project = command
        .project
        .or(known.as_ref().map(|c| c.project.clone()));
    let project = project.unwrap_or_else(|| PROJECT_DEFAULT.to_owned());
    let standing = command.standing.or(known.map(|c| c.standing));
    world.add_client_to(&project, &command.id, &secret, &uris);
    world.set_client_standing(&command.id, standing.unwrap_or_default())?;
    Ok(json!({
        "id": command.id,
        "redirect_uris": uris,
        "project": project,
        "standing": standing.unwrap_or_default(),
    }))
}

/// `id`, and any settings of a project to change.
pub(super) fn project(world: &mut World, mut command: Value) -> Answer {
    let id = command.as_object_mut().and_then(|body| body.remove("id"));
    let Some(Value::String(id)) = id else {
        return Err(Refusal::bad("id is the id of a project"));
    };
    let known = world.project(&id).cloned().unwrap_or_default();
    let project = patched(&known, &command).map_err(Refusal::bad)?;
    let shown = json!(project);
    world.set_project(&id, project);
    Ok(json!({ "id": id, "settings": shown }))
}

/// Adds the service account if there is none of that e-mail, and what it may do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceAccountCommand {
    email: String,
    project: Option<String>,
    /// Scopes by Workspace domain.
    #[serde(default)]
    delegations: BTreeMap<String, Vec<String>>,
}

/// Answers with its key file.
pub(super) fn service_account(
    world: &mut World,
    request: &Request,
    command: &ServiceAccountCommand,
) -> Answer {
    let email = command.email.as_str();
    let project = command.project.as_deref().unwrap_or(PROJECT_DEFAULT);
    if !world.oauth.service_accounts.contains_key(email) {
        world.add_service_account(project, email)?;
    }
    for (domain, scopes) in &command.delegations {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        world.delegate(email, domain, &scopes)?;
    }
    let origin = origin(world, request);
    world
        .service_account_key(email, &origin)
        .ok_or_else(|| Refusal::bad("email is the e-mail of a service account"))
}

/// Tokens without the consent page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantCommand {
    account: String,
    client: String,
    scopes: Vec<String>,
}

pub(super) fn grant(world: &mut World, now: Timestamp, command: &GrantCommand) -> Answer {
    let scopes: Vec<&str> = command.scopes.iter().map(String::as_str).collect();
    let tokens = world.grant(now, &command.account, &command.client, &scopes)?;
    Ok(json!({
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
    }))
}

pub(super) fn rules(world: &mut World, patch: &Value) -> Answer {
    world.rules = world.rules.patched(patch).map_err(Refusal::bad)?;
    Ok(json!(world.rules))
}
