//! Edits made on the page: create, save, delete, answer, and the move and resize of a drag.
//!
//! | POST | form fields, beside those of the place |
//! |---|---|
//! | `/calendar/events/create` | `calendar` (the primary when absent), `title`, `start`, `end`, `all_day`, `location`, `guests`, `description`, `repeat`, `until` |
//! | `/calendar/events/save` | the same, and `event`, `etag`, `scope` |
//! | `/calendar/events/delete` | `calendar`, `event`, `scope` |
//! | `/calendar/events/move` | `calendar`, `event`, `days`, `minutes`, `scope` |
//! | `/calendar/events/resize` | `calendar`, `event`, `minutes` (added to the end), `scope` |
//! | `/calendar/events/respond` | `calendar`, `event`, `answer`, `scope` |
//!
//! Times are civil, in the zone of the page. `scope` says how much of a series is meant; a drag
//! without it is answered with the question. Success answers 303 to the calendar.

mod change;
mod core;
mod times;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use self::change::Change;
use self::times::{date_of, lengthened};
use super::draft::Draft;
use super::event_details::ANSWERS;
use super::event_form::{Form, Subject, form_page};
use super::event_page::{found, series_of};
use super::place::Place;
use super::scope::{Scope, question};
use super::shown::{Shown, own_attendee};
use super::{not_found, problem};
use crate::calendar::Event;
use crate::calendar::time::moved;
use crate::error::ApiError;
use crate::http::{Fields, Request, Response};
use crate::log::Trace;
use crate::text::{Language, Word};
use crate::world::World;

/// Furthest a drag may go at once; a page shows a week.
const DAYS_MAX: i64 = 366;
const MINUTES_MAX: i64 = 7 * 24 * 60;

/// Why an edit was not made.
enum Refusal {
    /// The form is shown again with this.
    Notice(String),
    /// The event changed since the form was opened.
    Stale,
    /// The event is not there.
    Gone,
    /// The account may not.
    ReadOnly,
    /// It is an instance of a series: which part is meant?
    Ask,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        if error.reason() == "notFound" || error.reason() == "deleted" {
            Self::Gone
        } else {
            Self::Notice(error.message().to_owned())
        }
    }
}

/// One edit by the account at `place`.
struct Edit<'a> {
    now: Timestamp,
    place: Place,
    form: &'a Fields,
    calendar: String,
    event: String,
}

/// The event to be changed, as it was.
struct Target {
    event: Event,
    /// The series that it belongs to, or itself.
    series: Event,
}

/// Makes the edit, or shows what is wrong with it.
pub(super) fn run(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    place: Place,
    form: &Fields,
) -> Response {
    let language = place.language;
    let text = |name: &str| form.get(name).map(str::to_owned);
    let mut edit = Edit {
        now,
        calendar: text("calendar").unwrap_or_else(|| place.account.clone()),
        event: text("event").unwrap_or_default(),
        place,
        form,
    };
    let path = request.path_only();
    let (name, result) = match path {
        "/calendar/events/create" => ("page.events.create", edit.create(world)),
        "/calendar/events/save" => ("page.events.save", edit.save(world)),
        "/calendar/events/delete" => ("page.events.delete", edit.delete(world)),
        "/calendar/events/move" => ("page.events.move", edit.shift(world)),
        "/calendar/events/resize" => ("page.events.resize", edit.resize(world)),
        "/calendar/events/respond" => ("page.events.respond", edit.respond(world)),
        _ => return not_found(language),
    };
    let response = match result {
        Ok(()) => Response::redirect(303, &edit.place.calendar_link()),
        Err(Refusal::Ask) => return question(&edit.place, path, form),
        Err(refusal) => edit.refused(world, refusal),
    };
    let trace = Trace {
        account: Some(edit.place.account),
        calendar: Some(edit.calendar),
        event: Some(edit.event).filter(|event| !event.is_empty()),
    };
    world.log.record(now, name, trace, response.status, None);
    response
}

