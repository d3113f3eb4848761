//! What an account proves itself with: a password from the ledger, or the tokens of its sign-in.

use std::sync::Arc;

use otomo_domain::account::{Account, AccountId, Sending, SignIn, SmtpAuth};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{Credential, MailSender, MailSource};
use otomo_domain::secret::SecretString;
use otomo_store::table::secret;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::sign_in::{Chain, For};
use crate::uid_book::Book;

/// Under which name the password of an account stands in the ledger.
pub(crate) const PASSWORD: &str = "password";

/// The same for a submission server that wants a password of its own.
pub(crate) const SMTP_PASSWORD: &str = "smtp_password";

/// Under whose name the secrets of an account stand in the ledger.
pub(crate) fn owner(id: AccountId) -> String {
    format!("account:{}", id.0)
}

/// What the rep brought along for an account that is tested, saved or changed.
#[derive(Clone, Default)]
pub struct Proof {
    pub password: Option<SecretString>,
    /// A finished sign-in ([`Engine::authorise`]).
    pub ticket: Option<u64>,
    pub smtp_password: Option<SecretString>,
}

impl Engine {
    /// A provider of this computer.
    pub fn provider(&self, name: &str) -> Result<Provider, Fault> {
        let unknown = || OAuthFault::new(OAuthFaultKind::NoClient, name);
        Ok(self.policy.policy().provider(name).ok_or_else(unknown)?)
    }

    /// The mail source of an account; what `proof` leaves out is what the ledger has.
    pub(crate) async fn source(&self, account: &Account, proof: &Proof) -> Result<Box<dyn MailSource>, Fault> {
        let credential = self.credential(account, proof).await?;
        let book = Arc::new(Book::new(self.store.clone(), Arc::clone(&self.clock), account.id));
        Ok((self.make_source)(account, credential, book)?)
    }

    /// What the account sends with; `None` where it doesn't send.
    pub(crate) async fn sender(&self, account: &Account, proof: &Proof) -> Result<Option<Box<dyn MailSender>>, Fault> {
        let credential = match &account.settings.sending {
            Sending::Off => return Ok(None),
            Sending::Smtp { auth: SmtpAuth::Mailbox, .. } => self.credential(account, proof).await?,
            Sending::Smtp { auth: SmtpAuth::Own { .. }, .. } => match &proof.smtp_password {
                Some(password) => Some(Credential::Password(password.clone())),
                None => self.secret(account.id, SMTP_PASSWORD).await?.map(Credential::Password),
            },
            Sending::Smtp { auth: SmtpAuth::Nothing, .. } => None,
            Sending::Graph => {
                let chain = self.chain(account, proof).await?;
                let audience = Some(chain.provider.scopes.graph.clone());
                Some(Credential::Token(Arc::new(For { chain, audience })))
            }
        };
        Ok(Some((self.make_sender)(account, credential)?))
    }

    async fn credential(&self, account: &Account, proof: &Proof) -> Result<Option<Credential>, Fault> {
        match &account.settings.sign_in {
            SignIn::Password => match &proof.password {
                Some(password) => Ok(Some(Credential::Password(password.clone()))),
                None => Ok(self.secret(account.id, PASSWORD).await?.map(Credential::Password)),
            },
            SignIn::OAuth { .. } => {
                let chain = self.chain(account, proof).await?;
                Ok(Some(Credential::Token(Arc::new(For { chain, audience: None }))))
            }
        }
    }

    /// The sign-in behind an account.
    pub(crate) async fn chain(&self, account: &Account, proof: &Proof) -> Result<Arc<Chain>, Fault> {
        if let Some(ticket) = proof.ticket {
            return self.sign_ins.waiting(ticket).ok_or(Fault::NoSuch("sign-in"));
        }
        let SignIn::OAuth { provider } = &account.settings.sign_in else {
            return Err(OAuthFault::new(OAuthFaultKind::NoClient, "the account has a password").into());
        };
        let provider = self.provider(provider)?;
        Ok(self.kept_sign_in(owner(account.id), provider))
    }

    /// A sign-in whose refresh token stands in the ledger.
    pub(crate) fn kept_sign_in(&self, owner: String, provider: Provider) -> Arc<Chain> {
        let (oauth, clock) = (Arc::clone(&self.oauth), Arc::clone(&self.clock));
        self.sign_ins.of(owner, |owner| Chain::kept(oauth, clock, provider, self.store.clone(), owner))
    }

    async fn secret(&self, id: AccountId, name: &'static str) -> Result<Option<SecretString>, Fault> {
        Ok(self.store.ledger.read(move |db| Ok(secret::get(db, &owner(id), name)?)).await?)
    }
}
