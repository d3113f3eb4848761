//! A real provider, and a real browser in which the rep signs in.

use kit::chromium::Chromium;
use kit::lab::{ALICE, BOB, Lab, Service};
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::{Client, Provider, ProviderPolicy, Redirect, Scopes};
use otomo_domain::ports::{Authorisation, OAuth, SignedIn};
use otomo_domain::secret::ExposeSecret;
use otomo_net::oauth::NetOAuth;

use super::oauth;

/// The lab's provider, as a policy describes it.
fn provider(issuer: &str, client: Client, redirect: Redirect) -> Provider {
    let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let policy = ProviderPolicy {
        client: Some(client),
        authorize: Some(format!("{issuer}/auth")),
        token: Some(format!("{issuer}/token")),
        revoke: Some(format!("{issuer}/token/revocation")),
        issuer: Some(issuer.to_owned()),
        names_issuer: Some(true),
        scopes: Some(Scopes {
            identity: strings(&["openid", "email", "offline_access"]),
            imap: strings(&["https://mail.google.com/"]),
            ..Scopes::default()
        }),
        redirect: Some(redirect),
        parameters: Some([("prompt".to_owned(), "consent".to_owned())].into()),
        ..ProviderPolicy::default()
    };
    Provider::named("lab", Some(&policy)).unwrap()
}

/// A client as Microsoft has them: public, at `localhost`.
fn public(lab: &Lab) -> Provider {
    provider(lab.issuer(), Client { id: "desktop".into(), secret: None }, Redirect::Localhost)
}

/// A client as Google has them: with a secret that is none, at the literal address.
fn with_secret(lab: &Lab) -> Provider {
    let client = Client { id: "desktop-secret".into(), secret: Some("not-really-a-secret".into()) };
    provider(lab.issuer(), client, Redirect::Loopback)
}

/// The rep at the browser, and the program that waits.
struct Desk {
    oauth: NetOAuth,
    browser: Chromium,
}

impl Desk {
    async fn new(lab: &Lab) -> Self {
        Self { oauth: oauth(&[&lab.ca()]), browser: Chromium::start().await }
    }

    /// Signs in and gives what the program has at the end, and what the browser shows.
    async fn sign_in(&self, provider: &Provider, login: &str, button: &str) -> (Result<SignedIn, OAuthFault>, String) {
        let scopes = provider.scopes.asked(otomo_domain::oauth::Purpose::Imap, false);
        let attempt =
            self.oauth.begin(provider, Authorisation { scopes, further: Vec::new(), login_hint: None }).await.unwrap();
        let url = attempt.url().to_owned();
        let waiting = tokio::spawn(attempt.finish());
        let page = self.browser.sign_in(&url, login, button).await;
        (waiting.await.unwrap(), page)
    }
}

#[tokio::test]
async fn a_rep_signs_in_with_a_browser_at_either_kind_of_client() {
    let lab = Lab::start(&[Service::Idp]);
    let desk = Desk::new(&lab).await;
    for (provider, user) in [(public(&lab), ALICE), (with_secret(&lab), BOB)] {
        let (outcome, page) = desk.sign_in(&provider, user.address, "allow").await;
        let signed_in = outcome.unwrap();
        assert_eq!(signed_in.address.map(|a| a.to_string()).as_deref(), Some(user.address));
        assert!(page.contains("Otomo に戻ってください") && page.contains("go back to Otomo"), "{page}");
        let first = signed_in.tokens.refresh.unwrap();
        let second = desk.oauth.refresh(&provider, &first, None).await.unwrap();
        let rotated = second.refresh.unwrap();
        desk.oauth.revoke(&provider, &rotated).await.unwrap();
        let fault = desk.oauth.refresh(&provider, &rotated, None).await.err().unwrap();
        assert_eq!(fault.kind, OAuthFaultKind::Expired, "revoked: {fault}");
    }
    desk.browser.close().await;
}

/// A thief of an old token ends the whole sign-in, and the rep hears of it (RFC 9700 §4.14.2).
#[tokio::test]
async fn a_refresh_token_that_was_replaced_is_taken_for_stolen() {
    let lab = Lab::start(&[Service::Idp]);
    let desk = Desk::new(&lab).await;
    let provider = public(&lab);
    let (outcome, _) = desk.sign_in(&provider, ALICE.address, "allow").await;
    let old = outcome.unwrap().tokens.refresh.unwrap();
    let new = desk.oauth.refresh(&provider, &old, None).await.unwrap().refresh.unwrap();
    assert_ne!(new.expose_secret(), old.expose_secret());
    for (token, why) in [(&old, "used before"), (&new, "of the same family")] {
        let fault = desk.oauth.refresh(&provider, token, None).await.err().unwrap();
        assert_eq!(fault.kind, OAuthFaultKind::Expired, "{why}: {fault}");
    }
    desk.browser.close().await;
}

#[tokio::test]
async fn every_refusal_of_the_provider_has_its_own_meaning() {
    use OAuthFaultKind::*;
    let lab = Lab::start(&[Service::Idp]);
    let desk = Desk::new(&lab).await;
    let refusals = [
        ("needsadmin@example.test", "allow", ApprovalNeeded),
        ("noconsent@example.test", "allow", Denied),
        ("condaccess@example.test", "allow", Blocked),
        ("advprotection@example.test", "allow", ProtectedAccount),
        (ALICE.address, "cancel", Denied),
    ];
    for (login, button, expected) in refusals {
        let (outcome, page) = desk.sign_in(&public(&lab), login, button).await;
        let fault = outcome.err().unwrap();
        assert_eq!(fault.kind, expected, "{login}: {fault}");
        assert!(page.contains("サインインは完了していません"), "{login}: {page}");
        assert!(!page.contains("AADSTS"), "{login}: {page}");
    }
    desk.browser.close().await;
}
