//! Rust source as text: what in it is code, comment or string, and what is only built for tests.
//!
//! A lexer just good enough for rules about words. Everything it takes away is replaced by blanks,
//! so that line numbers stay true.

use std::ops::Range;

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    /// The inside of a string literal; its quotes are code.
    Literal,
}

/// The source without comments and with empty string literals.
pub(crate) fn code(source: &str) -> String {
    keep(source, |part| part == Part::Code)
}

/// The source without its comments; string literals stay.
pub(crate) fn uncommented(source: &str) -> String {
    keep(source, |part| part != Part::Comment)
}

/// Only the insides of string literals.
pub(crate) fn literals(source: &str) -> String {
    keep(source, |part| part == Part::Literal)
}

/// The source without items under `#[cfg(test)]`.
pub(crate) fn outside_tests(source: &str) -> String {
    let tests = test_items(&code(source));
    blank(source, |at| !tests.iter().any(|item| item.contains(&at)))
}

/// Only the items under `#[cfg(test)]`.
pub(crate) fn inside_tests(source: &str) -> String {
    let tests = test_items(&code(source));
    blank(source, |at| tests.iter().any(|item| item.contains(&at)))
}

/// Names of modules declared `#[cfg(test)] mod name;`, which live in files of their own.
pub(crate) fn test_modules_elsewhere(source: &str) -> Vec<String> {
    let code = code(source);
    test_items(&code)
        .into_iter()
        .filter_map(|item| code[item].trim_end().strip_suffix(';').map(str::to_owned))
        .filter_map(|item| {
            let words: Vec<&str> = item.split_whitespace().collect();
            let [.., "mod", name] = words[..] else {
                return None;
            };
            Some(name.to_owned())
        })
        .collect()
}

/// Numbers of the lines on which `word` stands by itself, not as a part of a longer identifier.
pub(crate) fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let mut lines: Vec<usize> = text
        .match_indices(word)
        .filter(|(at, found)| {
            let before = text[..*at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            !(joins(before, found.chars().next()) || joins(found.chars().next_back(), after))
        })
        .map(|(at, _)| line_of(text, at))
        .collect();
    lines.dedup();
    lines
}

/// Whether two neighbours belong to one identifier.
fn joins(left: Option<char>, right: Option<char>) -> bool {
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    in_word(left) && in_word(right)
}

/// The line, counted from 1, of a byte position.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn keep(source: &str, wanted: impl Fn(Part) -> bool) -> String {
    let kept: Vec<Range<usize>> = parts(source)
        .into_iter()
        .filter(|(part, _)| wanted(*part))
        .map(|(_, range)| range)
        .collect();
    let mut next = kept.iter().peekable();
    blank(source, |at| {
        while next.next_if(|range| range.end <= at).is_some() {}
        next.peek().is_some_and(|range| range.contains(&at))
    })
}

fn blank(source: &str, mut kept: impl FnMut(usize) -> bool) -> String {
    source
        .char_indices()
        .map(|(at, c)| match c {
            '\n' => "\n".to_owned(),
            c if kept(at) => c.to_string(),
            c => " ".repeat(c.len_utf8()),
        })
        .collect()
}

/// Where items under `#[cfg(test)]` stand, given source without comments and strings.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        from = item_end(code, start);
        items.push(start..from);
    }
    items
}

/// The end of the item at `start`: a semicolon, or the brace that closes its first one.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return start + at + 1;
                }
            }
            ';' if depth == 0 => return start + at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The whole source, cut into parts. Quotes, prefixes and hashes of a literal are code.
fn parts(source: &str) -> Vec<(Part, Range<usize>)> {
    let mut parts = Vec::new();
    let mut code_start = 0;
    let mut at = 0;
    while at < source.len() {
        let rest = &source.as_bytes()[at..];
        let other = if rest.starts_with(b"//") {
            let length = rest
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(rest.len());
            Some((Part::Comment, at..at + length))
        } else if rest.starts_with(b"/*") {
            Some((Part::Comment, at..at + block_comment_length(rest)))
        } else if rest[0] == b'"' {
            let start = at + 1;
            Some((
                Part::Literal,
                start..start + literal_length(&source[..at], &source[start..]),
            ))
        } else {
            None
        };
        if let Some((part, range)) = other {
            parts.push((Part::Code, code_start..range.start));
            code_start = range.end;
            // Past a closing quote, so that it does not open the next literal.
            at = range.end + usize::from(part == Part::Literal);
            parts.push((part, range));
        } else if rest[0] == b'\'' {
            at += quoted_character_length(&source[at..]);
        } else {
            at += 1;
        }
    }
    parts.push((Part::Code, code_start..source.len()));
    parts
}

/// Length of a character literal, or 1 for the quote that begins a lifetime.
fn quoted_character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            chars.next();
            chars.find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1)
        }
        Some(_) => chars
            .next()
            .filter(|(_, c)| *c == '\'')
            .map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

/// Length of a string literal's inside, given what stands before its opening quote.
fn literal_length(before: &str, rest: &str) -> usize {
    let hashes = before
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'#')
        .count();
    let prefix = &before[..before.len() - hashes];
    let is_raw = ["r", "br", "cr"].iter().any(|raw| {
        prefix
            .strip_suffix(raw)
            .is_some_and(|head| !joins(head.chars().next_back(), Some('r')))
    });
    if is_raw {
        let close = format!("\"{}", "#".repeat(hashes));
        return rest.find(&close).unwrap_or(rest.len());
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a block comment; they nest.
fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

#[test]
fn comments_strings_and_code_are_told_apart() {
    let source = r##"
let a = "in // string"; // in "comment
let b = r#"raw "quoted" text"#; /* block /* nested */ "still" */ let c = '"';
fn life<'a>(x: &'a str, y: char) -> bool { y == '\'' || y == 'é' }
"##;
    let code = code(source);
    let literals = literals(source);
    assert_eq!(
        literals.split_whitespace().collect::<Vec<_>>().join(" "),
        "in // string raw \"quoted\" text"
    );
    assert!(code.contains("let c =") && code.contains("fn life<'a>(x: &'a str, y: char) -> bool"));
    assert!(!code.contains("comment") && !code.contains("still") && !code.contains("raw "));
    assert!(
        uncommented(source).contains("in // string") && !uncommented(source).contains("nested")
    );
    assert_eq!(code.matches('\n').count(), source.matches('\n').count());
}

#[test]
fn an_empty_string_and_an_escaped_quote_end_where_they_end() {
    let source = r#"call("", "a\"b", b"c") ; word"#;
    assert!(code(source).ends_with("; word"));
    assert_eq!(
        literals(source).split_whitespace().collect::<Vec<_>>(),
        ["a\\\"b", "c"]
    );
}

#[test]
fn test_items_are_cut_out_whole() {
    let source = "fn kept() {}\n#[cfg(test)]\nmod tests {\n fn gone() { if true {} }\n}\nfn also_kept() {}\n#[cfg(test)]\nmod elsewhere;\n";
    let outside = outside_tests(source);
    assert!(outside.contains("kept") && outside.contains("also_kept") && !outside.contains("gone"));
    assert!(inside_tests(source).contains("gone"));
    assert_eq!(test_modules_elsewhere(source), ["elsewhere"]);
}

#[test]
fn words_are_whole_words() {
    assert_eq!(
        lines_with("spawned\nspawn(x)\nrespawn\nstd::spawn", "spawn"),
        [2, 4]
    );
    assert_eq!(lines_with("select!{}\nreselect!", "select!"), [1]);
}
