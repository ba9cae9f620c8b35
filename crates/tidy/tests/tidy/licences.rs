//! What may come from outside: permissive licences, and cargo's default registry only.
//!
//! The list of licences is `deny.toml`'s. `cargo deny check` says the same with more care; these
//! tests hold where it is not installed.

use serde_json::{Value, json};

use crate::checkout::{metadata, read_toml};
use crate::hold;

/// Beginnings of licence names that ask something of those who pass the program on.
const COPYLEFT: [&str; 11] = [
    "GPL", "AGPL", "LGPL", "MPL", "EPL", "CDDL", "EUPL", "OSL", "SSPL", "BUSL", "CC-BY-SA",
];

fn allowed() -> Vec<String> {
    let list = &read_toml("deny.toml")["licenses"]["allow"];
    list.as_array()
        .expect("deny.toml has [licenses] allow")
        .iter()
        .map(|licence| {
            licence
                .as_str()
                .expect("a licence is named by a string")
                .to_owned()
        })
        .collect()
}

/// Packages whose licence the list does not grant.
fn refused_licences(metadata: &Value, allowed: &[String]) -> Vec<String> {
    packages(metadata)
        .iter()
        .filter_map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            match package["license"].as_str() {
                None => Some(format!("{name} names no licence")),
                Some(expression) if Expression::read(expression).is_granted(allowed) => None,
                Some(expression) => Some(format!("{name} is under {expression}")),
            }
        })
        .collect()
}

/// Packages that come neither from here nor from cargo's default registry, and dependencies that
/// name another registry. (Cargo leaves `registry` empty for the default one, so that no host has
/// to be named here.)
fn refused_sources(metadata: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    for package in packages(metadata) {
        let name = package["name"].as_str().unwrap_or_default();
        match package["source"].as_str() {
            Some(source) if !source.starts_with("registry+") => {
                broken.push(format!("{name} comes from {source}"));
            }
            _ => {}
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if let Some(registry) = dependency["registry"].as_str() {
                broken.push(format!(
                    "{name} takes {} from {registry}",
                    dependency["name"]
                ));
            }
        }
    }
    broken
}

/// Entries of the list that are not permissive.
fn copyleft(allowed: &[String]) -> Vec<String> {
    allowed
        .iter()
        .filter(|licence| COPYLEFT.iter().any(|family| licence.starts_with(family)))
        .cloned()
        .collect()
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"]
        .as_array()
        .expect("cargo metadata lists packages")
}

/// An SPDX licence expression (SPDX 2.3, annex D), with the old `/` read as OR.
#[derive(Debug)]
enum Expression {
    /// One licence, with its exception if it has one: `Apache-2.0 WITH LLVM-exception`.
    Licence(String),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

impl Expression {
    fn read(text: &str) -> Self {
        let spaced = text
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let mut words = spaced.split_whitespace().peekable();
        let expression = Self::any(&mut words);
        assert!(words.next().is_none(), "not a licence expression: {text}");
        expression
    }

    fn any<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Self {
        let mut choices = vec![Self::all(words)];
        while words.next_if_eq(&"OR").is_some() {
            choices.push(Self::all(words));
        }
        Self::Any(choices)
    }

    fn all<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Self {
        let mut parts = vec![Self::one(words)];
        while words.next_if_eq(&"AND").is_some() {
            parts.push(Self::one(words));
        }
        Self::All(parts)
    }

    fn one<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Self {
        let word = words
            .next()
            .expect("a licence expression does not end with an operator");
        if word == "(" {
            let inner = Self::any(words);
            assert_eq!(
                words.next(),
                Some(")"),
                "a bracket of a licence expression stays open"
            );
            return inner;
        }
        if words.next_if_eq(&"WITH").is_some() {
            let exception = words.next().expect("WITH names an exception");
            return Self::Licence(format!("{word} WITH {exception}"));
        }
        Self::Licence(word.to_owned())
    }

    fn is_granted(&self, allowed: &[String]) -> bool {
        match self {
            Self::Licence(licence) => allowed.contains(licence),
            Self::All(parts) => parts.iter().all(|part| part.is_granted(allowed)),
            Self::Any(choices) => choices.iter().any(|choice| choice.is_granted(allowed)),
        }
    }
}

#[test]
fn every_package_is_under_a_licence_of_the_list() {
    hold(
        "licences (deny.toml)",
        &refused_licences(&metadata(), &allowed()),
    );
}

#[test]
fn the_list_is_permissive() {
    hold("copyleft in deny.toml's list", &copyleft(&allowed()));
}

#[test]
fn every_package_comes_from_here_or_the_default_registry() {
    hold("sources", &refused_sources(&metadata()));
}

#[test]
fn a_licence_outside_the_list_is_seen() {
    let allowed = ["MIT", "Apache-2.0", "ISC"].map(str::to_owned);
    let rows = [
        ("MIT", true),
        ("MIT OR GPL-3.0-only", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
        ("Apache-2.0 AND ISC", true),
        ("MIT/Apache-2.0", true),
        ("(GPL-2.0-only OR MIT) AND ISC", true),
        ("(GPL-2.0-only OR MIT) AND Zlib", false),
        ("GPL-2.0-only OR MIT AND Zlib", false),
        ("Apache-2.0 WITH LLVM-exception", false),
        ("Apache-2.0 WITH LLVM-exception OR MIT", true),
    ];
    for (expression, is_granted) in rows {
        let metadata = json!({"packages": [{"name": "it", "license": expression}]});
        assert_eq!(
            refused_licences(&metadata, &allowed).is_empty(),
            is_granted,
            "{expression}"
        );
    }
    let nameless = json!({"packages": [{"name": "it", "license": null}]});
    assert_eq!(
        refused_licences(&nameless, &allowed),
        ["it names no licence"]
    );
}

#[test]
fn copyleft_in_the_list_is_seen() {
    assert_eq!(
        copyleft(&["MIT".to_owned(), "MPL-2.0".to_owned()]),
        ["MPL-2.0"]
    );
}

#[test]
fn another_source_is_seen() {
    let rows = [
        (json!({"name": "ours", "source": null}), true),
        (
            json!({"name": "it", "source": "registry+https://index.example"}),
            true,
        ),
        (
            json!({"name": "it", "source": "git+https://git.example/it"}),
            false,
        ),
        (
            json!({"name": "it", "source": "sparse+https://other.example"}),
            false,
        ),
        (
            json!({"name": "ours", "dependencies": [{"name": "it", "registry": null}]}),
            true,
        ),
        (
            json!({"name": "ours", "dependencies": [{"name": "it", "registry": "https://other.example"}]}),
            false,
        ),
    ];
    for (package, is_allowed) in rows {
        let metadata = json!({"packages": [package]});
        assert_eq!(
            refused_sources(&metadata).is_empty(),
            is_allowed,
            "{metadata}"
        );
    }
}
