//! Edits made on the page: create, save, delete, and the move and resize of a drag.
//!
//! | POST | form fields, beside `account`, `week`, `lang` |
//! |---|---|
//! | `/calendar/events/create` | `calendar` (the primary when absent), `title`, `start`, `end`, `all_day`, `location`, `description` |
//! | `/calendar/events/save` | the same and `event`, `etag` |
//! | `/calendar/events/delete` | `calendar`, `event` |
//! | `/calendar/events/move` | `calendar`, `event`, `days`, `minutes` |
//! | `/calendar/events/resize` | `calendar`, `event`, `minutes` (added to the end) |
//!
//! Times are civil, in the zone of the page. Success answers 303 to the week.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Map, Value, json};

use super::event_page::{Draft, Form, form_page};
use super::place::Place;
use super::{no_accounts, not_found, problem};
use crate::calendar::time::{EventTime, moved, resolve, rfc3339};
use crate::calendar::{Event, WriteOptions};
use crate::error::ApiError;
use crate::http::{Fields, Request, Response};
use crate::log::Trace;
use crate::text::{Language, Word};
use crate::world::{SendUpdates, World, host_write};

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

/// One edit by the owner of the calendars at `place`.
struct Edit<'a> {
    now: Timestamp,
    place: Place,
    form: &'a Fields,
    calendar: String,
    event: String,
}

