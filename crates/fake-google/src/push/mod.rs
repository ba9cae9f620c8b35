//! Push (§12): channels, and the messages that are due on them.
//!
//! The core decides everything: after each call it looks at what each channel watches, and puts a
//! message into a queue when there is something new; chance is drawn from a stream of its own, so
//! that watching changes no id. Whoever has a network takes what is due, carries it and reports
//! back; the core decides whether it is tried again. The shell does that over HTTP, the simulator
//! by hand.
//!
//! Not here: what a change is. That is the version of each collection, see `calendar::history`.

pub(crate) mod channel;
pub(crate) mod delivery;
pub(crate) mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use self::channel::{Channel, Watched, Wish};
use self::delivery::{Carried, Delivery, ResourceState};
use self::rules::PushRules;
use crate::chance::Chance;
use crate::error::ApiError;

/// Live channels of a world: more than any test means to have.
const CHANNELS_MAX: usize = 10_000;
/// Messages waiting; one more is lost, as Google's are now and then.
const QUEUE_MAX: usize = 10_000;
/// Ends of carrying that are remembered.
const REPORTS_MAX: usize = 1_000;
/// The most numbers that one message leaves out.
const GAP_MAX: u32 = 3;

/// Who wants a channel, or its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    /// E-mail.
    pub(crate) account: &'a str,
    pub(crate) client: &'a str,
}

/// How one try of one message ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// The world's time of the report.
    pub time: Timestamp,
    /// Id of the channel.
    pub channel: String,
    /// `X-Goog-Message-Number`.
    pub number: u64,
    /// What it said.
    pub state: ResourceState,
    /// The how many-th try it was, from 1.
    pub attempt: u32,
    /// How it went.
    pub carried: Carried,
    /// Whether it will be tried again.
    pub is_retried: bool,
}

/// Channels and messages of one world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Push {
    chance: Chance,
    channels: BTreeMap<String, Channel>,
    /// Every id there ever was: none can be used again.
    used_ids: BTreeSet<String>,
    /// By due time, then by order of queueing.
    queue: BTreeMap<(Timestamp, u64), Delivery>,
    queued: u64,
    /// `sync` messages that must be carried before the call that made them is answered.
    before_answer: Vec<Delivery>,
    reports: VecDeque<DeliveryReport>,
}

