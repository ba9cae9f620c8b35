//! `/admin/bookings/new`: a booking made by the organization; on top of others where someone says so
//! on purpose, after having been told what is in the way (scenario B7).

use app::bookings::{self, BookError, BookInput, Forced};
use app::limits::Asker;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::attendee::{AttendeeForm, BadField};
use domain::booking::{Cause, Refusal};
use domain::event_type::EventType;
use domain::{HostId, Instant, Interval, Zone};
use http::StatusCode;

use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, key};
use crate::pages::admin::SignedIn;
use crate::pages::admin::bookings::booking::{Choice, back};
use crate::pages::b::cancel::reason_problem;
use crate::pages::organization::event_type::book::{Field, fields, problems};
use crate::parts::problem::FieldProblem;
use crate::parts::refusal::{Alternative, RefusalView, alternatives, can_be_forced};
use crate::request::fields::Fields;
use crate::request::form_key;
use crate::request::query::{CalendarQuery, clock, day_param};
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;

const HREF: &str = "/admin/bookings/new";

#[derive(Template)]
#[template(path = "admin/bookings/new.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) csrf: String,
    /// Makes sending this form twice the same as once.
    pub(crate) key: String,
    /// The zone day and time are read in.
    pub(crate) zone: String,
    pub(crate) services: Vec<Choice>,
    /// Those of every service; the first is nobody in particular.
    pub(crate) hosts: Vec<Choice>,
    pub(crate) day: String,
    pub(crate) time: String,
    pub(crate) problems: Vec<FieldProblem>,
    pub(crate) fields: Vec<Field>,
    pub(crate) refusal: Option<RefusalView>,
    pub(crate) alternatives: Vec<Alternative>,
    /// Whether it can be booked all the same.
    pub(crate) can_force: bool,
    pub(crate) reason: String,
}

impl Page {
    fn problems_heading(&self) -> String {
        let count = u64::try_from(self.problems.len()).unwrap_or(u64::MAX);
        self.shell.words.count("form-problems", count, &[])
    }

    /// What is wrong with the field of this name.
    fn problem_of(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|p| p.field == field);
        found.map(|problem| problem.text.as_str())
    }
}

/// What was typed, as far as it can be read.
struct Typed {
    event_type: String,
    host: String,
    start: Option<Instant>,
    form: AttendeeForm,
    /// Why to force it, where that was pressed.
    force: Option<String>,
}

impl Typed {
    fn read(typed: &Fields, zone: &Zone) -> Self {
        let given = |name| typed.given(name).map(str::to_owned);
        let query = CalendarQuery::read(typed);
        let civil = query.day.zip(typed.given("time").and_then(clock));
        let start = query.start;
        Self {
            event_type: typed.get("event_type").to_owned(),
            host: typed.get("host").to_owned(),
            start: start.or(civil.map(|(day, time)| zone.instant(day.to_datetime(time)))),
            form: AttendeeForm {
                name: typed.get("name").to_owned(),
                email: given("email"),
                phone: given("phone"),
                time_zone: None,
                locale: None,
                notes: given("notes"),
            },
            force: typed.given("force").map(|_| typed.get("reason").to_owned()),
        }
    }
}

/// Somebody who books for the organization: what every answer of this page needs.
struct Booker<'a> {
    state: &'a WebState,
    visitor: &'a Visitor,
    signed_in: &'a SignedIn,
    offered: Vec<EventType>,
}

impl<'a> Booker<'a> {
    async fn new(
        state: &'a WebState,
        visitor: &'a Visitor,
        signed_in: &'a SignedIn,
    ) -> Result<Self, Failure> {
        let organization = &signed_in.session.organization;
        let offered = app::event_types::list(&state.app, organization.id).await;
        Ok(Self {
            state,
            visitor,
            signed_in,
            offered: offered.map_err(|e| state.failed(visitor, &e))?,
        })
    }

    fn zone(&self) -> &Zone {
        &self.signed_in.session.organization.zone
    }

    /// The page of what was typed, with nothing said about it yet.
    fn page(&self, typed: &Typed, raw: &Fields) -> Page {
        let words = self.signed_in.words(self.visitor);
        let zone = self.zone();
        let shown = typed.start.map(|start| start.in_zone(zone));
        let as_typed = |name| raw.get(name).to_owned();
        Page {
            shell: self
                .signed_in
                .shell(self.visitor, &words.say("new-heading"), Section::Bookings),
            csrf: self.signed_in.session.csrf.clone(),
            key: bookings::form_key(&self.state.app),
            zone: dates::zone_label(zone, typed.start.unwrap_or_else(|| self.state.app.now())),
            services: self.services(&typed.event_type),
            hosts: self.hosts(&typed.host),
            day: shown.map_or_else(|| as_typed("day"), |at| day_param(at.date())),
            time: shown.map_or_else(|| as_typed("time"), |at| dates::clock(at.time())),
            problems: Vec::new(),
            fields: fields(words, &typed.form, &[]),
            refusal: None,
            alternatives: Vec::new(),
            can_force: false,
            reason: as_typed("reason"),
        }
    }

    fn services(&self, chosen: &str) -> Vec<Choice> {
        let services = self.offered.iter();
        services
            .map(|event_type| Choice {
                value: event_type.slug.clone(),
                label: event_type.name.clone(),
                is_chosen: event_type.slug == chosen,
            })
            .collect()
    }

