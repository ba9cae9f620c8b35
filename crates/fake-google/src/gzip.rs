//! Compressed answers, for the clients that Google compresses for (§5).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::http::{Request, Response};

/// The answer, compressed if the request says twice that it can be read: Google wants `gzip` in
/// `Accept-Encoding` and in `User-Agent` as well.
pub(crate) fn gzipped(request: &Request, response: Response) -> Response {
    let says = |name: &str| {
        let header = request.header(name).unwrap_or_default();
        header.to_ascii_lowercase().contains("gzip")
    };
    if response.body.is_empty() || !says("accept-encoding") || !says("user-agent") {
        return response;
    }
    // The header of the format carries no time, so the same body gives the same bytes.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder
        .write_all(&response.body)
        .and_then(|()| encoder.finish());
    match compressed {
        Ok(body) => Response { body, ..response }
            .with_header("content-encoding", "gzip")
            .with_header("vary", "Accept-Encoding"),
        // Memory does not refuse a write; if it did, plain is right too.
        Err(_) => response,
    }
}
