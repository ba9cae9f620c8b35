//! Projects: whose consent is whose, how long tokens live, who may grant at all.

use fake_google::{ClientStanding, Project, Publishing, Request, Response, Standing};
use jiff::SignedDuration;
use serde_json::Value;

use crate::dance::{SCOPE_LIST, allow, ask, code, exchange, refresh, scopes, token};
use crate::harness::landed;
use crate::harness::{ANA, CLIENT, EVENTS, Fake, REDIRECT, SCOPE_EVENTS, SECRET, refusal, value};

const PROJECT: &str = "fake-project";
const DAY: i64 = 24 * 3600;

/// A world whose project has these settings and has granted nothing yet.
fn fake_with(project: Project) -> Fake {
    let mut fake = Fake::new();
    fake.world.revoke_grants(ANA);
    fake.world.set_project(PROJECT, project);
    fake
}

fn testing() -> Project {
    Project {
        publishing: Publishing::Testing,
        ..Project::default()
    }
}

fn refresh_token(fake: &mut Fake, changes: &[(&str, &str)]) -> String {
    let code = code(fake, changes);
    let body = exchange(fake, &code, &[]).json();
    body["refresh_token"]
        .as_str()
        .expect("offline, first consent")
        .to_owned()
}

fn error(response: &Response) -> (u16, String) {
    let error = response.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (response.status, error)
}

#[test]
fn in_testing_a_refresh_token_dies_after_seven_days() {
    let sign_in = [("scope", "openid email")];
    for (name, project, changes, dies) in [
        ("testing", testing(), &[][..], true),
        ("testing, sign-in only", testing(), &sign_in[..], false),
        ("production", Project::default(), &[][..], false),
    ] {
        let mut fake = fake_with(project);
        let token = refresh_token(&mut fake, changes);
        fake.pass(7 * DAY - 1);
        assert_eq!(refresh(&mut fake, &token).status, 200, "{name}");
        fake.pass(1);
        let last = refresh(&mut fake, &token);
        let expected = if dies {
            (400, "invalid_grant".to_owned())
        } else {
            (200, String::new())
        };
        assert_eq!(error(&last), expected, "{name}: using it does not help");
    }
}

#[test]
fn leaving_testing_saves_no_token_that_is_out() {
    let mut fake = fake_with(testing());
    let token = refresh_token(&mut fake, &[]);
    fake.world.set_project(PROJECT, Project::default());
    let later = refresh_token(&mut fake, &[("prompt", "consent")]);
    fake.pass(8 * DAY);
    assert_eq!(refresh(&mut fake, &token).status, 400);
    assert_eq!(refresh(&mut fake, &later).status, 200);
}

#[test]
fn six_months_of_disuse_end_a_refresh_token() {
    let mut fake = fake_with(Project::default());
    let [idle, used] = [(), ()].map(|()| refresh_token(&mut fake, &[("prompt", "consent")]));
    for _ in 0..2 {
        fake.pass(182 * DAY);
        assert_eq!(refresh(&mut fake, &used).status, 200);
    }
    assert_eq!(refresh(&mut fake, &idle).json()["error"], "invalid_grant");
    fake.world.rules.refresh_token_disuse = SignedDuration::from_hours(1);
    fake.pass(3600);
    assert_eq!(refresh(&mut fake, &used).json()["error"], "invalid_grant");
}

#[test]
fn access_for_a_while_says_how_long() {
    let mut fake = fake_with(Project {
        access_ttl_seconds: Some(1000),
        ..Project::default()
    });
    let code = code(&mut fake, &[]);
    let body = exchange(&mut fake, &code, &[]).json();
    assert_eq!(body["refresh_token_expires_in"], 1000);
    let token = body["refresh_token"].as_str().unwrap().to_owned();
    fake.pass(400);
    assert_eq!(
        refresh(&mut fake, &token).json()["refresh_token_expires_in"],
        600
    );
    fake.pass(600);
    assert_eq!(refresh(&mut fake, &token).json()["error"], "invalid_grant");
    let other = fake_with(testing());
    let mut fake = other;
    let code = self::code(&mut fake, &[]);
    let body = exchange(&mut fake, &code, &[]).json();
    assert_eq!(
        body["refresh_token_expires_in"],
        Value::Null,
        "testing is not told"
    );
}

