//! Sign-ins that are to be taken back at their providers (RFC 7009). They wait in the ledger until it has worked, so that
//! an account can be removed offline.

use std::time::Duration;

use otomo_domain::error::OAuthFault;
use otomo_domain::secret::SecretString;
use otomo_store::table::secret;

use crate::engine::Engine;
use crate::fault::Fault;

/// Between two attempts while a provider can't be reached.
const INTERVAL: Duration = Duration::from_secs(600);

/// Before the provider's name, where the owner of a secret stands.
const PREFIX: &str = "revoke:";

/// Under whose name a sign-in waits.
pub(super) fn owner(provider: &str) -> String {
    format!("{PREFIX}{provider}")
}

/// Takes back whatever waits, for ever.
pub(crate) async fn run(engine: Engine) {
    loop {
        if let Err(fault) = pass(&engine).await {
            tracing::info!(%fault, "a sign-in could not be taken back yet");
        }
        tokio::select! {
            () = engine.revocations.notified() => {}
            () = engine.clock.sleep(INTERVAL) => {}
        }
    }
}

/// Takes back each once. What a provider refuses is as dead as what it takes back.
pub(crate) async fn pass(engine: &Engine) -> Result<(), Fault> {
    let waiting = engine.store.ledger.read(|db| Ok(secret::of_owners(db, PREFIX)?)).await?;
    for (owner, name, token) in waiting {
        match take_back(engine, &owner, &token).await {
            Err(fault) if fault.is_temporary() => tracing::info!(%fault, "a provider can't be reached"),
            outcome => {
                if let Err(fault) = outcome {
                    tracing::info!(%fault, "a provider did not take a sign-in back");
                }
                engine.store.ledger.write(move |db| Ok(secret::remove(db, &owner, &name)?)).await?;
            }
        }
    }
    Ok(())
}

async fn take_back(engine: &Engine, owner: &str, token: &SecretString) -> Result<(), OAuthFault> {
    let name = owner.strip_prefix(PREFIX).unwrap_or_default();
    match engine.policy.policy().provider(name) {
        Some(provider) => engine.oauth.revoke(&provider, token).await,
        None => Ok(()),
    }
}
