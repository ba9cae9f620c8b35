//! Pages for people lead somewhere: paths in ARCHITECTURE.md exist, links resolve, decision records
//! are numbered without gaps and listed.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::checkout::{files_under, read, top};
use crate::hold;

/// Pages every checkout has.
const PAGES: [&str; 5] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
];

/// Top folders by which a word in backticks is known to be a path.
const FOLDERS: [&str; 6] = [".ci/", "crates/", "docs/", "presets/", "scripts/", "tests/"];

const DECISIONS: &str = "docs/decisions";

/// Paths in backticks that do not exist. `exists` is asked with a path from the top.
///
/// A path is checked up to its first placeholder (`*`, `{id}`, `<name>`, `NNNN`).
fn paths_that_lead_nowhere(page: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    inline_code(page)
        .iter()
        .filter_map(|code| code.split_whitespace().next())
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
        .map(without_placeholder)
        .filter(|path| !exists(path))
        .map(|path| format!("`{path}` does not exist"))
        .collect()
}

fn without_placeholder(path: &str) -> &str {
    let parts: Vec<&str> = path.split('/').collect();
    let fixed = parts
        .iter()
        .take_while(|part| !part.contains(['*', '{', '<', '…']) && !part.contains("NNNN"))
        .map(|part| part.len() + 1)
        .sum::<usize>();
    path.get(..fixed).unwrap_or(path).trim_end_matches('/')
}

/// Links of a page that do not resolve. `read_page` gives the text of an existing page, `exists`
/// is asked with a path from the top.
fn links_that_lead_nowhere(
    path: &str,
    exists: impl Fn(&str) -> bool,
    read_page: impl Fn(&str) -> String,
) -> Vec<String> {
    let page = read_page(path);
    let mut broken = Vec::new();
    for link in links(&page) {
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let Some(target) = target(path, file) else {
            broken.push(format!("{path}: {link} leaves the checkout"));
            continue;
        };
        if !exists(&target) {
            broken.push(format!("{path}: {link} does not exist"));
        } else if !anchor.is_empty()
            && target.ends_with(".md")
            && !anchors(&read_page(&target)).contains(anchor)
        {
            broken.push(format!("{path}: {link} names no heading"));
        }
    }
    broken
}

/// The file a relative link means, from the top of the checkout; the page itself when empty.
fn target(page: &str, file: &str) -> Option<String> {
    if file.is_empty() {
        return Some(page.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for component in Path::new(file).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// Targets of links and images, Markdown's and HTML's, without those to other hosts.
fn links(page: &str) -> Vec<String> {
    let text = prose(page);
    let mut links = Vec::new();
    for (opening, closing) in [
        ("](", ')'),
        ("src=\"", '"'),
        ("href=\"", '"'),
        ("srcset=\"", '"'),
    ] {
        for (at, found) in text.match_indices(opening) {
            let rest = &text[at + found.len()..];
            let inside = rest.split(closing).next().unwrap_or_default();
            links.extend(inside.split_whitespace().next().map(str::to_owned));
        }
    }
    for line in text.lines().filter(|line| line.starts_with('[')) {
        if let Some((_, link)) = line.split_once("]: ") {
            links.extend(link.split_whitespace().next().map(str::to_owned));
        }
    }
    links.retain(|link| !link.contains("://") && !link.starts_with("mailto:"));
    links
}

/// What headings are called in links: lower case, spaces as hyphens, punctuation dropped.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in unfenced(page).lines().filter(|line| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let anchor: String = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let mut unique = anchor.clone();
        for count in 1.. {
            if anchors.insert(unique) {
                break;
            }
            unique = format!("{anchor}-{count}");
        }
    }
    anchors
}

/// A page without fenced blocks.
fn unfenced(page: &str) -> String {
    let mut fence = None;
    let mut kept = String::new();
    for line in page.lines() {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(opening)) => fence = Some(opening),
            (Some(opening), Some(closing)) if opening == closing => fence = None,
            (None, None) => {
                kept.push_str(line);
                kept.push('\n');
            }
            _ => {}
        }
    }
    kept
}

/// A page without code, fenced or inline.
fn prose(page: &str) -> String {
    unfenced(page)
        .lines()
        .map(|line| line.split('`').step_by(2).collect::<String>() + "\n")
        .collect()
}

