//! Before there is an account: what an address is, and the sign-in at its provider.

use otomo_domain::address::Address;
use otomo_domain::detect::{Detected, Finding, Offer, SettingsOrigin, Watcher};
use otomo_domain::link::Link;
use otomo_domain::oauth::Purpose;
use otomo_engine::accounts::SignInWish;
use otomo_engine::event::{Bus, Event};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Api;
use crate::commands::app::Nothing;
use crate::error::{ApiError, Code};

/// What was typed, as it was typed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DetectArgs {
    pub address: String,
    /// A number of the caller's choice: what each source says is told under it, and `op.cancel` stops the search.
    #[serde(default)]
    #[ts(optional)]
    pub op: Option<u64>,
}

/// A sign-in in the browser. It opens by itself where a person sits at the program; its address is told as an event.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AuthoriseArgs {
    /// `google`, `microsoft`, or the policy's name for another one.
    pub provider: String,
    pub purpose: Purpose,
    #[serde(default)]
    pub sends: bool,
    /// Whom the page should offer first, and whom the answer is held against.
    #[serde(default)]
    #[ts(optional)]
    pub address: Option<String>,
    /// A number of the caller's choice: the address of the page is told under it, and `op.cancel` gives up.
    pub op: u64,
}

/// A finished sign-in. It is kept in memory until an account takes it.
#[derive(Serialize, TS)]
pub struct AuthorisedView {
    pub ticket: u64,
    /// Who signed in, by the provider's own word.
    pub address: Option<Address>,
    /// False where somebody else signed in than was typed: to be asked, never kept silently.
    pub matches: bool,
    /// Permissions that were not given.
    pub missing: Vec<String>,
}

/// A mailbox that another mail program of this computer is set up for.
#[derive(Serialize, TS)]
pub struct FoundHere {
    pub address: Address,
    pub offer: Offer,
}

pub(crate) async fn found_here(api: &Api, _: Nothing) -> Result<Vec<FoundHere>, ApiError> {
    let found = api.engine().found_here().await?;
    Ok(found.into_iter().map(|(address, offer)| FoundHere { address, offer }).collect())
}

/// Tells what the sources say.
struct Told {
    bus: Bus,
    op: Option<u64>,
}

impl Watcher for Told {
    fn heard(&self, origin: SettingsOrigin, finding: Finding) {
        if let Some(op) = self.op {
            self.bus.tell(Event::Finding { op, origin, finding });
        }
    }
}

pub(crate) async fn detect(api: &Api, args: DetectArgs) -> Result<Detected, ApiError> {
    let told = Told { bus: api.engine().bus.clone(), op: args.op };
    let search = async {
        let found = api.engine().detect(&args.address, &told).await;
        found.ok_or_else(|| ApiError::new(Code::BadArguments, "address"))
    };
    match args.op {
        Some(op) => api.operations.under(op, search).await,
        None => search.await,
    }
}

pub(crate) async fn authorise(api: &Api, args: AuthoriseArgs) -> Result<AuthorisedView, ApiError> {
    let bad = || ApiError::new(Code::BadArguments, "address");
    let address = args.address.as_deref().map(|text| Address::parse(text).ok_or_else(bad)).transpose()?;
    let wish =
        SignInWish { provider: args.provider, purpose: args.purpose, sends: args.sends, address: address.clone() };
    let work = async {
        let attempt = api.engine().begin_sign_in(&wish).await?;
        browse(api, args.op, attempt.url()).await;
        Ok(api.engine().finish_sign_in(&wish, attempt).await?)
    };
    let authorised = api.operations.under(args.op, work).await?;
    let matches = match (&address, &authorised.address) {
        (Some(typed), Some(signed_in)) => typed == signed_in,
        _ => true,
    };
    Ok(AuthorisedView { ticket: authorised.ticket, address: authorised.address, matches, missing: authorised.missing })
}

/// Tells where the browser must go, and opens it there. One that doesn't open is no failure: the address can be copied.
pub(crate) async fn browse(api: &Api, op: u64, url: &str) {
    api.engine().bus.tell(Event::Browse { op, url: url.to_owned() });
    if let (Some(desktop), Some(link)) = (&api.surroundings.desktop, Link::parse(url))
        && let Err(fault) = desktop.open_link(&link).await
    {
        tracing::info!(%fault, "the browser does not open");
    }
}
