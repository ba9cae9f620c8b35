//! A transport for tests: it answers everything alike, and keeps what it was asked last.

use std::future::ready;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::transport::{Sending, Transport};

pub(crate) struct Script {
    status: u16,
    body: String,
    asked: Mutex<Option<http::Request<Bytes>>>,
}

impl Script {
    pub(crate) fn new(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            body: body.to_string(),
            asked: Mutex::new(None),
        }
    }

    pub(crate) fn asked(&self) -> http::Request<Bytes> {
        self.asked.lock().unwrap().take().unwrap()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        *self.asked.lock().unwrap() = Some(request);
        let answer = http::Response::builder().status(self.status);
        let answer = answer.body(Bytes::from(self.body.clone())).unwrap();
        Box::pin(ready(Ok(answer)))
    }
}

/// Runs a call that only ever waits for a script: it never pends.
pub(crate) fn now<T>(call: impl Future<Output = T>) -> T {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the script answers at once"),
    }
}
