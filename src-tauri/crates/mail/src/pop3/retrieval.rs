//! Fetching a message whole, or in slices if it is large, or larger than the server had said.

use otomo_domain::error::MailFault;
use otomo_domain::ports::MailSink;
use otomo_domain::sync::{Listed, SLICED_ABOVE};

use super::reply::Reply;
use super::text::Text;
use super::wire::Wire;
use super::{fault, received, refusal};
use crate::{LARGEST_MAIL, SLICE};

/// By how much a message may be larger than its size and still come whole: servers estimate.
const SLACK: u64 = 64 * 1024;

/// Reads the answer to `RETR` and hands the message over; `false` if the server hasn't it any more.
pub async fn read(wire: &mut Wire, message: Listed, sink: &mut dyn MailSink) -> Result<bool, MailFault> {
    match wire.reply().await? {
        Reply::Ok(_) => {}
        Reply::Err(words) if refusal::is_temporary(&words) => return Err(refusal::of_command(&words)),
        _ => return Ok(false),
    }
    let mut arriving = Arriving { message, piece: Vec::new(), delivered: 0 };
    let mut text = Text::default();
    while text.read(wire, &mut arriving.piece).await? {
        arriving.hand_on(sink).await?;
    }
    arriving.finish(sink).await?;
    Ok(true)
}

/// A message on its way.
struct Arriving {
    message: Listed,
    /// What came and was not handed over.
    piece: Vec<u8>,
    /// How much was handed over.
    delivered: u64,
}

impl Arriving {
    /// Hands slices over as soon as the message is seen to be large.
    async fn hand_on(&mut self, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        let length = self.piece.len() as u64;
        if self.delivered + length > LARGEST_MAIL {
            return Err(fault::protocol("a message does not end"));
        }
        let sliced = self.delivered > 0 || self.message.size > SLICED_ABOVE;
        let limit = if sliced { SLICE } else { self.message.size.saturating_add(SLACK) };
        if length > limit { self.slice(false, sink).await } else { Ok(()) }
    }

    async fn finish(mut self, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        if self.delivered > 0 || self.message.size > SLICED_ABOVE {
            return self.slice(true, sink).await;
        }
        self.learn_time();
        sink.message(self.message, self.piece).await.map_err(fault::sink_closed)
    }

    async fn slice(&mut self, last: bool, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        self.learn_time();
        let piece = std::mem::take(&mut self.piece);
        self.delivered += piece.len() as u64;
        sink.slice(self.message, piece, last).await.map_err(fault::sink_closed)
    }

    /// Where the listing could not tell when the message came, its header does; that is in the first piece.
    fn learn_time(&mut self) {
        if self.message.received_at == received::UNKNOWN {
            self.message.received_at = received::time(&self.piece);
        }
    }
}
