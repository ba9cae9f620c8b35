//! The host, editing the calendar in Google by hand: our events here, others in `foreign`.

pub mod foreign;

use domain::Interval;
use fake_google::ApiError;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::sqlite::digest::Digest;

use super::Actor;
use crate::actors::host::foreign::{edit_foreign, insert_foreign, put_foreign};
use crate::events::{By, Turn, When};
use crate::failure::Failure;
use crate::machine::short;
use crate::network::moment;
use crate::scene::{Scene, Stage};
use crate::setup::{CALENDAR, OTHER, carries};

/// One life: hosts do not crash.
pub async fn live(stage: Stage) {
    while stage.take_turn(Actor::Host) {
        let millis = {
            let mut scene = stage.scene();
            let stream = scene.stream(Actor::Host, "acts");
            match stream.below(10) {
                0..4 => stream.between(0, 2_000),
                _ => stream.between(0, 50_000),
            }
        };
        stage.pause(SignedDuration::from_millis(millis)).await;
        act(&mut stage.scene());
    }
}

fn act(scene: &mut Scene) {
    let ours: Vec<String> = scene
        .events
        .ours
        .iter()
        .filter(|(_, event)| event.when() != When::Gone)
        .map(|(id, _)| id.clone())
        .collect();
    let deleted: Vec<String> = scene
        .events
        .ours
        .iter()
        .filter(|(_, event)| event.when() == When::Gone && event.last_by() == Some(By::Host))
        .map(|(id, _)| id.clone())
        .collect();
    if let Some(id) = scene
        .stream(Actor::Host, "restores")
        .pick(&deleted)
        .cloned()
        && scene.stream(Actor::Host, "restores").is_hit(150)
    {
        return restore(scene, &id);
    }
    if carries(scene.seed)
        && let Some(id) = scene.stream(Actor::Host, "carries").pick(&ours).cloned()
        && scene.stream(Actor::Host, "carries").is_hit(200)
    {
        return carry(scene, &id);
    }
    // Ill today, or a tool gone wild: both look like this.
    if scene.stream(Actor::Host, "clears").is_hit(15) {
        scene.stats.count("host.cleared");
        for id in ours {
            delete(scene, &id);
        }
        return;
    }
    let stream = scene.stream(Actor::Host, "acts");
    let (roll, chosen) = (stream.below(100), stream.pick(&ours).cloned());
    match (roll, chosen) {
        (0..30, Some(id)) => drag(scene, &id),
        (30..42, Some(id)) => drag_onto_other(scene, &id),
        (42..50, Some(id)) => resize(scene, &id),
        (50..57, Some(id)) => edit_text(scene, &id),
        (57..70, Some(id)) => delete(scene, &id),
        (70..74, Some(id)) => make_all_day(scene, &id),
        (74..79, Some(id)) => put_somewhere_odd(scene, &id),
        (79..83, Some(id)) => put_back(scene, &id),
        (83..86, Some(id)) => copy(scene, &id),
        (86..92, _) => edit_foreign(scene),
        (_, _) if scene.stream(Actor::Host, "own").is_hit(550) => edit_foreign(scene),
        (_, _) => insert_foreign(scene),
    }
}

/// When the event takes place, or the last time agreed on if it is on no clock.
fn time_of(scene: &Scene, id: &str) -> Option<Interval> {
    let event = scene.events.ours.get(id)?;
    match event.when() {
        When::Timed(time) => Some(time),
        When::AllDay | When::Gone => Some(event.agreed),
    }
}

/// To another time of its day, or to another day: free or not, open or not.
fn drag(scene: &mut Scene, id: &str) {
    let Some(time) = time_of(scene, id) else {
        return;
    };
    let stream = scene.stream(Actor::Host, "acts");
    let minutes = match stream.below(4) {
        0 => 24 * 60,
        1 => 15 * stream.between(-8, 8),
        _ => 15 * stream.between(1, 40),
    };
    let by = SignedDuration::from_mins(minutes);
    let to = Interval {
        start: time.start + by,
        end: time.end + by,
    };
    put(scene, id, to, "host.dragged");
}

/// To where some booking is.
fn drag_onto_other(scene: &mut Scene, id: &str) {
    let Some(time) = time_of(scene, id) else {
        return;
    };
    let others: Vec<Interval> = scene.bookings.all().map(|v| v.booking.time).collect();
    let stream = scene.stream(Actor::Host, "acts");
    if let Some(other) = stream.pick(&others) {
        let to = Interval::lasting(other.start, time.span());
        put(scene, id, to, "host.dragged");
    }
}

fn resize(scene: &mut Scene, id: &str) {
    let Some(time) = time_of(scene, id) else {
        return;
    };
    let minutes = 15 * scene.stream(Actor::Host, "acts").between(1, 8);
    let to = Interval::lasting(time.start, SignedDuration::from_mins(minutes));
    put(scene, id, to, "host.resized");
}

/// Into the past, to no length, or to a length no booking has.
fn put_somewhere_odd(scene: &mut Scene, id: &str) {
    let Some(time) = time_of(scene, id) else {
        return;
    };
    let hours = SignedDuration::from_hours;
    let to = match scene.stream(Actor::Host, "acts").below(3) {
        0 => Interval::lasting(time.start - hours(240), time.span()),
        1 => Interval::lasting(time.start, hours(0)),
        _ => Interval::lasting(time.start, hours(24 * 8)),
    };
    put(scene, id, to, "host.odd");
}

