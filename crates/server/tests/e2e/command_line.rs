//! What the commands say, above all when something is wrong: one line, with what to do.

use super::support::lockstep;

fn complaint(args: &[&str], environment: &[(&str, &str)]) -> String {
    let output = lockstep()
        .args(args)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    assert!(!output.status.success(), "{args:?} should fail");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let data_dir = [
        ("LOCKSTEP_DATA_DIR", path),
        ("LOCKSTEP_LISTEN", "127.0.0.1:0"),
    ];
    for (name, args, environment, expected) in [
        (
            "unknown preset",
            vec!["demo", "--preset", "x"],
            vec![],
            "choose one of: tutoring",
        ),
        (
            "demo for all to reach",
            vec!["demo", "--listen", "0.0.0.0:1"],
            vec![],
            "not on this machine",
        ),
        (
            "bad address",
            vec!["serve"],
            vec![("LOCKSTEP_LISTEN", "x")],
            "127.0.0.1:8080",
        ),
        (
            "misspelt name",
            vec!["serve"],
            vec![("LOCKSTEP_LISEN", "x")],
            "LOCKSTEP_LISEN",
        ),
        (
            "bad key",
            vec!["serve"],
            vec![data_dir[0], data_dir[1], ("LOCKSTEP_MASTER_KEY", "x")],
            "base64",
        ),
        (
            "folder is a file",
            vec!["serve"],
            vec![("LOCKSTEP_DATA_DIR", file.to_str().unwrap()), data_dir[1]],
            "data folder",
        ),
        (
            "no config file",
            vec!["config"],
            vec![("LOCKSTEP_CONFIG", "/nowhere.toml")],
            "/nowhere.toml",
        ),
    ] {
        let said = complaint(&args, &environment);
        assert!(said.contains(expected), "{name}: {said}");
    }
}

#[test]
fn config_hides_secrets_and_says_where_values_come_from() {
    let output = lockstep()
        .arg("config")
        .envs([
            ("GOOGLE_CLIENT_SECRET", "canary-secret"),
            ("AUTH_GOOGLE_ID", "my-id"),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && !text.contains("canary-secret"),
        "{text}"
    );
    assert!(
        text.contains("my-id  # from AUTH_GOOGLE_ID in the environment"),
        "{text}"
    );
}

/// row T2 and a second look: what `init` makes, `init` does not make twice, and another key is refused.
#[test]
fn init_makes_an_organization_once() {
    let dir = tempfile::tempdir().unwrap();
    let environment = [("LOCKSTEP_DATA_DIR", dir.path().to_str().unwrap())];
    let args = [
        "init",
        "--preset",
        "tutoring",
        "--admin-email",
        "me@example.org",
    ];
    let made = lockstep().args(args).envs(environment).output().unwrap();
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(
        made.status.success() && said.contains("me@example.org") && said.contains("lk_"),
        "{said}"
    );
    assert!(complaint(&args, &environment).contains("exists already"));
    let copy = dir.path().join("copy.db");
    let copied = lockstep()
        .arg("backup")
        .arg(&copy)
        .envs(environment)
        .output()
        .unwrap();
    assert!(copied.status.success() && copy.exists());
    let again = complaint(&["backup", copy.to_str().unwrap()], &environment);
    assert!(again.contains("exists already"), "{again}");
    let key = "bm90IHRoZSBrZXkgdGhhdCB3YXMgdXNlZCBhdCBmaXJzdA==";
    assert!(complaint(&args, &[environment[0], ("LOCKSTEP_MASTER_KEY", key)]).contains("32 bytes"));
    let key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    let refused = complaint(&args, &[environment[0], ("LOCKSTEP_MASTER_KEY", key)]);
    assert!(
        refused.contains("not the one this database was written with"),
        "{refused}"
    );
}
