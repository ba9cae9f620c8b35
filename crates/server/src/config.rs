//! Configuration: environment first, then `lockstep.toml`, then defaults.
//!
//! [`SETTINGS`] is the reference: every name, alias and default is there, `lockstep config` prints
//! it, and a name that is not there is an error rather than silently ignored.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use app::Settings;
use app::limits::Limits;
use app::quota::Quota;
use app::settings::{Google, MissingSettings, Pace};
use google::oauth::OAuthClient;
use google::{Endpoints, ServiceAccount};
use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

use crate::installation::Place;
use crate::master_key;

/// The file read when `LOCKSTEP_CONFIG` names no other.
const FILE: &str = "lockstep.toml";

/// Largest limit that still says something: one booking every four milliseconds.
const LIMIT_MAX: u32 = 1_000_000;

/// One setting.
pub(crate) struct Setting {
    /// Its name in the environment. In the file it is the same, in lower case without `LOCKSTEP_`.
    pub(crate) name: &'static str,
    /// Other names people know it by.
    pub(crate) aliases: &'static [&'static str],
    /// Used when it is not set; `None` when there is none.
    pub(crate) default: Option<&'static str>,
    /// Whether its value must never be shown. It may also be given as the path of a file, `NAME_FILE`.
    pub(crate) is_secret: bool,
    /// What it is for.
    pub(crate) about: &'static str,
}

const fn setting(
    name: &'static str,
    aliases: &'static [&'static str],
    default: Option<&'static str>,
    about: &'static str,
) -> Setting {
    Setting {
        name,
        aliases,
        default,
        is_secret: false,
        about,
    }
}

const fn secret(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
) -> Setting {
    Setting {
        name,
        aliases,
        default: None,
        is_secret: true,
        about,
    }
}

/// Every setting there is.
pub(crate) const SETTINGS: [Setting; 28] = [
    setting(
        "LOCKSTEP_LISTEN",
        &[],
        Some("127.0.0.1:8080"),
        "address and port to listen on",
    ),
    setting(
        "LOCKSTEP_PUBLIC_URL",
        &["BASE_URL"],
        None,
        "where people reach it; default: http:// and the address listened on",
    ),
    setting(
        "LOCKSTEP_WEBHOOK_URL",
        &[],
        None,
        "where Google reaches this installation to push changes: a whole address, or one without a path, which \
            gets /webhooks/google-calendar; \"off\" for none; default: the public URL, if it is https and no \
            private name",
    ),
    setting(
        "LOCKSTEP_DATA_DIR",
        &[],
        Some("lockstep-data"),
        "folder of the database and the key file",
    ),
    secret(
        "LOCKSTEP_DATABASE_URL",
        &[],
        "postgres://… for PostgreSQL; default: SQLite in the data folder",
    ),
    setting(
        "LOCKSTEP_DATABASE_CONNECTIONS",
        &[],
        Some("8"),
        "connections to PostgreSQL that work for one process, 1 to 200; two more listen",
    ),
    secret(
        "LOCKSTEP_MASTER_KEY",
        &[],
        "32 bytes in base64 that seal tokens; default: a key file in the data folder",
    ),
    secret(
        "LOCKSTEP_MASTER_KEY_PREVIOUS",
        &[],
        "the master key before, while `lockstep rotate-key` replaces it; only opens",
    ),
    setting(
        "LOCKSTEP_LOG",
        &[],
        Some("info"),
        "what to log, such as info or app=debug",
    ),
    setting(
        "LOCKSTEP_POLL_SECONDS",
        &[],
        Some("30"),
        "the pause between two looks at a calendar while somebody looks for a time, 1 to 3600; 4 to 10 times as long otherwise",
    ),
    setting(
        "LOCKSTEP_HOLDS_PER_NETWORK",
        &[],
        Some("5"),
        "slots one network may hold at once without a key; 0 is without limit",
    ),
    setting(
        "LOCKSTEP_HOLDS_PER_EVENT_TYPE",
        &[],
        Some("50"),
        "slots of one event type that may be held at once without a key; 0 is without limit",
    ),
    setting(
        "LOCKSTEP_BOOKINGS_HOURLY",
        &[],
        Some("10"),
        "bookings an hour from one network, or for one person, without a key; 0 is without limit",
    ),
    setting(
        "LOCKSTEP_TRUSTED_PROXIES",
        &[],
        None,
        "addresses of proxies whose X-Forwarded-For is believed, separated by commas; default: none",
    ),
    setting(
        "LOCKSTEP_GOOGLE_UNITS_PER_ACCOUNT",
        &[],
        Some("600"),
        "units a minute Google grants your project for one account, 1 to 1000000",
    ),
    setting(
        "LOCKSTEP_GOOGLE_UNITS_PER_PROJECT",
        &[],
        Some("10000"),
        "units a minute Google grants your project for all accounts, 1 to 1000000",
    ),
    setting(
        "GOOGLE_CLIENT_ID",
        &["AUTH_GOOGLE_ID"],
        None,
        "the OAuth client of this installation",
    ),
    secret(
        "GOOGLE_CLIENT_SECRET",
        &["AUTH_GOOGLE_SECRET"],
        "its secret",
    ),
    setting(
        "GOOGLE_REDIRECT_URI",
        &[],
        None,
        "as registered with Google; default: the public URL and /oauth/google/callback",
    ),
    secret(
        "GOOGLE_SERVICE_ACCOUNT_JSON",
        &[],
        "a service account's key file, as a path or as its content; share the calendar with its address",
    ),
    setting(
        "GOOGLE_SERVICE_ACCOUNT_SUBJECT",
        &[],
        None,
        "the Workspace user it acts for, by domain-wide delegation; default: itself",
    ),
    secret(
        "CALENDAR_API_KEY",
        &[],
        "reads public calendars, such as those of holidays; never a private one",
    ),
    setting(
        "CALENDAR_ID",
        &[],
        Some("primary"),
        "the calendar bookings go to",
    ),
    setting(
        "ADMIN_EMAIL",
        &[],
        None,
        "the Google account expected to connect",
    ),
    setting(
        "LOCKSTEP_GOOGLE_AUTH_URL",
        &[],
        Some("https://accounts.google.com/o/oauth2/v2/auth"),
        "Google's consent page",
    ),
    setting(
        "LOCKSTEP_GOOGLE_TOKEN_URL",
        &[],
        Some("https://oauth2.googleapis.com/token"),
        "Google's token endpoint",
    ),
    setting(
        "LOCKSTEP_GOOGLE_REVOKE_URL",
        &[],
        Some("https://oauth2.googleapis.com/revoke"),
        "where Google takes grants back",
    ),
    setting(
        "LOCKSTEP_GOOGLE_API_URL",
        &[],
        Some("https://www.googleapis.com/calendar/v3"),
        "the Calendar API",
    ),
];

