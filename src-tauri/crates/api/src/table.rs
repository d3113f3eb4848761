//! The command table.

use otomo_engine::event::Tag;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::TS;

use crate::Api;
use crate::commands::{accounts, app, audit, contacts, crm, history, mail, op, policy, queue, review, rules, stats};
use crate::error::{ApiError, Code};
use crate::typescript::Shapes;

/// What a command does to the picture: a query names the tags it is cached under, a command those it makes stale.
pub struct Row {
    pub name: &'static str,
    pub query: bool,
    pub tags: &'static [Tag],
    /// Adds its types to the TypeScript file; the names of argument and answer.
    pub shapes: fn(&mut Shapes) -> (String, String),
}

macro_rules! commands {
    ($($kind:ident $name:literal [$($tag:ident),*] $module:ident::$function:ident($args:ty) -> $answer:ty;)*) => {
        /// Every command, in the order of the table.
        pub const TABLE: &[Row] = &[$(Row {
            name: $name,
            query: stringify!($kind).len() == "query".len(),
            tags: &[$(Tag::$tag),*],
            shapes: |shapes| (shapes.add::<$args>(), shapes.add::<$answer>()),
        }),*];

        pub(crate) async fn dispatch(api: &Api, name: &str, args: Value) -> Result<Value, ApiError> {
            match name {
                $($name => {
                    let answer: $answer = $module::$function(api, read::<$args>(args)?).await?;
                    serde_json::to_value(answer).map_err(|e| ApiError::new(Code::BadArguments, e.to_string()))
                })*
                _ => Err(ApiError::new(Code::UnknownCommand, name)),
            }
        }
    };
}

