//! The one mail that Otomo writes by itself: a test, from the rep to the rep.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::SinglePart;
use otomo_domain::address::Address;
use otomo_domain::time::Timestamp;

const SUBJECT: &str = "Otomo: 送信テスト / Sending works";

const TEXT: &str = "このメールが届いたら、Otomoからの送信は正しく設定されています。\r\n\
    このメールは削除してかまいません。\r\n\r\n\
    If you can read this, sending from Otomo is set up.\r\nYou can delete this message.\r\n";

/// Composes it. `id` is random; it makes the Message-ID unlike any other (RFC 5322 §3.6.4). `None` if the address can't
/// stand in a header field.
pub fn test_mail(address: &Address, now: Timestamp, id: u128) -> Option<Vec<u8>> {
    let person: lettre::message::Mailbox = address.as_str().parse().ok()?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).ok()?);
    let mail = Message::builder()
        .from(person.clone())
        .to(person)
        .subject(SUBJECT)
        .date(date)
        .message_id(Some(format!("<{id:032x}@{}>", address.domain())))
        .singlepart(SinglePart::plain(TEXT.to_owned()));
    Some(mail.ok()?.formatted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_mail_is_from_the_rep_to_the_rep_and_every_line_is_short() {
        let address = Address::parse("taro@example.jp").unwrap();
        let mail = String::from_utf8(test_mail(&address, Timestamp(0), 7).unwrap()).unwrap();
        for line in ["From: taro@example.jp\r\n", "To: taro@example.jp\r\n", "MIME-Version: 1.0\r\n"] {
            assert!(mail.contains(line), "{line} in {mail}");
        }
        assert!(mail.lines().all(|line| line.len() <= 78) && !mail.replace("\r\n", "").contains('\n'), "{mail}");
        let parsed = crate::parse(mail.as_bytes(), Timestamp(0));
        assert_eq!(parsed.mail.subject, SUBJECT);
    }
}
