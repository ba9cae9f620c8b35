//! Scopes: which exist, which are sign-in scopes, and the names under which they come back.

use std::collections::BTreeSet;

use crate::discovery::discovery;

pub(crate) const OPENID: &str = "openid";
pub(crate) const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
pub(crate) const PROFILE: &str = "https://www.googleapis.com/auth/userinfo.profile";

/// The granted form of one requested scope: short names come back as URLs. `None` when there is
/// no such scope here.
pub(crate) fn canonical(scope: &str) -> Option<&str> {
    match scope {
        OPENID | EMAIL | PROFILE => Some(scope),
        "email" => Some(EMAIL),
        "profile" => Some(PROFILE),
        _ => discovery()
            .scopes()
            .iter()
            .map(String::as_str)
            .find(|known| *known == scope),
    }
}

/// Whether a scope only tells who the user is; those cannot be unticked.
pub(crate) fn is_sign_in(scope: &str) -> bool {
    matches!(scope, OPENID | EMAIL | PROFILE)
}

/// Requested scopes in granted form, or the first that does not exist.
pub(crate) fn read_scopes(text: &str) -> Result<BTreeSet<String>, String> {
    text.split(' ')
        .filter(|scope| !scope.is_empty())
        .map(|scope| {
            canonical(scope)
                .map(str::to_owned)
                .ok_or_else(|| scope.to_owned())
        })
        .collect()
}

/// Scopes the way `scope` lists them.
pub(crate) fn join(scopes: &BTreeSet<String>) -> String {
    scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
