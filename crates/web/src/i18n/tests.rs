//! The files of all languages agree with each other and with the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

type Messages = BTreeMap<String, BTreeSet<String>>;

/// Every message of a file with the names of its arguments. A message begins at the start of a line
/// and goes on over indented ones; that the file is valid Fluent is held by `Words`.
fn messages(source: &str) -> Messages {
    let mut found = Messages::new();
    let mut current = String::new();
    for line in source.lines() {
        let is_comment = line.starts_with('#');
        if let Some((key, _)) = line
            .split_once(" =")
            .filter(|_| !line.starts_with([' ', '#']))
        {
            current = key.to_owned();
            let earlier = found.insert(current.clone(), BTreeSet::new());
            assert!(earlier.is_none(), "{key} is defined twice");
        }
        let args = line.split('$').skip(1).filter(|_| !is_comment);
        let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        for arg in args {
            let name = arg.chars().take_while(is_name).collect();
            found.entry(current.clone()).or_default().insert(name);
        }
    }
    found
}

/// The text of every template and source file but the tests'.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if !path.ends_with("tests.rs") && !path.ends_with("samples.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push((path.display().to_string(), code.to_owned()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join("templates"), &mut found);
    walk(&root.join("src"), &mut found);
    found
}

/// The literals that follow `opening` in `text`, each with what follows it.
fn literals<'a>(text: &'a str, opening: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(opening).filter_map(move |(at, _)| {
        let rest = text[at + opening.len()..].trim_start();
        rest.strip_prefix('"')?.split_once('"')
    })
}

/// Every use of a message by a literal key: file, key, names of its text arguments (`None` when
/// they are not written in place), whether it counts.
fn uses() -> Vec<(String, String, Option<BTreeSet<String>>)> {
    let mut found = Vec::new();
    for (file, text) in sources() {
        for (key, _) in literals(&text, "key(") {
            found.push((file.clone(), key.to_owned(), None));
        }
        for (key, _) in literals(&text, ".say(") {
            found.push((file.clone(), key.to_owned(), Some(BTreeSet::new())));
        }
        for (call, counts) in [(".with(", false), (".count(", true)] {
            for (key, rest) in literals(&text, call) {
                let mut args = BTreeSet::new();
                if counts {
                    args.insert("count".to_owned());
                }
                let array = rest.split_once('[').and_then(|(_, r)| r.split_once(']'));
                let array = array.map(|(inside, _)| inside).unwrap_or_default();
                args.extend(literals(array, "(").map(|(name, _)| name.to_owned()));
                found.push((file.clone(), key.to_owned(), Some(args)));
            }
        }
    }
    found
}

#[test]
fn every_language_has_the_same_messages_with_the_same_arguments() {
    let all: Vec<_> = SOURCES.iter().map(|(l, s)| (l, messages(s))).collect();
    let (_, first) = &all[0];
    for (locale, others) in &all {
        for (key, args) in first {
            assert_eq!(others.get(key), Some(args), "{key} in {}", locale.tag());
        }
        for key in others.keys() {
            assert!(first.contains_key(key), "{key} is only in {}", locale.tag());
        }
    }
}

#[test]
fn every_key_used_exists_and_gets_the_arguments_it_takes() {
    let known = messages(SOURCES[0].1);
    for (file, key, args) in uses() {
        let wanted = known.get(&key);
        assert!(wanted.is_some(), "{file} uses {key}, which does not exist");
        if let Some(args) = args {
            assert_eq!(wanted, Some(&args), "{file} uses {key}");
        }
    }
}

#[test]
fn no_message_is_idle() {
    let used: BTreeSet<_> = uses().into_iter().map(|(_, key, _)| key).collect();
    let idle: Vec<_> = messages(SOURCES[0].1)
        .into_keys()
        .filter(|key| !used.contains(key))
        .collect();
    assert!(idle.is_empty(), "nobody uses {idle:?}");
}

#[test]
fn counts_choose_singular_and_plural() {
    let en = Words::new(Locale::En);
    let es = Words::new(Locale::Es);
    assert_eq!(en.count("connection-waiting", 1, &[]), "1 change waiting");
    assert_eq!(en.count("connection-waiting", 2, &[]), "2 changes waiting");
    assert_eq!(
        es.count("connection-waiting", 2, &[]),
        "2 cambios en espera"
    );
}

#[test]
fn a_number_in_a_name_stays_as_typed() {
    let said = Words::new(Locale::En).with("host-with", &[("host", "007")]);
    assert_eq!(said, "with 007");
}
