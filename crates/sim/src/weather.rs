//! What goes wrong, when, and how often: drawn per seed, then per event.

use domain::Clock;
use jiff::SignedDuration;

use crate::actors::Actor;
use crate::machine::{Fate, Next};
use crate::network::{Ask, Trouble};
use crate::scene::Scene;

/// How rough a seed is; in thousandths per event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather {
    trouble: u64,
    crash: u64,
    outage: u64,
    jump: u64,
    late: u64,
    suspension: u64,
    positions: u64,
}

impl Weather {
    /// Nothing goes wrong.
    pub const CALM: Self = Self {
        trouble: 0,
        crash: 0,
        outage: 0,
        jump: 0,
        late: 0,
        suspension: 0,
        positions: 0,
    };

    /// The weather of a seed: some are calm, some stormy.
    pub fn draw(scene: &mut Scene) -> Self {
        let stream = scene.stream(Actor::Setup, "climate");
        let mut one_of = |choices: &[u64]| stream.pick(choices).copied().unwrap_or(0);
        Self {
            trouble: one_of(&[0, 80, 200, 350, 550]),
            crash: one_of(&[0, 5, 15, 40]),
            outage: one_of(&[0, 2, 6]),
            jump: one_of(&[0, 2, 8]),
            late: one_of(&[0, 0, 150, 400]),
            suspension: one_of(&[0, 0, 60, 150]),
            positions: one_of(&[0, 0, 2, 10]),
        }
    }

    /// What happens to an actor that is about to do `next`.
    pub fn fate(self, scene: &mut Scene, actor: Actor, next: &Next) -> Fate {
        if matches!(next, Next::Poll | Next::Wait(_)) || !actor.is_in_server() {
            return Fate::Fine;
        }
        let stream = scene.stream(Actor::Setup, "weather");
        if stream.is_hit(self.crash) {
            return match stream.below(2) {
                0 => Fate::CrashBefore,
                _ => Fate::CrashAfter,
            };
        }
        // Between deciding on a call and keeping its answer: that is when a lease is lost unnoticed.
        let suspension = match next {
            Next::Answer => self.suspension,
            Next::Told => self.suspension / 10,
            _ => 0,
        };
        if stream.is_hit(suspension) {
            let seconds = stream.between(1, 300);
            return Fate::Suspended(scene.now() + SignedDuration::from_secs(seconds));
        }
        match next {
            Next::Request(ask) if stream.is_hit(self.trouble) => {
                let is_late = !matches!(ask, Ask::Token | Ask::Revoke) && stream.is_hit(self.late);
                if is_late {
                    return Fate::Trouble(Trouble::Late);
                }
                trouble(scene, ask)
            }
            _ => Fate::Fine,
        }
    }

    /// Whether the whole server dies now.
    pub fn is_outage(self, scene: &mut Scene) -> bool {
        scene.stream(Actor::Setup, "outage").is_hit(self.outage)
    }

    /// Whether a request that nobody waits for arrives now.
    pub fn is_arrival(scene: &mut Scene) -> bool {
        !scene.late.is_empty() && scene.stream(Actor::Setup, "late").is_hit(15)
    }

    /// Lets Google forget every position, now and then: the next increment is answered with 410.
    pub fn end_positions(self, scene: &mut Scene) {
        if scene
            .stream(Actor::Setup, "positions")
            .is_hit(self.positions)
        {
            scene.google.expire_sync_tokens(None);
            scene.event(Actor::Setup, "google", "positions end", 0);
            scene.stats.count("trouble.positions-ended");
        }
    }

    /// Lets time jump forward, now and then: tokens run out, bookings begin.
    pub fn jump(self, scene: &mut Scene) {
        let stream = scene.stream(Actor::Setup, "jump");
        if !stream.is_hit(self.jump) {
            return;
        }
        let minutes = match stream.below(12) {
            0 => stream.between(60, 20 * 60),
            1..4 => stream.between(20, 50),
            _ => stream.between(1, 10),
        };
        // An hour between a renewal and the call it was for would look like a dead grant.
        let minutes = if scene.may_refuse_token() { minutes } else { 1 };
        scene.clock.advance(SignedDuration::from_mins(minutes));
        scene.stats.count("jumps");
        let now = scene.clock.now();
        scene.trace.event(now, Actor::Setup, "time", "jump", 0);
    }
}

fn trouble(scene: &mut Scene, ask: &Ask) -> Fate {
    let may_refuse = scene.may_refuse_token();
    let stream = scene.stream(Actor::Setup, "weather");
    let server_error = if stream.is_hit(500) { 500 } else { 503 };
    let limit = if stream.is_hit(500) { 403 } else { 429 };
    let after = u32::try_from(stream.below(60)).ok().filter(|s| *s > 20);
    let roll = stream.below(100);
    let is_end_of_page = *ask == Ask::List && stream.is_hit(200);
    let trouble = match (roll, ask) {
        _ if is_end_of_page => Trouble::PositionsEnd,
        (0..10, _) => Trouble::NotSent,
        (10..22, _) => Trouble::LostBefore,
        (22..46, _) => Trouble::LostAfter,
        (46..54, _) => Trouble::ErrorBefore(server_error),
        (54..64, _) => Trouble::ErrorAfter(server_error),
        (64..72, _) => Trouble::RateLimited(limit, after),
        (72..80, _) => Trouble::Truncated,
        (80..88, ask) if !matches!(ask, Ask::Token | Ask::Revoke) && may_refuse => {
            Trouble::TokenRefused
        }
        (_, Ask::List) => Trouble::FalseTombstone,
        (_, Ask::Insert | Ask::Patch(_) | Ask::Delete(_)) => Trouble::Doubled,
        _ => Trouble::LostBefore,
    };
    Fate::Trouble(trouble)
}
