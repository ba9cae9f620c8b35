//! House rules a machine can hold. There is nothing here to call: the rules are tests, one family
//! to a file, in `tests/tidy/`.
//!
//! Deliberately absent: anything rustc, Clippy or rustfmt can say (their settings are in the
//! workspace `Cargo.toml`, `clippy.toml` and `rustfmt.toml`), and matters of taste.
//!
//! To add a rule: write a function from what it looks at (`cargo metadata`, the Rust files, a page)
//! to the list of what breaks it, one sentence each; a test that applies it to the checkout; and a
//! test that applies it to a small made-up input that breaks it, so that it is known to bite. An
//! exception to a rule is written in the rule, with its reason.
