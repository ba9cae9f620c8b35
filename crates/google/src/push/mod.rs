//! Push: channels on a calendar's events, opened and stopped, and what arrives on them
//! (google-calendar.md §12).
//!
//! A push says that something has changed, never what. It is authenticated by the channel's token
//! alone, and only ever wakes a pull.

mod notice;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use domain::Instant;
use http::Response;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::notice::{BadNotice, Notice, ResourceState};
use crate::call::{self, CalendarAt, Outgoing, Pass, unreadable, with_query};
use crate::endpoints::Endpoints;
use crate::error::{Advice, CallError, reason_of};
use crate::transport::Transport;

/// Characters that a channel's id may have (§12.1).
pub const CHANNEL_ID_CHARS_MAX: usize = 64;
/// Characters that a channel's token may have (§12.1).
pub const TOKEN_CHARS_MAX: usize = 256;

/// A channel to open.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Its id: never used before by this project, at most [`CHANNEL_ID_CHARS_MAX`]. Kept before the
    /// call, for its first push may arrive before the answer (§12.3).
    pub id: &'a str,
    /// Comes back with every push, and is all that authenticates one; at most
    /// [`TOKEN_CHARS_MAX`].
    pub token: &'a SecretString,
    /// Where pushes go: https, with a certificate that Google trusts.
    pub address: &'a Url,
    /// How long it should live, to the second. Google may grant less.
    pub ttl: SignedDuration,
}

/// A channel that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id, as we chose it.
    pub id: String,
    /// Google's opaque name of what it watches; to stop it, both are needed.
    pub resource_id: String,
    /// When it ends: the only source for that, because nothing says that the wish was granted
    /// (§1). `None` where Google does not say.
    pub expires: Option<Instant>,
}

/// A channel that was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// `pushNotSupportedForRequestedResource`: holidays, birthdays and the like. To be polled, for
    /// good.
    #[error("Google has no push for this calendar")]
    NotSupported,
    /// `webhookUrlUnauthorized`: Google does not let this project push to the address's host. The
    /// operator's to mend; to be polled meanwhile.
    #[error("Google is not authorized to push to this address")]
    AddressUnauthorized,
    /// `webhookUrlNotHttps`. The operator's to mend; to be polled meanwhile.
    #[error("Google pushes to https addresses only")]
    AddressNotHttps,
    /// `channelIdNotUnique`: by an attempt whose answer was lost, perhaps. Another id may do.
    #[error("the channel's id was used before")]
    IdUsed,
    /// Anything else. [`CallError::NotFound`]: the calendar is gone, or not for us to see.
    #[error(transparent)]
    Call(CallError),
}

impl WatchError {
    /// What the caller can do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::NotSupported | Self::AddressUnauthorized | Self::AddressNotHttps => {
                Advice::Refuse
            }
            Self::IdUsed => Advice::Retry,
            Self::Call(error) => error.advice(),
        }
    }
}

#[derive(Serialize)]
struct WatchBody<'a> {
    id: &'a str,
    r#type: &'static str,
    address: &'a str,
    token: &'a str,
    params: Params,
}

#[derive(Serialize)]
struct Params {
    ttl: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StopBody<'a> {
    id: &'a str,
    resource_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelBody {
    id: String,
    resource_id: String,
    expiration: Option<Millis>,
}

/// A 64-bit number: a string by Google's description, bare in its guide (§5).
#[derive(Deserialize)]
#[serde(untagged)]
enum Millis {
    Text(String),
    Bare(i64),
}

/// Opens a channel on the calendar's events. Costs one unit of quota.
///
/// Whoever gets no answer may have opened one all the same; it cannot be stopped until a push names
/// its resource, and ends by itself (§16).
///
/// # Errors
/// [`WatchError`].
pub async fn watch(
    transport: &dyn Transport,
    at: CalendarAt<'_>,
    wish: Wish<'_>,
) -> Result<Channel, WatchError> {
    let body = WatchBody {
        id: wish.id,
        r#type: "web_hook",
        address: wish.address.as_str(),
        token: wish.token.expose_secret(),
        params: Params {
            ttl: wish.ttl.as_secs().max(1).to_string(),
        },
    };
    let url = with_query(at.url(&["events", "watch"]), &[("prettyPrint", "false")]);
    let outgoing = Outgoing::post(url, encode(&body));
    let answer = outgoing
        .answer(transport, Pass::Token(at.access_token))
        .await;
    let answer = answer.map_err(WatchError::Call)?;
    if !answer.status().is_success() {
        return Err(refusal(&answer));
    }
    read_channel(answer.body()).ok_or_else(|| WatchError::Call(unreadable(answer.body())))
}

/// Ends a channel, if there is one. Costs one unit of quota. Pushes may arrive for a while after
/// (§12.4).
///
/// # Errors
/// [`CallError`]; none where Google does not know the channel: it has ended, or is another
/// account's.
pub async fn stop(
    transport: &dyn Transport,
    endpoints: &Endpoints,
    access_token: &SecretString,
    id: &str,
    resource_id: &str,
) -> Result<(), CallError> {
    let body = encode(&StopBody { id, resource_id });
    let url = endpoints.method(&["channels", "stop"]);
    let url = with_query(url, &[("prettyPrint", "false")]);
    let answer = Outgoing::post(url, body).answer(transport, Pass::Token(access_token));
    let answer = answer.await?;
    if answer.status().is_success() {
        return Ok(());
    }
    match call::refusal(&answer) {
        CallError::NotFound => Ok(()),
        error => Err(error),
    }
}

fn encode(body: &impl Serialize) -> Vec<u8> {
    // Strings only: this cannot fail, and an empty body would be refused.
    serde_json::to_vec(body).unwrap_or_default()
}

/// By reason before status: one of them has come as 400 and as 401, which is no word on the token
/// (§12.1).
fn refusal(answer: &Response<Bytes>) -> WatchError {
    let reason = reason_of(answer.body());
    match reason.strip_prefix("push.").unwrap_or(&reason) {
        "pushNotSupportedForRequestedResource" => WatchError::NotSupported,
        "webhookUrlUnauthorized" => WatchError::AddressUnauthorized,
        "webhookUrlNotHttps" => WatchError::AddressNotHttps,
        "channelIdNotUnique" => WatchError::IdUsed,
        _ => WatchError::Call(call::refusal(answer)),
    }
}

fn read_channel(body: &[u8]) -> Option<Channel> {
    let channel: ChannelBody = serde_json::from_slice(body).ok()?;
    let millis = match channel.expiration {
        Some(Millis::Text(text)) => text.parse().ok(),
        Some(Millis::Bare(millis)) => Some(millis),
        None => None,
    };
    Some(Channel {
        id: channel.id,
        resource_id: channel.resource_id,
        expires: millis.map(|millis: i64| Instant::from_micros(millis.saturating_mul(1000))),
    })
}
