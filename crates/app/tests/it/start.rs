//! A database is only opened with the key it was written with.

use std::sync::Arc;

use app::start::{StartError, begin};
use store::Store;
use store::sqlite::inline::Inline;

use super::support::{app_on, harness, morning, now};

#[test]
fn a_wrong_master_key_is_found_at_the_start() {
    let store = Store::new(Arc::new(Inline::open(morning()).unwrap()));
    let harness = harness();
    let right = app_on(store.clone(), &harness.clock, &harness.google, [1; 32]);
    assert_eq!(now(begin(&right)), Ok(()), "the first start notes the key");
    assert_eq!(now(begin(&right)), Ok(()), "later starts find it");
    let wrong = app_on(store, &harness.clock, &harness.google, [2; 32]);
    assert!(matches!(now(begin(&wrong)), Err(StartError::Key(_))));
}
