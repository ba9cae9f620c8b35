//! Google's OAuth 2.0: authorization page, token, revocation and userinfo endpoints.
//!
//! Missing on purpose, and answered with 501 by name: JWKS, OpenID metadata, tokeninfo, the legacy
//! userinfo, the JWT-bearer grant. The signature of an `id_token` is a placeholder, see `id_token`.

pub(crate) mod authorize;
mod consent_page;
pub(crate) mod error;
mod id_token;
mod scope;
pub(crate) mod state;
pub(crate) mod token;
pub(crate) mod userinfo;
