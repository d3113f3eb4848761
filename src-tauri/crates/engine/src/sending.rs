//! The rep's accounts that send, for a connector that hands mail on by mail.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use otomo_domain::account::{Account, Connection, ConnectionStatus, Sending};
use otomo_domain::address::Address;
use otomo_domain::connector::FieldKind;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{SendingAccount, SendingAccounts};
use otomo_store::table::connection;

use crate::credential::Proof;
use crate::engine::{Engine, Inner};
use crate::fault::Fault;

/// The accounts of an engine. The engine keeps the connectors that hold this, so this does not keep the engine.
struct OfEngine(Weak<Inner>);

#[async_trait]
impl SendingAccounts for OfEngine {
    async fn find(&self, address: Option<&Address>) -> Result<Option<SendingAccount>, MailFault> {
        let engine = self.0.upgrade().map(Engine::of).ok_or_else(|| unreadable("the program ends"))?;
        let accounts = engine.accounts().await.map_err(mail_fault)?;
        let Some(account) = accounts.into_iter().find(|account| sends_as(account, address)) else { return Ok(None) };
        let sender = engine.sender(&account, &Proof::default()).await.map_err(mail_fault)?;
        let address = address.cloned().unwrap_or(account.address);
        Ok(sender.map(|sender| SendingAccount { address, sender }))
    }
}

/// Whether an account sends, as this address if one is named.
fn sends_as(account: &Account, address: Option<&Address>) -> bool {
    let settings = &account.settings;
    let as_it = |address: &Address| {
        account.address == *address || settings.senders.iter().any(|sender| sender.address == *address)
    };
    settings.sending != Sending::Off && address.is_none_or(as_it)
}

fn mail_fault(fault: Fault) -> MailFault {
    match fault {
        Fault::Mail(fault) => fault,
        other => unreadable(&other.to_string()),
    }
}

fn unreadable(detail: &str) -> MailFault {
    MailFault::new(MailFaultKind::ServerRefused, detail)
}

impl Engine {
    pub(crate) fn sending_accounts(&self) -> Arc<dyn SendingAccounts> {
        Arc::new(OfEngine(self.downgrade()))
    }

    /// An account was connected or changed: the connections that waited for their person and have no secret of their own
    /// may have waited for it, and go on.
    pub(crate) async fn accounts_send_anew(&self) -> Result<(), Fault> {
        let mut waiting = self.connections().await?;
        waiting.retain(|c| c.status == ConnectionStatus::SignInNeeded && !self.has_secret(&c.kind));
        for Connection { id, .. } in waiting {
            let active = ConnectionStatus::Active;
            self.store.ledger.write(move |db| Ok(connection::set_status(db, id, active)?)).await?;
            self.let_go_on(id);
        }
        Ok(())
    }

    fn has_secret(&self, kind: &str) -> bool {
        let info = self.kinds.iter().find(|info| info.kind == kind);
        info.is_none_or(|info| info.fields.iter().any(|field| field.kind == FieldKind::Secret))
    }
}
