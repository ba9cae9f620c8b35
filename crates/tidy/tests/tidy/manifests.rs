//! Each crate's `Cargo.toml` says only what is its own: the rest comes from the workspace.

use serde_json::{Value, json};

use crate::checkout::{crate_names, read_toml};
use crate::hold;

/// Fields of `[package]` a crate does not take from the workspace, of those the workspace has.
fn fields_of_its_own(workspace: &Value, manifest: &Value) -> Vec<String> {
    let shared = workspace["workspace"]["package"]
        .as_object()
        .expect("[workspace.package] is there");
    shared
        .keys()
        .filter(|field| manifest["package"][field.as_str()]["workspace"] != true)
        .map(|field| format!("write `{field}.workspace = true`"))
        .collect()
}

/// Dependencies whose version a crate sets by itself.
fn versions_of_its_own(manifest: &Value) -> Vec<String> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|section| manifest[section].as_object())
        .flatten()
        .filter(|(_, dependency)| dependency["workspace"] != true)
        .map(|(name, _)| format!("take `{name}` from [workspace.dependencies]"))
        .collect()
}

/// The only crate that may contain unsafe code, and so cannot inherit what forbids it.
const WITH_UNSAFE_CODE: &str = "power-loss";

fn lints_of_its_own(manifest: &Value) -> Vec<String> {
    let inherited = json!({"workspace": true});
    let repeated = manifest["package"]["name"] == WITH_UNSAFE_CODE && {
        let mut lints = read_toml("Cargo.toml")["workspace"]["lints"].clone();
        lints["rust"]["unsafe_code"] = json!("deny");
        manifest["lints"] == lints
    };
    if manifest["lints"] == inherited || repeated {
        return Vec::new();
    }
    vec!["write `[lints]` with `workspace = true` and nothing else".to_owned()]
}

/// Applies a rule to the manifest of every crate and says which crate breaks it.
fn in_every_crate(rule: impl Fn(&Value) -> Vec<String>) -> Vec<String> {
    let mut broken = Vec::new();
    for crate_name in crate_names() {
        let path = format!("crates/{crate_name}/Cargo.toml");
        broken.extend(
            rule(&read_toml(&path))
                .into_iter()
                .map(|what| format!("{path}: {what}")),
        );
    }
    broken
}

#[test]
fn package_fields_are_inherited() {
    let workspace = read_toml("Cargo.toml");
    let broken = in_every_crate(|manifest| fields_of_its_own(&workspace, manifest));
    hold("[package] fields come from the workspace", &broken);
}

#[test]
fn versions_are_set_in_one_place() {
    hold(
        "versions are set in the workspace",
        &in_every_crate(versions_of_its_own),
    );
}

#[test]
fn lints_are_inherited() {
    hold(
        "lints come from the workspace",
        &in_every_crate(lints_of_its_own),
    );
}

#[test]
fn unsafe_code_is_forbidden_for_the_workspace() {
    assert_eq!(
        read_toml("Cargo.toml")["workspace"]["lints"]["rust"]["unsafe_code"],
        "forbid"
    );
}

#[test]
fn a_manifest_of_its_own_mind_is_seen() {
    let workspace = json!({"workspace": {"package": {"edition": "2024", "license": "MIT"}}});
    let stray: Value = toml::from_str(
        "[package]\nedition = \"2021\"\nlicense.workspace = true\n[dependencies]\nhttp = \"1\"",
    )
    .unwrap();
    assert_eq!(
        fields_of_its_own(&workspace, &stray),
        ["write `edition.workspace = true`"]
    );
    assert_eq!(
        versions_of_its_own(&stray),
        ["take `http` from [workspace.dependencies]"]
    );
    assert_eq!(lints_of_its_own(&stray).len(), 1);

    let plain: Value = toml::from_str(
        "lints.workspace = true\n[package]\nedition.workspace = true\nlicense.workspace = true\n[dev-dependencies]\nhttp.workspace = true",
    )
    .unwrap();
    assert!(fields_of_its_own(&workspace, &plain).is_empty());
    assert!(versions_of_its_own(&plain).is_empty());
    assert!(lints_of_its_own(&plain).is_empty());
}
