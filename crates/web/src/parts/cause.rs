//! What is wrong with a calendar connection, in words (rows V5, L13): one sentence for each cause, the same on
//! pages and in the terminal, saying what happened and what to do.

use app::connections::Cause;

use crate::i18n::{Key, key};

/// The sentence of `cause`.
pub(crate) const fn cause(cause: Cause) -> Key {
    match cause {
        Cause::NeedsReconnect => key("problem-needs-reconnect"),
        Cause::NeedsReconnectAfterWeek => key("problem-needs-reconnect-after-week"),
        Cause::NeedsReconnectEveryWeek => key("problem-needs-reconnect-every-week"),
        Cause::NeedsReconnectUnused => key("problem-needs-reconnect-unused"),
        Cause::InvalidRapt => key("problem-invalid-rapt"),
        Cause::ScopeMissing => key("problem-scope-missing"),
        Cause::TokenRefused => key("problem-token-refused"),
        Cause::InvalidClient => key("problem-invalid-client"),
        Cause::DeletedClient => key("problem-deleted-client"),
        Cause::DisabledClient => key("problem-disabled-client"),
        Cause::UnauthorizedClient => key("problem-unauthorized-client"),
        Cause::RedirectUriMismatch => key("problem-redirect-uri-mismatch"),
        Cause::InvalidScope => key("problem-invalid-scope"),
        Cause::AdminPolicyEnforced => key("problem-admin-policy-enforced"),
        Cause::OrgInternal => key("problem-org-internal"),
        Cause::AccessDenied => key("problem-access-denied"),
        Cause::Misconfigured => key("problem-misconfigured"),
        Cause::RateLimited => key("problem-rate-limited"),
        Cause::Unreachable => key("problem-unreachable"),
        Cause::UnexpectedAnswer => key("problem-unexpected-answer"),
        Cause::ClockWrong => key("problem-clock-wrong"),
        Cause::ServiceAccountRefused => key("problem-service-account-refused"),
        Cause::SubjectUnknown => key("problem-subject-unknown"),
        Cause::NotConfigured => key("problem-not-configured"),
        Cause::OtherMasterKey => key("problem-other-master-key"),
        Cause::CalendarNotFound => key("problem-calendar-not-found"),
        Cause::CalendarReadOnly => key("problem-calendar-read-only"),
        Cause::NotACalendarUser => key("problem-not-a-calendar-user"),
        Cause::ApiNotEnabled => key("problem-api-not-enabled"),
        Cause::Refused => key("problem-refused"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::Locale;

    use super::*;
    use crate::i18n::Words;

    /// row L13: each failure is explained in every language, and no two alike.
    #[test]
    fn every_cause_has_a_sentence_of_its_own_in_every_language() {
        for locale in Locale::ALL {
            let mut sentences = BTreeSet::new();
            for (wrong, code) in Cause::ALL {
                let said = Words::new(locale).say(cause(wrong));
                // What happened, and what to do or to expect.
                let parts = said.matches(['.', ';', ':']).count();
                assert!(parts >= 2, "{code} in {}: {said}", locale.tag());
                assert!(!said.contains('⟦'), "{code} in {}", locale.tag());
                assert!(sentences.insert(said), "{code} in {}", locale.tag());
            }
        }
        let words = Words::new(Locale::En);
        let code = Cause::CalendarReadOnly.as_str();
        assert_eq!(
            crate::parts::sync::problem(words, code),
            words.say(cause(Cause::CalendarReadOnly))
        );
    }
}
