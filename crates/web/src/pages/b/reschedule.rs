//! `/b/{token}/reschedule`: another time for a booking, chosen in two steps: first the time, then,
//! with both times in view, the decision.

use app::bookings::{self, Detail, RescheduleError, RescheduleInput};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::booking::Cause;
use domain::{Instant, Interval, Zone};
use http::StatusCode;

use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::Words;
use crate::pages::organization;
use crate::parts::freshness::stale_note;
use crate::parts::occasion::Occasion;
use crate::parts::refusal::{Alternative, RefusalView, alternatives};
use crate::parts::status::Phase;
use crate::picker::search::{Of, obstacle, search};
use crate::picker::{Picker, Places, Range, picker};
use crate::request::fields::Fields;
use crate::request::query::{self, CalendarQuery, ZoneAsked, day_param};
use crate::request::visitor::Visitor;
use crate::shell::{Header, Shell};
use crate::state::WebState;
use crate::urls;

/// Choosing the time.
#[derive(Template)]
#[template(path = "b/reschedule.html")]
pub(crate) struct ChoosePage {
    pub(crate) shell: Shell,
    pub(crate) service: String,
    /// Whose booking it is; on the admin pages only.
    pub(crate) attendee: Option<String>,
    pub(crate) current: String,
    pub(crate) back_href: String,
    pub(crate) picker: Picker,
}

/// Deciding on it.
#[derive(Template)]
#[template(path = "b/reschedule_to.html")]
pub(crate) struct DecidePage {
    pub(crate) shell: Shell,
    pub(crate) service: String,
    pub(crate) attendee: Option<String>,
    pub(crate) current: String,
    pub(crate) occasion: Occasion,
    pub(crate) zone_name: String,
    pub(crate) action: String,
    pub(crate) back_href: String,
    pub(crate) times_href: String,
    /// The synchroniser token; on the admin pages only.
    pub(crate) csrf: Option<String>,
    /// The start to move to; `None` when it cannot be had.
    pub(crate) start: Option<String>,
    pub(crate) refusal: Option<RefusalView>,
    pub(crate) alternatives: Vec<Alternative>,
}

/// Who moves a booking, and where they do it: the attendee by the manage link, or an admin.
pub(crate) struct Mover<'a> {
    pub(crate) state: &'a WebState,
    pub(crate) visitor: &'a Visitor,
    pub(crate) words: Words,
    pub(crate) detail: &'a Detail,
    pub(crate) header: Header,
    /// The booking's page.
    pub(crate) href: String,
    /// The zone times are shown in.
    pub(crate) zone: Zone,
    /// The synchroniser token, on the admin pages.
    pub(crate) csrf: Option<String>,
}

