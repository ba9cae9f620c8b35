//! Authorization, tokens, revocation, userinfo.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_google::{ConsentBoxes, Request};
use serde_json::Value;

use crate::dance::{
    SCOPE_EMAIL, SCOPE_LIST, VERIFIER, allow, ask, challenge, code, exchange, refresh, scopes,
};
use crate::harness::{ANA, CLIENT, EVENTS, Fake, REDIRECT, SCOPE_EVENTS, SECRET, landed, value};

#[test]
fn the_whole_dance_ends_with_a_token_that_works() {
    let mut fake = Fake::new();
    let challenge = challenge();
    let ask = ask(&[
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
        ("nonce", "n1"),
    ]);
    let page = fake.send(&Request::new("GET", &ask));
    assert_eq!(page.status, 200);
    assert!(page.text().contains(SCOPE_EVENTS) && page.text().contains(ANA));

    let back = allow(&mut fake, &ask, &[SCOPE_EVENTS]);
    assert_eq!(back.status, 302);
    assert!(back.header("location").unwrap().starts_with(REDIRECT));
    let pairs = landed(&back);
    assert_eq!(value(&pairs, "state"), Some("the state"));

    let code = value(&pairs, "code").unwrap();
    let answer = exchange(&mut fake, code, &[("code_verifier", VERIFIER)]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(body["token_type"], "Bearer");
    assert!(body["refresh_token"].is_string());
    assert_eq!(scopes(&body), [SCOPE_EVENTS, SCOPE_EMAIL, "openid"]);

    fake.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(fake.get(EVENTS).status, 200);
    let userinfo = fake.get("/v1/userinfo").json();
    assert_eq!(userinfo["email"], ANA);
    assert_eq!(userinfo["email_verified"], true);
    assert!(
        userinfo.get("name").is_none(),
        "the profile was not asked for"
    );
}

#[test]
fn the_id_token_says_who_for_whom_and_when() {
    let mut fake = Fake::new();
    let code = code(&mut fake, &[("nonce", "n1"), ("prompt", "consent")]);
    let body = exchange(&mut fake, &code, &[]).json();
    let parts: Vec<&str> = body["id_token"].as_str().unwrap().split('.').collect();
    assert_eq!(parts.len(), 3);
    let part = |index: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[index]).unwrap()).unwrap()
    };
    assert_eq!(part(0)["alg"], "RS256");
    let claims = part(1);
    for (name, expected) in [
        ("iss", Value::from("https://accounts.google.com")),
        ("aud", CLIENT.into()),
        ("azp", CLIENT.into()),
        ("email", ANA.into()),
        ("nonce", "n1".into()),
        ("iat", fake.now.as_second().into()),
        ("exp", (fake.now.as_second() + 3600).into()),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert_eq!(claims["sub"].as_str().unwrap().len(), 21);
}

#[test]
fn questions_that_cannot_be_asked_show_an_error_page() {
    let mut fake = Fake::new();
    for (name, changes, status, words) in [
        (
            "unknown client",
            [("client_id", "nobody")],
            401,
            "Error 401: invalid_client",
        ),
        ("no client", [("client_id", "")], 400, "client_id"),
        (
            "redirect differs by a slash",
            [("redirect_uri", "http://localhost:8080/callback/")],
            400,
            "Error 400: redirect_uri_mismatch",
        ),
        (
            "redirect is named",
            [("redirect_uri", "http://evil.test/cb")],
            400,
            "redirect_uri=http://evil.test/cb",
        ),
        (
            "no response type",
            [("response_type", "")],
            400,
            "response_type",
        ),
        (
            "token response",
            [("response_type", "token")],
            400,
            "unsupported_response_type",
        ),
        ("no scope", [("scope", "")], 400, "scope"),
        (
            "unknown scope",
            [("scope", "openid mail")],
            400,
            "invalid_scope",
        ),
        (
            "unknown method",
            [("code_challenge_method", "S512")],
            400,
            "code_challenge",
        ),
        ("unknown prompt", [("prompt", "please")], 400, "prompt"),
        ("none is alone", [("prompt", "none consent")], 400, "prompt"),
        (
            "unknown access type",
            [("access_type", "always")],
            400,
            "access_type",
        ),
    ] {
        let page = fake.send(&Request::new("GET", &ask(&changes)));
        assert_eq!(page.status, status, "{name}");
        assert!(page.text().contains(words), "{name}: {}", page.text());
        assert!(page.header("location").is_none(), "{name}");
        let posted = allow(&mut fake, &ask(&changes), &[]);
        assert_eq!(posted.status, status, "{name}, posted");
    }
}

