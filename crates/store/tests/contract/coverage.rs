//! That the suite leaves nothing of `store::tables` out.

use std::fs;
use std::path::Path;

/// Every file under `folder` with this ending, as its name without it and its text.
fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn every_function_of_the_tables_is_named_in_the_suite() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = files(&top.join("tests/contract"), "rs");
    let mut missing = Vec::new();
    for (table, text) in files(&top.join("src/tables"), "rs") {
        for line in text.lines() {
            let Some(rest) = line.strip_prefix("pub fn ") else {
                continue;
            };
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let called = format!("{table}::{name}");
            if !suite.iter().any(|(_, text)| names(text, &called)) {
                missing.push(called);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "call these in tests/contract/tables: {missing:#?}"
    );
}

/// Whether `text` holds `called` and not only as the beginning of a longer name.
fn names(text: &str, called: &str) -> bool {
    text.match_indices(called).any(|(at, _)| {
        let next = text[at + called.len()..].chars().next();
        next.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}
