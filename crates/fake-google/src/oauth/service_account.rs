//! Service accounts and the grant by which they get tokens: an assertion signed with their own key
//! (§3.8, RFC 7523).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::http::{Fields, Request};
use crate::oauth::error::TokenError;
use crate::oauth::jwt::Unverified;
use crate::oauth::keys;
use crate::oauth::metadata::origin;
use crate::oauth::scope;
use crate::oauth::state::Grant;
use crate::world::{SetupError, Standing, World};

/// `grant_type` of the assertion.
pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Where Google's token endpoint is and was; each is taken as `aud`.
const AUDIENCES: [&str; 3] = [
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
];
/// How far the caller's clock may be off (§20.3).
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Longest life of an assertion.
const ASSERTION_TTL_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What an account has that is no person's.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccount {
    pub(crate) project: String,
    /// The numeric id that administrators enter for delegation; also its `sub`.
    pub(crate) client_id: String,
    pub(crate) key_id: String,
    /// Scopes by Workspace domain that let it act for the domain's users.
    pub(crate) delegations: BTreeMap<String, BTreeSet<String>>,
}

/// Checks the assertion in `form` and gives what it grants.
pub(crate) fn assert_grant(
    world: &World,
    now: Timestamp,
    request: &Request,
    form: &Fields,
) -> Result<Grant, TokenError> {
    let assertion = form.get("assertion");
    let assertion = assertion.ok_or_else(|| TokenError::missing("assertion"))?;
    let jwt = Unverified::read(assertion)
        .ok_or_else(|| TokenError::invalid_grant("Invalid JWT: it cannot be read."))?;
    let (email, service) = issuer(world, &jwt)?;
    check_audience(world, request, &jwt)?;
    check_times(now, &jwt)?;
    let scopes = scopes(&jwt)?;
    let account = subject(world, &jwt, email, service, &scopes)?;
    Ok(Grant {
        client: service.client_id.clone(),
        project: service.project.clone(),
        account,
        scopes,
        service_account: Some(email.to_owned()),
    })
}

fn issuer<'w>(
    world: &'w World,
    jwt: &Unverified<'_>,
) -> Result<(&'w str, &'w ServiceAccount), TokenError> {
    let known = jwt
        .text("iss")
        .and_then(|email| world.oauth.service_accounts.get_key_value(email));
    let Some((email, service)) = known else {
        return Err(TokenError::invalid_grant(
            "Invalid grant: account not found",
        ));
    };
    let is_disabled = world
        .accounts
        .get(email)
        .is_none_or(|account| account.standing == Standing::Disabled);
    if is_disabled {
        return Err(TokenError::disabled_client());
    }
    let key_id = jwt.header["kid"].as_str();
    let is_its_key = key_id.is_none_or(|id| id == service.key_id);
    if is_its_key && jwt.is_signed_by(keys::service_account()) {
        Ok((email, service))
    } else {
        Err(TokenError::invalid_grant("Invalid JWT Signature."))
    }
}

fn check_audience(
    world: &World,
    request: &Request,
    jwt: &Unverified<'_>,
) -> Result<(), TokenError> {
    let audience = jwt.text("aud").unwrap_or_default();
    let is_here = audience == format!("{}/token", origin(world, request))
        || audience == format!("{}/token", world.rules.link_origin);
    if is_here || AUDIENCES.contains(&audience) {
        Ok(())
    } else {
        Err(TokenError::invalid_grant(
            "Invalid JWT: Failed audience check.",
        ))
    }
}

fn check_times(now: Timestamp, jwt: &Unverified<'_>) -> Result<(), TokenError> {
    let now = now.as_second();
    let skew = SKEW_MAX.as_secs();
    let is_reasonable = match (jwt.second("iat"), jwt.second("exp")) {
        (Some(issued), Some(ends)) => {
            let life = ends.saturating_sub(issued);
            (0..=ASSERTION_TTL_MAX.as_secs()).contains(&life)
                && issued <= now.saturating_add(skew)
                && ends >= now.saturating_sub(skew)
        }
        _ => false,
    };
    if is_reasonable {
        Ok(())
    } else {
        Err(TokenError::invalid_grant(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
             timeframe. Check your iat and exp values in the JWT claim.",
        ))
    }
}

