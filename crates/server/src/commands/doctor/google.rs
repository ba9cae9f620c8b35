//! What Google knows of us, and we of it: reached, clocks, addresses, connections.

use app::connections::{Cause, Connection, WayOut};
use app::{App, connections, organizations};
use bytes::Bytes;
use domain::{Clock, Locale};
use google::{Endpoints, Transport};
use http::header::DATE;
use http::{Method, Request};
use jiff::SignedDuration;
use url::{Host, Url};

use super::finding::Finding;
use crate::ambient::SystemClock;
use crate::config::Config;

/// Google's answers name seconds, and take a moment to come.
const CLOCK_NEAR: SignedDuration = SignedDuration::from_secs(5);
/// From about here on Google refuses what we sign (`google-calendar.md` §3.8).
const CLOCK_FAR: SignedDuration = SignedDuration::from_mins(5);

/// Whether Google answers, and what time it is there.
pub(super) async fn asked(transport: &dyn Transport, config: &Config) -> Vec<Finding> {
    let endpoints = match &config.settings.google {
        Ok(google) => google.endpoints.clone(),
        Err(_) => Endpoints::google(),
    };
    let before = SystemClock.now();
    let answer = match send(transport, Method::GET, &endpoints.token, None).await {
        Ok(answer) => answer,
        Err(error) => {
            let says = format!("{} does not answer: {error}", host_of(&endpoints.token));
            let todo = "Bookings go on and are delivered later. See that this machine may reach it over https.";
            return vec![Finding::bad("Google", says, todo)];
        }
    };
    let reached = Finding::good("Google", format!("{} answers.", host_of(&endpoints.token)));
    let date = answer.headers().get(DATE);
    let date = date.and_then(|date| date.to_str().ok());
    let there = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let Some(there) = there else {
        let todo = "Compare it with a clock you trust.";
        let says = "Google's answer does not say what time it is there.";
        return vec![reached, Finding::unknown("clock", says, todo)];
    };
    let there = domain::Instant::from_timestamp(there.timestamp());
    let off = (there - before).abs();
    let says = format!("{} seconds between this machine and Google.", off.as_secs());
    let todo = "Let this machine follow a time server (NTP).";
    let clock = match off {
        _ if off <= CLOCK_NEAR => Finding::good("clock", says),
        _ if off < CLOCK_FAR => Finding::look("clock", says, todo),
        _ => Finding::bad("clock", says, todo),
    };
    vec![reached, clock]
}

/// The address Google sends people back to.
pub(super) async fn redirect(transport: &dyn Transport, config: &Config) -> Finding {
    let what = "redirect address";
    let google = match &config.settings.google {
        Ok(google) => google,
        Err(missing) => return not_set(what, &missing.0),
    };
    let client = match google.client() {
        Ok(client) => client,
        Err(missing) if google.service_account.is_some() => {
            let says = format!(
                "not needed by the service account; for consents {} is missing.",
                missing.0.join(" and ")
            );
            return Finding::good(what, says);
        }
        Err(missing) => return not_set(what, &missing.0),
    };
    let address = client.redirect_uri.clone();
    if let Some(why) = Url::parse(&address).ok().as_ref().and_then(unfit) {
        let todo = "Set LOCKSTEP_PUBLIC_URL or GOOGLE_REDIRECT_URI to an https address with a name of its own.";
        return Finding::bad(
            what,
            format!("Google takes no such address: {why} ({address})."),
            todo,
        );
    }
    // The page a consent begins with, asked for as a browser would, by nobody.
    let mut consent = google.endpoints.auth.clone();
    consent
        .query_pairs_mut()
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", &address)
        .append_pair("response_type", "code")
        .append_pair("scope", "openid");
    let todo = format!(
        "In the Google Cloud console, Clients, add this as an authorized redirect URI, letter by letter: {address}"
    );
    match send(transport, Method::GET, &consent, None).await {
        Ok(answer) if says_mismatch(&answer) => Finding::bad(
            what,
            format!("Google does not know {address} for this client."),
            todo,
        ),
        Ok(answer) if answer.status().is_client_error() => Finding::look(
            what,
            format!(
                "Google refuses the beginning of a consent ({}).",
                answer.status().as_u16()
            ),
            "See that GOOGLE_CLIENT_ID names a client of the type \"web application\" that still exists.",
        ),
        // How Google shows a refusal to a browser is nowhere described: only a consent proves it.
        Ok(_) => Finding::good(what, format!("{address}; Google did not refuse it.")),
        Err(_) => Finding::unknown(what, format!("{address} could not be tried."), todo),
    }
}

fn not_set(what: &'static str, missing: &[&str]) -> Finding {
    let says = format!(
        "{} not set: nothing can be connected.",
        missing.join(" and ")
    );
    Finding::look(
        what,
        says,
        "Set them; the README says where they come from.",
    )
}

/// Why Google would not take a redirect address (`google-calendar.md` §3.2).
fn unfit(address: &Url) -> Option<&'static str> {
    let is_here = google::endpoints::is_loopback(address);
    let is_raw = matches!(address.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)));
    match () {
        () if address.fragment().is_some() => Some("it has a fragment"),
        () if !address.username().is_empty() || address.password().is_some() => {
            Some("it names a user")
        }
        () if is_here => None,
        () if address.scheme() != "https" => Some("it is not https"),
        () if is_raw => Some("it is a bare IP address"),
        () => None,
    }
}

