//! Codes, tokens and consents.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::chance::Chance;
use crate::oauth::project::{Client, Project, Publishing};
use crate::oauth::refresh_token::{Ending, RefreshToken};
use crate::oauth::scope::{self, is_sign_in};
use crate::oauth::service_account::ServiceAccount;
use crate::world::{Rules, SetupError, World};

/// How long an authorization code waits for its exchange. Google says "short-lived".
pub(crate) const CODE_TTL: SignedDuration = SignedDuration::from_mins(10);
/// What `expires_in` says, in seconds.
pub(crate) const ACCESS_TOKEN_TTL_SECONDS: i64 = 3599;
/// Life of a refresh token of a project in testing (§3.5, cause 5).
const TESTING_TTL: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    /// Client id; of a service account, its own.
    pub(crate) client: String,
    pub(crate) project: String,
    /// E-mail of the account acted for.
    pub(crate) account: String,
    pub(crate) scopes: BTreeSet<String>,
    /// E-mail of the service account that acts, for itself or for `account`.
    pub(crate) service_account: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) grant: Grant,
    pub(crate) expires: Timestamp,
    /// Whether a refresh token came with it or before it: `access_type` of tokeninfo.
    pub(crate) is_offline: bool,
}

/// Everything OAuth of one world. Accounts are named by e-mail.
#[derive(Clone, Debug, Default)]
pub(crate) struct OauthState {
    pub(crate) projects: BTreeMap<String, Project>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) service_accounts: BTreeMap<String, ServiceAccount>,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) access_tokens: BTreeMap<String, AccessToken>,
    pub(crate) refresh_tokens: BTreeMap<String, RefreshToken>,
    /// What an account has granted to a project, through whichever client: project, then account.
    pub(crate) consents: BTreeMap<(String, String), BTreeSet<String>>,
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
        is_offline: bool,
    ) -> String {
        self.access_tokens.retain(|_, token| token.expires > now);
        let expires = later(now, SignedDuration::from_secs(ACCESS_TOKEN_TTL_SECONDS));
        let name = chance.access_token();
        let token = AccessToken {
            grant,
            expires,
            is_offline,
        };
        self.access_tokens.insert(name.clone(), token);
        name
    }

    pub(crate) fn issue_refresh_token(
        &mut self,
        chance: &mut Chance,
        now: Timestamp,
        rules: &Rules,
        grant: Grant,
    ) -> String {
        self.make_room(now, rules, &grant);
        self.issued += 1;
        let name = chance.refresh_token();
        let token = RefreshToken {
            ending: self.ending(now, &grant),
            grant,
            ordinal: self.issued,
            last_used: now,
        };
        self.refresh_tokens.insert(name.clone(), token);
        name
    }

    /// The grant behind a living access token.
    pub(crate) fn grant_of(&self, access_token: &str, now: Timestamp) -> Option<&Grant> {
        let token = self.access_tokens.get(access_token)?;
        (token.expires > now).then_some(&token.grant)
    }

    /// The project of a client.
    pub(crate) fn project_of(&self, client: &str) -> Option<(&str, &Project)> {
        let name = &self.clients.get(client)?.project;
        Some((name, self.projects.get(name)?))
    }

    /// Whether the account has granted all of this to the client's project before.
    pub(crate) fn has_consented(
        &self,
        client: &str,
        account: &str,
        scopes: &BTreeSet<String>,
    ) -> bool {
        self.project_of(client).is_some_and(|(project, _)| {
            let key = (project.to_owned(), account.to_owned());
            let granted = self.consents.get(&key);
            granted.is_some_and(|granted| scopes.is_subset(granted))
        })
    }

    /// Notes a consent and gives all that the account has granted to the project by now.
    pub(crate) fn consent(
        &mut self,
        client: &str,
        account: &str,
        scopes: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let Some((project, _)) = self.project_of(client) else {
            return scopes.clone();
        };
        let key = (project.to_owned(), account.to_owned());
        let granted = self.consents.entry(key).or_default();
        granted.extend(scopes.iter().cloned());
        granted.clone()
    }

    /// The effect of any revocation: `project` (every project, if none is named) loses the
    /// account, through all of its clients (§3.6).
    pub(crate) fn revoke(&mut self, project: Option<&str>, account: &str) {
        let is_hit =
            |of: &str, whose: &str| whose == account && project.is_none_or(|project| project == of);
        let clients = &self.clients;
        self.codes.retain(|_, code| {
            let of = clients.get(&code.client).map(|client| &client.project);
            !of.is_some_and(|of| is_hit(of, &code.account))
        });
        self.access_tokens
            .retain(|_, token| !is_hit(&token.grant.project, &token.grant.account));
        self.refresh_tokens
            .retain(|_, token| !is_hit(&token.grant.project, &token.grant.account));
        self.consents.retain(|(of, whose), _| !is_hit(of, whose));
    }

    /// When a refresh token that is issued now ends by itself.
    fn ending(&self, now: Timestamp, grant: &Grant) -> Option<Ending> {
        let project = self.projects.get(&grant.project)?;
        if let Some(seconds) = project.access_ttl_seconds {
            let at = later(now, SignedDuration::from_secs(i64::from(seconds)));
            return Some(Ending { at, is_told: true });
        }
        let is_sign_in_only = grant.scopes.iter().all(|scope| is_sign_in(scope));
        (project.publishing == Publishing::Testing && !is_sign_in_only).then(|| Ending {
            at: later(now, TESTING_TTL),
            is_told: false,
        })
    }

    /// Lets the oldest refresh token of the same account and client die, if there are as many as
    /// may be (§3.5, cause 4).
    fn make_room(&mut self, now: Timestamp, rules: &Rules, grant: &Grant) {
        self.refresh_tokens
            .retain(|_, token| token.is_alive(now, rules));
        let same = |token: &RefreshToken| {
            token.grant.account == grant.account && token.grant.client == grant.client
        };
        let siblings = self.refresh_tokens.iter().filter(|(_, token)| same(token));
        if siblings.clone().count() < rules.refresh_tokens_max {
            return;
        }
        let oldest = siblings
            .min_by_key(|(_, token)| token.ordinal)
            .map(|(name, _)| name.clone());
        if let Some(oldest) = oldest {
            self.refresh_tokens.remove(&oldest);
        }
    }
}

/// So much later, at most the end of time.
pub(crate) fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Tokens issued without the browser dance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedTokens {
    /// Lives 3599 seconds.
    pub access_token: String,
    /// Lives by the rules of its project.
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
        let Some(client) = self.oauth.clients.get(client_id) else {
            return Err(SetupError::NoClient(client_id.to_owned()));
        };
        let project = client.project.clone();
        let scopes: BTreeSet<String> = scopes
            .iter()
            .filter_map(|name| scope::canonical(name))
            .map(str::to_owned)
            .collect();
        self.oauth.consent(client_id, email, &scopes);
        let grant = Grant {
            client: client_id.to_owned(),
            project,
            account: email.to_owned(),
            scopes,
            service_account: None,
        };
        let (oauth, chance) = (&mut self.oauth, &mut self.chance);
        let access_token = oauth.issue_access_token(chance, now, grant.clone(), true);
        let refresh_token = oauth.issue_refresh_token(chance, now, &self.rules, grant);
        Ok(IssuedTokens {
            access_token,
            refresh_token,
        })
    }
}
