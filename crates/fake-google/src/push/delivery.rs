//! One message on its way (§12.2). The core says when it is due and what follows from how it went;
//! somebody with a network carries it.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Serialize;

use crate::push::channel::Channel;

/// What a message says of what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// The channel begins.
    Sync,
    /// Something was made, changed or deleted.
    Exists,
}

impl ResourceState {
    fn word(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Exists => "exists",
        }
    }
}

/// A message: a POST without a body. Take it to [`Delivery::address`] and tell the world how it
/// went with [`crate::World::report_delivery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Where the client wants it: a whole URL.
    pub address: String,
    /// The `X-Goog-*` headers, in Google's spelling; what every HTTP request has is not among
    /// them.
    pub headers: Vec<(String, String)>,
    /// Id of the channel.
    pub channel: String,
    /// `X-Goog-Message-Number`; the same for every try and every duplicate.
    pub number: u64,
    /// What it says.
    pub state: ResourceState,
    /// The how many-th try this is, from 1.
    pub attempt: u32,
    /// When it leaves.
    pub due: Timestamp,
}

/// How carrying a message ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// The receiver answered with this status.
    Status(u16),
    /// Nobody answered; why, in words.
    Unreachable(String),
}

impl Delivery {
    pub(crate) fn new(channel: &Channel, state: ResourceState, due: Timestamp) -> Self {
        let mut headers = vec![
            ("X-Goog-Channel-ID", channel.id.clone()),
            ("X-Goog-Message-Number", channel.number.to_string()),
            ("X-Goog-Resource-ID", channel.watched.resource_id()),
            ("X-Goog-Resource-State", state.word().to_owned()),
            ("X-Goog-Resource-URI", channel.watched.resource_uri()),
        ];
        let printer = rfc2822::DateTimePrinter::new();
        if let Ok(expires) = printer.timestamp_to_rfc9110_string(&channel.expires) {
            headers.push(("X-Goog-Channel-Expiration", expires));
        }
        if let Some(token) = &channel.token {
            headers.push(("X-Goog-Channel-Token", token.clone()));
        }
        Self {
            address: channel.address.clone(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            channel: channel.id.clone(),
            number: channel.number,
            state,
            attempt: 1,
            due,
        }
    }

    /// The value of a header, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Carried {
    /// Whether Google tries again: four statuses, and nothing else is named (§12.2).
    pub(crate) fn is_retried(&self, retries_unreachable: bool) -> bool {
        match self {
            Self::Status(status) => matches!(status, 500 | 502 | 503 | 504),
            Self::Unreachable(_) => retries_unreachable,
        }
    }
}
