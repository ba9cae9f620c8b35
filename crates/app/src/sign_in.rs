//! Signing in with e-mail and password, and the sessions that follow.
//!
//! In three steps, because checking a password takes tens of milliseconds of pure computing, which a
//! server does on a thread of its own: [`begin`], [`Candidate::verify`], [`open`].

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::{Instant, OrganizationId, UserId};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use store::tables::access::{self, User};
use store::tables::organizations;
use store::{Lane, StoreError};

use crate::organizations::Organization;
use crate::{App, secrets};

/// How long a session lasts.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Shortest password (ASVS 6.2.1).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longest: what is hashed must be bounded.
const PASSWORD_CHARS_MAX: usize = 256;

/// Someone who claims to be a user; perhaps nobody.
pub struct Candidate {
    user: Option<User>,
}

/// A user whose password was right.
pub struct Verified(UserId);

/// A fresh session.
pub struct NewSession {
    /// For the cookie; only its hash is kept.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: Instant,
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Their e-mail.
    pub email: String,
    /// Where they belong.
    pub organization: Organization,
    /// For forms: only pages shown to this session can know it.
    pub csrf: String,
}

/// Looks up who claims to sign in. Says nothing about whether they exist.
///
/// # Errors
/// [`StoreError`].
pub async fn begin(app: &App, email: &str) -> Result<Candidate, StoreError> {
    let email = email.trim().to_lowercase();
    let user = app
        .store()
        .unit(Lane::Read, "sign_in.begin", move |tx| {
            access::user_by_email(tx, &email)
        })
        .await?;
    Ok(Candidate { user })
}

impl Candidate {
    /// Checks the password. Takes as long for someone unknown as for someone known. Slow on purpose:
    /// call it where nothing else waits.
    pub fn verify(self, password: &SecretString) -> Option<Verified> {
        let password = password.expose_secret();
        if password.chars().count() > PASSWORD_CHARS_MAX {
            return None;
        }
        let hash = PasswordHash::new(self.stored_hash()).ok()?;
        let is_right = hasher().verify_password(password.as_bytes(), &hash).is_ok();
        self.user.filter(|_| is_right).map(|user| Verified(user.id))
    }

    /// What checking costs, as the hash to check against says it: algorithm, memory and passes. Must
    /// not depend on whether the user exists.
    pub fn work_factor(&self) -> String {
        self.stored_hash()
            .split('$')
            .take(4)
            .collect::<Vec<_>>()
            .join("$")
    }

    fn stored_hash(&self) -> &str {
        // A hash of nothing anybody knows, with the parameters of a real one.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bG9ja3N0ZXAtbm9ib2R5$h3N4c0Ez6nCqPKZR8yBUDi2yH2wYpXfU0o2QvY5lqfk";
        self.user
            .as_ref()
            .map_or(NOBODY, |user| &user.password_hash)
    }
}

/// Opens a session.
///
/// # Errors
/// [`StoreError`].
pub async fn open(app: &App, verified: Verified) -> Result<NewSession, StoreError> {
    let token = secrets::token(app.chance(), "session");
    let (hash, now) = (secrets::hash(&token), app.now());
    let expires_at = now + SESSION_LIFE;
    app.store()
        .unit(Lane::Interactive, "sign_in.open", move |tx| {
            access::insert_session(tx, &hash, verified.0, now, expires_at)
        })
        .await?;
    Ok(NewSession {
        token: token.into(),
        expires_at,
    })
}

/// The live session of a cookie.
///
/// # Errors
/// [`StoreError`].
pub async fn session(app: &App, token: &str) -> Result<Option<Session>, StoreError> {
    let (hash, now) = (secrets::hash(token), app.now());
    let csrf = csrf(token);
    app.store()
        .unit(Lane::Read, "sign_in.session", move |tx| {
            let Some((user, email, organization)) = access::session(tx, &hash, now)? else {
                return Ok(None);
            };
            let organization = organizations::by_id(tx, organization)?;
            let csrf = csrf.clone();
            Ok(organization.map(|organization| Session {
                user,
                email,
                organization,
                csrf,
            }))
        })
        .await
}

/// Ends the session of a cookie.
///
/// # Errors
/// [`StoreError`].
pub async fn sign_out(app: &App, token: &str) -> Result<(), StoreError> {
    let hash = secrets::hash(token);
    app.store()
        .unit(Lane::Interactive, "sign_in.sign_out", move |tx| {
            access::delete_session(tx, &hash)
        })
        .await
}

/// Derived from the session's token, so that nothing more needs storing.
fn csrf(token: &str) -> String {
    let hash = secrets::hash(&format!("csrf:{token}"));
    hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A password that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password must have 8 to 256 characters")]
pub struct BadPassword;

/// A password as it is kept. Made in one way only, so that none can be kept in a weaker form.
#[derive(Clone)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// Hashes `password` with `salt`. Slow on purpose: call it where nothing else waits.
    ///
    /// # Errors
    /// [`BadPassword`].
    ///
    /// # Panics
    /// Never: a salt of 16 bytes is always accepted.
    pub fn new(salt: &[u8; 16], password: &SecretString) -> Result<Self, BadPassword> {
        let password = password.expose_secret();
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&password.chars().count()) {
            return Err(BadPassword);
        }
        let hash = hasher()
            .hash_password_with_salt(password.as_bytes(), salt)
            .expect("16 bytes are a good salt");
        Ok(Self(hash.to_string()))
    }
}

/// A user with this password, not yet stored.
pub(crate) fn new_user(
    app: &App,
    organization_id: OrganizationId,
    email: &str,
    password: HashedPassword,
) -> User {
    User {
        id: UserId(app.chance().uuid(app.now())),
        organization_id,
        email: email.trim().to_lowercase(),
        password_hash: password.0,
    }
}

/// 19 MiB, two passes (OWASP Password Storage, August 2026).
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}
