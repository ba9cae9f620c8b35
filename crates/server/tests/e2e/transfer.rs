//! From SQLite to PostgreSQL and back, byte for byte.

use std::process::Output;

use reqwest::StatusCode;

use super::crash::{Home, Served};
use super::support::{booking, client, fresh_database};

/// Design section 3: what one database holds, the other can hold; no row and no bit differs.
#[tokio::test]
async fn everything_goes_to_the_other_database_and_back() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (sqlite, _) = Home::set_up(dirs[0].path(), "");
    let served = Served::start(&sqlite);
    let http = client();
    let slots = format!(
        "{}/organizations/tutoring/event-types/english/slots",
        served.api
    );
    let from = jiff::Timestamp::now();
    let to = from + jiff::SignedDuration::from_hours(24 * 20);
    let answer = http
        .get(format!("{slots}?from={from}&to={to}"))
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    for n in [0, 9, 30] {
        let start = answer["slots"][n]["start"].as_str().unwrap();
        let url = format!("{}/organizations/tutoring/bookings", served.api);
        let made = http
            .post(url)
            .json(&booking("english", start))
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    served.kill();

    let file = |name: &str| dirs[0].path().join(name);
    let run = |home: &Home, command: &str, name: &str| -> Output {
        home.command()
            .arg(command)
            .arg(file(name))
            .output()
            .unwrap()
    };
    assert!(run(&sqlite, "export", "first").status.success());
    let postgres = sqlite.elsewhere(dirs[1].path(), &fresh_database("transfer"));
    let imported = run(&postgres, "import", "first");
    assert!(
        imported.status.success(),
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );
    let twice = run(&postgres, "import", "first");
    assert!(String::from_utf8_lossy(&twice.stderr).contains("not empty"));
    assert!(run(&postgres, "export", "second").status.success());
    let back = sqlite.elsewhere(dirs[2].path(), "");
    assert!(run(&back, "import", "second").status.success());
    assert!(run(&back, "export", "third").status.success());
    let read = |name| std::fs::read_to_string(file(name)).unwrap();
    assert_eq!(read("first"), read("second"));
    assert_eq!(read("first"), read("third"));
    assert!(read("first").matches("\"table\":\"booking\"").count() == 3);
    // And it can be served: the key fits.
    Served::start(&back).kill();
}
