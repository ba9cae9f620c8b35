//! Which planned fault strikes a call.

use super::{ALWAYS, Fault, FaultKind};
use crate::chance::Chance;
use crate::world::World;

/// What the plan needs to know about a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// Method id.
    pub(crate) method: &'a str,
    /// E-mail behind the token shown, if there is one.
    pub(crate) account: Option<&'a str>,
    /// Age in seconds of the event named, if there is one.
    pub(crate) event_age_seconds: Option<i64>,
}

/// Planned faults, first planned first used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn pending(&self) -> &[Fault] {
        &self.0
    }

    /// Uses up one occurrence of the first fault that fits and whose chance comes up. Chance is
    /// drawn only for faults that are not certain, so that planning others changes nothing.
    pub(crate) fn take(&mut self, chance: &mut Chance, target: Target<'_>) -> Option<Fault> {
        self.0.retain(|fault| fault.count > 0);
        let strikes = |fault: &&mut Fault| {
            fits(fault, target) && (fault.probability >= 1.0 || chance.unit() < fault.probability)
        };
        let fault = self.0.iter_mut().find(strikes)?;
        if fault.count != ALWAYS {
            fault.count -= 1;
        }
        Some(fault.clone())
    }
}

impl World {
    /// Plans a fault, after those planned before.
    pub fn add_fault(&mut self, fault: Fault) {
        self.faults.add(fault);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// The faults still waiting.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        self.faults.pending()
    }
}

fn fits(fault: &Fault, target: Target<'_>) -> bool {
    let is_its_account = match fault.account.as_deref() {
        Some(account) => target.account == Some(account),
        None => true,
    };
    let is_its_kind = match fault.kind {
        FaultKind::Error(name) => name.is_known_to(target.method),
        FaultKind::ReplicationLag(seconds) => target
            .event_age_seconds
            .is_some_and(|age| age < i64::from(seconds)),
        _ => true,
    };
    is_its_account && is_its_kind && is_method(&fault.method, target.method)
}

/// Whether `method` is what `pattern` names.
pub(crate) fn is_method(pattern: &str, method: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(start) => start.ends_with('.') && method.starts_with(start),
        None => pattern == method,
    }
}

/// `count` in JSON: a number, or `"always"`.
pub(crate) mod count {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ALWAYS;

    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    enum Count {
        Times(u32),
        Word(String),
    }

    pub(crate) fn serialize<S: Serializer>(count: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        let count = match *count {
            ALWAYS => Count::Word("always".to_owned()),
            times => Count::Times(times),
        };
        count.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        match Count::deserialize(from) {
            Ok(Count::Times(times)) => Ok(times),
            Ok(Count::Word(word)) if word == "always" => Ok(ALWAYS),
            _ => Err(serde::de::Error::custom(
                "count is a whole number or \"always\"",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_ends_at_a_dot() {
        for (pattern, method, expected) in [
            ("*", "oauth2.token", true),
            ("calendar.events.*", "calendar.events.get", true),
            ("calendar.*", "calendar.events.get", true),
            ("calendar.ev*", "calendar.events.get", false),
            ("calendar.events", "calendar.events.get", false),
            ("calendar.events.get", "calendar.events.get", true),
        ] {
            assert_eq!(is_method(pattern, method), expected, "{pattern} {method}");
        }
    }
}
