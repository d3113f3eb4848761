//! Sign-ins at providers: the chain of tokens behind an account or a CRM, and the ones that are nobody's yet.
//!
//! A refresh token is worth the mailbox. It stands in the ledger and nowhere else; access tokens stay in memory. Renewals
//! of one sign-in are made one after the other, and a rotated refresh token is kept before anything uses the new access
//! token (RFC 9700 §4.14.2).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use otomo_domain::error::{OAuthFault, OAuthFaultKind};
use otomo_domain::oauth::Provider;
use otomo_domain::ports::{AccessTokens, Clock, OAuth, SignedIn, Tokens};
use otomo_domain::secret::{ExposeSecret, SecretString};
use otomo_store::Store;
use otomo_store::table::secret;

/// Under which name the refresh token of an account or a connection stands in the ledger.
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";

/// A token is renewed this long before it ends, so that it doesn't end on the way.
const EARLY: Duration = Duration::from_secs(60);

/// How many finished sign-ins wait to be used at most; the oldest is forgotten.
const WAITING: usize = 8;

/// The sign-ins that are in use.
#[derive(Default)]
pub struct SignIns {
    /// By whose they are, as the ledger names the owner of their secrets.
    in_use: Mutex<HashMap<String, Arc<Chain>>>,
    waiting: Mutex<Vec<(u64, Arc<Chain>)>>,
    next: AtomicU64,
}

impl SignIns {
    /// Keeps a finished sign-in until what it is for is saved; gives the number it is asked for by.
    pub(crate) fn wait(&self, chain: Chain) -> u64 {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((ticket, Arc::new(chain)));
        if waiting.len() > WAITING {
            waiting.remove(0);
        }
        ticket
    }

    pub(crate) fn waiting(&self, ticket: u64) -> Option<Arc<Chain>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.iter().find(|(number, _)| *number == ticket).map(|(_, chain)| Arc::clone(chain))
    }

    /// What this sign-in is for is saved.
    pub(crate) fn taken(&self, ticket: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|(number, _)| *number != ticket);
    }

    /// The chain of an account or a connection, the same one for everybody who asks.
    pub(crate) fn of(&self, owner: String, make: impl FnOnce(String) -> Chain) -> Arc<Chain> {
        let mut chains = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(chains.entry(owner.clone()).or_insert_with(|| Arc::new(make(owner))))
    }

    /// It has another sign-in now, or none.
    pub(crate) fn forget(&self, owner: &str) {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner).remove(owner);
    }
}

/// Where a refresh token is kept.
enum Place {
    /// In memory: nothing has been saved yet.
    Memory(Mutex<Option<SecretString>>),
    Ledger {
        store: Store,
        owner: String,
    },
}

impl Place {
    async fn load(&self) -> Result<Option<SecretString>, OAuthFault> {
        match self {
            Self::Memory(token) => Ok(token.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Self::Ledger { store, owner } => {
                let owner = owner.clone();
                store.ledger.read(move |db| Ok(secret::get(db, &owner, REFRESH_TOKEN)?)).await.map_err(not_kept)
            }
        }
    }

    async fn keep(&self, token: SecretString) -> Result<(), OAuthFault> {
        match self {
            Self::Memory(place) => *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(token),
            Self::Ledger { store, owner } => {
                let owner = owner.clone();
                let kept = store.ledger.write(move |db| Ok(secret::set(db, &owner, REFRESH_TOKEN, &token)?));
                kept.await.map_err(not_kept)?;
            }
        }
        Ok(())
    }
}

fn not_kept(fault: otomo_store::StoreFault) -> OAuthFault {
    OAuthFault::new(OAuthFaultKind::Temporary, fault.to_string())
}

/// One sign-in: a refresh token, and the access tokens made from it.
pub struct Chain {
    oauth: Arc<dyn OAuth>,
    clock: Arc<dyn Clock>,
    pub(crate) provider: Provider,
    place: Place,
    /// By what they are for; held during a renewal, so that there is one at a time.
    access: tokio::sync::Mutex<HashMap<Audience, Access>>,
}

/// What an access token is for: these scopes, or whatever the sign-in was made for.
type Audience = Option<Vec<String>>;

struct Access {
    token: SecretString,
    /// On the clock that never jumps.
    ends: Duration,
}

impl Chain {
    /// A sign-in that nobody has yet.
    pub(crate) fn fresh(oauth: Arc<dyn OAuth>, clock: Arc<dyn Clock>, provider: Provider, signed_in: SignedIn) -> Self {
        let Tokens { access, refresh, lasts, .. } = signed_in.tokens;
        let held = HashMap::from([(None, Access { token: access, ends: clock.monotonic() + lasts })]);
        let place = Place::Memory(Mutex::new(refresh));
        Self { oauth, clock, provider, place, access: tokio::sync::Mutex::new(held) }
    }

    /// A sign-in that was saved.
    pub(crate) fn kept(
        oauth: Arc<dyn OAuth>,
        clock: Arc<dyn Clock>,
        provider: Provider,
        store: Store,
        owner: String,
    ) -> Self {
        Self { oauth, clock, provider, place: Place::Ledger { store, owner }, access: tokio::sync::Mutex::default() }
    }

    /// What has to be kept of it.
    pub(crate) async fn refresh_token(&self) -> Result<Option<SecretString>, OAuthFault> {
        // A renewal under way may be about to replace it.
        let _held = self.access.lock().await;
        self.place.load().await
    }

    async fn token(&self, audience: &Audience) -> Result<SecretString, OAuthFault> {
        let mut held = self.access.lock().await;
        match held.get(audience) {
            Some(access) if self.clock.monotonic() + EARLY < access.ends => Ok(access.token.clone()),
            _ => self.renew(&mut held, audience).await,
        }
    }

    async fn renewed(&self, audience: &Audience, refused: &SecretString) -> Result<SecretString, OAuthFault> {
        let mut held = self.access.lock().await;
        match held.get(audience) {
            Some(access) if access.token.expose_secret() != refused.expose_secret() => Ok(access.token.clone()),
            _ => self.renew(&mut held, audience).await,
        }
    }

    async fn renew(
        &self,
        held: &mut HashMap<Audience, Access>,
        audience: &Audience,
    ) -> Result<SecretString, OAuthFault> {
        let Some(refresh) = self.place.load().await? else {
            return Err(OAuthFault::new(OAuthFaultKind::Expired, "the provider gave nothing to go on with"));
        };
        let tokens = self.oauth.refresh(&self.provider, &refresh, audience.as_deref()).await?;
        if let Some(rotated) = tokens.refresh {
            self.place.keep(rotated).await?;
        }
        let ends = self.clock.monotonic() + tokens.lasts;
        held.insert(audience.clone(), Access { token: tokens.access.clone(), ends });
        Ok(tokens.access)
    }
}

/// The access tokens of a sign-in for one audience.
pub(crate) struct For {
    pub chain: Arc<Chain>,
    pub audience: Audience,
}

#[async_trait]
impl AccessTokens for For {
    async fn token(&self) -> Result<SecretString, OAuthFault> {
        self.chain.token(&self.audience).await
    }

    async fn renewed(&self, refused: &SecretString) -> Result<SecretString, OAuthFault> {
        self.chain.renewed(&self.audience, refused).await
    }
}

#[cfg(test)]
pub(crate) mod tests;
