//! How many bookings a second, and how long one takes: in process and over HTTP, one caller and 64, on
//! SQLite and on PostgreSQL with several numbers of connections, with the durability both ship with.
//! All alternate in one run; medians of the rounds. `cargo bench -p server --bench bookings` prints
//! them; it needs what `scripts/postgres` needs.
//!
//! Bookings are forced, so that none is refused: the statements are those of any other. They are spread
//! over the teachers of a school; where all are of one, they take that one's lock in turn.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made has failed"
)]
#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod in_process;
mod measure;
mod postgres;
mod school;
mod served;

use in_process::InProcess;
use measure::{Figure, ROUND, measure, median, ms};
use school::TEACHERS;
use served::Served;

const ROUNDS: usize = 5;
const MANY: usize = 64;
/// Numbers of PostgreSQL connections compared.
const CONNECTIONS: [usize; 3] = [4, 8, 16];

/// A way to book, and what was measured of it.
struct Row {
    name: String,
    callers: usize,
    teachers: u64,
    way: Way,
    figures: Vec<Figure>,
}

enum Way {
    Calls(InProcess),
    Http(Served),
}

impl Row {
    fn new(name: impl Into<String>, callers: usize, way: Way) -> Self {
        Self {
            name: name.into(),
            callers,
            teachers: TEACHERS,
            way,
            figures: Vec::new(),
        }
    }

    fn round(&mut self) {
        let figure = match &self.way {
            Way::Calls(app) => measure(self.callers, self.teachers, |_| app.caller()),
            Way::Http(served) => measure(self.callers, self.teachers, |_| served.caller()),
        };
        self.figures.push(figure);
    }

    fn rate(&self) -> f64 {
        median(&self.figures, |figure| figure.per_second)
    }

    fn print(&self) {
        let (p50, p99) = (
            median(&self.figures, |figure| ms(figure.p50)),
            median(&self.figures, |figure| ms(figure.p99)),
        );
        print!(
            "  {:40} {:>3} callers {:>8.0}/s   p50 {p50:>7.2} ms   p99 {p99:>7.2} ms",
            self.name,
            self.callers,
            self.rate(),
        );
        if let Way::Calls(app) = &self.way {
            let (statements, spent) = app.one_booking();
            print!("   {statements:.0} statements in {:.3} ms", ms(spent));
        }
        println!();
    }
}

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str| dir.path().join(name);
    let calls = |name: &str| Way::Calls(InProcess::on_sqlite(&folder(name)));
    let http = |name: &str| {
        let InProcess { key, .. } = InProcess::on_sqlite(&folder(name));
        Way::Http(Served::start(&folder(name), "", key))
    };
    let mut rows = vec![
        Row::new("SQLite, in process", 1, calls("one")),
        Row::new("SQLite, in process", MANY, calls("many")),
        Row::new("SQLite, over HTTP", 1, http("one-http")),
        Row::new("SQLite, over HTTP", MANY, http("many-http")),
    ];
    let cluster = postgres::Durable::start();
    for connections in CONNECTIONS {
        let url = cluster.database(&format!("bench_{connections}"));
        let way = Way::Calls(InProcess::on_postgres(&url, connections));
        let name = format!("PostgreSQL, {connections} connections, in process");
        rows.push(Row::new(name, MANY, way));
    }
    let url = cluster.database("bench_one");
    let connections = store::Options::default().connections;
    let way = Way::Calls(InProcess::on_postgres(&url, connections));
    rows.push(Row {
        teachers: 1,
        ..Row::new("PostgreSQL, one teacher, in process", MANY, way)
    });
    let url = cluster.database("bench_http");
    let InProcess { key, .. } = InProcess::on_postgres(&url, 1);
    let served = Served::start(&folder("postgres"), &url, key);
    rows.push(Row::new("PostgreSQL, over HTTP", MANY, Way::Http(served)));
    for _ in 0..ROUNDS {
        rows.iter_mut().for_each(Row::round);
    }
    println!(
        "bookings, each on disk before its answer, medians of {ROUNDS} rounds of {} s:",
        ROUND.as_secs()
    );
    rows.iter().for_each(Row::print);
    let ratio = rows[3].rate() / rows[1].rate();
    println!("  SQLite, {MANY} callers, HTTP to in process: {ratio:.2}");
}
