//! One way through every list: full or incremental, page by page, at one state (§8.1, §10.1).
//!
//! Lists differ in what they hold and in their limits; this file has what they share. A list
//! makes a [`Listing`] from the call, asks it for the states to compare, and lets it cut the page.

use sha2::{Digest as _, Sha256};

use crate::api::Call;
use crate::api::page_token::{self, PageToken, Place};
use crate::api::sync_token::{Feed, SyncToken};
use crate::calendar::history::{History, Snapshot};
use crate::error::ApiError;
use crate::world::World;

/// How many entries a page holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSize {
    /// Without `maxResults`.
    pub(crate) default: usize,
    /// A larger `maxResults` is taken as this.
    pub(crate) max: usize,
}

/// `events.list` and `events.instances`: 250 and 2500 (§8.1).
pub(crate) const EVENTS_PAGE: PageSize = PageSize {
    default: 250,
    max: 2500,
};
/// What the caller is in the middle of.
pub(crate) struct Listing<'a> {
    call: &'a Call<'a>,
    feed: Feed<'a>,
    /// The increment asked for; `None` for a full listing.
    pub(crate) since: Option<SyncToken>,
    /// The state shown.
    version: i64,
    page: PageToken,
    seal: String,
    size: usize,
    empty_pages: u32,
    seed: u64,
}

/// The states a list compares.
pub(crate) struct States<'h, T> {
    /// The state shown.
    pub(crate) shown: Snapshot<'h, T>,
    /// The state that the caller has, in an increment.
    pub(crate) held: Option<Snapshot<'h, T>>,
    /// Version of `held`.
    pub(crate) held_version: i64,
}

impl<'a> Listing<'a> {
    /// Reads `syncToken` and `pageToken`. `version` is the feed's newest.
    ///
    /// # Errors
    /// What [`Feed::read`] and [`PageToken::read`] refuse.
    pub(crate) fn read(
        world: &World,
        call: &'a Call<'a>,
        feed: Feed<'a>,
        version: i64,
        size: PageSize,
    ) -> Result<Self, ApiError> {
        let parameters = &call.parameters;
        let since = feed.read(call.now, &world.rules, parameters)?;
        let of_feed = feed.seal();
        let fingerprint = parameters.fingerprint();
        let words = fingerprint.iter().flat_map(|(name, value)| [*name, *value]);
        let seal = page_token::seal(std::iter::once(of_feed.as_str()).chain(words));
        let page = match parameters.text("pageToken") {
            Some(text) => PageToken::read(&seal, text)?,
            None => PageToken {
                version,
                after: None,
                follows_empty_page: false,
            },
        };
        let asked = parameters
            .integer("maxResults")
            .and_then(|size| usize::try_from(size).ok());
        Ok(Self {
            call,
            feed,
            since,
            version: page.version,
            page,
            seal,
            size: asked.unwrap_or(size.default).clamp(1, size.max),
            empty_pages: world.rules.empty_pages,
            seed: world.seed(),
        })
    }

    /// The states to list from.
    ///
    /// # Errors
    /// 410 `fullSyncRequired`, or 400 `invalid` for the page token of a full listing, when the log
    /// does not reach back so far.
    pub(crate) fn states<'h, T>(&self, history: &'h History<T>) -> Result<States<'h, T>, ApiError> {
        let held_version = self.since.as_ref().map_or(0, |since| since.version);
        let held = self.since.as_ref().map(|since| {
            let reaches = since.version <= self.version;
            let held = history.at(since.version).filter(|_| reaches);
            held.ok_or_else(ApiError::full_sync_required)
        });
        let held = held.transpose()?;
        let shown = history.at(self.version).ok_or_else(|| match held {
            Some(_) => ApiError::full_sync_required(),
            None => page_token::invalid(),
        })?;
        Ok(States {
            shown,
            held,
            held_version,
        })
    }

    /// The lines of this page, and the token field of the answer with its value.
    pub(crate) fn cut<T>(&self, mut lines: Vec<(Place, T)>) -> (Vec<T>, (&'static str, String)) {
        if self.is_left_empty() {
            let next = PageToken {
                follows_empty_page: true,
                ..self.page
            };
            return (Vec::new(), ("nextPageToken", next.write(&self.seal)));
        }
        lines.retain(|(place, _)| self.page.after.is_none_or(|after| *place > after));
        let is_cut = lines.len() > self.size;
        if is_cut {
            // Only the page's own lines need an order among themselves; no two share a place.
            lines.select_nth_unstable_by_key(self.size, |(place, _)| *place);
            lines.truncate(self.size);
        }
        lines.sort_by_key(|(place, _)| *place);
        let token = if is_cut {
            let next = PageToken {
                version: self.version,
                after: Some(lines[self.size - 1].0),
                follows_empty_page: false,
            };
            ("nextPageToken", next.write(&self.seal))
        } else {
            ("nextSyncToken", self.next_sync_token())
        };
        (lines.into_iter().map(|(_, line)| line).collect(), token)
    }

    /// Later than `version` nothing was shown, so the next increment starts there.
    fn next_sync_token(&self) -> String {
        let call = self.call;
        match &self.since {
            None => self.feed.token(call.now, self.version, &call.parameters),
            Some(since) => {
                let parameters = call.parameters.with(&since.filters);
                self.feed.token(call.now, self.version, &parameters)
            }
        }
    }

    /// Google may give a page with nothing on it and more to come (§8.1); which ones is decided by
    /// the seed, and never two in a row.
    fn is_left_empty(&self) -> bool {
        if self.empty_pages == 0 || self.page.follows_empty_page {
            return false;
        }
        let place = format!("{} {} {:?}", self.seed, self.seal, self.page);
        let hash = Sha256::digest(place.as_bytes());
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).is_multiple_of(self.empty_pages)
    }
}
