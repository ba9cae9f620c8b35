//! The time zones a visitor may choose from, grouped by part of the world.

use std::sync::LazyLock;

use domain::Zone;

use crate::i18n::{Key, key};

/// An `<optgroup>` of zones.
#[derive(Clone, Debug)]
pub(crate) struct ZoneGroup {
    pub(crate) heading: Key,
    pub(crate) zones: Vec<ZoneOption>,
}

/// An `<option>`.
#[derive(Clone, Debug)]
pub(crate) struct ZoneOption {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) is_selected: bool,
}

/// The areas of the time-zone database, in words.
const AREAS: [(&str, Key); 10] = [
    ("Africa", key("zones-africa")),
    ("America", key("zones-america")),
    ("Antarctica", key("zones-antarctica")),
    ("Arctic", key("zones-arctic")),
    ("Asia", key("zones-asia")),
    ("Atlantic", key("zones-atlantic")),
    ("Australia", key("zones-australia")),
    ("Europe", key("zones-europe")),
    ("Indian", key("zones-indian")),
    ("Pacific", key("zones-pacific")),
];

/// Every zone, by area. Read once: the data is built in.
static ALL: LazyLock<Vec<ZoneGroup>> = LazyLock::new(|| {
    let names = Zone::names();
    AREAS
        .into_iter()
        .map(|(area, heading)| ZoneGroup {
            heading,
            zones: names
                .iter()
                .filter_map(|name| Some((name, name.strip_prefix(area)?.strip_prefix('/')?)))
                .map(|(name, place)| option(name, place))
                .collect(),
        })
        .collect()
});

fn option(name: &str, place: &str) -> ZoneOption {
    ZoneOption {
        name: name.to_owned(),
        label: place.replace('/', ", ").replace('_', " "),
        is_selected: false,
    }
}

/// Every zone, with the one in use, the organization's and UTC up front.
pub(crate) fn zone_groups(current: &Zone, home: &Zone) -> Vec<ZoneGroup> {
    let mut near: Vec<ZoneOption> = Vec::new();
    for name in [current.name(), home.name(), "UTC"] {
        if near.iter().all(|zone| zone.name != name) {
            near.push(option(
                name,
                name.split_once('/').map_or(name, |(_, place)| place),
            ));
        }
    }
    near[0].is_selected = true;
    let mut groups = vec![ZoneGroup {
        heading: key("zones-suggested"),
        zones: near,
    }];
    groups.extend(ALL.iter().cloned());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_can_be_chosen_and_one_is() {
        let zone = |name| Zone::parse(name).unwrap();
        let groups = zone_groups(&zone("Asia/Tokyo"), &zone("Europe/Madrid"));
        let near: Vec<_> = groups[0].zones.iter().map(|z| z.name.as_str()).collect();
        assert_eq!(near, ["Asia/Tokyo", "Europe/Madrid", "UTC"]);
        let all: Vec<_> = groups.iter().flat_map(|g| &g.zones).collect();
        assert_eq!(all.iter().filter(|z| z.is_selected).count(), 1);
        for name in Zone::names() {
            assert!(all.iter().any(|z| z.name == name), "{name}");
        }
        let buenos_aires = all
            .iter()
            .find(|z| z.name == "America/Argentina/Buenos_Aires");
        assert_eq!(buenos_aires.unwrap().label, "Argentina, Buenos Aires");
    }
}
