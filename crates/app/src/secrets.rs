//! Secrets: tokens sealed at rest, and random tokens of which only a hash is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::Chance;
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Bytes of the master key.
pub const MASTER_KEY_BYTES: usize = 32;

const VERSION: u8 = 1;
/// Bytes of a key's name in what it sealed.
pub const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

/// Seals and opens secrets with keys derived from the master key.
///
/// A sealed value is `version | key id | nonce | ciphertext`. The place it is stored in is
/// authenticated with it, so a value moved to another row or organization does not open. While the
/// master key is being replaced the one before opens too, and only the present one seals.
#[derive(Clone)]
pub struct Vault {
    present: Sealer,
    previous: Option<Sealer>,
    pseudonyms: Hkdf<Sha256>,
}

/// One key with the name its values carry.
#[derive(Clone)]
struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
}

/// Where a sealed value is stored.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
    /// Whose it is.
    pub organization: Uuid,
}

/// A sealed value that does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed with another key: the master key is not the one this database was written with.
    #[error(
        "sealed with another key: the master key is not the one this database was written with"
    )]
    OtherKey,
    /// It is damaged, or was moved from where it was sealed.
    #[error("a sealed value is damaged or misplaced")]
    Damaged,
}

impl Vault {
    /// A vault for this master key.
    ///
    /// # Panics
    /// Never: the lengths asked of the key derivation are constants it allows.
    pub fn new(master_key: &[u8; MASTER_KEY_BYTES]) -> Self {
        Self {
            present: Sealer::new(master_key),
            previous: None,
            pseudonyms: Hkdf::new(Some(b"lockstep: pseudonyms"), master_key),
        }
    }

    /// The same, also opening what was sealed with the master key before.
    #[must_use]
    pub fn with_previous(mut self, master_key: &[u8; MASTER_KEY_BYTES]) -> Self {
        self.previous = Some(Sealer::new(master_key));
        self
    }

    /// Whether the present key sealed this.
    pub fn is_present(&self, sealed: &[u8]) -> bool {
        sealed.get(1..=KEY_ID_BYTES) == Some(&self.present.key_id[..])
    }

    /// The name that values sealed from now on carry.
    pub const fn key_id(&self) -> [u8; KEY_ID_BYTES] {
        self.present.key_id
    }

    /// A name for `text` that cannot be traced back to it without the master key, though it may be as
    /// easily guessed as a network address.
    ///
    /// # Panics
    /// Never: 32 bytes can be derived.
    pub fn pseudonym(&self, text: &str) -> [u8; 32] {
        let mut name = [0; 32];
        self.pseudonyms
            .expand(text.as_bytes(), &mut name)
            .expect("32 bytes can be derived");
        name
    }

    /// `secret`, sealed for `place`.
    ///
    /// # Panics
    /// Never: encryption fails only for texts of 256 GiB.
    pub fn seal(&self, chance: &dyn Chance, place: Place, secret: &SecretString) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = chance.bytes("nonce");
        let aad = self.present.associated_data(place);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &aad,
        };
        let sealed = self
            .present
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a token is far smaller than the cipher's limit");
        [&[VERSION][..], &self.present.key_id, &nonce, &sealed].concat()
    }

    /// The secret in `sealed`, if it was sealed for this place with the present key or the one before.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<SecretString, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::Damaged)?;
        let (key_id, rest) = rest
            .split_at_checked(KEY_ID_BYTES)
            .ok_or(OpenError::Damaged)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(OpenError::Damaged)?;
        if *version != VERSION {
            return Err(OpenError::Damaged);
        }
        let sealer = std::iter::once(&self.present)
            .chain(&self.previous)
            .find(|sealer| sealer.key_id == key_id)
            .ok_or(OpenError::OtherKey)?;
        let aad = sealer.associated_data(place);
        let opened = sealer
            .cipher
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: ciphertext,
                    aad: &aad,
                },
            )
            .map_err(|_| OpenError::Damaged)?;
        String::from_utf8(opened)
            .map(SecretString::from)
            .map_err(|_| OpenError::Damaged)
    }
}

