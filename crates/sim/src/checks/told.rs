//! Checked at each commit that ends a step of a pull: what a push told of is read from when it told, or is still to
//! be.

use domain::OrganizationId;
use store::tables::connections::State;
use store::tables::{calendars, connections};

use crate::failure::{Checked, Failure};
use crate::scene::Scene;

/// A step of a pull was kept.
///
/// # Errors
/// That a calendar rests though a push told of a change that no listing since has shown.
pub fn kept(scene: &Scene, organization: OrganizationId) -> Checked {
    let (Some(told_at), now) = (scene.told_at, scene.now()) else {
        return Ok(());
    };
    let is_shown = scene.listed_at.is_some_and(|at| at >= told_at);
    let forgotten = scene.read(|tx| {
        for connection in connections::list(tx, organization)? {
            if connection.state != State::Connected {
                continue;
            }
            for calendar in calendars::of_connection(tx, connection.id)? {
                let is_to_be = calendar.is_due(now) || calendar.failures > 0;
                if !is_to_be && !is_shown {
                    return Ok(Some(calendar));
                }
            }
        }
        Ok(None)
    });
    match forgotten {
        None => Ok(()),
        Some(calendar) => {
            let message = format!("a push at {told_at} is forgotten: {calendar:?}");
            Err(Failure::new("told", message))
        }
    }
}