/// What stands in backticks outside fenced blocks.
fn inline_code(page: &str) -> Vec<String> {
    unfenced(page)
        .lines()
        .flat_map(|line| {
            line.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Decision records whose names are not `NNNN-some-title.md` with the next number, given ascending.
fn misnumbered(names: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    for (expected, name) in names.iter().enumerate() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_named_well = name
            .strip_suffix(".md")
            .and_then(|stem| stem.split_once('-'))
            .is_some_and(|(number, title)| {
                number == format!("{expected:04}") && !title.is_empty() && title.chars().all(plain)
            });
        if !is_named_well {
            broken.push(format!(
                "{DECISIONS}/{name}: expected {expected:04}-some-title.md"
            ));
        }
    }
    broken
}

/// Decision records the index does not link to.
fn unlisted(names: &[String], index: &str) -> Vec<String> {
    let listed = links(index);
    names
        .iter()
        .filter(|name| !listed.contains(name))
        .map(|name| format!("{DECISIONS}/README.md does not list {name}"))
        .collect()
}

fn exists(path: &str) -> bool {
    top().join(path).exists()
}

fn decision_names() -> Vec<String> {
    files_under(DECISIONS, "md")
        .into_iter()
        .filter_map(|path| {
            path.strip_prefix(DECISIONS)?
                .strip_prefix('/')
                .map(str::to_owned)
        })
        .filter(|name| name != "README.md")
        .collect()
}

#[test]
fn the_pages_are_there() {
    let missing: Vec<String> = PAGES
        .into_iter()
        .filter(|page| !exists(page))
        .map(str::to_owned)
        .collect();
    hold("missing pages", &missing);
}

#[test]
fn paths_in_architecture_exist() {
    hold(
        "ARCHITECTURE.md",
        &paths_that_lead_nowhere(&read("ARCHITECTURE.md"), exists),
    );
}

#[test]
fn links_resolve() {
    let mut pages: Vec<String> = PAGES
        .into_iter()
        .filter(|page| exists(page))
        .map(str::to_owned)
        .collect();
    pages.extend(files_under("docs", "md"));
    let broken: Vec<String> = pages
        .iter()
        .flat_map(|page| links_that_lead_nowhere(page, exists, read))
        .collect();
    hold("links that lead nowhere", &broken);
}

#[test]
fn decisions_are_numbered_without_gaps_and_listed() {
    let names = decision_names();
    hold("decision records", &misnumbered(&names));
    hold(
        "decision records",
        &unlisted(&names, &read("docs/decisions/README.md")),
    );
}

#[test]
fn a_path_that_does_not_exist_is_seen() {
    let page = "See `crates/app/src/book.rs`, `scripts/test --fast`, `crates/*/src`, `GET /api/v1`,\n\
                `docs/decisions/NNNN-title.md`, `a/b`.\n```\n`crates/none`\n```\n";
    let here = ["scripts/test", "crates", "docs/decisions"];
    let broken = paths_that_lead_nowhere(page, |path| here.contains(&path));
    assert_eq!(broken, ["`crates/app/src/book.rs` does not exist"]);
    assert_eq!(paths_that_lead_nowhere(page, |_| false).len(), 4);
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    let read_page = |path: &str| match path {
        "docs/a.md" => "[up](../README.md) [b](b.md#second-thing) ![shot](shot.png \"t\") \
             <img src=\"../x.png\"> [out](https://example.org) `[code](none.md)` [self](#here)\n\
             # Here\n[ref]: ../../outside.md\n"
            .to_owned(),
        _ => "# First\n## Second: thing\n".to_owned(),
    };
    let here =
        |path: &str| ["README.md", "docs/a.md", "docs/b.md", "docs/shot.png"].contains(&path);
    let broken = links_that_lead_nowhere("docs/a.md", here, read_page);
    assert_eq!(
        broken,
        [
            "docs/a.md: ../x.png does not exist",
            "docs/a.md: ../../outside.md leaves the checkout"
        ]
    );
    let without_b = |path: &str| here(path) && path != "docs/b.md";
    assert_eq!(
        links_that_lead_nowhere("docs/a.md", without_b, read_page).len(),
        3
    );
    let no_heading = |path: &str| match path {
        "docs/b.md" => "# First\n".to_owned(),
        other => read_page(other),
    };
    assert_eq!(
        links_that_lead_nowhere("docs/a.md", here, no_heading).len(),
        3
    );
}

#[test]
fn a_gap_or_a_stray_name_among_decisions_is_seen() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    assert!(misnumbered(&names(&["0000-template.md", "0001-one-crate.md"])).is_empty());
    assert_eq!(
        misnumbered(&names(&["0000-template.md", "0002-gap.md"])).len(),
        1
    );
    assert_eq!(
        misnumbered(&names(&["0000-template.md", "0000-twice.md"])).len(),
        1
    );
    assert_eq!(
        misnumbered(&names(&["0000-Template.md", "notes.md"])).len(),
        2
    );
    assert_eq!(
        unlisted(&names(&["0000-a.md", "0001-b.md"]), "[a](0000-a.md)").len(),
        1
    );
}
