//! The URL chooses the database, and what goes wrong is said in one line without the password.

use std::sync::Arc;

use store::tables::organizations;
use store::{Dialect, OpenError, Options, Store};

use crate::support::cluster::{self, Schema};
use crate::support::world::found;
use crate::support::{NOW, Stage};

fn open(url: &str) -> (Result<Store, OpenError>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let opened = store::open(
        url,
        folder.path(),
        NOW,
        Box::new(|_| {}),
        &Options::default(),
    );
    (opened, folder)
}

#[test]
fn sqlite_is_what_nothing_else_is_asked_for() {
    for url in ["", "sqlite"] {
        let (opened, folder) = open(url);
        let stage = Stage::on(opened.unwrap());
        assert_eq!(stage.done(|tx| Ok(tx.dialect())), Dialect::Sqlite);
        assert!(folder.path().join(store::sqlite::FILE_NAME).exists());
    }
}

#[test]
fn a_postgres_url_opens_the_pool_and_what_was_stored_is_there_again() {
    let schema = Schema::fresh();
    let url = schema.url();
    let stage = Stage::on(open(&url).0.unwrap());
    stage.done(found);
    drop(stage);
    let again = url.replacen("postgres://", "postgresql://", 1);
    let stage = Stage::on(open(&again).0.unwrap());
    assert_eq!(stage.done(|tx| Ok(tx.dialect())), Dialect::Postgres);
    assert_eq!(stage.done(organizations::list).len(), 1);
}

#[test]
fn what_cannot_be_opened_is_said_in_one_line_without_the_password() {
    let (closed, no_database) = (
        "postgres://me:s3cret@127.0.0.1:1/lockstep".to_owned(),
        format!("{}/nowhere", cluster::url().rsplit_once('/').unwrap().0),
    );
    let wrong = cluster::url().replacen("lockstep@", "guarded:s3cret@", 1);
    let homeless = format!("{}?options=-c%20search_path%3Dnowhere", cluster::url());
    for (url, why) in [
        ("mysql://me:s3cret@db/x", "not mysql://"),
        ("me:s3cret@db", "without a scheme"),
        ("postgres://me:s3cret@db:x/y", "invalid"),
        (&closed, "127.0.0.1:1/lockstep cannot be reached"),
        (&no_database, "database \"nowhere\" does not exist"),
        (&wrong, "password authentication failed"),
        (&homeless, "none of the schemas in its search_path exists"),
    ] {
        let error = open(url).0.map(drop).unwrap_err().to_string();
        assert!(error.contains(why), "{url}: {error}");
        assert!(
            !error.contains("s3cret") && !error.contains('\n'),
            "{error}"
        );
    }
}

/// A role that owns nothing but its schema and comes with a password is enough.
#[test]
fn an_ordinary_role_with_a_password_is_enough() {
    // The extension is there once any store has been opened by somebody who may install it.
    drop(Stage::postgres());
    let schema = Schema::fresh();
    let grant = format!("GRANT ALL ON SCHEMA {} TO guarded", schema.name());
    cluster::client().batch_execute(&grant).unwrap();
    let url = schema.url_by(&cluster::url().replacen("lockstep@", "guarded:open%20sesame@", 1));
    let stage = Stage::on(open(&url).0.unwrap());
    stage.done(found);
    let user = stage.done(|tx| {
        let row = tx.first("SELECT CAST(current_user AS text)", &[])?;
        row.expect("a user").take::<String>()
    });
    assert_eq!(user, "guarded");
    // Its tables stand in the way of nobody: the schema goes with them.
    drop((stage, Arc::new(schema)));
}
