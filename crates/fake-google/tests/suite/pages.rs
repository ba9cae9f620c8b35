//! The calendar for people, without a browser.

use fake_google::{Request, Response};
use serde_json::{Value, json};

use crate::harness::{ANA, Fake, event_on};

const WEEK: &str = "/calendar?week=2026-03-02";

fn post(fake: &mut Fake, name: &str, form: &[(&str, &str)]) -> Response {
    fake.send(&Request::new("POST", &format!("/calendar/events/{name}")).with_form(form))
}

fn look(fake: &mut Fake, path: &str) -> Response {
    fake.send(&Request::new("GET", path))
}

fn only_event(fake: &Fake) -> Value {
    let mut events = fake.world.events(ANA);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// A world with one event, on Monday 2 March 2026 from 07:00 to 08:00 in Montevideo.
fn with_event() -> Fake {
    let mut fake = Fake::new();
    let body = event_on(
        2,
        json!({"id": "event", "summary": "Haircut", "location": "Room"}),
    );
    fake.world
        .insert_event(fake.now, ANA, &body)
        .expect("a good event");
    fake
}

#[test]
fn the_root_leads_to_the_calendar() {
    let mut fake = Fake::new();
    assert_eq!(look(&mut fake, "/").header("location"), Some("/calendar"));
    let week = look(&mut fake, "/?week=2026-12-18");
    assert_eq!(week.header("location"), Some("/calendar?week=2026-12-18"));
    assert_eq!(look(&mut fake, "/calendar").status, 200);
    assert_eq!(look(&mut fake, "/calendar/nothing").status, 404);
}

#[test]
fn an_event_is_a_block_with_its_hooks() {
    let mut fake = with_event();
    let page = look(&mut fake, WEEK).text();
    for hook in [
        r#"data-event-id="event""#,
        r#"data-calendar-id="ana@example.com""#,
        r#"data-start="2026-03-02T07:00:00-03:00""#,
        r#"data-end="2026-03-02T08:00:00-03:00""#,
        // 07:00 is row 84 of five minutes, an hour is twelve.
        "at-84 for-12 lane-0 of-1",
        "Haircut",
    ] {
        assert!(page.contains(hook), "{hook}");
    }
    let other_week = look(&mut fake, "/calendar?week=2026-03-09").text();
    assert!(!other_week.contains("data-event-id"));
    fake.world.delete_event(fake.now, ANA, "event").unwrap();
    assert!(!look(&mut fake, WEEK).text().contains("data-event-id"));
}

#[test]
fn events_that_overlap_share_the_width() {
    let mut fake = with_event();
    for id in ["overlap", "again"] {
        fake.world
            .insert_event(fake.now, ANA, &event_on(2, json!({"id": id})))
            .unwrap();
    }
    let page = look(&mut fake, WEEK).text();
    for lane in ["lane-0 of-3", "lane-1 of-3", "lane-2 of-3"] {
        assert!(page.contains(lane), "{lane}");
    }
}

#[test]
fn an_event_over_midnight_shows_on_both_days() {
    let mut fake = Fake::new();
    let body = json!({
        "start": {"dateTime": "2026-03-02T22:00:00-03:00"},
        "end": {"dateTime": "2026-03-03T02:00:00-03:00"},
    });
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let page = look(&mut fake, WEEK).text();
    assert!(page.contains("at-264 for-24") && page.contains("at-0 for-24"));
    assert_eq!(
        page.matches(r#"class="handle""#).count(),
        1,
        "one end, one handle"
    );
}

#[test]
fn drags_move_and_resize() {
    for (name, action, fields, start, end) in [
        (
            "later",
            "move",
            vec![("minutes", "15")],
            "2026-03-02T07:15:00-03:00",
            "08:15",
        ),
        (
            "another day and earlier",
            "move",
            vec![("days", "2"), ("minutes", "-90")],
            "2026-03-04T05:30:00-03:00",
            "06:30",
        ),
        (
            "longer",
            "resize",
            vec![("minutes", "45")],
            "2026-03-02T07:00:00-03:00",
            "08:45",
        ),
    ] {
        let mut fake = with_event();
        fake.pass(5);
        let mut form = vec![
            ("calendar", ANA),
            ("event", "event"),
            ("week", "2026-03-02"),
        ];
        form.extend(fields);
        let answer = post(&mut fake, action, &form);
        assert_eq!(answer.status, 303, "{name}: {}", answer.text());
        assert!(
            answer
                .header("location")
                .unwrap()
                .contains("week=2026-03-02"),
            "{name}"
        );
        let event = only_event(&fake);
        assert_eq!(event["start"]["dateTime"], start, "{name}");
        assert!(
            event["end"]["dateTime"].as_str().unwrap().contains(end),
            "{name}"
        );
        assert_eq!(event["updated"], "2026-03-01T12:00:05.123Z", "{name}");
        assert_eq!(
            fake.world
                .request_log()
                .count(&format!("page.events.{action}")),
            1,
            "{name}"
        );
    }
}

#[test]
fn a_day_event_moves_by_days() {
    let mut fake = Fake::new();
    let body =
        json!({"id": "event", "start": {"date": "2026-03-02"}, "end": {"date": "2026-03-04"}});
    fake.world.insert_event(fake.now, ANA, &body).unwrap();
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("days", "-1"),
        ("minutes", "30"),
    ];
    assert_eq!(post(&mut fake, "move", &form).status, 303);
    let event = only_event(&fake);
    assert_eq!(
        (&event["start"]["date"], &event["end"]["date"]),
        (&json!("2026-03-01"), &json!("2026-03-03"))
    );
}

#[test]
fn impossible_drags_change_nothing() {
    for (name, action, fields, status) in [
        ("end before start", "resize", vec![("minutes", "-61")], 400),
        ("not a number", "move", vec![("minutes", "soon")], 400),
        ("too far", "move", vec![("days", "99999999999")], 400),
        ("no such event", "move", vec![("event", "other")], 404),
        ("no such calendar", "move", vec![("calendar", "other")], 404),
        ("no such action", "fly", vec![], 404),
    ] {
        let mut fake = with_event();
        let before = only_event(&fake);
        let mut form = fields;
        form.extend([("calendar", ANA), ("event", "event")]);
        assert_eq!(post(&mut fake, action, &form).status, status, "{name}");
        assert_eq!(only_event(&fake), before, "{name}");
    }
}

#[test]
fn the_form_makes_changes_and_deletes_events() {
    let mut fake = Fake::new();
    let blank = look(&mut fake, "/calendar/new?start=2026-03-05T09:30").text();
    assert!(blank.contains(r#"value="2026-03-05T09:30""#));
    assert!(blank.contains(r#"value="2026-03-05T10:30""#));
    let made = post(
        &mut fake,
        "create",
        &[
            ("title", "Cut & colour"),
            ("start", "2026-03-05T09:30"),
            ("end", "2026-03-05T10:00"),
            ("location", "Here"),
            ("description", "two\r\nlines"),
        ],
    );
    assert_eq!(made.status, 303);
    assert!(
        made.header("location").unwrap().contains("week=2026-03-02"),
        "shows its week"
    );
    let event = only_event(&fake);
    assert_eq!(event["summary"], "Cut & colour");
    assert_eq!(event["description"], "two\nlines");
    assert_eq!(event["start"]["dateTime"], "2026-03-05T09:30:00-03:00");

    let id = event["id"].as_str().unwrap();
    let page = look(
        &mut fake,
        &format!("/calendar/event?calendar={ANA}&event={id}"),
    )
    .text();
    assert!(page.contains("Cut &amp; colour") && page.contains(r#"value="2026-03-05T09:30""#));

    let etag = event["etag"].as_str().unwrap();
    let changes = [
        ("calendar", ANA),
        ("event", id),
        ("etag", etag),
        ("title", "Cut"),
        ("start", "2026-03-05T09:30"),
        ("end", "2026-03-05T10:15"),
        ("location", ""),
        ("description", "two\r\nlines"),
    ];
    assert_eq!(post(&mut fake, "save", &changes).status, 303);
    let saved = only_event(&fake);
    assert_eq!(saved["summary"], "Cut");
    assert!(saved.get("location").is_none());
    assert_eq!(saved["sequence"], 0, "the start did not move");
    assert_eq!(saved["end"]["dateTime"], "2026-03-05T10:15:00-03:00");

    let stale = post(&mut fake, "save", &changes);
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains(r#"role="alert""#));

    assert_eq!(
        post(&mut fake, "delete", &[("calendar", ANA), ("event", id)]).status,
        303
    );
    assert_eq!(only_event(&fake)["status"], "cancelled");
    assert_eq!(
        post(&mut fake, "delete", &[("calendar", ANA), ("event", id)]).status,
        404
    );
}

#[test]
fn saving_without_a_change_writes_nothing() {
    let mut fake = with_event();
    let before = only_event(&fake);
    let form = [
        ("calendar", ANA),
        ("event", "event"),
        ("title", "Haircut"),
        ("location", "Room"),
        ("start", "2026-03-02T07:00"),
        ("end", "2026-03-02T08:00"),
    ];
    assert_eq!(post(&mut fake, "save", &form).status, 303);
    assert_eq!(only_event(&fake), before);
}

#[test]
fn a_whole_day_is_entered_by_its_last_day() {
    let mut fake = Fake::new();
    let form = [
        ("title", "Away"),
        ("start", "2026-03-05T09:00"),
        ("end", "2026-03-06T10:00"),
        ("all_day", "on"),
    ];
    assert_eq!(post(&mut fake, "create", &form).status, 303);
    let event = only_event(&fake);
    assert_eq!(event["start"], json!({"date": "2026-03-05"}));
    assert_eq!(event["end"], json!({"date": "2026-03-07"}));
    let id = event["id"].as_str().unwrap();
    let page = look(
        &mut fake,
        &format!("/calendar/event?calendar={ANA}&event={id}"),
    )
    .text();
    assert!(page.contains(r#"type="date" name="end" value="2026-03-06""#));
}

#[test]
fn a_form_that_makes_no_sense_comes_back_with_what_was_typed() {
    let mut fake = Fake::new();
    for (name, start, end) in [
        ("end first", "2026-03-05T10:00", "2026-03-05T09:00"),
        ("no time", "soon", "2026-03-05T09:00"),
        ("nothing", "", ""),
    ] {
        let answer = post(
            &mut fake,
            "create",
            &[("title", "Kept <>"), ("start", start), ("end", end)],
        );
        assert_eq!(answer.status, 400, "{name}");
        assert!(answer.text().contains("Kept &lt;&gt;"), "{name}");
    }
    assert!(fake.world.events(ANA).is_empty());
}

#[test]
fn the_link_of_an_event_opens_its_form() {
    let mut fake = with_event();
    let link = only_event(&fake)["htmlLink"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("https://www.google.com").unwrap();
    assert!(look(&mut fake, path).text().contains("Haircut"));
    assert_eq!(look(&mut fake, "/calendar/event?eid=garbage").status, 404);
}

#[test]
fn another_site_cannot_edit() {
    let mut fake = with_event();
    let before = only_event(&fake);
    let form = [("calendar", ANA), ("event", "event"), ("days", "1")];
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://evil.test"),
    ] {
        let request = Request::new("POST", "/calendar/events/move")
            .with_form(&form)
            .with_header("host", "127.0.0.1:8788")
            .with_header(header, value);
        assert_eq!(fake.send(&request).status, 403, "{header}");
    }
    assert_eq!(only_event(&fake), before);
}

#[test]
fn the_version_changes_with_the_calendar() {
    let mut fake = with_event();
    let version = |fake: &mut Fake| look(fake, "/calendar/version").json()["version"].clone();
    let before = version(&mut fake);
    assert_eq!(version(&mut fake), before);
    let page = look(&mut fake, "/calendar").text();
    assert!(page.contains(&format!(r#"data-version="{}""#, before.as_str().unwrap())));
    fake.world
        .edit_event(fake.now, ANA, "event", &json!({"summary": "x"}))
        .unwrap();
    assert_ne!(version(&mut fake), before);
}

#[test]
fn languages_are_asked_for_and_kept_in_links() {
    let mut fake = Fake::new();
    let spanish = look(&mut fake, "/calendar?week=2026-03-02&lang=es").text();
    assert!(spanish.contains("2 – 8 de marzo de 2026") && spanish.contains(r#"lang="es""#));
    assert!(spanish.contains("lang=es\">"));
    let request = Request::new("GET", WEEK).with_header("accept-language", "es-UY,es;q=0.9");
    assert!(fake.send(&request).text().contains("Nuevo evento"));
    assert!(look(&mut fake, WEEK).text().contains("2 – 8 March 2026"));
}

#[test]
fn pages_run_and_style_nothing_but_their_own_files() {
    let mut fake = with_event();
    let consent = format!(
        "/o/oauth2/v2/auth?client_id=client&redirect_uri={}&response_type=code&prompt=consent&scope=openid",
        "http%3A%2F%2Flocalhost%3A8080%2Fcallback"
    );
    for path in [
        WEEK,
        "/calendar/new",
        "/calendar/event?calendar=ana@example.com&event=event",
        &consent,
    ] {
        let page = look(&mut fake, path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        let html = page.text();
        for inline in [" style=", "<style", " onclick=", "javascript:"] {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script src=\"/_assets/").count()
        );
    }
    let policy = look(&mut fake, &consent)
        .header("content-security-policy")
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("form-action 'self' http://localhost:8080;"),
        "{policy}"
    );
}

#[test]
fn assets_are_there_and_conditional() {
    let mut fake = Fake::new();
    for path in [
        "/_assets/page.css",
        "/_assets/grid.css",
        "/_assets/page.js",
        "/_assets/icon.svg",
    ] {
        let answer = look(&mut fake, path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
        let etag = answer.header("etag").unwrap();
        let again = Request::new("GET", path).with_header("if-none-match", etag);
        assert_eq!(fake.send(&again).status, 304, "{path}");
    }
    assert_eq!(look(&mut fake, "/_assets/nothing").status, 404);
}

#[test]
fn far_weeks_and_empty_worlds_are_shown() {
    let mut fake = Fake::new();
    for week in [
        "1000-01-01",
        "9000-12-31",
        "0001-01-01",
        "9999-12-31",
        "never",
    ] {
        assert_eq!(
            look(&mut fake, &format!("/calendar?week={week}")).status,
            200,
            "{week}"
        );
    }
    fake.world = fake_google::World::new(1);
    assert!(look(&mut fake, "/calendar").text().contains("no account"));
}