fn scopes(jwt: &Unverified<'_>) -> Result<BTreeSet<String>, TokenError> {
    let scopes = scope::read_scopes(jwt.text("scope").unwrap_or_default());
    match scopes {
        Ok(scopes) if scopes.is_empty() => Err(TokenError::new(
            "invalid_scope",
            "Empty or missing scope not allowed.",
        )),
        Ok(scopes) => Ok(scopes),
        Err(_) => Err(TokenError::new(
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.",
        )),
    }
}

/// Whom the token is for: the service account, or the user it acts for. Delegation is all or
/// nothing: one scope too many and there is no token.
fn subject(
    world: &World,
    jwt: &Unverified<'_>,
    email: &str,
    service: &ServiceAccount,
    scopes: &BTreeSet<String>,
) -> Result<String, TokenError> {
    let Some(user) = jwt.text("sub").filter(|user| *user != email) else {
        return Ok(email.to_owned());
    };
    let account = world.accounts.get(user);
    let account = account.filter(|account| account.standing != Standing::Disabled);
    let Some(account) = account else {
        return Err(TokenError::invalid_grant("Invalid email or User ID"));
    };
    let delegated = account
        .hosted_domain
        .as_ref()
        .and_then(|domain| service.delegations.get(domain));
    if delegated.is_some_and(|delegated| scopes.is_subset(delegated)) {
        Ok(account.email.clone())
    } else {
        Err(TokenError::new(
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not \
             authorized for any of the scopes requested.",
        ))
    }
}

impl World {
    /// Adds a service account to a project, which is made if there is none of that id. It is an
    /// account too: calendars can be shared with it, and it has one of its own.
    ///
    /// # Errors
    /// [`SetupError::Exists`].
    pub fn add_service_account(&mut self, project: &str, email: &str) -> Result<(), SetupError> {
        let client_id = self.add_account(email, email, "UTC")?;
        self.oauth.projects.entry(project.to_owned()).or_default();
        let service = ServiceAccount {
            project: project.to_owned(),
            client_id,
            key_id: self.chance.key_id(),
            delegations: BTreeMap::new(),
        };
        self.oauth
            .service_accounts
            .insert(email.to_owned(), service);
        Ok(())
    }

    /// Lets a service account act for every user of a Workspace domain within `scopes` (short
    /// names or URLs; unknown ones are left out), as a super administrator does.
    ///
    /// # Errors
    /// [`SetupError::NoAccount`] when it is no service account.
    pub fn delegate(
        &mut self,
        email: &str,
        domain: &str,
        scopes: &[&str],
    ) -> Result<(), SetupError> {
        let service = self.oauth.service_accounts.get_mut(email);
        let service = service.ok_or_else(|| SetupError::NoAccount(email.to_owned()))?;
        let scopes = scopes.iter().filter_map(|name| scope::canonical(name));
        let scopes = scopes.map(str::to_owned).collect();
        service.delegations.insert(domain.to_owned(), scopes);
        Ok(())
    }

    /// The key file of a service account as Google's console hands it out, with its token endpoint
    /// at `origin`. `None` when there is no such service account.
    #[must_use]
    pub fn service_account_key(&self, email: &str, origin: &str) -> Option<Value> {
        let service = self.oauth.service_accounts.get(email)?;
        Some(json!({
            "type": "service_account",
            "project_id": service.project,
            "private_key_id": service.key_id,
            "private_key": keys::SERVICE_ACCOUNT_PEM,
            "client_email": email,
            "client_id": service.client_id,
            "auth_uri": format!("{origin}/o/oauth2/v2/auth"),
            "token_uri": format!("{origin}/token"),
            "universe_domain": "googleapis.com",
        }))
    }
}