impl Push {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            ..Self::default()
        }
    }

    pub(crate) fn reseed(&mut self, seed: u64) {
        self.chance = Chance::new(seed);
    }

    pub(crate) fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    pub(crate) fn reports(&self) -> impl Iterator<Item = &DeliveryReport> {
        self.reports.iter()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Rises with every message that is queued: who waits for the next one can see that it may
    /// have changed.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }

    /// Opens a channel on something that is now at version `seen`, and sends `sync`.
    pub(crate) fn open(
        &mut self,
        now: Timestamp,
        rules: &PushRules,
        owner: Owner<'_>,
        wish: Wish,
        (watched, seen): (Watched, i64),
    ) -> Result<&Channel, ApiError> {
        self.forget_ended(now);
        if self.used_ids.contains(&wish.id) {
            return Err(ApiError::channel_id_not_unique(&wish.id));
        }
        if self.channels.len() >= CHANNELS_MAX {
            return Err(ApiError::for_status(403));
        }
        let channel = Channel {
            id: wish.id.clone(),
            address: wish.address,
            token: wish.token,
            expires: wish.expires,
            watched,
            account: owner.account.to_owned(),
            client: owner.client.to_owned(),
            number: 1,
            seen,
            silent_from: None,
        };
        let sync = Delivery::new(&channel, ResourceState::Sync, now);
        if rules.is_sync_first {
            self.before_answer.push(sync);
        } else {
            self.enqueue(sync);
        }
        self.used_ids.insert(wish.id.clone());
        Ok(self.channels.entry(wish.id).or_insert(channel))
    }

    /// Ends a channel for whoever made it: same account, same client (§12.4). `None` when there is
    /// no such channel for them.
    pub(crate) fn stop(
        &mut self,
        now: Timestamp,
        rules: &PushRules,
        owner: Owner<'_>,
        (id, resource_id): (&str, &str),
    ) -> Option<()> {
        let channel = self.channels.get_mut(id).filter(|channel| {
            channel.is_live(now)
                && channel.silent_from.is_none()
                && channel.account == owner.account
                && channel.client == owner.client
                && channel.watched.resource_id() == resource_id
        })?;
        let lag = SignedDuration::from_secs(rules.stop_lag_seconds.into());
        channel.silent_from = Some(now.checked_add(lag).unwrap_or(Timestamp::MAX));
        self.forget_ended(now);
        Some(())
    }

    /// Looks at what each channel watches and queues a message where there is something new.
    /// `look` gives the version it is at now and whether anything the channel cares for changed
    /// since it last looked, or `None` when it is gone, which ends the channel.
    pub(crate) fn notice(
        &mut self,
        now: Timestamp,
        rules: &PushRules,
        mut look: impl FnMut(&Channel) -> Option<(i64, bool)>,
    ) {
        let mut messages = Vec::new();
        let chance = &mut self.chance;
        self.channels.retain(|_, channel| {
            let Some((version, is_news)) = look(channel) else {
                return false;
            };
            channel.seen = version;
            if is_news && channel.is_live(now) {
                messages.extend(tell(channel, now, rules, chance));
            }
            true
        });
        for message in messages {
            self.enqueue(message);
        }
    }

    /// When the next message is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.queue.keys().next().map(|(due, _)| *due)
    }

    /// Takes up to `most` messages that are due at `now`. What its channel no longer reports is
    /// passed over.
    pub(crate) fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<Delivery> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(entry) = self.queue.first_entry()
            && entry.key().0 <= now
        {
            let delivery = entry.remove();
            let channel = self.channels.get(&delivery.channel);
            if channel.is_some_and(|channel| channel.is_live(now)) {
                taken.push(delivery);
            }
        }
        taken
    }

    /// Takes what must be carried before the call just handled is answered.
    pub(crate) fn take_before_answer(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.before_answer)
    }

    /// Learns how carrying went, and queues the next try if there is to be one.
    pub(crate) fn report(
        &mut self,
        now: Timestamp,
        rules: &PushRules,
        delivery: Delivery,
        carried: Carried,
    ) {
        let is_retried =
            carried.is_retried(rules.retries_unreachable) && delivery.attempt < rules.attempts_max;
        if self.reports.len() == REPORTS_MAX {
            self.reports.pop_front();
        }
        self.reports.push_back(DeliveryReport {
            time: now,
            channel: delivery.channel.clone(),
            number: delivery.number,
            state: delivery.state,
            attempt: delivery.attempt,
            carried,
            is_retried,
        });
        if is_retried {
            let wait = wait_before_retry(rules, delivery.attempt);
            self.enqueue(Delivery {
                attempt: delivery.attempt + 1,
                due: now.checked_add(wait).unwrap_or(Timestamp::MAX),
                ..delivery
            });
        }
    }

    fn enqueue(&mut self, delivery: Delivery) {
        if self.queue.len() < QUEUE_MAX {
            self.queued += 1;
            self.queue.insert((delivery.due, self.queued), delivery);
        }
    }

    fn forget_ended(&mut self, now: Timestamp) {
        self.channels.retain(|_, channel| channel.is_live(now));
    }
}

/// The messages that one change makes on one channel: one, none when it is lost, two when it is
/// doubled. A lost message has a number all the same.
fn tell(
    channel: &mut Channel,
    now: Timestamp,
    rules: &PushRules,
    chance: &mut Chance,
) -> Vec<Delivery> {
    let mut strikes = |per_mille: u16| per_mille > 0 && chance.below(1000) < u32::from(per_mille);
    let (has_gap, is_lost, is_doubled) = (
        strikes(rules.gaps_per_mille),
        strikes(rules.loss_per_mille),
        strikes(rules.duplicates_per_mille),
    );
    channel.number += 1;
    if has_gap {
        channel.number += u64::from(1 + chance.below(GAP_MAX));
    }
    let copies = if is_lost {
        0
    } else {
        1 + u32::from(is_doubled)
    };
    let mut leave = |_| {
        let spread = rules.delay_max_ms.saturating_sub(rules.delay_min_ms);
        let drawn = if spread > 0 {
            chance.below(spread.saturating_add(1))
        } else {
            0
        };
        let delay = SignedDuration::from_millis(i64::from(rules.delay_min_ms) + i64::from(drawn));
        let due = now.checked_add(delay).unwrap_or(Timestamp::MAX);
        Delivery::new(channel, ResourceState::Exists, due)
    };
    (0..copies).map(&mut leave).collect()
}

/// Doubles with each try. Google publishes no numbers; there is no jitter, so that a test can say
/// when.
fn wait_before_retry(rules: &PushRules, attempt: u32) -> SignedDuration {
    let doublings = attempt.saturating_sub(1).min(31);
    let wait = u64::from(rules.retry_first_ms) << doublings;
    let wait = wait.min(u64::from(rules.retry_max_ms));
    SignedDuration::from_millis(i64::try_from(wait).unwrap_or(i64::MAX))
}
