//! `/admin/calendar`: a day, a week or a month, with bookings and what else stands in the connected calendars.

use app::agenda::{self, Agenda};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::{Instant, Interval, Zone};
use http::StatusCode;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use crate::dates;
use crate::errors::Failure;
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::request::query::{CalendarQuery, day_param, next_month, previous_month};
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

/// The page's address.
const PATH: &str = "/admin/calendar";

/// Entries of one day that a month has room for.
const IN_A_MONTH: usize = 4;

#[derive(Template)]
#[template(path = "admin/calendar.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) zone: String,
    /// What is shown: a day, a week from a day on, a month.
    pub(crate) span: String,
    pub(crate) views: Vec<ViewLink>,
    pub(crate) view: View,
    pub(crate) previous: String,
    pub(crate) next: String,
    pub(crate) today: String,
    pub(crate) weekdays: [String; 7],
    pub(crate) days: Vec<DayView>,
    /// Whether there is more than can be shown.
    pub(crate) is_cut: bool,
}

pub(crate) struct ViewLink {
    pub(crate) href: String,
    pub(crate) label: Key,
    pub(crate) is_current: bool,
}

/// One day.
pub(crate) struct DayView {
    /// `2026-11-24`.
    pub(crate) date: String,
    pub(crate) heading: String,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) is_today: bool,
    /// Whether it belongs to the month before or after.
    pub(crate) is_outside: bool,
    pub(crate) entries: Vec<EntryView>,
    /// How many more there are.
    pub(crate) more: Option<String>,
}

/// What takes time on a day.
pub(crate) struct EntryView {
    /// `booking` or `busy`.
    pub(crate) kind: &'static str,
    /// The whole of it: RFC 3339, UTC.
    pub(crate) start: String,
    pub(crate) end: String,
    /// What of it is on this day.
    pub(crate) hours: String,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) href: Option<String>,
    pub(crate) is_pending: bool,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// One day.
    Day,
    /// Seven days from a Monday on.
    #[default]
    Week,
    /// The weeks of a month.
    Month,
}

impl View {
    const ALL: [(Self, &'static str, Key); 3] = [
        (Self::Day, "day", key("calendar-day")),
        (Self::Week, "week", key("calendar-week")),
        (Self::Month, "month", key("calendar-month")),
    ];

    /// Its name in the address and in styles.
    pub(crate) fn name(self) -> &'static str {
        let named = Self::ALL.into_iter().find(|(view, _, _)| *view == self);
        named.map_or("week", |(_, name, _)| name)
    }

    /// The view of `?view=`; a week for anything else.
    pub(crate) fn of(name: &str) -> Self {
        let named = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        named.map_or(Self::default(), |(view, _, _)| view)
    }

    fn href(self, day: Date) -> String {
        let pairs = [("view", self.name()), ("day", &day_param(day))];
        urls::with_query(PATH, &pairs)
    }

    /// First day shown, and the first one not shown any more, where `day` is asked for.
    fn bounds(self, day: Date) -> (Date, Date) {
        match self {
            Self::Day => (day, later(day, 1.day())),
            Self::Week => (monday(day), later(monday(day), 7.days())),
            Self::Month => {
                let (first, end) = (day.first_of_month(), next_month(day));
                let last = later(end, (-1).day());
                (monday(first), later(monday(last), 7.days()))
            }
        }
    }

    fn before(self, day: Date) -> Date {
        match self {
            Self::Day => later(day, (-1).day()),
            Self::Week => later(day, (-7).days()),
            Self::Month => previous_month(day),
        }
    }

    fn after(self, day: Date) -> Date {
        match self {
            Self::Day => later(day, 1.day()),
            Self::Week => later(day, 7.days()),
            Self::Month => next_month(day),
        }
    }
}

/// `day` moved by `span`: the years a query may name are far from where dates end.
fn later(day: Date, span: Span) -> Date {
    day.saturating_add(span)
}

fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    later(day, (-since).days())
}

