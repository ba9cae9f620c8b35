//! How a refresh token ends (§3.5, "all documented causes").
//!
//! By revocation and by too many siblings: see [`super::state`]. By an account that is gone or
//! blocked, or a client that is: see [`super::token`]. Here: by time.

use jiff::Timestamp;

use crate::oauth::state::Grant;
use crate::world::Rules;

#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant: Grant,
    /// Position in the order of issue.
    pub(crate) ordinal: u64,
    /// When it was issued or last exchanged for an access token.
    pub(crate) last_used: Timestamp,
    pub(crate) ending: Option<Ending>,
}

/// An end set when the token was issued.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) at: Timestamp,
    /// Whether the client is told, by `refresh_token_expires_in`.
    pub(crate) is_told: bool,
}

impl RefreshToken {
    pub(crate) fn is_alive(&self, now: Timestamp, rules: &Rules) -> bool {
        let is_over = self.ending.is_some_and(|ending| ending.at <= now);
        let is_forgotten = now.duration_since(self.last_used) >= rules.refresh_token_disuse;
        !is_over && !is_forgotten
    }

    /// Seconds left, where the client is told.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        let ending = self.ending.filter(|ending| ending.is_told)?;
        Some(ending.at.duration_since(now).as_secs())
    }
}
