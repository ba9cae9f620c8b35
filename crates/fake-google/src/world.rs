//! The whole state of the fake, and the edits that tests and the simulator make beside HTTP.
//!
//! A world is a value: clone it to branch a history. Everything in it is ordered and every
//! chance comes from its seed, so the same seed and the same calls give the same bytes.

mod invitations;
mod mails;
mod sharing;
mod writes;

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::calendar::conference::MeetRules;
use crate::calendar::redact::Detail;
use crate::calendar::resource::View;
use crate::calendar::{Calendar, Event, Write, WriteOptions};
use crate::chance::Chance;
use crate::clock::WorldClock;
use crate::error::ApiError;
use crate::fault::plan::Faults;
use crate::log::RequestLog;
use crate::oauth::state::OauthState;
use crate::profile::Profile;
use crate::push::Push;
use crate::push::rules::PushRules;
use crate::quota::{QuotaLimits, Quotas};

pub use self::invitations::InvitationPolicy;
pub(crate) use self::invitations::Invitations;
pub(crate) use self::mails::SendUpdates;
pub use self::mails::{MAILS_MAX, Mail, MailKind};

/// Makes the faults' stream of chance another than the ids'.
const FAULT_SEED: u64 = 0x6661_756c_7473;

/// The same for push.
const PUSH_SEED: u64 = 0x7075_7368;

/// What a PATCH or PUT on a deleted event answers.
///
/// Reports about Google conflict: some revived an event by writing `status: confirmed`, some got
/// 403 (google-api-ruby-client#1811), and the error guide lists 410 for updates as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TombstoneWrites {
    /// 403 `forbidden`. The default, because a client that lives with it lives with the others.
    #[default]
    Forbidden,
    /// 410 `deleted`.
    Gone,
    /// A write that says `confirmed` or `tentative` (PUT: also one that says nothing) brings the
    /// event back; any other is 403.
    Revive,
}

/// How several `privateExtendedProperty` filters combine: the reference says all, the guide says
/// any. Filters of different kinds are always combined with AND.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedFilters {
    /// An event must fit each of them.
    #[default]
    All,
    /// An event must fit one of them.
    Any,
}

/// What an increment answers when its parameters are not those of the first listing, which Google
/// calls undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangedParameters {
    /// 400 `invalid`, so that a client's mistake shows. The default.
    #[default]
    Refuse,
    /// The changed parameters count from now on.
    Ignore,
}

/// How an increment tells of an event that has left the window, or another filter, of the first
/// listing. Google does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leavers {
    /// As `cancelled`, in the short form of a deletion. The default, because a client that checks
    /// a deletion before it believes it lives with the other too.
    #[default]
    Cancelled,
    /// As it is now, outside the window.
    Shown,
}

/// How the boxes of the consent page start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentBoxes {
    /// As Google's do: nothing is granted that was not ticked.
    #[default]
    Empty,
    /// For a demo, where the usual case should be one click.
    Ticked,
}

