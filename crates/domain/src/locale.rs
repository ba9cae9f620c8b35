//! The languages Lockstep speaks.

use serde::{Deserialize, Serialize};

/// A language every page and message exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Locale {
    /// All of them, in the order a reader is offered them.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// Its BCP 47 tag: `en` or `es`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// The locale of a BCP 47 tag, by its language only: `es-AR` is [`Locale::Es`].
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next()?.trim();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The first language of an `Accept-Language` header (RFC 9110, 12.5.4) we speak, by weight.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        // A header of more than this many choices is not from a browser.
        const CHOICES_MAX: usize = 20;
        let mut best: Option<(f32, Self)> = None;
        for choice in header.split(',').take(CHOICES_MAX) {
            let (tag, weight) = choice.split_once(';').unwrap_or((choice, ""));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let Some(locale) = Self::from_tag(tag.trim()) else {
                continue;
            };
            if weight > 0.0 && best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_we_speak_is_chosen() {
        for (header, expected) in [
            ("es-AR,es;q=0.9,en;q=0.8", Some(Locale::Es)),
            ("de, en;q=0.5, es;q=0.7", Some(Locale::Es)),
            ("en-GB", Some(Locale::En)),
            ("de;q=1, fr", None),
            ("es;q=0, en;q=0.1", Some(Locale::En)),
            ("", None),
            ("*;q=nonsense", None),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header}");
        }
    }
}
