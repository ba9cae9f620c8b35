//! A faithful stand-in for Google's OAuth 2.0 and Calendar v3, for tests, simulation and demos.
//!
//! The core is one pure function: [`handle`] takes a [`World`], the time and a [`Request`] and
//! gives a [`Response`]. It does no I/O, keeps no clock and draws chance from the world's seed
//! only, so the same seed and the same calls give the same bytes. [`deliver`] adds planned
//! [`Fault`]s. The shell puts the core behind HTTP.
//!
//! Where to look: `oauth` and `api` are Google's two faces, `calendar` is the only place where
//! events change, `pages` is the calendar for people, `control` the interface for tests,
//! `discovery` Google's own description of the API. What is faithful, what is a guess and what is
//! missing stands in the README; whatever is missing answers 501 with its name.
//!
//! Not here on purpose: any type of another crate of this workspace. The fake must not share our
//! understanding of Google with the client it tests.

mod api;
mod calendar;
mod chance;
pub mod cli;
mod clock;
mod control;
mod coverage;
mod discovery;
mod error;
mod fault;
mod gzip;
mod handle;
mod html;
mod http;
mod log;
mod oauth;
mod pages;
mod profile;
mod push;
mod quota;
mod route;
mod settings;
pub mod shell;
mod text;
mod world;

pub use self::calendar::access::Role;
pub use self::calendar::conference::{MeetOutcome, MeetRules};
pub use self::cli::run_cli;
pub use self::clock::ClockMode;
pub use self::coverage::{Coverage, MethodCoverage, coverage};
pub use self::error::ApiError;
pub use self::fault::{ALWAYS, ErrorName, Fault, FaultKind, Moment, Outcome};
pub use self::handle::{deliver, handle};
pub use self::http::{Request, Response};
pub use self::log::{ENTRIES_MAX, LogEntry, RequestLog};
pub use self::oauth::project::{ClientStanding, PROJECT_DEFAULT, Project, Publishing};
pub use self::oauth::state::IssuedTokens;
pub use self::push::DeliveryReport;
pub use self::push::delivery::{Carried, Delivery, ResourceState};
pub use self::push::rules::PushRules;
pub use self::quota::{QuotaLimits, RateForm, WriteLimit};
pub use self::world::{
    Account, ChangedParameters, ConsentBoxes, Leavers, RepeatedFilters, Rules, SetupError,
    Standing, TombstoneWrites, World,
};
pub use self::world::{InvitationPolicy, MAILS_MAX, Mail, MailKind};
