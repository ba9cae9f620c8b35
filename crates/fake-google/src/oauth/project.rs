//! Google Cloud projects and the OAuth clients in them (§3.9).
//!
//! Consent is given to a project and revoked from a project, whichever of its clients asked. What
//! the consent screen is set to decides how long refresh tokens live and who may grant at all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::world::{Account, SetupError, World};

/// The project of every client that was not put into another.
pub const PROJECT_DEFAULT: &str = "fake-project";

/// Publishing status and audience of a project's consent screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publishing {
    /// External and in production: everybody may grant, refresh tokens last.
    #[default]
    Production,
    /// External and in testing: only test users may grant, and every refresh token for more than
    /// sign-in ends after seven days.
    Testing,
    /// Only accounts of this Workspace domain may grant; others are told `org_internal`.
    Internal(String),
}

/// A Google Cloud project, as far as it shows here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Project {
    /// Who may grant, and for how long.
    pub publishing: Publishing,
    /// E-mails that may grant while in testing. Empty: nobody took the trouble, everybody may.
    pub test_users: BTreeSet<String>,
    /// Whether the Calendar API is enabled; 403 `accessNotConfigured` if not.
    pub is_calendar_enabled: bool,
    /// Whether an administrator trusts the app: consent is all or nothing (§3.3).
    pub is_trusted: bool,
    /// How long users choose to grant access, if they do not grant it for good; then
    /// `refresh_token_expires_in` is answered (§3.2).
    pub access_ttl_seconds: Option<u32>,
    /// API keys of the project (§17).
    pub api_keys: BTreeSet<String>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            publishing: Publishing::default(),
            test_users: BTreeSet::new(),
            is_calendar_enabled: true,
            is_trusted: false,
            access_ttl_seconds: None,
            api_keys: BTreeSet::new(),
        }
    }
}

impl Project {
    /// Why `account` may not grant anything to this project, as the word on Google's error page.
    pub(crate) fn refuses(&self, account: &Account) -> Option<&'static str> {
        match &self.publishing {
            Publishing::Internal(domain) if account.hosted_domain.as_ref() != Some(domain) => {
                Some("org_internal")
            }
            Publishing::Testing
                if !self.test_users.is_empty() && !self.test_users.contains(&account.email) =>
            {
                Some("access_denied")
            }
            _ => None,
        }
    }
}

/// Whether a client still works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStanding {
    /// It does.
    #[default]
    Live,
    /// Deleted, by hand or after six months without a token request: `deleted_client`.
    Deleted,
    /// `disabled_client`.
    Disabled,
}

/// An OAuth client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) project: String,
    pub(crate) standing: ClientStanding,
}

impl World {
    /// Adds an OAuth client, or replaces the one of that id, in the project [`PROJECT_DEFAULT`].
    pub fn add_client(&mut self, id: &str, secret: &str, redirect_uris: &[&str]) {
        self.add_client_to(PROJECT_DEFAULT, id, secret, redirect_uris);
    }

    /// Adds an OAuth client, or replaces the one of that id, in a project, which is made if there
    /// is none of that id.
    pub fn add_client_to(&mut self, project: &str, id: &str, secret: &str, redirect_uris: &[&str]) {
        self.oauth.projects.entry(project.to_owned()).or_default();
        let client = Client {
            id: id.to_owned(),
            secret: secret.to_owned(),
            redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
            project: project.to_owned(),
            standing: ClientStanding::Live,
        };
        self.oauth.clients.insert(id.to_owned(), client);
    }

    /// Adds a project, or replaces the settings of the one of that id. Tokens that are out keep
    /// the end they were given.
    pub fn set_project(&mut self, id: &str, project: Project) {
        self.oauth.projects.insert(id.to_owned(), project);
    }

    /// The settings of a project.
    #[must_use]
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.oauth.projects.get(id)
    }

    /// Deletes, disables or restores a client.
    ///
    /// # Errors
    /// [`SetupError::NoClient`].
    pub fn set_client_standing(
        &mut self,
        id: &str,
        standing: ClientStanding,
    ) -> Result<(), SetupError> {
        let client = self.oauth.clients.get_mut(id);
        client
            .ok_or_else(|| SetupError::NoClient(id.to_owned()))?
            .standing = standing;
        Ok(())
    }
}
