//! Who sends to whom: MAIL and RCPT (RFC 5321 §3.3).

use otomo_domain::address::Address;
use otomo_domain::error::{MailFault, MailFaultKind};

use super::conversation::Conversation;
use super::message::Message;
use super::refusal;

/// A sender and the recipients, as the wire has them.
pub struct Envelope {
    from: String,
    to: Vec<String>,
    /// Whether an address is outside of ASCII (RFC 6531).
    utf8: bool,
}

impl Envelope {
    pub fn new(from: &Address, to: &[Address]) -> Result<Self, MailFault> {
        if to.is_empty() {
            return Err(refused("the mail has no recipient"));
        }
        let utf8 = to.iter().chain([from]).any(|address| !address.as_str().is_ascii());
        Ok(Self { from: path(from)?, to: to.iter().map(path).collect::<Result<_, _>>()?, utf8 })
    }

    /// Announces a message. Where the server doesn't take it for everybody, nothing is sent to anybody.
    pub async fn announce(&self, conversation: &mut Conversation, message: &Message) -> Result<(), MailFault> {
        let command = self.mail(conversation, message)?;
        let reply = conversation.command(&command).await?;
        if !reply.is_positive() {
            return Err(refusal::of_sender(&reply));
        }
        for to in &self.to {
            let reply = conversation.command(&format!("RCPT TO:{to}")).await?;
            if !reply.is_positive() {
                return Err(refusal::of_envelope(&reply));
            }
        }
        Ok(())
    }

    /// MAIL with what the message needs of the server.
    fn mail(&self, conversation: &Conversation, message: &Message) -> Result<String, MailFault> {
        let offer = &conversation.offer;
        let mut command = format!("MAIL FROM:{}", self.from);
        if self.utf8 || message.needs_utf8() {
            if !offer.utf8 {
                return Err(refused("the server takes only addresses and header fields in ASCII"));
            }
            command += " SMTPUTF8";
        }
        if message.needs_eight_bits() {
            if !offer.eight_bit {
                return Err(refused("the server takes only 7-bit mail"));
            }
            command += " BODY=8BITMIME";
        }
        if let Some(limit) = offer.size {
            if limit > 0 && message.size() > limit {
                return Err(refused(&format!("the server takes mail of at most {limit} bytes")));
            }
            command += &format!(" SIZE={}", message.size());
        }
        Ok(command)
    }
}

/// Asks whether the server would send as `from`, and sends nothing. Some servers judge the sender only when they hear
/// of a recipient: the sender is one, too. What they say of them as a recipient does not matter.
pub async fn probe(conversation: &mut Conversation, from: &Address) -> Result<(), MailFault> {
    let path = path(from)?;
    let utf8 = if from.as_str().is_ascii() { "" } else { " SMTPUTF8" };
    let reply = conversation.command(&format!("MAIL FROM:{path}{utf8}")).await?;
    if !reply.is_positive() {
        return Err(refusal::of_sender(&reply));
    }
    let reply = conversation.command(&format!("RCPT TO:{path}")).await?;
    if !reply.is_positive() {
        let fault = refusal::of_envelope(&reply);
        if matches!(fault.kind, MailFaultKind::SendAsDenied | MailFaultKind::RelayDenied) {
            return Err(fault);
        }
    }
    conversation.command("RSET").await.map(drop)
}

/// An address as a path (RFC 5321 §4.1.2). One that could end it is never sent.
fn path(address: &Address) -> Result<String, MailFault> {
    let text = address.as_str();
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>')) {
        return Err(refused("an address cannot be sent to"));
    }
    Ok(format!("<{text}>"))
}

fn refused(detail: &str) -> MailFault {
    MailFault::new(MailFaultKind::SendingRefused, detail)
}
