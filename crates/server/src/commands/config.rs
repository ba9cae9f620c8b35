//! `lockstep config`: every setting, its value, and where it comes from.

use crate::config::{Config, SETTINGS, Source, Values};

/// Prints the effective configuration, secrets hidden, then checks it.
pub(crate) fn run() -> anyhow::Result<()> {
    let values = Values::read()?;
    for setting in &SETTINGS {
        println!("# {}", setting.about);
        match values.get(setting.name) {
            None => println!("{} is not set\n", setting.name),
            Some((value, source)) => {
                let shown = if setting.is_secret {
                    "(hidden)"
                } else {
                    value.as_str()
                };
                println!("{} = {shown}  # {}\n", setting.name, origin(source));
            }
        }
    }
    Config::from_values(&values).map(drop)
}

fn origin(source: &Source) -> String {
    match source {
        Source::Environment(name) => format!("from {name} in the environment"),
        Source::File => "from the configuration file".to_owned(),
        Source::Default => "default".to_owned(),
    }
}
