//! Attendees: copies on their calendars, answers on their way back, and mails.

use fake_google::{InvitationPolicy, MailKind, Request, Response};
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS, event_on, event_path, refusal};

const LEO: &str = "leo@example.com";
const MIA: &str = "mia@example.com";
const EVE: &str = "eve@elsewhere.org";

/// Ana invites; Leo and Mia have accounts here, Eve has not.
struct Party {
    fake: Fake,
    leo: String,
    mia: String,
}

impl Party {
    fn new() -> Self {
        let mut fake = Fake::new();
        let mut token = |email: &str, name: &str| {
            fake.world
                .add_account(email, name, "Europe/Madrid")
                .expect("a new account");
            let grant = fake.world.grant(fake.now, email, CLIENT, &[SCOPE_EVENTS]);
            grant.expect("account and client are there").access_token
        };
        let (leo, mia) = (token(LEO, "Leo"), token(MIA, "Mia"));
        Self { fake, leo, mia }
    }

    fn call(&mut self, token: &str, verb: &str, path: &str, body: &Value) -> Response {
        let request = Request::new(verb, path).with_bearer(token).with_json(body);
        self.fake.send(&request)
    }

    fn leo_writes(&mut self, verb: &str, event: &Value, body: &Value) -> Response {
        let token = self.leo.clone();
        self.call(&token, verb, &event_path(&event["id"]), body)
    }

    fn ana_writes(&mut self, verb: &str, event: &Value, body: &Value) -> Value {
        let answer = self.fake.call(verb, &event_path(&event["id"]), Some(body));
        assert!(answer.status < 300, "{}", answer.text());
        if answer.status == 204 {
            Value::Null
        } else {
            answer.json()
        }
    }

    fn on(&self, calendar: &str, event: &Value) -> Value {
        let id = event["id"].as_str().expect("an id is text");
        self.fake.world.event(calendar, id).unwrap_or(Value::Null)
    }
}

fn invite(emails: &[&str]) -> Value {
    let guests: Vec<Value> = emails.iter().map(|email| json!({"email": email})).collect();
    json!({"summary": "Lesson", "attendees": guests})
}

/// What `event` says of one guest.
fn answer<'e>(event: &'e Value, email: &str) -> &'e Value {
    let guests = event["attendees"].as_array().map_or(&[][..], Vec::as_slice);
    let found = guests.iter().find(|guest| guest["email"] == email);
    found.map_or(&Value::Null, |guest| &guest["responseStatus"])
}

fn accept(email: &str) -> Value {
    json!({"attendees": [{"email": email, "responseStatus": "accepted"}]})
}

