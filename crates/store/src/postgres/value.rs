//! [`Value`]s in PostgreSQL's types: whole numbers are `bigint`, text `text`, ids `uuid`, other bytes
//! `bytea`; text may be read as `json`.
//!
//! The type PostgreSQL expects decides, and a value that does not fit it is refused rather than bent:
//! an id column takes 16 bytes or nothing.

use std::error::Error;

use ::postgres::types::private::BytesMut;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::tx::Value;

/// A value that is not of the type its column has: a bug in a statement.
#[derive(Debug, thiserror::Error)]
#[error("{what} where PostgreSQL has {place}")]
pub(super) struct Mismatch {
    what: &'static str,
    place: String,
}

impl Mismatch {
    fn of(what: &'static str, ty: &Type) -> Box<dyn Error + Sync + Send> {
        let place = ty.name().to_owned();
        Box::new(Self { what, place })
    }
}

/// Bytes of a `uuid`.
const ID_BYTES: usize = 16;

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => out.extend_from_slice(&n.to_be_bytes()),
            (Self::Int(n), &Type::INT4) => {
                let n = i32::try_from(*n).map_err(|_| Mismatch::of("a large number", ty))?;
                out.extend_from_slice(&n.to_be_bytes());
            }
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::UNKNOWN | &Type::JSON) => {
                out.extend_from_slice(text.as_bytes());
            }
            (Self::Bytes(bytes), &Type::BYTEA) => out.extend_from_slice(bytes),
            (Self::Bytes(bytes), &Type::UUID) if bytes.len() == ID_BYTES => {
                out.extend_from_slice(bytes);
            }
            (Self::Int(_), _) => return Err(Mismatch::of("a number", ty)),
            (Self::Text(_), _) => return Err(Mismatch::of("text", ty)),
            (Self::Bytes(_), _) => return Err(Mismatch::of("bytes", ty)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // `to_sql` decides, because it knows the value.
        true
    }

    to_sql_checked!();
}

impl FromSql<'_> for Value {
    fn from_sql(ty: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            // What a comparison gives; SQLite has numbers for it.
            Type::BOOL => Self::Int(bool::from_sql(ty, raw)?.into()),
            Type::TEXT | Type::VARCHAR | Type::UNKNOWN => Self::Text(String::from_sql(ty, raw)?),
            Type::UUID | Type::BYTEA => Self::Bytes(raw.to_vec()),
            // What a function gives that is called for its effect.
            Type::VOID => Self::Null,
            _ => return Err(Mismatch::of("a result we keep nowhere", ty)),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_refused_by_name() {
        let refused = |value: Value, ty: Type| {
            let written = value.to_sql(&ty, &mut BytesMut::new());
            written.map(drop).unwrap_err().to_string()
        };
        assert_eq!(
            refused(Value::Bytes(vec![1; 32]), Type::UUID),
            "bytes where PostgreSQL has uuid"
        );
        assert_eq!(
            refused(Value::Int(1), Type::TEXT),
            "a number where PostgreSQL has text"
        );
        assert_eq!(
            refused(Value::Int(i64::MAX), Type::INT4),
            "a large number where PostgreSQL has int4"
        );
        assert!(Value::from_sql(&Type::FLOAT8, &[0; 8]).is_err());
    }
}
