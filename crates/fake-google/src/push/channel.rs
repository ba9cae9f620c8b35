//! A channel: what is asked for, checked, and what is answered (§12.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::error::ApiError;
use crate::push::rules::PushRules;

/// Characters a channel's id may have.
const ID_MAX: usize = 64;
/// Characters a channel's token may have.
const TOKEN_MAX: usize = 256;
/// Origin of `resourceUri`, which clients must not take apart (§2).
const RESOURCE_ORIGIN: &str = "https://www.googleapis.com";
/// Domain of calendars that Google makes up: holidays, birthdays, contacts. None can be watched.
const GENERATED_DOMAIN: &str = "@group.v.calendar.google.com";

/// What a channel reports changes of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// The events of a calendar; with types, only events of these.
    Events {
        calendar: String,
        event_types: Vec<String>,
    },
    /// The access list of a calendar.
    Acl { calendar: String },
    /// The calendars on an account's list.
    CalendarList { account: String },
    /// An account's settings.
    Settings { account: String },
}

impl Watched {
    /// The calendar it is about, if it is about one.
    pub(crate) fn calendar(&self) -> Option<&str> {
        match self {
            Self::Events { calendar, .. } | Self::Acl { calendar } => Some(calendar),
            Self::CalendarList { .. } | Self::Settings { .. } => None,
        }
    }

    /// Path below `/calendar/v3/`, with each id as one segment.
    fn segments(&self) -> Vec<&str> {
        match self {
            Self::Events { calendar, .. } => vec!["calendars", calendar, "events"],
            Self::Acl { calendar } => vec!["calendars", calendar, "acl"],
            Self::CalendarList { .. } => vec!["users", "me", "calendarList"],
            Self::Settings { .. } => vec!["users", "me", "settings"],
        }
    }

    /// Opaque, and the same for whoever watches the same thing.
    pub(crate) fn resource_id(&self) -> String {
        let whose = match self {
            Self::Events { .. } | Self::Acl { .. } => "",
            Self::CalendarList { account } | Self::Settings { account } => account,
        };
        let named = format!("{whose} {}", self.segments().join("/"));
        let hash = Sha256::digest(named.as_bytes());
        URL_SAFE_NO_PAD.encode(&hash[..20])
    }

    pub(crate) fn resource_uri(&self) -> String {
        let Ok(mut url) = Url::parse(RESOURCE_ORIGIN) else {
            return String::new();
        };
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["calendar", "v3"]).extend(self.segments());
        }
        url.query_pairs_mut().append_pair("alt", "json");
        if let Self::Events { event_types, .. } = self {
            for kind in event_types {
                url.query_pairs_mut().append_pair("eventTypes", kind);
            }
        }
        url.into()
    }

    fn refuses_push(&self, rules: &PushRules) -> bool {
        self.calendar().is_some_and(|calendar| {
            calendar.ends_with(GENERATED_DOMAIN) || rules.refused_calendars.contains(calendar)
        })
    }
}

/// One subscription.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
    pub(crate) watched: Watched,
    /// E-mail of the account that made it.
    pub(crate) account: String,
    /// OAuth client that made it.
    pub(crate) client: String,
    /// Number of the last message.
    pub(crate) number: u64,
    /// Version of what is watched that was last looked at.
    pub(crate) seen: i64,
    /// When reports end after a stop.
    pub(crate) silent_from: Option<Timestamp>,
}

impl Channel {
    /// What Google answers to watch.
    pub(crate) fn resource(&self) -> Value {
        let mut resource = json!({
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.watched.resource_id(),
            "resourceUri": self.watched.resource_uri(),
            "expiration": self.expires.as_millisecond().to_string(),
        });
        if let Some(token) = &self.token {
            resource["token"] = token.as_str().into();
        }
        resource
    }

    /// Whether it still reports what happens at `now`.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires && self.silent_from.is_none_or(|end| now < end)
    }
}

/// A checked wish for a channel.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
}

