//! Who may see and do what in a calendar: the access list and the roles it gives (§7).
//!
//! Every calendar has one, with a rule for its owner; a rule for `default` makes it public. What
//! a role lets a caller do is decided where methods are called (`api::auth`), what it lets them see
//! of an event in `redact`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::history::History;

/// What somebody may do in a calendar, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees when events are, and nothing else of them.
    FreeBusyReader,
    /// Sees events; private ones without their details.
    Reader,
    /// Writes events, and sees private ones without their details.
    WriterWithoutPrivateAccess,
    /// Writes and sees all events, and sees the access list.
    Writer,
    /// Changes the calendar itself and its access list too.
    Owner,
}

impl Role {
    /// Google's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::WriterWithoutPrivateAccess => "writerWithoutPrivateAccess",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [
            Self::FreeBusyReader,
            Self::Reader,
            Self::WriterWithoutPrivateAccess,
            Self::Writer,
            Self::Owner,
        ]
        .into_iter()
        .find(|role| role.word() == word)
    }
}

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everybody.
    Public,
    /// `user`, `group` or `domain`, and its name. There are no groups here, so a rule for one is
    /// kept and lets nobody in.
    Named(String, String),
}

impl Extent {
    /// The id of the rule, e.g. `user:ana@example.com`.
    pub(crate) fn rule_id(&self) -> String {
        match self {
            Self::Public => "default".to_owned(),
            Self::Named(kind, name) => format!("{kind}:{name}"),
        }
    }

    fn has(&self, email: &str) -> bool {
        match self {
            Self::Public => true,
            Self::Named(kind, name) if kind == "user" => name.eq_ignore_ascii_case(email),
            Self::Named(kind, name) if kind == "domain" => email
                .rsplit_once('@')
                .is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(name)),
            Self::Named(..) => false,
        }
    }
}

/// One line of an access list, or what a deleted one leaves behind.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) extent: Extent,
    /// `None` once the rule is deleted, which Google calls the role `none`.
    pub(crate) role: Option<Role>,
    /// Version of the last change.
    pub(crate) version: i64,
}

/// The access list of a calendar, by rule id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access(pub(crate) History<Rule>);

impl Access {
    /// The most that any rule gives the account.
    pub(crate) fn role_of(&self, email: &str) -> Option<Role> {
        let rules = self.0.values().filter(|rule| rule.extent.has(email));
        rules.filter_map(|rule| rule.role).max()
    }

    /// What anybody gets.
    pub(crate) fn public_role(&self) -> Option<Role> {
        self.0.get("default").and_then(|rule| rule.role)
    }

    /// Gives or (with `None`) takes a role.
    pub(crate) fn set(&mut self, now: Timestamp, extent: Extent, role: Option<Role>) {
        let id = extent.rule_id();
        self.0.put(now, &id, |version| Rule {
            extent,
            role,
            version,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_rule_counts() {
        let mut access = Access::default();
        let mut set = |kind: &str, name: &str, role| {
            let extent = Extent::Named(kind.to_owned(), name.to_owned());
            access.set(Timestamp::UNIX_EPOCH, extent, role);
        };
        set("user", "ana@example.com", Some(Role::Owner));
        set("user", "leo@example.com", Some(Role::FreeBusyReader));
        set("domain", "example.com", Some(Role::Reader));
        set("group", "team@example.org", Some(Role::Owner));
        for (email, role) in [
            ("ana@example.com", Some(Role::Owner)),
            ("LEO@example.com", Some(Role::Reader)),
            ("team@example.org", None),
            ("eve@elsewhere.org", None),
        ] {
            assert_eq!(access.role_of(email), role, "{email}");
        }
        access.set(Timestamp::UNIX_EPOCH, Extent::Public, Some(Role::Reader));
        assert_eq!(access.role_of("eve@elsewhere.org"), Some(Role::Reader));
        access.set(Timestamp::UNIX_EPOCH, Extent::Public, None);
        assert_eq!(access.role_of("eve@elsewhere.org"), None);
    }

    #[test]
    fn roles_are_ordered_and_have_googles_words() {
        assert!(Role::FreeBusyReader < Role::Reader && Role::Writer < Role::Owner);
        assert_eq!(Role::named("writer"), Some(Role::Writer));
        assert_eq!(Role::named("none"), None);
    }
}
