//! Statements as PostgreSQL wants them: `$1` for `?1`.

/// `sql` with its parameters renamed; what stands in quotes or comments stays.
pub(super) fn translate(sql: &str) -> String {
    let mut translated = String::with_capacity(sql.len());
    let mut quote = None;
    let mut comment = false;
    let mut before = ' ';
    for c in sql.chars() {
        match (quote, c) {
            _ if comment => comment = c != '\n',
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '-') if before == '-' => comment = true,
            _ => {}
        }
        let parameter = c == '?' && quote.is_none() && !comment;
        translated.push(if parameter { '$' } else { c });
        before = c;
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_are_renamed() {
        for (sql, translated) in [
            (
                "SELECT ?1, ?12 FROM t WHERE a = ?1",
                "SELECT $1, $12 FROM t WHERE a = $1",
            ),
            (
                "SELECT 'what?1', \"odd?2\", ?3",
                "SELECT 'what?1', \"odd?2\", $3",
            ),
            ("SELECT 'it''s ?1', ?1", "SELECT 'it''s ?1', $1"),
            (
                "SELECT 1 -- why? 'cause\n WHERE ?1 = 1",
                "SELECT 1 -- why? 'cause\n WHERE $1 = 1",
            ),
        ] {
            assert_eq!(translate(sql), translated);
        }
    }
}
