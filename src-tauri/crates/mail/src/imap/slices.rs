//! Fetching one large message in slices, a few under way at once, so that it never stands whole in memory.
//!
//! The announced size only says how many slices to ask for ahead. The message ends where a slice comes short.

use std::collections::VecDeque;

use otomo_domain::error::MailFault;
use otomo_domain::ports::MailSink;
use otomo_domain::sync::Listed;

use super::answer::{self, Answer};
use super::dialogue::{Dialogue, Tag};
use super::fault;
use super::guard::Allowance;
use crate::{LARGEST_MAIL, SLICE};

/// How many slices are under way at once.
const AHEAD: usize = 4;

/// Where the fetching of a message stands; offsets in bytes.
struct Progress {
    message: Listed,
    /// The next slice to ask for.
    asked: u64,
    /// Up to where the sink has the message.
    delivered: u64,
    /// A slice came short: that was the last.
    complete: bool,
}

/// Fetches a message above [`otomo_domain::sync::SLICED_ABOVE`]. One that is gone is left out, unless a part of it was
/// handed over already.
pub async fn fetch(dialogue: &mut Dialogue, message: Listed, sink: &mut dyn MailSink) -> Result<(), MailFault> {
    let mut progress = Progress { message, asked: 0, delivered: 0, complete: false };
    let mut under_way: VecDeque<Tag> = VecDeque::new();
    dialogue.allow(Allowance::lines(0));
    loop {
        while under_way.len() < AHEAD && progress.wants_more() {
            under_way.push_back(progress.ask(dialogue).await?);
        }
        let Some(front) = under_way.front() else { return Ok(()) };
        match answer::next(dialogue, SLICE, |uid| uid == message.uid).await? {
            Answer::Message { origin, body, .. } => progress.deliver(origin, body, sink).await?,
            Answer::Completed { tag, completion } if tag == *front => {
                under_way.pop_front();
                completion.or_fault()?;
                if progress.is_gone(under_way.len()) {
                    progress.complete = true;
                } else if progress.is_torn(under_way.len()) {
                    return Err(fault::protocol("the server left out a part of a message"));
                }
            }
            Answer::Completed { .. } => return Err(answer::unasked()),
        }
    }
}

impl Progress {
    /// Whether another slice is to be asked for: ahead within the announced size, one by one beyond it.
    fn wants_more(&self) -> bool {
        !self.complete && (self.asked <= self.message.size || self.asked == self.delivered)
    }

    async fn ask(&mut self, dialogue: &mut Dialogue) -> Result<Tag, MailFault> {
        if self.asked >= LARGEST_MAIL {
            return Err(fault::protocol("a message does not end"));
        }
        dialogue.allow_more(Allowance::messages([SLICE].into_iter()));
        let command = format!("UID FETCH {} (UID BODY.PEEK[]<{}.{SLICE}>)", self.message.uid, self.asked);
        self.asked += SLICE;
        dialogue.send(&command).await
    }

    /// Hands the next slice over; any other answer is a repetition, or lies behind the end.
    async fn deliver(&mut self, origin: Option<u32>, body: Vec<u8>, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let length = body.len() as u64;
        if self.complete || origin.is_some_and(|origin| u64::from(origin) != self.delivered) {
            return Ok(());
        }
        self.delivered += length;
        self.complete = length < SLICE;
        sink.slice(self.message, body, self.complete).await.map_err(fault::sink_closed)
    }

    /// The first slice was answered with nothing.
    fn is_gone(&self, under_way: usize) -> bool {
        !self.complete && self.delivered == 0 && self.answered(under_way) >= SLICE
    }

    /// A slice was answered with nothing after others had come.
    fn is_torn(&self, under_way: usize) -> bool {
        !self.complete && self.delivered < self.answered(under_way)
    }

    /// Up to where the server has answered, when so many slices are still under way.
    fn answered(&self, under_way: usize) -> u64 {
        self.asked - SLICE * under_way as u64
    }
}
