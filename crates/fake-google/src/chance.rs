//! The world's only source of chance: a splitmix64 stream, so that one seed gives one history.
//!
//! The values look like Google's, and are guessable by anyone who knows the seed: the fake guards
//! nothing worth guarding.

/// Event ids use the digits of base32hex in lower case (RFC 4648 section 7).
const BASE32HEX: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &[u8; 16] = b"0123456789abcdef";
const DECIMAL: &[u8; 10] = b"0123456789";

/// A deterministic generator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number of the stream (Vigna's splitmix64).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A chance from 0 (included) to 1 (left out), in steps a double holds exactly.
    pub(crate) fn unit(&mut self) -> f64 {
        let step = u32::try_from(self.next() >> 32).expect("32 bits are left");
        f64::from(step) / (f64::from(u32::MAX) + 1.0)
    }

    /// A number from 0 up to `bound`, left out; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let below = self.next() % u64::from(bound.max(1));
        u32::try_from(below).expect("below a 32-bit bound")
    }

    fn text(&mut self, digits: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| {
                let below = self.next() % digits.len() as u64;
                char::from(digits[usize::try_from(below).expect("an alphabet is short")])
            })
            .collect()
    }

    /// A server-made event id: 26 characters, as Google's are.
    pub(crate) fn event_id(&mut self) -> String {
        self.text(BASE32HEX, 26)
    }

    /// A server-made calendar id, in the form of recent ones.
    pub(crate) fn calendar_id(&mut self) -> String {
        let name = self.text(HEX, 64);
        format!("c_{name}@group.calendar.google.com")
    }

    /// An account's `sub`: 21 decimal digits.
    pub(crate) fn subject(&mut self) -> String {
        format!("1{}", self.text(DECIMAL, 20))
    }

    /// An authorization code. It holds a slash, as Google's do: a client that forgets to encode
    /// it should fail here rather than in production.
    pub(crate) fn code(&mut self) -> String {
        format!("4/0A{}", self.text(BASE64URL, 70))
    }

    /// The id of a service account's key: 40 hexadecimal digits.
    pub(crate) fn key_id(&mut self) -> String {
        self.text(b"0123456789abcdef", 40)
    }

    pub(crate) fn access_token(&mut self) -> String {
        format!("ya29.a0{}", self.text(BASE64URL, 120))
    }

    pub(crate) fn refresh_token(&mut self) -> String {
        format!("1//0{}", self.text(BASE64URL, 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        let mut chance = Chance::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }
}