commands! {
    query   "app.status"          [Accounts, Connections, Review, Queue] app::status(app::Nothing) -> app::Status;
    command "app.unlock"          [Accounts, Connections, Review, Queue] app::unlock(app::UnlockArgs) -> app::Done;
    command "app.open_sample"     [Accounts, Connections, Contacts, Mail, Review, Queue, History, Rules] app::open_sample(app::Nothing) -> app::Done;
    command "app.close_sample"    [Accounts, Connections, Contacts, Mail, Review, Queue, History, Rules] app::close_sample(app::Nothing) -> app::Done;
    command "app.choose_folder"   []                         app::choose_folder(app::Nothing) -> app::ChosenFolder;
    command "app.open_link"       []                         app::open_link(app::OpenLinkArgs) -> app::Done;
    command "app.reveal"          []                         app::reveal(app::PathArgs) -> app::Done;
    query   "accounts.list"       [Accounts]                 accounts::list(app::Nothing) -> Vec<accounts::AccountView>;
    query   "accounts.health"     [Accounts]                 accounts::health(accounts::AccountArgs) -> accounts::HealthView;
    query   "accounts.found_here" [Accounts]                 accounts::found_here(app::Nothing) -> Vec<accounts::FoundHere>;
    command "accounts.detect"     []                         accounts::detect(accounts::DetectArgs) -> otomo_domain::detect::Detected;
    command "accounts.authorise"  []                         accounts::authorise(accounts::AuthoriseArgs) -> accounts::AuthorisedView;
    command "accounts.test"       []                         accounts::test(accounts::NewAccountArgs) -> accounts::Tested;
    command "accounts.survey"     []                         accounts::survey(accounts::SurveyArgs) -> Vec<accounts::SurveyRow>;
    command "accounts.add"        [Accounts, Mail]           accounts::add(accounts::NewAccountArgs) -> accounts::AccountView;
    command "accounts.sign_in"    [Accounts]                 accounts::sign_in(accounts::AccountSignInArgs) -> accounts::AccountView;
    command "accounts.change"     [Accounts]                 accounts::change(accounts::ChangeArgs) -> accounts::AccountView;
    command "accounts.adjust"     [Accounts]                 accounts::adjust(accounts::AdjustArgs) -> accounts::AccountView;
    command "accounts.remove"     [Accounts, Mail, Review, Queue] accounts::remove(accounts::RemoveArgs) -> app::Done;
    command "accounts.send_test"  []                         accounts::send_test(accounts::AccountArgs) -> app::Done;
    command "accounts.refresh_senders" [Accounts]            accounts::refresh_senders(accounts::AccountArgs) -> accounts::AccountView;
    command "accounts.pause"      [Accounts]                 accounts::pause(accounts::AccountArgs) -> accounts::AccountView;
    command "accounts.resume"     [Accounts]                 accounts::resume(accounts::AccountArgs) -> accounts::AccountView;
    command "mail.sync"           [Mail]                     mail::sync(mail::SyncArgs) -> crate::operation::Started;
    query   "mail.list"           [Mail, Review]             mail::list(mail::MailListArgs) -> mail::MailPage;
    query   "mail.get"            [Mail]                     mail::get(mail::MailGetArgs) -> mail::MailView;
    command "mail.save_attachment" []                        mail::save_attachment(mail::SaveAttachmentArgs) -> mail::SavedFile;
    query   "review.list"         [Review]                   review::list(review::ListArgs) -> mail::MailPage;
    query   "review.counts"       [Review]                   review::counts(crm::ConnectionArgs) -> review::ReviewCounts;
    query   "review.preview"      [Review]                   review::preview(review::PreviewArgs) -> review::Preview;
    query   "review.why"          [Review]                   review::why(mail::MailArgs) -> review::Why;
    command "review.share"        [Review, Queue, Rules]     review::share(review::ShareArgs) -> review::DecidedView;
    command "review.keep_private" [Review, Queue, Rules]     review::keep_private(review::KeepPrivateArgs) -> review::DecidedView;
    command "review.later"        [Review]                   review::later(review::LaterArgs) -> review::DecidedView;
    command "review.include"      [Review]                   review::include(review::IncludeArgs) -> review::DecidedView;
    command "review.undo"         [Review, Queue, Rules]     review::undo(review::UndoArgs) -> Vec<queue::QueueRow>;
    query   "rules.list"          [Rules]                    rules::list(app::Nothing) -> Vec<rules::RuleView>;
    command "rules.add"           [Rules, Review]            rules::add(rules::NewRule) -> rules::RuleAdded;
    command "rules.remove"        [Rules, Review]            rules::remove(rules::RuleArgs) -> app::Done;
    query   "rules.simulate"      [Rules, Review, Mail]      rules::simulate(rules::SimulateArgs) -> rules::Simulated;
    query   "queue.list"          [Queue]                    queue::list(app::Nothing) -> Vec<queue::QueueRow>;
    command "queue.send_now"      [Queue]                    queue::send_now(queue::QueueArgs) -> queue::QueueRow;
    command "queue.retry"         [Queue]                    queue::retry(queue::QueueArgs) -> queue::QueueRow;
    command "queue.cancel"        [Queue, Review]            queue::cancel(queue::QueueArgs) -> queue::QueueRow;
    command "queue.say_logged"    [Queue, History, Review]   queue::say_logged(queue::QueueArgs) -> queue::QueueRow;
    query   "history.list"        [History]                  history::list(history::HistoryArgs) -> history::HistoryPage;
    command "history.retract"     [History, Queue]           history::retract(queue::QueueArgs) -> queue::QueueRow;
    command "history.relink"      [History, Review]          history::relink(history::RelinkArgs) -> queue::QueueRow;
    query   "history.trace"       [History]                  history::trace(queue::QueueArgs) -> Vec<history::TraceRow>;
    command "history.export"      []                         history::export(history::ExportArgs) -> mail::SavedFile;
    query   "stats.coverage"      [History, Review, Queue]   stats::coverage(stats::CoverageArgs) -> Vec<stats::CoverageRow>;
    query   "stats.matching"      [Contacts, Mail]           stats::matching(crm::ConnectionArgs) -> stats::MatchedView;
    command "stats.export"        []                         stats::export(stats::CoverageExportArgs) -> mail::SavedFile;
    query   "audit.verify"        [History]                  audit::verify(app::Nothing) -> audit::Verified;
    command "audit.export"        []                         audit::export(app::Nothing) -> mail::SavedFile;
    query   "crm.kinds"           []                         crm::kinds(app::Nothing) -> Vec<otomo_domain::connector::ConnectorInfo>;
    query   "crm.list"            [Connections, Contacts, Queue] crm::list(app::Nothing) -> Vec<crm::ConnectionView>;
    query   "crm.former"          [Connections, Queue]       crm::former(app::Nothing) -> Vec<crm::FormerView>;
    command "crm.test"            []                         crm::test(crm::NewConnectionArgs) -> crm::IdentityView;
    command "crm.authorise"       []                         crm::authorise(crm::CrmAuthoriseArgs) -> crm::Ticket;
    command "crm.connect"         [Connections, Contacts]    crm::connect(crm::NewConnectionArgs) -> crm::ConnectionView;
    command "crm.sign_in"         [Connections, Queue]       crm::sign_in(crm::SignInArgs) -> crm::ConnectionView;
    command "crm.rename"          [Connections]              crm::rename(crm::RenameArgs) -> crm::ConnectionView;
    command "crm.say_captures"    [Connections]              crm::say_captures(crm::CapturesArgs) -> crm::ConnectionView;
    command "crm.remove"          [Connections, Contacts, Mail, Review, Queue, History, Rules] crm::remove(crm::RemoveConnectionArgs) -> app::Done;
    command "crm.refresh"         [Contacts, Review]         crm::refresh(crm::ConnectionArgs) -> crate::operation::Started;
    command "crm.pause"           [Connections, Queue]       crm::pause(crm::ConnectionArgs) -> crm::ConnectionView;
    command "crm.resume"          [Connections, Queue]       crm::resume(crm::ConnectionArgs) -> crm::ConnectionView;
    query   "contacts.search"     [Contacts]                 contacts::search(contacts::SearchArgs) -> Vec<contacts::FoundContact>;
    command "contacts.search_crm" []                         contacts::search_crm(contacts::SearchArgs) -> Vec<contacts::FoundContact>;
    command "contacts.link"       [Contacts, Review]         contacts::link(contacts::LinkArgs) -> app::Done;
    command "contacts.unlink"     [Contacts, Review]         contacts::unlink(contacts::UnlinkArgs) -> app::Done;
    command "contacts.create"     [Contacts, Review]         contacts::create(contacts::CreateContactArgs) -> otomo_domain::contact::Contact;
    query   "policy.get"          []                         policy::get(app::Nothing) -> policy::PolicyView;
    command "op.cancel"           []                         op::cancel(op::CancelArgs) -> app::Done;
}

