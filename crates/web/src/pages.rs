//! The pages. A page's file mirrors its address: `/{org}/{event_type}/book` is
//! `pages/organization/event_type/book.rs`, and its template lies under the same path.
//!
//! Each file, from the top: what it shows, how that is built from what `app` answers, the handler
//! (translate, one use case, translate), tests.

pub(crate) mod admin;
pub(crate) mod b;
pub(crate) mod index;
pub(crate) mod oauth;
pub(crate) mod organization;
