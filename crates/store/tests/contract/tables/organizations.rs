//! Organizations, and what the whole installation remembers.

use domain::freshness::{OnStale, Policy};
use domain::{Instant, OrganizationId};
use jiff::SignedDuration;
use store::StoreError;
use store::tables::organizations::FreshnessChange;
use store::tables::{calendars, installation, organizations};

use crate::support::world::{ORGANIZATION, calendar, connect, found, hours, id, organization};
use crate::support::{NOW, on_every_database};

on_every_database! {
    fn an_organization_comes_back_as_it_went(stage: &Stage) {
        let first = organization(1, "brightside", "Brightside 明るい");
        let stored = first.clone();
        stage.done(move |tx| organizations::insert(tx, &stored, NOW));
        stage.done(move |tx| {
            assert_eq!(organizations::by_id(tx, ORGANIZATION)?, Some(first.clone()));
            assert_eq!(organizations::by_slug(tx, "brightside")?, Some(first.clone()));
            assert_eq!(organizations::by_slug(tx, "Brightside")?, None);
            assert_eq!(organizations::by_id(tx, OrganizationId(id(9)))?, None);
            Ok(())
        });
        let again = stage.run(|tx| organizations::insert(tx, &organization(2, "brightside", "x"), NOW));
        assert_eq!(again, Err(StoreError::Constraint("organization_slug_key".into())));
        let again = stage.run(|tx| organizations::insert(tx, &organization(1, "other", "x"), NOW));
        assert_eq!(again, Err(StoreError::Constraint("organization_pkey".into())));
    }

    /// By bytes: upper case before lower, accents after both, whatever the server's locale says.
    fn organizations_are_listed_by_the_bytes_of_their_names(stage: &Stage) {
        let names = ["b", "a", "B", "Zed", "ä", "a b", "a-b", "a", "\u{1F600}", "é"];
        stage.done(move |tx| {
            for (number, name) in (1..).zip(names) {
                let slug = format!("s{number}");
                organizations::insert(tx, &organization(number, &slug, name), NOW)?;
            }
            Ok(())
        });
        let mut expected: Vec<(&str, u128)> = names.into_iter().zip(1..).collect();
        expected.sort_unstable();
        let listed = stage.done(organizations::list);
        let listed: Vec<(&str, u128)> =
            listed.iter().map(|o| (o.name.as_str(), o.id.0.as_u128())).collect();
        assert_eq!(listed, expected);
    }

    /// Of all its calendars that are not disconnected, and of those that can be asked.
    fn how_old_an_organizations_mirror_is_comes_with_it(stage: &Stage) {
        stage.done(found);
        let age = || {
            stage.done(|tx| {
                let (by_slug, age) = organizations::by_slug_with_age(tx, "brightside")?.unwrap();
                assert_eq!(organizations::by_id_with_age(tx, ORGANIZATION)?, Some((by_slug.clone(), age)));
                assert_eq!(organizations::by_slug(tx, "brightside")?, Some(by_slug));
                Ok((age.oldest, age.oldest_askable))
            })
        };
        assert_eq!(age(), (None, None));
        stage.done(|tx| {
            connect(tx)?;
            calendars::insert(tx, &calendar(7, "second"))
        });
        assert_eq!(age(), (Some(Instant::from_micros(0)), None), "never read");
        let read = |number, as_of, failures| {
            stage.done(move |tx| {
                let mut read = calendar(number, "any");
                read.position.as_of = Some(as_of);
                read.failures = failures;
                calendars::update(tx, &read)
            });
        };
        read(6, hours(1), 1);
        read(7, hours(2), 0);
        assert_eq!(age(), (Some(hours(1)), Some(hours(2))));
        let policy = Policy { on_stale: OnStale::Allow, stale_after: SignedDuration::from_mins(45) };
        for change in [
            FreshnessChange { on_stale: Some(policy.on_stale), stale_after: None },
            FreshnessChange { on_stale: None, stale_after: Some(policy.stale_after) },
            FreshnessChange::default(),
        ] {
            stage.done(move |tx| organizations::set_freshness(tx, ORGANIZATION, change));
        }
        let kept = stage.done(|tx| organizations::by_id(tx, ORGANIZATION)).unwrap();
        assert_eq!(kept.freshness, policy);
    }

    fn the_key_check_is_written_once(stage: &Stage) {
        assert_eq!(stage.done(installation::key_check), None);
        stage.done(|tx| installation::insert_key_check(tx, &[0, 255, 1]));
        let again = stage.run(|tx| installation::insert_key_check(tx, &[2]));
        assert_eq!(again, Err(StoreError::Constraint("installation_pkey".into())));
        assert_eq!(stage.done(installation::key_check), Some(vec![0, 255, 1]));
    }
}
