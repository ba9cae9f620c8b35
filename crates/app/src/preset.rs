//! Presets: a whole organization in one declarative file.

use domain::event_text::EventTextTemplate;
use domain::event_type::{Assignment, EventType, Host, Rules};
use domain::freshness::{OnStale, Policy};
use domain::reminders::{Reminder, Reminders};
use domain::schedule::{Schedule, WeeklyHours};
use domain::text::{self, BadText};
use domain::{EventTypeId, HostId, Locale, OrganizationId, ScheduleId, Zone};
use secrecy::SecretString;
use serde::Deserialize;
use store::tables::{access, event_types, hosts, organizations};
use store::{Lane, StoreError, Tx};

use crate::App;
use crate::bookings::HOSTS_MAX;
use crate::organizations::Organization;
use crate::sign_in::{self, BadPassword, HashedPassword};

/// An organization with its hosts and what they offer, as a file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The business.
    pub organization: OrganizationPreset,
    /// Who can be booked.
    #[serde(rename = "host")]
    pub hosts: Vec<HostPreset>,
    /// What can be booked.
    #[serde(rename = "event_type")]
    pub event_types: Vec<EventTypePreset>,
}

/// The business, as a file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationPreset {
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its zone.
    pub time_zone: Zone,
    /// The language its pages start in.
    pub locale: Locale,
    /// What becomes of a booking when a calendar was not read for too long; `tentative` when absent.
    #[serde(default)]
    pub on_stale: OnStale,
    /// How long is too long; a day when absent.
    #[serde(default = "stale_after")]
    pub stale_after_minutes: i64,
}

/// A host, as a file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostPreset {
    /// What event types call them by, within the file.
    pub key: String,
    /// Their name for people.
    pub name: String,
    /// The zone their hours are read in; the organization's when absent.
    pub time_zone: Option<Zone>,
    /// When they work.
    pub hours: WeeklyHours,
}

/// An event type, as a file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTypePreset {
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// A sentence or two.
    #[serde(default)]
    pub description: String,
    /// The keys of its hosts, in order.
    pub hosts: Vec<String>,
    /// Whether a booking takes any one of them, or all together.
    #[serde(default)]
    pub assignment: Assignment,
    /// Seats on one booking; 1 when absent.
    #[serde(default = "one")]
    pub capacity: i64,
    /// Whether someone must say yes first.
    #[serde(default)]
    pub needs_approval: bool,
    /// How long a booking lasts.
    pub duration_minutes: i64,
    /// Starts lie this far apart.
    pub grid_minutes: i64,
    /// A start must be this far ahead.
    pub notice_minutes: i64,
    /// Bookings are taken this far ahead.
    pub horizon_days: i64,
    /// What its events say.
    pub text: EventTextTemplate,
    /// What Google reminds the calendar's owner of; what their calendar says when absent, nothing when
    /// empty.
    pub reminders: Option<Vec<Reminder>>,
}

const fn one() -> i64 {
    1
}

const fn stale_after() -> i64 {
    Policy::MINUTES_DEFAULT
}

/// More seats than one class has.
const CAPACITY_MAX: i64 = 1000;

/// Who administers the organization.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// What they sign in with.
    pub email: String,
    /// And this.
    pub password: SecretString,
}

/// Why a preset cannot be installed; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallError {
    /// Something in the file is wrong.
    #[error("{place}: {problem}")]
    Bad {
        /// Where.
        place: String,
        /// What.
        problem: String,
    },
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] BadPassword),
    /// An organization or a user of this name exists.
    #[error("an organization \"{0}\" or its administrator exists already in this database")]
    Exists(String),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for InstallError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

struct Installation {
    organization: Organization,
    hosts: Vec<(Host, ScheduleId)>,
    offers: Vec<(EventType, Vec<ScheduleId>)>,
    user: access::User,
}

/// Makes the organization of `preset`, with `administrator`, all of it or nothing. Slow: it hashes
/// their password.
///
/// # Errors
/// [`InstallError`].
pub async fn install(
    app: &App,
    preset: &Preset,
    administrator: &Administrator,
) -> Result<Organization, InstallError> {
    let salt = app.chance().bytes("salt");
    let password = HashedPassword::new(&salt, &administrator.password)?;
    install_hashed(app, preset, &administrator.email, password).await
}

/// [`install`] for an administrator whose password has been hashed before: elsewhere than where
/// others wait, or once for many databases.
///
/// # Errors
/// [`InstallError`].
pub async fn install_hashed(
    app: &App,
    preset: &Preset,
    email: &str,
    password: HashedPassword,
) -> Result<Organization, InstallError> {
    let now = app.now();
    let installation = check(app, preset, email, password)?;
    let organization = installation.organization.clone();
    let slug = organization.slug.clone();
    app.store()
        .unit(Lane::Interactive, "preset.install", move |tx| {
            let exists = organizations::by_slug(tx, &installation.organization.slug)?.is_some()
                || access::user_by_email(tx, &installation.user.email)?.is_some();
            if exists {
                return Err(InstallError::Exists(slug.clone()));
            }
            organizations::insert(tx, &installation.organization, now)?;
            access::insert_user(tx, &installation.user, now)?;
            Ok(insert_offers(tx, &installation)?)
        })
        .await?;
    Ok(organization)
}

fn insert_offers(tx: &mut dyn Tx, installation: &Installation) -> Result<(), StoreError> {
    let organization = installation.organization.id;
    for (host, schedule) in &installation.hosts {
        hosts::insert(tx, host.id, organization, &host.name)?;
        event_types::insert_schedule(tx, *schedule, organization, &host.schedule)?;
    }
    for (position, (event_type, schedules)) in (0..).zip(&installation.offers) {
        event_types::insert(tx, event_type, schedules, position)?;
    }
    Ok(())
}