impl Setting {
    /// Its name in the file.
    pub(crate) fn key(&self) -> String {
        self.name.trim_start_matches("LOCKSTEP_").to_lowercase()
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// This environment variable.
    Environment(String),
    /// The file.
    File,
    /// [`SETTINGS`].
    Default,
}

/// Settings as text, with where each came from.
pub(crate) struct Values(BTreeMap<&'static str, (String, Source)>);

impl Values {
    /// Reads the environment and the file.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let (path, is_named) = match environment.get("LOCKSTEP_CONFIG") {
            Some(path) => (PathBuf::from(path), true),
            None => (PathBuf::from(FILE), false),
        };
        let file = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if !is_named && error.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let file = read_file(&file).with_context(|| path.display().to_string())?;
        Self::merge(&environment, file)
    }

    fn merge(
        environment: &BTreeMap<String, String>,
        mut file: BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        refuse_unknown(environment)?;
        let mut values = BTreeMap::new();
        for setting in &SETTINGS {
            let from_file = file
                .remove(&setting.key())
                .map(|value| (value, Source::File));
            let from_default = setting
                .default
                .map(|value| (value.to_owned(), Source::Default));
            let found = from_environment(environment, setting)?
                .or(from_file)
                .or(from_default);
            if let Some(found) = found.filter(|(value, _)| !value.trim().is_empty()) {
                values.insert(setting.name, found);
            }
        }
        match file.keys().next() {
            None => Ok(Self(values)),
            Some(key) => bail!(
                "unknown setting \"{key}\" in the configuration file; `lockstep config` lists all"
            ),
        }
    }

    /// The value of a setting and where it came from.
    pub(crate) fn get(&self, name: &str) -> Option<&(String, Source)> {
        self.0.get(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(value, _)| value.trim())
    }

    /// A setting parsed, with its name in the error.
    fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let text = self
            .text(name)
            .ok_or_else(|| anyhow!("{name} is not set"))?;
        parse(text).with_context(|| format!("{name} cannot be used"))
    }
}