#[test]
fn what_comes_back_follows_the_decision() {
    let both = format!("openid email {SCOPE_EVENTS} {SCOPE_LIST}");
    let post = |fake: &mut Fake, scope: &str, form: &[(&str, &str)]| {
        let ask = ask(&[("scope", scope)]);
        landed(&fake.send(&Request::new("POST", &ask).with_form(form)))
    };
    let mut fake = Fake::new();
    for (name, scope, form, expected) in [
        (
            "denied",
            both.as_str(),
            vec![("decision", "deny")],
            Err("access_denied"),
        ),
        (
            "nothing decided",
            &both,
            vec![("account", ANA)],
            Err("access_denied"),
        ),
        (
            "one box unticked",
            &both,
            vec![
                ("account", ANA),
                ("decision", "allow"),
                ("scope", SCOPE_EVENTS),
            ],
            Ok(format!("{SCOPE_EVENTS} {SCOPE_EMAIL} openid")),
        ),
        (
            "all unticked, sign-in stays",
            &both,
            vec![("account", ANA), ("decision", "allow")],
            Ok(format!("{SCOPE_EMAIL} openid")),
        ),
        (
            "a single scope has no box",
            SCOPE_EVENTS,
            vec![("account", ANA), ("decision", "allow")],
            Ok(SCOPE_EVENTS.to_owned()),
        ),
        (
            "nothing left",
            &format!("{SCOPE_EVENTS} {SCOPE_LIST}"),
            vec![("account", ANA), ("decision", "allow")],
            Err("access_denied"),
        ),
        (
            "more ticked than asked",
            &format!("openid {SCOPE_EVENTS}"),
            vec![
                ("account", ANA),
                ("decision", "allow"),
                ("scope", SCOPE_LIST),
            ],
            Ok("openid".to_owned()),
        ),
    ] {
        let pairs = post(&mut fake, scope, &form);
        assert_eq!(value(&pairs, "state"), Some("the state"), "{name}");
        match expected {
            Ok(granted) => assert_eq!(value(&pairs, "scope"), Some(granted.as_str()), "{name}"),
            Err(error) => {
                assert_eq!(value(&pairs, "error"), Some(error), "{name}");
                assert_eq!(value(&pairs, "code"), None, "{name}");
            }
        }
    }
}

#[test]
fn another_site_cannot_decide() {
    let mut fake = Fake::new();
    let request = Request::new("POST", &ask(&[]))
        .with_form(&[("account", ANA), ("decision", "allow")])
        .with_header("sec-fetch-site", "cross-site");
    let answer = fake.send(&request);
    assert_eq!(answer.status, 403);
    assert!(answer.header("location").is_none());
}

#[test]
fn a_refresh_token_comes_with_offline_and_consent_only() {
    for (name, first, changes, expected) in [
        (
            "first consent",
            true,
            vec![("access_type", "offline")],
            true,
        ),
        ("online", true, vec![("access_type", "online")], false),
        ("not said", true, vec![("access_type", "")], false),
        ("again", false, vec![("access_type", "offline")], false),
        ("again, forced", false, vec![("prompt", "consent")], true),
        (
            "again, other account chosen",
            false,
            vec![("prompt", "select_account")],
            false,
        ),
    ] {
        let mut fake = Fake::new();
        if first {
            fake.world.revoke_grants(ANA);
        }
        let code = code(&mut fake, &changes);
        let body = exchange(&mut fake, &code, &[]).json();
        assert_eq!(body["refresh_token"].is_string(), expected, "{name}");
    }
}

#[test]
fn consent_is_not_asked_twice() {
    let mut fake = Fake::new();
    for (name, changes, expected) in [
        ("known", vec![], Ok("code")),
        ("hinted", vec![("login_hint", ANA)], Ok("code")),
        ("none wanted", vec![("prompt", "none")], Ok("code")),
        ("forced", vec![("prompt", "consent")], Err(200)),
        (
            "choose account",
            vec![("prompt", "select_account")],
            Err(200),
        ),
        ("a scope more", vec![("scope", SCOPE_LIST)], Err(200)),
        (
            "none, but a scope more",
            vec![("scope", SCOPE_LIST), ("prompt", "none")],
            Ok("error"),
        ),
        (
            "hint of a stranger",
            vec![("login_hint", "leo@example.com")],
            Err(200),
        ),
    ] {
        let answer = fake.send(&Request::new("GET", &ask(&changes)));
        match expected {
            Ok(parameter) => {
                assert_eq!(answer.status, 302, "{name}");
                assert!(value(&landed(&answer), parameter).is_some(), "{name}");
            }
            Err(status) => assert_eq!(answer.status, status, "{name}"),
        }
    }
}

