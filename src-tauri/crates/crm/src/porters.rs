//! PORTERS HRBC by its Connect API (guide: hrbcapi.porters.jp). Beta: it was never run against a live tenant.
//!
//! | module | holds |
//! |---|---|
//! | `info` | what the card and the form say |
//! | `session` | sign-in, headers, budget, answers |
//! | `codes` | what the numbers in an answer mean |
//! | `budget` | calls a minute |
//! | `people`, `listing` | whom mail can be logged to, page by page |
//! | `activity` | a mail as an activity, and how it is found again |
//! | `attachment` | the files of a mail |
//! | `xml`, `moment` | the forms of what is read and sent |
//!
//! The API has no field for a Message-ID, no key that keeps doubles out, and no way to delete. A mail is logged once
//! because it is looked for before it is written, by a mark in its memo. Every call is billed; so people are listed by
//! what changed, and the rep's number and the partition are asked for once.

mod activity;
mod attachment;
mod budget;
mod codes;
mod info;
mod listing;
mod moment;
mod people;
mod session;
mod xml;

use std::collections::BTreeSet;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Identity, Limits, Outgoing, OutgoingFile, RemoteMail, Sought,
};
use otomo_domain::digest::Digest;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Payload;
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::ExposeSecret;
use tokio::sync::{Mutex, OnceCell};

use self::activity::Logged;
use self::budget::Budget;
use self::codes::{OUT_OF_RANGE, Refused};
pub(crate) use self::info::info;
use self::listing::Listing;
use self::people::{Place, RESOURCES};
use self::session::{Session, Write};
use self::xml::Element;
use crate::http::answer::Silence;
use crate::http::base::Base;
use crate::registry::{Given, InvalidSettings};

/// Records in a page, and pages that are read of what should be a handful.
const PAGE: usize = 200;
const MOST_PAGES: usize = 50;

pub(crate) fn build(given: Given<'_>) -> Result<Box<dyn CrmConnector>, InvalidSettings> {
    let base = Base::parse(given.text("host")?).map_err(|reason| InvalidSettings::new("host", reason))?;
    let app_id = given.text("app_id")?.to_owned();
    let user = Address::parse(given.text("user")?).ok_or_else(|| InvalidSettings::new("user", "is no mail address"))?;
    let partition = given.text("partition").ok().map(str::to_owned);
    if partition.as_ref().is_some_and(|id| id.parse::<u64>().is_err()) {
        return Err(InvalidSettings::new("partition", "is no number"));
    }
    let secret = given.secret.filter(|secret| !secret.expose_secret().is_empty());
    let secret = secret.ok_or_else(|| InvalidSettings::new("secret", "is missing"))?;
    let (http, clock, budget, token) = (given.net.http(), given.clock, Budget::default(), Mutex::default());
    Ok(Box::new(PortersConnector {
        session: Session { base, app_id, secret, http, clock, budget, token },
        user,
        partition: OnceCell::new_with(partition),
        owner: OnceCell::new(),
    }))
}

struct PortersConnector {
    session: Session,
    /// The rep's login.
    user: Address,
    /// The customer's number.
    partition: OnceCell<String>,
    owner: OnceCell<Owner>,
}

/// The rep in HRBC, who owns the activities.
#[derive(Clone)]
struct Owner {
    id: String,
    name: String,
}

impl PortersConnector {
    async fn partition(&self) -> Result<&str, CrmFault> {
        self.partition.get_or_try_init(|| self.find_partition()).await.map(String::as_str)
    }

    /// The only partition there is.
    async fn find_partition(&self) -> Result<String, CrmFault> {
        let query = vec![("request_type", "1".to_owned())];
        let page = self.session.read("partition", "Partition", &query).await?;
        let ids: Vec<&str> = page.items().map(|item| item.text_of("Partition.P_Id")).collect();
        match ids.as_slice() {
            [id] if id.parse::<u64>().is_ok() => Ok((*id).to_owned()),
            [] => Err(CrmFault::new(CrmFaultKind::Forbidden, "the app was let into no partition")),
            ids => {
                Err(CrmFault::new(CrmFaultKind::Forbidden, format!("one partition must be named: {}", ids.join(", "))))
            }
        }
    }

    async fn owner(&self) -> Result<&Owner, CrmFault> {
        self.owner.get_or_try_init(|| self.find_owner()).await
    }

    /// The user with the rep's login. Users can't be searched ("User - Read" has no condition), so they are read.
    async fn find_owner(&self) -> Result<Owner, CrmFault> {
        let partition = self.partition().await?;
        for page in 0..MOST_PAGES {
            let query = vec![
                ("partition", partition.to_owned()),
                ("request_type", "1".to_owned()),
                ("user_type", "-1".to_owned()),
                ("field", "User.P_Id,User.P_Name,User.P_Mail".to_owned()),
                ("count", PAGE.to_string()),
                ("start", (page * PAGE).to_string()),
            ];
            let users = self.session.read("user", "User", &query).await?;
            let is_rep = |user: &&Element| Address::parse(user.text_of("User.P_Mail")).as_ref() == Some(&self.user);
            if let Some(user) = users.items().find(is_rep) {
                let text = |name| user.text_of(name).to_owned();
                return Ok(Owner { id: text("User.P_Id"), name: text("User.P_Name") });
            }
            if users.items().count() < PAGE {
                break;
            }
        }
        let detail = format!("no user of HRBC has the user ID {}", self.user);
        Err(CrmFault::new(CrmFaultKind::Forbidden, detail))
    }

