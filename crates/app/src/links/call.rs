//! The one call of a step.

use domain::sync::{Changes, EventFields, Op};
use google::CallError;
use google::events::{self, CalendarAt, RemoteEvent};

use super::Ready;
use crate::App;

/// What to ask of Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Read,
    Insert {
        fields: EventFields,
    },
    Patch {
        changes: Changes,
        fields: EventFields,
        etag: String,
    },
    Delete,
}

impl Call {
    /// The write it is, with what the event should say afterwards; `None` for a look.
    pub(super) fn write(&self) -> Option<(Op, Option<EventFields>)> {
        match self {
            Self::Read => None,
            Self::Insert { fields } => Some((Op::Insert, Some(fields.clone()))),
            Self::Patch { fields, .. } => Some((Op::Patch, Some(fields.clone()))),
            Self::Delete => Some((Op::Delete, None)),
        }
    }
}

impl Call {
    /// What it takes of Google's quota: a patch counts three units (reference §14).
    pub(super) const fn cost(&self) -> u32 {
        match self {
            Self::Patch { .. } => 3,
            Self::Read | Self::Insert { .. } | Self::Delete => 1,
        }
    }
}

/// What came back.
pub(super) type Answer = Result<Option<RemoteEvent>, CallError>;

/// Makes the call. `Ok(None)` when there is nothing to show: after a deletion.
pub(super) async fn make(app: &App, ready: &Ready) -> Answer {
    let Ok(google) = &app.settings().google else {
        return Err(CallError::Bug("Google is not configured".to_owned()));
    };
    let transport = &*app.0.transport;
    let at = CalendarAt {
        endpoints: &google.endpoints,
        access_token: &ready.access_token,
        calendar: &ready.google_id,
    };
    let (id, mark) = (ready.event_id.as_str(), ready.mark());
    match &ready.call {
        Call::Read => events::get(transport, at, id).await.map(Some),
        Call::Insert { fields } => events::insert(transport, at, id, &mark, fields)
            .await
            .map(Some),
        Call::Patch { changes, etag, .. } => events::patch(transport, at, id, etag, &mark, changes)
            .await
            .map(Some),
        Call::Delete => events::delete(transport, at, id).await.map(|()| None),
    }
}
