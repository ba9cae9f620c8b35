//! Page tokens: which state the listing shows and where its last page ended, sealed with the
//! question it belongs to.
//!
//! A token names the version that the first page showed (§20.9), so that all pages of one listing
//! show one state and what happens meanwhile is told by the next increment. The place is the sort
//! key of the last line shown rather than a count.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::ApiError;

/// Sort key of a line within one list.
pub(crate) type Place = [i64; 3];

/// "Go on after `after`, at the state of `version`".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    /// The version that the first page showed.
    pub(crate) version: i64,
    /// The last line shown; `None` when the pages so far were empty.
    pub(crate) after: Option<Place>,
    /// Whether the page that gave this token was left empty on purpose.
    pub(crate) follows_empty_page: bool,
}

impl PageToken {
    /// Opaque text, bound to `seal`.
    pub(crate) fn write(&self, seal: &str) -> String {
        let after = match self.after {
            Some([first, second, third]) => format!("{first}.{second}.{third}"),
            None => String::new(),
        };
        let empty = i32::from(self.follows_empty_page);
        URL_SAFE_NO_PAD.encode(format!("{seal}~{}~{empty}~{after}", self.version))
    }

    /// The token, if it belongs to this very question.
    ///
    /// # Errors
    /// 400 `invalid` at `pageToken`.
    pub(crate) fn read(seal: &str, text: &str) -> Result<Self, ApiError> {
        decode(seal, text).ok_or_else(invalid)
    }
}

pub(crate) fn invalid() -> ApiError {
    ApiError::invalid("Invalid page token.").at_parameter("pageToken")
}

fn decode(seal: &str, token: &str) -> Option<PageToken> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let rest = text.strip_prefix(seal)?.strip_prefix('~')?;
    let (version, rest) = rest.split_once('~')?;
    let (empty, after) = rest.split_once('~')?;
    let after = match after {
        "" => None,
        keys => {
            let keys: Option<Vec<i64>> = keys.split('.').map(|key| key.parse().ok()).collect();
            Some(keys?.try_into().ok()?)
        }
    };
    Some(PageToken {
        version: version.parse().ok()?,
        after,
        follows_empty_page: empty == "1",
    })
}

/// Ties a token to what it is about, in words that cannot run into each other.
pub(crate) fn seal<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}
