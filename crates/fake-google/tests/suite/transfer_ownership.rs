//! `calendars.transferOwnership`: who may, what of, to whom, and what it does.

use fake_google::{Request, Response};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, Fake, refusal};

const LEO: &str = "leo@example.com";
const MIA: &str = "mia@example.com";
const EVE: &str = "eve@elsewhere.org";
const SCOPE: &str = "https://www.googleapis.com/auth/calendar";
const LIST: &str = "/calendar/v3/users/me/calendarList";

/// Ana administers example.com, where Leo has the calendar `room` and Mia none; Eve is elsewhere.
fn company() -> Fake {
    let mut fake = Fake::new();
    for (email, domain) in [
        (LEO, "example.com"),
        (MIA, "example.com"),
        (EVE, "elsewhere.org"),
        (ANA, "example.com"),
    ] {
        let account = json!({
            "email": email, "hosted_domain": domain, "is_administrator": email == ANA,
        });
        let made = fake.send(&Request::new("POST", "/_fake/accounts").with_json(&account));
        assert_eq!(made.json()["is_administrator"], email == ANA);
    }
    for (owner, id) in [(LEO, "room"), (EVE, "hers")] {
        let added = fake.world.add_calendar(owner, id, id, "UTC");
        added.expect("a first calendar of that id");
    }
    call_as(&mut fake, ANA);
    fake
}

fn call_as(fake: &mut Fake, account: &str) {
    let tokens = fake.world.grant(fake.now, account, CLIENT, &[SCOPE]);
    fake.token = tokens.expect("account and client are there").access_token;
}

fn transfer(fake: &mut Fake, calendar: &str, query: &str) -> Response {
    let path = format!("/calendar/v3/calendars/{calendar}/transferOwnership?{query}");
    fake.call("POST", &path, None)
}

fn to(heir: &str) -> String {
    format!("newDataOwner={heir}&useAdminAccess=true")
}

fn listed(fake: &mut Fake, account: &str) -> Option<Value> {
    call_as(fake, account);
    let answer = fake.get(&format!("{LIST}/room"));
    (answer.status == 200).then(|| answer.json())
}

#[test]
fn an_administrator_gives_a_calendar_another_owner() {
    let mut fake = company();
    assert_eq!(listed(&mut fake, MIA), None);
    assert_eq!(listed(&mut fake, LEO).unwrap()["dataOwner"], LEO);
    let old = fake.get("/calendar/v3/calendars/room").json();

    call_as(&mut fake, ANA);
    let answer = transfer(&mut fake, "room", &to("Mia@example.com"));
    assert_eq!((answer.status, answer.body.len()), (204, 0));

    let of_mia = listed(&mut fake, MIA).expect("a data owner has it listed");
    assert_eq!(of_mia["accessRole"], "owner");
    assert_eq!(of_mia["dataOwner"], MIA);
    let of_leo = listed(&mut fake, LEO).expect("the old owner keeps its role");
    assert_eq!(of_leo["accessRole"], "owner");
    assert_eq!(of_leo["dataOwner"], MIA);
    let new = fake.get("/calendar/v3/calendars/room").json();
    assert_ne!(new["etag"], old["etag"]);

    let delete = |fake: &mut Fake| fake.call("DELETE", "/calendar/v3/calendars/room", None);
    assert_eq!(delete(&mut fake).status, 403, "Leo is not its data owner");
    call_as(&mut fake, MIA);
    assert_eq!(delete(&mut fake).status, 204);
}

#[test]
fn the_same_owner_again_changes_nothing() {
    let mut fake = company();
    let before = listed(&mut fake, LEO);
    call_as(&mut fake, ANA);
    assert_eq!(transfer(&mut fake, "room", &to(LEO)).status, 204);
    assert_eq!(listed(&mut fake, LEO), before);
}

#[test]
fn what_cannot_be_transferred_is_refused_by_reason() {
    for (name, calendar, query, expected, place) in [
        (
            "no heir",
            "room",
            "useAdminAccess=true",
            (400, "required"),
            "newDataOwner",
        ),
        (
            "not said how",
            "room",
            "newDataOwner=mia@example.com",
            (400, "required"),
            "useAdminAccess",
        ),
        (
            "not as administrator",
            "room",
            "newDataOwner=mia@example.com&useAdminAccess=false",
            (400, "invalid"),
            "useAdminAccess",
        ),
        (
            "to another organization",
            "room",
            &to(EVE),
            (400, "invalid"),
            "newDataOwner",
        ),
        (
            "to nobody",
            "room",
            &to("no@example.com"),
            (400, "invalid"),
            "newDataOwner",
        ),
        (
            "a primary calendar",
            LEO,
            &to(MIA),
            (400, "invalid"),
            "calendarId",
        ),
        (
            "another organization's",
            "hers",
            &to(MIA),
            (404, "notFound"),
            "",
        ),
        ("none there", "nothing", &to(MIA), (404, "notFound"), ""),
    ] {
        let mut fake = company();
        let answer = transfer(&mut fake, calendar, query);
        assert_eq!(
            refusal(&answer),
            (expected.0, expected.1.to_owned()),
            "{name}"
        );
        let first = &answer.json()["error"]["errors"][0];
        assert_eq!(
            first["location"].as_str().unwrap_or_default(),
            place,
            "{name}"
        );
        assert_eq!(listed(&mut fake, LEO).unwrap()["dataOwner"], LEO, "{name}");
    }
}

#[test]
fn only_an_administrator_may() {
    let mut fake = company();
    // Its owner has every role in it, and yet not this privilege.
    call_as(&mut fake, LEO);
    let refused = transfer(&mut fake, "room", &to(MIA));
    assert_eq!(refusal(&refused), (403, "forbidden".to_owned()));

    let tokens = fake.world.grant(
        fake.now,
        ANA,
        CLIENT,
        &["https://www.googleapis.com/auth/calendar.app.created"],
    );
    fake.token = tokens.expect("account and client are there").access_token;
    let refused = transfer(&mut fake, "room", &to(MIA));
    assert_eq!(
        refusal(&refused),
        (403, "insufficientPermissions".to_owned())
    );

    // An administrator of nothing: a consumer's account has no organization.
    fake.world.account_mut(ANA).unwrap().hosted_domain = None;
    call_as(&mut fake, ANA);
    let refused = transfer(&mut fake, "room", &to(MIA));
    assert_eq!(refusal(&refused), (403, "forbidden".to_owned()));
}
