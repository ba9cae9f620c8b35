//! Query parameters, checked against the discovery document.
//!
//! A parameter that Google does not know is passed over, unless the world is strict: then it is
//! refused, because a typo in a filter should not read as "no filter" in a test.

use jiff::Timestamp;

use crate::calendar::time::read_instant;
use crate::discovery::{Method, Parameter, ParameterKind, discovery};
use crate::error::ApiError;
use crate::http::Fields;

/// Checked parameters of one call.
#[derive(Clone, Debug)]
pub(crate) struct Parameters(Fields);

/// Parameters that mean something at Google and nothing here yet. Credentials in the query are
/// among them: they end up in logs, and no client of today sends them.
const UNSUPPORTED: [&str; 2] = ["oauth_token", "access_token"];

impl Parameters {
    /// # Errors
    /// 400 at the first parameter that is missing, of another form, or, when `is_strict`, unknown.
    pub(crate) fn read(method: &Method, query: &Fields, is_strict: bool) -> Result<Self, ApiError> {
        let mut read = Fields::default();
        for (name, value) in &query.0 {
            if UNSUPPORTED.contains(&name.as_str()) {
                return Err(ApiError::not_implemented(&format!("the parameter {name}")));
            }
            let known = method
                .parameters
                .get(name)
                .or_else(|| discovery().common.get(name));
            let Some(parameter) = known else {
                if is_strict {
                    let message = format!("Unknown parameter: {name}");
                    return Err(ApiError::bad_request(message).at_parameter(name));
                }
                continue;
            };
            if !parameter.is_repeated && query.all(name).count() > 1 {
                let message = format!("Parameter given more than once: {name}");
                return Err(ApiError::bad_request(message).at_parameter(name));
            }
            check(name, value, parameter)?;
            read.0.push((name.clone(), value.clone()));
        }
        let is_missing = |(name, parameter): &(&String, &Parameter)| {
            parameter.is_required && read.get(name).is_none()
        };
        if let Some((name, _)) = method.parameters.iter().find(is_missing) {
            let message = format!("Required parameter: {name}");
            return Err(ApiError::required(message).at_parameter(name));
        }
        Ok(Self(read))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.all(name)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|value| value == "true")
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.parse().ok()
    }

    pub(crate) fn instant(&self, name: &str) -> Option<Timestamp> {
        read_instant(self.0.get(name)?)
    }

    /// Names and values as sent.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// These and some more, which were checked before.
    pub(crate) fn with(&self, more: &[(String, String)]) -> Self {
        let mut pairs = self.0.0.clone();
        pairs.extend_from_slice(more);
        Self(Fields(pairs))
    }

    /// Everything that shapes a list, in an order of its own: what a page token must repeat.
    pub(crate) fn fingerprint(&self) -> Vec<(&str, &str)> {
        let passing = [
            "pageToken",
            "maxResults",
            "fields",
            "prettyPrint",
            "alt",
            "key",
            "quotaUser",
        ];
        let mut pairs: Vec<(&str, &str)> = self
            .pairs()
            .filter(|(name, _)| !passing.contains(name))
            .collect();
        pairs.sort_unstable();
        pairs
    }
}

fn check(name: &str, value: &str, parameter: &Parameter) -> Result<(), ApiError> {
    let fits = match parameter.kind {
        ParameterKind::Text => {
            parameter.choices.is_empty() || parameter.choices.iter().any(|choice| choice == value)
        }
        ParameterKind::Flag => matches!(value, "true" | "false"),
        ParameterKind::Instant => read_instant(value).is_some(),
        ParameterKind::Integer => value.parse::<i32>().is_ok_and(|number| {
            let number = i64::from(number);
            parameter.minimum.is_none_or(|least| number >= least)
                && parameter.maximum.is_none_or(|most| number <= most)
        }),
    };
    if fits {
        Ok(())
    } else {
        Err(ApiError::invalid(format!("Invalid value for {name}: {value}")).at_parameter(name))
    }
}
