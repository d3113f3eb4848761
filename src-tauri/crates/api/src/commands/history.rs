//! `history`: mail whose decision has been carried out.

mod sheet;

use otomo_domain::account::ConnectionId;
use otomo_domain::audit::Entry;
use otomo_domain::contact::RecordRef;
use otomo_domain::review::State;
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use otomo_engine::export;
use otomo_engine::rows::{AfterReview, Filter, ReviewId};
use otomo_engine::shipments::Asked;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::mail::{SavedFile, page_size};
use super::queue::{QueueArgs, QueueRow, row};
use crate::Api;
use crate::bounds::STATES;
use crate::error::ApiError;

/// A page of what was decided, newest first.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryArgs {
    #[serde(default)]
    #[ts(as = "Option<HistoryFilter>", optional)]
    pub filter: HistoryFilter,
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<HistoryAfter>,
    /// 100 where it is left out, 1,000 at most.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<usize>,
}

/// Which of it; what is left out filters nothing.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryFilter {
    #[ts(optional)]
    pub connection: Option<i64>,
    /// Of logged, retracted, already_in_crm, remote_missing, private.
    #[ts(optional)]
    pub states: Option<Vec<State>>,
    /// Who decided.
    #[ts(optional)]
    pub by: Option<DecidedBy>,
    /// Changed at or after this time (ms), and before that one.
    #[ts(optional)]
    pub since: Option<Timestamp>,
    #[ts(optional)]
    pub until: Option<Timestamp>,
    /// Part of a subject, a name or an address, compared as a reader would.
    #[ts(optional)]
    pub text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The rep, by hand.
    Rep,
    /// A rule, a mode, a policy or a conversation.
    ByItself,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Csv,
    Jsonl,
}

/// Writes the history to a new file in the person's downloads.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportArgs {
    pub format: ExportFormat,
    #[serde(default)]
    #[ts(as = "Option<HistoryFilter>", optional)]
    pub filter: HistoryFilter,
    /// In Japanese: the head of the table and its words.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub japanese: bool,
}

/// Exchanges the records that a shared mail belongs to.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RelinkArgs {
    pub id: i64,
    /// All of them, as they are to be.
    pub links: Vec<RecordRef>,
}

/// One transition of a mail.
#[derive(Serialize, TS)]
pub struct TraceRow {
    /// Its row in the audit trace.
    pub seq: i64,
    pub at: Timestamp,
    pub act: String,
    pub from: State,
    pub to: State,
    pub origin: Origin,
}

#[derive(Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryAfter {
    pub changed_at: Timestamp,
    pub id: i64,
}

#[derive(Serialize, TS)]
pub struct HistoryPage {
    pub rows: Vec<QueueRow>,
    pub next: Option<HistoryAfter>,
}

/// The states that the history is of.
const HISTORY: [State; 5] =
    [State::Logged, State::Retracted, State::AlreadyInCrm, State::RemoteMissing, State::Private];

impl HistoryFilter {
    fn read(self) -> Result<Asked, ApiError> {
        let states = self.states.unwrap_or_else(|| HISTORY.to_vec());
        STATES.holds(&states)?;
        let filter = Filter {
            connection: self.connection.map(ConnectionId),
            by_rep: self.by.map(|by| by == DecidedBy::Rep),
            since: self.since,
            until: self.until,
        };
        let states = states.into_iter().filter(|state| HISTORY.contains(state)).collect();
        Ok(Asked { states, filter, text: self.text })
    }
}

pub(crate) async fn list(api: &Api, args: HistoryArgs) -> Result<HistoryPage, ApiError> {
    let after = args.after.map(|a| AfterReview { changed_at: a.changed_at, id: ReviewId(a.id) });
    let (shipments, next) = api.engine().history(&args.filter.read()?, after, page_size(args.limit)).await?;
    let next = next.map(|after| HistoryAfter { changed_at: after.changed_at, id: after.id.0 });
    Ok(HistoryPage { rows: shipments.into_iter().map(QueueRow::from).collect(), next })
}

pub(crate) async fn retract(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().retract(ReviewId(args.id)).await?;
    row(api, done).await
}

pub(crate) async fn relink(api: &Api, args: RelinkArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().relink(ReviewId(args.id), args.links).await?;
    row(api, done).await
}

pub(crate) async fn trace(api: &Api, args: QueueArgs) -> Result<Vec<TraceRow>, ApiError> {
    let trace = api.engine().trace(ReviewId(args.id)).await?;
    let row = |(seq, entry): (i64, Entry)| {
        let Entry { at, act, from, to, origin, .. } = entry;
        TraceRow { seq, at, act, from, to, origin }
    };
    Ok(trace.into_iter().map(row).collect())
}

pub(crate) async fn export(api: &Api, args: ExportArgs) -> Result<SavedFile, ApiError> {
    let (engine, asked) = (api.engine(), args.filter.read()?);
    let ending = if args.format == ExportFormat::Csv { "csv" } else { "jsonl" };
    let mut file = engine.begin_export("history", ending).await?;
    if args.format == ExportFormat::Csv {
        file = file.write(export::BYTE_ORDER_MARK.to_owned() + &export::table([sheet::head(args.japanese)])?).await?;
    }
    // Named at once: what changes while the file is written would move from the pages to come to those that were read.
    for piece in engine.history_ids(&asked).await?.chunks(500) {
        let rows = engine.history_of(&asked, piece.to_vec()).await?.into_iter().map(QueueRow::from);
        file = match args.format {
            ExportFormat::Csv => {
                let wall = |at| engine.on_the_wall(at);
                file.write(export::table(rows.map(|row| sheet::row(row, args.japanese, wall)))?).await?
            }
            ExportFormat::Jsonl => file.write(rows.map(|row| export::line(&row)).collect::<Result<_, _>>()?).await?,
        };
    }
    Ok(SavedFile::noted(api, file.finish().await?))
}
