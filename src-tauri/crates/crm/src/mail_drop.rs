//! Any CRM that takes mail at an address: a mail is logged by mailing it there, from the rep's own account.
//!
//! CRMs give each user such an address: for a blind copy of what they send, and for forwarding what they receive. There is
//! no answer, so this goes one way: whether the CRM logged a mail can't be seen, and nothing can be taken back.
//!
//! | a mail that the rep | goes |
//! |---|---|
//! | sent | as it was, `From`, `To` and all, to the CRM's address alone: the envelope names nobody else |
//! | received | forwarded in the text, as mail programs do it, from the rep to the CRM's address |
//!
//! Both are made of the frozen payload. Matching needs people: they are read from a folder with the CRM's export, as the
//! folder connector reads it.

mod info;
mod mail;

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Identity, NewContact, Outgoing, OutgoingFile, RemoteMail, Sought,
};
use otomo_domain::contact::Contact;
use otomo_domain::error::{CrmFault, CrmFaultKind, MailFault};
use otomo_domain::mail::Direction;
use otomo_domain::payload::Payload;
use otomo_domain::ports::{Clock, CrmConnector, SendingAccount, SendingAccounts};

use self::mail::Form;
use crate::chosen::Opened;
use crate::folder::contacts::{ContactFolder, present};
use crate::registry::{Given, InvalidSettings};

pub(crate) use info::info;

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let address = |field: &str| {
        let parsed = Address::parse(given.text(field)?);
        parsed.ok_or_else(|| InvalidSettings::new(field, "is not an e-mail address"))
    };
    let if_filled_in = |field: &str| given.text(field).ok().map(|_| address(field)).transpose();
    let copies = address("address")?;
    Ok(Box::new(MailDrop {
        forwards: if_filled_in("forward")?.unwrap_or_else(|| copies.clone()),
        copies,
        account: if_filled_in("account")?,
        people: ContactFolder::given(&given, "contacts")?,
        clock: given.clock,
        accounts: given.accounts,
    }))
}

struct MailDrop {
    /// Where the CRM takes what the rep sent.
    copies: Address,
    /// Where it takes what the rep forwards.
    forwards: Address,
    /// What sends; `None` for the first account that does.
    account: Option<Address>,
    people: ContactFolder,
    clock: Arc<dyn Clock>,
    accounts: Arc<dyn SendingAccounts>,
}

impl MailDrop {
    /// The account that the rep chose.
    async fn account(&self) -> Result<SendingAccount, CrmFault> {
        let found = self.accounts.find(self.account.as_ref()).await?;
        found.ok_or_else(|| match &self.account {
            Some(address) => CrmFault::new(CrmFaultKind::NoSender, format!("{address} is no account that sends")),
            None => CrmFault::new(CrmFaultKind::NoSender, "no account sends"),
        })
    }

    /// The account for this mail: what the rep sent goes out from where it was sent, if that is an account here, for its
    /// server knows the author's address.
    async fn account_for(&self, payload: &Payload) -> Result<SendingAccount, CrmFault> {
        if payload.direction == Direction::Outgoing
            && let Some(own) = self.accounts.find(Some(&payload.from.email)).await?
        {
            return Ok(own);
        }
        self.account().await
    }
}

/// What went wrong, with the account it is about.
fn of(account: &Address, fault: MailFault) -> CrmFault {
    let fault = CrmFault::from(fault);
    CrmFault { detail: format!("{account}: {}", fault.detail), ..fault }
}

#[async_trait]
impl CrmConnector for MailDrop {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    /// Signs in to the account's server, and asks whether it would send. Nothing is sent.
    async fn check(&self) -> Result<Identity, CrmFault> {
        present(self.people.root())?;
        let SendingAccount { address, sender } = self.account().await?;
        sender.check(&address, &()).await.map_err(|fault| of(&address, fault))?;
        let remarks = if sender.sends_by_header() { vec![info::ONLY_RECEIVED.to_owned()] } else { Vec::new() };
        // What carries the CRM's address is in the CRM already: a copy that the rep sent there, or Otomo's own.
        let deny = [&self.copies, &self.forwards].map(|address| ("never_log_address".to_owned(), address.to_string()));
        Ok(Identity {
            user_id: address.to_string(),
            email: Some(address),
            can_create_contacts: true,
            deny: deny.into(),
            remarks,
            ..Identity::default()
        })
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        self.people.page(cursor).await
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        self.people.create(new).await
    }

    async fn find_logged(&self, _: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "a CRM that is mailed to can't be asked"))
    }

    /// Does nothing: the file travels inside the mail.
    async fn put_attachment(&self, _: OutgoingFile<'_>) -> Result<(), CrmFault> {
        Ok(())
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let SendingAccount { address, sender } = self.account_for(mail.payload).await?;
        let sent = mail.payload.direction == Direction::Outgoing;
        if sent && sender.sends_by_header() {
            return Err(CrmFault::new(CrmFaultKind::Unsupported, "the account would send it to its receivers again"));
        }
        let to = if sent { &self.copies } else { &self.forwards };
        let form = if sent { Form::AsSent } else { Form::forwarded(mail.frozen, &address, to, self.clock.now()) };
        let id = form.message_id(mail.payload).to_owned();
        let (payload, files) = (mail.payload.clone(), Opened::all(mail.payload, mail.files)?);
        let written = tokio::task::spawn_blocking(move || form.write(&payload, &files)).await;
        let bytes = written.map_err(|e| CrmFault::new(CrmFaultKind::Transient, e.to_string()))??;
        let taken = sender.send(&address, std::slice::from_ref(to), &bytes).await;
        taken.map_err(|fault| of(&address, fault))?;
        Ok(RemoteMail { id, url: None, already_known: false })
    }

    async fn unlog(&self, _: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "a CRM that is mailed to takes nothing back"))
    }
}
