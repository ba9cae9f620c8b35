//! Replacing the master key: every sealed value is opened with the key before and sealed with the
//! present one.
//!
//! What is left to do is read from the values themselves, so a run that was killed is gone on with by
//! running again, and a value somebody writes meanwhile is found like any other. It may run beside
//! processes that serve, as long as each of them has both keys. It does not seal names of anonymous
//! callers anew (`limits`): they are hashes with the key, and their allowances begin afresh.

use domain::OrganizationId;
use store::tables::sealed::{self, Column, Sealed};
use store::{Lane, StoreError};
use uuid::Uuid;

use crate::secrets::{OpenError, Place};
use crate::start::key_check_place;
use crate::{App, bookings, connections, credentials};

/// How far a run has come. Made with [`Progress::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Which of [`Column::ALL`] is under way.
    column: usize,
    /// Values of it left as they were.
    passed: usize,
    /// Values sealed anew.
    pub resealed: u64,
    /// Values left because their connection was worked on: run again for them.
    pub busy: u64,
    /// Values that open with neither key. They are of no use as they are: a connection with one must be
    /// reconnected, a repeated request is refused.
    pub unusable: u64,
    /// Whether every value was looked at.
    pub is_done: bool,
}

/// What [`check`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Values that open with the present key.
    pub good: u64,
    /// Values another key sealed.
    pub other_key: u64,
    /// Values of the present key that do not open.
    pub damaged: u64,
}

/// Seals the next page of values anew and says how far that has led; until [`Progress::is_done`]. The known
/// text that tells a wrong key at the start comes last, and only when nothing was busy, so that a process
/// with the present key alone does not start too early.
///
/// # Errors
/// [`StoreError`]; go on from the progress before, or from the beginning.
pub async fn step(app: &App, mut progress: Progress) -> Result<Progress, StoreError> {
    let Some(&column) = Column::ALL.get(progress.column) else {
        progress.is_done = true;
        return Ok(progress);
    };
    if column == Column::KeyCheck && progress.busy > 0 {
        progress.is_done = true;
        return Ok(progress);
    }
    let found = others(app, column, progress.passed).await?;
    if found.is_empty() {
        (progress.column, progress.passed) = (progress.column + 1, 0);
        return Ok(progress);
    }
    let all = found.len();
    let (vault, chance) = (&app.0.vault, app.chance());
    // Opened and sealed here: a unit draws nothing.
    let anew: Vec<(Sealed, Vec<u8>)> = found
        .into_iter()
        .filter_map(|old| {
            let place = place(column, &old);
            let secret = vault.open(place, &old.value).ok()?;
            let value = vault.seal(chance, place, &secret);
            Some((old, value))
        })
        .collect();
    let opened = anew.len();
    let now = app.now();
    let replaced = app
        .store()
        .unit(Lane::Background, "rotation.step", move |tx| {
            let mut replaced = 0;
            for (old, value) in &anew {
                replaced += usize::from(sealed::replace(tx, column, old, value, now)?);
            }
            Ok::<_, StoreError>(replaced)
        })
        .await?;
    progress.resealed += replaced as u64;
    progress.busy += (opened - replaced) as u64;
    progress.unusable += (all - opened) as u64;
    progress.passed += all - replaced;
    Ok(progress)
}

/// Opens every sealed value with the present key, and counts.
///
/// # Errors
/// [`StoreError`].
pub async fn check(app: &App) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    for column in Column::ALL {
        let mut passed = 0;
        loop {
            let skipped = i64::try_from(passed).unwrap_or(i64::MAX);
            let found = app
                .store()
                .unit(Lane::Read, "rotation.check", move |tx| {
                    sealed::all(tx, column, skipped)
                })
                .await?;
            if found.is_empty() {
                break;
            }
            passed += found.len();
            for value in &found {
                count(app, column, value, &mut checked);
            }
        }
    }
    Ok(checked)
}

fn count(app: &App, column: Column, value: &Sealed, checked: &mut Checked) {
    match app.0.vault.open(place(column, value), &value.value) {
        Ok(_) if app.0.vault.is_present(&value.value) => checked.good += 1,
        Ok(_) | Err(OpenError::OtherKey) => checked.other_key += 1,
        Err(OpenError::Damaged) => checked.damaged += 1,
    }
}

async fn others(app: &App, column: Column, passed: usize) -> Result<Vec<Sealed>, StoreError> {
    let key_id = app.0.vault.key_id();
    let skipped = i64::try_from(passed).unwrap_or(i64::MAX);
    app.store()
        .unit(Lane::Read, "rotation.others", move |tx| {
            sealed::others(tx, column, &key_id, skipped)
        })
        .await
}

/// Where a value was sealed for.
fn place(column: Column, value: &Sealed) -> Place {
    let organization = value.organization.unwrap_or(OrganizationId(Uuid::nil()));
    let connection = value
        .connection
        .unwrap_or(domain::ConnectionId(Uuid::nil()));
    match column {
        Column::AccessToken => credentials::access_place(connection, organization),
        // It is still the connection's: only kept elsewhere.
        Column::RefreshToken | Column::Revocation => {
            credentials::refresh_place(connection, organization)
        }
        Column::Verifier => connections::verifier_place(organization),
        Column::Decision => bookings::decision_place(organization),
        Column::KeyCheck => key_check_place(),
    }
}
