//! Whose calendars there are and who sees them: set up beside HTTP, as owners do by hand.

use jiff::Timestamp;
use serde_json::Map;

use super::{SetupError, World};
use crate::calendar::Calendar;
use crate::calendar::access::{Extent, Role};
use crate::calendar::time::zone;

impl World {
    /// Adds a further calendar to an account and to its list.
    ///
    /// # Errors
    /// Any [`SetupError`] but `NoClient` and `NoCalendar`.
    pub fn add_calendar(
        &mut self,
        owner_email: &str,
        id: &str,
        summary: &str,
        time_zone: &str,
    ) -> Result<(), SetupError> {
        if !self.accounts.contains_key(owner_email) {
            return Err(SetupError::NoAccount(owner_email.to_owned()));
        }
        self.put_calendar(owner_email, id, summary, time_zone)?;
        self.add_to_list(Timestamp::UNIX_EPOCH, owner_email, id);
        Ok(())
    }

    /// Adds a calendar that Google itself keeps and everybody may read, as those of holidays are.
    /// It is on nobody's list until put there, and has no push.
    ///
    /// # Errors
    /// [`SetupError::Exists`], [`SetupError::UnknownTimeZone`].
    pub fn add_public_calendar(
        &mut self,
        id: &str,
        summary: &str,
        time_zone: &str,
    ) -> Result<(), SetupError> {
        self.put_calendar(id, id, summary, time_zone)?;
        if let Some(calendar) = self.calendars.get_mut(id) {
            calendar.is_primary = false;
            calendar.share(Timestamp::UNIX_EPOCH, Extent::Public, Some(Role::Reader));
        }
        Ok(())
    }

    /// Gives an account (or everybody, with `None`) a role in a calendar, or takes it with `None`.
    /// As with Google's API, the calendar does not come onto anybody's list by that; an account
    /// that loses all access has it taken off. Sync tokens of the calendar die.
    ///
    /// # Errors
    /// [`SetupError::NoCalendar`].
    pub fn share_calendar(
        &mut self,
        now: Timestamp,
        calendar: &str,
        email: Option<&str>,
        role: Option<Role>,
    ) -> Result<(), SetupError> {
        let extent = email.map_or(Extent::Public, |email| {
            Extent::Named("user".to_owned(), email.to_owned())
        });
        self.share(now, calendar, extent, role)
            .ok_or_else(|| SetupError::NoCalendar(calendar.to_owned()))
    }

    /// Puts a calendar on an account's list, as its owner does with a link.
    ///
    /// # Errors
    /// [`SetupError::NoAccount`]; [`SetupError::NoCalendar`] also when the account has no access.
    pub fn list_calendar(
        &mut self,
        now: Timestamp,
        email: &str,
        calendar: &str,
    ) -> Result<(), SetupError> {
        if !self.accounts.contains_key(email) {
            return Err(SetupError::NoAccount(email.to_owned()));
        }
        let known = self.calendars.get(calendar);
        known
            .and_then(|known| known.access.role_of(email))
            .ok_or_else(|| SetupError::NoCalendar(calendar.to_owned()))?;
        self.add_to_list(now, email, calendar);
        Ok(())
    }

    /// Changes an access list, and the lists of those who lose the calendar by it. `None` when
    /// there is no such calendar.
    pub(crate) fn share(
        &mut self,
        now: Timestamp,
        calendar: &str,
        extent: Extent,
        role: Option<Role>,
    ) -> Option<()> {
        let target = self.calendars.get_mut(calendar)?;
        target.share(now, extent, role);
        for (email, profile) in &mut self.profiles {
            if target.access.role_of(email).is_none() {
                profile.remove_entry(now, calendar);
            }
        }
        Some(())
    }

    /// Deletes a calendar with all that is in it.
    pub(crate) fn drop_calendar(&mut self, now: Timestamp, calendar: &str) {
        self.calendars.remove(calendar);
        for profile in self.profiles.values_mut() {
            profile.remove_entry(now, calendar);
        }
    }

    pub(crate) fn put_calendar(
        &mut self,
        owner: &str,
        id: &str,
        summary: &str,
        time_zone: &str,
    ) -> Result<(), SetupError> {
        if zone(time_zone).is_none() {
            return Err(SetupError::UnknownTimeZone(time_zone.to_owned()));
        }
        if self.calendars.contains_key(id) {
            return Err(SetupError::Exists(id.to_owned()));
        }
        self.calendars
            .insert(id.to_owned(), Calendar::new(id, summary, time_zone, owner));
        Ok(())
    }

    /// Puts a calendar on an account's list, to be seen.
    pub(crate) fn add_to_list(&mut self, now: Timestamp, email: &str, calendar: &str) {
        if let Some(profile) = self.profiles.get_mut(email)
            && profile.entry(calendar).is_none()
        {
            let mut fields = Map::new();
            fields.insert("selected".to_owned(), true.into());
            profile.put_entry(now, calendar, fields);
        }
    }
}
