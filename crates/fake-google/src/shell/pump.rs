//! Carries push messages over real HTTP. What is due, and what follows from how it went, is the
//! core's to say; this only waits, posts and reports.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::push::delivery::{Carried, Delivery};
use crate::shell::Shell;
use crate::world::World;

/// Messages on their way at once; the others wait in the core's queue.
const FLIGHTS_MAX: usize = 16;
/// A receiver should answer within a second; after this nobody will.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// What Google's own deliveries call themselves.
const USER_AGENT: &str =
    "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)";

/// The way out. Made when the first message leaves: most worlds never push, and reading the
/// machine's certificates takes time.
#[derive(Clone, Debug, Default)]
pub(super) struct Courier(Arc<OnceLock<Result<reqwest::Client, String>>>);

impl Courier {
    fn client(&self) -> Result<&reqwest::Client, String> {
        let client = self.0.get_or_init(|| {
            // A second call finds the provider in place, which is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
            reqwest::Client::builder()
                .timeout(ANSWER_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(USER_AGENT)
                .no_proxy()
                .build()
                .map_err(|error| error.to_string())
        });
        client.as_ref().map_err(Clone::clone)
    }

    async fn carry(&self, delivery: &Delivery) -> Carried {
        match self.post(delivery).await {
            Ok(status) => Carried::Status(status),
            Err(why) => Carried::Unreachable(why),
        }
    }

    async fn post(&self, delivery: &Delivery) -> Result<u16, String> {
        let mut request = self
            .client()?
            .post(&delivery.address)
            // Google's sample has both on an empty body (§12.2).
            .header("content-type", "application/json; utf-8")
            .header("content-length", "0");
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        Ok(answer.status().as_u16())
    }
}

/// Carries what must arrive before the call just handled is answered.
pub(super) async fn carry_before_answer(shell: &Shell) {
    for delivery in shell.world.with(World::take_deliveries_before_answer) {
        let carried = shell.courier.carry(&delivery).await;
        report(shell, delivery, carried);
    }
}

/// Carries messages as they become due, for ever.
pub(super) async fn run(shell: &Shell) -> Infallible {
    let mut flights: JoinSet<(Delivery, Carried)> = JoinSet::new();
    loop {
        let free = FLIGHTS_MAX - flights.len();
        let now = shell.now();
        let due = shell
            .world
            .with(|world| world.take_due_deliveries(now, free));
        for delivery in due {
            let courier = shell.courier.clone();
            flights.spawn(async move {
                let carried = courier.carry(&delivery).await;
                (delivery, carried)
            });
        }
        let next = shell.world.with(|world| world.next_delivery());
        let has_room = flights.len() < FLIGHTS_MAX;
        tokio::select! {
            () = shell.world.queued() => {}
            () = shell.wait_until(next.unwrap_or(jiff::Timestamp::MAX)), if has_room && next.is_some() => {}
            Some(landed) = flights.join_next() => {
                // A flight that panicked has nothing to report; its message is lost.
                if let Ok((delivery, carried)) = landed {
                    report(shell, delivery, carried);
                }
            }
        }
    }
}

fn report(shell: &Shell, delivery: Delivery, carried: Carried) {
    let now = shell.now();
    shell
        .world
        .with(|world| world.report_delivery(now, delivery, carried));
}
