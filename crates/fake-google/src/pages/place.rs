//! Where a visitor is: whose calendars, which days, in which language. Every link carries it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::opening;
use crate::calendar::time::known_zone;
use crate::http::{Fields, encode_query};
use crate::text::Language;
use crate::world::World;

/// Furthest year a week may be in; jiff's own calendar goes not much further.
const YEARS: std::ops::RangeInclusive<i16> = 1000..=9000;

/// How the days are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// A week, day beside day.
    Week,
    /// Four weeks, as a list of the days that have something.
    List,
}

impl View {
    pub(super) const ALL: [Self; 2] = [Self::Week, Self::List];

    fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::List => "list",
        }
    }

    /// Weeks shown at once.
    fn weeks(self) -> i64 {
        match self {
            Self::Week => 1,
            Self::List => 4,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    /// E-mail.
    pub(super) account: String,
    /// The zone of the account's primary calendar: all times on the page are in it.
    pub(super) zone: TimeZone,
    pub(super) zone_name: String,
    /// First day shown.
    pub(super) monday: Date,
    /// Whether the week was asked for in the address. If not, the page goes with the events.
    is_week_asked: bool,
    pub(super) view: View,
    pub(super) today: Date,
    pub(super) language: Language,
    /// Whether the language was asked for in the address and must stay in it.
    is_language_asked: bool,
}

impl Place {
    /// The place that `fields` (a query, or a form's hidden fields) name; without them the first
    /// account and the week that has its next event. `None` when there is no account at all.
    pub(super) fn read(
        world: &World,
        now: Timestamp,
        fields: &Fields,
        language: Language,
    ) -> Option<Self> {
        let asked = fields
            .get("account")
            .and_then(|email| world.accounts.get(email));
        let account = asked
            .or_else(|| world.accounts.values().next())?
            .email
            .clone();
        let zone_name = world.calendars.get(&account)?.time_zone.clone();
        let zone = known_zone(&zone_name);
        let today = now.to_zoned(zone.clone()).date();
        let day = fields
            .get("week")
            .and_then(|text| text.parse().ok())
            .filter(in_range);
        let shown = day.unwrap_or_else(|| opening::day(world, now, &account, &zone));
        let view = fields.get("view").and_then(|name| {
            let mut all = View::ALL.into_iter();
            all.find(|view| view.name() == name)
        });
        let asked_language = fields.get("lang").and_then(Language::named);
        Some(Self {
            account,
            zone,
            zone_name,
            monday: monday_of(shown),
            is_week_asked: day.is_some(),
            view: view.unwrap_or(View::Week),
            today,
            language: asked_language.unwrap_or(language),
            is_language_asked: asked_language.is_some(),
        })
    }

    /// The same place in another week.
    pub(super) fn in_week_of(&self, day: Date) -> Self {
        Self {
            monday: monday_of(day),
            is_week_asked: true,
            ..self.clone()
        }
    }

    /// As many weeks later or earlier as are shown, `pages` times.
    pub(super) fn pages_away(&self, pages: i64) -> Self {
        let weeks = Span::new().weeks(pages * self.view.weeks());
        self.in_week_of(self.monday.saturating_add(weeks))
    }

    /// The same place for another account, in the zone of that one.
    pub(super) fn for_account(&self, world: &World, email: &str) -> Self {
        let primary = world.calendars.get(email);
        let zone_name = primary.map_or(&self.zone_name, |primary| &primary.time_zone);
        Self {
            account: email.to_owned(),
            zone: known_zone(zone_name),
            zone_name: zone_name.clone(),
            ..self.clone()
        }
    }

    pub(super) fn in_view(&self, view: View) -> Self {
        Self {
            view,
            ..self.clone()
        }
    }

    pub(super) fn in_language(&self, language: Language) -> Self {
        Self {
            language,
            is_language_asked: true,
            ..self.clone()
        }
    }

    /// Names and values that lead back here.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("account", self.account.clone())];
        if self.is_week_asked {
            fields.push(("week", self.monday.to_string()));
        }
        if self.view != View::Week {
            fields.push(("view", self.view.name().to_owned()));
        }
        if self.is_language_asked {
            fields.push(("lang", self.language.tag().to_owned()));
        }
        fields
    }

    /// An address at this place.
    pub(super) fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let fields = self.fields();
        let mut pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        pairs.extend_from_slice(more);
        format!("{path}?{}", encode_query(&pairs))
    }

    /// The address of the calendar at this place.
    pub(super) fn calendar_link(&self) -> String {
        self.link("/calendar", &[])
    }

    /// The days shown.
    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        (0..7 * self.view.weeks()).map(|days| self.monday.saturating_add(Span::new().days(days)))
    }

    /// The last day shown.
    pub(super) fn last_day(&self) -> Date {
        let days = 7 * self.view.weeks() - 1;
        self.monday.saturating_add(Span::new().days(days))
    }
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
}

fn in_range(day: &Date) -> bool {
    YEARS.contains(&day.year())
}