/// Makes the edit, or shows what is wrong with it.
pub(super) fn run(world: &mut World, now: Timestamp, request: &Request) -> Response {
    let language = Language::of(request);
    if request.is_cross_site() {
        return problem(403, language, Word::CrossSite);
    }
    let form = request.form();
    let Some(place) = Place::read(world, now, &form, language) else {
        return no_accounts(language);
    };
    let text = |name: &str| form.get(name).map(str::to_owned);
    let calendar = text("calendar").unwrap_or_else(|| place.account.clone());
    let event = text("event").unwrap_or_default();
    let mut edit = Edit {
        now,
        place,
        form: &form,
        calendar,
        event,
    };
    let (name, result) = match request.path_only() {
        "/calendar/events/create" => ("page.events.create", edit.create(world)),
        "/calendar/events/save" => ("page.events.save", edit.save(world)),
        "/calendar/events/delete" => ("page.events.delete", edit.delete(world)),
        "/calendar/events/move" => ("page.events.move", edit.shift(world)),
        "/calendar/events/resize" => ("page.events.resize", edit.resize(world)),
        _ => return not_found(language),
    };
    let response = match result {
        Ok(()) => Response::redirect(303, &edit.place.week_link()),
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
        let draft = Draft::sent(self.form);
        let (start, end) = self.times(&draft)?;
        let mut body = Map::new();
        for (name, value) in texts(&draft) {
            body.insert(name.to_owned(), value);
        }
        let day = date_of(&start, &self.place);
        body.insert("start".to_owned(), self.resource(&start));
        body.insert("end".to_owned(), self.resource(&end));
        self.event = world.write(
            self.now,
            &self.calendar,
            SendUpdates::None,
            |calendar, chance, rules| {
                let options = WriteOptions::default();
                let event = calendar.insert(self.now, chance, rules, body, options)?;
                Ok(event.id.clone())
            },
        )?;
        self.place = self.place.in_week_of(day);
        Ok(())
    }

    fn save(&mut self, world: &mut World) -> Result<(), Refusal> {
        let event = self.event(world)?;
        if self
            .form
            .get("etag")
            .is_some_and(|etag| etag != event.etag())
        {
            return Err(Refusal::Stale);
        }
        let (shown, sent) = (Draft::of(&event, &self.place), Draft::sent(self.form));
        let mut patch = Map::new();
        for ((name, new), (_, old)) in texts(&sent).into_iter().zip(texts(&shown)) {
            if new != old {
                patch.insert(name.to_owned(), if new == "" { Value::Null } else { new });
            }
        }
        // The fields show minutes; untouched times keep their seconds.
        if (&sent.start, &sent.end) != (&shown.start, &shown.end) {
            let (start, end) = self.times(&sent)?;
            patch.insert("start".to_owned(), self.resource(&start));
            patch.insert("end".to_owned(), self.resource(&end));
            self.place = self.place.in_week_of(date_of(&start, &self.place));
        }
        if !patch.is_empty() {
            world.edit_event(self.now, &self.calendar, &self.event, &patch.into())?;
        }
        Ok(())
    }

    fn delete(&self, world: &mut World) -> Result<(), Refusal> {
        Ok(world.write(
            self.now,
            &self.calendar,
            SendUpdates::None,
            |calendar, _, rules| calendar.delete(&host_write(self.now, rules, &self.event)),
        )?)
    }

    fn shift(&self, world: &mut World) -> Result<(), Refusal> {
        let content = &self.event(world)?.content;
        let (days, minutes) = (
            self.number("days", DAYS_MAX)?,
            self.number("minutes", MINUTES_MAX)?,
        );
        let (start, end) = moved(
            &content.start,
            &content.end,
            days,
            minutes,
            &self.place.zone,
        )
        .ok_or_else(|| self.notice(Word::CannotRead))?;
        self.put_times(world, &start, &end)
    }

    fn resize(&self, world: &mut World) -> Result<(), Refusal> {
        let content = self.event(world)?.content.clone();
        let by = SignedDuration::from_mins(self.number("minutes", MINUTES_MAX)?);
        let end = match content.end {
            EventTime::Moment { at, zone } => {
                let at = at
                    .checked_add(by)
                    .map_err(|_| self.notice(Word::CannotRead))?;
                EventTime::Moment { at, zone }
            }
            day @ EventTime::Day(_) => day,
        };
        self.put_times(world, &content.start, &end)
    }

    fn put_times(
        &self,
        world: &mut World,
        start: &EventTime,
        end: &EventTime,
    ) -> Result<(), Refusal> {
        let patch = json!({ "start": self.resource(start), "end": self.resource(end) });
        world.edit_event(self.now, &self.calendar, &self.event, &patch)?;
        Ok(())
    }

    fn event<'w>(&self, world: &'w World) -> Result<Cow<'w, Event>, Refusal> {
        let calendar = world.calendars.get(&self.calendar).ok_or(Refusal::Gone)?;
        let event = calendar.event(&self.event, self.now, &world.rules);
        event
            .filter(|event| !event.is_deleted())
            .ok_or(Refusal::Gone)
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

    /// Start and end as the form has them.
    fn times(&self, draft: &Draft) -> Result<(EventTime, EventTime), Refusal> {
        let range = if draft.is_all_day {
            days(draft)
        } else {
            self.moments(draft)
        };
        let (start, end) = range.ok_or_else(|| self.notice(Word::CannotRead))?;
        if end.instant(&self.place.zone) < start.instant(&self.place.zone) {
            return Err(self.notice(Word::EndBeforeStart));
        }
        Ok((start, end))
    }

    fn moments(&self, draft: &Draft) -> Option<(EventTime, EventTime)> {
        let read = |text: &str| {
            let local: DateTime = text.parse().ok()?;
            let at = resolve(local, &self.place.zone);
            Some(EventTime::Moment {
                at,
                zone: self.place.zone_name.clone(),
            })
        };
        Some((read(&draft.start)?, read(&draft.end)?))
    }

    /// The time without a zone of its own: a patch leaves the event's as it is.
    fn resource(&self, time: &EventTime) -> Value {
        match time {
            EventTime::Day(day) => json!({ "date": day.to_string() }),
            EventTime::Moment { at, .. } => json!({ "dateTime": rfc3339(*at, &self.place.zone) }),
        }
    }

    fn refused(&self, world: &World, refusal: Refusal) -> Response {
        let language = self.place.language;
        let event = self.event(world).ok();
        let existing = world.calendars.get(&self.calendar).zip(event.as_deref());
        let form = match (refusal, existing) {
            (Refusal::Gone, _) => return problem(404, language, Word::NoSuchEvent),
            (Refusal::Stale, None) => return problem(404, language, Word::NoSuchEvent),
            (Refusal::Stale, Some((calendar, event))) => Form {
                status: 409,
                notice: Some(Word::ChangedMeanwhile.in_language(language).to_owned()),
                existing: Some((calendar, event)),
                draft: Draft::of(event, &self.place),
            },
            (Refusal::Notice(reason), existing) => {
                let line = Word::Refused
                    .in_language(language)
                    .replace("{reason}", &reason);
                Form {
                    status: 400,
                    notice: Some(line),
                    existing,
                    draft: self.draft(existing),
                }
            }
        };
        form_page(world, &self.place, &form)
    }

    /// What to show again: what was typed, or the event itself when nothing was (a drag).
    fn draft(&self, existing: Option<(&crate::calendar::Calendar, &Event)>) -> Draft {
        match existing {
            Some((_, event)) if self.form.get("start").is_none() => Draft::of(event, &self.place),
            _ => Draft::sent(self.form),
        }
    }
}

fn texts(draft: &Draft) -> [(&'static str, Value); 3] {
    [
        ("summary", draft.title.as_str().into()),
        ("location", draft.location.as_str().into()),
        ("description", draft.description.as_str().into()),
    ]
}

/// A day event: whatever time of day the fields hold is passed over.
fn days(draft: &Draft) -> Option<(EventTime, EventTime)> {
    let read = |text: &str| text.get(..10)?.parse::<Date>().ok();
    let (first, last) = (read(&draft.start)?, read(&draft.end)?);
    let end = last.checked_add(Span::new().days(1)).ok()?;
    Some((EventTime::Day(first), EventTime::Day(end)))
}

fn date_of(time: &EventTime, place: &Place) -> Date {
    time.instant(&place.zone)
        .to_zoned(place.zone.clone())
        .date()
}
