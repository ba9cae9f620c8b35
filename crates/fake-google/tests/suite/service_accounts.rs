//! Service accounts: assertions, delegation, and what they may not do.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fake_google::{Request, Response, Standing};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::harness::{ANA, EVENTS, Fake, SCOPE_EVENTS, event_on, refusal};

const ROBOT: &str = "robot@fake-project.iam.gserviceaccount.com";
const CALENDAR: &str = "https://www.googleapis.com/auth/calendar";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A world with a service account that may write the events of example.com, where Ana is.
fn world() -> (Fake, Value) {
    let mut fake = Fake::new();
    fake.world
        .add_service_account("fake-project", ROBOT)
        .expect("the world is set up for it");
    fake.world
        .account_mut(ANA)
        .expect("the world is set up for it")
        .hosted_domain = Some("example.com".to_owned());
    fake.world
        .delegate(ROBOT, "example.com", &[SCOPE_EVENTS])
        .expect("the world is set up for it");
    let key = fake
        .world
        .service_account_key(ROBOT, "http://fake.test")
        .expect("the world is set up for it");
    (fake, key)
}

/// The usual claims, with changes; `null` leaves a claim out.
fn claims(fake: &Fake, changes: &Value) -> Value {
    let now = fake.now.as_second();
    let mut claims = json!({
        "iss": ROBOT,
        "scope": SCOPE_EVENTS,
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now,
        "exp": now + 3600,
    });
    for (name, value) in changes.as_object().expect("changes are an object") {
        claims[name] = value.clone();
    }
    claims
}

fn signed(key: &Value, header: &Value, claims: &Value) -> String {
    let pem = key["private_key"].as_str().expect("a key file has a key");
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).expect("the world is set up for it"))
        .expect("the world is set up for it");
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .expect("the world is set up for it");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn present(fake: &mut Fake, assertion: &str) -> Response {
    let form = [("grant_type", GRANT_TYPE), ("assertion", assertion)];
    let request = Request::new("POST", "/token").with_header("host", "fake.test");
    fake.send(&request.with_form(&form))
}

fn assert_with(fake: &mut Fake, key: &Value, changes: &Value) -> Response {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]});
    let assertion = signed(key, &header, &claims(fake, changes));
    present(fake, &assertion)
}

fn token_for(fake: &mut Fake, key: &Value, changes: &Value) -> String {
    let answer = assert_with(fake, key, changes);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["access_token"]
        .as_str()
        .expect("the world is set up for it")
        .to_owned()
}

#[test]
fn an_assertion_gets_an_access_token_and_nothing_else() {
    let (mut fake, key) = world();
    let body = assert_with(&mut fake, &key, &json!({})).json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["access_token", "expires_in", "token_type"]);
    fake.token = body["access_token"].as_str().unwrap().to_owned();
    fake.insert_on(2, json!({}));
    assert_eq!(
        fake.world.events(ROBOT).len(),
        1,
        "its own primary calendar"
    );
    let entries: Vec<_> = fake.world.request_log().entries().collect();
    assert_eq!(entries[0].account.as_deref(), Some(ROBOT));
}

#[test]
fn under_delegation_it_acts_as_the_user() {
    let (mut fake, key) = world();
    fake.token = token_for(&mut fake, &key, &json!({"sub": ANA}));
    fake.insert_on(2, json!({"attendees": [{"email": "leo@example.com"}]}));
    assert_eq!(fake.world.events(ANA).len(), 1);
}

#[test]
fn without_delegation_it_cannot_invite() {
    let (mut fake, key) = world();
    fake.token = token_for(&mut fake, &key, &json!({}));
    let body = event_on(2, json!({"attendees": [{"email": "leo@example.com"}]}));
    let refused = fake.call("POST", EVENTS, Some(&body));
    assert_eq!(
        refusal(&refused),
        (403, "forbiddenForServiceAccounts".to_owned())
    );
    fake.insert_on(2, json!({"attendees": []}));
}

