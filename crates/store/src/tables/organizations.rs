//! Organizations.

use domain::freshness::{OnStale, Policy};
use domain::{Instant, Locale, OrganizationId, Zone};
use jiff::SignedDuration;

use super::bookings::named;
use crate::{Row, StoreError, Tx, values};

/// More organizations than one page lists.
const LIST_MAX: i64 = 1000;

/// The business that owns everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its identity.
    pub id: OrganizationId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The zone its pages show times in unless a reader chooses another.
    pub zone: Zone,
    /// The language its pages start in.
    pub locale: Locale,
    /// What becomes of a booking that rests on a calendar not read for long.
    pub freshness: Policy,
}

/// How old the mirror of an organization's calendars is, at a glance: of those of its connections that are
/// not inactive, whomever they block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MirrorAge {
    /// As of when the one longest unread is known, the epoch where it was never read; `None` when there is
    /// no calendar.
    pub oldest: Option<Instant>,
    /// The same of those that were read before, whose connection works and whose last pull did not fail.
    pub oldest_askable: Option<Instant>,
}

macro_rules! select {
    () => {
        "SELECT o.id, o.slug, o.name, o.time_zone, o.locale, o.on_stale, o.stale_after_minutes"
    };
    ($rest:literal) => {
        concat!(select!(), " FROM organization o ", $rest)
    };
}

macro_rules! select_with_age {
    ($rest:literal) => {
        concat!(
            select!(),
            ", (SELECT min(COALESCE(c.as_of, 0)) FROM connection n
                JOIN calendar c ON c.connection_id = n.id
                WHERE n.organization_id = o.id AND n.state <> 'inactive'),
               (SELECT min(c.as_of) FROM connection n JOIN calendar c ON c.connection_id = n.id
                WHERE n.organization_id = o.id AND n.state = 'connected' AND c.failures = 0)
             FROM organization o ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Organization, StoreError> {
    read_from(&mut row)
}

fn read_with_age(mut row: Row) -> Result<(Organization, MirrorAge), StoreError> {
    let organization = read_from(&mut row)?;
    let age = MirrorAge {
        oldest: row.take()?,
        oldest_askable: row.take()?,
    };
    Ok((organization, age))
}

fn read_from(row: &mut Row) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.take()?,
        slug: row.take()?,
        name: row.take()?,
        zone: row.take()?,
        locale: row.take()?,
        freshness: Policy {
            on_stale: named(OnStale::from_name, row.take()?)?,
            stale_after: SignedDuration::from_mins(row.take()?),
        },
    })
}

/// Adds one.
///
/// # Errors
/// [`StoreError::Constraint`] when the slug is taken.
pub fn insert(
    tx: &mut dyn Tx,
    organization: &Organization,
    now: Instant,
) -> Result<(), StoreError> {
    let o = organization;
    tx.execute(
        "INSERT INTO organization (id, slug, name, time_zone, locale, created_at, on_stale,
           stale_after_minutes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        values![
            o.id,
            &o.slug,
            &o.name,
            &o.zone,
            o.locale,
            now,
            o.freshness.on_stale.as_str(),
            o.freshness.stale_after.as_mins()
        ],
    )
    .map(drop)
}

/// All of them, by name.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx) -> Result<Vec<Organization>, StoreError> {
    let sql = select!("ORDER BY o.name, o.id LIMIT ?1");
    tx.rows(sql, values![LIST_MAX])?
        .into_iter()
        .map(read)
        .collect()
}

/// The one of this slug.
///
/// # Errors
/// [`StoreError`].
pub fn by_slug(tx: &mut dyn Tx, slug: &str) -> Result<Option<Organization>, StoreError> {
    let sql = select!("WHERE o.slug = ?1");
    tx.first(sql, values![slug])?.map(read).transpose()
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let sql = select!("WHERE o.id = ?1");
    tx.first(sql, values![id])?.map(read).transpose()
}

/// [`by_slug`], with how old what is known of its calendars is: one statement, so that who books without
/// any pays nothing for them.
///
/// # Errors
/// [`StoreError`].
pub fn by_slug_with_age(
    tx: &mut dyn Tx,
    slug: &str,
) -> Result<Option<(Organization, MirrorAge)>, StoreError> {
    let sql = select_with_age!("WHERE o.slug = ?1");
    tx.first(sql, values![slug])?.map(read_with_age).transpose()
}

/// [`by_id`], likewise.
///
/// # Errors
/// [`StoreError`].
pub fn by_id_with_age(
    tx: &mut dyn Tx,
    id: OrganizationId,
) -> Result<Option<(Organization, MirrorAge)>, StoreError> {
    let sql = select_with_age!("WHERE o.id = ?1");
    tx.first(sql, values![id])?.map(read_with_age).transpose()
}

/// What is to change of what becomes of bookings that rest on a calendar not read for long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreshnessChange {
    /// What to do; as it is when `None`.
    pub on_stale: Option<OnStale>,
    /// How long is too long; as it is when `None`.
    pub stale_after: Option<SignedDuration>,
}

/// Stores it. What is not said is not read either, so that two who change different things both do.
///
/// # Errors
/// [`StoreError`].
pub fn set_freshness(
    tx: &mut dyn Tx,
    id: OrganizationId,
    change: FreshnessChange,
) -> Result<(), StoreError> {
    if let Some(on_stale) = change.on_stale {
        let sql = "UPDATE organization SET on_stale = ?2 WHERE id = ?1";
        tx.execute(sql, values![id, on_stale.as_str()])?;
    }
    if let Some(after) = change.stale_after {
        let sql = "UPDATE organization SET stale_after_minutes = ?2 WHERE id = ?1";
        tx.execute(sql, values![id, after.as_mins()])?;
    }
    Ok(())
}
