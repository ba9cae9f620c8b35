//! Which network a request comes from: the peer's, or what a proxy we trust says.
//!
//! `X-Forwarded-For` is what its sender wants it to be, so it is read only from a peer the operator
//! named (ASVS 4.1.3), and from its right end: there stands what that proxy saw.

use std::net::{IpAddr, SocketAddr};

use app::limits::Network;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName};

/// Addresses of proxies.
pub(crate) type Trusted = std::sync::Arc<[IpAddr]>;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies in a row: more is a header somebody made up.
const HOPS_MAX: usize = 10;

/// Notes on the request which network it comes from, where that tells callers apart.
pub(crate) async fn note(
    State(trusted): State<Trusted>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = caller(peer.ip(), request.headers(), &trusted);
    if let Some(network) = Network::of(caller) {
        request.extensions_mut().insert(network);
    }
    next.run(request).await
}

/// Who asks: the last address on the way that is no proxy of ours.
fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut caller = peer.to_canonical();
    let mut headers = headers.get_all(FORWARDED_FOR).iter().rev();
    let hops = std::iter::from_fn(|| headers.next())
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.rsplit(','))
        .take(HOPS_MAX);
    for hop in hops {
        if !trusted.contains(&caller) {
            break;
        }
        match address(hop.trim()) {
            Some(next) => caller = next,
            None => break,
        }
    }
    caller
}

/// An address as proxies write it: some add the port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let plain = text.parse::<IpAddr>().ok().or_else(with_port);
    plain.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let trusted = ["127.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
        for (peer, headers, expected) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["192.0.2.9, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("127.0.0.1", &["192.0.2.9", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["192.0.2.9, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
        ] {
            let mut map = HeaderMap::new();
            for header in headers {
                map.append(FORWARDED_FOR, header.parse().unwrap());
            }
            let found = caller(peer.parse().unwrap(), &map, &trusted);
            assert_eq!(found.to_string(), expected, "{peer} {headers:?}");
        }
        let mut long = HeaderMap::new();
        let proxies = vec!["10.0.0.2"; 100].join(",");
        let made_up = format!("192.0.2.9,{proxies}");
        long.append(FORWARDED_FOR, made_up.parse().unwrap());
        let found = caller("127.0.0.1".parse().unwrap(), &long, &trusted);
        assert_eq!(found.to_string(), "10.0.0.2", "bounded");
    }
}
