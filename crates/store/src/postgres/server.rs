//! Where the database is and how to get in, read from its URL.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ::postgres::config::Host;
use ::postgres::{Client, Config, Error};
use percent_encoding::percent_decode_str;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::OpenError;
use super::connection::Connection;
use super::tls;

/// How long a connection may take to come up, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server that is gone without a word is noticed within this.
const SILENCE_MAX: Duration = Duration::from_secs(20);
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 2;

/// Said once on each connection. Acknowledged means on disk, whatever the role's settings; a unit
/// that waits longer than these for a lock or a statement is in nobody's interest any more; a
/// process that hangs within a transaction must not keep its locks.
const SESSION: &str = "
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') = 'off';
SET lock_timeout = '10s';
SET statement_timeout = '30s';
SET idle_in_transaction_session_timeout = '60s';
SET jit = off";

/// A database server, as its URL says.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    /// The only schema to work in, where it is not the role's own.
    schema: Option<String>,
}

impl Server {
    /// Reads `url`: everything libpq's URLs have but client certificates.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        let (rest, own) = take_own(url);
        let mut config =
            Config::from_str(&rest).map_err(|e| OpenError::Url(super::fault::one_line(&e)))?;
        let name = own.ssl_mode.as_deref().unwrap_or("prefer");
        let (mode, trust) = tls::mode(name, own.roots.is_some())
            .ok_or_else(|| OpenError::Url(format!("sslmode {name} is unknown")))?;
        config.ssl_mode(mode);
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("localhost");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_MAX);
        }
        if config.get_application_name().is_none() {
            config.application_name("lockstep");
        }
        config
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES)
            .notice_callback(|notice| tracing::debug!(notice = notice.message(), "database"));
        Ok(Self {
            config,
            tls: tls::connector(trust, own.roots.as_deref())?,
            schema: None,
        })
    }

    /// The same, working in `schema` only.
    pub(super) fn in_schema(mut self, schema: &str) -> Self {
        self.schema = Some(schema.to_owned());
        self
    }

    /// A new connection, ready for units.
    pub(super) fn connect(&self) -> Result<Connection, Error> {
        let mut client = self.raw()?;
        client.batch_execute(SESSION)?;
        Ok(Connection::new(client))
    }

    /// A new connection without our limits, for migrations and for listening.
    pub(super) fn raw(&self) -> Result<Client, Error> {
        let mut client = self.config.connect(self.tls.clone())?;
        if let Some(schema) = &self.schema {
            client.execute(
                "SELECT set_config('search_path', quote_ident($1), false)",
                &[schema],
            )?;
        }
        Ok(client)
    }

    /// For people: servers and database, without user or password.
    pub(super) fn place(&self) -> String {
        let mut ports = self.config.get_ports().iter().copied().cycle();
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| {
                let port = ports.next().unwrap_or(5432);
                match host {
                    Host::Tcp(name) => format!("{name}:{port}"),
                    #[cfg(unix)]
                    Host::Unix(folder) => format!("{}:{port}", folder.display()),
                }
            })
            .collect();
        let database = self.config.get_dbname().or_else(|| self.config.get_user());
        format!("{}/{}", hosts.join(","), database.unwrap_or_default())
    }
}

/// Parameters the driver does not know, or knows less of.
#[derive(Default)]
struct Own {
    ssl_mode: Option<String>,
    roots: Option<PathBuf>,
}

/// `url` without our own parameters, and these.
fn take_own(url: &str) -> (String, Own) {
    let mut own = Own::default();
    let Some((before, query)) = url.split_once('?') else {
        return (url.to_owned(), own);
    };
    let mut rest = Vec::new();
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
        match name {
            "sslmode" => own.ssl_mode = Some(value()),
            // "system" is libpq's word for what we do without it.
            "sslrootcert" => own.roots = Some(value().into()).filter(|path| path != "system"),
            _ => rest.push(parameter),
        }
    }
    (format!("{before}?{}", rest.join("&")), own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_how_and_the_place_keeps_its_secrets() {
        let server =
            Server::parse("postgres://me:s3cret@db.example,other:6432/bookings?sslmode=require")
                .unwrap();
        assert_eq!(server.place(), "db.example:5432,other:6432/bookings");
        let plain = Server::parse("postgresql:///?host=/run/pg&user=me").unwrap();
        assert_eq!(plain.place(), "/run/pg:5432/me");
    }

    #[test]
    fn a_url_that_cannot_be_understood_is_refused_without_its_password() {
        for (url, why) in [
            (
                "postgres://me:s3cret@db/x?sslmode=perhaps",
                "sslmode perhaps",
            ),
            ("postgres://me:s3cret@db/x?sslcert=a.pem", "sslcert"),
            ("postgres://me:s3cret@db:port/x", "port"),
        ] {
            let error = Server::parse(url).map(drop).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(
                !error.contains("s3cret") && !error.contains('\n'),
                "{error}"
            );
        }
    }

    #[test]
    fn trusted_certificates_that_cannot_be_read_are_named() {
        let url = "postgres://db/x?sslmode=verify-full&sslrootcert=%2Fnowhere%2Fca.pem";
        let error = Server::parse(url).map(drop).unwrap_err().to_string();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
    }
}
