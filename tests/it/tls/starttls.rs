//! TLS that is asked for in the clear (NO STARTTLS, USENIX Security 2021), and no TLS at all.
//!
//! However a server keeps the client from TLS, nothing of the rep is said in the clear: no name, no password.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::certificate::{Certificate, HOST, Identity};
use kit::scripted::{ALERT, Act, Hello, Scripted};
use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::CertificateFault::*;
use otomo_domain::error::MailFaultKind::{self, *};
use otomo_domain::error::NetFaultKind::{Closed, TimedOut, Tls};
use rustls::ServerConfig;

use super::protocol::{ALL, PASSWORD, Protocol, USER};
use super::{World, certificate};

struct Case {
    what: &'static str,
    script: Vec<Act>,
    expected: MailFaultKind,
    /// Whose authority the client trusts, if it matters.
    identity: Option<Identity>,
}

impl Case {
    fn new(what: &'static str, script: Vec<Act>, expected: MailFaultKind) -> Self {
        Self { what, script, expected, identity: None }
    }
}

fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

fn talk(answers: &[(&'static str, &str)]) -> Act {
    Act::Talk(answers.iter().map(|(word, answer)| (*word, (*answer).to_owned())).collect())
}

/// A good server up to the moment in which it agreed to TLS, and then this.
pub fn up_to_tls(protocol: &Protocol, then: &[Act]) -> Vec<Act> {
    asked(protocol, protocol.yes, then)
}

/// A good server that is asked for TLS, gives this answer, and then does this.
fn asked(protocol: &Protocol, answer: &str, then: &[Act]) -> Vec<Act> {
    let answers = [protocol.offers, &[(protocol.start, answer)]].concat();
    [&[say(protocol.greeting), talk(&answers)], then].concat()
}

/// Every protocol has these.
fn common(protocol: &Protocol) -> Vec<Case> {
    let case = Case::new;
    let agreed = |what, then: &[Act], expected| case(what, up_to_tls(protocol, then), expected);
    let answered = |what, answer: &str, expected| case(what, asked(protocol, answer, &[Act::Listen]), expected);
    let shows = |what, shown, fault| {
        let identity = Identity::new(shown);
        let script = up_to_tls(protocol, &[Act::Protect(identity.config()), Act::Listen]);
        Case { identity: Some(identity), ..case(what, script, certificate(fault)) }
    };
    let after = |more: &str| format!("{}{more}", protocol.yes);
    let hello = Hello::default;
    vec![
        answered("refused", protocol.no, StartTlsMissing),
        answered("more in the same segment: a byte", &after("x"), Protocol),
        answered("more in the same segment: a greeting", &after(protocol.greeting), Protocol),
        answered(
            "more in the same segment: an answer",
            &after(&protocol.signs_in[0].1.replace("{tag}", "a1")),
            Protocol,
        ),
        answered("more in the same segment: a handshake", &after("\u{16}\u{3}\u{3}"), Protocol),
        agreed("the connection ends", &[], Net(Closed)),
        agreed("it goes on in the clear", &[Act::HearRecord, say(protocol.greeting)], Net(Tls)),
        agreed("garbage", &[Act::HearRecord, Act::Send(vec![0xff; 64])], Net(Tls)),
        agreed("half a handshake", &[Act::HearRecord, Act::Send(hello().bytes()[..40].to_vec())], Net(Closed)),
        agreed("an alert", &[Act::HearRecord, Act::Send(ALERT.to_vec())], Net(Tls)),
        agreed("an old version", &[Act::HearRecord, Act::Send(Hello { version: [3, 2], ..hello() }.bytes())], Net(Tls)),
        shows("a certificate that ran out", Certificate::Expired, Expired),
        shows("a certificate of another host", Certificate::WrongName, WrongName),
        shows("a certificate of nobody known", Certificate::UnknownIssuer, UnknownIssuer),
        shows("a certificate of its own making", Certificate::SelfSigned, UnknownIssuer),
        case("no greeting", Vec::new(), Net(Closed)),
        case("a page for a greeting", vec![say("HTTP/1.1 200 OK\r\n\r\n"), Act::Listen], Protocol),
        case(
            "TLS for a greeting",
            vec![Act::Send(hello().bytes()), Act::Send(b"\r\n".to_vec()), Act::Listen],
            Protocol,
        ),
        case("a greeting of another protocol", vec![say(protocol.foreign), Act::Listen], Protocol),
        case("an empty greeting", vec![say("\r\n"), Act::Listen], Protocol),
        case("a greeting of NULs", vec![say("\0\0\0\r\n"), Act::Listen], Protocol),
        case("a greeting of bytes", vec![Act::Send(b"\xff\xfe\x80\r\n".to_vec()), Act::Listen], Protocol),
        answered("an empty answer", "\r\n", Protocol),
        answered("an answer without an end", &"x".repeat(300_000), Protocol),
        case("a greeting without an end", vec![say(&"x".repeat(300_000)), Act::Listen], Protocol),
    ]
}

fn imap(protocol: &Protocol) -> Vec<Case> {
    let greets = |what, greeting: &str, expected| Case::new(what, vec![say(greeting), Act::Listen], expected);
    let answered = |what, answer: &str, expected| Case::new(what, asked(protocol, answer, &[Act::Listen]), expected);
    let flood = "* OK still there\r\n".repeat(200);
    vec![
        greets("signed in already (PREAUTH)", "* PREAUTH welcome back\r\n", Protocol),
        greets("PREAUTH with an alert", "* PREAUTH [ALERT] sign in at http://evil.test\r\n", Protocol),
        greets("turned away with an alert", "* BYE [ALERT] call 0120-000-000\r\n", GreetingRefused),
        greets("a refusal for a greeting", "* NO [ALERT] your mailbox is full\r\n", Protocol),
        greets("an answer for a greeting", "t OK signed in\r\n", Protocol),
        answered("unknown command", "{tag} BAD unknown command\r\n", StartTlsMissing),
        answered("a farewell with an alert", "* BYE [ALERT] sign in at http://evil.test\r\n", Net(Closed)),
        answered("signed in instead", "* PREAUTH welcome\r\n{tag} NO already\r\n", StartTlsMissing),
        answered(
            "capabilities before, and a refusal",
            "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} NO\r\n",
            StartTlsMissing,
        ),
        answered("a continuation, and nothing more", "+ go ahead\r\n", Net(TimedOut)),
        answered("an endless answer", &flood, Protocol),
    ]
}

fn pop3(protocol: &Protocol) -> Vec<Case> {
    let greets = |what, greeting: &str, expected| Case::new(what, vec![say(greeting), Act::Listen], expected);
    let answered = |what, answer: &str, expected| Case::new(what, asked(protocol, answer, &[Act::Listen]), expected);
    vec![
        greets("turned away", "-ERR [ALERT] call 0120-000-000\r\n", GreetingRefused),
        answered("a word that is no answer", "OK\r\n", Protocol),
        answered("a continuation", "+ \r\n", Protocol),
        answered("an answer of more lines", "+OK\r\nUSER\r\n.\r\n", Protocol),
        Case::new(
            "not offered",
            vec![say(protocol.greeting), talk(&[("CAPA", "+OK\r\nUSER\r\n.\r\n"), ("STLS", protocol.no)]), Act::Listen],
            StartTlsMissing,
        ),
    ]
}

fn smtp(protocol: &Protocol) -> Vec<Case> {
    let greets = |what, greeting: &str, expected| Case::new(what, vec![say(greeting), Act::Listen], expected);
    let answered = |what, answer: &str, expected| Case::new(what, asked(protocol, answer, &[Act::Listen]), expected);
    let without = |what, offer: &str| {
        let script = vec![say(protocol.greeting), talk(&[("EHLO", offer)]), Act::Listen];
        Case::new(what, script, StartTlsMissing)
    };
    vec![
        greets("turned away", "554 call 0120-000-000\r\n", GreetingRefused),
        greets("half an answer before it is asked for", "220 one\r\n250-AUTH PLAIN\r\n", Net(TimedOut)),
        without("not offered", "250-mail.example.test\r\n250 AUTH PLAIN\r\n"),
        without("not offered, only spoken of", "250-mail.example.test\r\n250 XSTARTTLS\r\n"),
        answered("signed in instead", "235 2.7.0 welcome\r\n", StartTlsMissing),
        answered("a challenge", "334 VXNlcm5hbWU6\r\n", StartTlsMissing),
        answered("a word that is no answer", "OK\r\n", Protocol),
        answered("two numbers in one answer", "220-begin\r\n250 AUTH PLAIN\r\n", Protocol),
    ]
}

fn cases(protocol: &Protocol) -> Vec<Case> {
    let own = match protocol.name {
        "IMAP" => imap(protocol),
        "POP3" => pop3(protocol),
        _ => smtp(protocol),
    };
    common(protocol).into_iter().chain(own).collect()
}

/// What of the rep's stands in these bytes.
fn secrets(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let forms = [
        USER.to_owned(),
        PASSWORD.to_owned(),
        STANDARD.encode(USER),
        STANDARD.encode(PASSWORD),
        STANDARD.encode(format!("\0{USER}\0{PASSWORD}")),
    ];
    forms.into_iter().filter(|form| text.contains(form)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_rep_is_said_before_tls() {
    let good = Identity::new(Certificate::Good);
    let mut wrong = Vec::new();
    for protocol in ALL {
        let (mut accepted, mut told, cases) = (0, 0, cases(protocol));
        let number = cases.len();
        for Case { what, script, expected, identity } in cases {
            let server = Scripted::start(script).await;
            let world = World::trusting(identity.as_ref().unwrap_or(&good).ca()).await;
            let endpoint = Endpoint::new(HOST, server.port(), Security::StartTls);
            let kind = world.open(protocol, endpoint).await.err().map(|fault| fault.kind);
            let said = [server.got_in_the_clear(), server.got()].concat();
            println!("{:5} {what:40} {kind:?}", protocol.name);
            told += secrets(&said).len() + server.got().len();
            accepted += usize::from(kind.is_none());
            if kind != Some(expected) {
                wrong.push(format!("{} {what}: {kind:?}, not {expected:?}", protocol.name));
            }
        }
        println!("{}: {number} servers, {accepted} accepted, {told} secrets told", protocol.name);
        assert_eq!((accepted, told), (0, 0), "{}", protocol.name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A good server up to the sign-in, protected by this at first or after it was asked.
fn signs_in(protocol: &Protocol, security: Security, config: Arc<ServerConfig>) -> Vec<Act> {
    let dialogue = [talk(protocol.signs_in), Act::Hear];
    match security {
        Security::Tls => [&[Act::Protect(config), say(protocol.greeting)], &dialogue[..]].concat(),
        Security::StartTls => up_to_tls(protocol, &[&[Act::Protect(config)], &dialogue[..]].concat()),
        Security::Clear => [&[say(protocol.greeting)], &dialogue[..]].concat(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_through_tls_and_in_the_clear_only_where_that_was_agreed() {
    for protocol in ALL {
        let identity = Identity::new(Certificate::Good);
        let world = World::trusting(identity.ca()).await;
        for (server, client, in_the_clear, protected) in [
            (Security::Tls, Security::Tls, false, true),
            (Security::StartTls, Security::StartTls, false, true),
            (Security::Clear, Security::Clear, true, false),
            (Security::Clear, Security::Tls, false, false),
            (Security::Clear, Security::StartTls, false, false),
            (Security::StartTls, Security::Tls, false, false),
        ] {
            let scripted = Scripted::start(signs_in(protocol, server, identity.config())).await;
            world.open(protocol, Endpoint::new(HOST, scripted.port(), client)).await.unwrap_err();
            let told = [scripted.got_in_the_clear(), scripted.got()].map(|said| !secrets(&said).is_empty());
            println!(
                "{:5} server {server:?}, client {client:?}: told in the clear, through TLS {told:?}",
                protocol.name
            );
            assert_eq!(told, [in_the_clear, protected], "{} {server:?} {client:?}", protocol.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_said_of_itself_before_tls_is_forgotten() {
    // Only what stands inside TLS counts: there no way of signing in is offered.
    let imap = &ALL[0];
    let identity = Identity::new(Certificate::Good);
    let nothing = [("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK done\r\n")];
    let offered = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] begin\r\n";
    let script = asked(imap, offered, &[Act::Protect(identity.config()), talk(&nothing), Act::Hear]);
    let server = Scripted::start(script).await;
    let endpoint = Endpoint::new(HOST, server.port(), Security::StartTls);
    let fault = World::trusting(identity.ca()).await.open(imap, endpoint).await.unwrap_err();
    assert_eq!(fault.kind, NoSignInMethod);
    assert!(secrets(&server.got()).is_empty());
}
