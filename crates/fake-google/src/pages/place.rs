//! Where a visitor is: whose calendars, which week, in which language. Every link carries it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::calendar::time::known_zone;
use crate::http::{Fields, encode_query};
use crate::text::Language;
use crate::world::World;

/// Furthest year a week may be in; jiff's own calendar goes not much further.
const YEARS: std::ops::RangeInclusive<i16> = 1000..=9000;

#[derive(Clone, Debug)]
pub(super) struct Place {
    /// E-mail.
    pub(super) account: String,
    /// The zone of the account's primary calendar: all times on the page are in it.
    pub(super) zone: TimeZone,
    pub(super) zone_name: String,
    /// First day of the week shown.
    pub(super) monday: Date,
    pub(super) today: Date,
    pub(super) language: Language,
    /// Whether the language was asked for in the address and must stay in it.
    is_language_asked: bool,
}

impl Place {
    /// The place that `fields` (a query, or a form's hidden fields) name; without them the first
    /// account and this week. `None` when there is no account at all.
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
        let asked_language = fields.get("lang").and_then(Language::named);
        Some(Self {
            account,
            zone,
            zone_name,
            monday: monday_of(day.unwrap_or(today)),
            today,
            language: asked_language.unwrap_or(language),
            is_language_asked: asked_language.is_some(),
        })
    }

    /// The same place in another week.
    pub(super) fn in_week_of(&self, day: Date) -> Self {
        Self {
            monday: monday_of(day),
            ..self.clone()
        }
    }

    /// Some weeks later or earlier.
    pub(super) fn weeks_away(&self, weeks: i64) -> Self {
        self.in_week_of(self.monday.saturating_add(Span::new().weeks(weeks)))
    }

    pub(super) fn for_account(&self, email: &str) -> Self {
        Self {
            account: email.to_owned(),
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
        let mut fields = vec![
            ("account", self.account.clone()),
            ("week", self.monday.to_string()),
        ];
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

    pub(super) fn week_link(&self) -> String {
        self.link("/calendar", &[])
    }

    /// The days shown.
    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        (0..7).map(|days| self.monday.saturating_add(Span::new().days(days)))
    }
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
}

fn in_range(day: &Date) -> bool {
    YEARS.contains(&day.year())
}
