//! `calendars.transferOwnership`: a Workspace administrator gives a secondary calendar another data
//! owner of the same organization (§2; the method's text in the discovery document).
//!
//! Google says who may call it and which calendars it takes. It does not say with which reason it
//! refuses the rest, nor what the old owner keeps: here its role, and the calendar on its list.

use crate::api::{Answer, Call};
use crate::calendar::access::{Extent, Role};
use crate::error::ApiError;
use crate::world::World;

pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Answer, ApiError> {
    require_admin_access(call)?;
    let domain = administered_domain(world, &call.account)?;
    let calendar = call.calendar(world);
    // Calendars of others are no more to an administrator than to anybody.
    if domain_of(world, &calendar.owner) != Some(domain) {
        return Err(ApiError::not_found());
    }
    if calendar.is_primary {
        let message = "Only a secondary calendar can be transferred.";
        return Err(ApiError::invalid(message).at_parameter("calendarId"));
    }
    let heir = call.parameters.text("newDataOwner").unwrap_or_default();
    let heir = heir.to_ascii_lowercase();
    if domain_of(world, &heir) != Some(domain) {
        let message = format!("Not a user of this organization: {heir}");
        return Err(ApiError::invalid(message).at_parameter("newDataOwner"));
    }
    world.transfer_ownership(call.now, &call.calendar, &heir);
    Ok(Answer::NoContent)
}

/// "Only true is accepted for this field."
fn require_admin_access(call: &Call<'_>) -> Result<(), ApiError> {
    match call.parameters.flag("useAdminAccess") {
        Some(true) => Ok(()),
        _ => {
            let message = "This method is for administrators: useAdminAccess must be true.";
            Err(ApiError::invalid(message).at_parameter("useAdminAccess"))
        }
    }
}

/// The domain whose calendars the account manages.
fn administered_domain<'w>(world: &'w World, account: &str) -> Result<&'w str, ApiError> {
    let account = world.accounts.get(account);
    account
        .filter(|account| account.is_administrator)
        .and_then(|account| account.hosted_domain.as_deref())
        .ok_or_else(ApiError::forbidden)
}

fn domain_of<'w>(world: &'w World, email: &str) -> Option<&'w str> {
    let account = world.accounts.get(email)?;
    account
        .hosted_domain
        .as_deref()
        .filter(|_| account.is_calendar_user)
}

impl World {
    /// Makes `heir` the data owner of a calendar: it gets the role of one and the calendar on its
    /// list. The same owner again changes nothing.
    fn transfer_ownership(&mut self, now: jiff::Timestamp, calendar: &str, heir: &str) {
        let Some(target) = self.calendars.get_mut(calendar) else {
            return;
        };
        if target.owner == heir {
            return;
        }
        heir.clone_into(&mut target.owner);
        target.revision = now.as_microsecond().max(target.revision + 1);
        let extent = Extent::Named("user".to_owned(), heir.to_owned());
        target.share(now, extent, Some(Role::Owner));
        self.add_to_list(now, heir, calendar);
    }
}
