//! A running fingerprint of what passed through a transaction, for traces.

use crate::tx::Value;

/// FNV-1a, 64 bits. Equal input, equal digest, on every machine; no secrecy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// With `bytes` added.
    #[must_use]
    pub fn with(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }

    /// With `value` added, its kind included.
    #[must_use]
    pub fn with_value(self, value: &Value) -> Self {
        match value {
            Value::Null => self.with(b"n"),
            Value::Int(n) => self.with(b"i").with(&n.to_le_bytes()),
            Value::Text(text) => self.with(b"t").with(text.as_bytes()),
            Value::Bytes(bytes) => self.with(b"b").with(bytes),
        }
    }

    /// As a number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// As a number a database column holds.
    pub const fn as_i64(self) -> i64 {
        i64::from_le_bytes(self.0.to_le_bytes())
    }
}
