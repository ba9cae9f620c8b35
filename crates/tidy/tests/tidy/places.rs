//! What must not be written where: I/O in `domain`, waiting in `app`, SQL outside `store`, Google's
//! JSON outside `google`, the fake below `server`.
//!
//! `directions` holds what a crate can name; these rules hold what needs no dependency to be
//! written. They are about words, and an honest mistake is what they are for.

use crate::checkout::{RustFile, rust_files};
use crate::hold;
use crate::rust_text::{code, lines_with, literals, outside_tests, uncommented};

/// Words that mean input, output, an ambient clock or async. `domain` has none of them, in its
/// tests neither.
const IMPURE: [&str; 11] = [
    "async",
    "await",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "SystemTime",
    "std::time::Instant",
];

/// Words that wait, start or race something. `app` awaits a unit or a sent request and nothing
/// else: deadlines are data, and several steps at once are `server`'s business.
const WAITING: [&str; 11] = [
    "tokio",
    "sleep",
    "spawn",
    "select!",
    "join!",
    "join_all",
    "block_on",
    "yield_now",
    "FuturesUnordered",
    "FuturesOrdered",
    "timeout(",
];

const SQL: [&str; 4] = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];

/// Names only Google's event JSON has, as they would stand in a source.
const GOOGLE_JSON: [&str; 3] = ["\"dateTime", "extendedProperties", "hangoutLink"];

/// These rules' own crate spells out what it refuses.
const THIS_CRATE: &str = "tidy";

fn io_in_domain(files: &[RustFile]) -> Vec<String> {
    let of_domain = files.iter().filter(|file| file.crate_name == "domain");
    of_domain
        .flat_map(|file| found(file, &spell_out_std(&code(&file.text)), &IMPURE))
        .collect()
}

fn waiting_in_app(files: &[RustFile]) -> Vec<String> {
    let of_app = files
        .iter()
        .filter(|file| file.crate_name == "app" && !file.is_test);
    of_app
        .flat_map(|file| found(file, &code(&outside_tests(&file.text)), &WAITING))
        .collect()
}

fn sql_outside_store(files: &[RustFile]) -> Vec<String> {
    let elsewhere = product(files).filter(|file| file.crate_name != "store");
    elsewhere
        .flat_map(|file| found(file, &literals(&outside_tests(&file.text)), &SQL))
        .collect()
}

fn google_json_elsewhere(files: &[RustFile]) -> Vec<String> {
    let elsewhere = product(files)
        .filter(|file| !["google", "fake-google", "sim"].contains(&file.crate_name.as_str()));
    elsewhere
        .flat_map(|file| found(file, &uncommented(&outside_tests(&file.text)), &GOOGLE_JSON))
        .collect()
}

fn fake_google_below_server(files: &[RustFile]) -> Vec<String> {
    let below = files.iter().filter(|file| {
        !["server", "sim", "fake-google", THIS_CRATE].contains(&file.crate_name.as_str())
    });
    below
        .flat_map(|file| found(file, &code(&file.text), &["fake_google"]))
        .collect()
}

/// The one file that speaks C: a layer beneath SQLite, for tests.
const UNSAFE: &str = "crates/power-loss/src/shim.rs";

fn unsafe_code(files: &[RustFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path != UNSAFE)
        .flat_map(|file| found(file, &code(&file.text), &["unsafe"]))
        .collect()
}

/// Files that end up in a binary.
fn product(files: &[RustFile]) -> impl Iterator<Item = &RustFile> {
    files
        .iter()
        .filter(|file| !file.is_test && file.crate_name != THIS_CRATE)
}

fn found(file: &RustFile, text: &str, words: &[&str]) -> Vec<String> {
    let at = |word: &str| {
        let word = word.to_owned();
        lines_with(text, &word)
            .into_iter()
            .map(move |line| format!("{}:{line}: {word}", file.path))
    };
    words
        .iter()
        .flat_map(|word| at(word).collect::<Vec<_>>())
        .collect()
}

/// Writes what `use std::{fs, io}` brings in as `std::fs std::io` too, on the line of the bracket.
fn spell_out_std(code: &str) -> String {
    let mut spelled = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("std::{") {
        let group = &rest[at + "std::{".len()..];
        let end = group.find(';').unwrap_or(group.len());
        spelled.push_str(&rest[..at]);
        for name in group[..end].split([',', '{', '}']) {
            spelled.push_str(&format!(" std::{} ", name.trim()));
        }
        spelled.push_str(&"\n".repeat(group[..end].matches('\n').count()));
        rest = &group[end..];
    }
    spelled + rest
}

#[test]
fn domain_has_no_input_output_or_async() {
    hold(
        "domain is pure: no I/O, clock, or async",
        &io_in_domain(&rust_files()),
    );
}

