//! A PostgreSQL database of a test's own, in the private cluster of `scripts/postgres`.

use std::process::Command;

/// The URL of a new, empty database.
pub(crate) fn fresh_database(name: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let pid = std::process::id();
    let cluster = said(Command::new(format!("{root}/scripts/postgres")).args([
        "start",
        "--until",
        &pid.to_string(),
    ]));
    let cluster = cluster.lines().last().unwrap().trim().to_owned();
    let database = format!("{name}_{pid}");
    said(Command::new("psql").args([&cluster, "-qc", &format!("CREATE DATABASE {database}")]));
    let (server, _) = cluster.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

/// How often units of the database at `url` waited in a circle, once all its connections have ended.
pub(crate) fn deadlocks(url: &str) -> String {
    let ask = |sql| said(Command::new("psql").args([url, "-Atqc", sql]));
    let others = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    // What a connection counted is sure to be known when it has gone.
    while ask(others).trim() != "0" {
        std::thread::yield_now();
    }
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    ask(sql).trim().to_owned()
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}
