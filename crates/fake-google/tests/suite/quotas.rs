//! Quotas: sliding minutes, what a call costs, how a refusal looks.

use fake_google::{QuotaLimits, RateForm, Request, Response, WriteLimit};
use serde_json::{Value, json};

use crate::harness::{
    ANA, CLIENT, EVENTS, Fake, REDIRECT, SCOPE_EVENTS, SECRET, event_path, refusal,
};

const LEO: &str = "leo@example.com";

/// A world with these limits, and refusals that are always 403 and cost nothing.
fn fake_with(limits: QuotaLimits) -> Fake {
    let mut fake = Fake::new();
    fake.world.rules.quotas = QuotaLimits {
        form: RateForm::Forbidden,
        counts_refused: false,
        ..limits
    };
    fake
}

fn per_user(units: u32) -> QuotaLimits {
    QuotaLimits {
        per_minute_per_user: Some(units),
        ..QuotaLimits::default()
    }
}

fn list(fake: &mut Fake) -> Response {
    fake.get(EVENTS)
}

fn token_of(fake: &mut Fake, account: &str, client: &str) -> String {
    let tokens = fake.world.grant(fake.now, account, client, &[SCOPE_EVENTS]);
    tokens.expect("account and client are there").access_token
}

#[test]
fn googles_own_limits_are_the_default() {
    let limits = Fake::new().world.rules.quotas;
    assert_eq!(limits.per_minute_per_user, Some(600));
    assert_eq!(limits.per_minute_per_project, Some(10_000));
    let mut fake = Fake::new();
    for call in 0..600 {
        assert_eq!(list(&mut fake).status, 200, "{call}");
    }
    assert_eq!(
        refusal(&list(&mut fake)),
        (403, "userRateLimitExceeded".to_owned())
    );
}

#[test]
fn the_minute_slides() {
    let mut fake = fake_with(per_user(3));
    for _ in 0..2 {
        assert_eq!(list(&mut fake).status, 200);
    }
    fake.pass(30);
    assert_eq!(list(&mut fake).status, 200);
    assert_eq!(list(&mut fake).status, 403);
    fake.pass(29);
    assert_eq!(list(&mut fake).status, 403);
    fake.pass(1);
    assert_eq!(
        list(&mut fake).status,
        200,
        "the first two are a minute ago"
    );
    assert_eq!(list(&mut fake).status, 200);
    assert_eq!(list(&mut fake).status, 403, "the third is not");
}