fn read_file(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| anyhow!("{}", error.message()))?;
    table
        .into_iter()
        .map(|(key, value)| match value {
            toml::Value::String(text) => Ok((key, text)),
            toml::Value::Integer(number) => Ok((key, number.to_string())),
            _ => bail!("\"{key}\" must be a text or a number"),
        })
        .collect()
}

/// A misspelt name must not be silently without effect.
fn refuse_unknown(environment: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let is_known = |name: &str| {
        name == "LOCKSTEP_CONFIG"
            || SETTINGS.iter().any(|s| {
                s.name == name || (s.is_secret && name.strip_suffix("_FILE") == Some(s.name))
            })
    };
    match environment
        .keys()
        .find(|name| name.starts_with("LOCKSTEP_") && !is_known(name))
    {
        None => Ok(()),
        Some(name) => {
            bail!("unknown setting {name} in the environment; `lockstep config` lists all")
        }
    }
}

fn from_environment(
    environment: &BTreeMap<String, String>,
    setting: &Setting,
) -> anyhow::Result<Option<(String, Source)>> {
    for name in std::iter::once(&setting.name).chain(setting.aliases) {
        if let Some(value) = environment.get(*name) {
            return Ok(Some((
                value.clone(),
                Source::Environment((*name).to_owned()),
            )));
        }
        let file = format!("{name}_FILE");
        if let Some(path) = environment.get(&file).filter(|_| setting.is_secret) {
            let value = fs::read_to_string(path)
                .with_context(|| format!("{file}: {path} cannot be read"))?;
            return Ok(Some((value, Source::Environment(file))));
        }
    }
    Ok(None)
}

/// Settings, typed and checked.
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Where the database and the key file are.
    pub(crate) data_dir: PathBuf,
    /// Which database: a PostgreSQL URL, or nothing for SQLite in the data folder. Secret: it may hold
    /// a password.
    pub(crate) database_url: SecretString,
    /// Connections to PostgreSQL that run units.
    pub(crate) connections: usize,
    /// The key that seals tokens, when given.
    pub(crate) master_key: Option<SecretString>,
    /// The one before, while it is being replaced.
    pub(crate) master_key_previous: Option<SecretString>,
    /// Proxies that are believed about who asks.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// What the use cases need.
    pub(crate) settings: Settings,
}

impl Config {
    /// Where the installation keeps what it knows.
    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            database_url: &self.database_url,
            data_dir: &self.data_dir,
            keys: master_key::Given {
                present: self.master_key.as_ref(),
                previous: self.master_key_previous.as_ref(),
            },
            connections: self.connections,
        }
    }

    /// Checks every value; the first that cannot be used is named.
    pub(crate) fn from_values(values: &Values) -> anyhow::Result<Self> {
        let listen: SocketAddr = values.parsed("LOCKSTEP_LISTEN", |text| {
            text.parse()
                .context("an address and a port are needed, such as 127.0.0.1:8080")
        })?;
        let public_url = match values.text("LOCKSTEP_PUBLIC_URL") {
            None => Url::parse(&format!("http://{listen}"))?,
            Some(_) => values.parsed("LOCKSTEP_PUBLIC_URL", parse_public_url)?,
        };
        let seconds = values.parsed("LOCKSTEP_POLL_SECONDS", |text| {
            let seconds: i64 = text.parse().context("a whole number is needed")?;
            (1..=3600)
                .contains(&seconds)
                .then_some(seconds)
                .context("it must be 1 to 3600")
        })?;
        Ok(Self {
            listen,
            data_dir: PathBuf::from(values.text("LOCKSTEP_DATA_DIR").unwrap_or_default()),
            database_url: values
                .text("LOCKSTEP_DATABASE_URL")
                .unwrap_or_default()
                .into(),
            connections: values.parsed("LOCKSTEP_DATABASE_CONNECTIONS", |text| {
                let connections: usize = text.parse().context("a whole number is needed")?;
                (1..=200)
                    .contains(&connections)
                    .then_some(connections)
                    .context("it must be 1 to 200")
            })?,
            master_key: values.text("LOCKSTEP_MASTER_KEY").map(SecretString::from),
            master_key_previous: values
                .text("LOCKSTEP_MASTER_KEY_PREVIOUS")
                .map(SecretString::from),
            trusted_proxies: trusted_proxies(values)?,
            settings: Settings {
                google: google(values, &public_url, quota(values)?)?,
                webhook_url: webhook_url(values, &public_url)?,
                public_url,
                pace: Pace::from_base(SignedDuration::from_secs(seconds)),
                pull_size: app::settings::PullSize::default(),
                limits: limits(values)?,
            },
        })
    }
}

