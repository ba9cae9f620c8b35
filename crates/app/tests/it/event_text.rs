//! What is sent to Google as an event's text, from the template of its event type.

use app::bookings::{BookInput, book};
use domain::attendee::AttendeeForm;
use serde_json::Value;

use super::bookings::input;
use super::conflicts::{looks, work};
use super::connections::connect_and_prove;
use super::support::{harness_with, now, preset};

/// row R9: title "{service} - {customer}"; the event carries the customer's phone and details, the
/// business's id and the booking's id. What a stranger types is text there, never HTML.
#[test]
fn an_event_carries_who_comes_how_to_reach_them_and_both_identities() {
    let mut receptionist = preset();
    let text = &mut receptionist.event_types[0].text;
    text.title = "{event_type} - {attendee}".into();
    text.description =
        "Phone: {phone}\nE-mail: {email}\nNotes: {notes}\nBusiness: {organization_id}\n\
                        Booking: {booking}\nFor: {capacity}, {group_kind}"
            .into();
    text.location = "{organization}".into();
    let h = harness_with(&receptionist);
    connect_and_prove(&h);
    looks(&h);
    let customer = AttendeeForm {
        name: "Ana".into(),
        phone: Some("+34600000001".into()),
        notes: Some("{booking} <a href=\"https://evil.example\">here</a> & now".into()),
        ..AttendeeForm::default()
    };
    let wish = BookInput {
        attendee: customer,
        ..input("maths", "2026-11-24T09:00:00Z")
    };
    let booked = now(book(&h.app, wish)).unwrap();
    h.google.accept();
    work(&h);
    let (_, _, sent) = h.google.asked().pop().unwrap();
    assert_eq!(sent["summary"], "Maths lesson - Ana");
    assert_eq!(sent["location"], "Brightside Tutoring");
    let lines: Vec<_> = sent["description"].as_str().unwrap().lines().collect();
    let expected = [
        "Phone: +34600000001".to_owned(),
        "Notes: {booking} &lt;a href=\"https://evil.example\"&gt;here&lt;/a&gt; &amp; now"
            .to_owned(),
        format!("Business: {}", h.organization.id),
        format!("Booking: {}", booked.booking.id),
        "For: 1, individual".to_owned(),
    ];
    assert_eq!(lines, expected, "a line without a value is left out");
    assert_eq!(
        sent["attendees"],
        Value::Null,
        "customers are no guests of Google's"
    );
}
