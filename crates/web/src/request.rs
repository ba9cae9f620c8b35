//! What a request carries, read once and checked: cookies, the visitor's language and zone, forms.
//!
//! Nothing here trusts a value: what cannot be read counts as absent, and the page says so where a
//! person meant something by it.

pub(crate) mod cookies;
pub(crate) mod csrf;
pub(crate) mod fields;
pub(crate) mod form_key;
pub(crate) mod query;
pub(crate) mod visitor;
