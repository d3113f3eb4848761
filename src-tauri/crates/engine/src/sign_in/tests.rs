use std::time::Duration;

use otomo_domain::account::{AccountId, AccountSettings, SignIn, Source};
use otomo_domain::oauth::{GOOGLE, Purpose};
use otomo_domain::policy::Policy;

use super::*;
use crate::accounts::{NewAccount, SignInWish};
use crate::credential::Proof;
use crate::engine::{Engine, PolicyState};
use crate::fault::Fault;
use crate::fixture::{LASTS, World, address, message};
use crate::receive;
use otomo_domain::error::{MailFaultKind, NetFaultKind};

/// A finished sign-in of the rep's.
async fn signed_in(engine: &Engine) -> Proof {
    let wish = SignInWish { provider: GOOGLE.into(), purpose: Purpose::Imap, sends: false, address: None };
    let attempt = engine.begin_sign_in(&wish).await.expect("an attempt");
    let authorised = engine.finish_sign_in(&wish, attempt).await.expect("a sign-in");
    Proof { ticket: Some(authorised.ticket), ..Proof::default() }
}

fn oauth() -> SignIn {
    SignIn::OAuth { provider: GOOGLE.into() }
}

/// A mailbox that is connected by a sign-in, next to the one of the world.
pub(crate) async fn connect(world: &World) -> AccountId {
    let new = NewAccount {
        address: address("rep2@own.example"),
        source: Source::Nothing,
        import_since: None,
        settings: AccountSettings { sign_in: oauth(), ..AccountSettings::default() },
        proof: signed_in(&world.engine).await,
    };
    world.engine.add_account(new).await.expect("an account")
}

async fn kind_of_failure(world: &World, id: AccountId) -> Option<MailFaultKind> {
    match receive::pass(&world.engine, id).await {
        Err(Fault::Mail(fault)) => Some(fault.kind),
        Err(other) => panic!("{other}"),
        Ok(()) => None,
    }
}

#[tokio::test]
async fn a_hundred_that_ask_at_once_renew_once() {
    let world = World::new().await;
    let id = connect(&world).await;
    let account = world.engine.account(id).await.expect("the account");
    world.clock.advance(LASTS);
    let chain = world.engine.chain(&account, &Proof::default()).await.expect("a chain");
    let before = world.provider.issued();
    let asks = (0..100).map(|_| chain.token(&None));
    let tokens = futures::future::join_all(asks).await;
    assert!(tokens.iter().all(Result::is_ok));
    assert_eq!(world.provider.issued() - before, 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_not_a_moment_too_often() {
    let world = World::new().await;
    let id = connect(&world).await;
    receive::pass(&world.engine, id).await.expect("mail");
    let issued = world.provider.issued();
    world.clock.advance(LASTS - EARLY - Duration::from_secs(1));
    receive::pass(&world.engine, id).await.expect("mail");
    assert_eq!(world.provider.issued(), issued);
    world.clock.advance(Duration::from_secs(1));
    receive::pass(&world.engine, id).await.expect("mail");
    assert_eq!(world.provider.issued(), issued + 1);
}

#[tokio::test]
async fn a_rotated_refresh_token_survives_the_end_of_the_process() {
    let world = World::new().await;
    let id = connect(&world).await;
    for _ in 0..3 {
        world.clock.advance(LASTS);
        receive::pass(&world.engine, id).await.expect("mail");
    }
    let world = world.starts_again(PolicyState::Valid(Policy::default())).await;
    receive::pass(&world.engine, id).await.expect("the provider takes each refresh token only once");
}

#[tokio::test]
async fn an_access_token_that_the_server_refuses_is_renewed_in_the_same_pass() {
    let world = World::new().await;
    let id = connect(&world).await;
    receive::pass(&world.engine, id).await.expect("mail");
    world.provider.end_access();
    receive::pass(&world.engine, id).await.expect("mail");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_costs_nothing() {
    let world = World::new().await;
    let id = connect(&world).await;
    world.clock.advance(LASTS);
    world.provider.go_offline(true);
    assert_eq!(kind_of_failure(&world, id).await, Some(MailFaultKind::Net(NetFaultKind::Unreachable)));
    world.provider.go_offline(false);
    assert_eq!(kind_of_failure(&world, id).await, None);
}

#[tokio::test]
async fn a_sign_in_that_was_taken_back_waits_for_the_rep_and_goes_on_where_it_stopped() {
    let world = World::new().await;
    let id = connect(&world).await;
    world.provider.forget_everybody();
    assert_eq!(kind_of_failure(&world, id).await, Some(MailFaultKind::OAuth(OAuthFaultKind::Expired)));
    world.mailbox.deliver(message("meanwhile", "client@x.jp"));
    let proof = signed_in(&world.engine).await;
    world.engine.change_account(id, proof, |account| account.settings.sign_in = oauth()).await.expect("signed in");
    receive::pass(&world.engine, id).await.expect("mail");
    world.row("meanwhile").await;
}

#[tokio::test]
async fn a_password_takes_the_place_of_a_sign_in_and_back_again_in_place() {
    let world = World::new().await;
    let id = connect(&world).await;
    let password = Proof { password: Some("app-password".into()), ..Proof::default() };
    let to_password = |account: &mut otomo_domain::account::Account| account.settings.sign_in = SignIn::Password;
    world.engine.change_account(id, password, to_password).await.expect("a password");
    let refresh = |engine: Engine| async move {
        let owner = crate::credential::owner(id);
        engine.store.ledger.read(move |db| Ok(secret::get(db, &owner, REFRESH_TOKEN)?)).await.expect("a look").is_some()
    };
    assert!(!refresh(world.engine.clone()).await, "the old sign-in is not kept");
    let proof = signed_in(&world.engine).await;
    world.engine.change_account(id, proof, |account| account.settings.sign_in = oauth()).await.expect("a sign-in");
    assert!(refresh(world.engine.clone()).await);
    receive::pass(&world.engine, id).await.expect("mail");
}

#[tokio::test]
async fn a_change_that_leaves_the_sign_in_leaves_its_one_chain() {
    let world = World::new().await;
    let id = connect(&world).await;
    let account = world.engine.account(id).await.expect("the account");
    let before = world.engine.chain(&account, &Proof::default()).await.expect("a chain");
    let rename =
        |account: &mut otomo_domain::account::Account| account.settings.delegate = Some(address("me@own.example"));
    world.engine.change_account(id, Proof::default(), rename).await.expect("changed");
    let after = world.engine.chain(&account, &Proof::default()).await.expect("a chain");
    assert!(Arc::ptr_eq(&before, &after));
}

#[tokio::test]
async fn only_so_many_sign_ins_wait_and_a_ticket_is_used_once() {
    let world = World::new().await;
    let first = signed_in(&world.engine).await;
    for _ in 0..WAITING {
        signed_in(&world.engine).await;
    }
    assert!(world.engine.sign_ins.waiting(first.ticket.expect("a ticket")).is_none());
    let id = connect(&world).await;
    let used = world.engine.sign_ins.next.load(Ordering::Relaxed);
    assert!(world.engine.sign_ins.waiting(used).is_none());
    receive::pass(&world.engine, id).await.expect("mail");
}
