//! Who the account is, and that the proof of it can be checked: signatures, keys, metadata,
//! tokeninfo, userinfo.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_google::Request;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::dance::{code, exchange};
use crate::harness::{ANA, CLIENT, Fake};

fn id_token(fake: &mut Fake) -> String {
    let code = code(fake, &[]);
    let body = exchange(fake, &code, &[]).json();
    body["id_token"]
        .as_str()
        .expect("openid was asked for")
        .to_owned()
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

#[test]
fn an_id_token_is_signed_by_a_published_key() {
    let mut fake = Fake::new();
    let token = id_token(&mut fake);
    let metadata = Request::new("GET", "/.well-known/openid-configuration");
    let metadata = fake
        .send(&metadata.with_header("host", "127.0.0.1:8788"))
        .json();
    assert_eq!(metadata["issuer"], "https://accounts.google.com");
    let jwks_uri = metadata["jwks_uri"].as_str().unwrap();
    let path = jwks_uri
        .strip_prefix("http://127.0.0.1:8788")
        .expect("where it was asked");
    let keys = fake.send(&Request::new("GET", path)).json();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let header: Value =
        serde_json::from_slice(&decoded(signed.split_once('.').unwrap().0)).unwrap();
    assert_eq!(header["alg"], "RS256");
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"]);
    let key = key.expect("the key is published");
    let half = |name: &str| decoded(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents {
        n: half("n"),
        e: half("e"),
    };
    let verify = |text: &str| {
        public.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            text.as_bytes(),
            &decoded(signature),
        )
    };
    assert!(verify(signed).is_ok());
    assert!(verify(&format!("{signed}x")).is_err());
    let certificates = fake.send(&Request::new("GET", "/oauth2/v1/certs")).json();
    let pem = certificates[header["kid"].as_str().unwrap()]
        .as_str()
        .unwrap()
        .to_owned();
    let der = pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    let der = base64::engine::general_purpose::STANDARD
        .decode(der)
        .unwrap();
    let modulus = &public.n[..];
    assert!(
        der.windows(modulus.len()).any(|window| window == modulus),
        "the same key"
    );
}

#[test]
fn metadata_names_endpoints_that_answer() {
    let mut fake = Fake::new();
    let request = Request::new("GET", "/.well-known/openid-configuration");
    let metadata = fake.send(&request.with_header("host", "fake.test")).json();
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "revocation_endpoint",
        "jwks_uri",
    ] {
        let path = metadata[name]
            .as_str()
            .unwrap()
            .strip_prefix("http://fake.test")
            .unwrap();
        let verb = if ["token_endpoint", "revocation_endpoint"].contains(&name) {
            "POST"
        } else {
            "GET"
        };
        let status = fake.send(&Request::new(verb, path)).status;
        assert!(status != 404 && status != 501, "{name}: {status}");
    }
}

#[test]
fn workspace_accounts_say_their_domain() {
    let mut fake = Fake::new();
    let claims = |token: &str| -> Value {
        serde_json::from_slice(&decoded(token.split('.').nth(1).unwrap())).unwrap()
    };
    let token = id_token(&mut fake);
    assert_eq!(claims(&token)["hd"], Value::Null);
    fake.world.account_mut(ANA).unwrap().hosted_domain = Some("example.com".to_owned());
    let token = id_token(&mut fake);
    assert_eq!(claims(&token)["hd"], "example.com");
}

/// A schema of Google's description of the endpoints for people's identity.
fn schema(name: &str) -> Value {
    let text = include_str!("../../discovery/oauth2.v2.json");
    let description: Value = serde_json::from_str(text).expect("the description is JSON");
    description["schemas"][name]["properties"].clone()
}

fn check(schema: &Value, body: &Value) {
    for (name, value) in body.as_object().expect("an object") {
        let kind = schema[name]["type"].as_str();
        let kind = kind.unwrap_or_else(|| panic!("{name} is not described"));
        let fits = match kind {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            _ => false,
        };
        assert!(fits, "{name} is not {kind}: {value}");
    }
}

#[test]
fn the_older_endpoints_answer_in_the_described_shape() {
    let mut fake = Fake::new();
    let scopes = ["openid", "email", "profile"];
    let tokens = fake.world.grant(fake.now, ANA, CLIENT, &scopes).unwrap();
    fake.world.account_mut(ANA).unwrap().hosted_domain = Some("example.com".to_owned());
    let sub = fake.world.accounts().next().unwrap().sub.clone();
    for path in ["/oauth2/v2/userinfo", "/userinfo/v2/me"] {
        let request = Request::new("GET", path).with_bearer(&tokens.access_token);
        let body = fake.send(&request).json();
        check(&schema("Userinfo"), &body);
        assert_eq!(body["id"], sub);
        assert_eq!(
            (&body["email"], &body["verified_email"]),
            (&json!(ANA), &json!(true))
        );
    }
    let path = format!("/oauth2/v2/tokeninfo?access_token={}", tokens.access_token);
    let body = fake.send(&Request::new("POST", &path)).json();
    check(&schema("Tokeninfo"), &body);
    assert_eq!(body["user_id"], sub);
    assert_eq!(body["audience"], CLIENT);
}

#[test]
fn tokeninfo_reads_tokens_until_they_end() {
    let mut fake = Fake::new();
    let id_token = id_token(&mut fake);
    let ask = |fake: &mut Fake, name: &str, token: &str| {
        fake.send(&Request::new("GET", &format!("/tokeninfo?{name}={token}")))
    };
    let access_token = fake.token.clone();
    fake.pass(99);
    let body = ask(&mut fake, "access_token", &access_token).json();
    assert_eq!(body["expires_in"], "3500");
    assert_eq!(
        (&body["aud"], &body["access_type"]),
        (&json!(CLIENT), &json!("offline"))
    );
    assert_eq!(
        (&body["email"], &body["email_verified"]),
        (&json!(ANA), &json!("true"))
    );
    assert_eq!(
        fake.get("/tokeninfo").json(),
        body,
        "shown instead of named"
    );
    let body = ask(&mut fake, "id_token", &id_token).json();
    assert_eq!(
        (&body["email_verified"], &body["alg"]),
        (&json!("true"), &json!("RS256"))
    );
    let forged = format!("{}A", &id_token[..id_token.len() - 1]);
    fake.pass(1);
    for (name, token) in [
        ("id_token", forged.as_str()),
        ("access_token", "nothing"),
        ("other", "x"),
    ] {
        let refused = ask(&mut fake, name, token);
        assert_eq!(refused.status, 400, "{name}");
        assert_eq!(refused.json()["error"], "invalid_token", "{name}");
    }
    fake.pass(3600);
    assert_eq!(ask(&mut fake, "access_token", &access_token).status, 400);
    assert_eq!(ask(&mut fake, "id_token", &id_token).status, 400);
}