/// The days of `view` around `asked`, in `zone` at `now`, with what `agenda` has of them.
pub(crate) fn days(
    words: Words,
    (view, asked): (View, Date),
    agenda: &Agenda,
    (zone, now): (&Zone, Instant),
) -> Vec<DayView> {
    let (mut day, end) = view.bounds(asked);
    let today = now.in_zone(zone).date();
    let mut days = Vec::new();
    while day < end {
        let next = later(day, 1.day());
        let time = Interval {
            start: zone.start_of_day(day),
            end: zone.start_of_day(next),
        };
        let mut entries = entries(words, agenda, time, zone);
        let more = match view {
            View::Month => entries.len().saturating_sub(IN_A_MONTH),
            View::Day | View::Week => 0,
        };
        entries.truncate(entries.len() - more);
        days.push(DayView {
            date: day_param(day),
            heading: dates::day(words, day),
            number: day.day().to_string(),
            href: View::Day.href(day),
            is_today: day == today,
            is_outside: view == View::Month && day.month() != asked.month(),
            entries,
            more: u64::try_from(more)
                .ok()
                .filter(|more| *more > 0)
                .map(|more| words.count("calendar-more", more, &[])),
        });
        day = next;
    }
    days
}

/// What `agenda` has of the day that takes `day`, by start.
fn entries(words: Words, agenda: &Agenda, day: Interval, zone: &Zone) -> Vec<EntryView> {
    let bookings = agenda.bookings.iter().map(|entry| {
        let booking = &entry.booking;
        let view = |hours| EntryView {
            kind: "booking",
            start: booking.time.start.to_string(),
            end: booking.time.end.to_string(),
            hours,
            title: booking.attendee.name.clone(),
            about: format!("{} · {}", entry.service, entry.host),
            href: Some(urls::admin_booking(booking.id)),
            is_pending: booking.status.is_open() && !is_firm(booking.status),
        };
        (
            booking.time,
            hours(words, booking.time, day, zone).map(view),
        )
    });
    let busy = agenda.busy.iter().map(|busy| {
        let view = |hours| EntryView {
            kind: "busy",
            start: busy.time.start.to_string(),
            end: busy.time.end.to_string(),
            hours,
            title: words.say("calendar-busy"),
            about: busy.calendar.clone(),
            href: None,
            is_pending: false,
        };
        (busy.time, hours(words, busy.time, day, zone).map(view))
    });
    let all = bookings.chain(busy);
    let mut found: Vec<_> = all
        .filter_map(|(time, view)| view.map(|view| (time, view)))
        .collect();
    found.sort_by_key(|(time, _)| (time.start, time.end));
    found.into_iter().map(|(_, view)| view).collect()
}

const fn is_firm(status: domain::booking::Status) -> bool {
    matches!(status, domain::booking::Status::Confirmed)
}

/// The part of `time` that lies on `day`, if any: "10:00–11:00", or that it is all of the day.
fn hours(words: Words, time: Interval, day: Interval, zone: &Zone) -> Option<String> {
    if !time.overlaps(&day) {
        return None;
    }
    if time.contains(&day) {
        return Some(words.say("calendar-all-day"));
    }
    let clock = |at: Instant| dates::clock(at.in_zone(zone).time());
    let from = clock(time.start.max(day.start));
    let to = if time.end >= day.end {
        // The end of a day, not the beginning of it.
        "24:00".to_owned()
    } else {
        clock(time.end)
    };
    Some(format!("{from}–{to}"))
}

/// What is shown, in words.
fn span(words: Words, view: View, day: Date) -> String {
    match view {
        View::Day => dates::day(words, day),
        View::Week => words.with(
            "calendar-week-of",
            &[("day", &dates::day(words, monday(day)))],
        ),
        View::Month => dates::month(words, day),
    }
}

impl Page {
    /// The page of `agenda`, at `now`, with times in `zone`.
    pub(crate) fn new(
        shell: Shell,
        (view, asked): (View, Date),
        agenda: &Agenda,
        (zone, now): (&Zone, Instant),
    ) -> Self {
        let words = shell.words;
        let links = View::ALL.map(|(other, _, label)| ViewLink {
            href: other.href(asked),
            label,
            is_current: other == view,
        });
        Self {
            zone: dates::zone_label(zone, now),
            span: span(words, view, asked),
            views: links.into(),
            view,
            previous: view.href(view.before(asked)),
            next: view.href(view.after(asked)),
            today: view.href(now.in_zone(zone).date()),
            weekdays: dates::weekdays(words),
            days: days(words, (view, asked), agenda, (zone, now)),
            is_cut: agenda.is_cut,
            shell,
        }
    }
}

