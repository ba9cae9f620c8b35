//! What surrounds every page: title, header, language switch, footer (`templates/layout.html`).

use app::notices::Attention;
use domain::Locale;

use crate::assets;
use crate::i18n::{Key, Words, key};
use crate::request::visitor::Visitor;

/// What `layout.html` shows around a page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// The page's language.
    pub(crate) words: Words,
    /// What the browser's tab says.
    pub(crate) title: String,
    /// Who is speaking at the top of the page.
    pub(crate) header: Header,
    /// This page in every language.
    pub(crate) languages: Vec<LanguageLink>,
    /// The zone times are shown in by default, on pages where the script may ask for the browser's.
    pub(crate) detect_zone: Option<String>,
}

/// The top of a page.
#[derive(Clone, Debug)]
pub(crate) enum Header {
    /// Lockstep itself, where no organization speaks.
    Product,
    /// An organization, to the public.
    Organization {
        /// Its name.
        name: String,
        /// Its services.
        href: String,
    },
    /// The admin pages.
    Admin {
        /// The organization's name.
        organization: String,
        /// The public page of it.
        public_href: String,
        /// Who is signed in.
        email: String,
        /// The synchroniser token of forms.
        csrf: String,
        /// The section the page is in.
        here: Section,
        /// What needs somebody now.
        attention: Attention,
    },
}

/// A section of the admin pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Bookings.
    Bookings,
    /// What the days hold.
    Calendar,
    /// What must be decided.
    Inbox,
    /// The calendar connection.
    Connection,
}

impl Section {
    /// All of them, as the navigation lists them: where, and called what.
    pub(crate) const ALL: [(Self, &'static str, Key); 4] = [
        (Self::Bookings, "/admin/bookings", key("nav-bookings")),
        (Self::Calendar, "/admin/calendar", key("nav-calendar")),
        (Self::Inbox, "/admin/inbox", key("nav-inbox")),
        (Self::Connection, "/admin/connection", key("nav-connection")),
    ];
}

/// A link to this page in another language.
#[derive(Clone, Debug)]
pub(crate) struct LanguageLink {
    /// The language's tag.
    pub(crate) tag: &'static str,
    /// The language's own name for itself.
    pub(crate) name: &'static str,
    /// The page in it.
    pub(crate) href: String,
    /// Whether it is the language of the page.
    pub(crate) is_current: bool,
}

impl Shell {
    /// The shell of a page called `title`, for `visitor`, in `words`.
    pub(crate) fn new(visitor: &Visitor, words: Words, title: &str, header: Header) -> Self {
        let speaker = match &header {
            Header::Product => "Lockstep",
            Header::Organization { name, .. } => name,
            Header::Admin { organization, .. } => organization,
        };
        let title = match title {
            "" => speaker.to_owned(),
            title => format!("{title} · {speaker}"),
        };
        let languages = Locale::ALL.map(|locale| LanguageLink {
            tag: locale.tag(),
            name: own_name(locale),
            href: visitor.href_in(locale),
            is_current: locale == words.locale(),
        });
        Self {
            words,
            title,
            header,
            languages: languages.into(),
            detect_zone: None,
        }
    }

    /// The address of an asset.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through their fields"
    )]
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::href(name)
    }

    /// The first letter of the organization's name: its sign until it has one.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through their fields"
    )]
    pub(crate) fn initial(&self, name: &str) -> String {
        let first = name.trim().chars().next();
        first.map_or_else(String::new, |c| c.to_uppercase().collect())
    }
}

const fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "English",
        Locale::Es => "Español",
    }
}
