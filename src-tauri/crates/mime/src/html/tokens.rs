//! A page as the tokens that a browser makes of it, handed on one by one in bounded time.

use std::cell::{Cell, RefCell};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::pace::{Pace, TooComplex, chunks};

/// Takes tokens in.
pub(crate) trait Reader {
    /// The answer is the state that the tokenizer goes on in; never one that hands a script over.
    fn take(&mut self, token: Token) -> TokenSinkResult<()>;
}

/// Has a whole page read; the reader comes back with what it made of it.
pub(crate) fn read<R: Reader>(html: &str, reader: R) -> Result<R, TooComplex> {
    let sink = Sink { reader: RefCell::new(reader), active: Cell::new(false) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut pace = Pace::default();
    for chunk in chunks(html) {
        queue.push_back(StrTendril::from(chunk));
        // No reader answers with a script, so one call takes the whole chunk.
        let _ = tokenizer.feed(&queue);
        pace.step(chunk, tokenizer.sink.active.replace(false))?;
    }
    tokenizer.end();
    Ok(tokenizer.sink.reader.into_inner())
}

struct Sink<R> {
    reader: RefCell<R>,
    /// Something was read since this was last looked at.
    active: Cell<bool>,
}

impl<R: Reader> TokenSink for Sink<R> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if matches!(token, Token::ParseError(_)) {
            return TokenSinkResult::Continue;
        }
        self.active.set(true);
        self.reader.borrow_mut().take(token)
    }
}
