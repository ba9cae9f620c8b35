//! Pages as Google writes them, and as it never should.

mod calls;
mod forms;
mod random;

use serde_json::{Value, json};

use super::{Detail, Item, Page, decode};

/// The page of `items`, with all its envelope.
fn page_of(items: Value) -> Value {
    json!({
        "summary": "Work", "timeZone": "Europe/Madrid", "accessRole": "owner",
        "items": items, "nextSyncToken": "s1",
    })
}

fn decoded(page: &Value, detail: Detail) -> Page {
    decode::page(page.to_string().as_bytes(), detail).unwrap()
}

/// The one item, read in full.
fn item(json: Value) -> Item {
    let mut page = decoded(&page_of(json!([json])), Detail::TwoWay);
    assert_eq!(page.unread, []);
    page.items.remove(0)
}
