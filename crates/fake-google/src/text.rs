//! Every sentence of the pages, English and Spanish side by side.
//!
//! To add one, add a line to `words!`. Something in braces is filled in by the page.

use crate::http::Request;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The language tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Its own name for itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    pub(crate) fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// What `?lang=` asks for, else the first known language of `Accept-Language`, else English.
    pub(crate) fn of(request: &Request) -> Self {
        let asked = request.query().get("lang").and_then(Self::named);
        asked
            .or_else(|| preferred(request.header("accept-language")?))
            .unwrap_or(Self::English)
    }
}

/// The known language with the highest weight (RFC 9110 section 12.5.4).
fn preferred(header: &str) -> Option<Language> {
    let weighted = header.split(',').filter_map(|item| {
        let (tag, weight) = item.trim().split_once(";q=").unwrap_or((item.trim(), "1"));
        let weight: f32 = weight.trim().parse().ok()?;
        Some((Language::named(tag)?, weight)).filter(|(_, weight)| *weight > 0.0)
    });
    // The first wins among equals.
    weighted
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(lang, _)| lang)
}

macro_rules! words {
    ($($name:ident: $english:literal, $spanish:literal;)*) => {
        /// One sentence or word of the pages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $($name),* }

        impl Word {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name),*];

            /// The text as it stands, placeholders unfilled.
            pub(crate) fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$name, Language::English) => $english,
                        (Self::$name, Language::Spanish) => $spanish,
                    )*
                }
            }
        }
    };
}

words! {
    Banner: "Fake Google Calendar", "Google Calendar simulado";
    BannerReach: "A local stand-in: nothing here reaches Google.", "Una copia local: nada de esto llega a Google.";
    BannerShort: "Fake Google", "Google simulado";
    Account: "Account", "Cuenta";
    Calendars: "Calendars", "Calendarios";
    Language: "Language", "Idioma";
    Today: "Today", "Hoy";
    AccountsAndCalendars: "Accounts and calendars", "Cuentas y calendarios";
    InvitedBy: "Invited by {who}.", "Invitación de {who}.";
    ChangesAreLocal: "Your answer and further guests go to everybody. Anything else you change stays on your calendar.", "Su respuesta y los invitados que agregue llegan a todos. Lo demás que cambie queda en su calendario.";
    ChangesAreShared: "What you change is changed for everybody.", "Lo que cambie cambia para todos.";
    Days: "Days", "Días";
    View: "View", "Vista";
    ViewWeek: "Week", "Semana";
    ViewList: "List", "Lista";
    Earlier: "Earlier", "Antes";
    Later: "Later", "Después";
    NothingTheseWeeks: "Nothing in these four weeks.", "Nada en estas cuatro semanas.";
    AppsWithAccess: "Apps with access", "Aplicaciones con acceso";
    NoApps: "No app has access to this account.", "Ninguna aplicación tiene acceso a esta cuenta.";
    AlsoWhileAway: "Also while you are away.", "También cuando usted no está.";
    RevokeAccess: "Remove access", "Quitar el acceso";
    BackToCalendar: "Back to the calendar", "Volver al calendario";
    PreviousWeek: "Previous week", "Semana anterior";
    NextWeek: "Next week", "Semana siguiente";
    NewEvent: "New event", "Nuevo evento";
    EditEvent: "Edit event", "Editar evento";
    Title: "Title", "Título";
    Starts: "Starts", "Comienza";
    Ends: "Ends", "Termina";
    LastDay: "Last day", "Último día";
    Location: "Place", "Lugar";
    Description: "Description", "Descripción";
    Calendar: "Calendar", "Calendario";
    AllDay: "All day", "Todo el día";
    AllDayHint: "Only the dates count then.", "En ese caso solo cuentan las fechas.";
    Guests: "Guests", "Invitados";
    GuestsHint: "One e-mail address on each line.", "Una dirección de correo por línea.";
    Repeats: "Repeats", "Se repite";
    RepeatsNever: "Does not repeat", "No se repite";
    RepeatsDaily: "Every day", "Todos los días";
    RepeatsWeekly: "Every week", "Todas las semanas";
    RepeatsWeekdays: "Monday to Friday", "De lunes a viernes";
    RepeatsMonthly: "Every month", "Todos los meses";
    RepeatsYearly: "Every year", "Todos los años";
    RepeatsAsItIs: "As it is (see below)", "Como está (véase abajo)";
    RepeatsUntil: "Last day (empty: no end)", "Último día (vacío: sin fin)";
    RepeatIsOfSeries: "how it repeats can be changed for this and following events, or for all", "cómo se repite solo puede cambiarse para este y los siguientes, o para todos";
    ThisRepeats: "This event repeats", "Este evento se repite";
    WhichOfSeries: "Which events is this about?", "¿De qué eventos se trata?";
    OnlyThis: "Only this one", "Solo este";
    ThisAndFollowing: "This and following", "Este y los siguientes";
    AllOfSeries: "All", "Todos";
    LeaveAsItWas: "Leave it as it was", "Dejarlo como estaba";
    When: "When", "Cuándo";
    Busy: "Busy", "Ocupado";
    WillYouCome: "Will you come?", "¿Asistirá?";
    Accept: "Yes", "Sí";
    Maybe: "Maybe", "Quizás";
    Decline: "No", "No";
    Accepted: "comes", "asiste";
    SaidMaybe: "may come", "quizás asista";
    Declined: "does not come", "no asiste";
    NoAnswer: "no answer yet", "sin respuesta";
    ReadOnly: "read only", "solo lectura";
    SharedWithYou: "shared", "compartido";
    ReadOnlyEvent: "You may read this event and not change it.", "Puede leer este evento, pero no cambiarlo.";
    OnlyTimesSeen: "You only see when this event is.", "Solo ve cuándo es este evento.";
    ShowTicked: "Show these", "Mostrar estos";
    Save: "Save", "Guardar";
    Delete: "Delete", "Eliminar";
    Back: "Back", "Volver";
    Untitled: "(No title)", "(Sin título)";
    NothingThisDay: "Nothing", "Nada";
    TimesIn: "Times in {zone}", "Horas de {zone}";
    NoAccounts: "This fake has no account yet.", "Todavía no hay ninguna cuenta.";
    NoAccountsHint: "Start it with --account ana@example.com:Europe/Madrid.", "Iníciela con --account ana@example.com:Europe/Madrid.";
    NotFound: "There is no such page.", "Esa página no existe.";
    NoSuchEvent: "This event is gone or was deleted.", "Este evento ya no existe o fue eliminado.";
    ChangedMeanwhile: "Somebody changed this event meanwhile. Here is how it stands now.", "Alguien cambió este evento mientras tanto. Así está ahora.";
    CannotRead: "The times cannot be read.", "No se entienden las horas.";
    EndBeforeStart: "The end comes before the start.", "El final es anterior al comienzo.";
    Refused: "Refused: {reason}", "Rechazado: {reason}";
    CrossSite: "This came from another site and was refused.", "Esto vino de otro sitio y fue rechazado.";
    KeyboardHint: "Enter opens an event. Alt and the arrows move it by 15 minutes or a day; with Shift, up and down change its length.", "Intro abre un evento. Alt y las flechas lo mueven 15 minutos o un día; con Mayús, arriba y abajo cambian su duración.";
    SignIn: "Sign in with fake Google", "Acceder con el Google simulado";
    ChooseAccount: "Choose an account", "Elija una cuenta";
    WantsAccess: "{client} wants to access your Google account", "{client} quiere acceder a su cuenta de Google";
    SelectWhat: "Choose what it may do", "Elija lo que podrá hacer";
    ItWillSee: "It will also see who you are: {what}.", "También verá quién es usted: {what}.";
    Allow: "Allow", "Permitir";
    Deny: "Deny", "Denegar";
    AccessBlocked: "Access blocked: this request is invalid", "Acceso bloqueado: la solicitud no es válida";
    ErrorLine: "Error {code}", "Error {code}";
    SeeIdentity: "your account", "su cuenta";
    SeeEmail: "your e-mail address", "su dirección de correo";
    SeeProfile: "your name", "su nombre";
    ScopeCalendar: "See, edit, share and delete all your calendars", "Ver, editar, compartir y eliminar todos sus calendarios";
    ScopeReadonly: "See all your calendars and their events", "Ver todos sus calendarios y sus eventos";
    ScopeEvents: "See and edit events on all your calendars", "Ver y editar los eventos de todos sus calendarios";
    ScopeEventsReadonly: "See events on all your calendars", "Ver los eventos de todos sus calendarios";
    ScopeEventsOwned: "See and edit events on calendars you own", "Ver y editar los eventos de los calendarios propios";
    ScopeFreebusy: "See when you are free or busy", "Ver cuándo está libre u ocupado";
    ScopeCalendarList: "See the list of your calendars", "Ver la lista de sus calendarios";
}

