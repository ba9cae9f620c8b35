//! Faults as data: what goes wrong, on which method, how often.
//!
//! The core does not break anything by itself. [`crate::deliver`] asks the world whether a fault
//! is due and turns it into an [`Outcome`]; the shell and the simulator act on that. To add a kind
//! of fault, add a [`FaultKind`] and its arm in `deliver`.

use serde::{Deserialize, Serialize};

use crate::http::Response;

/// How a planned fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Answer with this status and Google's error body for it; the request has no effect.
    Status(u16),
    /// The request is lost: no effect, no answer.
    DropBefore,
    /// The request takes effect and the answer is lost.
    DropAfter,
}

/// A fault that waits for requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Method id such as `calendar.events.insert` or `oauth2.token`; `*` is any of them, but never
    /// the pages or the control interface.
    pub method: String,
    /// What happens.
    pub kind: FaultKind,
    /// How many requests it still hits.
    pub count: u32,
}

/// What the caller of one request sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer.
    Answer(Response),
    /// The connection ends without a byte of answer.
    Drop,
}

/// Planned faults, first planned first used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// Uses up one occurrence of the first fault that fits `method`.
    pub(crate) fn take(&mut self, method: &str) -> Option<FaultKind> {
        self.0.retain(|fault| fault.count > 0);
        let fault = self
            .0
            .iter_mut()
            .find(|f| f.method == "*" || f.method == method)?;
        fault.count -= 1;
        Some(fault.kind)
    }
}