/// A world with a second client in the same project and a third in another.
fn three_clients() -> Fake {
    let mut fake = fake_with(Project::default());
    fake.world.add_client("sibling", SECRET, &[REDIRECT]);
    fake.world
        .add_client_to("other-project", "stranger", SECRET, &[REDIRECT]);
    fake
}

#[test]
fn revoking_ends_all_clients_of_the_project_and_no_other_project() {
    let mut fake = three_clients();
    let issue = |fake: &mut Fake, client: &str| {
        fake.world
            .grant(fake.now, ANA, client, &[SCOPE_EVENTS])
            .unwrap()
    };
    let [mine, sibling, stranger] = [CLIENT, "sibling", "stranger"].map(|c| issue(&mut fake, c));
    assert_eq!(token_revoked(&mut fake, &mine.access_token).status, 200);
    for (name, tokens, status) in [
        ("itself", mine, 401),
        ("same project", sibling, 401),
        ("other project", stranger, 200),
    ] {
        fake.token = tokens.access_token;
        assert_eq!(fake.get(EVENTS).status, status, "{name}");
    }
    assert_eq!(
        token_revoked(&mut fake, "nothing").json()["error"],
        "invalid_token"
    );
}

fn token_revoked(fake: &mut Fake, token: &str) -> Response {
    fake.send(&Request::new("POST", "/revoke").with_form(&[("token", token)]))
}

#[test]
fn consent_is_the_projects_not_the_clients() {
    let mut fake = three_clients();
    allow(&mut fake, &ask(&[]), &[SCOPE_EVENTS]);
    for (client, asked) in [(CLIENT, false), ("sibling", false), ("stranger", true)] {
        let page = fake.send(&Request::new("GET", &ask(&[("client_id", client)])));
        assert_eq!(page.status == 200, asked, "{client}");
    }
    let wider = ask(&[
        ("client_id", "sibling"),
        ("scope", SCOPE_LIST),
        ("include_granted_scopes", "true"),
    ]);
    let back = allow(&mut fake, &wider, &[]);
    let code = value(&landed(&back), "code").unwrap().to_owned();
    let body = exchange(&mut fake, &code, &[("client_id", "sibling")]).json();
    assert!(
        scopes(&body).contains(&SCOPE_EVENTS),
        "what a sibling was granted: {body}"
    );
}

#[test]
fn the_hundredth_token_counts_by_client() {
    let mut fake = three_clients();
    fake.world.rules.refresh_tokens_max = 2;
    let issue = |fake: &mut Fake, client: &str| {
        let tokens = fake.world.grant(fake.now, ANA, client, &[SCOPE_EVENTS]);
        tokens.unwrap().refresh_token
    };
    let first = issue(&mut fake, CLIENT);
    issue(&mut fake, CLIENT);
    issue(&mut fake, "sibling");
    assert_eq!(refresh(&mut fake, &first).status, 200);
    issue(&mut fake, CLIENT);
    assert_eq!(refresh(&mut fake, &first).json()["error"], "invalid_grant");
}

#[test]
fn who_may_not_grant_sees_why() {
    let internal = Project {
        publishing: Publishing::Internal("example.com".to_owned()),
        ..Project::default()
    };
    let listed = |email: &str| Project {
        test_users: [email.to_owned()].into(),
        ..testing()
    };
    for (name, project, domain, word) in [
        (
            "internal, stranger",
            internal.clone(),
            None,
            Some("org_internal"),
        ),
        ("internal, member", internal, Some("example.com"), None),
        (
            "testing, unlisted",
            listed("leo@example.com"),
            None,
            Some("access_denied"),
        ),
        ("testing, listed", listed(ANA), None, None),
        ("testing, no list", testing(), None, None),
    ] {
        let mut fake = fake_with(project);
        fake.world.account_mut(ANA).unwrap().hosted_domain = domain.map(str::to_owned);
        let decided = allow(&mut fake, &ask(&[]), &[SCOPE_EVENTS]);
        match word {
            Some(word) => {
                assert_eq!(decided.status, 403, "{name}");
                assert!(decided.text().contains(word), "{name}");
            }
            None => assert!(value(&landed(&decided), "code").is_some(), "{name}"),
        }
    }
}

