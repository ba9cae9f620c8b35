//! The ids we choose for events.

use sha2::{Digest, Sha256};

/// How many characters our ids have.
pub const LENGTH: usize = 32;

/// The id of a booking's event in a calendar: the same for every attempt, another for every
/// generation, and never the same in two calendars or for two accounts.
///
/// Google allows `a` to `v` and `0` to `9`, 5 to 1024 of them (base32hex, RFC 4648 section 7, in
/// lower case; Calendar API reference, `events.insert`). Ours are 32: 160 bits of a hash.
pub fn event_id(account_sub: &str, calendar: &str, booking: &[u8; 16], generation: i64) -> String {
    let mut hash = Sha256::new();
    for part in [
        account_sub.as_bytes(),
        calendar.as_bytes(),
        booking,
        &generation.to_be_bytes(),
    ] {
        // Lengths keep ("ab", "c") apart from ("a", "bc").
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    base32hex(&hash.finalize()[..20])
}

/// Five bytes become eight characters; `bytes` is a multiple of five long.
fn base32hex(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut text = String::with_capacity(bytes.len() / 5 * 8);
    for five in bytes.chunks_exact(5) {
        let bits = five
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for group in (0..8).rev() {
            let index = usize::try_from(bits >> (5 * group) & 31).unwrap_or(0);
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32hex_equals_the_standard() {
        // RFC 4648, section 10: BASE32-HEX("fooba") = "CPNMUOJ1".
        assert_eq!(base32hex(b"fooba"), "cpnmuoj1");
    }

    #[test]
    fn an_id_depends_on_everything_and_on_nothing_else() {
        let id = event_id("sub", "cal", &[1; 16], 0);
        assert_eq!(id, event_id("sub", "cal", &[1; 16], 0));
        assert!(
            (5..=1024).contains(&id.len())
                && id.bytes().all(|b| matches!(b, b'a'..=b'v' | b'0'..=b'9'))
        );
        for other in [
            event_id("subc", "al", &[1; 16], 0),
            event_id("sub", "cal2", &[1; 16], 0),
            event_id("sub", "cal", &[2; 16], 0),
            event_id("sub", "cal", &[1; 16], 1),
        ] {
            assert_ne!(id, other);
        }
    }
}