/// `GET /admin/calendar?view=…&day=…`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let organization = &signed_in.session.organization;
    let (zone, now) = (&organization.zone, state.app.now());
    let asked = CalendarQuery::read(&visitor.query).day;
    let asked = asked.unwrap_or_else(|| now.in_zone(zone).date());
    let view = View::of(visitor.query.get("view"));
    let (first, end) = view.bounds(asked);
    let window = Interval {
        start: zone.start_of_day(first),
        end: zone.start_of_day(end),
    };
    let agenda = agenda::agenda(&state.app, organization.id, window)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let words = signed_in.words(&visitor);
    let shell = signed_in.shell(&visitor, &words.say("calendar-title"), Section::Calendar);
    let page = Page::new(shell, (view, asked), &agenda, (zone, now));
    state.show(&visitor, StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use app::agenda::Busy;
    use domain::Locale;
    use jiff::civil::date;

    use super::*;

    fn busy(start: &str, end: &str) -> Agenda {
        let [start, end] = [start, end].map(|at| Instant::parse(at).unwrap());
        let busy = Busy {
            time: Interval { start, end },
            calendar: "Team".to_owned(),
        };
        Agenda {
            busy: vec![busy],
            ..Agenda::default()
        }
    }

    fn shown(view: View, day: Date, agenda: &Agenda) -> Vec<(String, Vec<String>)> {
        let (zone, now) = (Zone::parse("Europe/Madrid").unwrap(), Instant::MIN);
        let words = Words::new(Locale::En);
        let days = days(words, (view, day), agenda, (&zone, now)).into_iter();
        days.map(|day| {
            let hours = day.entries.into_iter().map(|entry| entry.hours);
            (day.date, hours.collect())
        })
        .collect()
    }

    #[test]
    fn a_month_is_whole_weeks_and_a_week_begins_on_monday() {
        let of = |view: View, day| {
            let (first, end) = view.bounds(day);
            (first.to_string(), end.to_string())
        };
        let pair = |first: &str, end: &str| (first.to_owned(), end.to_owned());
        let day = date(2026, 11, 22);
        assert_eq!(of(View::Week, day), pair("2026-11-16", "2026-11-23"));
        assert_eq!(of(View::Month, day), pair("2026-10-26", "2026-12-07"));
        assert_eq!(of(View::Day, day), pair("2026-11-22", "2026-11-23"));
        // February of a year that begins it on a Monday needs no other month's days.
        let february = date(2027, 2, 10);
        assert_eq!(of(View::Month, february), pair("2027-02-01", "2027-03-01"));
        assert_eq!(View::Month.after(date(2026, 12, 31)), date(2027, 1, 1));
        assert_eq!(View::Month.before(date(2027, 1, 31)), date(2026, 12, 1));
    }

    #[test]
    fn what_lasts_over_midnight_is_on_both_days() {
        let agenda = busy("2026-11-23T22:30:00Z", "2026-11-24T00:00:00Z");
        let days = shown(View::Week, date(2026, 11, 23), &agenda);
        assert_eq!(days[0].1, ["23:30–24:00"]);
        assert_eq!(days[1].1, ["00:00–01:00"]);
        assert!(days[2].1.is_empty());
    }

    #[test]
    fn days_are_those_of_the_zone_also_when_they_have_25_hours() {
        // 25 October 2026 in Madrid: from 22:00 to 23:00 in UTC, a day later.
        let agenda = busy("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        let days = shown(View::Week, date(2026, 10, 25), &agenda);
        assert_eq!(days[6].1, ["All day"]);
        assert!(days[5].1.is_empty());
    }

    #[test]
    fn a_month_shows_few_and_counts_the_rest() {
        let mut agenda = busy("2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z");
        let one = agenda.busy[0].clone();
        agenda.busy = vec![one; IN_A_MONTH + 3];
        let (zone, words) = (Zone::parse("UTC").unwrap(), Words::new(Locale::En));
        let asked = (View::Month, date(2026, 11, 1));
        let days = days(words, asked, &agenda, (&zone, Instant::MIN));
        let day = days.iter().find(|day| day.date == "2026-11-24").unwrap();
        assert_eq!(day.entries.len(), IN_A_MONTH);
        assert!(day.more.as_ref().unwrap().contains('3'));
    }

    #[test]
    fn views_are_named_in_the_address() {
        for (view, name, _) in View::ALL {
            assert_eq!(View::of(name), view);
        }
        assert_eq!(View::of("<script>"), View::Week);
        assert_eq!(
            View::Month.href(date(2026, 11, 24)),
            "/admin/calendar?view=month&day=2026-11-24"
        );
    }
}
