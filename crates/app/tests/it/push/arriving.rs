//! What a push does: at most one pull, afterwards.

use std::sync::atomic::Ordering;

use super::*;

/// scenario E1 and row L11: `sync` fetches nothing; `exists` is one incremental pull, however often it is said
/// before that has begun.
#[test]
fn a_change_is_one_incremental_pull_and_the_beginning_none() {
    let (h, asked) = watched();
    let until = idle_until(&h);
    let sync = now(arrived(&h.app, notice(&asked, ResourceState::Sync)));
    assert_eq!((sync, idle_until(&h)), (Ok(Arrived::Begun), until));

    assert_eq!(pushed(&h, &asked), Ok(Arrived::Noted));
    for state in [
        ResourceState::Exists,
        ResourceState::NotExists,
        ResourceState::Other,
    ] {
        assert_eq!(
            now(arrived(&h.app, notice(&asked, state))),
            Ok(Arrived::Known)
        );
        assert_eq!(
            h.statements.load(Ordering::Relaxed),
            1,
            "read, and not written"
        );
    }
    reads(&h, &[], "s2");
    assert!(h.google.asked().last().unwrap().1.contains("syncToken=s1"));
    idle_until(&h);
    assert_eq!(
        pushed(&h, &asked),
        Ok(Arrived::Noted),
        "and the next one again"
    );
}

/// scenario E1 and row V4: whoever does not know id, token and resource gets nothing done, for one statement.
#[test]
fn a_forged_push_costs_one_look_and_no_write() {
    let (h, asked) = watched();
    let until = idle_until(&h);
    let forged = |how: fn(&mut Notice)| {
        let mut notice = notice(&asked, ResourceState::Exists);
        how(&mut notice);
        notice
    };
    let calls = h.google.paths().len();
    for (name, notice) in [
        ("channel", forged(|n| n.channel_id = "of nobody".to_owned())),
        ("no token", forged(|n| n.token = None)),
        ("token", forged(|n| n.token = Some("a guess".into()))),
        ("resource", forged(|n| n.resource_id = "another".to_owned())),
    ] {
        assert_eq!(
            now(arrived(&h.app, notice)),
            Err(ArriveError::Unknown),
            "{name}"
        );
        assert_eq!(h.statements.load(Ordering::Relaxed), 1, "{name}");
        assert_eq!(
            (idle_until(&h), h.google.paths().len()),
            (until, calls),
            "{name}"
        );
        assert!(!calendar(&h).position.is_dirty, "{name}");
    }
}

/// Only a hash of the token is kept.
#[test]
fn the_token_of_a_channel_is_nowhere_in_the_database() {
    let (h, asked) = watched();
    let kept = channel(&h, &asked).unwrap();
    assert_eq!(kept.token_hash, app::secrets::hash(&asked.token));
    assert!(!format!("{kept:?}").contains(&asked.token));
    assert!(asked.token.len() >= 32);
}

/// A push that comes while a pull runs may be of a change that no page of it shows: exactly one more follows.
#[test]
fn a_push_during_a_pull_is_one_more_pull() {
    let (h, asked) = watched();
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Noted));
    let page = json!({ "timeZone": "Europe/Madrid", "items": [], "nextPageToken": "p2" });
    h.google.answer(200, page.to_string());
    work(&h);
    assert_eq!(
        pushed(&h, &asked),
        Ok(Arrived::Noted),
        "what was shown may be older"
    );
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Known));
    reads(&h, &[], "s2");
    assert!(
        h.google.asked().last().unwrap().1.contains("pageToken=p2"),
        "the pull goes on first"
    );
    reads(&h, &[], "s3");
    assert!(h.google.asked().last().unwrap().1.contains("syncToken=s2"));
    idle_until(&h);
}

/// The same between the request and its answer: what the holder of the lease stores does not undo it.
#[test]
fn a_push_while_google_answers_is_not_undone_by_the_answer() {
    let (h, asked) = watched();
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Noted));
    let page = json!({ "timeZone": "Europe/Madrid", "items": [], "nextSyncToken": "s2" });
    let arrived = while_google_thinks(&h, &page, || pushed(&h, &asked));
    assert_eq!(arrived, Ok(Arrived::Noted));
    reads(&h, &[], "s3");
    assert!(h.google.asked().last().unwrap().1.contains("syncToken=s2"));
    idle_until(&h);
}

/// Pushes do not make a calendar that cannot be read be asked for more often.
#[test]
fn a_calendar_in_trouble_is_asked_for_at_its_own_pace() {
    let (h, asked) = watched();
    pushed(&h, &asked).unwrap();
    refuses(&h, 503, "backendError");
    assert_eq!(calendar(&h).failures, 1);
    let retry = calendar(&h).pull_at;
    assert_eq!(pushed(&h, &asked), Ok(Arrived::Noted));
    if retry > h.app.now() {
        assert_eq!(idle_until(&h), retry);
    }
    h.clock.advance(SignedDuration::from_secs(1));
    reads(&h, &[], "s2");
    idle_until(&h);
}

/// rows L11 and V10: polled less often while Google tells, and as before when it does not any more.
#[test]
fn a_calendar_with_a_channel_is_polled_all_the_same() {
    let (h, _) = watched();
    assert_eq!(idle_until(&h) - h.app.now(), SignedDuration::from_secs(120));
    let without = h.app.settings().pace.interesting;
    assert_eq!(without, SignedDuration::from_secs(30));
}
