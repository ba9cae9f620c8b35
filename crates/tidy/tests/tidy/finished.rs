//! What is in the tree is finished: every file says why it exists, nothing is left for later, no
//! test is skipped and none sleeps.

use crate::checkout::{RustFile, files_under, read, rust_files};
use crate::hold;
use crate::rust_text::{code, inside_tests, line_of, lines_with};

// Spelled in two halves, so that neither these rules nor a search for leftovers finds them here.
const LEFT_FOR_LATER: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("#[ig", "nore"),
];

/// Calls that let time pass in a test. A test runs due work by hand under a mock clock, or waits
/// for a condition.
const SLEEPING: [&str; 4] = ["sleep(", "sleep_until(", "park_timeout(", "sleep_ms("];

/// Ways for a browser test to sleep.
const SLEEPING_IN_BROWSER: [&str; 3] = ["waitForTimeout", "setTimeout", "timers/promises"];
/// The one place that may pause: between two looks at a condition, a bounded number of times.
const BROWSER_HARNESS: &str = "tests/browser/harness.mjs";

fn without_module_doc(files: &[RustFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| format!("{}: open with `//!` and why the file exists", file.path))
        .collect()
}

fn left_for_later(path: &str, text: &str) -> Vec<String> {
    LEFT_FOR_LATER
        .iter()
        .flat_map(|word| {
            lines_with(text, word)
                .into_iter()
                .map(move |line| (line, word))
        })
        .map(|(line, word)| format!("{path}:{line}: {word}"))
        .collect()
}

fn sleeping_tests(files: &[RustFile]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files {
        let tests = if file.is_test {
            file.text.clone()
        } else {
            inside_tests(&file.text)
        };
        let tests = code(&tests);
        for call in SLEEPING {
            let lines = lines_with(&tests, call);
            broken.extend(
                lines
                    .into_iter()
                    .map(|line| format!("{}:{line}: {call}", file.path)),
            );
        }
    }
    broken
}

fn sleeping_in_browser(path: &str, text: &str) -> Vec<String> {
    SLEEPING_IN_BROWSER
        .iter()
        .flat_map(|word| {
            text.match_indices(word)
                .map(move |(at, _)| (line_of(text, at), word))
        })
        .map(|(line, word)| format!("{path}:{line}: {word}"))
        .collect()
}

#[test]
fn every_file_says_why_it_exists() {
    hold("module docs", &without_module_doc(&rust_files()));
}

#[test]
fn nothing_is_left_for_later() {
    let mut broken = Vec::new();
    for file in rust_files() {
        broken.extend(left_for_later(&file.path, &file.text));
    }
    for path in files_under("tests", "mjs") {
        broken.extend(left_for_later(&path, &read(&path)));
    }
    hold("left for later: finish it, or open an issue", &broken);
}

#[test]
fn no_test_sleeps() {
    hold("no sleeps to wait for work", &sleeping_tests(&rust_files()));
}

#[test]
fn no_browser_test_sleeps() {
    let scripts = files_under("tests", "mjs")
        .into_iter()
        .filter(|path| path != BROWSER_HARNESS);
    let broken: Vec<String> = scripts
        .flat_map(|path| sleeping_in_browser(&path, &read(&path)))
        .collect();
    hold(
        "no sleeps in browser tests: wait on a condition (harness.mjs)",
        &broken,
    );
}

#[test]
fn a_file_without_module_doc_is_seen() {
    let with = RustFile::made_up("app", "//! Use cases.\n\nfn f() {}");
    let comment = RustFile::made_up("app", "// Use cases.\nfn f() {}");
    let late = RustFile::made_up("app", "use x;\n//! Late.");
    assert_eq!(without_module_doc(&[with, comment, late]).len(), 2);
}

#[test]
fn a_leftover_is_seen() {
    for word in LEFT_FOR_LATER {
        assert_eq!(
            left_for_later("it", &format!("fn f() {{\n  {word}\n}}")),
            [format!("it:2: {word}")]
        );
    }
    assert!(left_for_later("it", concat!("fn ignore() {} // fixme XX", "XL")).is_empty());
}

#[test]
fn a_sleeping_test_is_seen() {
    let asleep =
        "fn ok() { pause() }\n#[cfg(test)]\nmod tests {\n  fn t() { std::thread::sleep(d) }\n}";
    assert_eq!(
        sleeping_tests(&[RustFile::made_up("server", asleep)]).len(),
        1
    );
    let product = "async fn wait() { tokio::time::sleep(d).await }";
    assert!(sleeping_tests(&[RustFile::made_up("server", product)]).is_empty());
    let in_tests = RustFile {
        is_test: true,
        ..RustFile::made_up("server", product)
    };
    assert_eq!(sleeping_tests(&[in_tests]).len(), 1);
    assert_eq!(
        sleeping_in_browser("it", "\nawait page.waitForTimeout(50)").len(),
        1
    );
}