fn limits(values: &Values) -> anyhow::Result<Limits> {
    let limit = |name| {
        values.parsed(name, |text| {
            let most: u32 = text.parse().context("a whole number is needed")?;
            let is_sane = most <= LIMIT_MAX;
            is_sane
                .then_some(NonZeroU32::new(most))
                .with_context(|| format!("it must be 0 to {LIMIT_MAX}"))
        })
    };
    Ok(Limits {
        holds_per_network: limit("LOCKSTEP_HOLDS_PER_NETWORK")?,
        holds_per_event_type: limit("LOCKSTEP_HOLDS_PER_EVENT_TYPE")?,
        bookings_hourly: limit("LOCKSTEP_BOOKINGS_HOURLY")?,
    })
}

fn quota(values: &Values) -> anyhow::Result<Quota> {
    let units = |name| {
        values.parsed(name, |text| {
            let units: u32 = text.parse().context("a whole number is needed")?;
            (1..=LIMIT_MAX)
                .contains(&units)
                .then_some(units)
                .with_context(|| format!("it must be 1 to {LIMIT_MAX}"))
        })
    };
    Ok(Quota {
        per_account: units("LOCKSTEP_GOOGLE_UNITS_PER_ACCOUNT")?,
        per_project: units("LOCKSTEP_GOOGLE_UNITS_PER_PROJECT")?,
    })
}

fn trusted_proxies(values: &Values) -> anyhow::Result<Vec<IpAddr>> {
    if values.text("LOCKSTEP_TRUSTED_PROXIES").is_none() {
        return Ok(Vec::new());
    }
    values.parsed("LOCKSTEP_TRUSTED_PROXIES", |text| {
        text.split(',')
            .map(|address| {
                let parsed: IpAddr = address.trim().parse().context("addresses are needed")?;
                Ok(parsed.to_canonical())
            })
            .collect()
    })
}

fn parse_public_url(text: &str) -> anyhow::Result<Url> {
    let url = Endpoints::parse(text)?;
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    is_origin
        .then_some(url)
        .context("it must have no path, such as https://book.example.org")
}

/// Where Google's pushes arrive. Google checks the name's certificate (`google-calendar.md` §12.1), so without
/// being told it is only asked to push to a name that can have one.
fn webhook_url(values: &Values, public_url: &Url) -> anyhow::Result<Option<Url>> {
    const NAME: &str = "LOCKSTEP_WEBHOOK_URL";
    match values.text(NAME) {
        None if is_public(public_url) => Ok(Some(public_url.join(app::push::PATH)?)),
        None | Some("off") => Ok(None),
        Some(_) => values.parsed(NAME, parse_webhook_url).map(Some),
    }
}

fn parse_webhook_url(text: &str) -> anyhow::Result<Url> {
    let url = Endpoints::parse(text)?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        bail!("it must end with its path, and name nobody");
    }
    match url.path() {
        "/" => Ok(url.join(app::push::PATH)?),
        _ => Ok(url),
    }
}

/// Whether the whole world may know the host of `url` under its name, and it speaks https.
fn is_public(url: &Url) -> bool {
    const PRIVATE: [&str; 6] = [
        ".localhost",
        ".local",
        ".internal",
        ".lan",
        ".home.arpa",
        ".test",
    ];
    let is_name = |name: &str| {
        let name = name.trim_end_matches('.');
        name.contains('.') && !PRIVATE.iter().any(|end| name.ends_with(end))
    };
    let host = url.host();
    url.scheme() == "https" && matches!(host, Some(url::Host::Domain(name)) if is_name(name))
}

