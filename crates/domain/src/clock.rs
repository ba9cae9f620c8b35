//! Where "now" comes from: passed in, so that tests and the simulator can hold or move it.

use crate::time::Instant;

/// Tells the time. `server` reads the system's clock; the simulator turns its own.
pub trait Clock: Send + Sync {
    /// The present instant. Read it once per use case and pass the value on.
    fn now(&self) -> Instant;
}