#[test]
fn app_waits_for_nothing_but_its_two_seams() {
    hold(
        "app neither sleeps, spawns nor races",
        &waiting_in_app(&rust_files()),
    );
}

#[test]
fn only_store_speaks_sql() {
    hold("SQL belongs to store", &sql_outside_store(&rust_files()));
}

#[test]
fn only_google_knows_its_json() {
    hold(
        "Google's JSON belongs to google",
        &google_json_elsewhere(&rust_files()),
    );
}

#[test]
fn the_fake_is_named_by_server_and_sim_alone() {
    hold(
        "fake_google below server",
        &fake_google_below_server(&rust_files()),
    );
}

#[test]
fn nothing_is_unsafe() {
    hold("unsafe code", &unsafe_code(&rust_files()));
}

#[test]
fn io_in_domain_is_seen() {
    let rows = [
        ("async fn f() {}", 1),
        ("x.await", 1),
        ("use std::fs;", 1),
        (
            "use std::{collections::BTreeMap,\n fs::{self, File}, net::IpAddr};",
            2,
        ),
        ("let now = std::time::SystemTime::now();", 1),
        ("let started = std::time::Instant::now();", 1),
        ("#[cfg(test)] mod tests { use std::thread; }", 1),
        (
            "// std::fs and async\nlet text = \"std::net\"; use std::fmt;",
            0,
        ),
        ("struct Instant; fn awaited() {}", 0),
    ];
    for (text, expected) in rows {
        let broken = io_in_domain(&[RustFile::made_up("domain", text)]);
        assert_eq!(broken.len(), expected, "{text}: {broken:?}");
    }
    assert!(io_in_domain(&[RustFile::made_up("server", "async fn f() {}")]).is_empty());
    let at = io_in_domain(&[RustFile::made_up("domain", "\n\nuse std::fs;")]);
    assert_eq!(at, ["crates/domain/src/made_up.rs:3: std::fs"]);
}

#[test]
fn waiting_in_app_is_seen() {
    let rows = [
        ("tokio::time::sleep(d).await;", 2),
        ("spawn(work)", 1),
        ("select! {}", 1),
        ("join_all(steps).await", 1),
        ("timeout(limit, step).await", 1),
        ("store.unit(lane, work).await", 0),
        ("let timeout = policy.timeout_max; // never sleep", 0),
        ("#[cfg(test)] mod tests { fn f() { spawn(x) } }", 0),
    ];
    for (text, expected) in rows {
        let broken = waiting_in_app(&[RustFile::made_up("app", text)]);
        assert_eq!(broken.len(), expected, "{text}: {broken:?}");
    }
}

#[test]
fn sql_outside_store_is_seen() {
    let rows = [
        ("tx.rows(\"SELECT id FROM booking\")", 1),
        ("r#\"\n  UPDATE booking SET\n\"#", 1),
        ("// SELECT a slot\nlet text = \"Select a time\";", 0),
        (
            "#[cfg(test)] mod tests { const Q: &str = \"DELETE FROM booking\"; }",
            0,
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(
            sql_outside_store(&[RustFile::made_up("app", text)]).len(),
            expected,
            "{text}"
        );
        assert!(sql_outside_store(&[RustFile::made_up("store", text)]).is_empty());
    }
}

#[test]
fn google_json_elsewhere_is_seen() {
    let rows = [
        ("json!({\"start\": {\"dateTime\": start}})", 1),
        ("let text = \"{\\\"extendedProperties\\\": {}}\";", 1),
        ("struct Event { hangoutLink: String }", 1),
        (
            "// the dateTime of extendedProperties\nlet date_time = \"date-time\";",
            0,
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(
            google_json_elsewhere(&[RustFile::made_up("app", text)]).len(),
            expected,
            "{text}"
        );
        assert!(google_json_elsewhere(&[RustFile::made_up("google", text)]).is_empty());
    }
}

#[test]
fn the_fake_below_server_is_seen_in_tests_too() {
    let text = "#[cfg(test)] mod tests { use fake_google::World; }";
    assert_eq!(
        fake_google_below_server(&[RustFile::made_up("app", text)]).len(),
        1
    );
    assert!(fake_google_below_server(&[RustFile::made_up("sim", text)]).is_empty());
}

#[test]
fn unsafe_is_seen_as_a_word() {
    assert_eq!(
        unsafe_code(&[RustFile::made_up("store", "unsafe { f() }")]).len(),
        1
    );
    assert!(
        unsafe_code(&[RustFile::made_up(
            "store",
            "// unsafe\nlet unsafe_code = 1;"
        )])
        .is_empty()
    );
}
