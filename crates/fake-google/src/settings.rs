//! Settings as JSON: whatever has a name in [`Rules`] can be changed over the control interface and
//! on the command line, without a line of code for each.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::world::Rules;

/// Longest window of a limit on writes, in seconds.
const WRITE_WINDOW_MAX: u32 = 3600;

impl Rules {
    /// These rules with the changes in `patch`, an object of rules by name; objects in it are
    /// merged, `null` is "none". Durations are written like `"PT30M"` or `"720h"`.
    ///
    /// # Errors
    /// Which name or value makes no sense.
    pub fn patched(&self, patch: &Value) -> Result<Self, String> {
        let rules: Self = patched(self, patch)?;
        if let Some(trouble) = rules.push.trouble() {
            return Err(format!("push: {trouble}"));
        }
        match rules.quotas.calendar_writes {
            Some(limit) if !(1..=WRITE_WINDOW_MAX).contains(&limit.seconds) => Err(format!(
                "quotas.calendar_writes.seconds is 1 to {WRITE_WINDOW_MAX}"
            )),
            _ => Ok(rules),
        }
    }

    /// These rules with one changed: `name=value`, dots in the name leading into objects, the
    /// value JSON, or text where it is none.
    ///
    /// # Errors
    /// As [`Rules::patched`].
    pub fn with_setting(&self, setting: &str) -> Result<Self, String> {
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("a rule is name=value, not {setting}"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        let patch = name.rsplit('.').fold(value, |inner, part| {
            Value::Object([(part.to_owned(), inner)].into_iter().collect())
        });
        self.patched(&patch)
    }
}

/// `whole` with the changes in `patch`.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(
    whole: &T,
    patch: &Value,
) -> Result<T, String> {
    if !patch.is_object() {
        return Err("the body is an object of settings by name".to_owned());
    }
    let mut value = serde_json::to_value(whole).map_err(|error| error.to_string())?;
    merge(&mut value, patch);
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (name, value) in patch {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch.clone(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_rule_is_set_by_its_name() {
        let rules = Rules::default();
        let set = |setting: &str| rules.with_setting(setting);
        let tight = set("quotas.per_minute_per_user=5").unwrap();
        assert_eq!(tight.quotas.per_minute_per_user, Some(5));
        assert_eq!(tight.quotas.per_minute_per_project, Some(10_000));
        let loose = set("quotas.per_minute_per_user=null").unwrap();
        assert_eq!(loose.quotas.per_minute_per_user, None);
        let short = set("tombstone_retention=90m").unwrap();
        assert_eq!(short.tombstone_retention, SignedDuration::from_mins(90));
        assert!(set("is_strict=true").unwrap().is_strict);
        let limit = r#"quotas.calendar_writes={"writes": 5, "seconds": 2}"#;
        assert_eq!(
            set(limit).unwrap().quotas.calendar_writes.unwrap().writes,
            5
        );
    }

    #[test]
    fn a_rule_that_makes_no_sense_says_why() {
        for (setting, word) in [
            ("is_strict", "name=value"),
            ("is_polite=true", "is_polite"),
            ("is_strict=perhaps", "perhaps"),
            ("consent_boxes=half", "ticked"),
            ("quotas.per_minute_per_user=-1", "-1"),
            ("quotas.per_hour=1", "per_hour"),
            (
                r#"quotas.calendar_writes={"writes": 5, "seconds": 0}"#,
                "3600",
            ),
        ] {
            let error = Rules::default().with_setting(setting).unwrap_err();
            assert!(error.contains(word), "{setting}: {error}");
        }
    }
}
