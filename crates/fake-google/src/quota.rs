//! Quotas of the Calendar API (§14, §20.14): sliding minutes per user and per project, a limit on
//! writes to one calendar, and accounts that have used up what Calendar allows them.
//!
//! The core counts; it never waits. A refused call counts too, unless told otherwise: that is how a
//! client that retries at once stays refused (§13, "the sliding window punishes retries").

mod window;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::window::Window;
use crate::error::ApiError;
use crate::world::{SetupError, World};

/// The minute of the quotas.
const MINUTE_SECONDS: u32 = 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Users, projects and calendars that are kept count of at a time; a service account can name as
/// many users as it likes.
const WINDOWS_MAX: usize = 10_000;

/// What Google allows a project and its users. `None` is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaLimits {
    /// Units in any minute by one user through one project. Google: 600.
    pub per_minute_per_user: Option<u32>,
    /// Units in any minute by one project. Google: 10 000.
    pub per_minute_per_project: Option<u32>,
    /// Units in a day (UTC) by one project: 403 `dailyLimitExceeded`. None today: Google's million
    /// a day is a threshold for billing.
    pub per_day_per_project: Option<u32>,
    /// Writes to one calendar, whoever makes them. Google has such a limit and says no number, so
    /// there is none here unless set.
    pub calendar_writes: Option<WriteLimit>,
    /// How an exceeded rate is told.
    pub form: RateForm,
    /// Whether a refused call uses up units as well.
    pub counts_refused: bool,
}

/// So many writes in any so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteLimit {
    /// Writes.
    pub writes: u32,
    /// Length of the window.
    pub seconds: u32,
}

/// Google says that an exceeded rate is 403 or 429, and not when which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateForm {
    /// First 403, then 429, and so on, so that a client meets both.
    #[default]
    Alternate,
    /// Always 403.
    Forbidden,
    /// Always 429.
    TooMany,
}

impl Default for QuotaLimits {
    fn default() -> Self {
        Self {
            per_minute_per_user: Some(600),
            per_minute_per_project: Some(10_000),
            per_day_per_project: None,
            calendar_writes: None,
            form: RateForm::default(),
            counts_refused: true,
        }
    }
}

/// A call as the quotas see it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) project: String,
    /// Who is counted: the account, or whoever a delegated service account names. `None` for a
    /// call with an API key.
    pub(crate) user: Option<String>,
    /// E-mail of the account acted for.
    pub(crate) account: Option<String>,
    pub(crate) is_write: bool,
    /// The calendar named, if one is.
    pub(crate) calendar: Option<String>,
    pub(crate) units: u32,
}

/// What has been used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quotas {
    users: BTreeMap<(String, String), Window>,
    projects: BTreeMap<String, Window>,
    calendars: BTreeMap<String, Window>,
    /// Day since 1970 and units, by project.
    days: BTreeMap<String, (i64, u64)>,
    /// Accounts over the limits of Calendar itself, and until when.
    exceeded: BTreeMap<String, Timestamp>,
    refused: u64,
}

/// Which limit a call breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    User,
    Project,
    Day,
    Calendar,
    /// §14.2, "Calendar usage limits exceeded."
    Account,
}

/// Counts a call, or refuses it.
pub(crate) fn charge(world: &mut World, now: Timestamp, used: &Use) -> Result<(), ApiError> {
    let (quotas, limits) = (&mut world.quotas, &world.rules.quotas);
    let broken = quotas.broken(now, limits, used);
    if broken.is_none() || limits.counts_refused {
        quotas.count(now, limits, used);
    }
    match broken {
        None => Ok(()),
        Some(broken) => {
            let is_rate = !matches!(broken, Broken::Day | Broken::Account);
            quotas.refused += u64::from(is_rate);
            Err(refusal(broken, limits.form, quotas.refused, &used.project))
        }
    }
}

impl Quotas {
    fn broken(&mut self, now: Timestamp, limits: &QuotaLimits, used: &Use) -> Option<Broken> {
        if let (Some(account), true) = (&used.account, used.is_write)
            && self.exceeded.get(account).is_some_and(|until| *until > now)
        {
            return Some(Broken::Account);
        }
        let second = now.as_second();
        let is_over =
            |window: Option<&mut Window>, units: u32, seconds: u32, limit: Option<u32>| {
                let spent = window.map_or(0, |window| window.spent(second, seconds));
                limit.is_some_and(|limit| spent + u64::from(units) > u64::from(limit))
            };
        let units = used.units;
        let key = used.user_key();
        let user = key.and_then(|key| self.users.get_mut(&key));
        if used.user.is_some() && is_over(user, units, MINUTE_SECONDS, limits.per_minute_per_user) {
            return Some(Broken::User);
        }
        let project = self.projects.get_mut(&used.project);
        if is_over(
            project,
            units,
            MINUTE_SECONDS,
            limits.per_minute_per_project,
        ) {
            return Some(Broken::Project);
        }
        let today = self.today(now, &used.project);
        if limits
            .per_day_per_project
            .is_some_and(|limit| today + u64::from(units) > u64::from(limit))
        {
            return Some(Broken::Day);
        }
        let (calendar, limit) = (used.written()?, limits.calendar_writes?);
        let window = self.calendars.get_mut(calendar);
        is_over(window, 1, limit.seconds, Some(limit.writes)).then_some(Broken::Calendar)
    }

