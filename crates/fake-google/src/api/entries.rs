//! Lists of things that are not events: calendar lists, settings, access lists (§7).
//!
//! They share their limits, their tokens and their rule for increments: whatever has changed is
//! told, also what a full listing would leave out.

use serde_json::{Value, json};

use crate::api::page_token::Place;
use crate::api::paging::{Listing, PageSize};
use crate::api::sync_token::Feed;
use crate::api::{Answer, Call};
use crate::calendar::history::History;
use crate::error::ApiError;
use crate::world::World;

const PAGE: PageSize = PageSize {
    default: 100,
    max: 250,
};

/// One of these lists.
pub(super) struct Entries<'a, T> {
    pub(super) feed: Feed<'a>,
    /// Google's word for the collection.
    pub(super) kind: &'static str,
    pub(super) history: &'a History<T>,
    /// Parameters that must not stand beside a sync token.
    pub(super) refused_beside_token: &'a [&'a str],
}

impl<T> Entries<'_, T> {
    /// The page that the call asks for. `place` orders a full listing and decides what is on it;
    /// an increment comes in the order of changes, whose versions `version` tells.
    pub(super) fn page(
        &self,
        world: &World,
        call: &Call<'_>,
        place: impl Fn(&T) -> Option<Place>,
        version: impl Fn(&T) -> i64,
        resource: impl Fn(&T) -> Value,
    ) -> Result<Answer, ApiError> {
        self.refuse_beside_token(call)?;
        let listing = Listing::read(world, call, self.feed, self.history.version(), PAGE)?;
        let states = listing.states(self.history)?;
        let lines: Vec<(Place, &T)> = if states.held.is_some() {
            let changed = states.shown.changed_since(states.held_version);
            changed
                .filter_map(|key| states.shown.get(key))
                .map(|entry| ([version(entry), 0, 0], entry))
                .collect()
        } else {
            let entries = states.shown.values();
            entries
                .filter_map(|entry| Some((place(entry)?, entry)))
                .collect()
        };
        let (entries, (name, token)) = listing.cut(lines);
        let items: Vec<Value> = entries.into_iter().map(resource).collect();
        let etag = format!("\"p{}\"", self.history.version());
        let mut body = json!({ "kind": self.kind, "etag": etag, "items": items });
        body[name] = token.into();
        Ok(Answer::Resource { body, etag })
    }

    /// Increments tell everything that changed, so nothing may be asked to be left out (§7).
    fn refuse_beside_token(&self, call: &Call<'_>) -> Result<(), ApiError> {
        let parameters = &call.parameters;
        if parameters.text("syncToken").is_none() {
            return Ok(());
        }
        let refused = self.refused_beside_token.iter();
        let mut refused = refused.filter(|name| parameters.text(name).is_some());
        let unasked = ["showDeleted", "showHidden"];
        let mut unasked = unasked
            .iter()
            .filter(|name| parameters.flag(name) == Some(false));
        match refused.next().or_else(|| unasked.next()) {
            Some(name) => {
                let message = "Sync token cannot be used with other query restrictions.";
                Err(ApiError::bad_request(message).at_parameter(name))
            }
            None => Ok(()),
        }
    }
}
