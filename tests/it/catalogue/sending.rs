//! Servers that mail is sent through, and what they refuse. The words are those of Exchange Online and Postfix.

use kit::certificate::{Certificate, Identity};
use kit::imap::PASSWORD;
use kit::scripted::{Act, Scripted};
use otomo_domain::account::{Endpoint, Security};
use serde_json::json;

use super::Row;
use super::program::{Program, outbox};

/// What a good server says up to the end of a mail.
const GOOD: [(&str, &str); 5] = [
    ("EHLO", "250-smtp.example.test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"),
    ("AUTH", "235 2.7.0 in\r\n"),
    ("MAIL", "250 2.1.0 ok\r\n"),
    ("RSET", "250 2.0.0 ok\r\n"),
    ("RCPT", "250 2.1.5 ok\r\n"),
];

/// The code, how it is provoked, the command and what the server answers to it.
type Refusal = (&'static str, &'static str, &'static str, &'static str);

/// Seen by the test, which sends nothing.
const TESTED: &[Refusal] = &[
    (
        "smtp_auth_disabled",
        "SMTP sign-in switched off for the tenant",
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\r\n",
    ),
    (
        "send_as_denied",
        "an address that is not the mailbox's",
        "MAIL",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender\r\n",
    ),
    ("relay_denied", "a server that does not send for outsiders", "MAIL", "530 5.7.0 Authentication Required\r\n"),
];

/// Seen by the first mail.
const SENT: &[Refusal] = &[
    ("sending_refused", "a recipient whom the server does not know", "RCPT", "550 5.1.1 User unknown\r\n"),
    ("mailbox_full", "a recipient whose mailbox is full", "RCPT", "552 5.2.2 Mailbox full\r\n"),
];

pub async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for refusal in TESTED {
        let server = Server::refusing(refusal).await;
        let program = Program::trusting([server.identity.ca()]).await;
        rows.push(Row::new(refusal.0, refusal.1, program.test_sending(&server.endpoint()).await));
    }
    for refusal in SENT {
        rows.push(Row::new(refusal.0, refusal.1, Server::refusing(refusal).await.first_mail().await));
    }
    let lost = Server::start(vec![("DATA", "354 go on\r\n".to_owned())]).await;
    rows.push(Row::new("sending_unknown", "a server that takes the mail and hangs up", lost.first_mail().await));
    rows.into_iter().map(|row| row.hiding(PASSWORD)).collect()
}

struct Server {
    scripted: Scripted,
    identity: Identity,
}

impl Server {
    async fn refusing((_, _, command, answer): &Refusal) -> Self {
        Self::start(vec![(*command, (*answer).to_owned()), ("QUIT", "221 2.0.0 bye\r\n".to_owned())]).await
    }

    /// A good server but for these answers; it hangs up after the last.
    async fn start(own: Vec<(&'static str, String)>) -> Self {
        let identity = Identity::new(Certificate::Good);
        let (last, own) = own.split_last().unwrap();
        let good = GOOD.into_iter().map(|(word, answer)| (word, answer.to_owned()));
        let answers = own.iter().cloned().chain(good).chain([last.clone()]).collect();
        let script = vec![
            Act::Protect(identity.config()),
            Act::Say("220 smtp.example.test ESMTP\r\n".into()),
            Act::Talk(answers),
            Act::Hear,
        ];
        Self { scripted: Scripted::start(script).await, identity }
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::new("127.0.0.1", self.scripted.port(), Security::Tls)
    }

    /// The error of a test mail from an account that was connected without one.
    async fn first_mail(&self) -> serde_json::Value {
        let program = Program::trusting([self.identity.ca()]).await;
        let account = program.ask("accounts.add", outbox(&self.endpoint())).await;
        program.fails("accounts.send_test", json!({ "id": account["id"] })).await
    }
}
