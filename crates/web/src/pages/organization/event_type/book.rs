//! `/{org}/{event_type}/book`: who is coming. Asked for a start, answered with a booking.

use app::bookings::{self, Attempt, BookError, BookInput};
use app::limits::{Asker, Network};
use app::organizations::Organization;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::attendee::{AttendeeForm, BadField, EMAIL_CHARS_MAX, NAME_CHARS_MAX, NOTES_CHARS_MAX};
use domain::booking::{Cause, Refusal};
use domain::event_type::EventType;
use domain::text::BadText;
use domain::{Instant, Interval, Zone};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::errors::{Failure, Problem};
use crate::i18n::{Key, Words, key};
use crate::pages::organization;
use crate::pages::organization::event_type;
use crate::parts::occasion::Occasion;
use crate::parts::problem::FieldProblem;
use crate::parts::refusal::{Alternative, RefusalView, alternatives};
use crate::picker::search::{Of, obstacle};
use crate::request::fields::Fields;
use crate::request::form_key;
use crate::request::query::{self, CalendarQuery, ZoneAsked, day_param};
use crate::request::visitor::Visitor;
use crate::shell::Shell;
use crate::state::WebState;
use crate::urls;

/// Longest telephone number typed, blanks and brackets included.
const PHONE_CHARS_MAX: usize = 40;

#[derive(Template)]
#[template(path = "organization/event_type/book.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) heading: String,
    pub(crate) organization: String,
    pub(crate) service: String,
    pub(crate) occasion: Occasion,
    pub(crate) zone_name: String,
    /// Makes sending this form twice the same as once.
    pub(crate) key: String,
    /// Where the form goes.
    pub(crate) action: String,
    /// The picker, at the day of the start.
    pub(crate) times_href: String,
    /// The start to book; `None` when it cannot be had.
    pub(crate) start: Option<String>,
    pub(crate) refusal: Option<RefusalView>,
    pub(crate) alternatives: Vec<Alternative>,
    pub(crate) problems: Vec<FieldProblem>,
    pub(crate) fields: Vec<Field>,
}

impl Page {
    fn problems_heading(&self) -> String {
        let count = u64::try_from(self.problems.len()).unwrap_or(u64::MAX);
        self.shell.words.count("form-problems", count, &[])
    }
}

/// A field of the form, as typed.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    pub(crate) autocomplete: &'static str,
    pub(crate) value: String,
    pub(crate) help: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) is_required: bool,
    /// Said beside the label. Neither is true of the address: a telephone number may stand for it.
    pub(crate) is_optional: bool,
    pub(crate) is_long: bool,
    pub(crate) chars_max: usize,
}

