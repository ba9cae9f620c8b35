//! Lockstep without its sockets, on SQLite in a real folder with the durability it ships with.

use std::fmt::Write;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use app::bookings::{BookError, BookInput, Booked, Forced, book};
use app::connections::connect_public;
use app::due::{Stepped, step};
use app::limits::{Asker, Limits};
use app::organizations::Organization;
use app::preset::{Administrator, install};
use app::settings::{Google, MissingSettings, PullSize};
use app::{App, Parts, Settings, Vault};
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::{CalendarId, Chance, Clock};
use google::{Endpoints, Transport};
use jiff::{SignedDuration, Timestamp};
use store::sqlite::threaded::Threaded;
use store::tables::calendars;
use store::{Lane, Store, StoreError};

/// An installation in this process.
pub(crate) struct Installation {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) school: Organization,
    // Removed last.
    _folder: tempfile::TempDir,
}

impl Installation {
    /// A school of so many teachers, each with a lesson of their own, before this Google.
    pub(crate) fn new(teachers: usize, google: Arc<dyn Transport>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backend = Threaded::open(folder.path(), System.now(), Box::new(|_| {})).unwrap();
        let store = Store::new(Arc::new(backend));
        let app = App::new(Parts {
            store: store.clone(),
            transport: google,
            clock: Arc::new(System),
            chance: Arc::new(System),
            vault: Vault::new(&[7; 32]),
            settings: settings(),
        });
        let administrator = Administrator {
            email: "a@b.cd".into(),
            password: "long enough".into(),
        };
        let preset = toml::from_str(&preset(teachers)).unwrap();
        let school = wait(install(&app, &preset, &administrator)).unwrap();
        Self {
            app,
            store,
            school,
            _folder: folder,
        }
    }

    /// Connects a public calendar, whose time blocks every teacher; it is read with the next step.
    pub(crate) fn connect(&self) {
        wait(connect_public(
            &self.app,
            self.school.id,
            "work@example.org",
        ))
        .unwrap();
    }

    /// Wants the only calendar listed anew, at once.
    pub(crate) fn list_anew(&self) {
        self.unit(|tx| {
            let (id, _) = calendars::next_pull(tx, System.now())?.expect("a calendar is connected");
            let mut calendar = calendars::by_id(tx, id)?.expect("it is there");
            calendar.position.sync_token = None;
            calendar.pull_at = System.now();
            calendars::update(tx, &calendar)
        });
    }

    /// The only calendar.
    pub(crate) fn calendar(&self) -> CalendarId {
        self.unit(|tx| {
            Ok(calendars::next_pull(tx, System.now())?
                .expect("a calendar is connected")
                .0)
        })
    }

    pub(crate) fn unit<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn store::Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        wait(self.store.unit(Lane::Background, "bench.unit", body)).unwrap()
    }

    /// Does what is due until nothing is; gives how many steps there were.
    pub(crate) fn work(&self) -> usize {
        let mut steps = 0;
        while wait(step(&self.app)).unwrap() == Stepped::Worked {
            steps += 1;
        }
        steps
    }
}

/// Books a lesson with one teacher, on top of what there is.
pub(crate) fn book_forced(
    app: &App,
    teacher: usize,
    start: domain::Instant,
) -> Result<Booked, BookError> {
    wait(book(
        app,
        BookInput {
            organization: "school".into(),
            event_type: format!("lesson-{teacher}"),
            start,
            host: None,
            attendee: AttendeeForm {
                name: "Ana".into(),
                email: Some("ana@example.org".into()),
                ..AttendeeForm::default()
            },
            hold: None,
            forced: Some(Forced::default()),
            asker: Asker::Organization,
            cause: Cause::Api,
            idempotency_key: None,
        },
    ))
}

fn settings() -> Settings {
    Settings {
        public_url: "http://127.0.0.1:1".parse().unwrap(),
        google: Ok(Google {
            client: Err(MissingSettings(Vec::new())),
            service_account: None,
            api_key: Some("key".to_owned().into()),
            endpoints: Endpoints::google(),
            calendar_id: "primary".into(),
            quota: app::quota::Quota::default(),
            login_hint: None,
        }),
        webhook_url: None,
        pace: app::settings::Pace::every(SignedDuration::from_hours(24)),
        pull_size: PullSize::default(),
        limits: Limits::default(),
    }
}

fn preset(teachers: usize) -> String {
    let mut text = String::from(
        "[organization]\nslug = \"school\"\nname = \"School\"\ntime_zone = \"UTC\"\nlocale = \"en\"\n",
    );
    for teacher in 0..teachers {
        write!(
            text,
            r#"
            [[host]]
            key = "teacher-{teacher}"
            name = "Teacher {teacher}"
            [host.hours]
            monday = [["09:00", "17:00"]]
            tuesday = [["09:00", "17:00"]]
            wednesday = [["09:00", "17:00"]]
            thursday = [["09:00", "17:00"]]
            friday = [["09:00", "17:00"]]
            [[event_type]]
            slug = "lesson-{teacher}"
            name = "Lesson"
            hosts = ["teacher-{teacher}"]
            duration_minutes = 60
            grid_minutes = 15
            notice_minutes = 0
            horizon_days = 60
            [event_type.text]
            title = "{{attendee}}"
            description = "{{attendee}} booked {{event_type}}"
            "#
        )
        .unwrap();
    }
    text
}

/// The ambient clock and chance.
pub(crate) struct System;

impl Clock for System {
    fn now(&self) -> domain::Instant {
        domain::Instant::from_timestamp(Timestamp::now())
    }
}

impl Chance for System {
    fn fill(&self, _purpose: &'static str, out: &mut [u8]) {
        rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, out).unwrap();
    }
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