fn google(
    values: &Values,
    public_url: &Url,
    quota: Quota,
) -> anyhow::Result<Result<Google, MissingSettings>> {
    let endpoint = |name| values.parsed(name, |text| Ok(Endpoints::parse(text)?));
    let endpoints = Endpoints {
        auth: endpoint("LOCKSTEP_GOOGLE_AUTH_URL")?,
        token: endpoint("LOCKSTEP_GOOGLE_TOKEN_URL")?,
        revoke: endpoint("LOCKSTEP_GOOGLE_REVOKE_URL")?,
        api: endpoint("LOCKSTEP_GOOGLE_API_URL")?,
    };
    let redirect_uri = match values.text("GOOGLE_REDIRECT_URI") {
        None => public_url.join("/oauth/google/callback")?.to_string(),
        Some(text) => values.parsed("GOOGLE_REDIRECT_URI", |_| {
            Endpoints::parse(text)?;
            // Google compares it byte by byte, so it is kept exactly as it was given.
            Ok(text.to_owned())
        })?,
    };
    let needed = ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"];
    let missing: Vec<_> = needed
        .into_iter()
        .filter(|name| values.text(name).is_none())
        .collect();
    let client = match (values.text(needed[0]), values.text(needed[1])) {
        (Some(id), Some(secret)) => Ok(OAuthClient {
            id: id.to_owned(),
            secret: secret.into(),
            redirect_uri,
        }),
        _ => Err(MissingSettings(missing)),
    };
    let service_account = service_account(values)?;
    let api_key = values.text("CALENDAR_API_KEY").map(SecretString::from);
    if let (Err(missing), None, None) = (&client, &service_account, &api_key) {
        return Ok(Err(missing.clone()));
    }
    Ok(Ok(Google {
        client,
        service_account,
        api_key,
        endpoints,
        calendar_id: values.text("CALENDAR_ID").unwrap_or("primary").to_owned(),
        quota,
        login_hint: values.text("ADMIN_EMAIL").map(str::to_owned),
    }))
}

