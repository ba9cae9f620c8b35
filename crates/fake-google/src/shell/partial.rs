//! A body that ends before its announced length: what a client sees when a proxy or a network dies
//! half-way through an answer.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Body, Frame};

/// Gives what there is, waits a turn so that it is sent, then fails, which closes the connection.
#[derive(Debug)]
pub(super) enum Partial {
    Start(Bytes),
    Sent,
    Over,
}

impl Partial {
    pub(super) fn new(start: Vec<u8>) -> Self {
        Self::Start(Bytes::from(start))
    }
}

impl Body for Partial {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match std::mem::replace(&mut *self, Self::Over) {
            Self::Start(start) => {
                *self = Self::Sent;
                Poll::Ready(Some(Ok(Frame::data(start))))
            }
            Self::Sent => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Over => {
                let error = Error::new(ErrorKind::UnexpectedEof, "cut by a planned fault");
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}
