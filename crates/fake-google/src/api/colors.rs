//! `colors.get`: the palettes that `colorId` names, as Google's calendar has them.

use serde_json::{Map, Value, json};

use crate::api::Answer;
use crate::profile::ListEntry;

/// The one foreground of both palettes.
pub(super) const FOREGROUND: &str = "#1d1d1d";

/// Backgrounds for events, ids from 1.
const EVENTS: [&str; 11] = [
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1",
    "#5484ed", "#51b749", "#dc2127",
];

/// Backgrounds for calendars, ids from 1.
const CALENDARS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765",
    "#7bd148", "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7",
    "#9a9cff", "#b99aff", "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];

/// Ids of the calendar palette, to be given out in turn.
const TURNS: [&str; 6] = ["14", "16", "8", "24", "6", "2"];

/// Which palette an id is from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Palette {
    Events,
    Calendars,
}

impl Palette {
    fn backgrounds(self) -> &'static [&'static str] {
        match self {
            Self::Events => &EVENTS,
            Self::Calendars => &CALENDARS,
        }
    }

    fn resource(self) -> Value {
        let colors = self.backgrounds().iter().enumerate();
        let definition =
            |background: &str| json!({ "background": background, "foreground": FOREGROUND });
        colors
            .map(|(index, background)| ((index + 1).to_string(), definition(background)))
            .collect::<Map<String, Value>>()
            .into()
    }
}

pub(super) fn get() -> Answer {
    let body = json!({
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": Palette::Calendars.resource(),
        "event": Palette::Events.resource(),
    });
    Answer::Resource {
        body,
        etag: "\"colors\"".to_owned(),
    }
}

/// The background of an id.
pub(super) fn background(palette: Palette, id: &str) -> Option<&'static str> {
    let index: usize = id.parse().ok()?;
    palette.backgrounds().get(index.checked_sub(1)?).copied()
}

/// The palette's id for a calendar on a list: the one chosen, or the next in turn.
pub(crate) fn of_entry(entry: &ListEntry) -> &str {
    let chosen = entry.fields.get("colorId").and_then(Value::as_str);
    chosen.unwrap_or(by_turn(entry.ordinal))
}

/// Ids and colours of the calendar palette.
pub(crate) fn calendar_palette() -> impl Iterator<Item = (usize, &'static str)> {
    let colors = CALENDARS.iter().enumerate();
    colors.map(|(index, color)| (index + 1, *color))
}

/// The id that the n-th calendar of a list gets.
pub(crate) fn by_turn(ordinal: u64) -> &'static str {
    let turn = usize::try_from(ordinal % TURNS.len() as u64).unwrap_or_default();
    TURNS[turn]
}

/// Red, green and blue of `#rrggbb`.
pub(super) fn rgb(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}
