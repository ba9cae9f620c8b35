//! What a checker says when something is wrong.

use std::fmt;

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which checker saw it.
    pub checker: &'static str,
    /// What it saw.
    pub message: String,
}

impl Failure {
    /// `checker` saw `message`.
    pub fn new(checker: &'static str, message: impl Into<String>) -> Self {
        Self {
            checker,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.checker, self.message)
    }
}

/// What a checker gives.
pub type Checked = Result<(), Failure>;
