//! What the rep looks for in HRBC itself, by clicking on it. Every read is billed.

use otomo_domain::contact::{Contact, RecordRef};
use otomo_domain::error::{CrmFault, CrmFaultKind};

use super::PortersConnector;
use super::people::{Place, RESOURCES, Resource};
use super::session::Query;

/// The longest text that can be looked for ("keywords: 100 文字まで").
const LONGEST: usize = 100;

/// Records that are asked for of each resource.
const MOST: usize = 20;

/// The words as HRBC takes them: a comma would stand between two texts.
fn keywords(words: &str) -> String {
    words.replace(',', " ").split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

fn query(partition: &str, resource: Resource, wanted: (&'static str, String)) -> Query<'static> {
    let fields: Vec<String> = resource.fields().into_iter().map(|field| resource.alias(field)).collect();
    vec![
        ("partition", partition.to_owned()),
        ("field", fields.join(",")),
        wanted,
        ("order", format!("{}:desc", resource.alias("P_UpdateDate"))),
        ("count", MOST.to_string()),
    ]
}

/// Those with the words in their name or address before those that have them anywhere.
fn best_first(mut found: Vec<Contact>, words: &str) -> Vec<Contact> {
    let words = words.to_lowercase();
    let is_named = |contact: &Contact| {
        contact.name.to_lowercase().contains(&words)
            || contact.emails.iter().any(|email| email.as_str().contains(&words))
    };
    found.sort_by_key(|contact| !is_named(contact));
    found
}

impl PortersConnector {
    /// Records with the words in any of their texts: one read for each of the four resources.
    pub(super) async fn search_all(&self, words: &str) -> Result<Vec<Contact>, CrmFault> {
        let words = keywords(words);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for resource in RESOURCES {
            found.extend(self.records(resource, ("keywords", words.clone())).await?);
        }
        Ok(best_first(found, &words))
    }

    /// The client of a person and its jobs, the newest first: three reads; of a client, its jobs: one read. Jobs are left
    /// out where the app may not read them.
    pub(super) async fn related_to(&self, record: &RecordRef) -> Result<Vec<Contact>, CrmFault> {
        let Some(place) = Place::of(record) else { return Ok(Vec::new()) };
        let client = match place.resource {
            Resource::Candidate => return Ok(Vec::new()),
            Resource::Client => None,
            Resource::Recruiter | Resource::Contact | Resource::Job => {
                let itself = self.numbered(place.resource, &place.id.to_string()).await?;
                let Some(client) = itself.and_then(|itself| itself.parent) else { return Ok(Vec::new()) };
                Some(client)
            }
        };
        let Some(at) = Place::of(client.as_ref().unwrap_or(record)) else { return Ok(Vec::new()) };
        let mut related = Vec::new();
        if client.is_some() {
            related.extend(self.numbered(Resource::Client, &at.id.to_string()).await?);
        }
        match self.records(Resource::Job, ("condition", format!("Job.P_Client:eq={}", at.id))).await {
            Err(fault) if fault.kind == CrmFaultKind::Forbidden => {}
            jobs => related.extend(jobs?.into_iter().filter(|job| job.record != *record)),
        }
        Ok(related)
    }

    async fn numbered(&self, resource: Resource, id: &str) -> Result<Option<Contact>, CrmFault> {
        let itself = ("condition", format!("{}:eq={id}", resource.alias("P_Id")));
        Ok(self.records(resource, itself).await?.into_iter().next())
    }

    async fn records(&self, resource: Resource, wanted: (&'static str, String)) -> Result<Vec<Contact>, CrmFault> {
        let query = query(self.partition().await?, resource, wanted);
        let page = self.session.read(resource.path(), resource.name(), &query).await?;
        Ok(page.items().filter_map(|item| resource.contact_of(item)).collect())
    }
}
