//! A channel from its opening to its end, and those that Google refuses.

use google::CallError;
use google::events::CalendarAt;
use google::push::{Channel, Notice, ResourceState, WatchError, Wish, stop, watch};
use http::{HeaderMap, HeaderName};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::fake::{Fake, done, now};

const ADDRESS: &str = "https://book.example/hooks/google";

fn watched(
    fake: &Fake,
    at: CalendarAt<'_>,
    id: &str,
    address: &str,
) -> Result<Channel, WatchError> {
    let wish = Wish {
        id,
        token: &SecretString::from("the channel's secret"),
        address: &address.parse().unwrap(),
        ttl: SignedDuration::from_hours(24),
    };
    done(watch(fake, at, wish))
}

/// The pushes that are due, as the webhook would read them.
fn pushed(fake: &Fake) -> Vec<Notice> {
    let due = fake.world(|world| world.take_due_deliveries(now(), 100));
    due.iter()
        .map(|delivery| {
            assert_eq!(delivery.address, ADDRESS);
            let headers = delivery.headers.iter().map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, value.parse().unwrap())
            });
            Notice::read(&headers.collect::<HeaderMap>()).unwrap()
        })
        .collect()
}

#[test]
fn a_channel_opens_pushes_and_ends() {
    let fake = Fake::new();
    let before = fake.units();
    let channel = watched(&fake, fake.at(), "channel-1", ADDRESS).unwrap();
    assert_eq!(fake.units(), before + 1);
    assert_eq!(channel.id, "channel-1");
    let expires = channel.expires.unwrap().to_timestamp();
    assert_eq!(
        expires.duration_since(now()),
        SignedDuration::from_hours(24)
    );

    fake.insert(&json!({"start": {"date": "2026-11-26"}, "end": {"date": "2026-11-28"}}));
    let pushes = pushed(&fake);
    let states: Vec<ResourceState> = pushes.iter().map(|push| push.state).collect();
    assert_eq!(states, [ResourceState::Sync, ResourceState::Exists]);
    assert!(pushes[0].number == 1 && pushes[1].number > 1);
    for push in &pushes {
        assert_eq!(push.channel_id, "channel-1");
        assert_eq!(push.resource_id, channel.resource_id);
        let token = push.token.as_ref().map(ExposeSecret::expose_secret);
        assert_eq!(token, Some("the channel's secret"));
    }

    let at = fake.at();
    let end = |id: &str| {
        let stopping = stop(
            &fake,
            at.endpoints,
            at.access_token,
            id,
            &channel.resource_id,
        );
        done(stopping)
    };
    let before = fake.units();
    assert_eq!(end("channel-1"), Ok(()));
    assert_eq!(fake.units(), before + 1);
    assert_eq!(end("channel-1"), Ok(()), "a second time");
    assert_eq!(end("channel-2"), Ok(()), "one that never was");
}

#[test]
fn refusals_of_a_channel_are_told_apart() {
    let fake = Fake::new();
    watched(&fake, fake.at(), "channel-1", ADDRESS).unwrap();
    let again = watched(&fake, fake.at(), "channel-1", ADDRESS);
    assert_eq!(again, Err(WatchError::IdUsed));
    let plain = watched(&fake, fake.at(), "channel-2", "http://book.example/");
    assert_eq!(plain, Err(WatchError::AddressNotHttps));
    let nowhere = watched(
        &fake,
        fake.at_calendar("nobody@example.com"),
        "channel-3",
        ADDRESS,
    );
    assert_eq!(nowhere, Err(WatchError::Call(CallError::NotFound)));
    for status in [400, 401] {
        fake.world(|world| {
            world.rules.push.unauthorized_status = status;
            world
                .rules
                .push
                .unauthorized_hosts
                .insert("evil.example".to_owned());
        });
        let refused = watched(&fake, fake.at(), "channel-4", "https://evil.example/");
        assert_eq!(refused, Err(WatchError::AddressUnauthorized), "{status}");
    }
    fake.world(|world| {
        let refused = &mut world.rules.push.refused_calendars;
        refused.insert(crate::fake::OWNER.to_owned());
    });
    let refused = watched(&fake, fake.at(), "channel-5", ADDRESS);
    assert_eq!(refused, Err(WatchError::NotSupported));
}
