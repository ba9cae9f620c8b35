//! The presets this binary ships.

use anyhow::{Context, bail};
use app::preset::Preset;

const SHIPPED: [(&str, &str); 1] = [("tutoring", include_str!("../../../presets/tutoring.toml"))];

/// The preset of this name.
pub(crate) fn load(name: &str) -> anyhow::Result<Preset> {
    let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) else {
        let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
        bail!(
            "there is no preset \"{name}\"; choose one of: {}",
            names.join(", ")
        );
    };
    toml::from_str(text).with_context(|| format!("preset {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_preset_can_be_read() {
        for (name, _) in SHIPPED {
            load(name).unwrap();
        }
        assert!(load("nonsense").is_err());
    }
}
