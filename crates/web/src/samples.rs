//! Every page with made-up contents, in every language: checked for what must hold on all of them,
//! and left in `target/web-preview` for looking at.

use std::fs;
use std::path::Path;

use app::agenda::{Agenda, Busy};
use app::bookings::{AttendeeMessage, CalendarSync, Entry, MessageState, OpenConflict, SyncState};
use app::calendars::{Calendar, Host, Mode};
use app::connections::{GrantFate, Preview};
use domain::attendee::AttendeeForm;
use domain::booking::{Cause, Refusal, Status};
use domain::freshness::Policy;
use domain::notice::attendee::{Content, Kind, Standing};
use domain::sync::policy::Policy as ConflictPolicy;
use domain::{Instant, Interval, Locale, Zone};
use jiff::SignedDuration;
use serde_json::json;

use crate::errors::{ErrorPage, Problem};
use crate::i18n::Words;
use crate::pages::admin::bookings::booking;
use crate::pages::admin::bookings::booking::history::EntryView;
use crate::pages::admin::bookings::booking::messages::MessageView;
use crate::pages::admin::bookings::{self, Row, Tab, new};
use crate::pages::admin::calendar::View;
use crate::pages::admin::connection::{self, ConnectionView, Outcome};
use crate::pages::admin::{self, inbox, sign_in};
use crate::pages::b::{self, cancel, reschedule};
use crate::pages::organization::event_type::{self, book};
use crate::pages::{index, organization};
use crate::parts::notice::{Notice, Tone};
use crate::parts::occasion::Occasion;
use crate::parts::problem::FieldProblem;
use crate::parts::refusal::{RefusalView, alternatives};
use crate::parts::status::{Phase, StatusView};
use crate::parts::sync::{CalendarHint, SyncView};
use crate::picker::{Picker, Places, Range, picker};
use crate::request::query::CalendarQuery;
use crate::request::visitor::Visitor;
use crate::request::visitor::tests::visitor;
use crate::shell::{Header, Section, Shell};

/// Friday, 09:10 in Madrid.
const NOW: &str = "2026-11-20T08:10:00Z";
const NOBODY: &str = "01928f3c-0000-7000-8000-000000000000";

struct Sample {
    words: Words,
    visitor: Visitor,
    zone: Zone,
    now: Instant,
    is_spanish: bool,
}

impl Sample {
    fn new(locale: Locale) -> Self {
        Self {
            words: Words::new(locale),
            visitor: visitor("/page?from=mail", &format!("lang={}", locale.tag()), ""),
            zone: Zone::parse("Europe/Madrid").unwrap(),
            now: Instant::parse(NOW).unwrap(),
            is_spanish: locale == Locale::Es,
        }
    }

    fn pick<'a>(&self, en: &'a str, es: &'a str) -> &'a str {
        if self.is_spanish { es } else { en }
    }

