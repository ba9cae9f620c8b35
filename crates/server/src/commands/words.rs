//! Connections in lines for a terminal: the words are the pages' own, in the organization's language.

use app::connections::Connection;
use domain::Locale;

/// Everything about `connection`, a line each, labels in one column.
pub(super) fn lines(locale: Locale, connection: &Connection) -> Vec<String> {
    let lines = web::terminal::lines(locale, connection);
    let width = lines.iter().map(|(label, _)| label.chars().count()).max();
    let width = width.unwrap_or(0);
    lines
        .into_iter()
        .map(|(label, text)| format!("{label:width$}  {text}"))
        .collect()
}
