//! How conflicts between a booking and its event are decided (design section 6): what an owner may choose,
//! and the facts that a decision rests on beside the link.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// Where a booking was born.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Here: on a page, through the API, by an agent.
    #[default]
    Here,
    /// In Google: an event of a two-way calendar that became a booking.
    Google,
}

impl Origin {
    /// Its stable name in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Google => "google",
        }
    }

    /// The one of a stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Here, Self::Google]
            .into_iter()
            .find(|origin| origin.as_str() == name)
    }
}

/// What becomes of something that was done in Google alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnChange {
    /// The booking follows, where it can.
    #[default]
    Follow,
    /// A person is asked.
    Ask,
}

impl OnChange {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Ask => "ask",
        }
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Follow, Self::Ask];
        all.into_iter().find(|known| known.as_str() == name)
    }
}

/// Whose change counts when both sides changed the same field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The booking's.
    Ours,
    /// The event's.
    Theirs,
    /// Whichever was made last; the booking's where Google does not say when.
    Newest,
}

impl Winner {
    /// What may be chosen: one of them, or none, where the side wins on which the booking was born.
    pub const CHOICES: [(&'static str, Option<Self>); 4] = [
        ("origin", None),
        ("ours", Some(Self::Ours)),
        ("theirs", Some(Self::Theirs)),
        ("newest", Some(Self::Newest)),
    ];

    /// The stable name of a choice.
    pub fn name_of(choice: Option<Self>) -> &'static str {
        let found = Self::CHOICES.iter().find(|(_, known)| *known == choice);
        found.map_or("origin", |(name, _)| name)
    }

    /// The choice of a name.
    pub fn from_name(name: &str) -> Option<Option<Self>> {
        let found = Self::CHOICES.iter().find(|(known, _)| *known == name);
        found.map(|(_, choice)| *choice)
    }
}

/// One of the two sides: what a person decided about a link that waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The booking's: the event is brought back to it.
    Ours,
    /// The event's: the booking follows, though the rules would not let it.
    Theirs,
}

/// What a connection's owner chose. The default is the table of design section 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The host moves the event.
    pub moves: OnChange,
    /// The host deletes it, or declines it.
    pub deletions: OnChange,
    /// The host brings it back after that.
    pub restorations: OnChange,
    /// Whether the place as edited in Google reaches the booking; if not, it is the event's own.
    pub keeps_place: bool,
    /// Both sides changed the same field; `None` lets the side win where the booking was born.
    pub both: Option<Winner>,
}

/// What is known of an event that is gone from its calendar: whether it stands in another one
/// (google-calendar.md §17: a move leaves a bare tombstone, and the same id arrives elsewhere).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// It was not seen in any other that can be asked, or nobody can be waited for any longer.
    #[default]
    Nowhere,
    /// Others were not read since it was seen to be gone.
    Unknown,
    /// It was seen there, with its mark and under its id.
    Found,
}

/// What a decision about one link rests on, beside what the link knows.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The present.
    pub now: Instant,
    /// What the connection's owner chose.
    pub policy: Policy,
    /// Where the booking was born.
    pub origin: Origin,
    /// Whether the event itself was made in Google, not by us: nobody but a person removes it.
    pub is_theirs: bool,
    /// Whether title and description travel both ways, as in two-way calendars. Elsewhere an edited one is
    /// the event's own from then on.
    pub text_travels: bool,
    /// Whether other hosts of the booking have events of their own for it.
    pub is_collective: bool,
    /// Whether the booking is over because its event was deleted, and nobody has decided so here.
    pub ended_in_google: bool,
    /// When the booking was last changed here.
    pub changed_at: Instant,
    /// Whether an event that is gone stands in another calendar.
    pub elsewhere: Elsewhere,
    /// Whether an event is wanted there again as soon as the one before is removed: its booking left the
    /// calendar, and came back before that was done.
    pub returns: bool,
}

impl Facts {
    /// Those of a booking of one host, born here, under the default policy.
    pub fn plain(now: Instant) -> Self {
        Self {
            now,
            policy: Policy::default(),
            origin: Origin::Here,
            is_theirs: false,
            text_travels: false,
            is_collective: false,
            ended_in_google: false,
            changed_at: now,
            elsewhere: Elsewhere::Nowhere,
            returns: false,
        }
    }

    /// Whether the event's value counts where both sides changed it; `updated` is when the event was.
    pub(super) fn theirs_wins(&self, updated: Option<Instant>) -> bool {
        let of_origin = match self.origin {
            Origin::Here => Winner::Ours,
            Origin::Google => Winner::Theirs,
        };
        match self.policy.both.unwrap_or(of_origin) {
            Winner::Ours => false,
            Winner::Theirs => true,
            Winner::Newest => updated.is_some_and(|updated| updated > self.changed_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_a_name_and_no_other_name_is_one() {
        for (name, choice) in Winner::CHOICES {
            assert_eq!(Winner::from_name(name), Some(choice));
            assert_eq!(Winner::name_of(choice), name);
        }
        for choice in [OnChange::Follow, OnChange::Ask] {
            assert_eq!(OnChange::from_name(choice.as_str()), Some(choice));
        }
        assert_eq!(Winner::from_name(""), None);
        assert_eq!(OnChange::from_name("Follow"), None);
    }
}