    fn academy(&self) -> &'static str {
        "Academia Alameda"
    }

    fn public(&self, title: &str) -> Shell {
        let header = Header::Organization {
            name: self.academy().to_owned(),
            href: "/alameda".to_owned(),
        };
        Shell::new(&self.visitor, self.words, title, header)
    }

    fn admin(&self, title: &str, here: Section) -> Shell {
        let header = Header::Admin {
            organization: self.academy().to_owned(),
            public_href: "/alameda".to_owned(),
            email: "laura@alameda.example".to_owned(),
            csrf: "token".to_owned(),
            here,
            attention: app::notices::Attention {
                is_broken: here == Section::Inbox,
                conflicts: if here == Section::Bookings { 12 } else { 0 },
            },
        };
        Shell::new(&self.visitor, self.words, title, header)
    }

    fn service(&self, name: &str, about: &str, duration: &str) -> organization::ServiceView {
        organization::ServiceView {
            name: name.to_owned(),
            description: about.to_owned(),
            duration: duration.to_owned(),
            host: "Laura Gómez".to_owned(),
            href: "/alameda/maths".to_owned(),
        }
    }

    fn maths(&self) -> organization::ServiceView {
        let name = self.pick("Maths lesson", "Clase de matemáticas");
        let about = self.pick(
            "One to one, from school algebra to the first year of university.",
            "Individual, del álgebra escolar al primer curso de universidad.",
        );
        self.service(name, about, "1 h")
    }

    fn at(&self, text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn lesson(&self) -> Interval {
        Interval::lasting(
            self.at("2026-11-24T09:00:00Z"),
            SignedDuration::from_hours(1),
        )
    }

    fn occasion(&self) -> Occasion {
        Occasion::new(self.words, self.lesson(), &self.zone, "Laura Gómez")
    }

    fn moment(&self) -> String {
        crate::dates::moment(self.words, self.at("2026-11-26T16:00:00Z"), &self.zone)
    }

    /// Mornings and afternoons of weekdays, with holes.
    fn slots(&self) -> Vec<Interval> {
        let first = self.at("2026-11-23T08:00:00Z");
        let hours = |h: i64| SignedDuration::from_hours(h);
        (0_i64..40)
            .filter(|day| ![5, 6].contains(&(day % 7)) && day % 9 != 4)
            .flat_map(|day| [0_i64, 1, 2, 3, 7, 8, 9, 10].map(move |h| (day, h)))
            .filter(|(day, h)| (day * 5 + h * 3) % 4 != 1)
            .map(|(day, h)| Interval::lasting(first + hours(24 * day + h), hours(1)))
            .collect()
    }

    fn picker(&self, day: Option<&str>, slots: &[Interval], zone_is_fixed: bool) -> Picker {
        let query = CalendarQuery {
            day: day.map(|d| d.parse().unwrap()),
            ..CalendarQuery::default()
        };
        let horizon = SignedDuration::from_hours(60 * 24);
        let range = Range::new(&query, &self.zone, self.now, horizon);
        let places = Places {
            page: "/alameda/maths",
            choose: "/alameda/maths/book",
            zone_is_fixed,
        };
        picker(
            self.words,
            &self.visitor,
            &range,
            &query,
            slots,
            &self.zone,
            places,
        )
    }

    fn notice(&self, tone: Tone, heading: &str, line: &str) -> Option<Notice> {
        Some(Notice {
            tone,
            heading: self.words.say(heading),
            lines: vec![self.words.say(line)],
        })
    }

    fn sync(&self, state: CalendarSync, problem: Option<&str>) -> SyncView {
        let then = self.now - SignedDuration::from_mins(4);
        let sync = SyncState {
            state,
            last_synced_at: (state != CalendarSync::None).then_some(then),
            problem: problem.map(str::to_owned),
            html_link: Some("https://calendar.google.com/event?eid=x".to_owned()),
            conflict: (problem == Some("refused")).then(|| OpenConflict {
                id: NOBODY.parse().unwrap(),
                version: 1,
                since: then,
                said: "Forbidden <b>here".to_owned(),
            }),
        };
        SyncView::new(self.words, &sync, self.now, &self.zone)
    }

    fn booking(&self, phase: Phase, notice: Option<Notice>) -> b::Page {
        let status = match phase {
            Phase::Cancelled => Status::Cancelled,
            _ => Status::Confirmed,
        };
        let (heading, explanation) = b::phase_words(phase);
        let heading = self.words.say(heading);
        b::Page {
            unverified: None,
            shell: self.public(&heading),
            notice,
            heading,
            service: self.maths().name,
            status: StatusView::of(self.words, status, phase),
            occasion: self.occasion(),
            attendee: "Ana María Ruiz".to_owned(),
            contact: vec!["ana@example.org".to_owned(), "+34 600 000 000".to_owned()],
            notes: Some(
                self.pick(
                    "Fractions, please.\nAnd a little geometry.",
                    "Fracciones, por favor.\nY un poco de geometría.",
                )
                .to_owned(),
            ),
            calendar: CalendarHint::new(self.words, CalendarSync::Synced),
            explanation: explanation.map(|key| self.words.say(key)),
            is_open: phase == Phase::Ahead,
            href: "/b/token".to_owned(),
            again_href: "/alameda/maths".to_owned(),
        }
    }

    fn form(&self, form: &AttendeeForm, refusal: Option<Refusal>) -> book::Page {
        let bad = match refusal {
            None => form.check(&self.zone, Locale::En).err().unwrap_or_default(),
            Some(_) => Vec::new(),
        };
        let problems = match form.name.as_str() {
            "-" => Vec::new(),
            _ => book::problems(self.words, form, &bad),
        };
        let shown = AttendeeForm {
            name: form.name.replace('-', ""),
            ..form.clone()
        };
        book::Page {
            shell: self.public(&self.words.say("book-heading")),
            heading: self.words.say("book-heading"),
            organization: self.academy().to_owned(),
            service: self.maths().name,
            occasion: self.occasion(),
            zone_name: self.zone.name().to_owned(),
            key: "key".to_owned(),
            action: "/alameda/maths/book".to_owned(),
            times_href: "/alameda/maths".to_owned(),
            start: refusal.is_none().then(|| self.lesson().start.to_string()),
            refusal: refusal.map(|refusal| RefusalView::new(self.words, refusal)),
            alternatives: refusal
                .map(|_| alternatives(self.words, &self.slots()[3..8], &self.zone, None))
                .unwrap_or_default(),
            fields: book::fields(self.words, &shown, &problems),
            problems,
        }
    }

    fn row(&self, n: i64, name: &str, phase: Phase, sync: SyncView) -> (String, Row) {
        let start = self.at("2026-11-23T09:00:00Z") + SignedDuration::from_hours(n);
        let time = Interval::lasting(start, SignedDuration::from_hours(1));
        let status = match phase {
            Phase::Cancelled => Status::Cancelled,
            _ => Status::Confirmed,
        };
        let row = Row {
            id: format!("id-{n}"),
            href: "/admin/bookings/id".to_owned(),
            start: start.to_string(),
            hours: crate::dates::hours(self.words, time, &self.zone),
            attendee: name.to_owned(),
            service: self.maths().name,
            host: "Laura Gómez".to_owned(),
            status: StatusView::of(self.words, status, phase),
            sync,
        };
        (
            crate::dates::day(self.words, start.in_zone(&self.zone).date()),
            row,
        )
    }

    fn bookings(&self, rows: Vec<(String, Row)>) -> bookings::Page {
        let tab = Tab::Upcoming;
        let next = !rows.is_empty();
        bookings::Page {
            shell: self.admin(&self.words.say("bookings-heading"), Section::Bookings),
            zone: "Madrid (UTC+01:00)".to_owned(),
            tabs: tab.links(),
            days: bookings::by_day(rows),
            empty_heading: tab.empty(),
            public_href: "/alameda".to_owned(),
            public_url: "https://book.example/alameda".to_owned(),
            first_href: None,
            next_href: next.then(|| tab.href(Some("cursor"))),
        }
    }

    fn rows(&self) -> Vec<(String, Row)> {
        let sync = |kind, problem| self.sync(kind, problem);
        vec![
            self.row(
                0,
                "Ana María Ruiz",
                Phase::Ahead,
                sync(CalendarSync::Synced, None),
            ),
            self.row(
                2,
                "Bartholomew Featherstonehaugh-Cholmondeley",
                Phase::Ahead,
                sync(CalendarSync::Pending, Some("retrying")),
            ),
            self.row(
                25,
                "Inés",
                Phase::Ahead,
                sync(CalendarSync::Error, Some("moved_onto_booking")),
            ),
            self.row(
                27,
                "王小明",
                Phase::Cancelled,
                sync(CalendarSync::Synced, None),
            ),
            self.row(
                28,
                "Oliver <b>Reed</b>",
                Phase::Begun,
                sync(CalendarSync::None, None),
            ),
        ]
    }

    fn admin_booking(&self, is_open: bool) -> booking::Page {
        let entry = |kind: &str, by, detail| {
            let entry = Entry {
                at: self.now,
                kind: kind.to_owned(),
                cause: by,
                detail,
            };
            EntryView::new(self.words, &entry, &[], &self.zone)
        };
        let start = json!({ "start": "2026-11-26T16:00:00Z" });
        let timeline = vec![
            entry("booked", Some(Cause::Attendee), start.clone()),
            entry("event_created", None, json!({})),
            entry("moved_in_calendar", Some(Cause::Calendar), start),
            entry(
                "calendar_call",
                None,
                json!({
                    "asked": "change", "attempt": 4, "times": 3, "answer": "no_answer",
                    "reason": "backendError", "answers": { "no_answer": 2, "rate_limited": 1 },
                    "is_waiting": true, "last_at": "2026-11-20T08:40:00Z",
                }),
            ),
            entry("parked", None, json!({ "reason": "moved_onto_booking" })),
            entry(
                "edited_in_calendar",
                Some(Cause::Calendar),
                json!({ "location": { "from": "", "to": "https://maps.example/alameda-de-hercules" } }),
            ),
            entry(
                "both_changed",
                None,
                json!({
                    "field": "title", "here": { "text": "Maths" }, "there": { "text": "Maths, room 2" },
                    "counts": "here",
                }),
            ),
            entry(
                "decided_for_event",
                Some(Cause::Admin),
                json!({ "field": "title" }),
            ),
            entry("something_new", None, json!({})),
        ];
        booking::Page {
            shell: self.admin("Ana María Ruiz", Section::Bookings),
            notice: None,
            csrf: "token".to_owned(),
            href: "/admin/bookings/id".to_owned(),
            service: self.maths().name,
            attendee: "Ana María Ruiz".to_owned(),
            email: Some("ana@example.org".to_owned()),
            phone: Some("+34 (600) 000 000".to_owned()),
            phone_digits: booking::phone_digits("+34 (600) 000 000"),
            their_time: Some(self.moment()),
            notes: Some(
                self.pick("Fractions, please.", "Fracciones, por favor.")
                    .to_owned(),
            ),
            cancelled: (!is_open).then(|| self.words.say("cause-attendee")),
            occasion: self.occasion(),
            status: match is_open {
                true => StatusView::of(self.words, Status::Confirmed, Phase::Ahead),
                false => StatusView::of(self.words, Status::Cancelled, Phase::Cancelled),
            },
            is_forced: is_open,
            version: 1,
            can_approve: false,
            can_decline: false,
            decline_problem: None,
            decline_reason: String::new(),
            hosts: if is_open { self.hosts() } else { Vec::new() },
            can_name: is_open,
            can_move: is_open,
            can_cancel: is_open,
            cancel_reason: String::new(),
            cancel_problem: is_open.then(|| self.words.say("cancel-reason-missing")),
            sync: self.sync(CalendarSync::Error, Some("refused")),
            messages: self.messages(),
            timeline,
        }
    }

    /// One of each kind, said a minute ago, and one that waits.
    fn messages(&self) -> Vec<MessageView> {
        let minute = SignedDuration::from_mins(1);
        let start = self.now + minute * 600;
        let standing = Standing {
            status: Status::Confirmed,
            time: Interval::lasting(start, minute * 60),
            place: String::new(),
            host: NOBODY.parse().unwrap(),
        };
        let told = |number: i64, kind: Kind, due_at| AttendeeMessage {
            id: NOBODY.parse().unwrap(),
            booking_id: NOBODY.parse().unwrap(),
            attendee_id: NOBODY.parse().unwrap(),
            name: "Ana María Ruiz".to_owned(),
            number,
            kind,
            version: number,
            created_at: self.now - minute,
            due_at,
            state: MessageState::Waiting,
            content: Content {
                before: None,
                standing: standing.clone(),
                cause: None,
                reason: String::new(),
                since: self.now - minute,
            },
        };
        let said = Kind::ALL.map(|kind| told(1, kind, self.now - minute));
        let waits = told(2, Kind::Moved, self.now + minute);
        let all = std::iter::once(waits).chain(said);
        all.filter_map(|message| MessageView::new(self.words, &message, self.now, &self.zone))
            .collect()
    }

    /// One that waits for approval, with a reason to decline it that is too long.
    fn request(&self) -> booking::Page {
        booking::Page {
            status: StatusView::of(self.words, Status::Requested, Phase::Ahead),
            is_forced: false,
            can_approve: true,
            can_decline: true,
            decline_problem: Some(self.words.count("problem-too-long", 500, &[])),
            hosts: Vec::new(),
            can_cancel: false,
            ..self.admin_booking(true)
        }
    }

    fn hosts(&self) -> Vec<booking::Choice> {
        let names = ["Laura Gómez", "Noor <b>Reed</b>"];
        let hosts = names.map(|name| booking::Choice {
            value: name.to_owned(),
            label: name.to_owned(),
            is_chosen: false,
        });
        hosts.into()
    }

    /// The form for a new booking; where `refusal` says so, something is in the way.
    fn new_booking(&self, refusal: Option<Refusal>) -> new::Page {
        let words = self.words;
        let form = AttendeeForm {
            name: "Ana María Ruiz".to_owned(),
            ..AttendeeForm::default()
        };
        let problems = refusal.map(|_| FieldProblem {
            field: "reason",
            label: words.say("cancel-reason-admin"),
            text: words.say("cancel-reason-missing"),
        });
        new::Page {
            shell: self.admin(&words.say("new-heading"), Section::Bookings),
            csrf: "token".to_owned(),
            key: "key".to_owned(),
            zone: "Madrid (UTC+01:00)".to_owned(),
            services: self.hosts(),
            hosts: self.hosts(),
            day: "2026-11-24".to_owned(),
            time: "10:00".to_owned(),
            problems: problems.into_iter().collect(),
            fields: book::fields(words, &form, &[]),
            refusal: refusal.map(|refusal| RefusalView::in_the_way(words, refusal)),
            alternatives: refusal
                .map(|_| alternatives(words, &self.slots()[3..8], &self.zone, None))
                .unwrap_or_default(),
            can_force: refusal.is_some(),
            reason: String::new(),
        }
    }

    fn inbox(&self, is_open: bool, is_empty: bool) -> inbox::Page {
        let words = self.words;
        let item = |name: &str, ways: bool| inbox::ItemView {
            id: name.replace(' ', "-"),
            version: 1,
            kind: "refused".to_owned(),
            attendee: name.to_owned(),
            service: self.maths().name,
            booking_href: "/admin/bookings/id".to_owned(),
            problem: words.say("problem-refused"),
            said: Some("forbidden: <b>Reed may not change this event".to_owned()),
            since: self.moment(),
            here: self.moment(),
            there: words.say("inbox-there-not-made"),
            ways: if ways {
                app::conflicts::Resolution::ALL.map(inbox::way).into()
            } else {
                Vec::new()
            },
            action: "/admin/inbox/id".to_owned(),
        };
        let told = |kind, audience, is_cleared| {
            let message = app::notices::OutgoingMessage {
                id: NOBODY.parse().unwrap(),
                organization_id: NOBODY.parse().unwrap(),
                kind,
                audience,
                connection_id: Some(NOBODY.parse().unwrap()),
                calendar_id: None,
                booking_id: None,
                created_at: self.now,
                is_cleared,
            };
            inbox::ToldView::new(words, &message, &self.zone)
        };
        let full = !is_empty;
        inbox::Page {
            shell: self.admin(&words.say("inbox-heading"), Section::Inbox),
            notice: (full && !is_open).then(|| Notice {
                tone: Tone::Good,
                heading: words.say("inbox-retried"),
                lines: vec![words.say("inbox-retried-help")],
            }),
            csrf: "token".to_owned(),
            items: if full {
                vec![item("Ana Ruiz", is_open), item("Oliver Reed", true)]
            } else {
                Vec::new()
            },
            first_href: None,
            next_href: full.then(|| "/admin/inbox?after=x".to_owned()),
            told: if full {
                use domain::notice::{Audience, MessageKind};
                vec![
                    told(MessageKind::EventRefused, Audience::Owner, false),
                    told(MessageKind::InstallationRefused, Audience::Operator, false),
                    told(MessageKind::GrantDead, Audience::Owner, true),
                    told(MessageKind::ScopeMissing, Audience::Owner, true),
                    told(MessageKind::CalendarLost, Audience::Owner, true),
                    told(MessageKind::PushEnded, Audience::Operator, false),
                ]
            } else {
                Vec::new()
            },
        }
    }

    fn connection(&self, view: ConnectionView, outcome: Option<Outcome>) -> connection::Page {
        let redirect_uri = "https://book.example/oauth/google/callback".to_owned();
        let missing = match outcome {
            Some(Outcome::NotConfigured) => vec!["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
            _ => Vec::new(),
        };
        connection::Page {
            shell: self.admin(&self.words.say("connection-heading"), Section::Connection),
            notice: outcome.map(|o| o.notice(self.words, &redirect_uri)),
            csrf: "token".to_owned(),
            connections: vec![view],
            has_consent: missing.is_empty(),
            missing,
            robot: None,
            freshness: connection::freshness::FreshnessForm::new(&Policy::default()),
            redirect_uri,
        }
    }

    fn disconnect(&self, grant: GrantFate, events_left: u64) -> connection::disconnect::Page {
        let shell = self.admin(&self.words.say("disconnect-heading"), Section::Connection);
        let preview = Preview {
            account_email: "laura@alameda.example".to_owned(),
            events_left,
            grant,
            is_inactive: false,
        };
        connection::disconnect::Page::new(shell, "token".to_owned(), NOBODY.to_owned(), preview)
    }

    fn days(&self, view: View, is_cut: bool) -> admin::calendar::Page {
        let shell = self.admin(&self.words.say("calendar-title"), Section::Calendar);
        let day = self.now.in_zone(&self.zone).date();
        let at = |hours| self.now + SignedDuration::from_hours(hours);
        let busy = |from, to| Busy {
            time: Interval {
                start: at(from),
                end: at(to),
            },
            calendar: self.pick("Lessons", "Clases").to_owned(),
        };
        let agenda = Agenda {
            bookings: Vec::new(),
            busy: vec![
                busy(1, 2),
                busy(3, 40),
                busy(5, 6),
                busy(6, 7),
                busy(7, 8),
                busy(8, 9),
            ],
            is_cut,
        };
        admin::calendar::Page::new(shell, (view, day), &agenda, (&self.zone, self.now))
    }

    fn rules(&self) -> connection::rules::Page {
        let shell = self.admin(&self.words.say("rules-heading"), Section::Connection);
        let (token, nobody) = ("token".to_owned(), NOBODY.to_owned());
        connection::rules::Page::new(shell, token, nobody, &ConflictPolicy::default())
    }

    fn calendar(&self, mode: Mode) -> connection::calendar::Page {
        let shell = self.admin(&self.words.say("calendar-heading"), Section::Connection);
        let ids = [NOBODY, "00000000-0000-0000-0000-000000000001"];
        let names = ids.into_iter().zip(["Ada Lovelace", "Grace Hopper"]);
        let hosts: Vec<Host> = names
            .map(|(id, name)| Host {
                id: id.parse().unwrap(),
                name: name.to_owned(),
            })
            .collect();
        let calendar = Calendar {
            id: NOBODY.parse().unwrap(),
            connection_id: NOBODY.parse().unwrap(),
            google_id: "c_0123456789abcdef0123456789abcdef@group.calendar.google.com".to_owned(),
            name: self.pick("Lessons", "Clases").to_owned(),
            mode,
            as_of: None,
            audited_at: (mode == Mode::Write).then_some(self.now),
            audit_differences: 0,
            blocks: hosts.iter().map(|host| host.id).collect(),
            receives: Vec::new(),
            free_days: u64::from(mode == Mode::Busy),
            import_event_type: None,
        };
        let ago = |_| self.words.count("ago-minutes", 3, &[]);
        connection::calendar::Page::new(shell, "token".to_owned(), &calendar, &hosts, ago)
            .with_kinds(&[], None)
    }

    fn connected(&self, state: &'static str) -> ConnectionView {
        let (heading, action, message) = match state {
            "connected" => ("connection-connected", None, None),
            "syncing" => ("connection-syncing", None, None),
            "inactive" => (
                "connection-inactive",
                Some("connection-reconnect"),
                Some(self.words.say("connection-inactive-help")),
            ),
            _ => (
                "connection-error",
                Some("connection-reconnect"),
                Some(self.words.say("problem-needs-reconnect")),
            ),
        };
        ConnectionView {
            state,
            heading,
            account: Some("laura@alameda.example".to_owned()),
            calendars: vec![connection::CalendarView {
                name: self.pick("Lessons", "Clases").to_owned(),
                mode: "mode-write",
                hint: (state == "connected")
                    .then(|| self.words.count("calendar-free-days", 3, &[])),
                href: (state != "inactive").then(|| "/admin/connection/calendar".to_owned()),
            }],
            add_to: (state != "inactive").then(|| NOBODY.to_owned()),
            last_sync: self.words.count("ago-minutes", 3, &[]),
            waiting: self.words.count(
                "connection-waiting",
                if state == "error" { 2 } else { 0 },
                &[],
            ),
            message,
            since: (state == "error").then(|| self.moment()),
            is_by_robot: false,
            credential: Some("credential-oauth"),
            proof: Some(("proven", {
                let when = self.words.count("ago-minutes", 9, &[]);
                self.words.with("proof-proven", &[("when", &when)])
            })),
            push: (state == "connected").then(|| ("live", self.words.say("push-live"))),
            can_prove: action.is_none(),
            sync: (state == "connected").then(|| NOBODY.to_owned()),
            action,
            rules: (state != "inactive").then(|| connection::rules::href(NOBODY.parse().unwrap())),
            disconnect: (state != "inactive")
                .then(|| connection::disconnect::href(NOBODY.parse().unwrap())),
        }
    }

    fn pages(&self) -> Vec<(&'static str, String)> {
        let (words, page) = (self.words, |page: &dyn askama::DynTemplate| {
            page.dyn_render().unwrap()
        });
        let blank = AttendeeForm {
            name: "-".to_owned(),
            ..AttendeeForm::default()
        };
        let filled = AttendeeForm {
            name: "Ana María Ruiz".to_owned(),
            email: Some("ana@example.org".to_owned()),
            notes: Some("</textarea><script>alert(1)</script>".to_owned()),
            ..AttendeeForm::default()
        };
        let wrong = AttendeeForm {
            email: Some("ana@".to_owned()),
            phone: Some("later".to_owned()),
            ..AttendeeForm::default()
        };
        let organizations = [
            ("alameda", "Academia Alameda"),
            ("norte", "Clínica del Norte"),
        ]
        .map(|(slug, name)| (slug.to_owned(), name.to_owned()));
        let services = vec![
            self.maths(),
            self.service(
                self.pick("Physics lesson", "Clase de física"),
                "",
                "1 h 30 min",
            ),
            self.service(
                self.pick("First conversation", "Primera conversación"),
                self.pick(
                    "We get to know each other and make a plan. Free of charge.",
                    "Nos conocemos y hacemos un plan. Sin coste.",
                ),
                "20 min",
            ),
        ];
        let times = |picker| event_type::Page {
            shell: self.public(&self.maths().name),
            back_href: "/alameda".to_owned(),
            service: self.maths(),
            picker,
        };
        let decide = |refusal: Option<Refusal>, csrf: Option<&str>| reschedule::DecidePage {
            shell: self.public(&words.say("reschedule-confirm")),
            service: self.maths().name,
            attendee: csrf.map(|_| "Ana María Ruiz".to_owned()),
            current: self.moment(),
            occasion: self.occasion(),
            zone_name: self.zone.name().to_owned(),
            action: "/b/token/reschedule".to_owned(),
            back_href: "/b/token".to_owned(),
            times_href: "/b/token/reschedule".to_owned(),
            csrf: csrf.map(str::to_owned),
            start: refusal.is_none().then(|| self.lesson().start.to_string()),
            refusal: refusal.map(|r| RefusalView::new(words, r)),
            alternatives: refusal
                .map(|_| alternatives(words, &self.slots()[3..8], &self.zone, None))
                .unwrap_or_default(),
        };
        let error = |problem| ErrorPage::new(&self.visitor, &problem);
        let sign_in = |notice: Option<Notice>| sign_in::Page {
            shell: Shell::new(
                &self.visitor,
                words,
                &words.say("sign-in-heading"),
                Header::Product,
            ),
            email: if notice.is_some() {
                "laura@alameda.example".to_owned()
            } else {
                String::new()
            },
            notice,
            action: "/admin/sign-in".to_owned(),
        };
        let good = |h, l| self.notice(Tone::Good, h, l);
        let bad = |h, l| self.notice(Tone::Bad, h, l);
        let slots = self.slots();
        vec![
            (
                "home",
                page(&index::Page::new(&self.visitor, &organizations)),
            ),
            ("home-empty", page(&index::Page::new(&self.visitor, &[]))),
            (
                "organization",
                page(&organization::Page {
                    shell: self.public(""),
                    services,
                }),
            ),
            (
                "organization-empty",
                page(&organization::Page {
                    shell: self.public(""),
                    services: Vec::new(),
                }),
            ),
            ("times", page(&times(self.picker(None, &slots, false)))),
            (
                "times-empty-day",
                page(&times(self.picker(Some("2026-11-27"), &slots, false))),
            ),
            (
                "times-empty-month",
                page(&times(self.picker(None, &slots[100..], false))),
            ),
            ("times-none", page(&times(self.picker(None, &[], false)))),
            ("book", page(&self.form(&blank, None))),
            ("book-wrong", page(&self.form(&wrong, None))),
            (
                "book-taken",
                page(&self.form(&filled, Some(Refusal::Taken))),
            ),
            (
                "booking-new",
                page(&self.booking(Phase::Ahead, good("booked-heading", "booked-help"))),
            ),
            ("booking", page(&self.booking(Phase::Ahead, None))),
            (
                "booking-cancelled",
                page(&self.booking(Phase::Cancelled, None)),
            ),
            ("booking-over", page(&self.booking(Phase::Over, None))),
            (
                "reschedule",
                page(&reschedule::ChoosePage {
                    shell: self.public(&words.say("reschedule-heading")),
                    service: self.maths().name,
                    attendee: None,
                    current: self.moment(),
                    back_href: "/b/token".to_owned(),
                    picker: self.picker(Some("2026-12-01"), &slots, false),
                }),
            ),
            ("reschedule-to", page(&decide(None, None))),
            (
                "reschedule-taken",
                page(&decide(Some(Refusal::Taken), Some("token"))),
            ),
            (
                "cancel",
                page(&cancel::Page {
                    shell: self.public(&words.say("cancel-heading")),
                    service: self.maths().name,
                    occasion: self.occasion(),
                    href: "/b/token".to_owned(),
                    reason: String::new(),
                    problem: None,
                }),
            ),
            ("sign-in", page(&sign_in(None))),
            (
                "sign-in-wrong",
                page(&sign_in(bad("sign-in-wrong", "sign-in-wrong-help"))),
            ),
            ("admin-bookings", page(&self.bookings(self.rows()))),
            ("admin-bookings-empty", page(&self.bookings(Vec::new()))),
            ("admin-booking", page(&self.admin_booking(true))),
            ("admin-request", page(&self.request())),
            ("admin-new", page(&self.new_booking(None))),
            (
                "admin-new-taken",
                page(&self.new_booking(Some(Refusal::Taken))),
            ),
            ("admin-booking-cancelled", page(&self.admin_booking(false))),
            (
                "admin-reschedule",
                page(&reschedule::ChoosePage {
                    shell: self.admin(&words.say("reschedule-heading"), Section::Bookings),
                    service: self.maths().name,
                    attendee: Some("Ana María Ruiz".to_owned()),
                    current: self.moment(),
                    back_href: "/admin/bookings/id".to_owned(),
                    picker: self.picker(None, &slots, true),
                }),
            ),
            (
                "connection-none",
                page(&self.connection(ConnectionView::none(words), None)),
            ),
            (
                "connection-settings",
                page(&self.connection(ConnectionView::none(words), Some(Outcome::NotConfigured))),
            ),
            (
                "connection-connected",
                page(&self.connection(self.connected("connected"), Some(Outcome::Connected))),
            ),
            (
                "connection-syncing",
                page(&self.connection(self.connected("syncing"), None)),
            ),
            (
                "connection-error",
                page(&self.connection(self.connected("error"), None)),
            ),
            (
                "connection-inactive",
                page(&self.connection(self.connected("inactive"), Some(Outcome::Disconnected))),
            ),
            ("calendar", page(&self.calendar(Mode::Write))),
            ("calendar-busy", page(&self.calendar(Mode::Busy))),
            ("days-week", page(&self.days(View::Week, false))),
            ("days-month", page(&self.days(View::Month, true))),
            ("days-day", page(&self.days(View::Day, false))),
            ("rules", page(&self.rules())),
            ("disconnect", page(&self.disconnect(GrantFate::Revoked, 20))),
            (
                "disconnect-shared",
                page(&self.disconnect(GrantFate::Shared, 1)),
            ),
            (
                "connection-redirect",
                page(
                    &self.connection(ConnectionView::none(words), Some(Outcome::RedirectMismatch)),
                ),
            ),
            (
                "connection-scope",
                page(&self.connection(ConnectionView::none(words), Some(Outcome::MissingScope))),
            ),
            ("inbox", page(&self.inbox(true, false))),
            ("inbox-trying", page(&self.inbox(false, false))),
            ("inbox-empty", page(&self.inbox(true, true))),
            ("error-404", page(&error(Problem::NotFound))),
            ("error-booking", page(&error(Problem::UnknownBooking))),
            ("error-403", page(&error(Problem::Forbidden))),
            (
                "error-500",
                page(&error(Problem::Internal {
                    reference: "7KQ2-9FXD".to_owned(),
                })),
            ),
        ]
    }
}

/// Every page in every language, by name.
fn all() -> Vec<(Locale, &'static str, String)> {
    let pages = |locale: Locale| {
        Sample::new(locale)
            .pages()
            .into_iter()
            .map(move |(name, html)| (locale, name, html))
    };
    Locale::ALL.into_iter().flat_map(pages).collect()
}

#[test]
fn every_page_can_be_looked_at() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/web-preview");
    for (locale, name, html) in all() {
        let folder = root.join(locale.tag());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

#[test]
fn every_page_says_its_language_and_lets_one_change_it() {
    for (locale, name, html) in all() {
        assert!(
            html.contains(&format!("<html lang=\"{}\"", locale.tag())),
            "{name}"
        );
        assert!(
            html.contains("lang=en\" hreflang=\"en\"")
                && html.contains("lang=es\" hreflang=\"es\""),
            "{name}"
        );
        assert!(!html.contains('⟦'), "{name} misses a message");
    }
}

#[test]
fn every_page_has_one_heading_and_its_landmarks() {
    for (_, name, html) in all() {
        for tag in ["<h1", "<main", "<header", "<footer", "<title>"] {
            assert_eq!(html.matches(tag).count(), 1, "{name}: {tag}");
        }
        assert!(
            html.contains("href=\"#main\"") && html.contains("id=\"main\""),
            "{name}"
        );
    }
}

/// The content security policy would refuse them.
#[test]
fn no_page_has_inline_style_or_script() {
    for (_, name, html) in all() {
        for found in html.match_indices("<script") {
            assert!(
                html[found.0..].starts_with("<script type=\"module\" src=\"/assets/"),
                "{name}"
            );
        }
        for never in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!html.contains(never), "{name}: {never}");
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_leads_somewhere() {
    for (_, name, html) in all() {
        let mut ids: Vec<_> = values(&html, " id=\"").collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} has an id twice");
        let labels: Vec<_> = values(&html, " for=\"").collect();
        for tag in ["<input id=\"", "<select id=\"", "<textarea id=\""] {
            for id in values(&html, tag) {
                assert!(labels.contains(&id), "{name}: {id} has no label");
            }
        }
        for attribute in [
            " aria-describedby=\"",
            " aria-labelledby=\"",
            " for=\"",
            " href=\"#",
        ] {
            for id in values(&html, attribute).flat_map(str::split_whitespace) {
                assert!(ids.contains(&id), "{name}: {id} is nowhere");
            }
        }
    }
}

#[test]
fn what_a_stranger_typed_is_never_markup() {
    for (_, name, html) in all() {
        assert!(
            !html.contains("<b>Reed") && !html.contains("<script>alert"),
            "{name}"
        );
    }
}

#[test]
fn elements_are_closed_in_order() {
    const VOID: [&str; 4] = ["meta", "link", "input", "br"];
    for (_, name, html) in all() {
        let mut open: Vec<&str> = Vec::new();
        for tag in html.split('<').skip(1) {
            let word = tag
                .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
                .next()
                .unwrap();
            if let Some(rest) = tag.strip_prefix('/') {
                let closed = rest.split('>').next().unwrap();
                assert_eq!(open.pop(), Some(closed), "{name}");
            } else if !tag.starts_with('!')
                && !VOID.contains(&word)
                && !tag.split('>').next().unwrap().ends_with('/')
            {
                open.push(word);
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
    }
}

/// What follows each `opening`, up to the next quote.
fn values<'a>(html: &'a str, opening: &'a str) -> impl Iterator<Item = &'a str> {
    html.match_indices(opening)
        .filter_map(move |(at, _)| html[at + opening.len()..].split('"').next())
}