fn bad(place: impl Into<String>) -> impl FnOnce(BadText) -> InstallError {
    let place = place.into();
    move |problem| InstallError::Bad {
        place,
        problem: problem.to_string(),
    }
}

fn freshness(organization: &OrganizationPreset) -> Result<Policy, InstallError> {
    let stale_after = Policy::stale_after(organization.stale_after_minutes);
    let stale_after = stale_after.map_err(|problem| InstallError::Bad {
        place: "organization.stale_after_minutes".to_owned(),
        problem: problem.to_string(),
    })?;
    Ok(Policy {
        on_stale: organization.on_stale,
        stale_after,
    })
}

fn check(
    app: &App,
    preset: &Preset,
    email: &str,
    password: HashedPassword,
) -> Result<Installation, InstallError> {
    let (chance, now) = (app.chance(), app.now());
    let o = &preset.organization;
    let organization = Organization {
        id: OrganizationId(chance.uuid(now)),
        slug: organization_slug(&o.slug)?,
        name: text::line(&o.name, 100).map_err(bad("organization.name"))?,
        zone: o.time_zone.clone(),
        locale: o.locale,
        freshness: freshness(o)?,
    };
    let mut hosts = Vec::new();
    for host in &preset.hosts {
        let name = text::line(&host.name, 100).map_err(bad(format!("host {}", host.key)))?;
        let zone = host
            .time_zone
            .clone()
            .unwrap_or_else(|| o.time_zone.clone());
        let schedule = Schedule {
            zone,
            hours: host.hours.clone(),
        };
        let host = Host {
            id: HostId(chance.uuid(now)),
            name,
            schedule,
        };
        hosts.push((host, ScheduleId(chance.uuid(now))));
    }
    let mut offers = Vec::new();
    for offered in &preset.event_types {
        let bound = bind(preset, &hosts, offered)?;
        let schedules = bound.iter().map(|(_, schedule)| *schedule).collect();
        let bound = bound.into_iter().map(|(host, _)| host).collect();
        offers.push((
            check_event_type(app, organization.id, offered, bound)?,
            schedules,
        ));
    }
    let user = sign_in::new_user(app, organization.id, email, password);
    Ok(Installation {
        organization,
        hosts,
        offers,
        user,
    })
}

/// First segments of our own addresses: an organization of such a name could not be reached.
const RESERVED_SLUGS: [&str; 12] = [
    "admin", "api", "assets", "b", "embed", "healthz", "mcp", "metrics", "oauth", "openapi",
    "readyz", "webhooks",
];

fn organization_slug(slug: &str) -> Result<String, InstallError> {
    let slug = text::slug(slug).map_err(bad("organization.slug"))?;
    if RESERVED_SLUGS.contains(&slug.as_str()) {
        let problem = format!("\"{slug}\" is an address of Lockstep's own; choose another");
        return Err(InstallError::Bad {
            place: "organization.slug".to_owned(),
            problem,
        });
    }
    Ok(slug)
}

/// The hosts an event type names.
fn bind(
    preset: &Preset,
    hosts: &[(Host, ScheduleId)],
    offered: &EventTypePreset,
) -> Result<Vec<(Host, ScheduleId)>, InstallError> {
    let wrong = |problem: String| InstallError::Bad {
        place: format!("event_type {}", offered.slug),
        problem,
    };
    if !(1..=HOSTS_MAX).contains(&offered.hosts.len()) {
        return Err(wrong(format!("1 to {HOSTS_MAX} hosts are needed")));
    }
    let mut bound: Vec<(Host, ScheduleId)> = Vec::new();
    for key in &offered.hosts {
        let position = preset.hosts.iter().position(|host| host.key == *key);
        let found = position.and_then(|i| hosts.get(i));
        let found = found.ok_or_else(|| wrong(format!("there is no host \"{key}\"")))?;
        if bound.iter().any(|(host, _)| host.id == found.0.id) {
            return Err(wrong(format!("host \"{key}\" is named twice")));
        }
        bound.push(found.clone());
    }
    Ok(bound)
}

fn check_event_type(
    app: &App,
    organization_id: OrganizationId,
    offered: &EventTypePreset,
    hosts: Vec<Host>,
) -> Result<EventType, InstallError> {
    let place = format!("event_type {}", offered.slug);
    let wrong = |problem: String| InstallError::Bad {
        place: place.clone(),
        problem,
    };
    offered.text.check().map_err(|e| wrong(e.to_string()))?;
    let rules = Rules::new(
        offered.duration_minutes,
        offered.grid_minutes,
        offered.notice_minutes,
        offered.horizon_days,
    )
    .map_err(|e| wrong(e.to_string()))?;
    let reminders = offered.reminders.clone().map(Reminders::only);
    let reminders = reminders.transpose().map_err(|e| wrong(e.to_string()))?;
    let reminders = reminders.unwrap_or_default();
    if !(1..=CAPACITY_MAX).contains(&offered.capacity) {
        return Err(wrong(format!("capacity must be 1 to {CAPACITY_MAX}")));
    }
    if offered.capacity > 1 && offered.needs_approval {
        return Err(wrong(
            "a group's sessions are joined, not approved".to_owned(),
        ));
    }
    Ok(EventType {
        id: EventTypeId(app.chance().uuid(app.now())),
        organization_id,
        slug: text::slug(&offered.slug).map_err(bad(&place))?,
        name: text::line(&offered.name, 100).map_err(bad(&place))?,
        description: offered.description.clone(),
        rules,
        hosts,
        assignment: offered.assignment,
        capacity: offered.capacity,
        needs_approval: offered.needs_approval,
        text: offered.text.clone(),
        reminders,
    })
}
