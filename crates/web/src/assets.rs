//! Style sheet, script and icon, built in and served under names that change with their content.
//!
//! The style sheet is every file of `assets/css` in order of name: to add one, drop it in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::errors::{Failure, Problem};
use crate::request::visitor::Visitor;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

struct Asset {
    media_type: &'static str,
    body: Bytes,
}

/// Where each asset is served, by the name it has here.
struct Assets {
    hrefs: BTreeMap<&'static str, String>,
    by_href: BTreeMap<String, Asset>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets {
        hrefs: BTreeMap::new(),
        by_href: BTreeMap::new(),
    };
    for (name, media_type, body) in [
        ("app.css", "text/css; charset=utf-8", style_sheet()),
        ("app.js", "text/javascript; charset=utf-8", file("app.js")),
        ("favicon.svg", "image/svg+xml", file("favicon.svg")),
    ] {
        let href = href_of(name, &body);
        assets.hrefs.insert(name, href.clone());
        let body = Bytes::from(body);
        assets.by_href.insert(href, Asset { media_type, body });
    }
    assets
});

fn file(name: &str) -> Vec<u8> {
    Files::get(name).map_or_else(Vec::new, |file| file.data.into_owned())
}

fn style_sheet() -> Vec<u8> {
    let mut names: Vec<_> = Files::iter().filter(|n| n.starts_with("css/")).collect();
    names.sort_unstable();
    let parts: Vec<_> = names.iter().map(|name| file(name)).collect();
    parts.join(&b'\n')
}

/// `/assets/app-0123456789ab.css`.
fn href_of(name: &str, body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let print: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{print}.{extension}")
}

/// The address of an asset; empty when there is none of that name, which a test refuses.
pub(crate) fn href(name: &str) -> &'static str {
    ASSETS.hrefs.get(name).map_or("", String::as_str)
}

/// `GET /assets/{name}`
pub(crate) async fn get(visitor: Visitor, Path(name): Path<String>) -> Result<Response, Failure> {
    let Some(asset) = ASSETS.by_href.get(&format!("/assets/{name}")) else {
        return Err(visitor.failure(Problem::NotFound));
    };
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let media_type = HeaderValue::from_static(asset.media_type);
    let headers = [(CACHE_CONTROL, forever), (CONTENT_TYPE, media_type)];
    Ok((StatusCode::OK, headers, asset.body.clone()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_there_and_named_by_its_content() {
        for name in ["app.css", "app.js", "favicon.svg"] {
            let asset = ASSETS.by_href.get(href(name)).expect("the asset exists");
            assert!(asset.body.len() > 100, "{name} is empty");
        }
        assert_ne!(href_of("app.css", b"a"), href_of("app.css", b"b"));
    }

    #[test]
    fn no_asset_is_fetched_from_elsewhere() {
        for asset in ASSETS.by_href.values() {
            let text =
                String::from_utf8_lossy(&asset.body).replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://"), "{}", asset.media_type);
            assert!(!text.contains("@import"), "{}", asset.media_type);
        }
    }

    /// A colour of the first or the second palette (light, dark) as red, green and blue.
    fn colour(palette: usize, name: &str) -> [f64; 3] {
        let tokens = String::from_utf8(file("css/1-tokens.css")).unwrap();
        let opening = format!("{name}: #");
        let found = tokens.match_indices(&opening).nth(palette);
        let (at, _) = found.unwrap_or_else(|| panic!("{name} is not in palette {palette}"));
        let digits = &tokens[at + opening.len()..][..6];
        [0, 2, 4].map(|i| f64::from(u8::from_str_radix(&digits[i..i + 2], 16).unwrap()))
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |part: f64| match part / 255.0 {
            part if part <= 0.040_45 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        };
        let [r, g, b] = colour.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// WCAG 2.2 AA: 4.5 to 1 for text (1.4.3), 3 to 1 for edges of controls and focus (1.4.11).
    #[test]
    fn colours_that_meet_can_be_told_apart() {
        const TEXT: f64 = 4.5;
        const EDGE: f64 = 3.0;
        for (front, back, wanted) in [
            ("--ink", "--paper", TEXT),
            ("--ink", "--surface", TEXT),
            ("--ink", "--sunk", TEXT),
            ("--ink", "--good-soft", TEXT),
            ("--ink", "--bad-soft", TEXT),
            ("--ink", "--accent-soft", TEXT),
            ("--ink-soft", "--paper", TEXT),
            ("--ink-soft", "--surface", TEXT),
            ("--ink-soft", "--sunk", TEXT),
            ("--ink-soft", "--accent-soft", TEXT),
            ("--ink-faint", "--surface", TEXT),
            ("--accent", "--paper", TEXT),
            ("--accent", "--surface", TEXT),
            ("--accent", "--accent-soft", TEXT),
            ("--on-accent", "--accent", TEXT),
            ("--on-accent", "--accent-strong", TEXT),
            ("--good", "--good-soft", TEXT),
            ("--bad", "--paper", TEXT),
            ("--bad", "--surface", TEXT),
            ("--bad", "--bad-soft", TEXT),
            ("--on-bad", "--bad", TEXT),
            ("--on-bad", "--bad-strong", TEXT),
            ("--line-strong", "--paper", EDGE),
            ("--line-strong", "--surface", EDGE),
            ("--focus", "--paper", EDGE),
            ("--focus", "--surface", EDGE),
        ] {
            for palette in 0..2 {
                let [a, b] = [front, back].map(|name| luminance(colour(palette, name)));
                let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(
                    ratio >= wanted,
                    "{front} on {back}, palette {palette}: {ratio:.2}"
                );
            }
        }
    }
}
