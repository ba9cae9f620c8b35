//! A page's bytes into a [`Page`].

use domain::Zone;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::item::{self, Raw, Text};
use super::{AccessRole, Detail, Envelope, Item, Next, Page, Unread};

/// `Events` (§8.1), with items in whatever form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
struct Events<'a, T> {
    #[serde(borrow)]
    summary: Option<Text<'a>>,
    #[serde(borrow)]
    time_zone: Option<Text<'a>>,
    #[serde(borrow)]
    access_role: Option<Text<'a>>,
    next_page_token: Option<String>,
    next_sync_token: Option<String>,
    items: Option<Vec<T>>,
}

/// One page; `None` when the bytes are none.
///
/// All items are read in one go. Only where that fails are they cut apart and read each by itself,
/// so that a page with a bad item costs more and the others nothing.
pub(super) fn page(body: &[u8], detail: Detail) -> Option<Page> {
    let at_once = serde_json::from_slice::<Events<'_, Raw<'_>>>(body);
    if let Ok(events) = at_once {
        return events.into_page(detail, Ok);
    }
    // Bytes that are no text spoil at most the words they stand in.
    let text = String::from_utf8_lossy(body);
    let events: Events<'_, &RawValue> = serde_json::from_str(&text).ok()?;
    events.into_page(detail, item::read)
}

impl<T> Events<'_, T> {
    fn into_page<'r>(
        self,
        detail: Detail,
        read: impl Fn(T) -> Result<Raw<'r>, Unread>,
    ) -> Option<Page> {
        // An object with nothing in it is not an empty calendar.
        if self.items.is_none() && self.time_zone.is_none() {
            return None;
        }
        let envelope = Envelope {
            name: self.summary.map(Text::into_owned).unwrap_or_default(),
            zone: self.time_zone.map(Text::into_owned),
            access: self.access_role.and_then(|role| access(role.as_str())),
        };
        let zone = envelope.zone.as_deref();
        let zone = zone.and_then(|name| Zone::parse(name).ok());
        let raw = self.items.unwrap_or_default();
        let mut items: Vec<Item> = Vec::with_capacity(raw.len());
        let mut unread = Vec::new();
        for raw in raw {
            match read(raw).and_then(|raw| raw.into_item(detail, zone.as_ref())) {
                Ok(item) => items.push(item),
                Err(bad) => unread.push(bad),
            }
        }
        let full = |token: Option<String>| token.filter(|token| !token.is_empty());
        let page = full(self.next_page_token).map(Next::Page);
        let sync = || full(self.next_sync_token).map(Next::Sync);
        let next = page.or_else(sync).unwrap_or(Next::End);
        Some(Page {
            envelope,
            items,
            unread,
            next,
        })
    }
}

fn access(word: &str) -> Option<AccessRole> {
    Some(match word {
        "none" => AccessRole::None,
        "freeBusyReader" => AccessRole::FreeBusyReader,
        "reader" => AccessRole::Reader,
        "writerWithoutPrivateAccess" => AccessRole::WriterWithoutPrivateAccess,
        "writer" => AccessRole::Writer,
        "owner" => AccessRole::Owner,
        _ => return None,
    })
}
