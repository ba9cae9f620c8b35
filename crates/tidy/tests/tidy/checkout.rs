//! What the rules look at: the workspace as cargo resolves it, and the files of this checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::rust_text::test_modules_elsewhere;

/// Folders of a crate that hold Rust.
const RUST_FOLDERS: [&str; 4] = ["src", "tests", "benches", "examples"];
/// Folders nobody wrote.
const GENERATED: [&str; 4] = ["target", "node_modules", ".cache", ".git"];

/// One Rust file of one of our crates.
pub(crate) struct RustFile {
    /// Folder name of its crate, which is the crate's name too.
    pub(crate) crate_name: String,
    /// From the top of the checkout, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Only built for tests: under `tests/` or `benches/`, or a module declared `#[cfg(test)]`.
    pub(crate) is_test: bool,
}

impl RustFile {
    /// A made-up file of `crate_name`'s sources, for a rule's own test.
    pub(crate) fn made_up(crate_name: &str, text: &str) -> Self {
        Self {
            crate_name: crate_name.to_owned(),
            path: format!("crates/{crate_name}/src/made_up.rs"),
            text: text.to_owned(),
            is_test: false,
        }
    }
}

/// The top folder of the checkout.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate is crates/tidy")
        .to_owned()
}

/// The text of a file, named from the top of the checkout.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A TOML file as a tree of values.
pub(crate) fn read_toml(path: &str) -> Value {
    toml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What cargo resolves from the lockfile, for every platform, without a network.
pub(crate) fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(top())
        .output()
        .expect("cargo runs: it runs this test");
    assert!(
        output.status.success(),
        "cargo metadata failed; `cargo fetch --locked` brings what it may lack:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Names of our crates' folders, ascending.
pub(crate) fn crate_names() -> Vec<String> {
    entries(&top().join("crates"))
        .into_iter()
        .filter(|path| path.is_dir())
        .map(|path| name_of(&path))
        .collect()
}

/// Every Rust file of every crate, ascending by path.
pub(crate) fn rust_files() -> Vec<RustFile> {
    let mut files = Vec::new();
    for crate_name in crate_names() {
        for folder in RUST_FOLDERS {
            let within = format!("crates/{crate_name}/{folder}");
            let built_for_tests = matches!(folder, "tests" | "benches");
            files.extend(files_under(&within, "rs").into_iter().map(|path| RustFile {
                crate_name: crate_name.clone(),
                text: read(&path),
                path,
                is_test: built_for_tests,
            }));
        }
    }
    mark_test_modules(&mut files);
    files
}

/// Files under a folder with this extension, named from the top of the checkout, ascending.
pub(crate) fn files_under(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![top().join(folder)];
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder) {
            if path.is_dir() && !GENERATED.contains(&name_of(&path).as_str()) {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let below = path.strip_prefix(top()).expect("the walk began at the top");
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// Marks files that a `#[cfg(test)] mod name;` brings in, and what lies below them.
fn mark_test_modules(files: &mut [RustFile]) {
    let mut modules = Vec::new();
    for file in files.iter() {
        let folder = module_folder(&file.path);
        let names = test_modules_elsewhere(&file.text);
        modules.extend(names.into_iter().map(|name| format!("{folder}/{name}")));
    }
    for file in files {
        file.is_test |= modules.iter().any(|module| {
            file.path == format!("{module}.rs") || file.path.starts_with(&format!("{module}/"))
        });
    }
}

/// The folder in which the modules declared by a file are looked for.
fn module_folder(path: &str) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder,
        _ => path.strip_suffix(".rs").unwrap_or(path),
    }
}

/// What is in a folder, ascending; nothing when there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.expect("a listed entry is readable").path())
        .collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[test]
fn a_module_declared_for_tests_is_test_code_wherever_it_lies() {
    let mut files = vec![
        RustFile::made_up("app", "#[cfg(test)]\nmod cases;\nmod real;"),
        RustFile {
            path: "crates/app/src/made_up/cases.rs".into(),
            ..RustFile::made_up("app", "")
        },
        RustFile {
            path: "crates/app/src/made_up/cases/one.rs".into(),
            ..RustFile::made_up("app", "")
        },
        RustFile {
            path: "crates/app/src/made_up/real.rs".into(),
            ..RustFile::made_up("app", "")
        },
    ];
    mark_test_modules(&mut files);
    assert_eq!(
        files.iter().map(|file| file.is_test).collect::<Vec<_>>(),
        [false, true, true, false]
    );
}
