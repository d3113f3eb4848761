//! What an account sends: for now a test, and the addresses it may send from.

use otomo_domain::account::{AccountId, SenderAddress};
use otomo_domain::ports::AccessTokens;
use otomo_mime::compose::test_mail;

use crate::credential::Proof;
use crate::engine::Engine;
use crate::event::Tag;
use crate::fault::Fault;
use crate::sign_in::For;

impl Engine {
    /// Sends the rep a short mail to themselves: the one proof that sending works which another person could see.
    pub async fn send_test(&self, id: AccountId) -> Result<(), Fault> {
        let account = self.account(id).await?;
        let sender = self.sender(&account, &Proof::default()).await?;
        let sender = sender.ok_or_else(|| Fault::Invalid { field: "sending".into(), why: "it is off".into() })?;
        let message = test_mail(&account.address, self.now(), rand::random());
        let invalid = || Fault::Invalid { field: "address".into(), why: "it can't stand in a mail".into() };
        let message = message.ok_or_else(invalid)?;
        sender.send(&account.address, std::slice::from_ref(&account.address), &message).await?;
        Ok(())
    }

    /// Asks the provider anew which addresses the rep may send from. Those typed by hand stay.
    pub async fn refresh_senders(&self, id: AccountId) -> Result<(), Fault> {
        let account = self.account(id).await?;
        let chain = self.chain(&account, &Proof::default()).await?;
        let access = For { chain: chain.clone(), audience: None }.token().await?;
        let told = self.oauth.senders(&chain.provider, &access).await?;
        self.adjust_account(id, |account| merge(&mut account.settings.senders, told)).await?;
        self.bus.changed(&[Tag::Accounts]);
        Ok(())
    }
}

/// What the provider tells takes the place of what it told before.
fn merge(senders: &mut Vec<SenderAddress>, told: Vec<SenderAddress>) {
    senders.retain(|kept| !kept.from_provider && !told.iter().any(|new| new.address == kept.address));
    senders.extend(told);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::address;

    #[test]
    fn what_the_provider_tells_replaces_what_it_told_and_leaves_what_was_typed() {
        let sender =
            |text: &str, from_provider| SenderAddress { address: address(text), name: String::new(), from_provider };
        let mut senders = vec![sender("old@x.jp", true), sender("typed@x.jp", false), sender("both@x.jp", false)];
        merge(&mut senders, vec![sender("new@x.jp", true), sender("both@x.jp", true)]);
        let left: Vec<_> = senders.iter().map(|s| s.address.as_str()).collect();
        assert_eq!(left, ["typed@x.jp", "new@x.jp", "both@x.jp"]);
    }
}
