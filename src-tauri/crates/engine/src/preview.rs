//! A mail and a choice → exactly the bytes that would be sent. The preview, the decision and the release all come here.

use otomo_domain::account::{AccountId, ConnectionId};
use otomo_domain::digest::Digest;
use otomo_domain::mail::{Body, Mail};
use otomo_domain::payload::{Choice, Frozen, Level, Payload};
use otomo_domain::policy::Policy;
use otomo_domain::redaction::{self, Redactions};
use otomo_domain::review::Review;
use otomo_domain::sharing::Sharing;
use otomo_mime::{Cut, Portion};
use otomo_store::StoreFault;
use otomo_store::table::mail::MailRow;
use otomo_store::table::review::Subject;
use otomo_store::table::triage::Finding;
use otomo_store::table::{mail, mail_account, raw, review, triage};

use crate::engine::Engine;
use crate::fault::Fault;

/// A mail at a connection, with everything a decision needs.
pub struct Opened {
    pub subject: Subject,
    pub mail: Mail,
    pub finding: Finding,
    pub review: Review,
    /// The accounts it came to.
    pub accounts: Vec<AccountId>,
    pub body: Body,
    /// How many things the HTML would have fetched.
    pub remote: usize,
}

/// What the rep asks for; what is left out takes its default.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub level: Option<Level>,
    pub links: Option<Vec<otomo_domain::contact::RecordRef>>,
    pub attachments: Option<Vec<Digest>>,
    pub quotes: Option<bool>,
    pub signature: Option<bool>,
    pub redactions: Vec<String>,
}

impl Engine {
    /// What a row of a list is about, and what was found out about it.
    pub async fn find_mail(&self, connection: ConnectionId, row: MailRow) -> Result<(Subject, Finding), Fault> {
        let found = self.store.cache.read(move |db| {
            let subject = Subject { connection, mail: mail::id_of(db, row)? };
            Ok((subject, triage::get(db, row, connection)?.ok_or(StoreFault::Missing)?))
        });
        found.await.map_err(no_such_mail)
    }

    /// Reads a mail from the local files and parses it anew; the body is sanitised.
    pub async fn open_mail(&self, connection: ConnectionId, row: MailRow) -> Result<Opened, Fault> {
        let opened = self.store.cache.read(move |db| {
            let mail = mail::get(db, row)?;
            let finding = triage::get(db, row, connection)?.ok_or(StoreFault::Missing)?;
            let raw = raw::read(db, mail::raw_of(db, row)?)?;
            let subject = Subject { connection, mail: mail.id };
            let (body, remote) = readable(&raw, &mail);
            let accounts = mail_account::of_mail(db, row)?;
            Ok((subject, mail, finding, accounts, body, remote))
        });
        let (subject, mail, finding, accounts, body, remote) = opened.await.map_err(no_such_mail)?;
        let found = self.store.ledger.read(move |db| Ok(review::find(db, &subject)?)).await?;
        let review = found.map(|row| row.review).unwrap_or_default();
        Ok(Opened { subject, mail, finding, review, accounts, body, remote })
    }

    /// The choice a wish means for this mail. What it leaves out is as the account shares: by default the new text, to
    /// everybody who matched, without attachments.
    pub fn choose(&self, opened: &Opened, wish: Wish) -> Result<Choice, Fault> {
        let (policy, sharing) = (self.policy.policy(), self.snapshot().sharing_of(&opened.accounts));
        let most = policy.max_level.unwrap_or(Level::Full);
        let level = wish.level.unwrap_or(sharing.level.min(most));
        if !policy.allows_level(level) {
            return Err(Fault::Policy("max_level"));
        }
        let attachments = attachments(&opened.mail, wish.attachments, &sharing, &policy)?;
        let matched = || opened.finding.candidates.iter().map(|c| c.record.clone()).collect();
        Ok(Choice {
            level,
            links: wish.links.unwrap_or_else(matched),
            attachments,
            quotes: wish.quotes.unwrap_or(sharing.quotes),
            signature: wish.signature.unwrap_or(sharing.signature),
            redactions: redactions(wish.redactions)?,
        })
    }

    /// The bytes that would be sent for this choice.
    pub fn freeze(&self, opened: &Opened, choice: &Choice) -> Result<Frozen, Fault> {
        let direction = opened.mail.direction(&self.snapshot().own);
        let portion = self.portion(opened, choice);
        Ok(Payload::build(&opened.mail, &portion.body, direction, choice)?.freeze())
    }

    /// What a choice leaves of the text, and what it leaves out.
    pub fn portion(&self, opened: &Opened, choice: &Choice) -> Portion {
        let redactions = Redactions::new(&choice.redactions);
        otomo_mime::portion(&opened.body, &Cut { quotes: choice.quotes, signature: choice.signature, redactions })
    }
}

fn attachments(
    mail: &Mail,
    wished: Option<Vec<Digest>>,
    sharing: &Sharing,
    policy: &Policy,
) -> Result<Vec<Digest>, Fault> {
    let by_itself = || mail.attachments.iter().filter(|file| sharing.attachments.takes(file)).map(|file| file.sha256);
    let chosen = wished.unwrap_or_else(|| by_itself().collect());
    let files = || mail.attachments.iter().filter(|file| chosen.contains(&file.sha256));
    if policy.attachments.as_ref().is_some_and(|rule| files().any(|file| !rule.takes(file))) {
        return Err(Fault::Policy("attachments"));
    }
    Ok(chosen)
}

fn redactions(texts: Vec<String>) -> Result<Vec<String>, Fault> {
    if texts.len() > redaction::MOST || texts.iter().any(|text| text.chars().count() > redaction::LONGEST) {
        return Err(Fault::Invalid { field: "redactions".into(), why: "too many, or too long".into() });
    }
    Ok(texts)
}

/// The text and the sanitised HTML of a kept mail.
pub(crate) fn readable(raw: &[u8], mail: &Mail) -> (Body, usize) {
    let parsed = otomo_mime::parse(raw, mail.date);
    let Some(html) = parsed.body.html else { return (parsed.body, 0) };
    let clean = otomo_mime::sanitise(&html);
    (Body { text: parsed.body.text, html: Some(clean.html) }, clean.remote)
}

pub(crate) fn no_such_mail(fault: StoreFault) -> Fault {
    match fault {
        StoreFault::Missing => Fault::NoSuch("mail"),
        other => other.into(),
    }
}
