//! Sending: to a server that may do anything, to real ones, and through Microsoft Graph.
//!
//! | module | about |
//! |---|---|
//! | [`outcome`] | what becomes of a mail, and of the bytes it is made of |
//! | [`refusals`] | from the first byte to a sender that is not the rep's |
//! | [`graph`] | Microsoft Graph |
//! | [`relayed`] | Dovecot's submission server and the relay behind it |

mod graph;
mod outcome;
mod refusals;
mod relayed;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kit::smtp::{PASSWORD, SmtpServer, USER};
use otomo_domain::address::Address;
use otomo_domain::error::{MailFault, MailFaultKind, OAuthFault};
use otomo_domain::ports::{AccessTokens, Credential};
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_domain::step::{Observer, Step};
use otomo_mail::smtp::SmtpSender;
use otomo_net::{Net, NetConfig};

/// Access tokens: the first one, and the one that a renewal gives.
pub struct Tokens {
    pub first: String,
    pub second: String,
    renewals: AtomicUsize,
}

impl Tokens {
    pub fn new(first: &str, second: &str) -> Arc<Self> {
        Arc::new(Self { first: first.into(), second: second.into(), renewals: AtomicUsize::new(0) })
    }

    pub fn renewals(&self) -> usize {
        self.renewals.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl AccessTokens for Tokens {
    async fn token(&self) -> Result<SecretString, OAuthFault> {
        Ok(self.first.clone().into())
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, OAuthFault> {
        assert_eq!(refused.expose_secret(), self.first, "only a token that was refused is renewed");
        self.renewals.fetch_add(1, Ordering::Relaxed);
        Ok(self.second.clone().into())
    }
}

/// The steps that passed.
#[derive(Default)]
struct Passed(Mutex<Vec<Step>>);

impl Observer for Passed {
    fn begins(&self, _: Step) {}

    fn passed(&self, step: Step, _: &str) {
        self.0.lock().unwrap().push(step);
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn password() -> Credential {
    Credential::Password(PASSWORD.into())
}

/// A client of this server that waits two seconds for a word.
fn sender(server: &SmtpServer, credential: Credential) -> SmtpSender {
    let net = Net::new(&NetConfig { extra_ca: vec![server.ca().to_owned()], ..NetConfig::default() }).unwrap();
    SmtpSender::new(Arc::new(net), server.endpoint(), USER.into(), Some(credential))
        .with_silence(Duration::from_secs(2))
}

fn kind<T>(outcome: Result<T, MailFault>) -> Option<MailFaultKind> {
    outcome.err().map(|fault| fault.kind)
}