impl Field {
    /// The elements that explain the field, for `aria-describedby`.
    pub(crate) fn described_by(&self) -> Option<String> {
        let ids = [("help", &self.help), ("problem", &self.problem)];
        let ids: Vec<_> = ids
            .iter()
            .filter(|(_, text)| text.is_some())
            .map(|(part, _)| format!("{}-{part}", self.name))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// The problems found, in words, in the order of the form.
pub(crate) fn problems(words: Words, form: &AttendeeForm, bad: &[BadField]) -> Vec<FieldProblem> {
    bad.iter()
        .map(|bad| FieldProblem {
            field: bad.field,
            label: words.say(label(bad.field)),
            text: problem(words, form, bad),
        })
        .collect()
}

fn label(field: &str) -> Key {
    match field {
        "name" => key("field-name"),
        "email" => key("field-email"),
        "phone" => key("field-phone"),
        "time_zone" => key("zone-label"),
        _ => key("field-notes"),
    }
}

fn problem(words: Words, form: &AttendeeForm, bad: &BadField) -> String {
    let has_email = form.email.as_deref().is_some_and(|e| !e.trim().is_empty());
    let key = match (bad.field, bad.problem) {
        (_, BadText::TooLong(max)) => {
            let max = u64::try_from(max).unwrap_or(u64::MAX);
            return words.count("problem-too-long", max, &[]);
        }
        ("name", BadText::Form(_)) => key("problem-name-link"),
        ("name", BadText::Empty) => key("problem-name-empty"),
        ("email", _) if has_email => key("problem-email"),
        ("email", _) => key("problem-contact"),
        ("phone", _) => key("problem-phone"),
        ("time_zone", _) => key("problem-zone"),
        _ => key("problem-text"),
    };
    words.say(key)
}

/// The fields of the form with what was typed and what is wrong with it.
pub(crate) fn fields(words: Words, form: &AttendeeForm, problems: &[FieldProblem]) -> Vec<Field> {
    let typed = |value: &Option<String>| value.clone().unwrap_or_default();
    let field = |name: &'static str, kind, autocomplete, value, chars_max| Field {
        name,
        label: words.say(label(name)),
        kind,
        autocomplete,
        value,
        help: None,
        problem: problems
            .iter()
            .find(|p| p.field == name)
            .map(|p| p.text.clone()),
        is_required: false,
        is_optional: false,
        is_long: false,
        chars_max,
    };
    vec![
        Field {
            is_required: true,
            ..field("name", "text", "name", form.name.clone(), NAME_CHARS_MAX)
        },
        Field {
            help: Some(words.say("field-email-help")),
            ..field(
                "email",
                "email",
                "email",
                typed(&form.email),
                EMAIL_CHARS_MAX,
            )
        },
        Field {
            is_optional: true,
            ..field("phone", "tel", "tel", typed(&form.phone), PHONE_CHARS_MAX)
        },
        Field {
            is_optional: true,
            is_long: true,
            ..field("notes", "text", "off", typed(&form.notes), NOTES_CHARS_MAX)
        },
    ]
}

/// Somebody about to book: what every answer of this page needs.
struct Booker<'a> {
    state: &'a WebState,
    visitor: &'a Visitor,
    words: Words,
    organization: Organization,
    event_type: EventType,
    zone: Zone,
}

/// How a form is shown.
#[derive(Default)]
struct Shown {
    form: AttendeeForm,
    problems: Vec<FieldProblem>,
    refusal: Option<RefusalView>,
    alternatives: Vec<Alternative>,
    /// Without fields there is nothing to send yet: the alternatives are links.
    has_no_fields: bool,
    /// Whether what is refused may be asked for again as it is.
    can_be_resent: bool,
}

impl Booker<'_> {
    /// The picker, at the day of `start` where there is one.
    fn times_href(&self, start: Option<Instant>) -> String {
        let page = urls::event_type(&self.organization.slug, &self.event_type.slug);
        let day = start.map(|start| day_param(start.in_zone(&self.zone).date()));
        let zone = self.zone.name();
        let pairs = [("tz", zone), ("day", day.as_deref().unwrap_or_default())];
        let count = if day.is_some() { 2 } else { 1 };
        urls::with_query(&page, &pairs[..count])
    }

    fn bad_start(&self) -> Failure {
        let times_href = self.times_href(None);
        self.visitor.failure(Problem::BadStart { times_href })
    }

    fn show(&self, status: StatusCode, start: Instant, shown: Shown) -> Result<Response, Failure> {
        let words = self.words;
        let event_type = &self.event_type;
        let time = Interval::lasting(start, event_type.rules.duration);
        let action = urls::book(&self.organization.slug, &event_type.slug);
        let header = organization::header(&self.organization);
        let heading = words.say(if shown.has_no_fields {
            key("book-other-time")
        } else {
            key("book-heading")
        });
        let title = match shown.problems.as_slice() {
            [] => heading.clone(),
            _ => words.with("title-problem", &[("title", &heading)]),
        };
        let page = Page {
            shell: Shell::new(self.visitor, words, &title, header),
            heading,
            organization: self.organization.name.clone(),
            service: event_type.name.clone(),
            occasion: Occasion::new(words, time, &self.zone, &self.event_type.host_names()),
            zone_name: self.zone.name().to_owned(),
            key: bookings::form_key(&self.state.app),
            action: urls::with_start(&action, start, self.zone.name()),
            times_href: self.times_href(Some(start)),
            start: (shown.refusal.is_none() || shown.can_be_resent).then(|| start.to_string()),
            refusal: shown.refusal,
            alternatives: shown.alternatives,
            fields: if shown.has_no_fields {
                Vec::new()
            } else {
                fields(words, &shown.form, &shown.problems)
            },
            problems: shown.problems,
        };
        self.state.show(self.visitor, status, &page)
    }

    fn show_refused(
        &self,
        form: AttendeeForm,
        start: Instant,
        refusal: Refusal,
        times: &[Interval],
    ) -> Result<Response, Failure> {
        let shown = Shown {
            form,
            refusal: Some(RefusalView::new(self.words, refusal)),
            alternatives: alternatives(self.words, times, &self.zone, None),
            ..Shown::default()
        };
        self.show(StatusCode::CONFLICT, start, shown)
    }
}

