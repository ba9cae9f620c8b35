//! Organizations.

use domain::{Instant, Locale, OrganizationId, Zone};

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
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, time_zone, locale FROM organization ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.take()?,
        slug: row.take()?,
        name: row.take()?,
        zone: row.take()?,
        locale: row.take()?,
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
        "INSERT INTO organization (id, slug, name, time_zone, locale, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![o.id, &o.slug, &o.name, &o.zone, o.locale, now],
    )
    .map(drop)
}

/// All of them, by name.
///
/// # Errors
/// [`StoreError`].
pub fn list(tx: &mut dyn Tx) -> Result<Vec<Organization>, StoreError> {
    let sql = select!("ORDER BY name, id LIMIT ?1");
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
    let sql = select!("WHERE slug = ?1");
    tx.first(sql, values![slug])?.map(read).transpose()
}

/// The one of this id.
///
/// # Errors
/// [`StoreError`].
pub fn by_id(tx: &mut dyn Tx, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let sql = select!("WHERE id = ?1");
    tx.first(sql, values![id])?.map(read).transpose()
}