    fn count(&mut self, now: Timestamp, limits: &QuotaLimits, used: &Use) {
        let second = now.as_second();
        if let Some(key) = used.user_key() {
            entry(&mut self.users, key).add(second, MINUTE_SECONDS, used.units);
        }
        entry(&mut self.projects, used.project.clone()).add(second, MINUTE_SECONDS, used.units);
        if let (Some(calendar), Some(limit)) = (used.written(), limits.calendar_writes) {
            entry(&mut self.calendars, calendar.to_owned()).add(second, limit.seconds, 1);
        }
        let today = self.today(now, &used.project) + u64::from(used.units);
        self.days.insert(used.project.clone(), (day(now), today));
    }

    fn today(&self, now: Timestamp, project: &str) -> u64 {
        match self.days.get(project) {
            Some((of, units)) if *of == day(now) => *units,
            _ => 0,
        }
    }

    /// What has been used, for the control interface.
    pub(crate) fn shown(&self, now: Timestamp) -> Value {
        let second = now.as_second();
        let spent = |window: &Window| window.clone().spent(second, MINUTE_SECONDS);
        let users: Vec<Value> = self
            .users
            .iter()
            .map(|((project, user), window)| {
                json!({ "project": project, "user": user, "lastMinute": spent(window) })
            })
            .collect();
        let projects: Vec<Value> = self
            .projects
            .iter()
            .map(|(project, window)| {
                let today = self.today(now, project);
                json!({ "project": project, "lastMinute": spent(window), "today": today })
            })
            .collect();
        let exceeded: BTreeMap<&String, &Timestamp> = self
            .exceeded
            .iter()
            .filter(|(_, until)| **until > now)
            .collect();
        json!({ "users": users, "projects": projects, "exceeded": exceeded })
    }
}

impl Use {
    fn written(&self) -> Option<&str> {
        self.calendar.as_deref().filter(|_| self.is_write)
    }

    fn user_key(&self) -> Option<(String, String)> {
        Some((self.project.clone(), self.user.clone()?))
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY_SECONDS)
}

/// The window of `key`, making room by forgetting the first when there are too many.
fn entry<K: Ord + Clone>(windows: &mut BTreeMap<K, Window>, key: K) -> &mut Window {
    if windows.len() >= WINDOWS_MAX && !windows.contains_key(&key) {
        windows.pop_first();
    }
    windows.entry(key).or_default()
}

fn refusal(broken: Broken, form: RateForm, refused: u64, project: &str) -> ApiError {
    let is_forbidden = match form {
        RateForm::Alternate => refused % 2 == 1,
        RateForm::Forbidden => true,
        RateForm::TooMany => false,
    };
    match broken {
        Broken::Account => ApiError::new(403, "quotaExceeded", "Calendar usage limits exceeded."),
        Broken::Day => ApiError::new(403, "dailyLimitExceeded", "Daily Limit Exceeded"),
        Broken::User if is_forbidden => {
            ApiError::new(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
        }
        _ if is_forbidden => ApiError::new(403, "rateLimitExceeded", "Rate Limit Exceeded"),
        Broken::User => ApiError::too_many("Queries per minute per user", project),
        Broken::Project => ApiError::too_many("Queries per minute", project),
        Broken::Calendar => ApiError::too_many("Writes per calendar", project),
    }
}

impl World {
    /// Lets an account be over Calendar's own limits until `until`: it cannot write, and is told
    /// 403 `quotaExceeded`; it can read (§13). A time that has passed ends it.
    ///
    /// # Errors
    /// [`SetupError::NoAccount`].
    pub fn exceed_quota(&mut self, email: &str, until: Timestamp) -> Result<(), SetupError> {
        if !self.accounts.contains_key(email) {
            return Err(SetupError::NoAccount(email.to_owned()));
        }
        self.quotas.exceeded.insert(email.to_owned(), until);
        Ok(())
    }

    /// Forgets what has been used and who is over a limit.
    pub fn reset_quotas(&mut self) {
        self.quotas = Quotas::default();
    }
}

/// Until when an account is over its limits, told in seconds from now.
pub(crate) fn until(now: Timestamp, seconds: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(Timestamp::MAX)
}
