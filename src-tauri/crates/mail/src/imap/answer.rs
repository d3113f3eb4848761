//! The answers to a FETCH of messages, as far as they matter.

use std::borrow::Cow;

use async_imap::imap_proto::{AttributeValue, Response};
use otomo_domain::error::MailFault;
use tokio::time::timeout;

use super::dialogue::{Completion, Dialogue, Tag};
use super::fault;
use super::listing::uid;

/// An answer that matters.
pub enum Answer {
    /// A message, or the slice of it that starts at `origin`.
    Message { uid: u32, origin: Option<u32>, body: Vec<u8> },
    /// A command ended.
    Completed { tag: Tag, completion: Completion },
}

/// Waits for the next answer of about `bytes` that ends a command or is a message that is `wanted`. Whatever the server
/// says besides is passed over, and does not give it more time.
pub async fn next(dialogue: &mut Dialogue, bytes: u64, wanted: impl Fn(u32) -> bool) -> Result<Answer, MailFault> {
    let patience = dialogue.patience(bytes);
    let search = async {
        loop {
            if let Some(answer) = dialogue.read(|response| read(response, &wanted)).await? {
                return Ok(answer);
            }
        }
    };
    timeout(patience, search).await.map_err(|_| fault::silent())?
}

pub fn unasked() -> MailFault {
    fault::protocol("the server answers a command that was not sent")
}

fn read(response: &Response<'_>, wanted: impl Fn(u32) -> bool) -> Option<Answer> {
    match response {
        Response::Fetch(_, attributes) => {
            let uid = uid(attributes).filter(|uid| wanted(*uid))?;
            let (origin, body) = attributes.iter().find_map(body)?;
            Some(Answer::Message { uid, origin, body: body.to_vec() })
        }
        Response::Done { tag, status, outcome } => {
            Some(Answer::Completed { tag: tag.0.clone(), completion: Completion::of(status, outcome) })
        }
        _ => None,
    }
}

/// The text of a `BODY[]`; NIL stands for a message that is gone.
fn body<'a>(attribute: &'a AttributeValue<'_>) -> Option<(Option<u32>, &'a [u8])> {
    match attribute {
        AttributeValue::BodySection { section: None, index, data: Some(data) } => Some((*index, Cow::as_ref(data))),
        _ => None,
    }
}
