//! `stats`: how much was shared, asked and kept private: counts, never a word of a mail.

use otomo_domain::account::ConnectionId;
use otomo_domain::time::Timestamp;
use otomo_engine::contacts::Matched;
use otomo_engine::coverage::Coverage;
use otomo_engine::export;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::crm::ConnectionArgs;
use super::mail::SavedFile;
use crate::Api;
use crate::error::ApiError;
use crate::words::said;

/// Which weeks: so many, the current one last.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CoverageArgs {
    /// 12 where it is left out, 104 at most.
    #[serde(default)]
    #[ts(optional)]
    pub weeks: Option<u32>,
}

/// The same as a file.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CoverageExportArgs {
    #[serde(default)]
    #[ts(optional)]
    pub weeks: Option<u32>,
    /// In Japanese: the head of the table.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub japanese: bool,
}

/// What became of the mail of one account in one week, once for each connection, by the day it was decided on; what waits by the day it was written.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CoverageRow {
    /// Monday, 0 o'clock on the wall (ms).
    pub week: Timestamp,
    /// `null` for mail that is not in the cache any more.
    pub account: Option<i64>,
    /// The rep decided to share it.
    pub shared_by_rep: i64,
    /// It was shared by itself.
    pub shared_by_itself: i64,
    pub private: i64,
    pub failed: i64,
    pub retracted: i64,
    pub waiting: i64,
}

impl From<Coverage> for CoverageRow {
    fn from(row: Coverage) -> Self {
        let Coverage { week, account, counts } = row;
        Self {
            week,
            account: account.map(|account| account.0),
            shared_by_rep: counts.shared_by_rep,
            shared_by_itself: counts.shared_by_itself,
            private: counts.private,
            failed: counts.failed,
            retracted: counts.retracted,
            waiting: counts.waiting,
        }
    }
}

async fn rows(api: &Api, weeks: Option<u32>) -> Result<Vec<CoverageRow>, ApiError> {
    let counted = api.engine().coverage(weeks.unwrap_or(12).clamp(1, 104)).await?;
    Ok(counted.into_iter().map(CoverageRow::from).collect())
}

pub(crate) async fn coverage(api: &Api, args: CoverageArgs) -> Result<Vec<CoverageRow>, ApiError> {
    rows(api, args.weeks).await
}

/// The columns, by the stems of their words.
const COLUMNS: [&str; 8] =
    ["week", "account", "shared_by_rep", "shared_by_itself", "private", "failed", "retracted", "waiting"];

/// Writes the counts to a new CSV file in the person's downloads.
pub(crate) async fn export(api: &Api, args: CoverageExportArgs) -> Result<SavedFile, ApiError> {
    let engine = api.engine();
    let file = engine.begin_export("coverage", "csv").await?;
    let accounts = engine.accounts().await?;
    let line = |row: CoverageRow| {
        let account = accounts.iter().find(|account| Some(account.id.0) == row.account);
        let counts = [row.shared_by_rep, row.shared_by_itself, row.private, row.failed, row.retracted, row.waiting];
        let first =
            [engine.on_the_wall(row.week), account.map(|account| account.address.to_string()).unwrap_or_default()];
        first.into_iter().chain(counts.map(|count| count.to_string())).collect()
    };
    let head = COLUMNS.iter().map(|column| said(&format!("export_{column}"), args.japanese)).collect();
    let rows = rows(api, args.weeks).await?.into_iter().map(line);
    let text = export::BYTE_ORDER_MARK.to_owned() + &export::table(std::iter::once(head).chain(rows))?;
    Ok(SavedFile::noted(api, file.write(text).await?.finish().await?))
}

/// How much of the mail that is here is of people whom a CRM's contact index knows.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct MatchedView {
    pub mails: usize,
    pub matched: usize,
    /// How long it took to look (ms).
    pub milliseconds: u64,
}

pub(crate) async fn matching(api: &Api, args: ConnectionArgs) -> Result<MatchedView, ApiError> {
    let Matched { mails, matched, took } = api.engine().match_all(ConnectionId(args.id)).await?;
    Ok(MatchedView { mails, matched, milliseconds: took.as_millis().try_into().unwrap_or(u64::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_words_in_both_languages() {
        let keys = COLUMNS.map(|column| format!("export_{column}"));
        assert!(keys.iter().all(|key| !said(key, true).is_empty() && !said(key, false).is_empty()));
    }
}
