//! `calendars.get`.

use serde_json::json;

use crate::api::{Answer, Call};
use crate::calendar::etag_of;
use crate::world::World;

pub(super) fn run(world: &World, call: &Call<'_>) -> Answer {
    let calendar = call.calendar(world);
    // Events do not change the calendar's own metadata, so its etag stands still.
    let etag = etag_of(1);
    let body = json!({
        "kind": "calendar#calendar",
        "etag": etag,
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "conferenceProperties": { "allowedConferenceSolutionTypes": ["hangoutsMeet"] },
    });
    Answer::Resource { body, etag }
}
