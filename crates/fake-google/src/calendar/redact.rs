//! What a caller of little access gets to see of an event (§6 `visibility`, §8.1).
//!
//! Google describes the effect and not the fields. Here a private event keeps its times, its
//! standing and its place in a series; a caller with free/busy access gets the same less what only
//! a calendar's reader has a use for.

use serde_json::{Map, Value};

use crate::calendar::access::Role;

/// How much of events somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Everything.
    Full,
    /// Private events without details.
    PrivateHidden,
    /// Every event without details.
    Times,
}

impl Detail {
    /// What comes with a role.
    pub(crate) fn of(role: Role) -> Self {
        match role {
            Role::Owner | Role::Writer => Self::Full,
            Role::WriterWithoutPrivateAccess | Role::Reader => Self::PrivateHidden,
            Role::FreeBusyReader => Self::Times,
        }
    }

    /// Whether the details of an event with these fields are kept back.
    pub(crate) fn hides(self, fields: &Map<String, Value>) -> bool {
        let visibility = fields.get("visibility").and_then(Value::as_str);
        match self {
            Self::Full => false,
            Self::PrivateHidden => matches!(visibility, Some("private" | "confidential")),
            Self::Times => true,
        }
    }
}

/// What is left of an event whose details are kept back.
const KEPT: [&str; 17] = [
    "created",
    "end",
    "endTimeUnspecified",
    "etag",
    "eventType",
    "htmlLink",
    "iCalUID",
    "id",
    "kind",
    "originalStartTime",
    "recurrence",
    "recurringEventId",
    "sequence",
    "start",
    "status",
    "transparency",
    "updated",
];

/// The resource without the details that `detail` keeps back.
pub(crate) fn redacted(mut resource: Map<String, Value>, detail: Detail) -> Map<String, Value> {
    if !detail.hides(&resource) {
        return resource;
    }
    resource.retain(|name, _| KEPT.contains(&name.as_str()));
    resource.insert("visibility".to_owned(), "private".into());
    if detail == Detail::Times {
        for name in ["created", "htmlLink", "sequence", "updated"] {
            resource.remove(name);
        }
    }
    resource
}