/// `GET /{org}/{event_type}/book`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(slugs): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, event_type) = event_type::find(&state, &visitor, &slugs).await?;
    let booker = Booker {
        words: visitor.words(organization.locale),
        zone: visitor.zone_or(&organization.zone),
        state: &state,
        visitor: &visitor,
        organization,
        event_type,
    };
    let Some(start) = CalendarQuery::read(&visitor.query).start else {
        return Err(booker.bad_start());
    };
    let of = Of::New(&slugs.0, &slugs.1);
    let event_type = &booker.event_type;
    match obstacle(&state, &visitor, of, event_type, start).await? {
        None => {
            // A slot is chosen: while the form is filled in, its calendars are looked at.
            app::freshness::choose(&state.app, &slugs.0, &slugs.1).await;
            booker.show(StatusCode::OK, start, Shown::default())
        }
        Some((refusal, times)) => {
            let page = urls::book(&slugs.0, &slugs.1);
            let shown = Shown {
                refusal: Some(RefusalView::before_asking(booker.words, refusal)),
                alternatives: alternatives(booker.words, &times, &booker.zone, Some(&page)),
                has_no_fields: true,
                ..Shown::default()
            };
            booker.show(StatusCode::CONFLICT, start, shown)
        }
    }
}

/// `POST /{org}/{event_type}/book`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(slugs): Path<(String, String)>,
    network: Option<Extension<Network>>,
    typed: Fields,
) -> Result<Response, Failure> {
    let (organization, event_type) = event_type::find(&state, &visitor, &slugs).await?;
    let zone = match query::zone(typed.given("time_zone")) {
        ZoneAsked::Known(zone) => zone,
        ZoneAsked::No | ZoneAsked::Unknown => visitor.zone_or(&organization.zone),
    };
    let booker = Booker {
        words: visitor.words(organization.locale),
        state: &state,
        visitor: &visitor,
        organization,
        event_type,
        zone,
    };
    let Some(start) = CalendarQuery::read(&typed).start else {
        return Err(booker.bad_start());
    };
    let form = attendee_form(&typed, &booker);
    let idempotency_key = form_key::of(&urls::book(&slugs.0, &slugs.1), &typed);
    let input = BookInput {
        organization: slugs.0,
        event_type: slugs.1,
        start,
        host: None,
        attendee: form.clone(),
        hold: None,
        forced: None,
        asker: Asker::Public(network.map(|Extension(network)| network)),
        cause: Cause::Attendee,
        idempotency_key,
    };
    let booked = match bookings::book_or_look(&state.app, input.clone()).await {
        Ok(Attempt::Booked(booked)) => Ok(*booked),
        Ok(Attempt::Look(look)) => {
            state.wait(look).await;
            bookings::book(&state.app, input).await
        }
        Err(error) => Err(error),
    };
    match booked {
        Ok(booked) => {
            let page = urls::booking(&booked.manage_token);
            let known = booked.stale.map(|stale| {
                let as_of = stale.as_of.map(|at| at.to_string());
                as_of.unwrap_or_else(|| "never".to_owned())
            });
            let mut pairs = vec![("new", "1")];
            pairs.extend(known.as_deref().map(|known| ("known", known)));
            Ok(Redirect::to(&urls::with_query(&page, &pairs)).into_response())
        }
        Err(BookError::Stale(_)) => {
            let shown = Shown {
                form,
                refusal: Some(RefusalView::stale(booker.words)),
                can_be_resent: true,
                ..Shown::default()
            };
            booker.show(StatusCode::CONFLICT, start, shown)
        }
        Err(BookError::BadAttendee(bad)) => {
            let problems = problems(booker.words, &form, &bad);
            let shown = Shown {
                form,
                problems,
                ..Shown::default()
            };
            booker.show(StatusCode::UNPROCESSABLE_ENTITY, start, shown)
        }
        Err(BookError::Refused {
            refusal,
            alternatives,
        }) => booker.show_refused(form, start, refusal, &alternatives),
        Err(BookError::UnknownEventType | BookError::UnknownHost | BookError::UnknownHold) => {
            Err(visitor.failure(Problem::NotFound))
        }
        Err(BookError::KeyReused(_)) => {
            let shown = Shown {
                form,
                refusal: Some(RefusalView::sent_before(booker.words)),
                can_be_resent: true,
                ..Shown::default()
            };
            booker.show(StatusCode::CONFLICT, start, shown)
        }
        Err(BookError::TooMany(why)) => {
            let shown = Shown {
                form,
                refusal: Some(RefusalView::too_many(booker.words)),
                can_be_resent: true,
                ..Shown::default()
            };
            let mut response = booker.show(StatusCode::TOO_MANY_REQUESTS, start, shown)?;
            let seconds = HeaderValue::from(why.retry_after().as_secs().max(1));
            response.headers_mut().insert(RETRY_AFTER, seconds);
            Ok(response)
        }
        Err(error @ (BookError::BadReason(_) | BookError::Store(_))) => {
            Err(state.failed(&visitor, &error))
        }
    }
}

