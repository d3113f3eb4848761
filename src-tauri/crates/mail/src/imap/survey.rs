//! How much is in a folder: what the rep is shown before anything is fetched.

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, StatusAttribute};
use chrono::DateTime;
use otomo_domain::error::MailFault;
use otomo_domain::sync::{Folder, Survey};
use otomo_domain::time::Timestamp;

use super::dialogue::{Completion, Dialogue};
use super::folders::quoted;
use super::guard::Allowance;
use super::listing::received_at;

/// How many messages one SEARCH is about where the server lists what it finds.
const WINDOW: u32 = 5000;

/// How many searches there are at most; a folder that takes more is not counted by time.
const COMMANDS: u32 = 100;

/// How the server counts.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// It knows how large a folder is (RFC 8438).
    sizes: bool,
    /// It gives the number of messages found, and not each of them (RFC 4731).
    counts: bool,
}

impl Counting {
    pub async fn ask(dialogue: &mut Dialogue) -> Result<Self, MailFault> {
        Ok(Self { sizes: dialogue.has(&["STATUS=SIZE"]).await?, counts: dialogue.has(&["ESEARCH"]).await? })
    }

    /// How many searches it takes to count by one time.
    fn commands(self, messages: u32) -> u32 {
        if self.counts { 1 } else { messages.div_ceil(WINDOW) }
    }

    fn searches(self, messages: u32, since: Timestamp) -> impl Iterator<Item = String> {
        let day = day(since);
        (0..self.commands(messages)).map(move |window| {
            if self.counts {
                return format!("SEARCH RETURN (COUNT) SINCE {day}");
            }
            let (from, to) = (window * WINDOW + 1, messages.min((window + 1).saturating_mul(WINDOW)));
            format!("SEARCH {from}:{to} SINCE {day}")
        })
    }
}

/// Counts the messages of a folder, all of them and those since the beginning of each of these days in UTC; the server's
/// own days differ by some hours. `None` if the server doesn't tell; no counts by time if that would take too much.
///
/// One command at a time: servers answer several searches under way in any order they like (RFC 9051 §5.5).
pub async fn survey(
    dialogue: &mut Dialogue,
    counting: Counting,
    folder: &Folder,
    since: &[Timestamp],
) -> Result<Option<Survey>, MailFault> {
    let Some(name) = quoted(&folder.name) else { return Ok(None) };
    let Some(mut survey) = status(dialogue, counting, &name).await? else { return Ok(None) };
    if survey.messages == 0 {
        survey.since = vec![0; since.len()];
        return Ok(Some(survey));
    }
    let examined = dialogue.exchange(&format!("EXAMINE {name}"), Allowance::lines(0), |_| {}).await?;
    if examined != Completion::Ok {
        return Ok(None);
    }
    survey.oldest = first(dialogue).await?;
    if counting.commands(survey.messages).saturating_mul(since.len() as u32) <= COMMANDS {
        for time in since {
            survey.since.push(count(dialogue, counting, survey.messages, *time).await?);
        }
    }
    Ok(Some(survey))
}

/// What STATUS tells (RFC 9051 §6.3.11); without opening the folder.
async fn status(dialogue: &mut Dialogue, counting: Counting, name: &str) -> Result<Option<Survey>, MailFault> {
    let items = if counting.sizes { "MESSAGES SIZE" } else { "MESSAGES" };
    let mut found = None;
    let each = |answer: &Response<'_>| {
        if let Response::MailboxData(MailboxDatum::Status { status, .. }) = answer {
            let messages = status.iter().find_map(|one| match one {
                StatusAttribute::Messages(count) => Some(*count),
                _ => None,
            });
            // SIZE, see `guard::dialect`.
            let bytes = status.iter().find_map(|one| match one {
                StatusAttribute::HighestModSeq(bytes) if counting.sizes => Some(*bytes),
                _ => None,
            });
            found = messages.map(|messages| Survey { messages, bytes, ..Survey::default() });
        }
    };
    let completion = dialogue.exchange(&format!("STATUS {name} ({items})"), Allowance::lines(0), each).await?;
    Ok(found.filter(|_| completion == Completion::Ok))
}

/// When the first message came.
async fn first(dialogue: &mut Dialogue) -> Result<Option<Timestamp>, MailFault> {
    let mut came = None;
    let each = |answer: &Response<'_>| {
        if let Response::Fetch(1, attributes) = answer {
            came = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::InternalDate(text) => Some(received_at(text)),
                _ => None,
            });
        }
    };
    dialogue.exchange("FETCH 1 (INTERNALDATE)", Allowance::lines(1), each).await?;
    Ok(came)
}

/// How many of the opened folder's messages came since that day.
async fn count(dialogue: &mut Dialogue, counting: Counting, messages: u32, since: Timestamp) -> Result<u32, MailFault> {
    let mut total: u32 = 0;
    for command in counting.searches(messages, since) {
        let each = |answer: &Response<'_>| match answer {
            Response::MailboxData(MailboxDatum::Search(found)) => total = total.saturating_add(found.len() as u32),
            // ESEARCH, see `guard::dialect`.
            Response::MailboxData(MailboxDatum::Sort(found)) => total = found.first().copied().unwrap_or_default(),
            _ => {}
        };
        dialogue.exchange(&command, Allowance::lines(0), each).await?.or_fault()?;
    }
    Ok(total.min(messages))
}

/// A date as SEARCH has it (RFC 9051 §9, `date`).
fn day(time: Timestamp) -> String {
    DateTime::from_timestamp_millis(time.0).unwrap_or_default().format("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_counts_is_asked_once_and_another_in_windows() {
        let commands =
            |counts, messages, since| Counting { sizes: false, counts }.searches(messages, since).collect::<Vec<_>>();
        let day = Timestamp::from_secs(1_700_000_000);
        assert_eq!(commands(true, u32::MAX, day), ["SEARCH RETURN (COUNT) SINCE 14-Nov-2023"]);
        let listed = ["SEARCH 1:5000 SINCE 1-Jan-1970", "SEARCH 5001:5001 SINCE 1-Jan-1970"];
        assert_eq!(commands(false, 5001, Timestamp(0)), listed);
        assert!(Counting { sizes: false, counts: false }.commands(10_000_000) > COMMANDS);
    }
}