#[test]
fn an_app_an_administrator_trusts_gets_all_or_nothing() {
    let mut fake = fake_with(Project {
        is_trusted: true,
        ..Project::default()
    });
    let page = fake.send(&Request::new("GET", &ask(&[]))).text();
    assert!(!page.contains("checkbox"));
    let back = allow(&mut fake, &ask(&[]), &[]);
    let code = value(&landed(&back), "code").unwrap().to_owned();
    let body = exchange(&mut fake, &code, &[]).json();
    assert!(scopes(&body).contains(&SCOPE_EVENTS));
}

#[test]
fn an_accounts_standing_decides_about_its_tokens() {
    for (standing, expected, subtype, api) in [
        (Standing::Active, (200, ""), None, 200),
        (Standing::Disabled, (400, "invalid_grant"), None, 401),
        (
            Standing::BlockedByAdmin,
            (400, "admin_policy_enforced"),
            None,
            200,
        ),
        (
            Standing::NeedsReauth,
            (400, "invalid_grant"),
            Some("invalid_rapt"),
            200,
        ),
    ] {
        let mut fake = Fake::new();
        let tokens = fake
            .world
            .grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS])
            .unwrap();
        fake.world.account_mut(ANA).unwrap().standing = standing;
        let answer = refresh(&mut fake, &tokens.refresh_token);
        assert_eq!(
            error(&answer),
            (expected.0, expected.1.to_owned()),
            "{standing:?}"
        );
        assert_eq!(
            answer.json()["error_subtype"].as_str(),
            subtype,
            "{standing:?}"
        );
        assert_eq!(fake.get(EVENTS).status, api, "{standing:?}");
    }
    let mut fake = Fake::new();
    fake.world.account_mut(ANA).unwrap().standing = Standing::BlockedByAdmin;
    let page = allow(&mut fake, &ask(&[]), &[SCOPE_EVENTS]);
    assert!(page.text().contains("admin_policy_enforced"));
    fake.world.account_mut(ANA).unwrap().standing = Standing::Disabled;
    let page = allow(&mut fake, &ask(&[]), &[SCOPE_EVENTS]);
    assert!(
        page.status == 200 && !page.text().contains(ANA),
        "nobody to choose"
    );
}

#[test]
fn a_client_that_is_gone_says_so_everywhere() {
    for (standing, word) in [
        (ClientStanding::Deleted, "deleted_client"),
        (ClientStanding::Disabled, "disabled_client"),
    ] {
        let mut fake = Fake::new();
        let tokens = fake
            .world
            .grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS])
            .unwrap();
        fake.world.set_client_standing(CLIENT, standing).unwrap();
        let answer = refresh(&mut fake, &tokens.refresh_token);
        assert_eq!(error(&answer), (401, word.to_owned()));
        let page = fake.send(&Request::new("GET", &ask(&[])));
        assert_eq!(page.status, 401);
        assert!(page.text().contains(word));
        fake.world
            .set_client_standing(CLIENT, ClientStanding::Live)
            .unwrap();
        assert_eq!(
            refresh(&mut fake, &tokens.refresh_token).status,
            200,
            "{word}: restored"
        );
    }
}

#[test]
fn the_api_must_be_enabled_and_the_account_must_have_a_calendar() {
    let mut fake = Fake::new();
    let disabled = Project {
        is_calendar_enabled: false,
        ..Project::default()
    };
    fake.world.set_project(PROJECT, disabled);
    let answer = fake.get(EVENTS);
    assert_eq!(refusal(&answer), (403, "accessNotConfigured".to_owned()));
    assert_eq!(
        answer.json()["error"]["details"][0]["reason"],
        "SERVICE_DISABLED"
    );
    fake.world.set_project(PROJECT, Project::default());
    fake.world.account_mut(ANA).unwrap().is_calendar_user = false;
    assert_eq!(
        refusal(&fake.get(EVENTS)),
        (403, "notACalendarUser".to_owned())
    );
}

#[test]
fn a_grant_type_without_a_grant_is_refused_by_name() {
    let mut fake = Fake::new();
    let form = [
        ("grant_type", "password"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    assert_eq!(
        error(&token(&mut fake, &form)),
        (400, "unsupported_grant_type".to_owned())
    );
}
