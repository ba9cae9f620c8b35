//! Who may come in: users, their sessions, API keys. Only hashes of what they hold.

use domain::{ApiKeyId, Instant, OrganizationId, UserId};

use crate::{StoreError, Tx, values};

/// Someone with a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their identity.
    pub id: UserId,
    /// Where they belong.
    pub organization_id: OrganizationId,
    /// What they sign in with, lower case.
    pub email: String,
    /// Argon2 in PHC form.
    pub password_hash: String,
}

/// Adds a user.
///
/// # Errors
/// [`StoreError::Constraint`] when the e-mail is taken.
pub fn insert_user(tx: &mut dyn Tx, user: &User, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO member (id, organization_id, email, password_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        values![
            user.id,
            user.organization_id,
            &user.email,
            &user.password_hash,
            now
        ],
    )
    .map(drop)
}

/// The user of this e-mail, in lower case.
///
/// # Errors
/// [`StoreError`].
pub fn user_by_email(tx: &mut dyn Tx, email: &str) -> Result<Option<User>, StoreError> {
    let sql = "SELECT id, organization_id, email, password_hash FROM member WHERE email = ?1";
    tx.first(sql, values![email])?
        .map(|mut row| {
            Ok(User {
                id: row.take()?,
                organization_id: row.take()?,
                email: row.take()?,
                password_hash: row.take()?,
            })
        })
        .transpose()
}

/// Opens a session, and forgets those that have run out.
///
/// # Errors
/// [`StoreError`].
pub fn insert_session(
    tx: &mut dyn Tx,
    token_hash: &[u8],
    user: UserId,
    now: Instant,
    expires_at: Instant,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM session WHERE expires_at <= ?1", values![now])?;
    tx.execute(
        "INSERT INTO session (token_hash, member_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        values![token_hash, user, now, expires_at],
    )
    .map(drop)
}

/// Whose live session this is: the user, their e-mail and organization.
///
/// # Errors
/// [`StoreError`].
pub fn session(
    tx: &mut dyn Tx,
    token_hash: &[u8],
    now: Instant,
) -> Result<Option<(UserId, String, OrganizationId)>, StoreError> {
    let sql = "SELECT member.id, member.email, member.organization_id
               FROM session JOIN member ON member.id = session.member_id
               WHERE session.token_hash = ?1 AND session.expires_at > ?2";
    tx.first(sql, values![token_hash, now])?
        .map(|mut row| Ok((row.take()?, row.take()?, row.take()?)))
        .transpose()
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`].
pub fn delete_session(tx: &mut dyn Tx, token_hash: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM session WHERE token_hash = ?1",
        values![token_hash],
    )
    .map(drop)
}

/// Adds an API key.
///
/// # Errors
/// [`StoreError`].
pub fn insert_api_key(
    tx: &mut dyn Tx,
    id: ApiKeyId,
    organization: OrganizationId,
    name: &str,
    key_hash: &[u8],
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO api_key (id, organization_id, name, key_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        values![id, organization, name, key_hash, now],
    )
    .map(drop)
}

/// The organization a key belongs to.
///
/// # Errors
/// [`StoreError`].
pub fn api_key_organization(
    tx: &mut dyn Tx,
    key_hash: &[u8],
) -> Result<Option<OrganizationId>, StoreError> {
    let sql = "SELECT organization_id FROM api_key WHERE key_hash = ?1";
    tx.first(sql, values![key_hash])?
        .map(|mut row| row.take())
        .transpose()
}
