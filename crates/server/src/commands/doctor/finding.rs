//! One thing that was looked at.

use std::fmt;

/// What was found of one thing.
pub(super) struct Finding {
    /// What was looked at, in a word or two.
    pub(super) what: &'static str,
    pub(super) verdict: Verdict,
    /// What was found, as a sentence.
    pub(super) says: String,
    /// What to do, where something can be done.
    pub(super) todo: Option<String>,
}

/// How it stands with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Good,
    /// It works, and may not go on working, or could be better.
    Look,
    /// It cannot be told from here.
    Unknown,
    /// It needs somebody.
    Bad,
}

impl Finding {
    pub(super) fn good(what: &'static str, says: impl Into<String>) -> Self {
        Self::new(what, Verdict::Good, says.into(), None)
    }

    pub(super) fn look(
        what: &'static str,
        says: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::new(what, Verdict::Look, says.into(), Some(todo.into()))
    }

    pub(super) fn unknown(
        what: &'static str,
        says: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::new(what, Verdict::Unknown, says.into(), Some(todo.into()))
    }

    pub(super) fn bad(
        what: &'static str,
        says: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::new(what, Verdict::Bad, says.into(), Some(todo.into()))
    }

    const fn new(what: &'static str, verdict: Verdict, says: String, todo: Option<String>) -> Self {
        Self {
            what,
            verdict,
            says,
            todo,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.verdict {
            Verdict::Good => "ok",
            Verdict::Look => "look",
            Verdict::Unknown => "?",
            Verdict::Bad => "BAD",
        };
        writeln!(f, "{sign:4}  {:16}  {}", self.what, self.says)?;
        match &self.todo {
            Some(todo) => writeln!(f, "{:24}{todo}", ""),
            None => Ok(()),
        }
    }
}
