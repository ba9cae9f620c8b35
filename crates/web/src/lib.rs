//! Pages, forms and assets: what a person sees of Lockstep.
//!
//! Every page works without JavaScript, under a strict content security policy, in English and
//! Spanish. A handler translates a request, calls one use case of `app`, and translates its answer;
//! nothing is decided here. There is no JSON in this crate: programs talk to `api`.
//!
//! To add a page: its address, file and template have the same path (`pages`), its words go into
//! every file of `locales`, and a sample of it into `samples`, which checks and renders every page.

mod assets;
mod dates;
mod errors;
mod headers;
mod i18n;
mod pages;
mod parts;
mod picker;
mod request;
mod router;
mod shell;
mod state;
pub mod terminal;
mod urls;

pub use router::router;
pub use state::WebState;

#[cfg(test)]
mod samples;