#[test]
fn included_grants_widen_the_token() {
    let mut fake = Fake::new();
    let changes = [("scope", SCOPE_LIST), ("include_granted_scopes", "true")];
    let code = code(&mut fake, &changes);
    let body = exchange(&mut fake, &code, &[]).json();
    assert_eq!(
        scopes(&body),
        [SCOPE_LIST, SCOPE_EVENTS, SCOPE_EMAIL, "openid"]
    );
}

#[test]
fn exchanges_are_refused_in_the_words_of_the_rfc() {
    let challenge = challenge();
    let pkce = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, asked, changes, expected) in [
        (
            "unknown code",
            &[][..],
            vec![("code", "4/0Anothing")],
            (400, "invalid_grant"),
        ),
        ("no code", &[], vec![("code", "")], (400, "invalid_request")),
        (
            "wrong secret",
            &[],
            vec![("client_secret", "guess")],
            (401, "invalid_client"),
        ),
        (
            "no secret",
            &[],
            vec![("client_secret", "")],
            (400, "invalid_request"),
        ),
        (
            "unknown client",
            &[],
            vec![("client_id", "nobody")],
            (401, "invalid_client"),
        ),
        (
            "no client",
            &[],
            vec![("client_id", "")],
            (400, "invalid_request"),
        ),
        (
            "other redirect",
            &[],
            vec![("redirect_uri", "http://a")],
            (400, "invalid_grant"),
        ),
        (
            "no redirect",
            &[],
            vec![("redirect_uri", "")],
            (400, "invalid_request"),
        ),
        (
            "no grant type",
            &[],
            vec![("grant_type", "")],
            (400, "invalid_request"),
        ),
        (
            "password",
            &[],
            vec![("grant_type", "password")],
            (400, "unsupported_grant_type"),
        ),
        ("no verifier", &pkce, vec![], (400, "invalid_grant")),
        (
            "wrong verifier",
            &pkce,
            vec![("code_verifier", "x")],
            (400, "invalid_grant"),
        ),
        (
            "verifier unasked",
            &[],
            vec![("code_verifier", VERIFIER)],
            (400, "invalid_grant"),
        ),
    ] {
        let mut fake = Fake::new();
        let code = code(&mut fake, asked);
        let answer = exchange(&mut fake, &code, &changes);
        let body = answer.json();
        assert_eq!(
            (answer.status, body["error"].as_str().unwrap()),
            expected,
            "{name}"
        );
        assert!(body["error_description"].is_string(), "{name}");
    }
}

#[test]
fn a_code_works_once_and_for_ten_minutes() {
    let mut fake = Fake::new();
    let used = code(&mut fake, &[]);
    assert_eq!(exchange(&mut fake, &used, &[]).status, 200);
    assert_eq!(
        exchange(&mut fake, &used, &[]).json()["error"],
        "invalid_grant"
    );

    let slow = code(&mut fake, &[]);
    fake.pass(599);
    let in_time = code(&mut fake, &[]);
    assert_eq!(exchange(&mut fake, &slow, &[]).status, 200);
    fake.pass(601);
    assert_eq!(
        exchange(&mut fake, &in_time, &[]).json()["error"],
        "invalid_grant"
    );
}

#[test]
fn a_wrong_verifier_ends_the_code() {
    let mut fake = Fake::new();
    let challenge = challenge();
    let pkce = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let code = code(&mut fake, &pkce);
    assert_eq!(
        exchange(&mut fake, &code, &[("code_verifier", "wrong")]).status,
        400
    );
    assert_eq!(
        exchange(&mut fake, &code, &[("code_verifier", VERIFIER)]).status,
        400
    );
}

#[test]
fn the_secret_may_come_by_http_basic() {
    let mut fake = Fake::new();
    let code = code(&mut fake, &[]);
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    let request = Request::new("POST", "/token")
        .with_form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
        ])
        .with_header("authorization", &format!("Basic {basic}"));
    assert_eq!(fake.send(&request).status, 200);
}

#[test]
fn refreshing_gives_a_new_token_of_the_same_scopes() {
    let mut fake = Fake::new();
    let tokens = fake
        .world
        .grant(fake.now, ANA, CLIENT, &["openid", SCOPE_EVENTS])
        .unwrap();
    let answer = refresh(&mut fake, &tokens.refresh_token);
    let body = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(scopes(&body), [SCOPE_EVENTS, "openid"]);
    assert!(
        body.get("refresh_token").is_none(),
        "Google keeps the old one"
    );
    assert_ne!(body["access_token"], tokens.access_token);
    assert_eq!(
        refresh(&mut fake, "1//0none").json()["error"],
        "invalid_grant"
    );
}

#[test]
fn a_refresh_token_belongs_to_its_client() {
    let mut fake = Fake::new();
    fake.world.add_client("other", "x", &[REDIRECT]);
    let tokens = fake
        .world
        .grant(fake.now, ANA, "other", &[SCOPE_EVENTS])
        .unwrap();
    assert_eq!(
        refresh(&mut fake, &tokens.refresh_token).json()["error"],
        "unauthorized_client"
    );
}

