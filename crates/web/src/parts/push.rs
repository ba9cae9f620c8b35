//! How Google's changes reach us, in words: told as they happen, or looked for (scenario E2: what is amiss shows).

use app::connections::Calendar;
use app::push::{Problem, Push, PushState};

use crate::i18n::{Key, Words, key};

/// How push stands for the calendars of one connection: its stable name, and a sentence. Of several calendars
/// the one that needs somebody most.
pub(crate) fn push(words: Words, calendars: &[Calendar]) -> Option<(&'static str, String)> {
    let worst = calendars
        .iter()
        .map(|calendar| &calendar.push)
        .max_by_key(|push| rank(push))?;
    Some((worst.state.as_str(), words.say(sentence(worst))))
}

const fn rank(push: &Push) -> u8 {
    match (push.state, push.problem) {
        (PushState::Failing, _) => 5,
        (PushState::Live, Some(_)) => 4,
        (PushState::Opening, _) => 3,
        (PushState::Unsupported, _) => 2,
        (PushState::Live, None) => 1,
        (PushState::Off, _) => 0,
    }
}

const fn sentence(push: &Push) -> Key {
    match (push.state, push.problem) {
        (PushState::Off, _) => key("push-off"),
        (PushState::Opening, _) => key("push-opening"),
        (PushState::Unsupported, _) => key("push-unsupported"),
        (PushState::Live, None) => key("push-live"),
        (PushState::Live, Some(_)) => key("push-not-renewed"),
        (PushState::Failing, Some(Problem::AddressUnauthorized)) => {
            key("push-address-unauthorized")
        }
        (PushState::Failing, Some(Problem::AddressNotHttps)) => key("push-address-not-https"),
        (PushState::Failing, Some(Problem::Unreachable)) => key("push-unreachable"),
        (PushState::Failing, _) => key("push-refused"),
    }
}

#[cfg(test)]
mod tests {
    use app::calendars::Mode;
    use domain::Locale;

    use super::*;

    fn calendar(state: PushState, problem: Option<Problem>) -> Calendar {
        Calendar {
            id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            google_id: "primary".to_owned(),
            name: "primary".to_owned(),
            mode: Mode::Write,
            push: Push {
                state,
                problem,
                expires_at: None,
            },
        }
    }

    #[test]
    fn of_several_calendars_the_one_in_need_is_told_of_in_every_language() {
        let live = calendar(PushState::Live, None);
        for (state, problem) in [
            (PushState::Live, Some(Problem::Unreachable)),
            (PushState::Opening, None),
            (PushState::Unsupported, Some(Problem::NotSupported)),
            (PushState::Failing, Some(Problem::AddressUnauthorized)),
            (PushState::Failing, Some(Problem::AddressNotHttps)),
            (PushState::Failing, Some(Problem::Unreachable)),
            (PushState::Failing, Some(Problem::Refused)),
        ] {
            for locale in Locale::ALL {
                let words = Words::new(locale);
                let all = [live.clone(), calendar(state, problem), live.clone()];
                let (name, said) = push(words, &all).unwrap();
                assert_eq!(name, state.as_str());
                assert!(!said.contains('⟦'), "{said}");
                assert_ne!(Some(said), push(words, &all[..1]).map(|(_, said)| said));
            }
        }
        assert_eq!(push(Words::new(Locale::En), &[]), None);
    }
}
