//! House rules, as tests. Each file holds one family and opens with what it keeps true.
//!
//! `checkout` and `rust_text` read the tree for them; they decide nothing.

mod checkout;
mod directions;
mod documents;
mod finished;
mod licences;
mod manifests;
mod places;
mod rust_text;

/// Fails with the rule and everything that breaks it, so that one run shows all there is to mend.
#[track_caller]
fn hold(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}