/// Reads a command's arguments; `null` stands for an empty object.
pub fn read<T: DeserializeOwned + TS>(args: Value) -> Result<T, ApiError> {
    let args = if args.is_null() { Value::Object(serde_json::Map::new()) } else { args };
    serde_json::from_value(args).map_err(|e| ApiError::new(Code::BadArguments, without_values(&e.to_string())))
}

/// A parser's complaint may quote what was given, and that may be a secret: only its kind is told, and what was expected.
fn without_values(complaint: &str) -> String {
    let quotes =
        ["invalid type: ", "invalid value: ", "unknown variant "].iter().any(|start| complaint.starts_with(start));
    match complaint.rsplit_once(", expected ") {
        Some((given, expected)) if quotes => {
            let kind = given.split(['"', '`']).next().unwrap_or_default();
            format!("{kind}…, expected {expected}")
        }
        _ => complaint.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_noun_and_a_verb_and_stands_once() {
        let mut names: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
        assert!(names.iter().all(|name| name.split('.').count() == 2));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn a_complaint_about_arguments_does_not_quote_them() {
        let check = |complaint: &str, told: &str| assert_eq!(without_values(complaint), told);
        check("invalid type: string \"hunter2\", expected u16", "invalid type: string …, expected u16");
        check("invalid type: string \"a\\\"b, expected c\\\"d\", expected u16", "invalid type: string …, expected u16");
        check("invalid type: integer `4711`, expected a string", "invalid type: integer …, expected a string");
        check(
            "unknown variant `hunter2`, expected `tls` or `start_tls`",
            "unknown variant …, expected `tls` or `start_tls`",
        );
        check("missing field `address`", "missing field `address`");
    }
}