    /// The next page of a listing.
    async fn list(&self, listing: &Listing) -> Result<Element, Refused> {
        let (resource, partition) = (listing.resource(), self.partition().await?);
        self.session.read(resource.path(), resource.name(), &listing.query(partition)).await
    }

    /// The activity of a mail, among those of its record at its time.
    async fn logged(
        &self,
        place: Place,
        payload: &Payload,
        key: MailKey,
        shared: Option<&Digest>,
    ) -> Result<Option<Logged>, CrmFault> {
        let partition = self.partition().await?;
        for page in 0..MOST_PAGES {
            let query = activity::query(partition, place, payload, page * PAGE);
            let found = self.session.read("activity", "Activity", &query).await?;
            if let Some(logged) = activity::find(&found, key, shared) {
                return Ok(Some(logged));
            }
            if found.items().count() < PAGE {
                return Ok(None);
            }
        }
        Err(CrmFault::new(CrmFaultKind::Protocol, "a record has too many activities at one time"))
    }

    /// Puts the files of a mail to its record that are not there.
    async fn attach(&self, mail: &Outgoing<'_>, place: Place) -> Result<(), CrmFault> {
        if mail.payload.attachments.is_empty() {
            return Ok(());
        }
        let mut there = self.files_at(place).await?;
        for file in &mail.payload.attachments {
            if !there.insert(attachment::name(file)) {
                continue;
            }
            let content = attachment::content(mail.files, file).await?;
            let write = Write { body: attachment::compose(file, &content, place)?, silence: Silence::Harmless };
            self.session.write("attachment", "Attachment", self.partition().await?, write).await?;
        }
        Ok(())
    }

    /// The names of a record's files.
    async fn files_at(&self, place: Place) -> Result<BTreeSet<String>, CrmFault> {
        let partition = self.partition().await?;
        let mut names = BTreeSet::new();
        for page in 0..MOST_PAGES {
            let query = attachment::query(partition, place, page * PAGE);
            let files = self.session.read("attachment", "Attachment", &query).await?;
            names.extend(attachment::names(&files));
            if files.items().count() < PAGE {
                return Ok(names);
            }
        }
        Err(CrmFault::new(CrmFaultKind::Protocol, "a record has too many files"))
    }
}

/// The record that a mail is logged at: the first one chosen.
fn place(payload: &Payload) -> Option<Place> {
    payload.links.first().and_then(Place::of)
}

fn remote(id: String, already_known: bool) -> RemoteMail {
    RemoteMail { id, url: None, already_known }
}

#[async_trait]
impl CrmConnector for PortersConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    /// Asks for one record of everything that is read later: a right that is missing is named before it is needed.
    async fn check(&self) -> Result<Identity, CrmFault> {
        let partition = self.partition().await?;
        let owner = self.owner().await?.clone();
        let places = RESOURCES.iter().map(|resource| (resource.path(), resource.name()));
        for (path, name) in places.chain([("activity", "Activity")]) {
            let query = vec![("partition", partition.to_owned()), ("count", "1".to_owned())];
            self.session.read(path, name, &query).await?;
        }
        Ok(Identity {
            user_id: owner.id,
            email: Some(self.user.clone()),
            name: Some(owner.name).filter(|name| !name.is_empty()),
            limits: Limits { body: None, attachment: Some(attachment::LARGEST) },
            ..Identity::default()
        })
    }

    /// Goes on where the cursor stands; where that is too long ago to be told what was deleted since, everything is
    /// listed anew. A resource in which there is nothing to tell is passed over.
    async fn contacts(&self, cursor: Option<&str>) -> Result<ContactPage, CrmFault> {
        let (mut listing, mut starts_over) = Listing::at(cursor);
        loop {
            let mut answer = self.list(&listing).await;
            if matches!(&answer, Err(refused) if refused.code == OUT_OF_RANGE) {
                (listing, starts_over) = (Listing::whole(), true);
                answer = self.list(&listing).await;
            }
            let page = listing.page(&answer?, self.session.clock.now(), starts_over);
            let page = page.ok_or_else(|| CrmFault::new(CrmFaultKind::Protocol, "the list goes round in circles"))?;
            if !page.has_more || !page.contacts.is_empty() || !page.gone.is_empty() {
                return Ok(page);
            }
            listing = Listing::at(Some(&page.cursor)).0;
        }
    }

    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let Some(place) = place(mail.payload) else { return Ok(None) };
        let found = self.logged(place, mail.payload, mail.key, None).await?;
        Ok(found.map(|logged| remote(logged.id, true)))
    }

    /// Sends nothing: which record a file goes to is known when its mail is logged. What would be refused then is
    /// refused now, and the file is proved to be the one that was chosen.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        attachment::content_type(file.meta)?;
        attachment::content(file.files, file.meta).await.map(drop)
    }

    /// First the files, then the activity: where it stands, all is there. One that says something else than what is
    /// shared now is changed.
    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let no_place = || CrmFault::new(CrmFaultKind::NotFound, "the chosen record is none of HRBC");
        let place = place(mail.payload).ok_or_else(no_place)?;
        let known = self.logged(place, mail.payload, mail.key, Some(&mail.frozen.sha256)).await?;
        if let Some(Logged { id, is_same: true }) = known {
            return Ok(remote(id, true));
        }
        let owner = self.owner().await?;
        self.attach(&mail, place).await?;
        let id = known.as_ref().map(|logged| logged.id.as_str());
        let write = Write { body: activity::compose(&mail, place, &owner.id, id), silence: Silence::LeavesOpen };
        let id = self.session.write("activity", "Activity", self.partition().await?, write).await?;
        Ok(remote(id, known.is_some()))
    }

    async fn unlog(&self, _: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "the API has no way to delete"))
    }
}
