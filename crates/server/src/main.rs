//! The `lockstep` binary: joins the parts, and nothing else.
//!
//! Here, and only here, are the ambient clock, chance, environment, threads and sockets. A command is
//! a file in `commands`; what several commands need to run an installation is in `installation`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to its user there"
)]

mod ambient;
mod commands;
mod config;
mod http;
mod installation;
mod master_key;
mod network;
mod patience;
mod presets;
mod transport;
mod worker;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(commands::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            // One line that says what happened and, where we know it, what to do.
            eprintln!("lockstep: {error:#}");
            ExitCode::FAILURE
        }
    }
}
