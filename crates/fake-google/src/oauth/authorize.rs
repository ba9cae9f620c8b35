//! `/o/oauth2/v2/auth`: who may ask, what the account's owner decides, and the way back.
//!
//! GET shows the page (or goes straight back when nothing needs deciding); the page posts to the
//! same address and query, so that the question is checked again and nothing is kept in between.
//!
//! The form has `account` (e-mail), `scope` (repeated: the boxes ticked, as URLs) and `decision`
//! (`allow` or `deny`); a test may post it without looking at the page.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::http::{Fields, Request, Response, encode_query};
use crate::log::Trace;
use crate::oauth::consent_page;
use crate::oauth::error::TokenError;
use crate::oauth::project::ClientStanding;
use crate::oauth::scope::{self, is_sign_in};
use crate::oauth::state::{CODE_TTL, Challenge, Code};
use crate::text::Language;
use crate::world::{Account, Standing, World};

/// A checked authorization request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) login_hint: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<Challenge>,
    is_offline: bool,
    includes_granted: bool,
    prompt: Prompt,
    is_trusted: bool,
}

/// What `prompt` demands.
#[derive(Clone, Copy, Debug, Default)]
struct Prompt {
    is_none: bool,
    is_consent: bool,
    is_select_account: bool,
}

/// What Google shows its user instead of redirecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskError {
    pub(crate) status: u16,
    pub(crate) error: &'static str,
    pub(crate) detail: String,
}

impl AskError {
    fn new(status: u16, error: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            error,
            detail: detail.into(),
        }
    }

    /// The same error on a page.
    fn of(error: &TokenError) -> Self {
        Self::new(error.status(), error.error(), error.description())
    }

    fn invalid_request(detail: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", detail)
    }
}

impl Ask {
    /// Scopes the owner decides on one by one.
    pub(crate) fn optional_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .map(String::as_str)
            .filter(|scope| !is_sign_in(scope))
    }

    /// Whether boxes are shown: not for a single scope alone, nor for sign-in only (granular
    /// permissions guide), nor for an app that an administrator trusts (§3.3).
    pub(crate) fn is_granular(&self) -> bool {
        !self.is_trusted && self.scopes.len() > 1 && self.optional_scopes().next().is_some()
    }
}

/// The authorization page, or the redirect when there is nothing to decide.
pub(crate) fn show(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    trace: &mut Trace,
) -> Response {
    let language = Language::of(request);
    let ask = match read(world, &request.query()) {
        Ok(ask) => ask,
        Err(error) => return consent_page::error(language, &error),
    };
    let account = likely_account(world, &ask);
    if let Some(error) = account
        .as_deref()
        .and_then(|email| barred(world, &ask, email))
    {
        return consent_page::error(language, &error);
    }
    let known =
        account.filter(|account| world.oauth.has_consented(&ask.client, account, &ask.scopes));
    match known {
        Some(account) if !ask.prompt.is_consent && !ask.prompt.is_select_account => {
            trace.account = Some(account.clone());
            let granted = ask.scopes.clone();
            back_with_code(world, now, &ask, account, granted)
        }
        _ if ask.prompt.is_none => back_with_error(&ask, "interaction_required"),
        _ => consent_page::question(world, language, request, &ask),
    }
}

/// The owner's decision.
pub(crate) fn decide(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    trace: &mut Trace,
) -> Response {
    let language = Language::of(request);
    let ask = match read(world, &request.query()) {
        Ok(ask) => ask,
        Err(error) => return consent_page::error(language, &error),
    };
    if request.is_cross_site() {
        let error = AskError::new(403, "access_denied", "cross-site request");
        return consent_page::error(language, &error);
    }
    let form = request.form();
    if form.get("decision") != Some("allow") {
        return back_with_error(&ask, "access_denied");
    }
    let account = form
        .get("account")
        .and_then(|email| world.accounts.get(email))
        .filter(|account| is_person(world, account));
    let Some(account) = account.map(|account| account.email.clone()) else {
        return consent_page::question(world, language, request, &ask);
    };
    trace.account = Some(account.clone());
    if let Some(error) = barred(world, &ask, &account) {
        return consent_page::error(language, &error);
    }
    let granted = granted(&ask, &form);
    if granted.is_empty() {
        return back_with_error(&ask, "access_denied");
    }
    back_with_code(world, now, &ask, account, granted)
}

