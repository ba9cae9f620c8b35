//! Every word a person reads, in every language: one mechanism, Fluent files built in.
//!
//! To add a sentence: add the message to every file in `locales/`, under the same key and with the
//! same arguments, and use it by a literal key. To add a language: add its file here and its variant
//! to [`Locale`]. The tests below hold that files agree, that used keys exist, and that none is idle.

use std::sync::LazyLock;

use domain::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The source text of every language's messages.
pub(crate) const SOURCES: [(Locale, &str); 2] = [
    (Locale::En, include_str!("../locales/en.ftl")),
    (Locale::Es, include_str!("../locales/es.ftl")),
];

/// The key of a message that is chosen in code. Made only by [`key`], so that a test can find it.
pub(crate) type Key = &'static str;

/// Names a message. Write the literal in place, as `status` does.
pub(crate) const fn key(name: &'static str) -> Key {
    name
}

/// Speaks one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    locale: Locale,
}

impl Words {
    /// Words in `locale`.
    pub(crate) const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The language spoken.
    pub(crate) const fn locale(self) -> Locale {
        self.locale
    }

    /// The message of `key`, which takes no arguments.
    pub(crate) fn say(self, key: &str) -> String {
        self.format(key, &FluentArgs::new())
    }

    /// The message of `key` with its arguments, all of them text.
    pub(crate) fn with(self, key: &str, texts: &[(&'static str, &str)]) -> String {
        self.format(key, &text_args(texts))
    }

    /// The message of `key` with its `count`, which chooses singular or plural, and other arguments.
    pub(crate) fn count(self, key: &str, count: u64, texts: &[(&'static str, &str)]) -> String {
        let mut args = text_args(texts);
        args.set("count", FluentValue::from(count));
        self.format(key, &args)
    }

    fn format(self, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle = &BUNDLES[self.locale as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            tracing::error!(key, "message missing");
            return format!("⟦{key}⟧");
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors);
        if errors.is_empty() {
            text.into_owned()
        } else {
            tracing::error!(key, ?errors, "message cannot be formatted");
            format!("⟦{key}⟧")
        }
    }
}

fn text_args<'a>(texts: &[(&'static str, &'a str)]) -> FluentArgs<'a> {
    texts
        .iter()
        .map(|(name, text)| (*name, FluentValue::from(*text)))
        .collect()
}

/// In the order of [`Locale`]'s variants.
static BUNDLES: LazyLock<Vec<FluentBundle<FluentResource>>> =
    LazyLock::new(|| SOURCES.iter().map(|(l, s)| bundle(*l, s)).collect());

fn bundle(locale: Locale, source: &str) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = locale.tag().parse().expect("our tags are BCP 47");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would end up in titles and copied text; none of our languages turns around.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned())
        .map_err(|(_, errors)| errors)
        .expect("a test parses every locale file");
    bundle
        .add_resource(resource)
        .expect("a test finds messages defined twice");
    bundle
}

#[cfg(test)]
mod tests;