/// The key file, which is given as its content when it begins as JSON does, else as a path.
fn service_account(values: &Values) -> anyhow::Result<Option<ServiceAccount>> {
    const NAME: &str = "GOOGLE_SERVICE_ACCOUNT_JSON";
    let Some(given) = values.text(NAME) else {
        return Ok(None);
    };
    let subject = values.text("GOOGLE_SERVICE_ACCOUNT_SUBJECT");
    let content = if given.starts_with('{') {
        given.to_owned()
    } else {
        // The value is not shown, and neither is it in the error: somebody may have pasted half a key.
        fs::read_to_string(given)
            .with_context(|| format!("{NAME} is neither JSON nor a file that can be read"))?
    };
    ServiceAccount::read(&content, subject.map(str::to_owned))
        .with_context(|| format!("{NAME} cannot be used"))
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(environment: &[(&str, &str)], file: &str) -> anyhow::Result<Config> {
        let environment = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Config::from_values(&Values::merge(&environment, read_file(file)?)?)
    }

    #[test]
    fn environment_beats_file_beats_default() {
        let config = merge(
            &[("LOCKSTEP_LISTEN", "127.0.0.1:1")],
            "listen = \"127.0.0.1:2\"\npoll_seconds = 7",
        )
        .unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.settings.pace.interesting.as_secs(), 7);
        assert_eq!(config.settings.public_url.as_str(), "http://127.0.0.1:1/");
    }

    /// row T2: credentials come from the environment, under the names people already use.
    #[test]
    fn names_people_already_have_are_accepted() {
        for names in [
            ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
            ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"],
        ] {
            let config = merge(
                &[
                    (names[0], "id"),
                    (names[1], "s"),
                    ("BASE_URL", "https://book.example"),
                ],
                "",
            )
            .unwrap();
            let google = config.settings.google.unwrap();
            assert_eq!(
                google.client().unwrap().redirect_uri,
                "https://book.example/oauth/google/callback"
            );
        }
        let missing = merge(&[("GOOGLE_CLIENT_ID", "id")], "")
            .unwrap()
            .settings
            .google
            .unwrap_err();
        assert_eq!(
            missing.to_string(),
            "set GOOGLE_CLIENT_SECRET to connect Google Calendar"
        );
    }

    /// Push where Google can reach us, and polling everywhere else.
    #[test]
    fn pushes_go_where_google_can_reach_us() {
        let url = |public: &str, webhook: Option<&str>| {
            let mut environment = vec![("LOCKSTEP_PUBLIC_URL", public)];
            environment.extend(webhook.map(|url| ("LOCKSTEP_WEBHOOK_URL", url)));
            let found = merge(&environment, "").unwrap().settings.webhook_url;
            found.map(String::from)
        };
        let ours = |origin: &str| Some(format!("{origin}/webhooks/google-calendar"));
        for (public, webhook, expected) in [
            (
                "https://book.example.org",
                None,
                ours("https://book.example.org"),
            ),
            (
                "https://book.example.org:8443",
                None,
                ours("https://book.example.org:8443"),
            ),
            ("https://book.example.org", Some("off"), None),
            ("http://127.0.0.1:8080", None, None),
            ("https://127.0.0.1", None, None),
            ("https://[2001:db8::1]", None, None),
            ("https://localhost", None, None),
            ("https://booking", None, None),
            ("https://booking.local", None, None),
            ("https://booking.home.arpa.", None, None),
            (
                "http://127.0.0.1:8080",
                Some("https://x.tunnel.example"),
                ours("https://x.tunnel.example"),
            ),
            (
                "http://127.0.0.1:8080",
                Some("https://x.example/hooks/7"),
                Some("https://x.example/hooks/7".to_owned()),
            ),
            (
                "http://127.0.0.1:8080",
                Some("http://127.0.0.1:8080/"),
                ours("http://127.0.0.1:8080"),
            ),
        ] {
            assert_eq!(url(public, webhook), expected, "{public} {webhook:?}");
        }
    }

    #[test]
    fn limits_have_defaults_and_can_be_turned_off() {
        let limits = |environment: &[(&str, &str)]| merge(environment, "").unwrap().settings.limits;
        let usual = limits(&[]);
        assert_eq!(usual.holds_per_network, NonZeroU32::new(5));
        assert_eq!(usual.holds_per_event_type, NonZeroU32::new(50));
        assert_eq!(usual.bookings_hourly, NonZeroU32::new(10));
        let off = limits(&[
            ("LOCKSTEP_HOLDS_PER_NETWORK", "0"),
            ("LOCKSTEP_HOLDS_PER_EVENT_TYPE", "0"),
            ("LOCKSTEP_BOOKINGS_HOURLY", "0"),
        ]);
        assert_eq!(off, Limits::default());
        let named = [("LOCKSTEP_TRUSTED_PROXIES", "127.0.0.1, ::ffff:10.0.0.2")];
        let proxies = merge(&named, "").unwrap().trusted_proxies;
        let expected: [IpAddr; 2] = ["127.0.0.1", "10.0.0.2"].map(|a| a.parse().unwrap());
        assert_eq!(proxies, expected);
    }

    #[test]
    fn every_bad_value_names_its_setting() {
        for (name, value) in [
            ("LOCKSTEP_LISTEN", "8080"),
            ("LOCKSTEP_PUBLIC_URL", "http://book.example"),
            ("LOCKSTEP_PUBLIC_URL", "https://book.example/path"),
            ("LOCKSTEP_WEBHOOK_URL", "http://book.example"),
            ("LOCKSTEP_WEBHOOK_URL", "https://book.example/?key=1"),
            ("LOCKSTEP_WEBHOOK_URL", "on"),
            ("LOCKSTEP_POLL_SECONDS", "0"),
            ("LOCKSTEP_POLL_SECONDS", "often"),
            ("LOCKSTEP_GOOGLE_UNITS_PER_ACCOUNT", "0"),
            ("LOCKSTEP_GOOGLE_UNITS_PER_PROJECT", "all"),
            ("LOCKSTEP_DATABASE_CONNECTIONS", "0"),
            ("LOCKSTEP_DATABASE_CONNECTIONS", "201"),
            ("LOCKSTEP_HOLDS_PER_NETWORK", "-1"),
            ("LOCKSTEP_HOLDS_PER_EVENT_TYPE", "many"),
            ("LOCKSTEP_BOOKINGS_HOURLY", "1000001"),
            ("LOCKSTEP_TRUSTED_PROXIES", "proxy.example"),
            ("LOCKSTEP_TRUSTED_PROXIES", "127.0.0.1,"),
            ("LOCKSTEP_GOOGLE_API_URL", "http://google.example"),
            ("GOOGLE_REDIRECT_URI", "somewhere"),
            ("GOOGLE_SERVICE_ACCOUNT_JSON", "/nowhere.json"),
            (
                "GOOGLE_SERVICE_ACCOUNT_JSON",
                "{\"type\":\"authorized_user\"}",
            ),
            ("LOCKSTEP_LISTENN", "127.0.0.1:1"),
        ] {
            let error = format!("{:#}", merge(&[(name, value)], "").err().expect(value));
            assert!(error.contains(name) && !error.contains('\n'), "{error}");
        }
        for file in ["listn = \"x\"", "listen = [1]", "listen = "] {
            let error = format!("{:#}", merge(&[], file).err().expect(file));
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
