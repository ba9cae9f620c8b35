//! Who may see whom: `domain ← {store, google} ← app ← {api, web} ← server`, `fake-google` apart.
//!
//! What a crate must not contain is held by what it cannot name. The graph is cargo's own, with
//! features resolved for the whole workspace and every platform.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use crate::checkout::metadata;
use crate::hold;

/// Each crate, and those of ours it may name in its normal and build dependencies.
const MAY_SEE: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("google", &["domain"]),
    ("app", &["domain", "store", "google"]),
    ("api", &["domain", "app"]),
    ("web", &["domain", "app"]),
    (
        "server",
        &[
            "domain",
            "store",
            "google",
            "app",
            "api",
            "web",
            "fake-google",
        ],
    ),
    ("fake-google", &[]),
    // Nobody may see it but in tests.
    ("power-loss", &[]),
    ("sim", &["domain", "store", "google", "app", "fake-google"]),
    ("tidy", &[]),
];

/// The only crates that may reach the fake, tests included: a test elsewhere that needs it is a
/// whole-system test, and those live here.
const MAY_SEE_FAKE_GOOGLE: [&str; 2] = ["server", "sim"];

/// Crates that stay free of any runtime, so that the simulator can poll them by hand.
const WITHOUT_RUNTIME: [&str; 4] = ["domain", "store", "google", "app"];
const RUNTIMES: [&str; 6] = ["tokio", "async-std", "smol", "axum", "reqwest", "hyper"];

/// The way past here is not followed: the synchronous PostgreSQL driver keeps a runtime to itself, on
/// threads of `store`'s own, where nobody else can name, see or poll it (decision 0005). Nothing else
/// may bring one, not even these by another of our crates.
const KEEP_THEIR_RUNTIME: [&str; 2] = ["postgres", "tokio-postgres-rustls"];
/// The only crate that may name them.
const KEEPER: &str = "store";

/// The only crates that may name a database driver; the second puts itself beneath one, in tests.
const NEAR_THE_DATABASE: [&str; 2] = ["store", "power-loss"];

/// Everything that speaks to a database.
const DATABASE_DRIVERS: [&str; 8] = [
    "rusqlite",
    "libsqlite3-sys",
    "postgres",
    "tokio-postgres",
    "tokio-postgres-rustls",
    "postgres-types",
    "sqlx",
    "diesel",
];

/// Dependencies of our crates on each other that go against the table.
fn against_the_direction(metadata: &Value) -> Vec<String> {
    let members = members(metadata);
    let ours: BTreeSet<&str> = members.iter().map(|member| name(member)).collect();
    let mut broken = Vec::new();
    for member in &members {
        let from = name(member);
        let Some((_, may_see)) = MAY_SEE.iter().find(|(crate_name, _)| *crate_name == from) else {
            broken.push(format!(
                "{from} is not in the table: say there which crates it may see"
            ));
            continue;
        };
        for dependency in list(&member["dependencies"]) {
            let to = name(dependency);
            let only_for_tests = dependency["kind"] == "dev";
            if to == "fake-google" && !MAY_SEE_FAKE_GOOGLE.contains(&from) {
                broken.push(format!(
                    "{from} must not reach fake-google, not even in its tests"
                ));
            } else if ours.contains(to) && !only_for_tests && !may_see.contains(&to) {
                broken.push(format!("{from} must not see {to}"));
            }
        }
    }
    broken
}

/// Ways from a crate that must stay free of any runtime to one, in normal dependencies.
fn runtimes_below_app(metadata: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    for member in members(metadata) {
        if !WITHOUT_RUNTIME.contains(&name(member)) {
            continue;
        }
        for (reached, way) in closure_without_kept_runtimes(metadata, text(&member["id"])) {
            if RUNTIMES.contains(&reached.as_str()) {
                broken.push(format!(
                    "{} reaches {reached}: {}",
                    name(member),
                    way.join(" → ")
                ));
            }
        }
    }
    broken
}

/// Other crates that name a database driver, tests included.
fn drivers_outside_store(metadata: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    for member in members(metadata)
        .into_iter()
        .filter(|member| !NEAR_THE_DATABASE.contains(&name(member)))
    {
        for dependency in list(&member["dependencies"]) {
            if DATABASE_DRIVERS.contains(&name(dependency)) {
                broken.push(format!("{} depends on {}", name(member), name(dependency)));
            }
        }
    }
    broken
}

