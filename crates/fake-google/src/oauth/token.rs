//! `POST /token` and `POST /revoke`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http::{Fields, Request, Response};
use crate::log::Trace;
use crate::oauth::error::{TokenError, no_store};
use crate::oauth::id_token::{Occasion, id_token};
use crate::oauth::project::ClientStanding;
use crate::oauth::scope::{self, OPENID};
use crate::oauth::service_account;
use crate::oauth::state::{ACCESS_TOKEN_TTL_SECONDS, Challenge, Code, Grant};
use crate::world::{Account, Standing, World};

/// What a successful grant answers with.
struct Answer {
    grant: Grant,
    access_token: String,
    refresh_token: Option<String>,
    /// Until the refresh token ends, where the client is told.
    refresh_token_seconds: Option<i64>,
    nonce: Option<String>,
}

/// The token endpoint.
pub(crate) fn token(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    trace: &mut Trace,
) -> Response {
    match grant(world, now, request) {
        Ok(answer) => {
            trace.account = Some(answer.grant.account.clone());
            no_store(Response::of_pretty_json(200, &body(world, now, &answer)))
        }
        Err(error) => error.response(),
    }
}

/// The revocation endpoint: takes an access or a refresh token and ends everything the account
/// granted to the project.
pub(crate) fn revoke(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    trace: &mut Trace,
) -> Response {
    let (form, query) = (request.form(), request.query());
    let Some(token) = form.get("token").or_else(|| query.get("token")) else {
        return TokenError::missing("token").response();
    };
    let refresh = world.oauth.refresh_tokens.get(token);
    let refresh = refresh.filter(|token| token.is_alive(now, &world.rules));
    let refresh = refresh.map(|token| &token.grant);
    let Some(grant) = refresh.or_else(|| world.oauth.grant_of(token, now)) else {
        return TokenError::invalid_token().response();
    };
    let (project, account) = (grant.project.clone(), grant.account.clone());
    world.oauth.revoke(Some(&project), &account);
    trace.account = Some(account);
    no_store(Response::of_pretty_json(200, &json!({})))
}

fn grant(world: &mut World, now: Timestamp, request: &Request) -> Result<Answer, TokenError> {
    let form = request.form();
    let grant_type = form
        .get("grant_type")
        .ok_or_else(|| TokenError::missing("grant_type"))?;
    if grant_type == service_account::GRANT_TYPE {
        // The assertion proves who asks; there is no client secret.
        let grant = service_account::assert_grant(world, now, request, &form)?;
        return Ok(issue_access(world, now, grant, false));
    }
    let client = authenticated_client(world, request, &form)?;
    match grant_type {
        "authorization_code" => exchange_code(world, now, &form, &client),
        "refresh_token" => refresh(world, now, &form, &client),
        other => Err(TokenError::unsupported_grant_type(other)),
    }
}

/// The client that proves itself by its secret, in the form or by HTTP Basic.
fn authenticated_client(
    world: &World,
    request: &Request,
    form: &Fields,
) -> Result<String, TokenError> {
    let basic = request.header("authorization").and_then(basic_credentials);
    let (id, secret) = match basic {
        Some((id, secret)) => (id, Some(secret)),
        None => {
            let id = form
                .get("client_id")
                .ok_or_else(|| TokenError::missing("client_id"))?;
            (id.to_owned(), form.get("client_secret").map(str::to_owned))
        }
    };
    let client = world.oauth.clients.get(&id);
    let client =
        client.ok_or_else(|| TokenError::invalid_client("The OAuth client was not found."))?;
    match client.standing {
        ClientStanding::Live => {}
        ClientStanding::Deleted => return Err(TokenError::deleted_client()),
        ClientStanding::Disabled => return Err(TokenError::disabled_client()),
    }
    match secret {
        None => Err(TokenError::missing("client_secret")),
        Some(secret) if secret == client.secret => Ok(id),
        Some(_) => Err(TokenError::invalid_client(
            "The provided client secret is invalid.",
        )),
    }
}

