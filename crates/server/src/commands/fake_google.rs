//! `lockstep fake-google`: the stand-in by itself.

/// Runs it until stopped.
pub(crate) async fn run(options: ::fake_google::cli::Options) -> anyhow::Result<()> {
    ::fake_google::cli::run(options).await
}
