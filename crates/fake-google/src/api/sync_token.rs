//! Sync tokens: positions in a change log (§10.1, §20.9).
//!
//! A token holds the version it was given at, when, to whom and for what, a hash of the parameters
//! that must be repeated, and the filters that must not be repeated but stay in force, such as the
//! window of the first listing. Google's tokens are opaque too; nothing in these is secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::api::page_token::seal;
use crate::api::parameters::Parameters;
use crate::error::ApiError;
use crate::http::{Fields, encode_query};
use crate::world::{ChangedParameters, Rules};

/// A position in the change log of one feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncToken {
    /// What has changed after this version is told.
    pub(crate) version: i64,
    /// Filters of the first listing that go on.
    pub(crate) filters: Vec<(String, String)>,
    epoch: u64,
    issued: Timestamp,
    parameters: String,
}

/// The feed that tokens are for: one list as one account sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed<'a> {
    /// E.g. `events`.
    pub(crate) kind: &'static str,
    /// E-mail.
    pub(crate) account: &'a str,
    /// Calendar id, or empty.
    pub(crate) calendar: &'a str,
    /// Tokens of an earlier epoch are dead: the access list changed, or a test asked for it.
    pub(crate) epoch: u64,
    /// Parameters that a token remembers instead of having them repeated.
    pub(crate) remembered: &'a [&'a str],
}

impl Feed<'_> {
    /// The name of the feed in tokens.
    pub(crate) fn seal(&self) -> String {
        seal([self.kind, self.account, self.calendar])
    }

    /// The token that continues a listing after `version`.
    pub(crate) fn token(&self, now: Timestamp, version: i64, parameters: &Parameters) -> String {
        let filters: Vec<(&str, &str)> = parameters
            .pairs()
            .filter(|(name, _)| self.remembered.contains(name))
            .collect();
        URL_SAFE_NO_PAD.encode(format!(
            "{}~{}~{version}~{}~{}~{}",
            self.seal(),
            self.epoch,
            now.as_microsecond(),
            self.shape(parameters),
            encode_query(&filters),
        ))
    }

    /// The token sent as `syncToken`, if one was and it still lives.
    ///
    /// # Errors
    /// 400 `invalid` for text that is no token of this feed, or (by [`ChangedParameters`]) for
    /// other parameters than the first listing's; 410 `fullSyncRequired` for one that has died.
    pub(crate) fn read(
        &self,
        now: Timestamp,
        rules: &Rules,
        parameters: &Parameters,
    ) -> Result<Option<SyncToken>, ApiError> {
        let Some(text) = parameters.text("syncToken") else {
            return Ok(None);
        };
        let token = self.decode(text).ok_or_else(|| {
            ApiError::invalid("Invalid sync token value.").at_parameter("syncToken")
        })?;
        if token.epoch != self.epoch || now.duration_since(token.issued) > rules.sync_token_ttl {
            return Err(ApiError::full_sync_required());
        }
        let has_changed = token.parameters != self.shape(parameters);
        if has_changed && rules.changed_parameters == ChangedParameters::Refuse {
            let message = "The parameters differ from those of the first listing.";
            return Err(ApiError::invalid(message).at_parameter("syncToken"));
        }
        Ok(Some(token))
    }

    /// A hash of the parameters that must be the same in every increment.
    fn shape(&self, parameters: &Parameters) -> String {
        let lasting = parameters
            .fingerprint()
            .into_iter()
            // Increments tell deletions whether asked to or not.
            .filter(|(name, _)| !matches!(*name, "syncToken" | "showDeleted"))
            .filter(|(name, _)| !self.remembered.contains(name));
        seal(lasting.flat_map(|(name, value)| [name, value]))
    }

    fn decode(&self, text: &str) -> Option<SyncToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let parts: Vec<&str> = text.splitn(6, '~').collect();
        let [feed, epoch, version, issued, parameters, filters] = parts[..] else {
            return None;
        };
        (feed == self.seal()).then_some(())?;
        Some(SyncToken {
            version: version.parse().ok()?,
            filters: Fields::parse(filters.as_bytes()).0,
            epoch: epoch.parse().ok()?,
            issued: Timestamp::from_microsecond(issued.parse().ok()?).ok()?,
            parameters: parameters.to_owned(),
        })
    }
}
