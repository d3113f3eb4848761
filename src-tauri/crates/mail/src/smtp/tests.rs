use otomo_domain::account::{AccountId, AccountSettings, Security};
use otomo_domain::time::Timestamp;

use super::*;

fn account(source: Source, delegate: Option<&str>) -> Account {
    Account {
        id: AccountId(1),
        address: Address::parse("sales@example.test").unwrap(),
        source,
        import_since: None,
        connected_at: Timestamp(0),
        paused: false,
        settings: AccountSettings { delegate: delegate.and_then(Address::parse), ..AccountSettings::default() },
    }
}

#[test]
fn the_person_signs_in_and_not_the_mailbox_they_share() {
    let imap = |user: &str| Source::Imap {
        endpoint: Endpoint::new("imap.example.test", 993, Security::Tls),
        user: user.into(),
    };
    let check = |source: Source, delegate: Option<&str>, auth: SmtpAuth, expected: &str| {
        assert_eq!(user(&account(source, delegate), &auth), expected);
    };
    check(imap("sales"), None, SmtpAuth::Mailbox, "sales");
    check(imap("sales@example.test"), Some("taro@example.test"), SmtpAuth::Mailbox, "taro@example.test");
    check(imap("sales"), None, SmtpAuth::Own { user: "relay".into() }, "relay");
    check(Source::Nothing, None, SmtpAuth::Mailbox, "sales@example.test");
}

#[test]
fn an_account_without_a_way_out_has_no_sender() {
    let net = Arc::new(Net::new(&otomo_net::NetConfig::default()).unwrap());
    let refusal = |sending: Sending, credential: Option<Credential>| {
        let mut account = account(Source::Nothing, None);
        account.settings.sending = sending;
        sender(&net, &account, credential, None).err().map(|fault| fault.kind)
    };
    let smtp = |auth| Sending::Smtp { endpoint: Endpoint::new("mail.example.test", 465, Security::Tls), auth };
    assert_eq!(refusal(Sending::Off, None), Some(MailFaultKind::SendingRefused));
    assert_eq!(refusal(smtp(SmtpAuth::Mailbox), None), Some(MailFaultKind::SignInRefused));
    assert_eq!(refusal(smtp(SmtpAuth::Nothing), None), None);
    assert_eq!(refusal(Sending::Graph, Some(Credential::Password("x".into()))), Some(MailFaultKind::SignInRefused));
}