fn basic_credentials(header: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn exchange_code(
    world: &mut World,
    now: Timestamp,
    form: &Fields,
    client: &str,
) -> Result<Answer, TokenError> {
    let name = form
        .get("code")
        .ok_or_else(|| TokenError::missing("code"))?;
    let redirect_uri = form.get("redirect_uri");
    let redirect_uri = redirect_uri.ok_or_else(|| TokenError::missing("redirect_uri"))?;
    // Taken out before it is checked: one wrong verifier ends the code, there is no second guess.
    let code = world.oauth.codes.remove(name);
    let code = code.ok_or_else(|| TokenError::invalid_grant("Malformed auth code."))?;
    if code.expires <= now || code.client != client || code.redirect_uri != redirect_uri {
        return Err(TokenError::invalid_grant("Bad Request"));
    }
    check_verifier(code.challenge.as_ref(), form.get("code_verifier"))?;
    Ok(issue(world, now, client, code))
}

fn issue(world: &mut World, now: Timestamp, client: &str, code: Code) -> Answer {
    let project = world.oauth.project_of(client);
    let grant = Grant {
        client: client.to_owned(),
        project: project.map_or_else(String::new, |(name, _)| name.to_owned()),
        account: code.account,
        scopes: code.scopes,
        service_account: None,
    };
    let mut answer = issue_access(world, now, grant, code.gives_refresh_token);
    answer.nonce = code.nonce;
    if code.gives_refresh_token {
        let (oauth, chance) = (&mut world.oauth, &mut world.chance);
        let name = oauth.issue_refresh_token(chance, now, &world.rules, answer.grant.clone());
        let issued = oauth.refresh_tokens.get(&name);
        answer.refresh_token_seconds = issued.and_then(|token| token.seconds_left(now));
        answer.refresh_token = Some(name);
    }
    answer
}

fn issue_access(world: &mut World, now: Timestamp, grant: Grant, is_offline: bool) -> Answer {
    let chance = &mut world.chance;
    Answer {
        access_token: world
            .oauth
            .issue_access_token(chance, now, grant.clone(), is_offline),
        grant,
        refresh_token: None,
        refresh_token_seconds: None,
        nonce: None,
    }
}

fn check_verifier(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), TokenError> {
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (Some(challenge), Some(verifier)) => (challenge, verifier),
        (Some(_), None) => return Err(TokenError::invalid_grant("Missing code verifier.")),
        (None, Some(_)) => {
            return Err(TokenError::invalid_grant(
                "code_verifier or verifier is not needed.",
            ));
        }
    };
    let is_proven = match challenge {
        Challenge::Plain(expected) => verifier == expected,
        Challenge::S256(expected) => {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == *expected
        }
    };
    // RFC 7636 section 4.1.
    if is_proven && (43..=128).contains(&verifier.len()) {
        Ok(())
    } else {
        Err(TokenError::invalid_grant("Invalid code verifier."))
    }
}

fn refresh(
    world: &mut World,
    now: Timestamp,
    form: &Fields,
    client: &str,
) -> Result<Answer, TokenError> {
    let name = form
        .get("refresh_token")
        .ok_or_else(|| TokenError::missing("refresh_token"))?;
    let token = world.oauth.refresh_tokens.get_mut(name);
    let Some(token) = token.filter(|token| token.is_alive(now, &world.rules)) else {
        return Err(TokenError::invalid_grant(
            "Token has been expired or revoked.",
        ));
    };
    let mut grant = token.grant.clone();
    if grant.client != client {
        return Err(TokenError::unauthorized_client());
    }
    check_standing(world.accounts.get(&grant.account))?;
    if let Some(wanted) = form.get("scope") {
        grant.scopes = narrowed(&grant.scopes, wanted)?;
    }
    token.last_used = now;
    let refresh_token_seconds = token.seconds_left(now);
    Ok(Answer {
        refresh_token_seconds,
        ..issue_access(world, now, grant, true)
    })
}

/// An account may be gone, blocked by its administrator, or have to sign in again (§3.5, causes 7
/// to 9).
fn check_standing(account: Option<&Account>) -> Result<(), TokenError> {
    match account.map(|account| account.standing) {
        Some(Standing::Active) => Ok(()),
        Some(Standing::BlockedByAdmin) => Err(TokenError::new(
            "admin_policy_enforced",
            "The administrator of this account does not allow this app.",
        )),
        Some(Standing::NeedsReauth) => {
            let error = TokenError::invalid_grant("reauth related error (invalid_rapt)");
            Err(error.with_subtype("invalid_rapt"))
        }
        None | Some(Standing::Disabled) => {
            Err(TokenError::invalid_grant("Account has been deleted"))
        }
    }
}

/// A refresh may ask for less than was granted, never for more (RFC 6749 section 6).
fn narrowed(granted: &BTreeSet<String>, wanted: &str) -> Result<BTreeSet<String>, TokenError> {
    match scope::read_scopes(wanted) {
        Ok(wanted) if wanted.is_subset(granted) => Ok(wanted),
        _ => Err(TokenError::invalid_scope()),
    }
}

fn body(world: &World, now: Timestamp, answer: &Answer) -> Value {
    let grant = &answer.grant;
    let mut body = json!({
        "access_token": answer.access_token,
        "expires_in": ACCESS_TOKEN_TTL_SECONDS,
        "token_type": "Bearer",
    });
    if grant.service_account.is_some() {
        return body;
    }
    body["scope"] = scope::join(&grant.scopes).into();
    if let Some(refresh_token) = &answer.refresh_token {
        body["refresh_token"] = refresh_token.as_str().into();
    }
    if let Some(seconds) = answer.refresh_token_seconds {
        body["refresh_token_expires_in"] = seconds.into();
    }
    if let (true, Some(account)) = (
        grant.scopes.contains(OPENID),
        world.accounts.get(&grant.account),
    ) {
        let occasion = Occasion {
            now,
            issuer: &world.rules.issuer,
            access_token: &answer.access_token,
            nonce: answer.nonce.as_deref(),
        };
        body["id_token"] = id_token(account, grant, &occasion).into();
    }
    body
}
