//! Making bookings, over the whole API.

use serde_json::Value;

use crate::harness::Ask;

mod forcing;
mod making;
mod refusing;
mod repeating;

const PATH: &str = "/api/v1/organizations/tutoring/bookings";

fn post(body: &Value) -> Ask {
    Ask::new("POST", PATH).json(body)
}
