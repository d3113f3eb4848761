//! A mail's way into HRBC: looked for, written as an activity, then its files beside it.
//!
//! An activity is changed by its owner only; a colleague's is the mail all the same, and is left as it is. The files come
//! last: what is refused leaves none behind, for none can be deleted. A mail is there when all its files are; from its
//! activity on it is there in part, and no fault says that it is not.

use std::collections::BTreeSet;

use otomo_domain::connector::{Outgoing, RemoteMail, Sought};
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::mail::MailKey;
use otomo_domain::payload::{Payload, SharedFile};

use super::activity::Form;
use super::codes::{NO_SUCH_QUESTION, Refused};
use super::mark::Logged;
use super::people::Place;
use super::session::Write;
use super::{MOST_PAGES, PAGE, PortersConnector, activity, attachment, mark};
use crate::http::answer::Silence;

/// What HRBC has of a mail.
enum Known {
    Nothing,
    /// The rep's own activity.
    Own(Logged),
    /// A colleague's.
    Theirs(Logged),
    /// Another mail with its Message-ID.
    Another,
}

impl Known {
    fn of(found: Vec<Logged>, owner: &str) -> Self {
        let (others, mut same): (Vec<_>, Vec<_>) = found.into_iter().partition(|logged| logged.is_other);
        match same.iter().position(|logged| logged.owner == owner) {
            Some(own) => Self::Own(same.swap_remove(own)),
            None if !same.is_empty() => Self::Theirs(same.swap_remove(0)),
            None if !others.is_empty() => Self::Another,
            None => Self::Nothing,
        }
    }
}

/// The record that a mail is logged at: the first one chosen.
fn place(payload: &Payload) -> Option<Place> {
    payload.links.first().and_then(Place::of)
}

fn remote(id: String, already_known: bool) -> RemoteMail {
    RemoteMail { id, url: None, already_known }
}

impl PortersConnector {
    /// The mail with exactly what is shared of it now, and all its files. What has to be changed or completed is there in
    /// part.
    pub(super) async fn find(&self, mail: Sought<'_>) -> Result<Option<RemoteMail>, CrmFault> {
        let Some(place) = place(mail.payload) else { return Ok(None) };
        match self.known(place, mail.key, mail.payload).await? {
            Known::Theirs(logged) => Ok(Some(remote(logged.id, true))),
            Known::Own(logged) if logged.is_same => match self.missing(place, mail.payload).await?.len() {
                0 => Ok(Some(remote(logged.id, true))),
                missing => Err(in_part(Standing::WithoutFiles, &logged.id, &format!("{missing} of them missing"))),
            },
            Known::Own(logged) => Err(in_part(Standing::AsBefore, &logged.id, "it has to be changed")),
            Known::Another | Known::Nothing => Ok(None),
        }
    }

    /// Logs a mail, or changes the rep's own activity of it, or completes it.
    pub(super) async fn log(&self, mail: Outgoing<'_>) -> Result<RemoteMail, CrmFault> {
        let no_place = || CrmFault::new(CrmFaultKind::NotFound, "the chosen record is none of HRBC");
        let place = place(mail.payload).ok_or_else(no_place)?;
        let (id, already_known) = match self.known(place, mail.key, mail.payload).await? {
            Known::Theirs(logged) => return Ok(remote(logged.id, true)),
            Known::Another => {
                return Err(CrmFault::new(CrmFaultKind::Conflict, "HRBC has another mail with this Message-ID"));
            }
            Known::Own(logged) if logged.is_same => (logged.id, true),
            Known::Own(logged) => {
                let written = self.write(&mail, place, Some(&logged.id)).await;
                (written.map_err(|fault| standing(Standing::AsBefore, &logged.id, fault))?, true)
            }
            Known::Nothing => (self.write(&mail, place, None).await?, false),
        };
        self.attach(&mail, place).await.map_err(|fault| standing(Standing::WithoutFiles, &id, fault))?;
        Ok(remote(id, already_known))
    }

