//! Forgetting what need not be kept: called now and then by whoever runs the app.

use store::tables::{allowances, holds, idempotency, quotas};
use store::{Lane, StoreError};

use crate::App;

/// Forgets remembered decisions, allowances, quotas and holds whose time is over. A small unit; call it
/// about hourly.
///
/// # Errors
/// [`StoreError`]; nothing was forgotten.
pub async fn run(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    app.store()
        .unit(Lane::Background, "housekeeping.run", move |tx| {
            idempotency::forget_old(tx, now)?;
            allowances::forget_full(tx, now)?;
            quotas::forget_full(tx, now)?;
            holds::forget_expired(tx, now)
        })
        .await
}
