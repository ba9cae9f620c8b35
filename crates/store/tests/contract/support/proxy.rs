//! A way to PostgreSQL that a test can cut, at the byte it chooses.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::cluster;

/// Where the next commit is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// On its way there: it is not done.
    Commit,
    /// Its answer, on the way back: it is done.
    Answer,
}

/// A way that leads there until it is told otherwise.
pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    server: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    attempts: u32,
    next_cut: Option<Cut>,
    open: Vec<TcpStream>,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        let url = cluster::url();
        let server = url.split(['@', '/', '?']).nth(3).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            server,
            state: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                accepting.accept(stream.unwrap());
            }
        });
        Self { port, shared }
    }

    /// The database's URL by this way.
    pub(crate) fn url(&self) -> String {
        let (server, way) = (&self.shared.server, format!("127.0.0.1:{}", self.port));
        // Unencrypted, so that it can see a commit pass.
        format!(
            "{}?sslmode=disable",
            cluster::url().replacen(server, &way, 1)
        )
    }

    /// Cuts what is open, and lets nothing through until [`Proxy::open`].
    pub(crate) fn close(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.is_closed = true;
        cut(&mut state);
    }

    /// Cuts what is open; new connections go through.
    pub(crate) fn cut(&self) {
        cut(&mut self.shared.state.lock().unwrap());
    }

    pub(crate) fn open(&self) {
        self.shared.state.lock().unwrap().is_closed = false;
    }

    /// How many connections were tried so far.
    pub(crate) fn attempts(&self) -> u32 {
        self.shared.state.lock().unwrap().attempts
    }

    /// Cuts the connection of the next commit, before or after it.
    pub(crate) fn cut_next(&self, at: Cut) {
        self.shared.state.lock().unwrap().next_cut = Some(at);
    }
}

fn cut(state: &mut State) {
    for stream in state.open.drain(..) {
        // One that the other side has closed already cannot be closed again.
        drop(stream.shutdown(Shutdown::Both));
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, client: TcpStream) {
        let mut state = self.state.lock().unwrap();
        state.attempts += 1;
        if state.is_closed {
            return;
        }
        let server = TcpStream::connect(&self.server).unwrap();
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
            state.open.push(stream.try_clone().unwrap());
        }
        drop(state);
        let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let there = Arc::clone(self);
        thread::spawn(move || there.carry(from, to, true));
        let back = Arc::clone(self);
        thread::spawn(move || back.carry(server, client, false));
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream, is_there: bool) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let bytes = &buffer[..count];
            let cut = if is_there { self.cut_for(bytes) } else { None };
            if cut.is_some() {
                // First, so that no answer can slip through.
                drop(from.shutdown(Shutdown::Both));
            }
            if cut == Some(Cut::Commit) || to.write_all(bytes).is_err() {
                break;
            }
            if cut == Some(Cut::Answer) {
                // The server does what it was told before it sees the end.
                drop(to.shutdown(Shutdown::Write));
                return;
            }
        }
        drop(from.shutdown(Shutdown::Both));
        drop(to.shutdown(Shutdown::Both));
    }

    /// What is to become of a message to the server.
    fn cut_for(&self, bytes: &[u8]) -> Option<Cut> {
        let is_commit = bytes.starts_with(b"Q") && bytes.ends_with(b"COMMIT\0");
        let mut state = self.state.lock().unwrap();
        if is_commit {
            state.next_cut.take()
        } else {
            None
        }
    }
}