#[test]
fn times_may_be_off_by_ten_minutes() {
    for (name, issued, ends, status) in [
        ("now", 0, 3600, 200),
        ("ahead", 600, 4200, 200),
        ("too far ahead", 601, 4201, 400),
        ("behind", -4200, -600, 200),
        ("too far behind", -4201, -601, 400),
        ("too long", 0, 3601, 400),
        ("backwards", 0, -1, 400),
    ] {
        let (mut fake, key) = world();
        let now = fake.now.as_second();
        let times = json!({"iat": now + issued, "exp": now + ends});
        let answer = assert_with(&mut fake, &key, &times);
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        if status == 400 {
            let description = answer.json()["error_description"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(description.starts_with("Invalid JWT: Token must be a short-lived token"));
        }
    }
}

#[test]
fn claims_that_do_not_fit_are_refused_in_googles_words() {
    for (name, changes, error, word) in [
        (
            "issuer",
            json!({"iss": "nobody@x"}),
            "invalid_grant",
            "account not found",
        ),
        (
            "a person",
            json!({"iss": ANA}),
            "invalid_grant",
            "account not found",
        ),
        (
            "audience",
            json!({"aud": "https://evil.test/token"}),
            "invalid_grant",
            "audience",
        ),
        (
            "no times",
            json!({"iat": null, "exp": null}),
            "invalid_grant",
            "short-lived",
        ),
        (
            "no scope",
            json!({"scope": null}),
            "invalid_scope",
            "missing scope",
        ),
        (
            "odd scope",
            json!({"scope": "everything"}),
            "invalid_scope",
            "Invalid OAuth scope",
        ),
        (
            "unknown user",
            json!({"sub": "nobody@example.com"}),
            "invalid_grant",
            "User ID",
        ),
        (
            "wider",
            json!({"sub": ANA, "scope": CALENDAR}),
            "unauthorized_client",
            "unauthorized",
        ),
        (
            "one too many",
            json!({"sub": ANA, "scope": format!("{SCOPE_EVENTS} {CALENDAR}")}),
            "unauthorized_client",
            "unauthorized",
        ),
    ] {
        let (mut fake, key) = world();
        let answer = assert_with(&mut fake, &key, &changes);
        let body = answer.json();
        assert_eq!(
            (answer.status, body["error"].as_str()),
            (400, Some(error)),
            "{name}"
        );
        let description = body["error_description"].as_str().unwrap();
        assert!(description.contains(word), "{name}: {description}");
    }
}

#[test]
fn other_domains_delegate_nothing() {
    let (mut fake, key) = world();
    fake.world.account_mut(ANA).unwrap().hosted_domain = Some("example.org".to_owned());
    let answer = assert_with(&mut fake, &key, &json!({"sub": ANA}));
    assert_eq!(answer.json()["error"], "unauthorized_client");
}

#[test]
fn only_its_own_key_speaks_for_it() {
    let (mut fake, key) = world();
    let good = claims(&fake, &json!({}));
    let kid = &key["private_key_id"];
    let header = json!({"alg": "RS256", "kid": kid});
    let right = signed(&key, &header, &good);
    assert_eq!(present(&mut fake, &right).status, 200);
    let unsigned = right.rsplit_once('.').unwrap().0;
    for (name, assertion) in [
        (
            "unknown key",
            signed(&key, &json!({"alg": "RS256", "kid": "other"}), &good),
        ),
        (
            "no algorithm",
            signed(&key, &json!({"alg": "none", "kid": kid}), &good),
        ),
        (
            "other text",
            format!(
                "{}.{}",
                signed(&key, &header, &json!({}))
                    .rsplit_once('.')
                    .unwrap()
                    .0,
                right.rsplit_once('.').unwrap().1
            ),
        ),
        ("no signature", format!("{unsigned}.")),
        ("rubbish", "rubbish".to_owned()),
        ("two dots of rubbish", "a.b.c".to_owned()),
    ] {
        let answer = present(&mut fake, &assertion);
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(answer.json()["error"], "invalid_grant", "{name}");
    }
    let none = Request::new("POST", "/token").with_form(&[("grant_type", GRANT_TYPE)]);
    assert_eq!(fake.send(&none).json()["error"], "invalid_request");
}

#[test]
fn a_disabled_service_account_gets_nothing() {
    let (mut fake, key) = world();
    fake.world.account_mut(ROBOT).unwrap().standing = Standing::Disabled;
    let answer = assert_with(&mut fake, &key, &json!({}));
    assert_eq!(answer.json()["error"], "disabled_client");
}

#[test]
fn the_endpoint_of_the_key_file_is_an_audience() {
    let (mut fake, key) = world();
    assert_eq!(key["token_uri"], "http://fake.test/token");
    token_for(&mut fake, &key, &json!({"aud": key["token_uri"]}));
}

#[test]
fn a_service_account_is_no_person_to_choose() {
    let (mut fake, _) = world();
    let ask = crate::dance::ask(&[("prompt", "consent")]);
    let page = fake.send(&Request::new("GET", &ask)).text();
    assert!(page.contains(ANA) && !page.contains(ROBOT));
    let form = [("account", ROBOT), ("decision", "allow")];
    let decided = fake.send(&Request::new("POST", &ask).with_form(&form));
    assert_eq!(decided.status, 200, "asked again");
}
