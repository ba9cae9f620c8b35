//! All chance of a seed: one generator, with a stream of its own per actor and purpose, so that one
//! more draw here shifts nothing there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Chance;
use store::sqlite::digest::Digest;

use crate::actors::Actor;
use crate::seams::Seams;

/// One stream (Vigna's splitmix64). No secrecy: a seed must tell all.
#[derive(Clone, Debug)]
pub struct Stream(u64);

impl Stream {
    /// The stream of `actor` for `purpose`.
    pub fn new(seed: u64, actor: Actor, purpose: &str) -> Self {
        let digest = Digest::default()
            .with(&seed.to_le_bytes())
            .with(&actor.code())
            .with(purpose.as_bytes());
        Self(digest.as_u64())
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end.max(1)
    }

    /// A number within `from..=to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = to.saturating_sub(from).unsigned_abs() + 1;
        from.saturating_add_unsigned(self.below(span))
    }

    /// True `per_mille` times in a thousand.
    pub fn is_hit(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of `choices`, if there are any.
    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        let at = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(at)
    }
}

/// Chance as the app sees it: the stream of whoever is acting.
pub struct SimChance {
    seed: u64,
    seams: Arc<Seams>,
    streams: Mutex<BTreeMap<(Actor, &'static str), Stream>>,
}

impl SimChance {
    /// The chance of `seed`.
    pub fn new(seed: u64, seams: Arc<Seams>) -> Self {
        Self {
            seed,
            seams,
            streams: Mutex::default(),
        }
    }
}

impl Chance for SimChance {
    fn fill(&self, purpose: &'static str, out: &mut [u8]) {
        let actor = self.seams.current();
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams
            .entry((actor, purpose))
            .or_insert_with(|| Stream::new(self.seed, actor, purpose));
        for chunk in out.chunks_mut(8) {
            let drawn = stream.draw().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}
