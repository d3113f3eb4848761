//! `queue`: mail on its way to a CRM.

use otomo_domain::address::Person;
use otomo_domain::connector::RemoteMail;
use otomo_domain::digest::Digest;
use otomo_domain::mail::MailKey;
use otomo_domain::payload::Choice;
use otomo_domain::review::{Deed, Returned, State};
use otomo_domain::rules::Origin;
use otomo_domain::time::Timestamp;
use otomo_engine::rows::{ReviewId, ReviewRow};
use otomo_engine::shipments::Shipment;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::app::Nothing;
use crate::Api;
use crate::error::{ApiError, Code};

#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QueueArgs {
    pub id: i64,
}

/// A mail that has been decided on, and how far it has come.
#[derive(Serialize, TS)]
pub struct QueueRow {
    pub id: i64,
    pub connection: i64,
    pub key: MailKey,
    pub state: State,
    pub rev: u64,
    /// The mail's row in the cache; `null` while the mail is not there.
    pub mail: Option<i64>,
    pub who: Option<Person>,
    pub outgoing: bool,
    /// The names of the records it goes to, as the local index has them.
    pub records: Vec<String>,
    /// The subject as it was sent, or as it stands in the mail.
    pub subject: String,
    pub choice: Option<Choice>,
    pub payload_sha256: Option<Digest>,
    pub release_at: Option<Timestamp>,
    /// It will be taken back as soon as it has arrived.
    pub retract_after: bool,
    /// Give it to `review.undo` to take the decision back.
    pub decision_id: Option<i64>,
    /// Whose decision it is.
    pub origin: Option<Origin>,
    pub returned: Option<Returned>,
    pub attempt: u32,
    pub next_attempt_at: Option<Timestamp>,
    pub error: Option<ApiError>,
    pub remote: Option<RemoteMail>,
    pub changed_at: Timestamp,
    /// What the rep can do with it. Undoing its decision is `review.undo`'s.
    pub deeds: Vec<Deed>,
}

impl From<Shipment> for QueueRow {
    fn from(shipment: Shipment) -> Self {
        let Shipment { row, mail, who, outgoing, records, subject, deeds } = shipment;
        Self {
            id: row.id.0,
            connection: row.subject.connection.0,
            key: row.subject.mail.key,
            state: row.review.state.unwrap_or(State::Pending),
            rev: row.review.rev,
            mail: mail.map(|mail| mail.0),
            who,
            outgoing,
            records,
            subject,
            choice: row.review.choice,
            payload_sha256: row.review.payload,
            release_at: row.review.release_at,
            retract_after: row.review.retract_after,
            decision_id: row.decision,
            origin: row.review.origin,
            returned: row.review.returned,
            attempt: row.review.attempt,
            next_attempt_at: row.review.next_attempt_at,
            error: row.review.fault.map(ApiError::from),
            remote: row.review.remote,
            changed_at: row.changed_at,
            deeds,
        }
    }
}

/// The answer of a command about one.
pub(super) async fn row(api: &Api, row: ReviewRow) -> Result<QueueRow, ApiError> {
    rows(api, vec![row]).await?.pop().ok_or_else(|| ApiError::new(Code::NoSuch, "review"))
}

/// The answer of a command about several.
pub(super) async fn rows(api: &Api, rows: Vec<ReviewRow>) -> Result<Vec<QueueRow>, ApiError> {
    let shipments = api.engine().shipped(rows).await?;
    Ok(shipments.into_iter().map(QueueRow::from).collect())
}

pub(crate) async fn list(api: &Api, _: Nothing) -> Result<Vec<QueueRow>, ApiError> {
    use State::*;
    let moving = vec![
        Scheduled,
        Queued,
        Uploading,
        Verifying,
        FailedRetry,
        FailedPerm,
        RetractQueued,
        Retracting,
        RetractFailed,
    ];
    let shipments = api.engine().shipments(moving, 1000).await?;
    Ok(shipments.into_iter().map(QueueRow::from).collect())
}

pub(crate) async fn send_now(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().send_now(ReviewId(args.id)).await?;
    row(api, done).await
}

pub(crate) async fn retry(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().retry(ReviewId(args.id)).await?;
    row(api, done).await
}

pub(crate) async fn cancel(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().cancel(ReviewId(args.id)).await?;
    row(api, done).await
}

pub(crate) async fn say_logged(api: &Api, args: QueueArgs) -> Result<QueueRow, ApiError> {
    let done = api.engine().say_logged(ReviewId(args.id)).await?;
    row(api, done).await
}