/// Choices where Google is contradictory or does not say, and limits that differ by project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// PATCH and PUT of deleted events.
    pub tombstone_writes: TombstoneWrites,
    /// How long a deleted event is still answered; afterwards 404, though its id stays taken.
    pub tombstone_retention: SignedDuration,
    /// How far ahead a series without end is told of where no `timeMax` says it. Google's own
    /// horizon is years ahead and not published (§10.3).
    pub expansion_horizon: SignedDuration,
    /// How Meet conferences are made.
    pub meet: MeetRules,
    /// Whether titles, places and descriptions are brought into a form of the server's own, as
    /// Google does in ways it does not publish.
    pub rewrites_text: bool,
    /// Repeated extended property filters.
    pub repeated_filters: RepeatedFilters,
    /// Refuses query parameters and body fields that Google's description does not have with 400.
    /// Otherwise they are passed over, which is how Google treats most of them; a test wants to
    /// know its typos.
    pub is_strict: bool,
    /// Panics when an answer of the Calendar API is not what Google's description says: a mistake
    /// of this server, never of the caller. On in debug builds.
    pub checks_answers: bool,
    /// How long a sync token lives; afterwards 410 `fullSyncRequired`.
    pub sync_token_ttl: SignedDuration,
    /// Other parameters than those of the first listing.
    pub changed_parameters: ChangedParameters,
    /// Events that leave the filters of the first listing.
    pub leavers: Leavers,
    /// How far back `updatedMin` may lie; further is 410 `updatedMinTooLongAgo`.
    pub updated_min_age_max: SignedDuration,
    /// The longest time that one `freebusy.query` may ask for; more is 400 `timeRangeTooLong`.
    pub free_busy_span_max: SignedDuration,
    /// One page in so many is empty with more to come, chosen by the seed; 0 for none, 1 for one
    /// before every page.
    pub empty_pages: u32,
    /// What callers may use.
    pub quotas: QuotaLimits,
    /// How the boxes of the consent page start.
    pub consent_boxes: ConsentBoxes,
    /// Refresh tokens one account may have at one client; one more and the oldest dies (§3.5).
    pub refresh_tokens_max: usize,
    /// How long a refresh token may go unused. Google says six months.
    pub refresh_token_disuse: SignedDuration,
    /// `iss` of an `id_token`. Google also writes it without the scheme (§3.7).
    pub issuer: String,
    /// How notifications behave.
    pub push: PushRules,
    /// Origin of `htmlLink`. The shell sets its own, so that the link opens the fake's page.
    pub link_origin: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            tombstone_writes: TombstoneWrites::default(),
            tombstone_retention: SignedDuration::from_hours(30 * 24),
            expansion_horizon: SignedDuration::from_hours(2 * 365 * 24),
            meet: MeetRules::default(),
            rewrites_text: true,
            repeated_filters: RepeatedFilters::default(),
            is_strict: false,
            checks_answers: cfg!(debug_assertions),
            sync_token_ttl: SignedDuration::from_hours(30 * 24),
            changed_parameters: ChangedParameters::default(),
            leavers: Leavers::default(),
            updated_min_age_max: SignedDuration::from_hours(30 * 24),
            free_busy_span_max: SignedDuration::from_hours(90 * 24),
            empty_pages: 0,
            quotas: QuotaLimits::default(),
            consent_boxes: ConsentBoxes::default(),
            refresh_tokens_max: 100,
            refresh_token_disuse: SignedDuration::from_hours(183 * 24),
            issuer: "https://accounts.google.com".to_owned(),
            push: PushRules::default(),
            link_origin: "https://www.google.com".to_owned(),
        }
    }
}

/// Whether an account may use its grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may.
    #[default]
    Active,
    /// Deleted or disabled: no sign-in, refreshing is `invalid_grant`, access tokens are 401.
    Disabled,
    /// Its administrator blocks the app: `admin_policy_enforced`.
    BlockedByAdmin,
    /// It must sign in again: refreshing is `invalid_grant` with `invalid_rapt`.
    NeedsReauth,
}

/// A Google account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Stable id, 21 digits.
    pub sub: String,
    /// Address, which is also the id of the primary calendar.
    pub email: String,
    /// Name shown on the consent page.
    pub name: String,
    /// BCP 47 tag.
    pub locale: String,
    /// Workspace domain (`hd`); none for a consumer's account.
    pub hosted_domain: Option<String>,
    /// Whether it may use its grants.
    pub standing: Standing,
    /// Whether it has Google Calendar; 403 `notACalendarUser` if not.
    pub is_calendar_user: bool,
    /// Whether it administers its `hosted_domain`, with the privilege to manage calendars.
    pub is_administrator: bool,
}

/// Why a world cannot be set up as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The zone is not in the bundled time zone data.
    #[error("unknown time zone {0}")]
    UnknownTimeZone(String),
    /// There is an account or calendar of that name.
    #[error("{0} exists already")]
    Exists(String),
    /// There is no account of that e-mail.
    #[error("no account {0}")]
    NoAccount(String),
    /// There is no calendar of that id, or not for that account.
    #[error("no calendar {0}")]
    NoCalendar(String),
    /// There is no OAuth client of that id.
    #[error("no OAuth client {0}")]
    NoClient(String),
}

