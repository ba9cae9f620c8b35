//! Compression: only for a client that asks for it the way Google wants.

use std::io::Read as _;

use fake_google::{Request, handle};

use crate::harness::{EVENTS, Fake};

#[test]
fn an_answer_is_compressed_for_who_says_so_twice() {
    let mut fake = Fake::new();
    let plain = fake.get(EVENTS);
    for (name, accepts, agent, is_compressed) in [
        (
            "both",
            Some("gzip, deflate"),
            Some("my program (gzip)"),
            true,
        ),
        ("one header", Some("gzip"), Some("my program"), false),
        ("the other", None, Some("my program (gzip)"), false),
        ("neither", Some("br"), None, false),
    ] {
        let mut request = Request::new("GET", EVENTS).with_bearer(&fake.token);
        for (header, value) in [("accept-encoding", accepts), ("user-agent", agent)] {
            if let Some(value) = value {
                request = request.with_header(header, value);
            }
        }
        let answer = handle(&mut fake.world, fake.now, &request);
        let encoding = answer.header("content-encoding");
        assert_eq!(encoding == Some("gzip"), is_compressed, "{name}");
        let mut body = Vec::new();
        if is_compressed {
            let mut decoder = flate2::read::GzDecoder::new(&answer.body[..]);
            decoder.read_to_end(&mut body).unwrap();
        } else {
            body = answer.body;
        }
        assert_eq!(body, plain.body, "{name}");
    }
}

#[test]
fn an_empty_answer_stays_empty() {
    let mut fake = Fake::new();
    let request = Request::new("GET", EVENTS)
        .with_bearer(&fake.token)
        .with_header("if-none-match", "*")
        .with_header("accept-encoding", "gzip")
        .with_header("user-agent", "gzip");
    let answer = handle(&mut fake.world, fake.now, &request);
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    assert_eq!(answer.header("content-encoding"), None);
}
