//! Text typed by strangers, made safe to keep: trimmed, bounded, without control characters.
//!
//! A booker's name lands in pages, mails, invitation files and Google's event; each sink escapes for
//! itself, but characters that are invisible or turn text around never get in.

/// Why a text was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// More characters than allowed.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Does not have the form asked for.
    #[error("{0}")]
    Form(&'static str),
}

/// `text` on one line: trimmed, runs of white space as one blank, invisible characters removed.
///
/// # Errors
/// [`BadText`] when nothing is left, or more than `chars_max` characters.
pub fn line(text: &str, chars_max: usize) -> Result<String, BadText> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    bounded(line.chars().filter(|c| is_visible(*c)).collect(), chars_max)
}

/// `text` over several lines: trimmed, line ends as `\n`, invisible characters removed.
///
/// # Errors
/// [`BadText`] when nothing is left, or more than `chars_max` characters.
pub fn paragraph(text: &str, chars_max: usize) -> Result<String, BadText> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines
        .chars()
        .filter(|c| *c == '\n' || is_visible(*c))
        .collect();
    bounded(kept.trim().to_owned(), chars_max)
}

fn bounded(text: String, chars_max: usize) -> Result<String, BadText> {
    match text.trim() {
        "" => Err(BadText::Empty),
        kept if kept.chars().count() > chars_max => Err(BadText::TooLong(chars_max)),
        kept => Ok(kept.to_owned()),
    }
}

/// Not a control, zero-width or direction-changing character (`security.md` section 11).
fn is_visible(c: char) -> bool {
    let is_hidden = matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    !c.is_control() && !is_hidden
}

/// A lower-case name for a URL: letters, digits and hyphens, 1 to 64 of them.
///
/// # Errors
/// [`BadText::Form`] otherwise.
pub fn slug(text: &str) -> Result<String, BadText> {
    let is_slug = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    is_slug.then(|| text.to_owned()).ok_or(BadText::Form(
        "must be lower-case letters, digits and hyphens",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_what_can_be_seen() {
        assert_eq!(line("  Ana\t María \n", 100).as_deref(), Ok("Ana María"));
        assert_eq!(line("a\u{202E}b\u{0}c", 100).as_deref(), Ok("abc"));
        assert_eq!(line(" \u{200B} ", 100), Err(BadText::Empty));
        assert_eq!(line("ñandú", 4), Err(BadText::TooLong(4)));
    }

    #[test]
    fn a_paragraph_keeps_its_lines() {
        assert_eq!(paragraph("one\r\ntwo\r\n", 100).as_deref(), Ok("one\ntwo"));
    }

    #[test]
    fn slugs_are_plain() {
        assert!(slug("maths-60").is_ok());
        for bad in ["", "Maths", "a b", "-a", "a-", "ä", "../x"] {
            assert!(slug(bad).is_err(), "{bad}");
        }
    }
}
