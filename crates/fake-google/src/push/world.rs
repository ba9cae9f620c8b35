//! The world's side of push: what it watches, and the doors for whoever carries messages.

use jiff::Timestamp;

use crate::calendar::Event;
use crate::push::DeliveryReport;
use crate::push::channel::{Channel, Watched};
use crate::push::delivery::{Carried, Delivery};
use crate::world::World;

impl World {
    /// When there may be a push message to carry, by the world's time: one waits, or something that
    /// is watched will change by itself, as a conference does that is being made. `None` while
    /// neither is so.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Timestamp> {
        let watched = self.push.channels().filter_map(|channel| {
            let calendar = self.calendars.get(channel.watched.calendar()?)?;
            calendar.next_meet()
        });
        self.push.next().into_iter().chain(watched).min()
    }

    /// Takes up to `most` push messages that are due at `now`, the earliest first. Each must come
    /// back through [`World::report_delivery`], or it is as lost as if nobody had asked.
    pub fn take_due_deliveries(&mut self, now: Timestamp, most: usize) -> Vec<Delivery> {
        self.settle(now);
        self.notice(now);
        self.push.take_due(now, most)
    }

    /// Takes the `sync` message that must arrive before the call just handled is answered, when
    /// [`crate::PushRules::is_sync_first`] says so.
    pub fn take_deliveries_before_answer(&mut self) -> Vec<Delivery> {
        self.push.take_before_answer()
    }

    /// Says how carrying a message went; the world queues the next try if there is to be one.
    pub fn report_delivery(&mut self, now: Timestamp, delivery: Delivery, carried: Carried) {
        self.push.report(now, &self.rules.push, delivery, carried);
    }

    /// The last thousand reports, oldest first.
    pub fn delivery_reports(&self) -> impl Iterator<Item = &DeliveryReport> {
        self.push.reports()
    }

    /// Queues messages for what changed since this was last called. Everything that changes the
    /// world ends with it, so one call makes one message on each channel.
    pub(crate) fn notice(&mut self, now: Timestamp) {
        // Taken out, so that what it watches can be looked at meanwhile.
        let mut push = std::mem::take(&mut self.push);
        push.notice(now, &self.rules.push, |channel| self.look(channel));
        self.push = push;
    }

    /// Whether a channel would be told something by [`World::take_due_deliveries`] that no call has
    /// queued yet: an edit beside the two doors of this crate.
    pub(crate) fn has_news(&self) -> bool {
        self.push
            .channels()
            .any(|channel| self.watched_version(&channel.watched) != Some(channel.seen))
    }

    /// The version of what is to be watched; `None` when it is not there.
    pub(crate) fn watched_version(&self, watched: &Watched) -> Option<i64> {
        Some(match watched {
            Watched::Events { calendar, .. } => self.calendars.get(calendar)?.version(),
            Watched::Acl { calendar } => self.calendars.get(calendar)?.access.0.version(),
            Watched::CalendarList { account } => self.profiles.get(account)?.list.version(),
            Watched::Settings { account } => self.profiles.get(account)?.settings.version(),
        })
    }

    /// The version that a channel's object is at, and whether its owner is to hear of it. `None`
    /// when the object is gone, or its owner has lost every role in the calendar; Google does not
    /// say what becomes of a channel then.
    fn look(&self, channel: &Channel) -> Option<(i64, bool)> {
        if let Some(calendar) = channel.watched.calendar() {
            let access = &self.calendars.get(calendar)?.access;
            access.role_of(&channel.account)?;
        }
        let version = self.watched_version(&channel.watched)?;
        Some((version, version != channel.seen && self.cares(channel)))
    }

    /// Whether a channel cares for what changed: one on chosen event types for events that are or
    /// were of these.
    fn cares(&self, channel: &Channel) -> bool {
        let Watched::Events {
            calendar,
            event_types,
        } = &channel.watched
        else {
            return true;
        };
        let Some(calendar) = self.calendars.get(calendar) else {
            return false;
        };
        let is_chosen = |event: &Event| {
            event_types
                .iter()
                .any(|kind| kind == event.content.kind.word())
        };
        let mut changes = calendar.events.changes_after(channel.seen);
        event_types.is_empty()
            || changes.any(|change| {
                let now = calendar.events.get(&change.key);
                now.is_some_and(is_chosen) || change.before.as_deref().is_some_and(is_chosen)
            })
    }
}
