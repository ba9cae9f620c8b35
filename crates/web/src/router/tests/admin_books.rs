//! Bookings an administrator makes: where it is free, and on top of others on purpose.

use super::*;

const FORM: &str = "/admin/bookings/new";

/// A filled form for Tuesday at ten, as the page sends it.
async fn filled(browser: &mut Browser) -> Vec<(&'static str, String)> {
    let page = browser.get(FORM).await;
    assert_eq!(page.status, StatusCode::OK);
    [
        ("csrf", page.value("name=\"csrf\" value=\"")),
        ("key", page.value("name=\"key\" value=\"")),
        ("event_type", "maths".to_owned()),
        ("host", String::new()),
        ("day", "2026-11-24".to_owned()),
        ("time", "10:00".to_owned()),
        ("name", "Ana".to_owned()),
        ("email", "ana@example.org".to_owned()),
    ]
    .into()
}

fn with(
    fields: &[(&'static str, String)],
    changes: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let kept = fields
        .iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let changes = changes
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned()));
    kept.cloned().chain(changes).collect()
}

async fn send(browser: &mut Browser, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    browser.post(FORM, &fields).await
}

#[tokio::test]
async fn a_booking_is_made_in_the_organizations_zone_and_once() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    let fields = filled(&mut browser).await;
    let made = send(&mut browser, &fields).await;
    let page = made.location().strip_suffix("?result=made").unwrap();
    let again = send(&mut browser, &fields).await;
    assert_eq!(again.location(), made.location(), "sent twice, made once");
    let shown = browser.get(page).await;
    assert_eq!(shown.value("<time datetime=\""), START);
    assert!(shown.body.contains("by the organization"));
    assert!(!shown.body.contains("data-test=\"forced\""));
}

/// scenario B7: warned first; stored, marked, with who and why, once that is confirmed.
#[tokio::test]
async fn a_booking_goes_on_top_of_another_once_the_warning_is_confirmed() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.book(START).await;
    let fields = filled(&mut browser).await;
    let warned = send(&mut browser, &fields).await;
    assert_eq!(warned.status, StatusCode::CONFLICT);
    assert_eq!(warned.value("data-code=\""), "slot_taken");
    assert!(warned.body.contains("data-test=\"confirm-force\""));
    assert!(warned.body.contains("data-test=\"alternative\""));
    assert!(
        warned.body.contains("value=\"Ana\""),
        "nothing typed is lost"
    );

    let key = warned.value("name=\"key\" value=\"");
    let without = with(&fields, &[("key", &key), ("force", "1"), ("reason", " ")]);
    let unsaid = send(&mut browser, &without).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.body.contains("Say in a few words why"));

    let key = unsaid.value("name=\"key\" value=\"");
    let why = [("key", &*key), ("force", "1"), ("reason", "Exam tomorrow")];
    let forced = with(&fields, &why);
    let made = send(&mut browser, &forced).await;
    let page = made.location().strip_suffix("?result=made").unwrap();
    let shown = browser.get(page).await;
    assert!(shown.body.contains("data-test=\"forced\""));
    assert!(shown.body.contains("data-kind=\"forced\""));
    assert!(shown.body.contains("Exam tomorrow") && shown.body.contains("· laura@alameda.example"));
    assert_eq!(
        send(&mut browser, &forced).await.location(),
        made.location()
    );
}

#[tokio::test]
async fn an_alternative_that_is_chosen_is_booked_instead() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    browser.book(START).await;
    let fields = filled(&mut browser).await;
    let warned = send(&mut browser, &fields).await;
    let start = warned.value("name=\"start\" value=\"");
    let key = warned.value("name=\"key\" value=\"");
    let chosen = with(&fields, &[("key", &key), ("start", &start)]);
    let made = send(&mut browser, &chosen).await;
    let page = made.location().strip_suffix("?result=made").unwrap();
    assert_eq!(browser.get(page).await.value("<time datetime=\""), start);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_the_past_cannot_be_forced() {
    let mut browser = Browser::new().await;
    browser.sign_in().await;
    // Without a key: here one form is sent saying many things.
    let fields = with(&filled(&mut browser).await, &[("key", "")]);
    for (changes, status, said) in [
        (&[("day", "")][..], 422, "Enter a day and a time"),
        (&[("time", "noon")], 422, "Enter a day and a time"),
        (&[("day", "9999-01-01")], 422, "Enter a day and a time"),
        (
            &[("host", "x")],
            422,
            "This host does not offer this service.",
        ),
        (&[("name", ""), ("email", "ana@")], 422, "Enter your name."),
        (&[("event_type", "chess")], 404, "</html>"),
        (&[("event_type", "")], 404, "</html>"),
        (&[("csrf", "x")], 403, "</html>"),
    ] {
        let answer = send(&mut browser, &with(&fields, changes)).await;
        assert_eq!(answer.status.as_u16(), status, "{changes:?}");
        assert!(answer.body.contains(said), "{changes:?}");
    }
    for force in [&[][..], &[("force", "1"), ("reason", "x")]] {
        let past = with(&with(&fields, &[("day", "2026-11-19")]), force);
        let answer = send(&mut browser, &past).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.value("data-code=\""), "in_past");
        assert!(!answer.body.contains("data-test=\"confirm-force\""));
    }
    let night = with(&fields, &[("time", "03:00")]);
    let answer = send(&mut browser, &night).await;
    assert_eq!(answer.value("data-code=\""), "outside_hours");
    assert!(answer.body.contains("data-test=\"confirm-force\""));
}
