//! `lockstep init`: an organization from a preset, in the configured data folder.

use app::access;
use app::preset::{Administrator, install};
use clap::Args;
use domain::Chance;

use super::start_logging;
use crate::ambient::SystemChance;
use crate::config::{Config, Values};
use crate::installation::Installation;
use crate::presets;

/// Options of `lockstep init`.
#[derive(Args)]
pub(crate) struct Options {
    /// Which preset.
    #[arg(long, default_value = "tutoring")]
    preset: String,
    /// What its administrator signs in with.
    #[arg(long)]
    admin_email: String,
}

/// Installs the preset and prints what only now can be shown: the password and the API key.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let values = Values::read()?;
    start_logging("warn")?;
    let config = Config::from_values(&values)?;
    let preset = presets::load(&options.preset)?;
    let installation = Installation::open(config.place(), config.settings.clone()).await?;
    let app = &installation.app;
    let password = new_password();
    let administrator = Administrator {
        email: options.admin_email.clone(),
        password: password.clone().into(),
    };
    let organization = install(app, &preset, &administrator).await?;
    let api_key = access::create_api_key(app, organization.id, "init").await?;
    println!("{} is set up. Shown once; keep them:", organization.name);
    println!("  administrator  {}", options.admin_email);
    println!("  password       {password}");
    println!("  API key        {api_key}");
    println!(
        "Start it with `lockstep serve`, then open {}admin",
        app.public_url()
    );
    Ok(())
}

/// Four groups of four, from an alphabet without look-alikes: 77 bits.
pub(crate) fn new_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";
    const LETTERS: usize = 31;
    let mut password = String::new();
    while password.len() < 19 {
        if password.len() % 5 == 4 {
            password.push('-');
        }
        let [byte] = (&SystemChance as &dyn Chance).bytes("password");
        // Bytes that would favour some letters are drawn again.
        if usize::from(byte) < 256 / LETTERS * LETTERS {
            password.push(char::from(ALPHABET[usize::from(byte) % LETTERS]));
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_legible_and_differ() {
        let (a, b) = (new_password(), new_password());
        assert_ne!(a, b);
        assert_eq!(a.len(), 19);
        assert!(a.split('-').all(|group| group.len() == 4), "{a}");
    }
}
