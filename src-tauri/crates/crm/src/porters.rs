//! PORTERS HRBC by its Connect API (guide: hrbcapi.porters.jp). Beta: it was never run against a live tenant.
//!
//! | module | holds |
//! |---|---|
//! | `info` | what the card and the form say |
//! | `session` | sign-in, headers, budget, answers |
//! | `codes` | what the numbers in an answer mean |
//! | `budget` | calls a minute |
//! | `people`, `listing` | whom mail can be logged to, page by page |
//! | `search` | records that fit some words, and what belongs to a record |
//! | `logging` | a mail looked for, written, completed |
//! | `activity`, `mark` | a mail as an activity, and how it is recognised |
//! | `attachment` | the files of a mail |
//! | `fields` | the customer's bounds, and a field of its own for the mark |
//! | `xml`, `moment` | the forms of what is read and sent |
//!
//! The API has no field for a Message-ID, no key that keeps doubles out, and no way to delete. A mail is logged once
//! because it is looked for before it is written, by a mark in its memo, or in a field that the customer made for it.
//! Every call is billed; so people are listed by what changed, and the rep's number, the partition and the fields are
//! asked for once. The calls are told in the log after every listing.

mod activity;
mod attachment;
mod budget;
mod codes;
mod fields;
mod info;
mod listing;
mod logging;
mod mark;
mod moment;
mod people;
mod search;
mod session;
mod xml;

use async_trait::async_trait;
use otomo_domain::address::Address;
use otomo_domain::connector::{
    ConnectorInfo, ContactPage, Identity, Limits, Outgoing, OutgoingFile, RemoteMail, Sought,
};
use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::ports::CrmConnector;
use otomo_domain::secret::ExposeSecret;
use tokio::sync::{Mutex, OnceCell};

use self::budget::Budget;
use self::codes::{NO_SUCH_QUESTION, OUT_OF_RANGE, Refused};
use self::fields::Fields;
pub(crate) use self::info::info;
use self::listing::Listing;
use self::people::RESOURCES;
use self::session::Session;
use self::xml::Element;
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
    let own_field = given.text("mark_field").ok().map(str::to_owned);
    if own_field.as_ref().is_some_and(|alias| !fields::is_own_alias(alias)) {
        return Err(InvalidSettings::new("mark_field", "is no alias such as Activity.U_Otomo"));
    }
    let secret = given.secret.filter(|secret| !secret.expose_secret().is_empty());
    let secret = secret.ok_or_else(|| InvalidSettings::new("secret", "is missing"))?;
    let (http, clock, budget, token) = (given.net.http(), given.clock, Budget::default(), Mutex::default());
    Ok(Box::new(PortersConnector {
        session: Session { base, app_id, secret, http, clock, budget, token },
        user,
        own_field,
        partition: OnceCell::new_with(partition),
        owner: OnceCell::new(),
        fields: OnceCell::new(),
    }))
}

struct PortersConnector {
    session: Session,
    /// The rep's login.
    user: Address,
    /// The alias of the field that the customer made for the keys of mails.
    own_field: Option<String>,
    /// The customer's number.
    partition: OnceCell<String>,
    owner: OnceCell<Owner>,
    fields: OnceCell<Fields>,
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

    /// What the customer made of the fields that a mail goes into.
    async fn fields(&self) -> Result<&Fields, CrmFault> {
        self.fields.get_or_try_init(|| self.read_fields()).await
    }

    async fn read_fields(&self) -> Result<Fields, CrmFault> {
        let partition = self.partition().await?;
        let mut items = Vec::new();
        for page in 0..MOST_PAGES {
            let fields = self.session.read("field", "Field", &fields::query(partition, page * PAGE)).await?;
            items.extend(fields.items().cloned());
            if fields.items().count() < PAGE {
                break;
            }
        }
        Fields::read(&items, self.own_field.as_deref())
    }

    /// Reads a record of everything that is read later, and names every right that is missing. Which rights to write
    /// there are is not told without writing. Returns whether memos can be searched.
    async fn try_reads(&self) -> Result<bool, CrmFault> {
        let mut missing = Vec::new();
        let mut noted = |right: String, outcome: Result<Element, CrmFault>| match outcome {
            Err(fault) if fault.kind == CrmFaultKind::Forbidden => {
                missing.push(format!("{right} ({})", fault.detail));
                Ok(())
            }
            outcome => outcome.map(drop),
        };
        let one = vec![("partition", self.partition().await?.to_owned()), ("count", "1".to_owned())];
        for resource in RESOURCES {
            let outcome = self.session.read(resource.path(), resource.name(), &one).await;
            noted(format!("{}_r", resource.path()), outcome.map_err(CrmFault::from))?;
        }
        let with = |more: &[(&'static str, &str)]| {
            one.iter().cloned().chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect()
        };
        let files = self.session.read("attachment", "Attachment", &with(&attachment::ANY)).await;
        noted("attachment_r".to_owned(), files.map_err(CrmFault::from))?;
        noted("field_r".to_owned(), self.fields().await.map(|_| Element::default()))?;
        // To try whether memos can be searched, the key of no mail will do.
        let no_mail = MailKey::of_message_id("");
        let marked = self.session.read("activity", "Activity", &with(&[("condition", &mark::in_memo(no_mail))])).await;
        let can_search = !matches!(&marked, Err(refused) if NO_SUCH_QUESTION.contains(&refused.code));
        if can_search {
            noted("activity_r".to_owned(), marked.map_err(CrmFault::from))?;
        }
        if missing.is_empty() {
            Ok(can_search)
        } else {
            Err(CrmFault::new(CrmFaultKind::Forbidden, missing.join("; ")))
        }
    }
}

#[async_trait]
impl CrmConnector for PortersConnector {
    fn describe(&self) -> ConnectorInfo {
        info()
    }

    /// Asks for one record of everything that is read later: a right that is missing is named before it is needed.
    async fn check(&self) -> Result<Identity, CrmFault> {
        let owner = self.owner().await?.clone();
        let can_search = self.try_reads().await?;
        Ok(Identity {
            user_id: owner.id,
            email: Some(self.user.clone()),
            name: Some(owner.name).filter(|name| !name.is_empty()),
            limits: Limits { body: None, attachment: Some(attachment::LARGEST) },
            remarks: if can_search { Vec::new() } else { vec![info::MEMOS_UNSEARCHABLE.to_owned()] },
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
            if !page.has_more {
                tracing::info!(calls = self.session.budget.tell(), "HRBC billed so many calls since the last listing");
            }
            if !page.has_more || !page.contacts.is_empty() || !page.gone.is_empty() {
                return Ok(page);
            }
            listing = Listing::at(Some(&page.cursor)).0;
        }
    }

    async fn search(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        self.search_all(words).await
    }

    async fn related(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        self.related_to(record).await
    }

    async fn find_logged(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        self.find(mail).await
    }

    /// Sends nothing: which record a file goes to is known when its mail is logged. What would be refused then is
    /// refused now, and the file is proved to be the one that was chosen.
    async fn put_attachment(&self, file: OutgoingFile<'_>) -> Result<(), CrmFault> {
        attachment::content_type(file.meta)?;
        attachment::content(file.files, file.meta).await.map(drop)
    }

    async fn log_mail(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        self.log(mail).await
    }

    async fn unlog(&self, _: Sought<'_>, _: &RemoteMail) -> Result<(), CrmFault> {
        Err(CrmFault::new(CrmFaultKind::Unsupported, "the API has no way to delete"))
    }
}
