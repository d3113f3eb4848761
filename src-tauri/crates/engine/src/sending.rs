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

#[cfg(test)]
mod tests {
    use otomo_domain::account::{Endpoint, Security, SenderAddress, SmtpAuth};
    use otomo_domain::error::CrmFaultKind;

    use super::*;
    use crate::fixture::{Answer, Op, World, address};
    use crate::refresh;

    /// What is found of an account that sends, by the address that is sought; the fixture's senders refuse.
    async fn found(world: &World, sought: Option<&str>) -> bool {
        let sought = sought.map(address);
        match world.engine.sending_accounts().find(sought.as_ref()).await {
            Ok(found) => found.is_some(),
            Err(fault) => fault.kind == MailFaultKind::SendingRefused,
        }
    }

    #[tokio::test]
    async fn an_account_is_found_by_every_address_that_it_sends_as() {
        let world = World::new().await;
        let own = world.engine.account(world.account).await.expect("an account").address;
        assert!(!found(&world, None).await, "it doesn't send");
        let endpoint = Endpoint::new("smtp.example.jp", 465, Security::Tls);
        let alias = SenderAddress { address: address("alias@x.jp"), name: String::new(), from_provider: false };
        world
            .adjust(move |settings, _| {
                settings.sending = Sending::Smtp { endpoint, auth: SmtpAuth::Mailbox };
                settings.senders = vec![alias];
            })
            .await;
        assert!(found(&world, None).await && found(&world, Some(own.as_str())).await);
        assert!(found(&world, Some("alias@x.jp")).await && !found(&world, Some("another@x.jp")).await);
    }

    #[tokio::test]
    async fn a_connection_without_a_secret_goes_on_when_an_account_was_put_right() {
        let world = World::new().await;
        world.crm.plan(Op::Check, [Answer::Refuse(CrmFaultKind::Sending(MailFaultKind::SignInRefused))]);
        let fault = refresh::pass(&world.engine, world.connection).await.expect_err("the password is wrong");
        assert!(matches!(fault, Fault::Crm(fault) if fault.is_about_connection()));
        world.engine.needs_person(world.connection).await;
        assert_eq!(world.status().await, ConnectionStatus::SignInNeeded);
        world.engine.change_account(world.account, Proof::default(), |_| ()).await.expect("an account");
        assert_eq!(world.status().await, ConnectionStatus::Active);
    }
}
