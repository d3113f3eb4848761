//! The protocols that go through TLS: how a client of each is started, and what a server of each says.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use otomo_domain::account::Endpoint;
use otomo_domain::address::Address;
use otomo_domain::error::MailFault;
use otomo_domain::ports::{Credential, MailSender, MailSource, Numbered, UidBook};
use otomo_mail::imap::ImapSource;
use otomo_mail::pop3::Pop3Source;
use otomo_mail::smtp::SmtpSender;
use otomo_net::Net;

pub const USER: &str = "taro@example.test";
pub const PASSWORD: &str = "geheim-4711";

/// How long a server may say nothing here.
const SILENCE: Duration = Duration::from_millis(700);

/// A protocol, and a good server's words in it.
pub struct Protocol {
    pub name: &'static str,
    pub open: fn(Arc<Net>, Endpoint) -> BoxFuture<'static, Result<(), MailFault>>,
    pub greeting: &'static str,
    /// A greeting, and not of this protocol.
    pub foreign: &'static str,
    /// What a client may ask before TLS, and the answer: STARTTLS is offered.
    pub offers: &'static [(&'static str, &'static str)],
    /// What a client says to get TLS.
    pub start: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    /// What a client asks first through TLS, and an answer with a way to sign in.
    pub signs_in: &'static [(&'static str, &'static str)],
}

pub const ALL: &[Protocol] = &[IMAP, POP3, SMTP];

const IMAP: Protocol = Protocol {
    name: "IMAP",
    open: |net, endpoint| {
        let source = ImapSource::new(net, endpoint, USER.into(), Credential::Password(PASSWORD.into()));
        async move { source.with_silence(SILENCE).open(&()).await.map(drop) }.boxed()
    },
    greeting: "* OK ready\r\n",
    foreign: "+OK ready\r\n",
    offers: &[("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done\r\n")],
    start: "STARTTLS",
    yes: "{tag} OK begin\r\n",
    no: "{tag} NO not now\r\n",
    signs_in: &[("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done\r\n"), ("AUTHENTICATE", "+ \r\n")],
};

const POP3: Protocol = Protocol {
    name: "POP3",
    open: |net, endpoint| {
        let password = Credential::Password(PASSWORD.into());
        let source = Pop3Source::new(net, endpoint, USER.into(), password, Arc::new(NoBook));
        async move { source.with_silence(SILENCE).open(&()).await.map(drop) }.boxed()
    },
    greeting: "+OK ready\r\n",
    foreign: "220 ready\r\n",
    offers: &[("CAPA", "+OK\r\nSTLS\r\n.\r\n")],
    start: "STLS",
    yes: "+OK begin\r\n",
    no: "-ERR not now\r\n",
    signs_in: &[("CAPA", "+OK\r\nUSER\r\nSASL PLAIN\r\nUIDL\r\n.\r\n"), ("USER", "+OK\r\n"), ("AUTH", "+ \r\n")],
};

const SMTP: Protocol = Protocol {
    name: "SMTP",
    open: |net, endpoint| {
        let sender = SmtpSender::new(net, endpoint, USER.into(), Some(Credential::Password(PASSWORD.into())));
        let from = Address::parse(USER).unwrap();
        async move { sender.with_silence(SILENCE).check(&from, &()).await }.boxed()
    },
    greeting: "220 mail.example.test ESMTP\r\n",
    foreign: "* OK ready\r\n",
    offers: &[("EHLO", "250-mail.example.test\r\n250 STARTTLS\r\n")],
    start: "STARTTLS",
    yes: "220 begin\r\n",
    no: "454 not now\r\n",
    signs_in: &[("EHLO", "250-mail.example.test\r\n250 AUTH PLAIN\r\n"), ("AUTH", "334 \r\n")],
};

/// No message is ever seen here.
struct NoBook;

#[async_trait]
impl UidBook for NoBook {
    async fn numbers(&self, _: Vec<String>) -> Result<Numbered, MailFault> {
        unreachable!("nobody is signed in")
    }

    async fn missed(&self, _: u32) -> Result<(), MailFault> {
        unreachable!("nobody is signed in")
    }
}