/// Whether an answer to a consent says that the address is not registered: in its page, or where it leads.
fn says_mismatch(answer: &http::Response<Bytes>) -> bool {
    const WORD: &[u8] = b"redirect_uri_mismatch";
    let holds = |text: &[u8]| text.windows(WORD.len()).any(|part| part == WORD);
    let location = answer.headers().get(http::header::LOCATION);
    holds(answer.body()) || location.is_some_and(|to| holds(to.as_bytes()))
}

/// The address Google pushes to.
pub(super) async fn webhook(transport: &dyn Transport, config: &Config) -> Finding {
    let what = "push";
    let Some(url) = &config.settings.webhook_url else {
        let says = "off: changes in Google are found by polling.";
        let todo = "For changes within a second, serve a public https address (docs/push.md).";
        return Finding::look(what, says, todo);
    };
    // As a push of no channel: ours answers it with 404, and does nothing.
    let channel = Some(("x-goog-channel-id", "lockstep-doctor"));
    match send(transport, Method::POST, url, channel).await {
        Ok(answer) if answer.status() == http::StatusCode::NOT_FOUND && is_ours(&answer) => {
            let says = format!("{url} leads here, seen from this machine.");
            Finding::good(what, says)
        }
        Ok(answer) => Finding::bad(
            what,
            format!(
                "{url} is answered by something else ({}).",
                answer.status().as_u16()
            ),
            "Let the proxy lead this address to /webhooks/google-calendar of Lockstep, without a sign-in before it.",
        ),
        Err(error) => Finding::unknown(
            what,
            format!("{url} cannot be reached from this machine: {error}"),
            "If the server is running, try the address from another network; Google must reach it over https.",
        ),
    }
}

/// Whether an answer is a problem as Lockstep's API tells one.
fn is_ours(answer: &http::Response<Bytes>) -> bool {
    let kind = answer.headers().get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"))
}

/// Every connection of every organization; the API being on, and *Testing*, show in them.
pub(super) async fn connections(app: &App) -> Vec<Finding> {
    let mut found = Vec::new();
    for organization in organizations::list(app).await.unwrap_or_default() {
        match connections::list(app, organization.id).await {
            Ok(all) if all.is_empty() => found.push(Finding::look(
                "connection",
                format!("{}: no calendar is connected.", organization.slug),
                "Sign in at /admin and open Google, or run `lockstep connect`.",
            )),
            Ok(all) => found.extend(all.iter().map(|one| connection(&organization.slug, one))),
            Err(error) => found.push(Finding::bad(
                "connection",
                format!("{}: {error}", organization.slug),
                "See what is said of the store.",
            )),
        }
    }
    found
}

/// How one stands, in the words of the pages.
fn connection(slug: &str, one: &Connection) -> Finding {
    let what = "connection";
    let name = format!("{slug}, {}", one.account_email);
    let Some(cause) = one.cause else {
        return Finding::good(what, format!("{name}: {}.", one.state.as_str()));
    };
    let says = format!("{name}: {}", web::terminal::sentence(Locale::En, cause));
    match (one.way_out, cause) {
        (WayOut::Wait, _) => Finding::look(what, says, "Nothing: it is tried again."),
        (_, Cause::ApiNotEnabled) => Finding::bad(
            what,
            says,
            "Google Cloud console, APIs & Services, Library, Google Calendar API, Enable.",
        ),
        (_, Cause::NeedsReconnectAfterWeek | Cause::NeedsReconnectEveryWeek) => Finding::bad(
            what,
            says,
            "Google Cloud console, Google Auth Platform, Audience: publish the app. Then reconnect once more.",
        ),
        (WayOut::Operator, _) => Finding::bad(what, says, "See the settings: `lockstep config`."),
        (WayOut::Reconnect | WayOut::TickScope | WayOut::Calendar, _) => {
            Finding::bad(what, says, "Sign in at /admin and open Google.")
        }
    }
}

async fn send(
    transport: &dyn Transport,
    method: Method,
    url: &Url,
    header: Option<(&str, &str)>,
) -> Result<http::Response<Bytes>, String> {
    let mut request = Request::builder().method(method).uri(url.as_str());
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::new()).map_err(|e| e.to_string())?;
    transport.send(request).await.map_err(|e| e.to_string())
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_google_would_not_take_are_told() {
        for (address, is_fit) in [
            ("https://book.example.org/oauth/google/callback", true),
            ("http://localhost:8080/oauth/google/callback", true),
            ("http://127.0.0.1:8080/oauth/google/callback", true),
            ("http://book.example.org/oauth/google/callback", false),
            ("https://203.0.113.7/oauth/google/callback", false),
            ("https://me@book.example.org/", false),
            ("https://book.example.org/#top", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(unfit(&url).is_none(), is_fit, "{address}");
        }
    }

    #[test]
    fn a_mismatch_is_seen_in_the_page_and_in_where_it_leads() {
        let answer = |location: &str, body: &'static str| {
            let answer = http::Response::builder().header(http::header::LOCATION, location);
            answer.body(Bytes::from_static(body.as_bytes())).unwrap()
        };
        assert!(says_mismatch(&answer(
            "/",
            "Error 400: redirect_uri_mismatch"
        )));
        assert!(says_mismatch(&answer(
            "/error?code=redirect_uri_mismatch",
            ""
        )));
        assert!(!says_mismatch(&answer("/signin", "Sign in")));
    }
}
