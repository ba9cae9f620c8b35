//! Texts as they are stored, which is not always as they were written (§6).
//!
//! Google keeps descriptions as HTML and takes out what could run; its own rules are not
//! published. Here: control characters go, titles and places lose white space at both ends and
//! line breaks inside, descriptions keep their lines and the plain tags below.
//! [`crate::Rules::rewrites_text`] turns it off.

use crate::error::ApiError;

/// Characters of a title or a place, and of a description. Google answers 400 for more, at sizes it
/// does not say.
const LINE_MAX: usize = 1024;
const DESCRIPTION_MAX: usize = 8192;

/// Tags that a description keeps, without attributes but for the address of a link.
const TAGS: [&str; 13] = [
    "a", "b", "br", "em", "i", "li", "ol", "p", "s", "span", "strong", "u", "ul",
];
/// Tags that go with all that is inside them.
const SILENT: [&str; 2] = ["script", "style"];

/// The stored form of a text field.
///
/// # Errors
/// 400 for a text that is too long.
pub(super) fn stored(name: &str, text: &str, rewrites: bool) -> Result<String, ApiError> {
    let is_description = name == "description";
    let most = if is_description {
        DESCRIPTION_MAX
    } else {
        LINE_MAX
    };
    if text.chars().count() > most {
        return Err(ApiError::too_large().at_parameter(name));
    }
    if !rewrites {
        return Ok(text.to_owned());
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let visible = |c: &char| !c.is_control() || *c == '\n' || *c == '\t';
    let text: String = text.chars().filter(visible).collect();
    if is_description {
        return Ok(without_tags(&text));
    }
    let line: Vec<&str> = text.split(['\n', '\t']).map(str::trim).collect();
    Ok(line.join(" ").trim().to_owned())
}

/// The text with the tags that stay.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(tag) = Tag::read(rest) else {
            kept.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if SILENT.contains(&tag.name.as_str()) && !tag.closes {
            let end = format!("</{}", tag.name);
            // ASCII case only, so that places in both texts are the same.
            rest = match rest.to_ascii_lowercase().find(&end) {
                Some(at) => &rest[at..],
                None => "",
            };
        } else if TAGS.contains(&tag.name.as_str()) {
            kept.push_str(&tag.plain());
        }
    }
    kept.push_str(rest);
    kept
}

struct Tag {
    name: String,
    closes: bool,
    link: Option<String>,
    /// Bytes of the text it takes.
    length: usize,
}

impl Tag {
    /// The tag that `text` begins with. A `<` that begins none is text.
    fn read(text: &str) -> Option<Self> {
        let end = text.find('>')?;
        let inside = text.get(1..end)?;
        let (closes, inside) = match inside.strip_prefix('/') {
            Some(inside) => (true, inside),
            None => (false, inside),
        };
        let name: String = inside
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        Some(Self {
            name: name.to_ascii_lowercase(),
            closes,
            link: link(inside),
            length: end + 1,
        })
    }

    fn plain(&self) -> String {
        match &self.link {
            _ if self.closes => format!("</{}>", self.name),
            Some(link) if self.name == "a" => format!("<a href=\"{link}\">"),
            _ => format!("<{}>", self.name),
        }
    }
}

/// The address in `href`, if it is one to open.
fn link(inside: &str) -> Option<String> {
    let at = inside.to_ascii_lowercase().find("href=")? + "href=".len();
    let value = inside.get(at..)?;
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    let is_open = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| value.to_ascii_lowercase().starts_with(scheme));
    (is_open && !value.contains('"')).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_stored_as_these() {
        for (name, given, expected) in [
            ("summary", "  Lesson\t1 \r\n", "Lesson 1"),
            ("summary", "<b>x</b>", "<b>x</b>"),
            ("location", "Calle 1\nMontevideo\u{7}", "Calle 1 Montevideo"),
            ("description", "a\r\nb\rc\u{0}", "a\nb\nc"),
            ("description", "  kept  ", "  kept  "),
            ("description", "1 < 2 > 0 <3", "1 < 2 > 0 <3"),
            ("description", "<B onclick=x()>b</B><br/>", "<b>b</b><br>"),
            ("description", "<div>x</div><h1>y", "xy"),
            ("description", "a<script>x < y</script >b", "ab"),
            ("description", "a<style>never closed", "a"),
            (
                "description",
                r#"<a target="_top" href="https://x.org/?a=1">x</a>"#,
                r#"<a href="https://x.org/?a=1">x</a>"#,
            ),
            ("description", "<a href='javascript:x()'>x</a>", "<a>x</a>"),
            ("description", "é<é>ñ", "é<é>ñ"),
        ] {
            assert_eq!(stored(name, given, true).unwrap(), expected, "{given}");
            assert_eq!(stored(name, given, false).unwrap(), given);
        }
        let again = stored("description", "<div><i>x</i></div>", true).unwrap();
        assert_eq!(stored("description", &again, true).unwrap(), again);
    }

    #[test]
    fn long_texts_are_refused() {
        for (name, most) in [("summary", 1024), ("location", 1024), ("description", 8192)] {
            assert!(stored(name, &"é".repeat(most), true).is_ok(), "{name}");
            assert!(stored(name, &"é".repeat(most + 1), true).is_err(), "{name}");
        }
    }
}
