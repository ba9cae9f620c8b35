//! Page tokens: where the last page ended, sealed with the question it belongs to.
//!
//! The place is the sort key of the last event shown rather than a count, so that an event added
//! or deleted between two pages neither hides nor repeats another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::ApiError;

/// Sort key of an event within one list: by time or ordinal, then by ordinal.
pub(crate) type Place = (i64, u64);

/// Opaque text for "continue after `place`".
pub(crate) fn write(seal: &str, place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{seal}.{}.{}", place.0, place.1))
}

/// The place, if the token belongs to this very question.
pub(crate) fn read(seal: &str, token: &str) -> Result<Place, ApiError> {
    decode(seal, token)
        .ok_or_else(|| ApiError::invalid("Invalid page token.").at_parameter("pageToken"))
}

fn decode(seal: &str, token: &str) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (key, ordinal) = text
        .strip_prefix(seal)?
        .strip_prefix('.')?
        .split_once('.')?;
    Some((key.parse().ok()?, ordinal.parse().ok()?))
}

/// Ties a token to a calendar and the parameters of its list.
pub(crate) fn seal(calendar: &str, parameters: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(calendar).chain(parameters.iter().flat_map(|(n, v)| [*n, *v])) {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}
