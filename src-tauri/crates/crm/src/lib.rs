//! CRM APIs, one folder each, behind the port `CrmConnector`.
//!
//! | module | holds |
//! |---|---|
//! | [`registry`] | which kinds there are, and a connector made from its settings |
//! | `folder` | a folder of `.eml` and `.json`: for import jobs and networks without a way out |
//! | `hubspot` | HubSpot's API with a service key |
//! | `rest` | Otomo's own contract over HTTPS, for a CRM that implements it (`rest/README.md`) |
//! | `espo` | EspoCRM, by its REST API |
//! | `porters` | PORTERS HRBC by its Connect API |
//! | `mail_drop` | any CRM that takes mail at an address, by the rep's own account |
//! | `http` | what every API over HTTP shares: where it is, what an answer means, what silence means |
//! | `chosen` | a file on its way out, proved to be the one the rep chose |
//!
//! A connector does one thing when told and says how it went. It decides nothing, keeps nothing, tries nothing twice
//! and waits for nobody: order, time and repetition belong to the engine. A new CRM is a folder here and a line in
//! [`registry`].

mod chosen;
mod espo;
mod folder;
mod http;
mod hubspot;
mod mail_drop;
mod porters;
pub mod registry;
mod rest;

pub use registry::{
    Given, InvalidSettings, Kind, Means, NoAccounts, Registry, connector, connector_with, kinds, provider,
};
