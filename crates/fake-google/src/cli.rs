//! The command line, for the `fake-google` binary and for programs that carry it as a subcommand.

use std::ffi::OsString;
use std::io::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;

use crate::coverage::coverage;
use crate::oauth::project::{PROJECT_DEFAULT, Project, Publishing};
use crate::shell::{Shared, Shell, serve};
use crate::world::World;

/// Account of a world that was given none.
const ACCOUNT_DEFAULT: &str = "ana@example.com";

#[derive(Debug, Parser)]
#[command(
    name = "fake-google",
    version,
    about = "A faithful local Google OAuth and Calendar v3",
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print which methods of Calendar v3 are answered
    Coverage,
}

/// What to serve, and where.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8788")]
    pub listen: SocketAddr,
    /// Decides every id and token
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Account with its primary calendar: `email` or `email:Zone/Name`; repeatable
    #[arg(long = "account", value_name = "EMAIL[:ZONE]")]
    pub accounts: Vec<String>,
    /// OAuth client: `id:secret:redirect-uri`; repeatable
    #[arg(long = "client", value_name = "ID:SECRET:REDIRECT")]
    pub clients: Vec<String>,
    /// A rule, such as `quotas.per_minute_per_user=60`, `consent_boxes=ticked`,
    /// `tombstone_writes=gone`; repeatable. `GET /_fake/rules` lists them.
    #[arg(long = "rule", value_name = "NAME=VALUE")]
    pub rules: Vec<String>,
    /// Put the clients' project in testing: refresh tokens live seven days
    #[arg(long)]
    pub testing: bool,
    /// Refuse query parameters and body fields that Google does not describe
    #[arg(long)]
    pub strict: bool,
    /// Listen beyond this machine. There is no protection of any kind.
    #[arg(long)]
    pub allow_remote: bool,
}

/// Parses `args` (the program's name first) and serves until interrupted, or prints the coverage.
/// Prints usage and exits when the arguments make no sense.
///
/// # Errors
/// As [`run`], or when there is nobody to print for.
pub fn run_cli(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<()> {
    let cli = Cli::parse_from(args);
    match cli.command {
        Some(Command::Coverage) => Ok(write!(std::io::stdout(), "{}", coverage())?),
        None => tokio::runtime::Runtime::new()?.block_on(run(cli.options)),
    }
}

/// Serves until interrupted; prints one line with the URLs when ready.
///
/// # Errors
/// When an account or client is malformed or the address cannot be bound.
pub async fn run(options: Options) -> anyhow::Result<()> {
    if !options.listen.ip().is_loopback() && !options.allow_remote {
        bail!(
            "{} is not loopback; say --allow-remote if you mean it",
            options.listen
        );
    }
    let world = world(&options)?;
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let origin = format!("http://{}", listener.local_addr()?);
    writeln!(
        std::io::stdout(),
        "fake-google: calendar {origin}/calendar | auth {origin}/o/oauth2/v2/auth | \
         token {origin}/token | api {origin}/calendar/v3 | control {origin}/_fake/state"
    )?;
    let interrupted = async {
        // Without a handler for interrupts the process ends by the signal itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    serve(listener, Shell::new(Shared::new(world)), interrupted).await?;
    Ok(())
}

fn world(options: &Options) -> anyhow::Result<World> {
    let mut world = World::new(options.seed);
    world.rules.is_strict |= options.strict;
    for rule in &options.rules {
        let patched = world.rules.with_setting(rule);
        world.rules = patched.map_err(|why| anyhow::anyhow!("--rule {rule}: {why}"))?;
    }
    if options.testing {
        let project = Project {
            publishing: Publishing::Testing,
            ..Project::default()
        };
        world.set_project(PROJECT_DEFAULT, project);
    }
    for account in &options.accounts {
        let (email, zone) = account.split_once(':').unwrap_or((account, "UTC"));
        world.add_account(email, &name_of(email), zone)?;
    }
    if options.accounts.is_empty() {
        world.add_account(ACCOUNT_DEFAULT, &name_of(ACCOUNT_DEFAULT), "UTC")?;
    }
    for client in &options.clients {
        let mut parts = client.splitn(3, ':');
        let (Some(id), Some(secret), Some(redirect)) = (parts.next(), parts.next(), parts.next())
        else {
            bail!("--client is id:secret:redirect-uri, not {client}");
        };
        world.add_client(id, secret, &[redirect]);
    }
    Ok(world)
}

/// A name to show: `ana.silva@example.com` is Ana Silva.
fn name_of(email: &str) -> String {
    let local = email.split('@').next().unwrap_or(email);
    let words = local.split(['.', '_', '-']).filter(|word| !word.is_empty());
    let capitalised = words.map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    });
    capitalised.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> anyhow::Result<World> {
        let args = std::iter::once(&"fake-google").chain(args);
        world(&Cli::try_parse_from(args)?.options)
    }

    #[test]
    fn options_make_a_world() {
        let world = parse(&[
            "--account",
            "ana.silva@example.com:America/Montevideo",
            "--account",
            "leo@example.com",
            "--client",
            "id:secret:http://localhost:8080/callback",
            "--strict",
            "--rule",
            "push.allows_http=true",
        ])
        .unwrap();
        assert!(world.rules.is_strict && world.rules.push.allows_http);
        let names: Vec<&str> = world
            .accounts()
            .map(|account| account.name.as_str())
            .collect();
        assert_eq!(names, ["Ana Silva", "Leo"]);
        assert_eq!(
            world.oauth.clients["id"].redirect_uris,
            ["http://localhost:8080/callback"]
        );
        assert_eq!(world.calendars["leo@example.com"].time_zone, "UTC");
    }

    #[test]
    fn rules_and_testing_are_options() {
        let world = parse(&["--rule", "quotas.per_minute_per_user=7", "--testing"]).unwrap();
        assert_eq!(world.rules.quotas.per_minute_per_user, Some(7));
        let project = world.project(PROJECT_DEFAULT).unwrap();
        assert_eq!(project.publishing, Publishing::Testing);
        assert!(parse(&["--rule", "is_polite=true"]).is_err());
    }

    #[test]
    fn malformed_options_are_refused() {
        assert!(parse(&["--client", "id:secret"]).is_err());
        assert!(parse(&["--account", "a@b:Mars/Base"]).is_err());
        assert!(parse(&["--account", "a@b", "--account", "a@b"]).is_err());
    }
}