/// The page for an error that a test asked for.
pub(crate) fn refused(request: &Request, error: &TokenError) -> Response {
    consent_page::error(Language::of(request), &AskError::of(error))
}

/// Why this account cannot grant anything to this client, as Google tells its user.
fn barred(world: &World, ask: &Ask, email: &str) -> Option<AskError> {
    let account = world.accounts.get(email)?;
    if account.standing == Standing::BlockedByAdmin {
        let detail = "The administrator of this account does not allow this app.";
        return Some(AskError::new(400, "admin_policy_enforced", detail));
    }
    let (_, project) = world.oauth.project_of(&ask.client)?;
    let error = project.refuses(account)?;
    Some(AskError::new(
        403,
        error,
        format!("{email} may not use this app."),
    ))
}

/// Whether the account can sign in at all.
pub(crate) fn is_person(world: &World, account: &Account) -> bool {
    account.standing != Standing::Disabled
        && !world.oauth.service_accounts.contains_key(&account.email)
}

fn granted(ask: &Ask, form: &Fields) -> BTreeSet<String> {
    let ticked: BTreeSet<&str> = form.all("scope").collect();
    let is_granted =
        |scope: &String| !ask.is_granular() || is_sign_in(scope) || ticked.contains(scope.as_str());
    ask.scopes
        .iter()
        .filter(|scope| is_granted(scope))
        .cloned()
        .collect()
}

/// The account meant without asking: the hinted one, or the only one.
fn likely_account(world: &World, ask: &Ask) -> Option<String> {
    let people = world.accounts.values();
    let mut people = people.filter(|account| is_person(world, account));
    match &ask.login_hint {
        Some(hint) => people.find(|account| account.email == *hint || account.sub == *hint),
        None => people.next().filter(|_| people.next().is_none()),
    }
    .map(|account| account.email.clone())
}

fn back_with_code(
    world: &mut World,
    now: Timestamp,
    ask: &Ask,
    account: String,
    granted: BTreeSet<String>,
) -> Response {
    let is_first_consent = !world
        .oauth
        .has_consented(&ask.client, &account, &ask.scopes);
    let consents = world.oauth.consent(&ask.client, &account, &granted);
    let scopes = if ask.includes_granted {
        consents
    } else {
        granted
    };
    let listed = scope::join(&scopes);
    let code = Code {
        client: ask.client.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        account,
        scopes,
        challenge: ask.challenge.clone(),
        nonce: ask.nonce.clone(),
        gives_refresh_token: ask.is_offline && (ask.prompt.is_consent || is_first_consent),
        expires: now.checked_add(CODE_TTL).unwrap_or(Timestamp::MAX),
    };
    let code = world.oauth.issue_code(&mut world.chance, now, code);
    let prompt = if ask.prompt.is_consent || is_first_consent {
        "consent"
    } else {
        "none"
    };
    back(
        ask,
        &[
            ("code", &code),
            ("scope", &listed),
            ("authuser", "0"),
            ("prompt", prompt),
        ],
    )
}

fn back_with_error(ask: &Ask, error: &str) -> Response {
    back(ask, &[("error", error)])
}

fn back(ask: &Ask, parameters: &[(&str, &str)]) -> Response {
    let mut pairs = Vec::new();
    pairs.extend(ask.state.as_deref().map(|state| ("state", state)));
    pairs.extend_from_slice(parameters);
    let separator = if ask.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    let location = format!("{}{separator}{}", ask.redirect_uri, encode_query(&pairs));
    Response::redirect(302, &location).with_header("cache-control", "no-store")
}

