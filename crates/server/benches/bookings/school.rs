//! A school with many teachers, each with a lesson of their own.

use std::fmt::Write;

/// How many teach.
pub(crate) const TEACHERS: u64 = 16;

/// The event type of one of them.
pub(crate) fn lesson(teacher: u64) -> String {
    format!("lesson-{teacher}")
}

/// The school as a preset.
pub(crate) fn preset() -> String {
    let mut text = String::from(
        r#"
        [organization]
        slug = "school"
        name = "School"
        time_zone = "UTC"
        locale = "en"
        "#,
    );
    for teacher in 0..TEACHERS {
        let slug = lesson(teacher);
        write!(
            text,
            r#"
            [[host]]
            key = "teacher-{teacher}"
            name = "Teacher {teacher}"
            [host.hours]
            monday = [["09:00", "17:00"]]
            [[event_type]]
            slug = "{slug}"
            name = "Lesson"
            hosts = ["teacher-{teacher}"]
            duration_minutes = 60
            grid_minutes = 30
            notice_minutes = 0
            horizon_days = 30
            [event_type.text]
            title = "{{attendee}}"
            description = "{{attendee}} booked {{event_type}}"
            "#
        )
        .unwrap();
    }
    text
}
