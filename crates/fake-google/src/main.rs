//! `fake-google`: a local Google OAuth and Calendar v3 server.

fn main() -> anyhow::Result<()> {
    fake_google::run_cli(std::env::args_os())
}
