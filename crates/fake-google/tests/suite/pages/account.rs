//! The apps that have access to an account.

use fake_google::Request;

use super::look;
use crate::harness::{ANA, EVENTS, Fake, refusal};

const PAGE: &str = "/calendar/account?account=ana@example.com";

fn revoke(fake: &mut Fake, project: &str) -> (u16, String) {
    let form = [("account", ANA), ("project", project)];
    let answer = fake.send(&Request::new("POST", "/calendar/account/revoke").with_form(&form));
    let location = answer.header("location").unwrap_or_default().to_owned();
    (answer.status, location)
}

#[test]
fn the_page_tells_who_may_do_what() {
    let mut fake = Fake::new();
    let page = look(&mut fake, PAGE).text();
    for part in [
        "fake-project",
        "client",
        "See and edit events on all your calendars",
        "Also while you are away.",
    ] {
        assert!(page.contains(part), "{part}");
    }
    fake.world
        .add_account("bo@example.com", "Bo", "UTC")
        .unwrap();
    let other = look(&mut fake, "/calendar/account?account=bo@example.com").text();
    assert!(other.contains("No app has access"));
}

#[test]
fn removing_access_ends_every_grant_of_the_project() {
    let mut fake = Fake::new();
    fake.world.add_client_to("other", "second", "secret", &[]);
    let scopes = ["https://www.googleapis.com/auth/calendar.events"];
    let other = fake.world.grant(fake.now, ANA, "second", &scopes).unwrap();
    assert_eq!(fake.get(EVENTS).status, 200);
    let (status, location) = revoke(&mut fake, "fake-project");
    assert_eq!(
        (status, location.starts_with("/calendar/account?")),
        (303, true)
    );
    let refused = refusal(&fake.get(EVENTS));
    assert_eq!(refused, (401, "authError".to_owned()));
    let kept = Request::new("GET", EVENTS).with_bearer(&other.access_token);
    assert_eq!(fake.send(&kept).status, 200, "another project's");
    let page = look(&mut fake, PAGE).text();
    assert!(!page.contains("fake-project") && page.contains("other"));
    assert_eq!(fake.world.request_log().count("page.account.revoke"), 1);
}

#[test]
fn another_site_cannot_remove_access() {
    let mut fake = Fake::new();
    for path in ["/calendar/account/revoke", "/calendar/show"] {
        let form = [("account", ANA), ("project", "fake-project")];
        let request = Request::new("POST", path)
            .with_form(&form)
            .with_header("sec-fetch-site", "cross-site");
        assert_eq!(fake.send(&request).status, 403, "{path}");
    }
    assert_eq!(fake.get(EVENTS).status, 200);
}
