//! Why a mail is where it is: every check that was made, by the rules and the index as they are at this moment.

use otomo_domain::account::ConnectionId;
use otomo_domain::judge::Judgement;
use otomo_domain::review::{State, Triage};
use otomo_domain::rules::{About, Then};
use otomo_store::table::contact;
use otomo_store::table::mail::MailRow;

use crate::decide::Always;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::preview::Opened;
use crate::rows::Feed;

/// The answer.
pub struct Why {
    pub opened: Opened,
    pub judgement: Judgement,
    /// The rep may decide on it although a rule keeps it out.
    pub can_include: bool,
    pub always: Vec<AlwaysOption>,
    /// How many contacts the index has, and how fresh it is.
    pub index: (i64, Option<Feed>),
}

/// Something that can be said of a mail's other side, or its conversation.
pub struct AlwaysOption {
    pub always: Always,
    /// What it is called; empty for the conversation.
    pub name: String,
    /// Mail can be shared by it; else only kept private.
    pub shares: bool,
}

impl Engine {
    /// Judges a mail anew, with what its bytes tell, and says how that came about.
    pub async fn why(&self, connection: ConnectionId, row: MailRow) -> Result<Why, Fault> {
        let opened = self.open_mail(connection, row).await?;
        let judgement = self.judge(row, connection, opened.mail.clone()).await?;
        let overridable = self.policy.policy().never_log.user_override;
        let can_include = match &judgement.triage {
            Triage::Excluded { why } => {
                matches!(opened.review.state, None | Some(State::Pending))
                    && !opened.review.included
                    && why.may_be_overruled(overridable)
            }
            _ => false,
        };
        let always = self.always(&opened).await?;
        Ok(Why { judgement, can_include, always, index: self.index(connection).await?, opened })
    }

    async fn always(&self, opened: &Opened) -> Result<Vec<AlwaysOption>, Fault> {
        let mut options = Vec::new();
        for always in [Always::Address, Always::Contact, Always::Company, Always::Domain, Always::Thread] {
            // A mail may have no such thing.
            let Ok(rule) = self.rule_for(&opened.mail, &opened.subject, &opened.finding, always, Then::Private) else {
                continue;
            };
            let (shares, name) = (rule.about.allows(Then::Share), self.called(opened, rule.about).await?);
            options.push(AlwaysOption { always, name, shares });
        }
        Ok(options)
    }

    async fn called(&self, opened: &Opened, about: About) -> Result<String, Fault> {
        let record = match about {
            About::Address(address) => return Ok(address.to_string()),
            About::Domain(domain) => return Ok(domain),
            About::Contact(about) | About::Company(about) => about.record,
            _ => return Ok(String::new()),
        };
        let known = opened.finding.candidates.iter().find(|candidate| candidate.record == record);
        if let Some(candidate) = known {
            return Ok(candidate.name.clone());
        }
        let connection = opened.subject.connection;
        let found = self.store.cache.read(move |db| Ok((contact::name_of(db, connection, &record)?, record.id)));
        let (name, id) = found.await?;
        Ok(name.filter(|name| !name.is_empty()).unwrap_or(id))
    }
}

#[cfg(test)]
mod tests;