    /// Everybody who offers anything, by name.
    fn hosts(&self, chosen: &str) -> Vec<Choice> {
        let words = self.signed_in.words(self.visitor);
        let hosts = self.offered.iter().flat_map(|event_type| &event_type.hosts);
        let mut hosts: Vec<_> = hosts.map(|host| (host.name.as_str(), host.id)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let hosts = hosts.into_iter().map(|(name, id)| Choice {
            value: id.to_string(),
            label: name.to_owned(),
            is_chosen: id.to_string() == chosen,
        });
        let nobody = Choice {
            value: String::new(),
            label: words.say("new-any-host"),
            is_chosen: chosen.is_empty(),
        };
        std::iter::once(nobody).chain(hosts).collect()
    }

    fn show(&self, status: StatusCode, page: &Page) -> Result<Response, Failure> {
        self.state.show(self.visitor, status, page)
    }

    fn show_wrong(&self, mut page: Page, wrong: FieldProblem) -> Result<Response, Failure> {
        page.problems.push(wrong);
        self.show(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }

    fn wrong(&self, field: &'static str, label: Key, text: &str) -> FieldProblem {
        let words = self.signed_in.words(self.visitor);
        FieldProblem {
            field,
            label: words.say(label),
            text: text.to_owned(),
        }
    }

    fn show_bad_attendee(
        &self,
        mut page: Page,
        form: &AttendeeForm,
        bad: &[BadField],
    ) -> Result<Response, Failure> {
        let words = page.shell.words;
        page.problems = problems(words, form, bad);
        page.fields = fields(words, form, &page.problems);
        self.show(StatusCode::UNPROCESSABLE_ENTITY, &page)
    }

    fn show_refused(
        &self,
        mut page: Page,
        refusal: Refusal,
        times: &[Interval],
    ) -> Result<Response, Failure> {
        let words = page.shell.words;
        page.refusal = Some(RefusalView::in_the_way(words, refusal));
        page.alternatives = alternatives(words, times, self.zone(), None);
        page.can_force = can_be_forced(refusal);
        self.show(StatusCode::CONFLICT, &page)
    }

    fn show_bad_reason(&self, mut page: Page, text: &str) -> Result<Response, Failure> {
        page.can_force = true;
        let wrong = self.wrong("reason", key("cancel-reason-admin"), text);
        self.show_wrong(page, wrong)
    }
}

/// `GET /admin/bookings/new`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let booker = Booker::new(&state, &visitor, &signed_in).await?;
    let typed = Typed::read(&visitor.query, booker.zone());
    booker.show(StatusCode::OK, &booker.page(&typed, &visitor.query))
}

/// `POST /admin/bookings/new`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    raw: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &raw)?;
    let booker = Booker::new(&state, &visitor, &signed_in).await?;
    let typed = Typed::read(&raw, booker.zone());
    let page = booker.page(&typed, &raw);
    let words = page.shell.words;
    let Some(start) = typed.start else {
        let text = words.say("new-when-problem");
        return booker.show_wrong(page, booker.wrong("day", key("new-date"), &text));
    };
    let Ok(host) = host(&typed.host) else {
        let text = words.say("new-host-problem");
        return booker.show_wrong(page, booker.wrong("host", key("new-host"), &text));
    };
    if typed.force.as_deref() == Some("") {
        return booker.show_bad_reason(page, &words.say("cancel-reason-missing"));
    }
    let input = BookInput {
        organization: signed_in.session.organization.slug.clone(),
        event_type: typed.event_type,
        start,
        host,
        attendee: typed.form.clone(),
        hold: None,
        forced: typed.force.map(|reason| Forced {
            reason,
            by: Some(signed_in.session.email.clone()),
        }),
        asker: Asker::Organization,
        cause: Cause::Admin,
        idempotency_key: form_key::of(HREF, &raw),
    };
    match bookings::book(&state.app, input).await {
        Ok(booked) => Ok(back(booked.booking.id, "made")),
        Err(BookError::BadAttendee(bad)) => booker.show_bad_attendee(page, &typed.form, &bad),
        Err(BookError::Refused {
            refusal,
            alternatives,
        }) => booker.show_refused(page, refusal, &alternatives),
        Err(BookError::Stale(_)) => {
            let mut page = page;
            page.refusal = Some(RefusalView {
                text: words.say("refused-force-help"),
                ..RefusalView::stale(words)
            });
            page.can_force = true;
            booker.show(StatusCode::CONFLICT, &page)
        }
        Err(BookError::UnknownHost) => {
            let text = words.say("new-host-problem");
            booker.show_wrong(page, booker.wrong("host", key("new-host"), &text))
        }
        Err(BookError::BadReason(bad)) => booker.show_bad_reason(page, &reason_problem(words, bad)),
        Err(BookError::KeyReused(_)) => {
            let mut page = page;
            page.refusal = Some(RefusalView::sent_before(words));
            booker.show(StatusCode::CONFLICT, &page)
        }
        Err(BookError::UnknownEventType | BookError::UnknownHold) => {
            Err(visitor.failure(Problem::NotFound))
        }
        Err(error @ (BookError::TooMany(_) | BookError::Store(_))) => {
            Err(state.failed(&visitor, &error))
        }
    }
}

/// The host asked for; `None` for nobody in particular.
fn host(typed: &str) -> Result<Option<HostId>, ()> {
    match typed {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| ()),
    }
}
