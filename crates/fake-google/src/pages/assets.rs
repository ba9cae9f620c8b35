//! Files of the pages, carried in the binary, and the one stylesheet that is computed.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::week::{LANES_MAX, ROWS};
use crate::api::colors::calendar_palette;
use crate::calendar::matches_etag;
use crate::html::put;
use crate::http::{Request, Response};

/// A class for each row, length, lane and colour. Inline styles are refused by the pages' own policy, and
/// a few hundred rules weigh less than a script that would have to run before anything is seen.
static GRID: LazyLock<String> = LazyLock::new(grid);

/// Answers `/_assets/…`.
pub(super) fn run(request: &Request) -> Response {
    let (kind, content) = match request.path_only() {
        "/_assets/page.css" => (
            "text/css; charset=utf-8",
            include_str!("../../assets/page.css"),
        ),
        "/_assets/grid.css" => ("text/css; charset=utf-8", GRID.as_str()),
        "/_assets/page.js" => (
            "text/javascript; charset=utf-8",
            include_str!("../../assets/page.js"),
        ),
        "/_assets/icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        _ => return Response::empty(404),
    };
    let hash = Sha256::digest(content.as_bytes());
    let etag = hash[..8].iter().fold(String::from("\""), |mut etag, byte| {
        put!(etag, "{byte:02x}");
        etag
    }) + "\"";
    let response = if request
        .header("if-none-match")
        .is_some_and(|header| matches_etag(header, &etag))
    {
        Response::empty(304)
    } else {
        Response::of_text(200, kind, content)
    };
    response
        .with_header("etag", &etag)
        .with_header("cache-control", "no-cache")
        .with_header("x-content-type-options", "nosniff")
}

/// Places only for wide windows: on narrow ones a day is a list.
fn grid() -> String {
    let mut css = String::from("@media (min-width: 720px) {\n");
    for row in 0..ROWS {
        put!(css, ".week .at-{row}{{grid-row-start:{}}}\n", row + 1);
    }
    for rows in 1..=ROWS {
        put!(css, ".week .for-{rows}{{grid-row-end:span {rows}}}\n");
    }
    for lanes in 2..=LANES_MAX {
        put!(
            css,
            ".week .of-{lanes}{{width:calc(100% / {lanes} - 2px)}}\n"
        );
        for lane in 1..lanes {
            put!(
                css,
                ".week .of-{lanes}.lane-{lane}{{margin-left:calc({lane} * 100% / {lanes})}}\n"
            );
        }
    }
    css.push_str("}\n");
    for (id, color) in calendar_palette() {
        put!(css, ".k{id}{{--mark:{color}}}\n");
    }
    css
}
