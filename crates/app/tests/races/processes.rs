//! Three processes on one PostgreSQL, one of them killed on the way and replaced.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use domain::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Store;

use crate::history::{History, Recorder};
use crate::scene::Scene;
use crate::time::{RaceClock, morning};
use crate::{CALLERS, check, postgres};

/// Tells this program to be one of the processes, and how.
pub(crate) const ORDERS: &str = "LOCKSTEP_RACE_PROCESS";

const PROCESSES: usize = 3;

#[derive(Serialize, Deserialize)]
struct Orders {
    url: String,
    /// When it was morning, by the machine's clock.
    began: Timestamp,
    number: usize,
    attempts: usize,
}

/// The callers of one process; their history goes to standard output.
pub(crate) fn take_part(orders: &str) {
    let orders: Orders = serde_json::from_str(orders).unwrap();
    let clock = RaceClock::Shared(orders.began);
    let recorder = Recorder::Pipe(Mutex::new(std::io::stdout()));
    let number = orders.number as u64;
    let scene = Scene::new(open(&orders.url, &clock), clock, recorder, number);
    let each = orders.attempts.div_ceil(callers());
    scene.run(callers(), number * 104_729, |attempts| attempts < each);
}

fn callers() -> usize {
    CALLERS.div_ceil(PROCESSES)
}

fn open(url: &str, clock: &RaceClock) -> Store {
    let folder = std::env::temp_dir();
    let options = store::Options::default();
    store::open(url, &folder, clock.now(), Box::new(|_| {}), &options).unwrap()
}

/// scenarios B1 to B4, B7, I2, J1, M2 across processes: what the killed one acknowledged is stored, and
/// what it did not finish is there whole or not at all.
#[expect(
    clippy::disallowed_methods,
    reason = "processes share no other clock than the machine's"
)]
pub(crate) fn three_processes_one_killed(attempts: usize) {
    let url = postgres::fresh_database("race_processes");
    let began = Timestamp::now();
    let store = store::open(
        &url,
        &std::env::temp_dir(),
        morning(),
        Box::new(|_| {}),
        &store::Options::default(),
    )
    .unwrap();
    // No process has this number.
    let scene = Scene::new(store, RaceClock::by_hand(), Recorder::memory(), 99);
    scene.found();

    let history = Arc::new(Mutex::new(History::default()));
    let start = |number, attempts| {
        let url = url.clone();
        let orders = Orders {
            url,
            began,
            number,
            attempts,
        };
        Process::start(&orders, history.clone())
    };
    let each = attempts.div_ceil(PROCESSES);
    let mut processes: Vec<Process> = (0..PROCESSES).map(|number| start(number, each)).collect();
    let mut doomed = processes.remove(0);
    doomed.wait_for(each / 2);
    doomed.child.kill().unwrap();
    let answered = doomed.join();
    processes.push(start(PROCESSES, each - answered));
    for process in processes {
        assert!(process.join() >= each - answered, "it did its part");
    }

    let history = history.lock().unwrap();
    assert!(history.answers() >= attempts);
    let found = check::check(&scene.store, &history);
    println!("{PROCESSES} processes, one killed after {answered}: {history}\n{found}");
    drop(scene);
    let deadlocks = postgres::deadlocks(&url);
    assert_eq!(deadlocks, "0", "units that waited in a circle");
}

struct Process {
    child: Child,
    answers: Arc<Mutex<usize>>,
    reader: JoinHandle<()>,
}

impl Process {
    fn start(orders: &Orders, history: Arc<Mutex<History>>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ORDERS, serde_json::to_string(orders).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let answers = Arc::new(Mutex::new(0));
        let (number, counted) = (orders.number, answers.clone());
        let reader = std::thread::spawn(move || {
            for line in lines {
                // The last line of a killed process may be cut short: that answer was never given.
                let Ok(line) = serde_json::from_str(&line.unwrap()) else {
                    return;
                };
                *counted.lock().unwrap() +=
                    usize::from(matches!(line, crate::history::Line::Answered { .. }));
                history.lock().unwrap().note(number, line);
            }
        });
        Self {
            child,
            answers,
            reader,
        }
    }

    fn wait_for(&mut self, answers: usize) {
        while *self.answers.lock().unwrap() < answers {
            let ended = self.child.try_wait().unwrap();
            assert_eq!(ended, None, "it ended before it could be killed");
            std::thread::yield_now();
        }
    }

    /// Waits until it has ended and all it wrote is read; gives how many answers it got.
    fn join(mut self) -> usize {
        self.child.wait().unwrap();
        self.reader.join().unwrap();
        *self.answers.lock().unwrap()
    }
}