/// Accounts, clients, tokens, calendars, log, faults and clock of one fake Google.
#[derive(Clone, Debug)]
pub struct World {
    /// Choices where Google is contradictory or does not say.
    pub rules: Rules,
    pub(crate) chance: Chance,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) oauth: OauthState,
    pub(crate) calendars: BTreeMap<String, Calendar>,
    pub(crate) quotas: Quotas,
    /// By e-mail, one for every account.
    pub(crate) profiles: BTreeMap<String, Profile>,
    pub(crate) log: RequestLog,
    pub(crate) invitations: Invitations,
    pub(crate) mails: VecDeque<Mail>,
    pub(crate) faults: Faults,
    /// Apart from `chance`, so that an uncertain fault does not change every id after it.
    pub(crate) fault_chance: Chance,
    /// Channels, and messages that wait; with a stream of chance of its own, too.
    pub(crate) push: Push,
    pub(crate) clock: WorldClock,
    /// Rises when all sync tokens are to die; see [`World::expire_sync_tokens`].
    pub(crate) sync_epoch: u64,
    seed: u64,
}

impl World {
    /// An empty world. `seed` decides every id and token it will ever make.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            rules: Rules::default(),
            chance: Chance::new(seed),
            accounts: BTreeMap::new(),
            oauth: OauthState::default(),
            calendars: BTreeMap::new(),
            quotas: Quotas::default(),
            profiles: BTreeMap::new(),
            log: RequestLog::default(),
            invitations: Invitations::default(),
            mails: VecDeque::new(),
            faults: Faults::default(),
            fault_chance: Chance::new(seed ^ FAULT_SEED),
            push: Push::new(seed ^ PUSH_SEED),
            clock: WorldClock::default(),
            seed,
            sync_epoch: 0,
        }
    }

    /// Adds an account with its primary calendar, whose id is the e-mail. Returns its `sub`.
    ///
    /// # Errors
    /// [`SetupError::Exists`], [`SetupError::UnknownTimeZone`].
    pub fn add_account(
        &mut self,
        email: &str,
        name: &str,
        time_zone: &str,
    ) -> Result<String, SetupError> {
        if self.accounts.contains_key(email) {
            return Err(SetupError::Exists(email.to_owned()));
        }
        self.put_calendar(email, email, email, time_zone)?;
        let sub = self.chance.subject();
        let account = Account {
            sub: sub.clone(),
            email: email.to_owned(),
            name: name.to_owned(),
            locale: "en".to_owned(),
            hosted_domain: None,
            standing: Standing::Active,
            is_calendar_user: true,
            is_administrator: false,
        };
        self.accounts.insert(email.to_owned(), account);
        let profile = Profile::new(email, time_zone);
        self.profiles.insert(email.to_owned(), profile);
        Ok(sub)
    }

    /// One account, to be changed. Its e-mail and `sub` are names elsewhere: leave them.
    pub fn account_mut(&mut self, email: &str) -> Option<&mut Account> {
        self.accounts.get_mut(email)
    }

    /// The accounts, by e-mail.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The ids of an account's calendars, the primary first.
    #[must_use]
    pub fn calendar_ids(&self, email: &str) -> Vec<&str> {
        self.calendars_of(email)
            .map(|calendar| calendar.id.as_str())
            .collect()
    }

    /// Every event of a calendar as a resource, in order of insertion; tombstones included, even
    /// those that the API no longer answers. Empty when there is no such calendar.
    #[must_use]
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        let Some(calendar) = self.calendars.get(calendar) else {
            return Vec::new();
        };
        let view = self.view_of(calendar);
        let mut events: Vec<&Event> = calendar.events().collect();
        events.sort_by_key(|event| event.ordinal);
        events
            .into_iter()
            .map(|event| calendar.resource(event, &view))
            .collect()
    }

    /// One event as a resource, tombstones included.
    #[must_use]
    pub fn event(&self, calendar: &str, event_id: &str) -> Option<Value> {
        let calendar = self.calendars.get(calendar)?;
        let event = calendar.events.get(event_id)?;
        Some(calendar.resource(event, &self.view_of(calendar)))
    }

    /// Adds an event as its host would by hand; `body` is an event resource.
    ///
    /// # Errors
    /// What the API would answer.
    pub fn insert_event(
        &mut self,
        now: Timestamp,
        calendar: &str,
        body: &Value,
    ) -> Result<Value, ApiError> {
        let body = object(body)?;
        let options = WriteOptions {
            has_conference_data: true,
            ..WriteOptions::default()
        };
        let id = self.write(now, calendar, SendUpdates::None, |target, chance, rules| {
            let event = target.insert(now, chance, rules, body, options)?;
            Ok(event.id.clone())
        })?;
        self.notice(now);
        self.event(calendar, &id).ok_or_else(ApiError::not_found)
    }

    /// Edits an event as its host would by hand; `patch` has PATCH semantics.
    ///
    /// # Errors
    /// What the API would answer.
    pub fn edit_event(
        &mut self,
        now: Timestamp,
        calendar: &str,
        event_id: &str,
        patch: &Value,
    ) -> Result<Value, ApiError> {
        let patch = object(patch)?;
        self.write(now, calendar, SendUpdates::None, |target, _, rules| {
            let write = host_write(now, rules, event_id);
            target.patch(&write, &patch).map(|_| ())
        })?;
        self.notice(now);
        self.event(calendar, event_id)
            .ok_or_else(ApiError::not_found)
    }

    /// Deletes an event as its host would by hand.
    ///
    /// # Errors
    /// What the API would answer.
    pub fn delete_event(
        &mut self,
        now: Timestamp,
        calendar: &str,
        event_id: &str,
    ) -> Result<(), ApiError> {
        self.write(now, calendar, SendUpdates::None, |target, _, rules| {
            target.delete(&host_write(now, rules, event_id))
        })?;
        self.notice(now);
        Ok(())
    }

    /// Takes an event out of the bin, as its host would by hand: whatever the API says of writing to deleted
    /// events, the bin of the calendar's page gives back what was deleted in the last 30 days (§9).
    ///
    /// # Errors
    /// What the API would answer.
    pub fn restore_event(
        &mut self,
        now: Timestamp,
        calendar: &str,
        event_id: &str,
    ) -> Result<Value, ApiError> {
        let patch = object(&serde_json::json!({ "status": "confirmed" }))?;
        self.write(now, calendar, SendUpdates::None, |target, _, rules| {
            let rules = Rules {
                tombstone_writes: TombstoneWrites::Revive,
                ..rules.clone()
            };
            let write = host_write(now, &rules, event_id);
            target.patch(&write, &patch).map(|_| ())
        })?;
        self.notice(now);
        self.event(calendar, event_id)
            .ok_or_else(ApiError::not_found)
    }

    /// Moves an event to another calendar of its host, as its host would by hand: it keeps its id and everything
    /// on it, and leaves a bare tombstone behind (§8.2, §17).
    ///
    /// # Errors
    /// What the API would answer.
    pub fn move_event(
        &mut self,
        now: Timestamp,
        calendar: &str,
        event_id: &str,
        destination: &str,
    ) -> Result<Value, ApiError> {
        let target = self.calendars.get(destination);
        let target = target.ok_or_else(ApiError::not_found)?;
        if calendar == destination || target.is_taken(event_id) {
            return Err(ApiError::duplicate());
        }
        let invitation = target.invitation();
        let source = self.calendars.get_mut(calendar);
        let source = source.ok_or_else(ApiError::not_found)?;
        let family = source.give_away(&host_write(now, &self.rules, event_id), &invitation)?;
        self.write(now, destination, SendUpdates::None, |target, _, _| {
            target.take_over(now, family);
            Ok(())
        })?;
        self.notice(now);
        self.event(destination, event_id)
            .ok_or_else(ApiError::not_found)
    }

    /// Changes an instance and all that follow, as its host would by hand on Google's page ("this
    /// and following events"), which no single method of the API does: the series ends before the
    /// instance, and a new one begins there that copies everything, private extended properties
    /// included, and then takes `patch`. Returns the new series, or the old one if the instance is
    /// its first.
    ///
    /// # Errors
    /// What the API would answer; 400 when `instance` is not an instance.
    pub fn split_series(
        &mut self,
        now: Timestamp,
        calendar: &str,
        instance: &str,
        patch: &Value,
    ) -> Result<Value, ApiError> {
        let patch = object(patch)?;
        let id = self.write(now, calendar, SendUpdates::None, |target, _, rules| {
            target.split_series(&host_write(now, rules, instance), &patch)
        })?;
        self.notice(now);
        self.event(calendar, &id).ok_or_else(ApiError::not_found)
    }

    /// Says which kinds of conference the events of a calendar may have: `hangoutsMeet`, or
    /// nothing. False when there is no such calendar.
    pub fn allow_conferences(&mut self, calendar: &str, solutions: &[&str]) -> bool {
        let target = self.calendars.get_mut(calendar);
        let is_there = target.is_some();
        if let Some(target) = target {
            target.conference_solutions = solutions.iter().map(|&kind| kind.to_owned()).collect();
        }
        is_there
    }

    /// Ends every grant of the account, as its owner can on Google's account page: access and
    /// refresh tokens of all clients die, and the next authorization asks for consent again.
    pub fn revoke_grants(&mut self, email: &str) {
        self.oauth.revoke(None, email);
    }

    /// Makes every access token answer 401 from now on; refresh tokens live.
    pub fn expire_access_tokens(&mut self) {
        self.oauth.access_tokens.clear();
    }

    /// Makes every sync token answer 410 `fullSyncRequired` from now on: those of one calendar's
    /// events and access list, or all there are.
    pub fn expire_sync_tokens(&mut self, calendar: Option<&str>) {
        if calendar.is_none() {
            self.sync_epoch += 1;
        }
        for (id, target) in &mut self.calendars {
            if calendar.is_none_or(|wanted| wanted == id) {
                target.sync_epoch += 1;
            }
        }
    }

    /// What was asked so far.
    #[must_use]
    pub fn request_log(&self) -> &RequestLog {
        &self.log
    }

    /// The seed last given.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Starts the streams of chance again, from another seed or the same. What is there stays: a
    /// world that goes on after the same seed twice draws ids that are taken.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.chance = Chance::new(seed);
        self.fault_chance = Chance::new(seed ^ FAULT_SEED);
        self.push.reseed(seed ^ PUSH_SEED);
    }

    pub(crate) fn calendars_of(&self, email: &str) -> impl Iterator<Item = &Calendar> {
        let owned = |primary: bool| {
            self.calendars
                .values()
                .filter(move |calendar| calendar.owner == email && calendar.is_primary == primary)
        };
        owned(true).chain(owned(false))
    }

    pub(crate) fn view_of(&self, calendar: &Calendar) -> View<'_> {
        View {
            zone: calendar.zone(),
            detail: Detail::Full,
            attendees_max: None,
            link_origin: &self.rules.link_origin,
        }
    }
}

/// A write by the calendar's own host: unconditional.
pub(crate) fn host_write<'a>(now: Timestamp, rules: &'a Rules, event: &'a str) -> Write<'a> {
    Write {
        now,
        rules,
        event,
        if_match: None,
        options: WriteOptions {
            has_conference_data: true,
            ..WriteOptions::default()
        },
    }
}

fn object(body: &Value) -> Result<Map<String, Value>, ApiError> {
    body.as_object().cloned().ok_or_else(ApiError::parse_error)
}