fn attendee_form(typed: &Fields, booker: &Booker<'_>) -> AttendeeForm {
    let given = |name| typed.given(name).map(str::to_owned);
    AttendeeForm {
        name: typed.get("name").to_owned(),
        email: given("email"),
        phone: given("phone"),
        time_zone: Some(booker.zone.name().to_owned()),
        locale: Some(booker.words.locale().tag().to_owned()),
        notes: given("notes"),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Locale, Zone};

    use super::*;

    const EN: Words = Words::new(Locale::En);

    fn form(name: &str, email: &str, phone: &str) -> AttendeeForm {
        AttendeeForm {
            name: name.into(),
            email: Some(email.into()),
            phone: Some(phone.into()),
            ..AttendeeForm::default()
        }
    }

    #[test]
    fn every_problem_is_said_where_it_is_and_nothing_typed_is_lost() {
        let long = "x".repeat(101);
        for (form, expected) in [
            (
                form("", "ana@example.org", ""),
                vec![("name", "Enter your name.")],
            ),
            (
                form("Ana", "", ""),
                vec![("email", "Enter an e-mail address or a phone number.")],
            ),
            (
                form("Ana", "ana@", "call me"),
                vec![
                    ("email", "Enter an address such as name@example.org."),
                    ("phone", "Enter 6 to 15 digits, such as +34 600 000 000."),
                ],
            ),
            (
                form(&long, "ana@example.org", ""),
                vec![("name", "Use at most 100 characters.")],
            ),
            (
                form("see www.spam.example", "ana@example.org", ""),
                vec![("name", "A name cannot contain a link.")],
            ),
        ] {
            let bad = form.check(&Zone::utc(), Locale::En).unwrap_err();
            let problems = problems(EN, &form, &bad);
            let said: Vec<_> = problems
                .iter()
                .map(|p| (p.field, p.text.as_str()))
                .collect();
            assert_eq!(said, expected);
            let fields = fields(EN, &form, &problems);
            assert_eq!(fields[0].value, form.name);
            assert_eq!(Some(&fields[1].value), form.email.as_ref());
            for (name, text) in expected {
                let field = fields.iter().find(|f| f.name == name).unwrap();
                assert_eq!(field.problem.as_deref(), Some(text));
                assert!(
                    field
                        .described_by()
                        .unwrap()
                        .contains(&format!("{name}-problem"))
                );
            }
        }
    }
}
