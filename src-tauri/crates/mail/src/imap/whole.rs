//! Fetching messages whole, a batch a command, several commands under way at once.
//!
//! While the server sends one batch it already knows the next: no round trip is waited for (RFC 9051 §5.5). Messages
//! are recognised by their UID, so it does not matter what the server sends in between, or twice.

use std::collections::{HashMap, VecDeque};

use otomo_domain::error::MailFault;
use otomo_domain::ports::MailSink;
use otomo_domain::sync::{Listed, SLICED_ABOVE};

use super::answer::{self, Answer};
use super::dialogue::{Dialogue, Tag};
use super::fault;
use super::guard::Allowance;

/// How many commands are under way at once.
const AHEAD: usize = 4;

/// A batch that the server was asked for.
struct Asked {
    uids: Vec<u32>,
    /// `None` once the server has answered.
    tag: Option<Tag>,
}

/// The batches under way, in the order in which they were asked for.
#[derive(Default)]
struct Pipeline {
    asked: VecDeque<Asked>,
    wanted: HashMap<u32, Listed>,
}

/// Fetches `batches`, which the sink knows by the numbers from `first`.
pub async fn fetch(
    dialogue: &mut Dialogue,
    batches: &[Vec<Listed>],
    first: usize,
    sink: &mut dyn MailSink,
) -> Result<(), MailFault> {
    let mut pipeline = Pipeline::default();
    let mut upcoming = batches.iter();
    let mut ended = first;
    dialogue.allow(Allowance::lines(0));
    while ended < first + batches.len() {
        while pipeline.asked.len() < AHEAD
            && let Some(batch) = upcoming.next()
        {
            pipeline.ask(dialogue, batch).await?;
        }
        pipeline.answer(dialogue, sink).await?;
        while pipeline.take_answered() {
            sink.end_of_batch(ended).await.map_err(fault::sink_closed)?;
            ended += 1;
        }
    }
    Ok(())
}

impl Pipeline {
    async fn ask(&mut self, dialogue: &mut Dialogue, batch: &[Listed]) -> Result<(), MailFault> {
        let mut uids: Vec<u32> = batch.iter().map(|message| message.uid).collect();
        uids.sort_unstable();
        let tag = if uids.is_empty() {
            None
        } else {
            dialogue.allow_more(Allowance::messages(batch.iter().map(|message| message.size)));
            Some(dialogue.send(&format!("UID FETCH {} (UID BODY.PEEK[])", sequence_set(&uids))).await?)
        };
        self.wanted.extend(batch.iter().map(|message| (message.uid, *message)));
        self.asked.push_back(Asked { uids, tag });
        Ok(())
    }

    /// Waits for one answer that matters, unless the oldest batch has all of its own.
    async fn answer(&mut self, dialogue: &mut Dialogue, sink: &mut dyn MailSink) -> Result<(), MailFault> {
        if self.asked.front().is_none_or(|asked| asked.tag.is_none()) {
            return Ok(());
        }
        match answer::next(dialogue, SLICED_ABOVE, |uid| self.wanted.contains_key(&uid)).await? {
            Answer::Message { uid, body, .. } => match self.wanted.remove(&uid) {
                Some(message) => sink.message(message, body).await.map_err(fault::sink_closed),
                None => Ok(()),
            },
            Answer::Completed { tag, completion } => {
                completion.or_fault()?;
                let asked = self.asked.iter_mut().find(|asked| asked.tag.as_ref() == Some(&tag));
                asked.ok_or_else(answer::unasked)?.tag = None;
                Ok(())
            }
        }
    }

    /// Takes the oldest batch out if the server has answered it. What has not come with it is gone from the folder.
    fn take_answered(&mut self) -> bool {
        let Some(asked) = self.asked.pop_front_if(|asked| asked.tag.is_none()) else { return false };
        for uid in asked.uids {
            self.wanted.remove(&uid);
        }
        true
    }
}

/// UIDs in ascending order as a sequence set (RFC 9051 §4.1.1).
fn sequence_set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(*uid) => *end = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let spelled = |(start, end): &(u32, u32)| if start == end { start.to_string() } else { format!("{start}:{end}") };
    ranges.iter().map(spelled).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_asked_for_as_a_range() {
        assert_eq!(sequence_set(&[1, 2, 3, 5, 8, 9]), "1:3,5,8:9");
        assert_eq!(sequence_set(&[u32::MAX - 1, u32::MAX]), format!("{}:{}", u32::MAX - 1, u32::MAX));
    }
}
