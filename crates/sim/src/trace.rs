//! What happened, one line per event: hashed whole, kept in part.

use std::collections::VecDeque;

use domain::Instant;
use sha2::{Digest, Sha256};

use crate::actors::Actor;

/// Lines kept for a failure's report when not all are.
const TAIL: usize = 80;

/// The trace of one seed.
pub struct Trace {
    hash: Sha256,
    keeps_all: bool,
    lines: VecDeque<String>,
    step: u64,
}

impl Trace {
    /// An empty one; `keeps_all` its lines, or only the last of them.
    pub fn new(keeps_all: bool) -> Self {
        Self {
            hash: Sha256::new(),
            keeps_all,
            lines: VecDeque::new(),
            step: 0,
        }
    }

    /// The number of the last line.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Adds an event: who, at which seam, what, and a fingerprint of what passed.
    pub fn event(&mut self, now: Instant, actor: Actor, seam: &str, name: &str, digest: u64) {
        self.step += 1;
        let step = self.step;
        let line = format!("{step:>5} {now} {actor:<9} {seam:<7} {name} {digest:016x}");
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        if !self.keeps_all && self.lines.len() == TAIL {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// The lines kept, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The hash of all lines, in hexadecimal.
    pub fn hash(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
