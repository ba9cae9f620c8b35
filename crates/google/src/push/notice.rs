//! The headers of one push (google-calendar.md §12.2). Its body is empty, and nothing in it is
//! signed.

use http::HeaderMap;
use secrecy::SecretString;

use super::{CHANNEL_ID_CHARS_MAX, TOKEN_CHARS_MAX};

/// Google's ids of what is watched are some 27 characters; whoever sends much more is not Google.
const RESOURCE_ID_CHARS_MAX: usize = 512;

/// What a push says. Everything in it is a stranger's word until the channel's own token has been
/// compared, in constant time.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Which channel it claims to be on.
    pub channel_id: String,
    /// What it is about, in Google's opaque words.
    pub resource_id: String,
    /// The channel's token, if it carries one.
    pub token: Option<SecretString>,
    /// What has happened.
    pub state: ResourceState,
    /// 1 for the first of a channel, then rising, with gaps; the same for a repeat.
    pub number: u64,
}

/// `X-Goog-Resource-State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceState {
    /// The channel begins; nothing has changed.
    Sync,
    /// Something was made, changed or deleted.
    Exists,
    /// Documented, and never said of events; to be taken as [`Exists`](Self::Exists) (§1).
    NotExists,
    /// A word that we do not know; to be taken as [`Exists`](Self::Exists) too, for a pull more
    /// does no harm.
    Other,
}

/// Headers that no push of Google's has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNotice {
    /// One that every push has is missing.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// One is there twice, so that nobody can say which counts.
    #[error("the header {0} is there more than once")]
    Repeated(&'static str),
    /// One is empty, not visible ASCII, or longer than it can be.
    #[error("the header {0} is empty, too long or no text")]
    NotText(&'static str),
    /// One is no number.
    #[error("the header {0} is no number")]
    NoNumber(&'static str),
}

const CHANNEL_ID: &str = "x-goog-channel-id";
const RESOURCE_ID: &str = "x-goog-resource-id";
const STATE: &str = "x-goog-resource-state";
const NUMBER: &str = "x-goog-message-number";
const TOKEN: &str = "x-goog-channel-token";
/// Longest state or number that is looked at.
const WORD_CHARS_MAX: usize = 32;

impl Notice {
    /// Reads the headers of a push, in any letter case.
    ///
    /// The channel's expiry is not read: it is known from the answer to
    /// [`watch`](super::watch).
    ///
    /// # Errors
    /// [`BadNotice`].
    pub fn read(headers: &HeaderMap) -> Result<Self, BadNotice> {
        let needed = |name: &'static str, chars_max| {
            text(headers, name, chars_max)?.ok_or(BadNotice::Missing(name))
        };
        let number = needed(NUMBER, WORD_CHARS_MAX)?;
        // A sign is none of Google's, and `parse` would take it.
        let are_digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = are_digits.then(|| number.parse().ok()).flatten();
        Ok(Self {
            channel_id: needed(CHANNEL_ID, CHANNEL_ID_CHARS_MAX)?.to_owned(),
            resource_id: needed(RESOURCE_ID, RESOURCE_ID_CHARS_MAX)?.to_owned(),
            token: text(headers, TOKEN, TOKEN_CHARS_MAX)?.map(SecretString::from),
            state: state(needed(STATE, WORD_CHARS_MAX)?),
            number: number.ok_or(BadNotice::NoNumber(NUMBER))?,
        })
    }
}

fn state(word: &str) -> ResourceState {
    match word {
        "sync" => ResourceState::Sync,
        "exists" => ResourceState::Exists,
        "not_exists" => ResourceState::NotExists,
        _ => ResourceState::Other,
    }
}

fn text<'h>(
    headers: &'h HeaderMap,
    name: &'static str,
    chars_max: usize,
) -> Result<Option<&'h str>, BadNotice> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(BadNotice::Repeated(name));
    }
    let text = value.to_str().map_err(|_| BadNotice::NotText(name))?;
    if text.is_empty() || text.len() > chars_max {
        return Err(BadNotice::NotText(name));
    }
    Ok(Some(text))
}
