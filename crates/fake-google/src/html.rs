//! What every HTML page of the fake shares: escaping, the frame, and the headers that keep a page
//! from running or styling anything that is not one of our own files.

use crate::http::Response;
use crate::text::{Language, Word};

/// Appends formatted text to a string.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {{
        use std::fmt::Write as _;
        write!($out, $($text)*).expect("writing into a string cannot fail");
    }};
}
pub(crate) use put;

/// Text made safe between tags and inside double-quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A page before its frame.
pub(crate) struct Page<'a> {
    pub(crate) status: u16,
    pub(crate) language: Language,
    pub(crate) title: &'a str,
    /// Class of the body, for the stylesheet.
    pub(crate) class: &'a str,
    pub(crate) body: &'a str,
    /// An origin besides our own that a form on the page may end up at by redirect.
    pub(crate) form_target: Option<&'a str>,
}

impl Page<'_> {
    /// The whole document.
    pub(crate) fn response(&self) -> Response {
        let mut html = String::new();
        let (lang, title, class) = (self.language.tag(), escape(self.title), self.class);
        let (banner, reach) = (
            Word::Banner.in_language(self.language),
            Word::BannerReach.in_language(self.language),
        );
        put!(
            html,
            r#"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/_assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/_assets/page.css">
<link rel="stylesheet" href="/_assets/grid.css">
<script src="/_assets/page.js" defer></script>
</head>
<body class="{class}">
<p class="banner"><strong>{banner}</strong> <span>{reach}</span></p>
{body}
</body>
</html>
"#,
            body = self.body,
        );
        guarded(
            Response::of_text(self.status, "text/html; charset=utf-8", &html),
            self.form_target,
        )
    }
}

fn guarded(response: Response, form_target: Option<&str>) -> Response {
    let form_action = form_target.map_or_else(String::new, |origin| format!(" {origin}"));
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'{form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    response
        .with_header("content-security-policy", &policy)
        .with_header("x-content-type-options", "nosniff")
        .with_header("referrer-policy", "same-origin")
        .with_header("cache-control", "no-store")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(
            escape(r#"<a href="x">'&"#),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