#[test]
fn the_hundred_and_first_refresh_token_ends_the_first() {
    let mut fake = Fake::new();
    let mut issue = || {
        fake.world
            .grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS])
            .unwrap()
    };
    let first = issue().refresh_token;
    let second = issue().refresh_token;
    // The harness has taken one before these.
    for _ in 0..98 {
        issue();
    }
    assert_eq!(refresh(&mut fake, &first).status, 200);
    fake.world
        .grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS])
        .unwrap();
    assert_eq!(refresh(&mut fake, &first).json()["error"], "invalid_grant");
    assert_eq!(refresh(&mut fake, &second).status, 200);
}

#[test]
fn access_tokens_end_by_time_or_by_command() {
    let mut fake = Fake::new();
    fake.pass(3598);
    assert_eq!(fake.get(EVENTS).status, 200);
    fake.pass(1);
    assert_eq!(fake.get(EVENTS).status, 401);

    let mut fake = Fake::new();
    fake.world.expire_access_tokens();
    assert_eq!(fake.get(EVENTS).status, 401);
}

#[test]
fn revoking_one_token_ends_the_whole_project_for_the_account() {
    for name in ["access token", "refresh token", "by its owner"] {
        let mut fake = Fake::new();
        fake.world.add_client("other", "x", &[REDIRECT]);
        let other = fake
            .world
            .grant(fake.now, ANA, "other", &[SCOPE_EVENTS])
            .unwrap();
        let mine = fake
            .world
            .grant(fake.now, ANA, CLIENT, &[SCOPE_EVENTS])
            .unwrap();
        let revoke = |token: &str| Request::new("POST", "/revoke").with_form(&[("token", token)]);
        match name {
            "access token" => assert_eq!(fake.send(&revoke(&other.access_token)).status, 200),
            "refresh token" => assert_eq!(fake.send(&revoke(&other.refresh_token)).status, 200),
            _ => fake.world.revoke_grants(ANA),
        }
        assert_eq!(fake.get(EVENTS).status, 401, "{name}");
        assert_eq!(
            refresh(&mut fake, &mine.refresh_token).json()["error"],
            "invalid_grant",
            "{name}"
        );
        let again = fake.send(&Request::new("GET", &ask(&[])));
        assert_eq!(again.status, 200, "{name}: consent is asked again");
        assert_eq!(
            fake.send(&revoke(&other.access_token)).status,
            400,
            "{name}"
        );
    }
}

#[test]
fn userinfo_needs_a_token_and_says_what_its_scopes_allow() {
    let mut fake = Fake::new();
    assert_eq!(fake.send(&Request::new("GET", "/v1/userinfo")).status, 401);
    for (name, scopes, status, fields) in [
        ("openid", vec!["openid"], 200, vec!["sub"]),
        (
            "email",
            vec!["email"],
            200,
            vec!["email", "email_verified", "sub"],
        ),
        (
            "profile",
            vec!["openid", "profile"],
            200,
            vec!["given_name", "locale", "name", "sub"],
        ),
        (
            "calendar only",
            vec![SCOPE_EVENTS],
            403,
            vec!["error", "error_description"],
        ),
    ] {
        let tokens = fake.world.grant(fake.now, ANA, CLIENT, &scopes).unwrap();
        fake.token = tokens.access_token;
        let answer = fake.get("/v1/userinfo");
        let body = answer.json();
        let mut names: Vec<&str> = body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        assert_eq!((answer.status, names), (status, fields), "{name}");
    }
}

#[test]
fn boxes_start_empty_as_googles_do_unless_told_otherwise() {
    let ask = ask(&[("prompt", "consent")]);
    for (boxes, ticked) in [(ConsentBoxes::Empty, 0), (ConsentBoxes::Ticked, 1)] {
        let mut fake = Fake::new();
        assert_eq!(
            fake.world.rules.consent_boxes,
            ConsentBoxes::Empty,
            "Google's way"
        );
        fake.world.rules.consent_boxes = boxes;
        let page = fake.send(&Request::new("GET", &ask)).text();
        let shown = page.split("<input type=\"checkbox\"").skip(1);
        let checked = shown
            .clone()
            .filter(|rest| rest[..rest.find('>').unwrap()].contains("checked"));
        assert_eq!((shown.count(), checked.count()), (1, ticked), "{boxes:?}");
    }
}

#[test]
fn what_is_missing_says_so() {
    let mut fake = Fake::new();
    let answer = fake.send(&Request::new("POST", "/batch/calendar/v3"));
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("batch"));
}
