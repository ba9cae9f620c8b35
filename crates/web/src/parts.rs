//! What several pages show, one file per file of `templates/parts`.

pub(crate) mod cause;
pub(crate) mod field;
pub(crate) mod freshness;
pub(crate) mod notice;
pub(crate) mod occasion;
pub(crate) mod problem;
pub(crate) mod push;
pub(crate) mod refusal;
pub(crate) mod status;
pub(crate) mod sync;