    /// Writes the activity, over the one with this number if there is one.
    async fn write(&self, mail: &Outgoing<'_>, place: Place, id: Option<&str>) -> Result<String, CrmFault> {
        let (owner, fields) = (&self.owner().await?.id, self.fields().await?);
        let form = Form { owner, id, fields, own_field: self.own_field.as_deref() };
        let write = Write { body: activity::compose(mail, place, &form), silence: Silence::LeavesOpen };
        self.session.write("activity", "Activity", self.partition().await?, write).await
    }

    /// Looks for a mail: in the customer's own field, or else at its record and time, which is certain; then, unless the
    /// rep's own was found, for its mark in any memo.
    async fn known(&self, place: Place, key: MailKey, payload: &Payload) -> Result<Known, CrmFault> {
        let owner = &self.owner().await?.id;
        let near = match &self.own_field {
            Some(alias) => mark::in_field(alias, key),
            None => mark::at(place, payload),
        };
        let mut found = self.marked(near, key, payload).await?;
        if !found.iter().any(|logged| logged.owner == *owner && !logged.is_other) {
            match self.marked(mark::in_memo(key), key, payload).await {
                // Memos can't be searched here: `check` remarks it.
                Err(Refused { code, .. }) if NO_SUCH_QUESTION.contains(&code) => {}
                further => found.extend(further?),
            }
        }
        Ok(Known::of(found, owner))
    }

    /// The activities of a mail under a condition.
    async fn marked(&self, condition: String, key: MailKey, payload: &Payload) -> Result<Vec<Logged>, Refused> {
        let (partition, own_field) = (self.partition().await?, self.own_field.as_deref());
        let mut found = Vec::new();
        for page in 0..MOST_PAGES {
            let query = mark::query(partition, condition.clone(), own_field, page * PAGE);
            let activities = self.session.read("activity", "Activity", &query).await?;
            found.extend(mark::find(&activities, key, payload, own_field));
            if activities.items().count() < PAGE {
                return Ok(found);
            }
        }
        Err(CrmFault::new(CrmFaultKind::Protocol, "a record has too many activities at one time").into())
    }

    /// Puts the files of a mail to its record that are not there.
    async fn attach(&self, mail: &Outgoing<'_>, place: Place) -> Result<(), CrmFault> {
        for file in self.missing(place, mail.payload).await? {
            let content = attachment::content(mail.files, file).await?;
            let write = Write { body: attachment::compose(file, &content, place)?, silence: Silence::Harmless };
            self.session.write("attachment", "Attachment", self.partition().await?, write).await?;
        }
        Ok(())
    }

    /// The files of a mail that its record doesn't have; each content once.
    async fn missing<'a>(&self, place: Place, payload: &'a Payload) -> Result<Vec<&'a SharedFile>, CrmFault> {
        if payload.attachments.is_empty() {
            return Ok(Vec::new());
        }
        let mut there = self.files_at(place).await?;
        Ok(payload.attachments.iter().filter(|file| there.insert(attachment::name(file))).collect())
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

/// What is there of a mail whose activity stands.
#[derive(Clone, Copy)]
enum Standing {
    WithoutFiles,
    /// With what was shared of it before.
    AsBefore,
}

fn in_part(standing: Standing, id: &str, why: &str) -> CrmFault {
    let what = match standing {
        Standing::WithoutFiles => "without all its files",
        Standing::AsBefore => "as it was shared before",
    };
    CrmFault::new(CrmFaultKind::MaybeLogged, format!("activity {id} of HRBC has the mail, {what}: {why}"))
}

/// The fault of a mail whose activity stands: what is refused for good is the rep's to judge, what may pass by itself is
/// settled by looking. No other may be told, for it would say that nothing is there.
fn standing(standing: Standing, id: &str, fault: CrmFault) -> CrmFault {
    use CrmFaultKind::*;
    let kind = match fault.kind {
        Forbidden | NotFound | Conflict | TooLarge | Rejected | AttachmentMissing | Unsupported => MaybeLogged,
        _ => OutcomeUnknown,
    };
    CrmFault { kind, retry_after: fault.retry_after, ..in_part(standing, id, &fault.detail) }
}
