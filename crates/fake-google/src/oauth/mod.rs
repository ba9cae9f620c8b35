//! Google's OAuth 2.0: authorization page, token, revocation and userinfo endpoints.
//!
//! Also what verifies them: keys, OpenID metadata, tokeninfo. Ignored on purpose: DPoP.

pub(crate) mod authorize;
pub(crate) mod consent_page;
pub(crate) mod error;
mod id_token;
mod jwt;
mod keys;
pub(crate) mod metadata;
pub(crate) mod project;
mod refresh_token;
mod scope;
mod service_account;
pub(crate) mod state;
pub(crate) mod token;
pub(crate) mod tokeninfo;
pub(crate) mod userinfo;

use jiff::Timestamp;

use crate::http::Request;
use crate::world::World;

/// The account behind the access token a request carries, or the refresh token its form does.
pub(crate) fn account_shown(world: &World, now: Timestamp, request: &Request) -> Option<String> {
    let grant = match request.header("authorization") {
        Some(header) => world.oauth.grant_of(header.split_once(' ')?.1.trim(), now),
        None => {
            let form = request.form();
            let token = form.get("refresh_token").or_else(|| form.get("token"))?;
            let refresh = world.oauth.refresh_tokens.get(token);
            refresh.map(|token| &token.grant)
        }
    };
    grant.map(|grant| grant.account.clone())
}
