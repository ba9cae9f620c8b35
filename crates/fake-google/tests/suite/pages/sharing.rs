//! Several accounts and calendars: whose events are shown, and what may be done with them.

use fake_google::{Request, Role};
use serde_json::json;

use super::{look, post};
use crate::harness::{ANA, Fake, event_on};

const BO: &str = "bo@example.com";
const TEAM: &str = "team@group.calendar.google.com";
const BO_WEEK: &str = "/calendar?account=bo@example.com&week=2026-03-02";

/// Ana's team calendar with an open event and a private one, shared with Bo.
fn shared_as(role: Role) -> Fake {
    let mut fake = Fake::new();
    let world = &mut fake.world;
    world
        .add_account(BO, "Bo", "Europe/Madrid")
        .expect("good in a test");
    world
        .add_calendar(ANA, TEAM, "Team", "America/Montevideo")
        .expect("good in a test");
    for body in [
        event_on(2, json!({"id": "open1", "summary": "Planning"})),
        event_on(
            3,
            json!({"id": "private1", "summary": "Secret", "visibility": "private"}),
        ),
    ] {
        world
            .insert_event(fake.now, TEAM, &body)
            .expect("good in a test");
    }
    world
        .share_calendar(fake.now, TEAM, Some(BO), Some(role))
        .expect("good in a test");
    world
        .list_calendar(fake.now, BO, TEAM)
        .expect("good in a test");
    fake
}

fn show(fake: &mut Fake, account: &str, shown: &[&str]) -> u16 {
    let mut form = vec![("account", account), ("week", "2026-03-02")];
    form.extend(shown.iter().map(|id| ("shown", *id)));
    let request = Request::new("POST", "/calendar/show").with_form(&form);
    fake.send(&request).status
}

#[test]
fn each_calendar_has_a_box_and_a_colour() {
    let mut fake = shared_as(Role::Writer);
    let page = look(&mut fake, BO_WEEK).text();
    for id in [BO, TEAM] {
        let ticked = format!(r#"name="shown" value="{id}" checked>"#);
        assert!(page.contains(&ticked), "{ticked}");
    }
    assert!(page.contains("Planning") && page.contains("Team <small>shared</small>"));
    // The times are Bo's: 10:00 UTC is 11:00 in Madrid.
    assert!(page.contains(r#"data-start="2026-03-02T11:00:00+01:00""#));
    let color = |needle: &str| {
        let before = page.split(needle).next().unwrap();
        let class = before.rsplit("class=\"").next().unwrap();
        let mut names = class.split(['"', ' ']);
        names.find(|name| name.starts_with('k')).unwrap().to_owned()
    };
    let (own, team) = (
        color(&format!(r#"name="shown" value="{BO}""#)),
        color(&format!(r#"name="shown" value="{TEAM}""#)),
    );
    assert_ne!(own, team);
    assert_eq!(color(r#"data-event-id="open1""#), team);
    let sheet = look(&mut fake, "/_assets/grid.css").text();
    assert!(sheet.contains(&format!(".{team}{{--mark:#")));
}

#[test]
fn a_box_hides_a_calendar_as_the_api_tells() {
    let mut fake = shared_as(Role::Writer);
    let version =
        |fake: &mut Fake| look(fake, &BO_WEEK.replace("/calendar", "/calendar/version")).text();
    let before = version(&mut fake);
    assert_eq!(show(&mut fake, BO, &[BO]), 303);
    assert_ne!(version(&mut fake), before, "an open page follows");
    let page = look(&mut fake, BO_WEEK).text();
    assert!(!page.contains("Planning"));
    assert!(
        page.contains(&format!(r#"value="{TEAM}"><span>"#)),
        "unticked"
    );
    let scopes = ["https://www.googleapis.com/auth/calendar"];
    let tokens = fake
        .world
        .grant(fake.now, BO, crate::harness::CLIENT, &scopes)
        .unwrap();
    let path = "/calendar/v3/users/me/calendarList";
    let list = Request::new("GET", path).with_bearer(&tokens.access_token);
    let list = fake.send(&list).json();
    let entries = list["items"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["id"] == TEAM).unwrap();
    assert_ne!(entry["selected"], true);
    assert!(
        look(
            &mut fake,
            "/calendar?account=ana@example.com&week=2026-03-02"
        )
        .text()
        .contains("Planning"),
        "others see what they chose"
    );
    assert_eq!(show(&mut fake, BO, &[BO, TEAM]), 303);
    assert!(look(&mut fake, BO_WEEK).text().contains("Planning"));
}

#[test]
fn a_reader_reads_and_does_not_write() {
    let mut fake = shared_as(Role::Reader);
    let page = look(&mut fake, BO_WEEK).text();
    assert!(page.contains("Planning") && page.contains("Busy"));
    assert!(!page.contains("Secret"), "private");
    assert!(!page.contains(r#"class="handle""#), "no edge to drag");
    let before = fake.world.events(TEAM);
    let event = format!("/calendar/event?account={BO}&calendar={TEAM}&event=");
    let open = look(&mut fake, &format!("{event}open1")).text();
    assert!(open.contains("Planning") && open.contains("read this event"));
    assert!(!open.contains("<form"));
    let private = look(&mut fake, &format!("{event}private1")).text();
    assert!(private.contains("Busy") && !private.contains("Secret"));
    for (name, action, more) in [
        ("move", "move", vec![("days", "1")]),
        ("resize", "resize", vec![("minutes", "15")]),
        ("delete", "delete", vec![]),
        (
            "save",
            "save",
            vec![
                ("title", "x"),
                ("start", "2026-03-02T11:00"),
                ("end", "2026-03-02T12:00"),
            ],
        ),
        (
            "create",
            "create",
            vec![("start", "2026-03-02T11:00"), ("end", "2026-03-02T12:00")],
        ),
    ] {
        let mut form = vec![("account", BO), ("calendar", TEAM), ("event", "open1")];
        form.extend(more);
        assert_eq!(post(&mut fake, action, &form).status, 403, "{name}");
        assert_eq!(fake.world.events(TEAM), before, "{name}");
    }
}

#[test]
fn free_busy_access_shows_times_only() {
    let mut fake = shared_as(Role::FreeBusyReader);
    let page = look(&mut fake, BO_WEEK).text();
    assert!(!page.contains("Planning") && !page.contains("Secret"));
    assert_eq!(page.matches(">Busy<").count(), 2);
}

#[test]
fn a_writer_writes() {
    let mut fake = shared_as(Role::Writer);
    let form = [
        ("account", BO),
        ("calendar", TEAM),
        ("event", "open1"),
        ("days", "1"),
    ];
    assert_eq!(post(&mut fake, "move", &form).status, 303);
    let event = fake.world.event(TEAM, "open1").unwrap();
    assert_eq!(event["start"]["dateTime"], "2026-03-03T07:00:00-03:00");
}

#[test]
fn a_calendar_without_access_is_not_there() {
    let mut fake = shared_as(Role::Writer);
    fake.world
        .share_calendar(fake.now, TEAM, Some(BO), None)
        .unwrap();
    assert!(!look(&mut fake, BO_WEEK).text().contains("Planning"));
    let event = format!("/calendar/event?account={BO}&calendar={TEAM}&event=open1");
    assert_eq!(look(&mut fake, &event).status, 404);
    let form = [
        ("account", BO),
        ("calendar", TEAM),
        ("event", "open1"),
        ("days", "1"),
    ];
    assert_eq!(post(&mut fake, "move", &form).status, 404);
}