impl Sealer {
    fn new(master_key: &[u8; MASTER_KEY_BYTES]) -> Self {
        let derive = Hkdf::<Sha256>::new(None, master_key);
        let (mut key, mut key_id) = ([0; 32], [0; KEY_ID_BYTES]);
        derive
            .expand(b"lockstep: tokens at rest", &mut key)
            .expect("32 bytes can be derived");
        derive
            .expand(b"lockstep: key id", &mut key_id)
            .expect("4 bytes can be derived");
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(key)),
            key_id,
        }
    }

    /// Every part with its length before it, so that no two places read the same.
    fn associated_data(&self, place: Place) -> Vec<u8> {
        let parts: [&[u8]; 6] = [
            &[VERSION],
            &self.key_id,
            place.table.as_bytes(),
            place.column.as_bytes(),
            place.row.as_bytes(),
            place.organization.as_bytes(),
        ];
        parts
            .iter()
            .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat())
            .collect()
    }
}

/// A random token of 192 bits, for a link, a cookie or a key: shown once, kept as [`hash`].
pub fn token(chance: &dyn Chance, purpose: &'static str) -> String {
    URL_SAFE_NO_PAD.encode(chance.bytes::<24>(purpose))
}

/// What is kept of a token. A plain hash suffices for this much chance (ASVS 6.5.2).
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Chance for Counting {
        fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
            out.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn place(row: u128, organization: u128) -> Place {
        Place {
            table: "connection",
            column: "refresh_token",
            row: Uuid::from_u128(row),
            organization: Uuid::from_u128(organization),
        }
    }

    /// row R5, scenario A5: what is stored does not show the secret, and opens only where it belongs.
    #[test]
    fn a_secret_opens_only_with_its_key_and_in_its_place() {
        let chance = Counting(0.into());
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal(&chance, place(1, 1), &"1//refresh-token".into());
        assert!(!sealed.windows(7).any(|w| w == b"refresh"));
        assert_ne!(
            sealed,
            vault.seal(&chance, place(1, 1), &"1//refresh-token".into()),
            "fresh nonce"
        );
        let open = |vault: &Vault, place, sealed: &[u8]| {
            vault
                .open(place, sealed)
                .map(|s| s.expose_secret().to_owned())
        };
        assert_eq!(
            open(&vault, place(1, 1), &sealed).as_deref(),
            Ok("1//refresh-token")
        );
        let mut flipped = sealed.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for (name, vault, place, sealed, error) in [
            (
                "another row",
                &vault,
                place(2, 1),
                &sealed[..],
                OpenError::Damaged,
            ),
            (
                "another organization",
                &vault,
                place(1, 2),
                &sealed,
                OpenError::Damaged,
            ),
            (
                "another key",
                &Vault::new(&[8; 32]),
                place(1, 1),
                &sealed,
                OpenError::OtherKey,
            ),
            (
                "a flipped bit",
                &vault,
                place(1, 1),
                &flipped,
                OpenError::Damaged,
            ),
            (
                "cut off",
                &vault,
                place(1, 1),
                &sealed[..20],
                OpenError::Damaged,
            ),
            ("nothing", &vault, place(1, 1), &[], OpenError::Damaged),
        ] {
            assert_eq!(open(vault, place, sealed), Err(error), "{name}");
        }
    }

    /// scenario A5: while the key is being replaced nothing is out of reach, and nothing new rests on
    /// the old one.
    #[test]
    fn the_previous_key_opens_and_the_present_one_seals() {
        let chance = Counting(0.into());
        let (old, new) = (Vault::new(&[7; 32]), Vault::new(&[8; 32]));
        let both = new.clone().with_previous(&[7; 32]);
        let sealed = old.seal(&chance, place(1, 1), &"secret".into());
        let opened = both.open(place(1, 1), &sealed).unwrap();
        assert_eq!(opened.expose_secret(), "secret");
        assert_eq!(
            both.open(place(2, 1), &sealed).unwrap_err(),
            OpenError::Damaged
        );
        let again = both.seal(&chance, place(1, 1), &opened);
        assert_eq!(again[1..=KEY_ID_BYTES], new.key_id());
        assert!(new.open(place(1, 1), &again).is_ok());
        assert_eq!(
            old.open(place(1, 1), &again).unwrap_err(),
            OpenError::OtherKey
        );
    }
}