#[test]
fn users_pay_for_themselves_and_projects_for_all() {
    let limits = QuotaLimits {
        per_minute_per_project: Some(3),
        ..per_user(2)
    };
    let mut fake = fake_with(limits);
    fake.world.add_account(LEO, "Leo", "UTC").unwrap();
    fake.world
        .add_client_to("other-project", "stranger", SECRET, &[REDIRECT]);
    let ana = fake.token.clone();
    let leo = token_of(&mut fake, LEO, CLIENT);
    let ana_elsewhere = token_of(&mut fake, ANA, "stranger");
    for (name, token, expected) in [
        ("first", &ana, (200, "")),
        ("second", &ana, (200, "")),
        ("third", &ana, (403, "userRateLimitExceeded")),
        ("another user", &leo, (200, "")),
        ("the project is full", &leo, (403, "rateLimitExceeded")),
        ("another project", &ana_elsewhere, (200, "")),
    ] {
        fake.token.clone_from(token);
        let answer = list(&mut fake);
        let reason = answer.json()["error"]["errors"][0]["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!((answer.status, reason.as_str()), expected, "{name}");
    }
    let body = list(&mut fake).json();
    assert_eq!(body["error"], Value::Null, "still one left elsewhere");
}

#[test]
fn a_patch_costs_three() {
    let mut fake = fake_with(per_user(5));
    let event = fake.insert_on(2, json!({}));
    let path = event_path(&event["id"]);
    let patch = json!({"summary": "patched"});
    assert_eq!(fake.call("PATCH", &path, Some(&patch)).status, 200);
    let refused = fake.call("PATCH", &path, Some(&patch));
    assert_eq!(refusal(&refused), (403, "userRateLimitExceeded".to_owned()));
    assert_eq!(list(&mut fake).status, 200, "one unit is left");
    assert_eq!(list(&mut fake).status, 403);
    let overridden = Request::new("POST", &path)
        .with_bearer(&fake.token)
        .with_header("x-http-method-override", "PATCH")
        .with_json(&patch);
    fake.pass(58);
    fake.pass(2);
    assert_eq!(fake.send(&overridden).status, 200);
    list(&mut fake);
    list(&mut fake);
    assert_eq!(list(&mut fake).status, 403, "by another name as well");
}

#[test]
fn a_refused_call_has_no_effect_and_may_cost_too() {
    for (counts_refused, after) in [(true, 403), (false, 200)] {
        let mut fake = fake_with(per_user(2));
        fake.world.rules.quotas.counts_refused = counts_refused;
        fake.insert_on(2, json!({}));
        fake.insert_on(3, json!({}));
        fake.pass(40);
        for _ in 0..2 {
            let body = crate::harness::event_on(4, json!({}));
            assert_eq!(fake.call("POST", EVENTS, Some(&body)).status, 403);
        }
        assert_eq!(fake.world.events(ANA).len(), 2);
        fake.pass(20);
        assert_eq!(list(&mut fake).status, after, "{counts_refused}");
        fake.pass(60);
        assert_eq!(
            list(&mut fake).status,
            200,
            "{counts_refused}: patience helps"
        );
    }
}

#[test]
fn a_refusal_is_403_or_429() {
    for (form, expected) in [
        (RateForm::Alternate, [403, 429, 403, 429]),
        (RateForm::Forbidden, [403, 403, 403, 403]),
        (RateForm::TooMany, [429, 429, 429, 429]),
    ] {
        let mut fake = fake_with(per_user(0));
        fake.world.rules.quotas.form = form;
        let answers = [(); 4].map(|()| list(&mut fake));
        assert_eq!(
            answers.clone().map(|answer| answer.status),
            expected,
            "{form:?}"
        );
        for answer in answers {
            let error = &answer.json()["error"];
            assert_eq!(error["errors"][0]["domain"], "usageLimits");
            assert_eq!(answer.header("retry-after"), None, "Google sends none");
            if answer.status == 429 {
                assert_eq!(error["errors"][0]["reason"], "rateLimitExceeded");
                assert_eq!(error["status"], "RESOURCE_EXHAUSTED");
                assert_eq!(error["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
            }
        }
    }
}

#[test]
fn writes_to_one_calendar_have_a_limit_of_their_own() {
    let limits = QuotaLimits {
        calendar_writes: Some(WriteLimit {
            writes: 2,
            seconds: 10,
        }),
        ..QuotaLimits::default()
    };
    let mut fake = fake_with(limits);
    fake.world
        .add_calendar(ANA, "second", "Second", "UTC")
        .unwrap();
    fake.insert_on(2, json!({}));
    fake.insert_on(3, json!({}));
    let body = crate::harness::event_on(4, json!({}));
    let insert = |fake: &mut Fake, calendar: &str| {
        fake.call(
            "POST",
            &format!("/calendar/v3/calendars/{calendar}/events"),
            Some(&body),
        )
    };
    for name in ["primary", ANA] {
        let refused = insert(&mut fake, name);
        assert_eq!(
            refusal(&refused),
            (403, "rateLimitExceeded".to_owned()),
            "{name}"
        );
    }
    assert_eq!(list(&mut fake).status, 200, "reading goes on");
    assert_eq!(
        insert(&mut fake, "second").status,
        200,
        "so does another calendar"
    );
    fake.pass(10);
    assert_eq!(insert(&mut fake, "primary").status, 200);
}

#[test]
fn an_account_over_calendars_limits_reads_and_does_not_write() {
    let mut fake = Fake::new();
    fake.world.exceed_quota(ANA, fake.now).unwrap();
    let event = fake.insert_on(2, json!({}));
    let over = json!({"exceeded": {"account": ANA, "seconds": 3600}});
    let post = Request::new("POST", "/_fake/quotas").with_json(&over);
    assert_eq!(
        fake.send(&post).json()["exceeded"][ANA],
        "2026-03-01T13:00:00.123456Z"
    );
    let refused = fake.call("DELETE", &event_path(&event["id"]), None);
    assert_eq!(refusal(&refused), (403, "quotaExceeded".to_owned()));
    assert_eq!(
        refused.json()["error"]["message"],
        "Calendar usage limits exceeded."
    );
    assert_eq!(list(&mut fake).status, 200);
    fake.pass(3598);
    assert_eq!(
        fake.call("DELETE", &event_path(&event["id"]), None).status,
        403
    );
    let scope = [SCOPE_EVENTS];
    fake.token = fake
        .world
        .grant(fake.now, ANA, CLIENT, &scope)
        .unwrap()
        .access_token;
    fake.pass(2);
    assert_eq!(
        fake.call("DELETE", &event_path(&event["id"]), None).status,
        204
    );
}

#[test]
fn a_day_may_have_a_limit() {
    let limits = QuotaLimits {
        per_day_per_project: Some(2),
        ..QuotaLimits::default()
    };
    let mut fake = fake_with(limits);
    list(&mut fake);
    list(&mut fake);
    fake.pass(3000);
    assert_eq!(
        refusal(&list(&mut fake)),
        (403, "dailyLimitExceeded".to_owned())
    );
    fake.pass(86_400);
    fake.token = token_of(&mut fake, ANA, CLIENT);
    assert_eq!(list(&mut fake).status, 200);
}

#[test]
fn what_is_used_can_be_seen_and_forgotten() {
    let mut fake = fake_with(per_user(2));
    list(&mut fake);
    list(&mut fake);
    let shown = fake.get("/_fake/quotas").json();
    assert_eq!(
        shown["users"],
        json!([{"project": "fake-project", "user": ANA, "lastMinute": 2}])
    );
    assert_eq!(shown["projects"][0]["today"], 2);
    assert_eq!(list(&mut fake).status, 403);
    let reset = Request::new("POST", "/_fake/quotas").with_json(&json!({"reset": true}));
    assert_eq!(fake.send(&reset).json()["users"], json!([]));
    assert_eq!(list(&mut fake).status, 200);
    for body in [
        json!({}),
        json!({"exceeded": {"account": "nobody", "seconds": 1}}),
    ] {
        let request = Request::new("POST", "/_fake/quotas").with_json(&body);
        assert_eq!(fake.send(&request).status, 400, "{body}");
    }
}