impl Edit<'_> {
    fn create(&mut self, world: &mut World) -> Result<(), Refusal> {
        let listed = super::calendars::found(world, &self.place.account, &self.calendar);
        if !listed.ok_or(Refusal::Gone)?.is_writable() {
            return Err(Refusal::ReadOnly);
        }
        let draft = Draft::sent(self.form);
        let (start, end) = self.times(&draft)?;
        let mut body = Map::new();
        for (name, text) in draft.texts() {
            body.insert(name.to_owned(), text.into());
        }
        let guests: Vec<Value> = draft
            .addresses()
            .map(|email| json!({ "email": email }))
            .collect();
        if !guests.is_empty() {
            body.insert("attendees".to_owned(), guests.into());
        }
        if draft.repeat.differs(&Draft::default().repeat) {
            let lines = draft.repeat.lines(&start, &self.place);
            let lines = lines.ok_or_else(|| self.notice(Word::CannotRead))?;
            body.insert("recurrence".to_owned(), json!(lines));
        }
        let day = date_of(&start, &self.place);
        body.insert("start".to_owned(), start.resource(&self.place.zone));
        body.insert("end".to_owned(), end.resource(&self.place.zone));
        self.event = core::insert(world, self.now, &self.calendar, body)?;
        self.place = self.place.in_week_of(day);
        Ok(())
    }

    fn save(&mut self, world: &mut World) -> Result<(), Refusal> {
        let target = self.target(world)?;
        let etag = self.form.get("etag");
        if etag.is_some_and(|etag| etag != target.event.etag()) {
            return Err(Refusal::Stale);
        }
        let shown = Draft::of(&target.event, &target.series, &self.place);
        let sent = Draft::sent(self.form);
        let mut change = Change::default();
        for ((name, new), (_, old)) in sent.texts().into_iter().zip(shown.texts()) {
            if new != old {
                let value = if new.is_empty() {
                    Value::Null
                } else {
                    new.into()
                };
                change.patch.insert(name.to_owned(), value);
            }
        }
        if self.form.get("guests").is_some() && sent.guests != shown.guests {
            let guests = guests(&target.event, &sent);
            change.patch.insert("attendees".to_owned(), guests);
        }
        // The fields show minutes; untouched times keep their seconds.
        if (&sent.start, &sent.end) != (&shown.start, &shown.end) {
            change.times = Some(self.times(&sent)?);
        }
        if sent.repeat.differs(&shown.repeat) {
            let start = change.times.as_ref().map(|(start, _)| start);
            let start = start.unwrap_or(&target.event.content.start);
            let lines = sent.repeat.lines(start, &self.place);
            let lines = lines.ok_or_else(|| self.notice(Word::CannotRead))?;
            let value = if lines.is_empty() {
                Value::Null
            } else {
                json!(lines)
            };
            change.patch.insert("recurrence".to_owned(), value);
        }
        if change.is_empty() {
            return Ok(());
        }
        if let Some((start, _)) = &change.times {
            self.place = self.place.in_week_of(date_of(start, &self.place));
        }
        let scope = Scope::sent(self.form).unwrap_or(Scope::This);
        self.apply(world, &target, scope, change)
    }

    fn delete(&self, world: &mut World) -> Result<(), Refusal> {
        let Target { event, series } = self.target(world)?;
        let (now, calendar) = (self.now, &self.calendar);
        match (&event.occurrence, Scope::sent(self.form)) {
            (Some(_), Some(Scope::Following)) => core::end_series(world, now, calendar, &event.id)?,
            (Some(_), Some(Scope::All)) => core::delete(world, now, calendar, &series.id)?,
            _ => core::delete(world, now, calendar, &event.id)?,
        }
        Ok(())
    }

    fn shift(&mut self, world: &mut World) -> Result<(), Refusal> {
        let target = self.target(world)?;
        let content = &target.event.content;
        let (days, minutes) = (
            self.number("days", DAYS_MAX)?,
            self.number("minutes", MINUTES_MAX)?,
        );
        let zone = &self.place.zone;
        let times = moved(&content.start, &content.end, days, minutes, zone)
            .ok_or_else(|| self.notice(Word::CannotRead))?;
        self.drag(world, &target, times)
    }

    fn resize(&mut self, world: &mut World) -> Result<(), Refusal> {
        let target = self.target(world)?;
        let minutes = self.number("minutes", MINUTES_MAX)?;
        let content = &target.event.content;
        let end = lengthened(&content.end, minutes);
        let end = end.ok_or_else(|| self.notice(Word::CannotRead))?;
        let times = (content.start.clone(), end);
        self.drag(world, &target, times)
    }

    fn drag(
        &mut self,
        world: &mut World,
        target: &Target,
        times: change::Times,
    ) -> Result<(), Refusal> {
        let scope = match (&target.event.occurrence, Scope::sent(self.form)) {
            (Some(_), None) => return Err(Refusal::Ask),
            (_, scope) => scope.unwrap_or(Scope::This),
        };
        let change = Change {
            patch: Map::new(),
            times: Some(times),
        };
        self.apply(world, target, scope, change)
    }

    fn respond(&mut self, world: &mut World) -> Result<(), Refusal> {
        let target = self.target(world)?;
        let asked = self.form.get("answer").unwrap_or_default();
        let answer = ANSWERS.iter().find(|(name, _)| *name == asked);
        let (answer, _) = answer.ok_or_else(|| self.notice(Word::CannotRead))?;
        let whole = Scope::sent(self.form) == Some(Scope::All);
        let event = if whole { &target.series } else { &target.event };
        let own = own_attendee(event, &self.calendar).ok_or(Refusal::Gone)?;
        let mut attendees = event.content.fields["attendees"].clone();
        for attendee in attendees.as_array_mut().into_iter().flatten() {
            if attendee["email"] == own["email"] {
                attendee["responseStatus"] = (*answer).into();
            }
        }
        let mut patch = Map::new();
        patch.insert("attendees".to_owned(), attendees);
        let id = event.id.clone();
        Ok(core::patch(world, self.now, &self.calendar, &id, &patch)?)
    }

    /// The event that the form names, if the account may change it.
    fn target(&self, world: &World) -> Result<Target, Refusal> {
        let found = found(world, self.now, &self.place, &self.calendar, &self.event);
        let (listed, event) = found.ok_or(Refusal::Gone)?;
        let series = series_of(listed.calendar, &event).into_owned();
        let shown = Shown {
            listed: &listed,
            event,
        };
        if !shown.is_editable() {
            return Err(Refusal::ReadOnly);
        }
        Ok(Target {
            event: shown.event.into_owned(),
            series,
        })
    }

    fn number(&self, name: &str, most: i64) -> Result<i64, Refusal> {
        let text = self.form.get(name).unwrap_or("0");
        let number = text
            .parse()
            .ok()
            .filter(|number| (-most..=most).contains(number));
        number.ok_or_else(|| self.notice(Word::CannotRead))
    }

    fn notice(&self, word: Word) -> Refusal {
        Refusal::Notice(word.in_language(self.place.language).to_owned())
    }

    fn refused(&self, world: &World, refusal: Refusal) -> Response {
        let language: Language = self.place.language;
        let gone = || problem(404, language, Word::NoSuchEvent);
        let found = found(world, self.now, &self.place, &self.calendar, &self.event);
        let (status, notice) = match refusal {
            Refusal::Gone | Refusal::Ask => return gone(),
            Refusal::ReadOnly => return problem(403, language, Word::ReadOnlyEvent),
            Refusal::Stale => (409, Word::ChangedMeanwhile.in_language(language).to_owned()),
            Refusal::Notice(reason) => {
                let line = Word::Refused.in_language(language);
                (400, line.replace("{reason}", &reason))
            }
        };
        let shows_sent = status == 400 && self.form.get("start").is_some();
        let Some((listed, event)) = found else {
            if !shows_sent {
                return gone();
            }
            let form = Form {
                status,
                notice: Some(notice),
                subject: None,
                draft: Draft::sent(self.form),
                calendar: Some(self.calendar.clone()),
            };
            return form_page(world, &self.place, &form);
        };
        let series = series_of(listed.calendar, &event).into_owned();
        // What was typed, or the event itself when nothing was (a drag).
        let draft = if shows_sent {
            Draft::sent(self.form)
        } else {
            Draft::of(&event, &series, &self.place)
        };
        let shown = Shown {
            listed: &listed,
            event,
        };
        let form = Form {
            status,
            notice: Some(notice),
            subject: Some(Subject {
                shown: &shown,
                series: &series,
            }),
            draft,
            calendar: None,
        };
        form_page(world, &self.place, &form)
    }
}

/// The attendees as the form has them: who stays keeps what was said.
fn guests(event: &Event, sent: &Draft) -> Value {
    let known = event.content.fields.get("attendees");
    let known = known.and_then(Value::as_array);
    let known = known.map_or(&[][..], Vec::as_slice);
    let guests = sent.addresses().map(|email| {
        let mut known = known.iter();
        let kept = known.find(|attendee| attendee["email"] == email);
        kept.cloned().unwrap_or_else(|| json!({ "email": email }))
    });
    guests.collect()
}
