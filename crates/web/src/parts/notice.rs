//! What has just happened, at the top of a page.

/// A notice.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    pub(crate) heading: String,
    pub(crate) lines: Vec<String>,
}

/// Whether it is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It worked.
    Good,
    /// It did not.
    Bad,
}

impl Tone {
    /// As style sheet and tests name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    /// Whether a screen reader interrupts for it.
    pub(crate) const fn is_urgent(self) -> bool {
        matches!(self, Self::Bad)
    }
}
