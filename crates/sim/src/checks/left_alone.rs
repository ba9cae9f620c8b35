//! Checked whenever something is asked of Google: a disconnected account is left alone, but for stopping its channels and
//! giving the grant back, and a grant in use is never given back.

use store::tables::connections::{self, State};

use crate::actors::Actor;
use crate::failure::{Checked, Failure};
use crate::network::Ask;
use crate::scene::Scene;

/// The units that decide on a call.
const DECIDING: [&str; 4] = [
    "links.prepare",
    "pull.begin",
    "connections.begin",
    "push.begin",
];
/// The unit that decides on stopping a channel, which takes a token.
const STOPPING: &str = "push.begin_stop";

/// `actor` asks `ask` of Google.
///
/// # Errors
/// That it decided to after the account was disconnected. What was decided before may still be on its way.
pub fn called(scene: &Scene, actor: Actor, ask: &Ask) -> Checked {
    let (Some(at), Actor::Sync(_)) = (scene.disconnected_at, actor) else {
        return Ok(());
    };
    let decided = DECIDING
        .iter()
        .filter_map(|name| scene.ran_at.get(&(actor, *name)));
    match (ask, decided.max()) {
        (Ask::Revoke | Ask::Stop, _) => Ok(()),
        (Ask::Token, decided) if decided < scene.ran_at.get(&(actor, STOPPING)) => Ok(()),
        (_, Some(step)) if *step < at => Ok(()),
        _ => {
            let what = format!("{actor} asks for {} of a disconnected account", ask.name());
            Err(Failure::new("left alone", what))
        }
    }
}

/// Google has taken the grant back.
///
/// # Errors
/// That it is in use.
pub fn revoked(scene: &Scene) -> Checked {
    let organization = scene.organization;
    let states: Vec<State> = scene.read(|tx| {
        let all = connections::list(tx, organization)?;
        Ok(all.into_iter().map(|connection| connection.state).collect())
    });
    if states.iter().any(|state| *state != State::Inactive) {
        let what = format!("a grant in use was given back: {states:?}");
        return Err(Failure::new("grants", what));
    }
    Ok(())
}