/// To where both sides last agreed.
fn put_back(scene: &mut Scene, id: &str) {
    if let Some(agreed) = scene.events.ours.get(id).map(|event| event.agreed) {
        put(scene, id, agreed, "host.put-back");
    }
}

fn put(scene: &mut Scene, id: &str, to: Interval, name: &'static str) {
    edit_ours(scene, id, &at(to), name);
}

fn at(time: Interval) -> Value {
    json!({ "start": moment(time.start), "end": moment(time.end) })
}

fn make_all_day(scene: &mut Scene, id: &str) {
    let Some(time) = time_of(scene, id) else {
        return;
    };
    let date = |hours: i64| {
        let at = time.start + SignedDuration::from_hours(hours);
        let date = at.to_string()[..10].to_owned();
        json!({ "date": date, "dateTime": null, "timeZone": null })
    };
    let patch = json!({ "start": date(0), "end": date(24) });
    edit_ours(scene, id, &patch, "host.made-all-day");
}

fn edit_text(scene: &mut Scene, id: &str) {
    let number = scene.stream(Actor::Host, "acts").below(1000);
    let patch = match number % 3 {
        0 => json!({ "summary": format!("Changed {number}") }),
        1 => json!({ "location": format!("Room {number}") }),
        _ => json!({ "description": format!("Bring {number}") }),
    };
    if let Some(event) = scene.events.ours.get_mut(id) {
        event.is_text_edited = true;
        if let Some(title) = patch["summary"].as_str() {
            event.title_by_host = Some(title.to_owned());
        }
    }
    edit_ours(scene, id, &patch, "host.edited-text");
}

fn edit_ours(scene: &mut Scene, id: &str, patch: &Value, name: &'static str) {
    let now = scene.timestamp();
    let edit = scene
        .google
        .edit_event(now, calendar_of(scene, id), id, patch);
    edited(scene, id, name, edit);
}

/// Writes down what the host's hand has done.
fn edited(scene: &mut Scene, id: &str, name: &'static str, edit: Result<Value, ApiError>) {
    match edit {
        Ok(resource) => {
            note(scene, name, &resource);
            let when = When::read(&resource);
            let step = scene.trace.step();
            if let Some(event) = scene.events.ours.get_mut(id)
                && event.when() != when
            {
                let by = By::Host;
                event.turns.push(Turn { step, by, when });
            }
        }
        Err(error) => failed(scene, name, &error),
    }
}

fn delete(scene: &mut Scene, id: &str) {
    let now = scene.timestamp();
    match scene.google.delete_event(now, calendar_of(scene, id), id) {
        Ok(()) => {
            let resource = scene
                .google
                .event(calendar_of(scene, id), id)
                .unwrap_or_default();
            note(scene, "host.deleted", &resource);
            let turn = Turn {
                step: scene.trace.step(),
                by: By::Host,
                when: When::Gone,
            };
            if let Some(event) = scene.events.ours.get_mut(id) {
                event.turns.push(turn);
            }
        }
        Err(error) => failed(scene, "host.deleted", &error),
    }
}

/// In which calendar an event of ours is.
fn calendar_of(scene: &Scene, id: &str) -> &'static str {
    let event = scene.events.ours.get(id);
    event.map_or(CALENDAR, |event| event.calendar)
}

/// To the other calendar, with everything on it.
fn carry(scene: &mut Scene, id: &str) {
    let (now, from) = (scene.timestamp(), calendar_of(scene, id));
    let to = if from == CALENDAR { OTHER } else { CALENDAR };
    match scene.google.move_event(now, from, id, to) {
        Ok(resource) => {
            note(scene, "host.carried", &resource);
            let at = scene.now();
            if let Some(event) = scene.events.ours.get_mut(id) {
                event.calendar = to;
                event.carried_at = Some(at);
            }
        }
        Err(error) => failed(scene, "host.carried", &error),
    }
}

/// Out of the bin, where he had put it.
fn restore(scene: &mut Scene, id: &str) {
    let now = scene.timestamp();
    let restored = scene.google.restore_event(now, calendar_of(scene, id), id);
    edited(scene, id, "host.restored", restored);
}

/// Duplicates one of ours, marks and all: the copy is the host's (design, section 5).
fn copy(scene: &mut Scene, id: &str) {
    let Some(original) = scene.google.event(calendar_of(scene, id), id) else {
        return;
    };
    let kept = [
        "summary",
        "description",
        "location",
        "start",
        "end",
        "extendedProperties",
    ];
    let body: Value = kept
        .into_iter()
        .filter(|name| !original[name].is_null())
        .map(|name| (name.to_owned(), original[name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    put_foreign(scene, &body, "host.copied");
}

fn note(scene: &mut Scene, name: &'static str, resource: &Value) {
    let digest = Digest::default().with(resource.to_string().as_bytes());
    let id = resource["id"].as_str().unwrap_or_default();
    let what = format!("{name} {} {:?}", short(id), When::read(resource));
    scene.event(Actor::Host, "hand", &what, digest.as_u64());
    scene.stats.count(name);
}

/// Google lets its user do all of these.
fn failed(scene: &mut Scene, name: &str, error: &ApiError) {
    let message = format!("{name}: {error:?}");
    scene.hold(Err(Failure::new("simulator", message)));
}