#[test]
fn guests_get_copies_of_the_same_id_with_things_of_their_own() {
    let mut party = Party::new();
    let mut body = invite(&[ANA, LEO, EVE]);
    body["colorId"] = "3".into();
    body["source"] = json!({"url": "https://example.com/b/1"});
    body["extendedProperties"] = json!({"private": {"mark": "ours"}, "shared": {"room": "2"}});
    let event = party.fake.insert_on(2, body);
    let copy = party.on(LEO, &event);
    for name in ["id", "iCalUID", "summary", "sequence", "start"] {
        if name != "start" {
            assert_eq!(copy[name], event[name], "{name}");
        }
    }
    assert_eq!(copy["start"]["dateTime"], "2026-03-02T11:00:00+01:00");
    assert_eq!(copy["organizer"], json!({"email": ANA}));
    assert_eq!(copy["creator"], json!({"email": ANA}));
    assert_eq!(copy["extendedProperties"], json!({"shared": {"room": "2"}}));
    assert!(copy.get("source").is_none() && copy.get("colorId").is_none());
    let flags = |event: &Value, name: &str| -> Vec<String> {
        let guests = event["attendees"].as_array().unwrap().iter();
        let marked = guests.filter(|guest| guest[name] == true);
        marked
            .map(|guest| guest["email"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (flags(&event, "self"), flags(&event, "organizer")),
        (vec![ANA.to_owned()], vec![ANA.to_owned()])
    );
    assert_eq!(
        (flags(&copy, "self"), flags(&copy, "organizer")),
        (vec![LEO.to_owned()], vec![ANA.to_owned()])
    );
    assert_eq!(event["organizer"]["self"], true);
    // Leo's own things stay when Ana changes what is shared.
    let own = json!({"reminders": {"useDefault": false}, "extendedProperties": {"private": {"leo": "1"}}});
    assert_eq!(party.leo_writes("PATCH", &event, &own).status, 200);
    assert_eq!(party.on(ANA, &event)["etag"], event["etag"]);
    party.ana_writes("PATCH", &event, &json!({"summary": "Exam"}));
    let copy = party.on(LEO, &event);
    assert_eq!(copy["summary"], "Exam");
    assert_eq!(copy["reminders"]["useDefault"], false);
    assert_eq!(
        copy["extendedProperties"],
        json!({"private": {"leo": "1"}, "shared": {"room": "2"}})
    );
    assert_eq!(party.on(MIA, &event), Value::Null);
}

#[test]
fn an_answer_reaches_the_organizer_and_the_other_guests() {
    let mut party = Party::new();
    let event = party.fake.insert_on(2, invite(&[LEO, MIA]));
    let token = party.fake.get(EVENTS).json()["nextSyncToken"].clone();
    let reply = party.leo_writes("PATCH", &event, &accept(LEO)).json();
    assert_eq!(answer(&reply, LEO), "accepted");
    assert_eq!(
        answer(&reply, MIA),
        "needsAction",
        "others stay on the list"
    );
    for calendar in [ANA, MIA] {
        assert_eq!(
            answer(&party.on(calendar, &event), LEO),
            "accepted",
            "{calendar}"
        );
    }
    let increment = format!("{EVENTS}?syncToken={}", token.as_str().unwrap());
    let told = party.fake.get(&increment).json()["items"].clone();
    assert_eq!(told.as_array().unwrap().len(), 1);
    assert_ne!(told[0]["etag"], event["etag"]);
    // Nobody answers for somebody else.
    party.leo_writes("PATCH", &event, &accept(MIA));
    assert_eq!(answer(&party.on(ANA, &event), MIA), "needsAction");
    // The short form: only one's own entry counts, whoever else is left out.
    let short = json!({
        "attendeesOmitted": true,
        "attendees": [{"email": LEO, "responseStatus": "tentative"}],
    });
    party.leo_writes("PATCH", &event, &short);
    let home = party.on(ANA, &event);
    assert_eq!(
        (answer(&home, LEO), answer(&home, MIA)),
        (&json!("tentative"), &json!("needsAction"))
    );
}

#[test]
fn who_deletes_what_decides_what_is_left() {
    let mut party = Party::new();
    let event = party.fake.insert_on(2, invite(&[LEO, MIA]));
    assert_eq!(party.leo_writes("DELETE", &event, &json!({})).status, 204);
    let home = party.on(ANA, &event);
    assert_eq!(
        (&home["status"], answer(&home, LEO)),
        (&json!("confirmed"), &json!("declined"))
    );
    // What follows does not bring it back to Leo.
    party.ana_writes("PATCH", &event, &json!({"summary": "Exam"}));
    assert_eq!(party.on(LEO, &event)["status"], "cancelled");
    assert_eq!(party.on(MIA, &event)["summary"], "Exam");
    party.ana_writes("DELETE", &event, &json!({}));
    assert_eq!(party.on(MIA, &event)["status"], "cancelled");
    // A guest taken off the list loses the copy, the others keep theirs.
    let event = party.fake.insert_on(3, invite(&[LEO, MIA]));
    party.ana_writes("PATCH", &event, &invite(&[MIA]));
    assert_eq!(party.on(LEO, &event)["status"], "cancelled");
    assert_eq!(party.on(MIA, &event)["status"], "confirmed");
    party.ana_writes("PATCH", &event, &invite(&[LEO, MIA]));
    assert_eq!(party.on(LEO, &event)["status"], "confirmed");
}

#[test]
fn what_guests_may_is_the_organizers_to_say() {
    let mut party = Party::new();
    let mut body = invite(&[LEO, MIA]);
    body["guestsCanInviteOthers"] = false.into();
    body["guestsCanModify"] = true.into();
    let event = party.fake.insert_on(2, body);
    let settings = party.leo_writes("PATCH", &event, &json!({"guestsCanModify": false}));
    assert_eq!(
        refusal(&settings),
        (403, "forbiddenForNonOrganizer".to_owned())
    );
    let whole = party.leo_writes("PUT", &event, &event_on(2, json!({"summary": "x"})));
    assert_eq!(
        refusal(&whole),
        (403, "forbiddenForNonOrganizer".to_owned())
    );
    let more = party.leo_writes("PATCH", &event, &invite(&[LEO, MIA, EVE]));
    assert_eq!(refusal(&more), (403, "forbiddenForNonOrganizer".to_owned()));
    // Guests who may modify do it for all.
    party.leo_writes("PATCH", &event, &json!({"summary": "Exam"}));
    for calendar in [ANA, MIA] {
        assert_eq!(party.on(calendar, &event)["summary"], "Exam", "{calendar}");
    }
    // Those who may not do it for themselves, until the organizer writes again.
    let event = party.fake.insert_on(3, invite(&[LEO]));
    party.leo_writes("PATCH", &event, &json!({"summary": "Mine"}));
    assert_eq!(party.on(ANA, &event)["summary"], "Lesson");
    assert_eq!(party.on(LEO, &event)["summary"], "Mine");
    party.leo_writes("PATCH", &event, &invite(&[LEO, MIA]));
    assert_eq!(answer(&party.on(ANA, &event), MIA), "needsAction");
    assert_eq!(party.on(MIA, &event)["summary"], "Lesson");
    assert_eq!(party.on(LEO, &event)["summary"], "Lesson");
    let mut hidden = invite(&[LEO, MIA]);
    hidden["guestsCanSeeOtherGuests"] = false.into();
    let event = party.fake.insert_on(4, hidden);
    let copy = party.on(LEO, &event);
    assert_eq!(copy["attendees"].as_array().unwrap().len(), 1);
    party.leo_writes("PATCH", &event, &accept(LEO));
    let home = party.on(ANA, &event);
    assert_eq!(
        (answer(&home, LEO), answer(&home, MIA)),
        (&json!("accepted"), &json!("needsAction"))
    );
}

#[test]
fn series_and_their_exceptions_are_shared() {
    let mut party = Party::new();
    let mut body = invite(&[LEO, MIA]);
    body["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    for name in ["start", "end"] {
        body[name] = json!({"dateTime": "2026-03-02T10:00:00Z", "timeZone": "UTC"});
    }
    let series = party.fake.insert(&body);
    let id = |day: &str| json!({"id": format!("{}_202603{day}T100000Z", series["id"].as_str().unwrap())});
    party.ana_writes("PATCH", &id("03"), &json!({"summary": "Exam"}));
    assert_eq!(party.on(LEO, &id("03"))["summary"], "Exam");
    assert_eq!(party.on(LEO, &id("03"))["recurringEventId"], series["id"]);
    // An answer for one day is for that day.
    party.leo_writes("PATCH", &id("04"), &accept(LEO));
    assert_eq!(answer(&party.on(ANA, &id("04")), LEO), "accepted");
    assert_eq!(answer(&party.on(MIA, &id("04")), LEO), "accepted");
    assert_eq!(answer(&party.on(ANA, &series), LEO), "needsAction");
    party.ana_writes("DELETE", &id("04"), &json!({}));
    assert_eq!(party.on(LEO, &id("04"))["status"], "cancelled");
    party.ana_writes("DELETE", &series, &json!({}));
    for event in [&series, &id("03")] {
        assert_eq!(party.on(LEO, event)["status"], "cancelled");
        assert_eq!(answer(&party.on(ANA, event), LEO), "needsAction");
    }
}

#[test]
fn mails_are_kept_instead_of_sent() {
    let mut party = Party::new();
    let sent = |party: &Party| -> Vec<(MailKind, String)> {
        let mails = party.fake.world.mails();
        mails.map(|mail| (mail.kind, mail.to.clone())).collect()
    };
    let mut expected = Vec::new();
    let event = party.fake.insert_on(2, invite(&[ANA, LEO, EVE]));
    assert_eq!(sent(&party), expected);
    let with = |query: &str| format!("{}?{query}", event_path(&event["id"]));
    let title = json!({"summary": "Exam"});
    party
        .fake
        .call("PATCH", &with("sendUpdates=none"), Some(&title));
    assert_eq!(sent(&party), expected);
    party
        .fake
        .call("PATCH", &with("sendUpdates=externalOnly"), Some(&title));
    expected.push((MailKind::Update, EVE.to_owned()));
    assert_eq!(sent(&party), expected);
    let guests = invite(&[ANA, MIA, LEO]);
    party
        .fake
        .call("PATCH", &with("sendUpdates=all"), Some(&guests));
    expected.push((MailKind::Update, LEO.to_owned()));
    expected.push((MailKind::Invitation, MIA.to_owned()));
    expected.push((MailKind::Cancellation, EVE.to_owned()));
    assert_eq!(sent(&party), expected);
    let token = party.leo.clone();
    party.call(
        &token,
        "PATCH",
        &with("sendNotifications=true"),
        &accept(LEO),
    );
    expected.push((MailKind::Response, ANA.to_owned()));
    assert_eq!(sent(&party), expected);
    party.fake.call("DELETE", &with("sendUpdates=all"), None);
    expected.push((MailKind::Cancellation, LEO.to_owned()));
    expected.push((MailKind::Cancellation, MIA.to_owned()));
    assert_eq!(sent(&party), expected);
    let shown = party.fake.send(&Request::new("GET", "/_fake/mails")).json();
    assert_eq!(shown["mails"][0]["kind"], "update");
    assert_eq!(shown["mails"][0]["icalUid"], event["iCalUID"]);
    assert_eq!(shown["mails"].as_array().unwrap().len(), expected.len());
}

#[test]
fn unknown_senders_get_onto_a_calendar_with_the_answer() {
    let mut party = Party::new();
    let wish = json!({"account": LEO, "policy": "known_senders", "known": [MIA]});
    let wish = Request::new("POST", "/_fake/invitation-policy").with_json(&wish);
    assert_eq!(party.fake.send(&wish).status, 204);
    party
        .fake
        .world
        .set_invitation_policy(MIA, InvitationPolicy::WhenResponding);
    let event = party.fake.insert_on(2, invite(&[LEO, MIA, EVE]));
    assert_eq!(party.on(LEO, &event), Value::Null);
    assert_eq!(party.on(MIA, &event), Value::Null);
    for guest in [LEO, EVE] {
        let reply =
            json!({"calendar": ANA, "event": event["id"], "guest": guest, "status": "accepted"});
        let reply = Request::new("POST", "/_fake/respond").with_json(&reply);
        assert_eq!(party.fake.send(&reply).status, 204);
    }
    let home = party.on(ANA, &event);
    assert_eq!(
        (answer(&home, LEO), answer(&home, EVE)),
        (&json!("accepted"), &json!("accepted"))
    );
    assert_eq!(answer(&party.on(LEO, &event), LEO), "accepted");
    assert_eq!(party.on(MIA, &event), Value::Null);
    party.ana_writes("PATCH", &event, &json!({"summary": "Exam"}));
    assert_eq!(party.on(LEO, &event)["summary"], "Exam");
    // Mia is known to Leo.
    let token = party.mia.clone();
    let body = event_on(3, invite(&[LEO]));
    let other = party.call(&token, "POST", EVENTS, &body).json();
    assert_eq!(party.on(LEO, &other)["status"], "confirmed");
    let now = party.fake.now;
    let world = &mut party.fake.world;
    let id = event["id"].as_str().unwrap();
    for (calendar, guest, status, expected) in [
        (ANA, "stranger@example.com", "accepted", 404),
        (LEO, LEO, "accepted", 404),
        ("none", LEO, "accepted", 404),
        (ANA, LEO, "maybe", 400),
    ] {
        let refused = world.respond(now, calendar, id, guest, status).unwrap_err();
        assert_eq!(refused.status(), expected, "{calendar} {guest} {status}");
    }
}

#[test]
fn an_owner_invited_to_their_second_calendar_has_the_event_twice() {
    let mut party = Party::new();
    party
        .fake
        .world
        .add_calendar(ANA, "team", "Team", "UTC")
        .unwrap();
    let now = party.fake.now;
    let event = event_on(2, invite(&[ANA]));
    let event = party.fake.world.insert_event(now, "team", &event).unwrap();
    assert!(event["attendees"][0].get("self").is_none());
    let copy = party.on(ANA, &event);
    assert_eq!(
        copy["organizer"],
        json!({"email": "team", "displayName": "Team"})
    );
    assert_eq!(copy["attendees"][0]["self"], true);
}

#[test]
fn a_meet_link_reaches_the_guests_when_it_is_there() {
    let mut party = Party::new();
    let mut body = invite(&[LEO]);
    body["conferenceData"] = json!({"createRequest": {"requestId": "r"}});
    let path = format!("{EVENTS}?conferenceDataVersion=1");
    let event = party
        .fake
        .call("POST", &path, Some(&event_on(2, body)))
        .json();
    assert!(party.on(LEO, &event).get("hangoutLink").is_none());
    party.fake.pass(2);
    let ready = party.fake.get(&event_path(&event["id"])).json();
    assert!(ready["hangoutLink"].is_string());
    assert_eq!(party.on(LEO, &event)["hangoutLink"], ready["hangoutLink"]);
}
