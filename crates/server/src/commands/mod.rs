//! The command line: one subcommand, one file.

mod backup;
mod config;
mod connect;
mod demo;
mod doctor;
mod fake_google;
mod init;
mod rotate_key;
mod serve;
mod status;
mod transfer;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Appointments that stay in step with Google Calendar.
#[derive(Parser)]
#[command(name = "lockstep", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Show everything at once: a business, its booking page and a stand-in for Google Calendar.
    Demo(demo::Options),
    /// Serve the booking pages and the API.
    Serve,
    /// Set up an organization from a preset.
    Init(init::Options),
    /// Copy the database to a file, checked, while it is in use.
    Backup(backup::Options),
    /// Write everything the database holds to a file.
    Export(transfer::Options),
    /// Fill an empty database from such a file, and check it.
    Import(transfer::Options),
    /// Connect an organization's Google calendar, and prove that it can be written.
    Connect(connect::Options),
    /// Say how the calendar connections are; exits with 2 when one needs somebody.
    Status,
    /// Look at what the installation rests on, and say what to do; exits with 2 when something needs somebody.
    Doctor,
    /// Replace the master key: seal every secret with a new one.
    RotateKey,
    /// Show every setting with its value and where it comes from.
    Config,
    /// Run the stand-in for Google Calendar by itself.
    FakeGoogle(::fake_google::cli::Options),
}

/// Runs the command of `arguments`; `demo` when there is none.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let done = match arguments
        .command
        .unwrap_or_else(|| Command::Demo(demo::Options::default()))
    {
        Command::Demo(options) => block_on(demo::run(options)),
        Command::Serve => block_on(serve::run()),
        Command::Init(options) => block_on(init::run(options)),
        Command::Backup(options) => backup::run(&options),
        Command::Export(options) => block_on(transfer::export(options)),
        Command::Import(options) => block_on(transfer::import(options)),
        Command::RotateKey => block_on(rotate_key::run()),
        Command::Config => config::run(),
        Command::Status => return block_on(status::run()),
        Command::Doctor => return block_on(doctor::run()),
        Command::Connect(options) => return block_on(connect::run(options)),
        Command::FakeGoogle(options) => block_on(fake_google::run(options)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// A command did what it was asked, and what it found needs somebody.
fn needs_somebody() -> ExitCode {
    ExitCode::from(2)
}

fn block_on<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Runtime::new()?.block_on(command)
}

/// Starts logging to standard error, so that standard output stays the command's own.
fn start_logging(filter: &str) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("LOCKSTEP_LOG cannot be used: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // It would be told on standard error too, and panic there: whoever logs must go on when nobody listens.
        .log_internal_errors(false)
        .init();
    Ok(())
}
