//! Events we did not create are as the host left them (scenario E6).

use crate::failure::{Checked, Failure};
use crate::network::resources;
use crate::scene::Scene;

/// Every event is either one we made through the API or one of the host's, and those are at the
/// version the host made. No event that proved a connection is left (row R6).
///
/// # Errors
/// The first that is not.
pub fn untouched(scene: &Scene) -> Checked {
    for resource in resources(scene) {
        let id = resource["id"].as_str().unwrap_or_default();
        let etag = resource["etag"].as_str();
        let fail = |what: &str| {
            let message = format!("event {id} {what}: {resource}");
            Err(Failure::new("foreign", message))
        };
        match scene.events.foreign.get(id) {
            Some(left) if etag == Some(left) => {}
            Some(_) => return fail("of the host's was changed"),
            None if scene.events.ours.contains_key(id) => {}
            None if scene.events.tests.get(id) == Some(&false) => {}
            None if scene.events.tests.contains_key(id) => {
                return fail("proved a connection and is left");
            }
            None => return fail("comes from nowhere"),
        }
    }
    Ok(())
}
