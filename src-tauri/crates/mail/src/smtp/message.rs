//! A message's bytes as they go over the wire (RFC 5321 §4.5.2), and what they need of the server.

use otomo_domain::error::{MailFault, MailFaultKind};

use super::conversation::Conversation;
use super::refusal;

/// The longest line of a message, without its end (RFC 5322 §2.1.1).
const LINE: usize = 998;

/// A message that may be sent.
#[derive(Debug)]
pub struct Message {
    /// Every line ends with CRLF; dots are doubled.
    wire: Vec<u8>,
    /// The size without the doubled dots.
    size: u64,
    header_is_ascii: bool,
    is_ascii: bool,
}

impl Message {
    /// Every kind of line end becomes CRLF: a server that reads another one might find a second mail in this one (SMTP
    /// smuggling, 2023).
    pub fn new(raw: &[u8]) -> Result<Self, MailFault> {
        let mut message =
            Self { wire: Vec::with_capacity(raw.len() + 512), size: 0, header_is_ascii: true, is_ascii: true };
        let mut in_header = true;
        for line in lines(raw) {
            in_header &= !line.is_empty();
            if in_header && names_hidden_recipients(line) {
                return Err(refused("the mail names its hidden recipients"));
            }
            message.push(line, in_header)?;
        }
        Ok(message)
    }

    fn push(&mut self, line: &[u8], in_header: bool) -> Result<(), MailFault> {
        if line.len() > LINE {
            return Err(refused("a line of the mail is too long"));
        }
        if line.contains(&0) {
            return Err(refused("the mail holds a NUL"));
        }
        self.is_ascii &= line.is_ascii();
        self.header_is_ascii &= !in_header || line.is_ascii();
        if line.first() == Some(&b'.') {
            self.wire.push(b'.');
        }
        self.wire.extend_from_slice(line);
        self.wire.extend_from_slice(b"\r\n");
        self.size += line.len() as u64 + 2;
        Ok(())
    }

    pub fn needs_eight_bits(&self) -> bool {
        !self.is_ascii
    }

    /// RFC 6532: header fields in UTF-8.
    pub fn needs_utf8(&self) -> bool {
        !self.header_is_ascii
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Sends the message, which was announced. Once the server has all of it, only its word tells what became of it:
    /// without one, [`MailFaultKind::SendingUnknown`].
    pub async fn send(&self, conversation: &mut Conversation) -> Result<(), MailFault> {
        let reply = conversation.command("DATA").await?;
        if reply.code != 354 {
            return Err(refusal::of_envelope(&reply));
        }
        conversation.write(&self.wire).await?;
        let unknown = |fault: MailFault| MailFault::new(MailFaultKind::SendingUnknown, fault.detail);
        conversation.write(b".\r\n").await.map_err(unknown)?;
        let reply = conversation.last_reply().await.map_err(unknown)?;
        if reply.is_positive() { Ok(()) } else { Err(refusal::of_envelope(&reply)) }
    }
}

/// The lines of a message, whatever they end with.
fn lines(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        let ending = if after.starts_with(b"\r\n") { 2 } else { 1 };
        rest = after.get(ending..).unwrap_or_default();
        Some(line)
    })
}

/// `Bcc` and `Resent-Bcc` are for whoever composes, never for the recipients (RFC 5322 §3.6.3).
fn names_hidden_recipients(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    line.contains(&b':') && (name.eq_ignore_ascii_case(b"Bcc") || name.eq_ignore_ascii_case(b"Resent-Bcc"))
}

fn refused(detail: &str) -> MailFault {
    MailFault::new(MailFaultKind::SendingRefused, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        let message = Message::new(raw.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&message.wire), expected, "{raw:?}");
    }

    #[test]
    fn every_line_ends_with_crlf_and_no_line_ends_the_message() {
        check("A: b\r\n\r\ntext\r\n", "A: b\r\n\r\ntext\r\n");
        check("A: b\n\ntext", "A: b\r\n\r\ntext\r\n");
        check("A: b\r\n\r\n.\r\n..x\r\n.", "A: b\r\n\r\n..\r\n...x\r\n..\r\n");
        check("A: b\r\n\r\nx\n.\nMAIL FROM:<a@b>\r.\rx", "A: b\r\n\r\nx\r\n..\r\nMAIL FROM:<a@b>\r\n..\r\nx\r\n");
        check("", "");
    }

    #[test]
    fn the_size_is_that_of_the_message_and_not_of_its_dots() {
        assert_eq!(Message::new(b"A: b\n\n.x\n").unwrap().size(), 12);
    }

    #[test]
    fn what_a_message_needs_is_seen() {
        let needs = |raw: &str| Message::new(raw.as_bytes()).map(|m| (m.needs_eight_bits(), m.needs_utf8())).unwrap();
        assert_eq!(needs("Subject: x\r\n\r\nx"), (false, false));
        assert_eq!(needs("Subject: x\r\n\r\n日本"), (true, false));
        assert_eq!(needs("Subject: 日本\r\n\r\nx"), (true, true));
    }

    #[test]
    fn what_must_not_go_out_is_refused() {
        let long = format!("A: b\r\n\r\n{}", "x".repeat(999));
        for raw in ["Bcc: a@b\r\n\r\n", "A: b\nbcc : a@b\n\n", "RESENT-BCC: a@b\n\n", "A: b\r\n\r\n\0", long.as_str()] {
            assert_eq!(Message::new(raw.as_bytes()).unwrap_err().kind, MailFaultKind::SendingRefused, "{raw:?}");
        }
        check("A: b\r\n\r\nBcc: in the text\r\n", "A: b\r\n\r\nBcc: in the text\r\n");
        check(&long.replace("xx", "x"), &format!("{}\r\n", long.replace("xx", "x")));
    }
}
