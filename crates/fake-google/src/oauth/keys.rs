//! The RSA keys of the fake: Google's own, behind every `id_token`, and that of the service accounts.
//!
//! Both are fixed test keys (see `keys/README.md`). RSASSA-PKCS1-v1_5 has no chance in it, so a
//! signature depends on the key and the text alone.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The private key of every service account, as it stands in the key file Google hands out.
pub(crate) const SERVICE_ACCOUNT_PEM: &str = include_str!("../../keys/service-account.pk8.pem");
/// A certificate of Google's key, for clients that ask for certificates.
pub(crate) const GOOGLE_CERTIFICATE_PEM: &str = include_str!("../../keys/google.cert.pem");

static GOOGLE: LazyLock<Key> = LazyLock::new(|| Key::of(include_str!("../../keys/google.pk8.pem")));
static SERVICE_ACCOUNT: LazyLock<Key> = LazyLock::new(|| Key::of(SERVICE_ACCOUNT_PEM));

/// The key behind every `id_token`.
pub(crate) fn google() -> &'static Key {
    &GOOGLE
}

/// The key of every service account.
pub(crate) fn service_account() -> &'static Key {
    &SERVICE_ACCOUNT
}

#[derive(Debug)]
pub(crate) struct Key {
    pair: KeyPair,
    public: PublicKeyComponents<Vec<u8>>,
}

impl Key {
    fn of(pem: &str) -> Self {
        let base64: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD.decode(base64).expect("the embedded key is base64");
        let pair = KeyPair::from_pkcs8(&der).expect("the embedded key is PKCS#8");
        let public = PublicKeyComponents::from(pair.public());
        Self { pair, public }
    }

    /// RS256 over `text`.
    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            // PKCS#1 v1.5 takes nothing from the generator that the interface asks for.
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text,
                &mut signature,
            )
            .expect("the buffer is as long as the modulus");
        signature
    }

    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        self.public
            .verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
            .is_ok()
    }

    /// The key's id: a hash of the key, so that another key gets another id.
    pub(crate) fn id(&self) -> String {
        let hash = Sha256::digest(&self.public.n);
        hash.iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The public half as a JSON Web Key (RFC 7517).
    pub(crate) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id(),
            "n": URL_SAFE_NO_PAD.encode(&self.public.n),
            "e": URL_SAFE_NO_PAD.encode(&self.public.e),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_same_twice_and_only_its_key_made_it() {
        let signature = google().sign(b"text");
        assert_eq!(signature, google().sign(b"text"));
        assert!(google().verifies(b"text", &signature));
        assert!(!google().verifies(b"other", &signature));
        assert!(!service_account().verifies(b"text", &signature));
        assert_ne!(google().id(), service_account().id());
    }
}
