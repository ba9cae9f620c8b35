//! How much of Calendar v3 is here: every method of Google's description, asked of the table that
//! answers calls. Nothing is listed by hand, so it cannot claim what is not there.

use std::fmt::{self, Display};

use crate::api;
use crate::discovery::{Method, discovery};

/// One method of Google's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodCoverage {
    /// E.g. `events.insert`.
    pub method: &'static str,
    /// Whether it is answered; otherwise 501 with its name.
    pub is_implemented: bool,
}

impl MethodCoverage {
    /// The part before the last dot, e.g. `events`.
    #[must_use]
    pub fn resource(&self) -> &'static str {
        self.method
            .rsplit_once('.')
            .map_or(self.method, |(resource, _)| resource)
    }

    fn word(&self) -> &'static str {
        self.method
            .rsplit_once('.')
            .map_or(self.method, |(_, word)| word)
    }
}

/// Every method of Calendar v3, resource by resource. Prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage(Vec<MethodCoverage>);

/// What of Calendar v3 this server answers.
#[must_use]
pub fn coverage() -> Coverage {
    let covered = |method: &'static Method| MethodCoverage {
        method: method.short_id(),
        is_implemented: api::is_implemented(&method.id),
    };
    let mut methods: Vec<MethodCoverage> = discovery().methods().iter().map(covered).collect();
    methods.sort_by_key(|method| method.method);
    Coverage(methods)
}

impl Coverage {
    /// The methods, by name.
    pub fn methods(&self) -> impl Iterator<Item = &MethodCoverage> {
        self.0.iter()
    }
}

impl Display for Coverage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut here, all) = (0, self.0.len());
        for group in self.0.chunk_by(|a, b| a.resource() == b.resource()) {
            let words = |is_implemented: bool| {
                let words = group.iter().filter(|m| m.is_implemented == is_implemented);
                words
                    .map(MethodCoverage::word)
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let count = group.iter().filter(|method| method.is_implemented).count();
            here += count;
            let resource = group[0].resource();
            write!(out, "{resource:<12} {count:>2}/{:<2}", group.len())?;
            for (label, words) in [("", words(true)), ("501: ", words(false))] {
                if !words.is_empty() {
                    write!(out, "  {label}{words}")?;
                }
            }
            writeln!(out)?;
        }
        writeln!(out, "{:<12} {here:>2}/{all:<2}", "all")
    }
}