fn read(world: &World, query: &Fields) -> Result<Ask, AskError> {
    let (client, redirect_uri) = read_client(world, query)?;
    match query.get("response_type") {
        Some("code") => {}
        Some(other) => {
            let detail = format!("response_type={other}");
            return Err(AskError::new(400, "unsupported_response_type", detail));
        }
        None => return Err(missing("response_type")),
    }
    let text = |name: &str| query.get(name).map(str::to_owned);
    Ok(Ask {
        redirect_uri,
        scopes: read_scopes(query)?,
        login_hint: text("login_hint"),
        state: text("state"),
        nonce: text("nonce"),
        challenge: read_challenge(query)?,
        is_offline: read_access_type(query)?,
        includes_granted: query.get("include_granted_scopes") == Some("true"),
        prompt: read_prompt(query)?,
        is_trusted: is_trusted(world, &client),
        client,
    })
}

fn is_trusted(world: &World, client: &str) -> bool {
    let project = world.oauth.project_of(client);
    project.is_some_and(|(_, project)| project.is_trusted)
}

fn missing(parameter: &str) -> AskError {
    AskError::invalid_request(format!("Missing required parameter: {parameter}"))
}

fn read_client(world: &World, query: &Fields) -> Result<(String, String), AskError> {
    let id = query.get("client_id").ok_or_else(|| missing("client_id"))?;
    let Some(client) = world.oauth.clients.get(id) else {
        return Err(AskError::new(
            401,
            "invalid_client",
            "The OAuth client was not found.",
        ));
    };
    let gone = match client.standing {
        ClientStanding::Live => None,
        ClientStanding::Deleted => Some(TokenError::deleted_client()),
        ClientStanding::Disabled => Some(TokenError::disabled_client()),
    };
    if let Some(error) = gone {
        return Err(AskError::of(&error));
    }
    let redirect_uri = query
        .get("redirect_uri")
        .ok_or_else(|| missing("redirect_uri"))?;
    // Compared byte by byte: scheme, case and a trailing slash all count.
    if !client
        .redirect_uris
        .iter()
        .any(|registered| registered == redirect_uri)
    {
        let detail = format!("redirect_uri={redirect_uri}");
        return Err(AskError::new(400, "redirect_uri_mismatch", detail));
    }
    Ok((id.to_owned(), redirect_uri.to_owned()))
}

fn read_scopes(query: &Fields) -> Result<BTreeSet<String>, AskError> {
    let scopes = scope::read_scopes(query.get("scope").unwrap_or_default())
        .map_err(|unknown| AskError::new(400, "invalid_scope", format!("invalid=[{unknown}]")))?;
    if scopes.is_empty() {
        Err(missing("scope"))
    } else {
        Ok(scopes)
    }
}

fn read_challenge(query: &Fields) -> Result<Option<Challenge>, AskError> {
    match (
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(missing("code_challenge")),
        (Some(challenge), Some("S256")) => Ok(Some(Challenge::S256(challenge.to_owned()))),
        (Some(challenge), None | Some("plain")) => Ok(Some(Challenge::Plain(challenge.to_owned()))),
        (Some(_), Some(other)) => Err(AskError::invalid_request(format!(
            "Invalid code_challenge_method: {other}"
        ))),
    }
}

fn read_access_type(query: &Fields) -> Result<bool, AskError> {
    match query.get("access_type") {
        None | Some("online") => Ok(false),
        Some("offline") => Ok(true),
        Some(other) => Err(AskError::invalid_request(format!(
            "Invalid access_type: {other}"
        ))),
    }
}

fn read_prompt(query: &Fields) -> Result<Prompt, AskError> {
    let mut prompt = Prompt::default();
    let words: Vec<&str> = query
        .get("prompt")
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    for word in &words {
        match *word {
            "none" if words.len() == 1 => prompt.is_none = true,
            "consent" => prompt.is_consent = true,
            "select_account" => prompt.is_select_account = true,
            other => {
                return Err(AskError::invalid_request(format!(
                    "Invalid prompt: {other}"
                )));
            }
        }
    }
    Ok(prompt)
}