impl Mover<'_> {
    fn page_href(&self) -> String {
        format!("{}/reschedule", self.href)
    }

    fn is_admin(&self) -> bool {
        self.csrf.is_some()
    }

    /// Whose booking it is goes without saying on the attendee's own pages.
    fn attendee(&self) -> Option<String> {
        self.is_admin()
            .then(|| self.detail.booking.attendee.name.clone())
    }

    fn current(&self) -> String {
        let start = self.detail.booking.time.start;
        let moment = dates::moment(self.words, start, &self.zone);
        format!("{moment}, {}", dates::zone_label(&self.zone, start))
    }

    /// Back to the booking, which says that it can no longer be moved.
    fn too_late(&self) -> Failure {
        let result = self.is_admin().then_some(("result", "not_open"));
        Failure::go_to(&urls::with_query(&self.href, result.as_slice()))
    }

    /// Without a start, the picker; with one, the decision.
    pub(crate) async fn ask(&self) -> Result<Response, Failure> {
        let query = CalendarQuery::read(&self.visitor.query);
        let now = self.state.app.now();
        if Phase::of(&self.detail.booking, now) != Phase::Ahead {
            return Err(self.too_late());
        }
        match query.start {
            Some(start) => self.ask_to_decide(start).await,
            None => self.ask_to_choose(&query, now).await,
        }
    }

    async fn ask_to_choose(
        &self,
        query: &CalendarQuery,
        now: Instant,
    ) -> Result<Response, Failure> {
        let (words, detail) = (self.words, self.detail);
        let horizon = detail.event_type.rules.horizon;
        let range = Range::new(query, &self.zone, now, horizon);
        let of = Of::Move(detail.booking.id);
        let (range, found) = search(self.state, self.visitor, of, range).await?;
        let home = &detail.organization.zone;
        let href = self.page_href();
        let places = Places {
            page: &href,
            choose: &href,
            zone_is_fixed: self.is_admin(),
        };
        let heading = words.say("reschedule-heading");
        let page = ChoosePage {
            shell: Shell::new(self.visitor, words, &heading, self.header.clone()),
            service: detail.event_type.name.clone(),
            attendee: self.attendee(),
            current: self.current(),
            back_href: self.href.clone(),
            picker: picker(
                words,
                self.visitor,
                &range,
                query,
                &found.slots,
                home,
                places,
            )
            .with_note(stale_note(words, found.stale, &self.zone)),
        };
        self.state.show(self.visitor, StatusCode::OK, &page)
    }

    async fn ask_to_decide(&self, start: Instant) -> Result<Response, Failure> {
        let of = Of::Move(self.detail.booking.id);
        let event_type = &self.detail.event_type;
        match obstacle(self.state, self.visitor, of, event_type, start).await? {
            None => self.show(StatusCode::OK, start, None, Vec::new()),
            Some((refusal, times)) => {
                let refusal = RefusalView::before_asking(self.words, refusal);
                let times = self.alternatives(&times, Some(&self.page_href()));
                self.show(StatusCode::CONFLICT, start, Some(refusal), times)
            }
        }
    }

    fn alternatives(&self, times: &[Interval], page: Option<&str>) -> Vec<Alternative> {
        alternatives(self.words, times, &self.zone, page)
    }

    fn show(
        &self,
        status: StatusCode,
        start: Instant,
        refusal: Option<RefusalView>,
        alternatives: Vec<Alternative>,
    ) -> Result<Response, Failure> {
        let (words, detail) = (self.words, &self.detail);
        let time = Interval::lasting(start, detail.event_type.rules.duration);
        let heading = words.say("reschedule-confirm");
        let href = self.page_href();
        let day = day_param(start.in_zone(&self.zone).date());
        let zone_name = self.zone.name().to_owned();
        let page = DecidePage {
            shell: Shell::new(self.visitor, words, &heading, self.header.clone()),
            service: detail.event_type.name.clone(),
            attendee: self.attendee(),
            current: self.current(),
            occasion: Occasion::new(words, time, &self.zone, &detail.host_name),
            action: urls::with_start(&href, start, &zone_name),
            back_href: self.href.clone(),
            times_href: urls::with_query(&href, &[("day", &day), ("tz", &zone_name)]),
            csrf: self.csrf.clone(),
            start: refusal.is_none().then(|| start.to_string()),
            refusal,
            alternatives,
            zone_name,
        };
        self.state.show(self.visitor, status, &page)
    }

    /// Moves the booking; `done` is where that leads to.
    pub(crate) async fn answer(
        &self,
        typed: &Fields,
        cause: Cause,
        done: &str,
    ) -> Result<Response, Failure> {
        let Some(start) = CalendarQuery::read(typed).start else {
            let times_href = self.page_href();
            return Err(self.visitor.failure(Problem::BadStart { times_href }));
        };
        let input = RescheduleInput {
            booking: self.detail.booking.id,
            seat: self.detail.seat.as_ref().map(|seat| seat.id),
            start,
            version: None,
            cause,
            idempotency_key: None,
        };
        match bookings::reschedule(&self.state.app, input).await {
            Ok(_) => Ok(Redirect::to(done).into_response()),
            Err(RescheduleError::NotOpen(_)) => Err(self.too_late()),
            Err(RescheduleError::NotFound) => Err(self.visitor.failure(Problem::UnknownBooking)),
            Err(RescheduleError::Refused {
                refusal,
                alternatives,
            }) => {
                let refusal = RefusalView::new(self.words, refusal);
                let times = self.alternatives(&alternatives, None);
                self.show(StatusCode::CONFLICT, start, Some(refusal), times)
            }
            Err(RescheduleError::Stale(_)) => {
                let refusal = RefusalView::stale(self.words);
                self.show(StatusCode::CONFLICT, start, Some(refusal), Vec::new())
            }
            Err(error) => Err(self.state.failed(self.visitor, &error)),
        }
    }
}

/// `GET /b/{token}/reschedule`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let detail = super::find(&state, &visitor, &token).await?;
    mover(&state, &visitor, &detail, &token, None).ask().await
}

/// `POST /b/{token}/reschedule`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    let detail = super::find(&state, &visitor, &token).await?;
    let mover = mover(&state, &visitor, &detail, &token, typed.given("time_zone"));
    let done = urls::with_query(&mover.href, &[("moved", "1")]);
    mover.answer(&typed, Cause::Attendee, &done).await
}

fn mover<'a>(
    state: &'a WebState,
    visitor: &'a Visitor,
    detail: &'a Detail,
    token: &str,
    zone_typed: Option<&str>,
) -> Mover<'a> {
    let attendee = &detail.booking.attendee;
    Mover {
        state,
        visitor,
        words: visitor.words(attendee.locale),
        detail,
        header: organization::header(&detail.organization),
        href: urls::booking(token),
        zone: match query::zone(zone_typed) {
            ZoneAsked::Known(zone) => zone,
            ZoneAsked::No | ZoneAsked::Unknown => visitor.zone_or(&attendee.zone),
        },
        csrf: None,
    }
}
