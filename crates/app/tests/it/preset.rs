//! Presets: installed whole, or refused with the place that is wrong.

use std::ops::Range;

use app::event_types;
use app::organizations;
use app::preset::{Administrator, InstallError, Preset, install};
use domain::reminders::{Method, Reminder};

use super::support::{ADMIN, harness, now, preset};

fn administrator() -> Administrator {
    Administrator {
        email: "second@example.org".into(),
        password: "long enough".into(),
    }
}

fn popups(minutes: Range<i64>) -> Vec<Reminder> {
    let method = Method::Popup;
    minutes
        .map(|minutes| Reminder { minutes, method })
        .collect()
}

fn other(change: impl Fn(&mut Preset)) -> Preset {
    let mut preset = preset();
    preset.organization.slug = "second".into();
    change(&mut preset);
    preset
}

#[test]
fn a_bad_preset_names_the_place_and_leaves_nothing() {
    let h = harness();
    for (preset, expected) in [
        (
            other(|p| p.organization.slug = "Second School".into()),
            "organization.slug",
        ),
        (
            other(|p| p.organization.slug = "admin".into()),
            "organization.slug",
        ),
        (
            other(|p| p.organization.name = " ".into()),
            "organization.name",
        ),
        (
            other(|p| p.event_types[1].hosts = vec!["nobody".into()]),
            "event_type maths-exam",
        ),
        (
            other(|p| p.event_types[0].duration_minutes = 0),
            "event_type maths",
        ),
        (
            other(|p| p.event_types[0].horizon_days = i64::MAX),
            "event_type maths",
        ),
        (
            other(|p| p.event_types[0].text.title = "{price}".into()),
            "event_type maths",
        ),
        (
            other(|p| p.event_types[0].reminders = Some(popups(0..6))),
            "event_type maths",
        ),
        (
            other(|p| p.event_types[0].reminders = Some(popups(40_321..40_322))),
            "event_type maths",
        ),
    ] {
        match now(install(&h.app, &preset, &administrator())) {
            Err(InstallError::Bad { place, .. }) => assert_eq!(place, expected),
            outcome => panic!("{expected}: {outcome:?}"),
        }
    }
    let twice = now(install(&h.app, &preset(), &administrator()));
    assert_eq!(twice, Err(InstallError::Exists("tutoring".into())));
    let same_person = Administrator {
        email: ADMIN.into(),
        ..administrator()
    };
    let taken = now(install(&h.app, &other(|_| {}), &same_person));
    assert_eq!(taken, Err(InstallError::Exists("second".into())));
    assert_eq!(now(organizations::list(&h.app)).unwrap().len(), 1);
    let second = now(install(&h.app, &other(|_| {}), &administrator())).unwrap();
    assert_eq!(now(event_types::list(&h.app, second.id)).unwrap().len(), 4);
}
