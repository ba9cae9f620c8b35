//! The body of a long list, printed entry by entry.
//!
//! A page of 2500 events takes half of its time to be made, copied and thrown away as one tree of
//! values, and as much memory as the calendar itself (see `benches/listing.rs`). So an entry is made
//! when its turn to be printed comes, and is gone before the next.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use crate::api::fields::Selection;

/// The field of a list that holds its entries.
const ENTRIES: &str = "items";

/// A list: everything but its entries, and the entries to come.
struct Page<'a, I> {
    /// With nothing in [`ENTRIES`], or without it when it was not asked for.
    around: &'a Map<String, Value>,
    entries: I,
}

/// The entries alone.
struct Entries<I>(I);

/// Prints what `selection` wants of the list: `around`, and in its place each of `entries`.
pub(super) fn printed(
    around: Value,
    entries: impl Iterator<Item = Value> + Clone,
    selection: &Selection,
    is_pretty: bool,
) -> Vec<u8> {
    let of_entry = selection.below(ENTRIES);
    let around = match selection.apply(around) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let page = Page {
        around: &around,
        entries: entries.map(|entry| of_entry.apply(entry)),
    };
    crate::http::json_bytes(&page, is_pretty)
}

impl<I: Iterator<Item = Value> + Clone> Serialize for Page<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(Some(self.around.len()))?;
        for (name, value) in self.around {
            if name == ENTRIES {
                fields.serialize_entry(name, &Entries(self.entries.clone()))?;
            } else {
                fields.serialize_entry(name, value)?;
            }
        }
        fields.end()
    }
}

impl<I: Iterator<Item = Value> + Clone> Serialize for Entries<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discovery::discovery;
    use crate::http::json_bytes;

    #[test]
    fn a_page_is_printed_as_the_whole_of_it_would_be() {
        let (method, _) = discovery().find("GET", "calendars/c/events").unwrap();
        let entries = [
            json!({"id": "a", "status": "confirmed"}),
            json!({"id": "b"}),
        ];
        for fields in [
            None,
            Some("kind,items(id)"),
            Some("items/status"),
            Some("kind"),
            Some("*"),
        ] {
            for count in [0, 2] {
                let entries = &entries[..count];
                let selection = Selection::read(method, fields).unwrap();
                let around = json!({"kind": "calendar#events", "items": [], "summary": "x"});
                let mut whole = around.clone();
                whole["items"] = json!(entries);
                let whole = selection.apply(whole);
                for is_pretty in [true, false] {
                    let page = printed(
                        around.clone(),
                        entries.iter().cloned(),
                        &selection,
                        is_pretty,
                    );
                    let expected = json_bytes(&whole, is_pretty);
                    assert_eq!(page, expected, "{fields:?} {count} {is_pretty}");
                }
            }
        }
    }
}
