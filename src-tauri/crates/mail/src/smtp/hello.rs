//! From the greeting to what the server offers (RFC 5321 §3.1, §4.1.1.1; STARTTLS: RFC 3207).

use std::time::Duration;

use otomo_domain::account::{Endpoint, Security};
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::step::{Observer, Step};
use otomo_net::Net;

use super::conversation::Conversation;
use super::refusal;
use super::reply::Reply;

/// As whom the client introduces itself: the name of the computer is nobody's business.
const HELLO: &str = "EHLO [127.0.0.1]";

/// What a server says that it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The SASL mechanisms (RFC 4954), in upper case.
    pub mechanisms: Vec<String>,
    pub starttls: bool,
    /// RFC 6152.
    pub eight_bit: bool,
    /// RFC 6531.
    pub utf8: bool,
    /// SIZE (RFC 1870); 0 stands for no limit.
    pub size: Option<u64>,
}

/// A conversation that is as protected as the endpoint wants it, with a server that said what it can do.
pub async fn connect(
    net: &Net,
    endpoint: &Endpoint,
    silence: Duration,
    observer: &dyn Observer,
) -> Result<Conversation, MailFault> {
    let stream = net.connect(endpoint, observer).await?;
    let mut conversation = Conversation::new(stream, silence);
    let greeting = conversation.reply().await?;
    if greeting.code != 220 {
        return Err(refusal::of_greeting(&greeting));
    }
    if endpoint.security == Security::StartTls {
        observer.begins(Step::Certificate);
        start_tls(&mut conversation).await?;
        let stream = net.upgrade(conversation.into_stream()?, endpoint, observer).await?;
        conversation = Conversation::new(stream, silence);
    }
    // What was said in the clear is forgotten (RFC 3207 §4.2).
    conversation.offer = hello(&mut conversation).await?;
    Ok(conversation)
}

async fn start_tls(conversation: &mut Conversation) -> Result<(), MailFault> {
    let offer = hello(conversation).await?;
    let missing = |words: String| MailFault::new(MailFaultKind::StartTlsMissing, words);
    if !offer.starttls {
        return Err(missing("the server does not offer STARTTLS".into()));
    }
    let reply = conversation.command("STARTTLS").await?;
    if reply.code == 220 { Ok(()) } else { Err(missing(reply.shown())) }
}

async fn hello(conversation: &mut Conversation) -> Result<Offer, MailFault> {
    let reply = conversation.command(HELLO).await?;
    if reply.code == 250 { Ok(Offer::of(&reply)) } else { Err(refusal::of_greeting(&reply)) }
}

impl Offer {
    /// Reads the lines after the first, which is a greeting.
    fn of(reply: &Reply) -> Self {
        let mut offer = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Old servers write `AUTH=PLAIN` as well.
            let line = line.to_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => offer.starttls = true,
                Some("8BITMIME") => offer.eight_bit = true,
                Some("SMTPUTF8") => offer.utf8 = true,
                Some("SIZE") => offer.size = words.next().and_then(|number| number.parse().ok()),
                Some("AUTH") => offer.mechanisms.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offer
    }

    pub fn has(&self, mechanism: &str) -> bool {
        self.mechanisms.iter().any(|offered| offered == mechanism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(lines: &[&str]) -> Offer {
        Offer::of(&Reply { code: 250, lines: lines.iter().map(ToString::to_string).collect() })
    }

    #[test]
    fn an_offer_is_read_in_any_case_and_in_its_old_form() {
        let seen =
            offer(&["AUTH PLAIN greets you", "auth plain XOAuth2", "AUTH=LOGIN", "size 100", "8BitMime", "SIZEX 9"]);
        let mechanisms = ["PLAIN", "XOAUTH2", "LOGIN"].map(String::from).to_vec();
        assert_eq!(seen, Offer { mechanisms, eight_bit: true, size: Some(100), ..Offer::default() });
        assert!(offer(&["hi", "STARTTLS"]).starttls && offer(&["hi", "SMTPUTF8"]).utf8);
    }

    #[test]
    fn a_server_that_offers_nothing_offers_nothing() {
        assert_eq!(offer(&["mail.example.test"]), Offer::default());
        assert_eq!(offer(&["x", "SIZE", "AUTH"]), Offer::default());
    }
}