impl Wish {
    /// Reads the body of a watch call.
    pub(crate) fn read(
        body: &Map<String, Value>,
        watched: &Watched,
        now: Timestamp,
        rules: &PushRules,
    ) -> Result<Self, ApiError> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let needed = |name: &'static str| {
            text(name).filter(|text| !text.is_empty()).ok_or_else(|| {
                ApiError::required(format!("Required field: {name}")).at_parameter(name)
            })
        };
        let id = needed("id")?;
        // The form is known from Google's own refusals, not from its reference.
        let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
        if id.len() > ID_MAX || !id.bytes().all(is_sound) {
            return Err(ApiError::invalid("Invalid channel id.").at_parameter("id"));
        }
        if !matches!(needed("type")?, "web_hook" | "webhook") {
            return Err(ApiError::invalid("Unknown channel type.").at_parameter("type"));
        }
        let token = text("token").filter(|token| !token.is_empty());
        // It becomes a header's value, so nothing but visible text may be in it.
        let is_header = |token: &str| token.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if token.is_some_and(|token| token.len() > TOKEN_MAX || !is_header(token)) {
            return Err(ApiError::invalid("Invalid channel token.").at_parameter("token"));
        }
        let address = needed("address")?;
        check_address(address, rules)?;
        let expires = expiration(body, now, rules)?;
        if watched.refuses_push(rules) {
            return Err(ApiError::push_not_supported());
        }
        Ok(Self {
            id: id.to_owned(),
            address: address.to_owned(),
            token: token.map(str::to_owned),
            expires,
        })
    }
}

fn check_address(address: &str, rules: &PushRules) -> Result<(), ApiError> {
    let invalid = || ApiError::invalid("Invalid channel address.").at_parameter("address");
    let url = Url::parse(address).map_err(|_| invalid())?;
    let host = url.host().ok_or_else(invalid)?;
    let is_loopback = match &host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    };
    let is_taken =
        url.scheme() == "https" || (url.scheme() == "http" && rules.allows_http && is_loopback);
    if !is_taken {
        return Err(ApiError::webhook_not_https(address));
    }
    if rules.unauthorized_hosts.contains(&host.to_string()) {
        return Err(ApiError::webhook_unauthorized(
            rules.unauthorized_status,
            address,
        ));
    }
    Ok(())
}

/// When the channel ends: the earliest of `params.ttl` seconds, `expiration` milliseconds and the
/// longest life there is; the default life when nothing is asked. That both together mean the
/// earlier is a guess.
fn expiration(
    body: &Map<String, Value>,
    now: Timestamp,
    rules: &PushRules,
) -> Result<Timestamp, ApiError> {
    let invalid = |name: &str| {
        ApiError::invalid("Invalid ttl value, must be in the future.").at_parameter(name)
    };
    let after = |seconds: i64| {
        now.checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(Timestamp::MAX)
    };
    let ttl = match body.get("params").and_then(|params| params.get("ttl")) {
        None | Some(Value::Null) => None,
        Some(ttl) => {
            let seconds = number(ttl).filter(|seconds| *seconds > 0);
            Some(after(seconds.ok_or_else(|| invalid("params.ttl"))?))
        }
    };
    let expiration = match body.get("expiration") {
        None | Some(Value::Null) => None,
        Some(expiration) => {
            let millis = number(expiration).ok_or_else(|| invalid("expiration"))?;
            let moment = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
            Some(
                Some(moment)
                    .filter(|moment| *moment > now)
                    .ok_or_else(|| invalid("expiration"))?,
            )
        }
    };
    let asked = ttl.into_iter().chain(expiration).min();
    let asked = asked.unwrap_or_else(|| after(rules.ttl_default_seconds.into()));
    // To the millisecond, which is all that `expiration` can say.
    let expires = asked.min(after(rules.ttl_max_seconds.into()));
    Ok(Timestamp::from_millisecond(expires.as_millisecond()).unwrap_or(expires))
}

/// A 64-bit number, in quotes as Google writes it or bare as its guide does.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
