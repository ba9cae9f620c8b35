//! What Lockstep does: use cases, and due work as steps.
//!
//! A use case loads, lets `domain` decide and applies, all in one unit of the store. Due work carries
//! an id, computes what is wanted, and does one remote call a step. There are exactly two things
//! awaited here: `Store::unit` and, inside `google`, `Transport::send`. Nothing loops for work, sleeps
//! or spawns: deadlines are data (`run_at`), and `server` or the simulator decides when the next step
//! runs. That is what lets the simulator replay a seed.
//!
//! To add a use case: a file here with its input, its error and one function; the facts it needs come
//! from `store::tables`. To add a kind of due work: a `…::step` function that does one thing and says
//! in the store when to look again, and an arm in [`due`].

pub mod access;
pub mod agenda;
pub mod availability;
pub mod bookings;
pub mod calendars;
pub mod conflicts;
pub mod connections;
mod credentials;
pub mod due;
pub mod event_types;
pub mod freshness;
pub mod housekeeping;
pub mod limits;
pub mod links;
pub mod notices;
pub mod organizations;
pub mod preset;
mod pull;
pub mod push;
pub mod quota;
pub mod readiness;
mod retry;
pub mod rotation;
pub mod secrets;
pub mod settings;
pub mod sign_in;
pub mod start;
mod timeline;

use std::sync::Arc;

use domain::{Chance, Clock, Instant};
use google::Transport;
use store::Store;
use url::Url;

pub use secrets::Vault;
pub use settings::Settings;
pub use store::StoreError;

/// Everything a use case needs from outside. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The way to Google.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub chance: Arc<dyn Chance>,
    /// Seals tokens.
    pub vault: Vault,
    /// Configuration.
    pub settings: Settings,
}

impl App {
    /// An app of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The present. Read once per use case.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Where people reach this installation.
    pub fn public_url(&self) -> &Url {
        &self.0.settings.public_url
    }

    /// Configuration.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn chance(&self) -> &dyn Chance {
        &*self.0.chance
    }
}
