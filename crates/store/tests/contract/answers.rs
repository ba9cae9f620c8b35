//! What a unit is answered, and what it leaves behind: all of it, or nothing.

use store::tables::organizations;
use store::{StoreError, Tx, attempt, values};

use crate::support::world::{HOST, found, organization};
use crate::support::{NOW, on_every_database};

fn add(tx: &mut dyn Tx, number: u128, slug: &str) -> Result<(), StoreError> {
    organizations::insert(tx, &organization(number, slug, slug), NOW)
}

fn slug_taken<T>() -> Result<T, StoreError> {
    Err(StoreError::Constraint("organization_slug_key".into()))
}

const COUNT: &str = "SELECT count(*) FROM organization";

on_every_database! {
    fn a_refused_unit_leaves_no_trace_and_the_next_stands(stage: &Stage) {
        let refused = stage.run(|tx| {
            add(tx, 1, "no")?;
            Err::<(), _>(StoreError::Overloaded)
        });
        assert_eq!(refused, Err(StoreError::Overloaded), "its own answer");
        assert_eq!(stage.count(COUNT), 0);
        stage.done(|tx| add(tx, 1, "yes"));
        assert_eq!(stage.count(COUNT), 1);
    }

    fn attempts_nest_and_undo_only_themselves(stage: &Stage) {
        stage.done(|tx| {
            add(tx, 1, "kept")?;
            let outer = attempt(tx, |tx| {
                add(tx, 2, "outer")?;
                let inner = attempt(tx, |tx| {
                    add(tx, 3, "inner")?;
                    add(tx, 4, "kept")
                });
                assert_eq!(inner, slug_taken());
                attempt(tx, |tx| add(tx, 5, "inner, again"))?;
                add(tx, 6, "kept")
            });
            assert_eq!(outer, slug_taken());
            attempt(tx, |tx| add(tx, 7, "also kept"))
        });
        let slugs = stage.done(organizations::list);
        let slugs: Vec<&str> = slugs.iter().map(|o| o.slug.as_str()).collect();
        assert_eq!(slugs, ["also kept", "kept"]);
    }

    fn an_attempt_that_gives_up_for_its_own_reasons_is_undone_too(stage: &Stage) {
        stage.done(|tx| {
            let gave_up = attempt(tx, |tx| {
                add(tx, 1, "a")?;
                Err::<(), _>(StoreError::Overloaded)
            });
            assert_eq!(gave_up, Err(StoreError::Overloaded));
            add(tx, 2, "b")
        });
        assert_eq!(stage.count(COUNT), 1);
    }

    /// PostgreSQL would turn its COMMIT into a rollback without a word.
    fn a_unit_that_goes_on_after_a_failed_statement_is_not_kept(stage: &Stage) {
        let careless = stage.run(|tx| {
            add(tx, 1, "a")?;
            assert_eq!(add(tx, 2, "a"), slug_taken());
            Ok(())
        });
        assert!(matches!(careless, Err(StoreError::Database(_))), "{careless:?}");
        let stubborn = stage.run(|tx| {
            drop(add(tx, 1, "a").and_then(|()| add(tx, 2, "a")));
            add(tx, 3, "c")
        });
        assert!(matches!(stubborn, Err(StoreError::Database(_))), "{stubborn:?}");
        let in_an_attempt = stage.run(|tx| {
            let careless = attempt(tx, |tx| {
                drop(add(tx, 1, "a").and_then(|()| add(tx, 2, "a")));
                Ok(())
            });
            assert!(matches!(careless, Err(StoreError::Database(_))), "{careless:?}");
            add(tx, 4, "d")
        });
        assert_eq!(in_an_attempt, Ok(()));
        assert_eq!(stage.count(COUNT), 1);
    }

    fn constraints_have_one_name_on_every_database(stage: &Stage) {
        stage.done(found);
        let refused = |sql: &'static str| stage.run(move |tx| tx.execute(sql, values![HOST]));
        for (sql, name) in [
            ("UPDATE host SET name = NULL WHERE id = ?1", "host_name_not_null"),
            ("UPDATE host SET organization_id = ?1 WHERE id = ?1", "foreign_key"),
            ("DELETE FROM host WHERE id = ?1", "foreign_key"),
            ("INSERT INTO host (id, organization_id, name) SELECT id, organization_id, name FROM host WHERE id = ?1", "host_pkey"),
        ] {
            let error = refused(sql).unwrap_err();
            assert_eq!(error.constraint(), Some(name), "{sql}");
        }
    }

    fn a_statement_that_is_none_is_a_failure_and_no_more(stage: &Stage) {
        let failed = stage.run(|tx| tx.execute("GIBBERISH", &[]));
        assert!(matches!(failed, Err(StoreError::Database(_))), "{failed:?}");
        stage.done(|tx| add(tx, 1, "a"));
    }
}