/// Names of the packages reachable from `start` by normal dependencies, each with a shortest way,
/// leaving out what only `store` reaches through a driver that keeps its runtime to itself.
fn closure_without_kept_runtimes(metadata: &Value, start: &str) -> BTreeMap<String, Vec<String>> {
    let names: BTreeMap<&str, &str> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), name(package)))
        .collect();
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| (text(&node["id"]), node))
        .collect();
    let mut ways = BTreeMap::from([(start, vec![names[start].to_owned()])]);
    let mut waiting = VecDeque::from([start]);
    while let Some(at) = waiting.pop_front() {
        for dependency in list(&nodes[at]["deps"]) {
            let to = text(&dependency["pkg"]);
            let is_normal = list(&dependency["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null());
            let is_kept = names[at] == KEEPER && KEEP_THEIR_RUNTIME.contains(&names[to]);
            if is_normal && !is_kept && !ways.contains_key(to) {
                let mut way = ways[at].clone();
                way.push(names[to].to_owned());
                ways.insert(to, way);
                waiting.push_back(to);
            }
        }
    }
    ways.into_iter()
        .map(|(id, way)| (names[id].to_owned(), way))
        .collect()
}

fn members(metadata: &Value) -> Vec<&Value> {
    let ids = list(&metadata["workspace_members"]);
    list(&metadata["packages"])
        .iter()
        .filter(|package| ids.contains(&package["id"]))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn name(package: &Value) -> &str {
    text(&package["name"])
}

#[test]
fn crates_see_each_other_in_one_direction() {
    hold(
        "crate directions (design: one way, from domain up)",
        &against_the_direction(&metadata()),
    );
}

#[test]
fn no_runtime_is_reachable_below_app() {
    hold(
        "no runtime below app: the simulator polls by hand",
        &runtimes_below_app(&metadata()),
    );
}

#[test]
fn only_store_names_a_database_driver() {
    hold(
        "database drivers belong to store",
        &drivers_outside_store(&metadata()),
    );
}

#[test]
fn the_table_names_every_crate_once() {
    let table: BTreeSet<&str> = MAY_SEE.iter().map(|(crate_name, _)| *crate_name).collect();
    assert_eq!(table.len(), MAY_SEE.len());
    let metadata = metadata();
    let ours: BTreeSet<&str> = members(&metadata).into_iter().map(name).collect();
    assert_eq!(ours, table);
}

/// Dependencies as `(name, kind)`; no kind is the normal one.
type Dependencies<'a> = &'a [(&'a str, Option<&'a str>)];

/// A workspace of the named crates.
fn made_up(crates: &[(&str, Dependencies<'_>)]) -> Value {
    let packages: Vec<Value> = crates
        .iter()
        .map(|(name, dependencies)| {
            let dependencies: Vec<Value> = dependencies
                .iter()
                .map(|(name, kind)| json!({"name": name, "kind": kind}))
                .collect();
            json!({"id": name, "name": name, "dependencies": dependencies})
        })
        .collect();
    let nodes: Vec<Value> = crates
        .iter()
        .map(|(name, dependencies)| {
            let deps: Vec<Value> = dependencies
                .iter()
                .map(|(name, kind)| json!({"pkg": name, "dep_kinds": [{"kind": kind}]}))
                .collect();
            json!({"id": name, "deps": deps})
        })
        .collect();
    let members: Vec<&str> = crates
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| MAY_SEE.iter().any(|(ours, _)| ours == name) || *name == "newcomer")
        .collect();
    json!({"packages": packages, "resolve": {"nodes": nodes}, "workspace_members": members})
}

#[test]
fn a_dependency_against_the_direction_is_seen() {
    let upwards = made_up(&[
        ("domain", &[("store", None)]),
        ("store", &[("domain", None)]),
    ]);
    assert_eq!(
        against_the_direction(&upwards),
        ["domain must not see store"]
    );
    let by_build_script = made_up(&[("google", &[("app", Some("build"))]), ("app", &[])]);
    assert_eq!(
        against_the_direction(&by_build_script),
        ["google must not see app"]
    );
    let in_tests = made_up(&[("domain", &[("store", Some("dev"))]), ("store", &[])]);
    assert!(against_the_direction(&in_tests).is_empty());
    let unknown = made_up(&[("newcomer", &[])]);
    assert_eq!(against_the_direction(&unknown).len(), 1);
}

#[test]
fn the_fake_is_out_of_reach_even_for_tests() {
    for crate_name in ["domain", "store", "google", "app", "api", "web"] {
        let fake = made_up(&[
            (crate_name, &[("fake-google", Some("dev"))]),
            ("fake-google", &[]),
        ]);
        assert_eq!(against_the_direction(&fake).len(), 1, "{crate_name}");
    }
    let allowed = made_up(&[("sim", &[("fake-google", None)]), ("fake-google", &[])]);
    assert!(against_the_direction(&allowed).is_empty());
    let ours = made_up(&[("fake-google", &[("domain", None)]), ("domain", &[])]);
    assert_eq!(
        against_the_direction(&ours),
        ["fake-google must not see domain"]
    );
}

#[test]
fn a_runtime_is_found_however_deep() {
    let deep = made_up(&[
        ("app", &[("pool", None)]),
        ("pool", &[("tokio", None)]),
        ("tokio", &[]),
    ]);
    assert_eq!(
        runtimes_below_app(&deep),
        ["app reaches tokio: app → pool → tokio"]
    );
    let in_tests = made_up(&[("app", &[("tokio", Some("dev"))]), ("tokio", &[])]);
    assert!(runtimes_below_app(&in_tests).is_empty());
    let above = made_up(&[("server", &[("tokio", None)]), ("tokio", &[])]);
    assert!(runtimes_below_app(&above).is_empty());
}

#[test]
fn only_the_database_driver_of_store_keeps_a_runtime() {
    let driver: (&str, Dependencies<'_>) = ("postgres", &[("tokio", None)]);
    let kept = made_up(&[
        ("app", &[("store", None)]),
        ("store", &[("postgres", None)]),
        driver,
        ("tokio", &[]),
    ]);
    assert!(runtimes_below_app(&kept).is_empty());
    let beside = made_up(&[
        ("store", &[("postgres", None), ("tokio", None)]),
        driver,
        ("tokio", &[]),
    ]);
    assert_eq!(
        runtimes_below_app(&beside),
        ["store reaches tokio: store → tokio"]
    );
    let elsewhere = made_up(&[("google", &[("postgres", None)]), driver, ("tokio", &[])]);
    assert_eq!(
        runtimes_below_app(&elsewhere),
        ["google reaches tokio: google → postgres → tokio"]
    );
}

#[test]
fn a_driver_outside_store_is_seen() {
    let outside = made_up(&[
        ("app", &[("rusqlite", None)]),
        ("store", &[("rusqlite", None)]),
    ]);
    assert_eq!(drivers_outside_store(&outside), ["app depends on rusqlite"]);
    let in_tests = made_up(&[("server", &[("postgres", Some("dev"))])]);
    assert_eq!(
        drivers_outside_store(&in_tests),
        ["server depends on postgres"]
    );
}
