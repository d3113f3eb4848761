//! A CRM that only tests know: a box of cards, kept in a folder. Its connector is what the maker of a CRM would write,
//! and it uses everything that a connector can describe.
//!
//! | module | holds |
//! |---|---|
//! | `described` | what it says of itself |
//! | [`drawer`] | the box as it lies on the disk |

mod described;
pub mod drawer;

use std::path::PathBuf;

use async_trait::async_trait;
use otomo_crm::{Given, InvalidSettings, Kind};
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Identity, Limits, NewContact, Outgoing, OutgoingFile, RemoteMail, Sought,
};
use otomo_domain::contact::{Contact, RecordRef, RecordType};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::{ExposeSecret, SecretString};
use url::Url;

use self::described::PRESET_DRAWER;
pub use self::described::{NO_TAKING_BACK, info};
use self::drawer::{CardBox, Logged, READ, TAKE_BACK, WRITE};

pub const KIND: Kind = Kind { info, provider: None, build };

/// The largest file that the box takes, in bytes.
pub const LARGEST_FILE: u64 = 5_000_000;

/// So many cards are handed out at once.
const PAGE: usize = 100;

fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let site = Url::parse(given.text("site")?).ok().filter(|site| site.scheme() == "https");
    let drawer = given.text("drawer").unwrap_or(PRESET_DRAWER);
    if drawer.len() != 1 || !drawer.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        return Err(InvalidSettings::new("drawer", "is not one capital letter"));
    }
    Ok(Box::new(Cards {
        place: given.text("place")?.into(),
        site: site.ok_or_else(|| InvalidSettings::new("site", "is not an https address"))?,
        drawer: drawer.to_owned(),
        key: given.secret.ok_or_else(|| InvalidSettings::new("key", "is missing"))?,
    }))
}

struct Cards {
    place: PathBuf,
    site: Url,
    drawer: String,
    key: SecretString,
}

impl Cards {
    /// The box, for whoever has its key and these rights.
    fn open(&self, rights: &[&str]) -> Result<CardBox, CrmFault> {
        let held = CardBox::read(&self.place)
            .map_err(|error| CrmFault::new(CrmFaultKind::FolderUnusable, format!("box.json: {error}")))?;
        if held.key != self.key.expose_secret() {
            return Err(CrmFault::new(CrmFaultKind::SignInNeeded, "the key does not fit"));
        }
        let missing: Vec<_> = rights.iter().filter(|right| !held.grants(right)).copied().collect();
        if missing.is_empty() { Ok(held) } else { Err(CrmFault::new(CrmFaultKind::Forbidden, missing.join(", "))) }
    }

    fn close(&self, held: &CardBox) -> Result<(), CrmFault> {
        held.write(&self.place).map_err(|error| CrmFault::new(CrmFaultKind::FolderUnusable, error.to_string()))
    }

    /// A card with its page.
    fn shown(&self, card: &Contact) -> Contact {
        let page = self.site.join(&format!("cards/{}", card.record.id)).expect("an address");
        Contact { url: Some(page.into()), ..card.clone() }
    }
}

#[async_trait]
impl CrmConnector for Cards {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    async fn check(&self) -> Result<Identity, CrmFault> {
        let held = self.open(&[READ, WRITE])?;
        let can_unlog = held.grants(TAKE_BACK);
        Ok(Identity {
            user_id: format!("{}/{}", self.drawer, held.keeper),
            name: Some(held.keeper),
            limits: Limits { body: None, attachment: Some(LARGEST_FILE) },
            can_unlog,
            can_create_contacts: true,
            remarks: if can_unlog { vec![] } else { vec![NO_TAKING_BACK.into()] },
            ..Identity::default()
        })
    }

    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        let held = self.open(&[READ])?;
        let start = cursor.and_then(|at| at.parse().ok()).filter(|at| *at < held.cards.len()).unwrap_or(0);
        let page: Vec<_> = held.cards.iter().skip(start).take(PAGE).map(|card| self.shown(card)).collect();
        let end = start + page.len();
        let cursor = end.to_string();
        Ok(ContactPage {
            contacts: page,
            cursor,
            has_more: end < held.cards.len(),
            starts_over: start == 0,
            gone: vec![],
        })
    }

    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        let held = self.open(&[READ])?;
        Ok(held.cards.iter().filter(|card| card.name.contains(words)).map(|card| self.shown(card)).collect())
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        let held = self.open(&[READ])?;
        let parent = held.cards.iter().find(|card| card.record == *record).and_then(|card| card.parent.clone());
        let belongs = |card: &&Contact| Some(&card.record) == parent.as_ref() || card.parent.as_ref() == Some(record);
        Ok(held.cards.iter().filter(belongs).map(|card| self.shown(card)).collect())
    }

    async fn create_contact(&self, new: &NewContact) -> Result<Contact, CrmFault> {
        let mut held = self.open(&[READ, WRITE])?;
        if let Some(card) = held.cards.iter().find(|card| card.emails.contains(&new.email)) {
            return Ok(self.shown(card));
        }
        let record = RecordRef { kind: RecordType::Contact, id: format!("K-{}", held.cards.len() + 1) };
        let card = Contact { record, name: new.name.clone(), emails: vec![new.email.clone()], url: None, parent: None };
        held.cards.push(card.clone());
        self.close(&held)?;
        Ok(self.shown(&card))
    }

    async fn find_logged(&self, Sought { key, .. }: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let held = self.open(&[READ])?;
        Ok(held.mails.contains_key(&key.to_string()).then(|| remote(key.to_string(), true)))
    }

    /// Does nothing: the box notes what is attached, and keeps no files.
    async fn put_attachment(&self, _: OutgoingFile<'_>) -> Result<(), CrmFault> {
        Ok(())
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let mut held = self.open(&[READ, WRITE])?;
        let (key, payload) = (mail.key.to_string(), String::from_utf8(mail.frozen.bytes.clone()).expect("JSON"));
        let logged = Logged { links: mail.payload.links.clone(), payload };
        let already_known = held.mails.insert(key.clone(), logged).is_some();
        self.close(&held)?;
        Ok(remote(key, already_known))
    }

    async fn relink(&self, mail: Sought<'_>, _: &RemoteMail, links: &[RecordRef]) -> Result<(), CrmFault> {
        let mut held = self.open(&[READ, WRITE])?;
        let logged = held.mails.get_mut(&mail.key.to_string());
        logged.ok_or_else(|| CrmFault::new(CrmFaultKind::NotFound, "no such mail"))?.links = links.to_vec();
        self.close(&held)
    }

    async fn unlog(&self, mail: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        let mut held = self.open(&[TAKE_BACK])?;
        held.mails.remove(&mail.key.to_string());
        self.close(&held)
    }
}

fn remote(id: String, already_known: bool) -> RemoteMail {
    RemoteMail { id, url: None, already_known }
}
