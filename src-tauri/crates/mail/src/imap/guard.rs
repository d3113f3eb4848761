//! What of the server's bytes reaches async-imap.
//!
//! async-imap reserves whatever size a literal claims, up to 512 MiB, and parses an unfinished line anew with every
//! 4 KiB of it. The guard therefore hands a line over only when it is whole and judged, passes on the bytes of a literal
//! that it let through, and ends the connection otherwise. It buffers one line of at most [`LONGEST_LINE`]; literals go
//! straight from the connection to the reader.

mod dialect;
mod judge;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use judge::Judge;

/// The longest line. The answers to what is asked here are far shorter; at this length a line is parsed 16 times at most.
const LONGEST_LINE: usize = 64 * 1024;

/// The largest literal outside of a FETCH answer: a folder's name.
const LITERAL: u64 = 64 * 1024;

/// The largest literal there is, whatever sizes the server announced.
const LARGEST_LITERAL: u64 = 64 * 1024 * 1024;

/// What the server may say when nothing is asked.
const UNASKED: u64 = 1024 * 1024;

/// What the server did that no mail server may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("a line of the server does not end")]
    EndlessLine,
    #[error("the server announced more bytes than the message can have")]
    Literal,
    #[error("the server sends more than was asked for")]
    TooMuch,
    #[error("an answer of the server is nested too deeply")]
    Nesting,
    #[error("an answer of the server cannot be read")]
    Unreadable,
}

impl From<Violation> for io::Error {
    fn from(violation: Violation) -> Self {
        Self::new(io::ErrorKind::InvalidData, violation)
    }
}

/// How much the server may say in answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The largest literal of a FETCH answer, in bytes.
    pub literal: u64,
    /// Everything, in bytes.
    pub total: u64,
}

impl Allowance {
    /// For a command whose answer holds no message: `lines` of text.
    pub fn lines(lines: u64) -> Self {
        Self { literal: LITERAL, total: UNASKED.saturating_add(lines.saturating_mul(512)) }
    }

    /// For messages of these announced sizes; servers estimate, so a tenth and a bit more is allowed.
    pub fn messages(sizes: impl Iterator<Item = u64>) -> Self {
        let generous = |size: u64| size.saturating_add(size / 10).saturating_add(512);
        let (largest, total) = sizes.fold((0, 0_u64), |(largest, total), size| {
            (generous(size).max(largest), total.saturating_add(generous(size)))
        });
        let literal = largest.saturating_add(UNASKED).min(LARGEST_LITERAL);
        Self { literal, total: total.saturating_add(2 * UNASKED) }
    }
}

/// A stream whose read side is guarded.
#[derive(Debug)]
pub struct Guard<S> {
    inner: BufReader<S>,
    judge: Judge,
    allowance: Allowance,
    /// The line that is being read.
    line: BytesMut,
    /// A judged line, on its way to the reader.
    judged: BytesMut,
    /// How many bytes of a literal are still to come.
    literal: u64,
}

impl<S: AsyncRead> Guard<S> {
    pub fn new(inner: S) -> Self {
        Self {
            inner: BufReader::with_capacity(16 * 1024, inner),
            judge: Judge::default(),
            allowance: Allowance::lines(0),
            line: BytesMut::new(),
            judged: BytesMut::new(),
            literal: 0,
        }
    }

    /// What the server may say from now on, when nothing else is under way.
    pub fn allow(&mut self, allowance: Allowance) {
        self.allowance = allowance;
    }

    /// What the server may say besides, for one more command under way.
    pub fn allow_more(&mut self, more: Allowance) {
        self.allowance.literal = self.allowance.literal.max(more.literal);
        self.allowance.total = self.allowance.total.saturating_add(more.total);
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Violation> {
        let left = self.allowance.total.checked_sub(bytes as u64);
        self.allowance.total = left.ok_or(Violation::TooMuch)?;
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> Guard<S> {
    /// Reads on until a line is whole and judged; `false` at the end of the stream.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            let chunk = ready!(Pin::new(&mut self.inner).poll_fill_buf(cx))?;
            if chunk.is_empty() {
                return Poll::Ready(Ok(false));
            }
            let end = memchr::memchr(b'\n', chunk).map(|at| at + 1);
            let length = end.unwrap_or(chunk.len());
            self.line.extend_from_slice(chunk.get(..length).unwrap_or(chunk));
            Pin::new(&mut self.inner).consume(length);
            self.spend(length)?;
            if self.line.len() > LONGEST_LINE {
                return Poll::Ready(Err(Violation::EndlessLine.into()));
            }
            if end.is_some() {
                dialect::translate(&mut self.line, self.judge.heard());
                self.literal = self.judge.line(&self.line, self.allowance.literal)?;
                self.judged = self.line.split();
                return Poll::Ready(Ok(true));
            }
        }
    }

    fn poll_literal(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = usize::try_from(self.literal).unwrap_or(usize::MAX).min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(length));
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        buf.advance(read);
        self.literal = self.literal.saturating_sub(read as u64);
        self.spend(read)?;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.judged.is_empty() {
            if this.literal > 0 {
                return this.poll_literal(cx, buf);
            }
            if !ready!(this.poll_line(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
        let length = this.judged.len().min(buf.remaining());
        buf.put_slice(this.judged.get(..length).unwrap_or_default());
        this.judged.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
