//! Clients, codes, tokens and consents, and the rules of their lives.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::chance::Chance;
use crate::oauth::scope;
use crate::world::{SetupError, World};

/// How long an authorization code waits for its exchange. Google says "short-lived".
pub(crate) const CODE_TTL: SignedDuration = SignedDuration::from_mins(10);
/// What `expires_in` says, in seconds.
pub(crate) const ACCESS_TOKEN_TTL_SECONDS: i64 = 3599;
/// Refresh tokens of one account and client; one more and the oldest dies silently.
const REFRESH_TOKENS_MAX: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uris: Vec<String>,
}

/// What a code stands for until it is exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) account: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) nonce: Option<String>,
    pub(crate) gives_refresh_token: bool,
    pub(crate) expires: Timestamp,
}

/// What the PKCE verifier must prove (RFC 7636).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Plain(String),
    S256(String),
}

/// What a token opens.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) client: String,
    pub(crate) account: String,
    pub(crate) scopes: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) grant: Grant,
    pub(crate) expires: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant: Grant,
    issued: u64,
}

/// Everything OAuth of one world. Accounts are named by e-mail.
#[derive(Clone, Debug, Default)]
pub(crate) struct OauthState {
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) access_tokens: BTreeMap<String, AccessToken>,
    pub(crate) refresh_tokens: BTreeMap<String, RefreshToken>,
    /// What each account has granted to the project, through whichever client.
    pub(crate) consents: BTreeMap<String, BTreeSet<String>>,
    issued: u64,
}

impl OauthState {
    pub(crate) fn issue_code(&mut self, chance: &mut Chance, now: Timestamp, code: Code) -> String {
        self.codes.retain(|_, waiting| waiting.expires > now);
        let name = chance.code();
        self.codes.insert(name.clone(), code);
        name
    }

    pub(crate) fn issue_access_token(
        &mut self,
        chance: &mut Chance,
        now: Timestamp,
        grant: Grant,
    ) -> String {
        self.access_tokens.retain(|_, token| token.expires > now);
        let expires = now
            .checked_add(SignedDuration::from_secs(ACCESS_TOKEN_TTL_SECONDS))
            .unwrap_or(Timestamp::MAX);
        let name = chance.access_token();
        self.access_tokens
            .insert(name.clone(), AccessToken { grant, expires });
        name
    }

    pub(crate) fn issue_refresh_token(&mut self, chance: &mut Chance, grant: Grant) -> String {
        self.drop_oldest_refresh_token(&grant);
        self.issued += 1;
        let name = chance.refresh_token();
        self.refresh_tokens.insert(
            name.clone(),
            RefreshToken {
                grant,
                issued: self.issued,
            },
        );
        name
    }

    /// The grant behind a living access token.
    pub(crate) fn grant_of(&self, access_token: &str, now: Timestamp) -> Option<&Grant> {
        let token = self.access_tokens.get(access_token)?;
        (token.expires > now).then_some(&token.grant)
    }

    /// Whether the account has granted all of this before.
    pub(crate) fn has_consented(&self, account: &str, scopes: &BTreeSet<String>) -> bool {
        self.consents
            .get(account)
            .is_some_and(|granted| scopes.is_subset(granted))
    }

    /// The effect of any revocation: the whole project loses the account.
    pub(crate) fn revoke(&mut self, account: &str) {
        self.codes.retain(|_, code| code.account != account);
        self.access_tokens
            .retain(|_, token| token.grant.account != account);
        self.refresh_tokens
            .retain(|_, token| token.grant.account != account);
        self.consents.remove(account);
    }

    fn drop_oldest_refresh_token(&mut self, grant: &Grant) {
        let same = |token: &RefreshToken| {
            token.grant.account == grant.account && token.grant.client == grant.client
        };
        let siblings = self.refresh_tokens.iter().filter(|(_, token)| same(token));
        if siblings.clone().count() < REFRESH_TOKENS_MAX {
            return;
        }
        let oldest = siblings
            .min_by_key(|(_, token)| token.issued)
            .map(|(name, _)| name.clone());
        if let Some(oldest) = oldest {
            self.refresh_tokens.remove(&oldest);
        }
    }
}

/// Tokens issued without the browser dance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedTokens {
    /// Lives 3599 seconds.
    pub access_token: String,
    /// Lives until revoked.
    pub refresh_token: String,
}

impl World {
    /// Grants `scopes` (short names or URLs; unknown ones are left out) as if the account had gone
    /// through the consent page.
    ///
    /// # Errors
    /// [`SetupError::NoAccount`], [`SetupError::NoClient`].
    pub fn grant(
        &mut self,
        now: Timestamp,
        email: &str,
        client_id: &str,
        scopes: &[&str],
    ) -> Result<IssuedTokens, SetupError> {
        if !self.accounts.contains_key(email) {
            return Err(SetupError::NoAccount(email.to_owned()));
        }
        if !self.oauth.clients.contains_key(client_id) {
            return Err(SetupError::NoClient(client_id.to_owned()));
        }
        let scopes: BTreeSet<String> = scopes
            .iter()
            .filter_map(|name| scope::canonical(name))
            .map(str::to_owned)
            .collect();
        self.oauth
            .consents
            .entry(email.to_owned())
            .or_default()
            .extend(scopes.iter().cloned());
        let grant = Grant {
            client: client_id.to_owned(),
            account: email.to_owned(),
            scopes,
        };
        let oauth = &mut self.oauth;
        let access_token = oauth.issue_access_token(&mut self.chance, now, grant.clone());
        let refresh_token = oauth.issue_refresh_token(&mut self.chance, grant);
        Ok(IssuedTokens {
            access_token,
            refresh_token,
        })
    }
}
