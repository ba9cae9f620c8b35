//! How much of a series a change is about, and the question for it.

use super::calendars::{write_hidden, write_place};
use super::place::Place;
use crate::html::{Page, escape, put};
use crate::http::{Fields, Response};
use crate::text::Word;

/// What part of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    This,
    Following,
    All,
}

impl Scope {
    pub(super) const ALL: &'static [Self] = &[Self::This, Self::Following, Self::All];

    fn name(self) -> &'static str {
        match self {
            Self::This => "this",
            Self::Following => "following",
            Self::All => "all",
        }
    }

    fn word(self) -> Word {
        match self {
            Self::This => Word::OnlyThis,
            Self::Following => Word::ThisAndFollowing,
            Self::All => Word::AllOfSeries,
        }
    }

    /// What a form says.
    pub(super) fn sent(form: &Fields) -> Option<Self> {
        let name = form.get("scope")?;
        let mut all = Self::ALL.iter().copied();
        all.find(|scope| scope.name() == name)
    }
}

/// Writes the choice as a part of a form.
pub(super) fn write_scopes(body: &mut String, place: &Place, scopes: &[Scope]) {
    let say = |word: Word| word.in_language(place.language);
    put!(
        body,
        r#"<fieldset class="scopes"><legend>{}</legend>"#,
        say(Word::WhichOfSeries)
    );
    for scope in scopes {
        let checked = if *scope == Scope::This {
            " checked"
        } else {
            ""
        };
        put!(
            body,
            r#"<label class="choice"><input type="radio" name="scope" value="{}"{checked}><span>{}</span></label>"#,
            scope.name(),
            say(scope.word())
        );
    }
    body.push_str("</fieldset>");
}

/// Asks before a drag or a key changes one instance of a series: the same request again, with a
/// scope.
pub(super) fn question(place: &Place, action: &str, form: &Fields) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let heading = say(Word::ThisRepeats);
    let mut body = format!(
        r#"<main class="card question"><h1>{heading}</h1><p>{}</p><form method="post" action="{}">"#,
        say(Word::WhichOfSeries),
        escape(action)
    );
    write_place(&mut body, place);
    for name in ["calendar", "event", "days", "minutes"] {
        if let Some(value) = form.get(name) {
            write_hidden(&mut body, name, value);
        }
    }
    body.push_str(r#"<p class="choices">"#);
    for scope in Scope::ALL {
        put!(
            body,
            r#"<button name="scope" value="{}">{}</button>"#,
            scope.name(),
            say(scope.word())
        );
    }
    put!(
        body,
        r#"</p><p class="actions"><a class="button back" href="{}">{}</a></p></form></main>"#,
        escape(&place.calendar_link()),
        say(Word::LeaveAsItWas)
    );
    Page {
        status: 200,
        language: place.language,
        title: heading,
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}
