//! Faults as data: what goes wrong, on which calls, how often (§20.15).
//!
//! The core does not break anything by itself. [`crate::deliver`] asks the world whether a fault
//! is due and turns it into an [`Outcome`]; the shell and the simulator act on that. To add a kind
//! of fault, add a [`FaultKind`] and its arm in `deliver`.

pub(crate) mod named;
pub(crate) mod plan;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use self::named::ErrorName;
use crate::http::Response;

/// A [`Fault::count`] that never runs out.
pub const ALWAYS: u32 = u32::MAX;

/// How a planned fault shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Answer with this status and Google's error body for it.
    Status(u16),
    /// Answer with the error of that name, in the shape of the endpoint. Strikes only endpoints
    /// that know the name.
    Error(ErrorName),
    /// Answer with this status and a page of HTML, as Google's front ends do (§13).
    Html(u16),
    /// The request is lost: no effect, no answer.
    DropBefore,
    /// The request takes effect and the answer is lost.
    DropAfter,
    /// The request takes effect; the answer announces its whole length and ends half-way.
    Truncated,
    /// Reading an event answers 404 while it is younger than this many seconds; a copy of the data
    /// that has not caught up (§13, `notFound`). Strikes only calls on such an event.
    ReplicationLag(u32),
    /// Nothing but [`Fault::delay_ms`].
    #[default]
    Delay,
}

/// Whether a fault that answers lets the request take effect first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// No effect.
    #[default]
    Before,
    /// The effect is there and the caller cannot know.
    After,
}

/// A fault that waits for requests. `..Fault::default()` fills what a test does not care about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Method id such as `calendar.events.insert` or `oauth2.token`; `calendar.events.*` is all
    /// that begin so; `*` is any of them, but never the pages or the control interface.
    pub method: String,
    /// What happens.
    pub kind: FaultKind,
    /// Before or after the effect, for the kinds that answer: `Status`, `Error`, `Html`.
    pub when: Moment,
    /// How many requests it still hits; [`ALWAYS`] for no end.
    #[serde(with = "plan::count")]
    pub count: u32,
    /// Chance that it strikes a request that fits, 0 to 1; drawn from the world's seed.
    pub probability: f64,
    /// How long the caller waits for the answer, or for the end of the connection. The effect, if
    /// there is one, comes at once.
    pub delay_ms: u32,
    /// Only calls with a token of this account (e-mail).
    pub account: Option<String>,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            method: "*".to_owned(),
            kind: FaultKind::default(),
            when: Moment::default(),
            count: 1,
            probability: 1.0,
            delay_ms: 0,
            account: None,
        }
    }
}

impl Fault {
    /// A fault that strikes the next call of `method`, once.
    #[must_use]
    pub fn once(method: &str, kind: FaultKind) -> Self {
        Self {
            method: method.to_owned(),
            kind,
            ..Self::default()
        }
    }
}

/// What the caller of one request sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer. Where its `content-length` says more than its body has, the connection ends
    /// before the rest.
    Answer(Response),
    /// The connection ends without a byte of answer.
    Drop,
    /// The same, so much later by the world's clock. Never one in another.
    Late(SignedDuration, Box<Self>),
}