const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
];

const WEEKDAYS: [[&str; 7]; 2] = [
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    [
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ],
];

/// The month's name.
pub(crate) fn month(language: Language, date: jiff::civil::Date) -> &'static str {
    let index = usize::try_from(date.month() - 1).expect("months count from one");
    MONTHS[language as usize][index]
}

/// The weekday's name.
pub(crate) fn weekday(language: Language, date: jiff::civil::Date) -> &'static str {
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).expect("not negative");
    WEEKDAYS[language as usize][index]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The placeholders of a text, in order.
    fn placeholders(text: &str) -> Vec<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_languages_say_everything() {
        for word in Word::ALL {
            let [english, spanish] = Language::ALL.map(|language| word.in_language(language));
            assert!(
                !english.trim().is_empty() && !spanish.trim().is_empty(),
                "{word:?}"
            );
            assert_eq!(placeholders(english), placeholders(spanish), "{word:?}");
        }
    }

    #[test]
    fn the_language_is_asked_for_or_preferred() {
        for (name, path, header, expected) in [
            ("nothing said", "/", "", Language::English),
            ("asked", "/?lang=es", "en", Language::Spanish),
            ("unknown asked", "/?lang=fr", "es", Language::Spanish),
            (
                "regional",
                "/",
                "es-UY,es;q=0.9,en;q=0.8",
                Language::Spanish,
            ),
            ("by weight", "/", "es;q=0.2, en;q=0.9", Language::English),
            ("unknown first", "/", "de, es;q=0.5", Language::Spanish),
            ("refused", "/", "es;q=0", Language::English),
        ] {
            let request = Request::new("GET", path).with_header("accept-language", header);
            assert_eq!(Language::of(&request), expected, "{name}");
        }
    }
}
