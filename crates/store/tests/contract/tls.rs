//! Encryption as `sslmode` asks for it.

use std::sync::Arc;

use postgres::NoTls;
use store::Store;
use store::postgres::pool::Pool;

use crate::support::cluster::{self, Schema};
use crate::support::{NOW, Stage};

/// The certificate that signed the server's.
fn authority() -> String {
    let mut client = postgres::Client::connect(&cluster::url(), NoTls).unwrap();
    let data: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
    data.replace("/data", "/ca.pem")
}

/// Whether a store by this host and mode is encrypted, or why there is none.
fn is_encrypted(host: &str, mode: &str) -> Result<bool, String> {
    let schema = Schema::fresh();
    let way = cluster::url().replacen("127.0.0.1", host, 1);
    let url = format!("{}&{mode}", schema.url_by(&way));
    let pool = Pool::open(&url, NOW, Box::new(|_| {}), 1).map_err(|e| e.to_string())?;
    let stage = Stage::on(Store::new(Arc::new(pool)));
    Ok(stage.done(|tx| {
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        tx.first(sql, &[])?.expect("a row").take()
    }))
}

#[test]
fn a_connection_is_encrypted_as_asked_for() {
    let roots = format!("sslrootcert={}", authority());
    for (host, mode, encrypted) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), false),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        ("127.0.0.1", format!("sslmode=verify-ca&{roots}"), true),
        ("localhost", format!("sslmode=verify-full&{roots}"), true),
    ] {
        assert_eq!(is_encrypted(host, &mode), Ok(encrypted), "{host} {mode}");
    }
}

#[test]
fn a_server_that_cannot_show_who_it_is_is_refused() {
    let roots = format!("sslrootcert={}", authority());
    for (host, mode, why) in [
        (
            "127.0.0.1",
            format!("sslmode=verify-full&{roots}"),
            "not valid for name",
        ),
        (
            "localhost",
            "sslmode=verify-full".to_owned(),
            "UnknownIssuer",
        ),
        ("localhost", "sslmode=verify-ca".to_owned(), "UnknownIssuer"),
    ] {
        let refused = is_encrypted(host, &mode).unwrap_err();
        assert!(
            refused.contains(why) && !refused.contains('\n'),
            "{host} {mode}: {refused}"
        );
    }
}
