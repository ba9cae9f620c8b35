//! The key of a rendered form: whoever sends the same form twice, by a double click or after going
//! back, is answered once (scenario M2).

use app::bookings::{IdempotencyKey, KEY_BYTES_MAX};

use crate::request::fields::Fields;

/// The field that carries it.
const FIELD: &str = "key";

/// The key of a form sent to `address`, with everything else the form says. `None` when it has none we
/// could have written: it is then decided like any other wish.
pub(crate) fn of(address: &str, typed: &Fields) -> Option<IdempotencyKey> {
    let key = typed.given(FIELD)?;
    let is_ours = key.len() <= KEY_BYTES_MAX && key.bytes().all(|b| b.is_ascii_graphic());
    let scope = format!("form {address}");
    is_ours.then(|| IdempotencyKey::new(&scope, key, &typed.without(FIELD)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_for_one_form_at_one_address_that_says_one_thing() {
        let key = |address: &str, form: &str| of(address, &Fields::parse(form.as_bytes()));
        let first = key("/a", "key=k&name=Ana&notes=").unwrap();
        assert_eq!(key("/a", "name=Ana&notes=&key=k"), Some(first.clone()));
        for (address, form) in [
            ("/b", "key=k&name=Ana&notes="),
            ("/a", "key=l&name=Ana&notes="),
            ("/a", "key=k&name=Bo&notes="),
            ("/a", "key=k&name=Ana%26notes%3D"),
        ] {
            assert_ne!(key(address, form), Some(first.clone()), "{address} {form}");
        }
        let long = format!("key={}", "x".repeat(256));
        for form in ["", "key=", "key=a+b", "key=%C3%A9", &long] {
            assert_eq!(key("/a", form), None, "{form}");
        }
    }
}
