//! Codes that other tests provoke, and where.

use std::fs;
use std::path::Path;

use otomo_api::{ApiError, Code};
use serde_json::json;

use super::Row;

/// A test, and the word by which it names what it provokes.
pub struct Elsewhere {
    pub code: Code,
    /// From the root of the checkout.
    file: &'static str,
    test: &'static str,
    word: &'static str,
}

const fn by(code: Code, file: &'static str, test: &'static str, word: &'static str) -> Elsewhere {
    Elsewhere { code, file, test, word }
}

const TROUBLED_CRM: &str = "tests/it/bad_input/crm.rs";
const REST: &str = "tests/it/connectors/rest.rs";
const KEY_STORE: &str = "tests/it/secret_service.rs";

pub const ELSEWHERE: &[Elsewhere] = &[
    // The verifiers of Windows and macOS ask whether a certificate was revoked; Linux's asks nobody.
    by(
        Code::CertificateRevoked,
        "src-tauri/crates/net/src/fault.rs",
        "what_is_wrong_with_a_certificate_is_told_apart",
        "Revoked",
    ),
    by(
        Code::ProxyRefused,
        "src-tauri/crates/net/src/http.rs",
        "a_proxy_that_refuses_is_told_from_the_server_behind_it",
        "Proxy",
    ),
    by(
        Code::CrmUnavailable,
        TROUBLED_CRM,
        "a_crm_that_cannot_be_connected_says_why_and_never_repeats_the_token",
        "crm_unavailable",
    ),
    by(
        Code::CrmRateLimited,
        TROUBLED_CRM,
        "a_crm_that_cannot_be_connected_says_why_and_never_repeats_the_token",
        "crm_rate_limited",
    ),
    by(
        Code::CrmSignInNeeded,
        TROUBLED_CRM,
        "a_refused_token_or_permission_keeps_the_queue_until_somebody_signs_in",
        "crm_sign_in_needed",
    ),
    by(
        Code::CrmForbidden,
        TROUBLED_CRM,
        "a_refused_token_or_permission_keeps_the_queue_until_somebody_signs_in",
        "crm_forbidden",
    ),
    by(Code::CrmConflict, TROUBLED_CRM, "a_mail_that_is_not_taken_is_the_reps_and_the_other_goes_on", "crm_conflict"),
    by(Code::CrmTooLarge, TROUBLED_CRM, "a_mail_that_is_not_taken_is_the_reps_and_the_other_goes_on", "crm_too_large"),
    by(Code::CrmRejected, TROUBLED_CRM, "a_mail_that_is_not_taken_is_the_reps_and_the_other_goes_on", "crm_rejected"),
    by(
        Code::CrmAttachmentMissing,
        TROUBLED_CRM,
        "a_mail_that_is_not_taken_is_the_reps_and_the_other_goes_on",
        "crm_attachment_missing",
    ),
    by(Code::CrmNotFound, REST, "each_status_means_the_same_to_every_call_but_the_one_that_logs", "NotFound"),
    by(Code::CrmProtocol, REST, "a_policy_that_cannot_be_read_is_a_fault", "Protocol"),
    by(
        Code::CrmClockWrong,
        "tests/it/connectors/rest/signature.rs",
        "a_clock_that_is_wrong_is_told_from_a_key_that_is",
        "ClockWrong",
    ),
    by(Code::CrmOutcomeUnknown, REST, "silence_means_the_same_to_every_call_but_the_one_that_logs", "OutcomeUnknown"),
    by(
        Code::CrmUnsupported,
        "src-tauri/crates/engine/src/deliver/tests.rs",
        "what_cannot_be_taken_back_is_said_to_the_rep",
        "Unsupported",
    ),
    by(
        Code::CrmFolderUnusable,
        "tests/it/connectors/folder.rs",
        "a_folder_that_cannot_be_written_is_named",
        "FolderUnusable",
    ),
    by(
        Code::CrmMaybeLogged,
        "src-tauri/crates/engine/src/deliver/tests.rs",
        "a_lost_answer_of_a_crm_that_cannot_be_asked_is_the_reps",
        "MaybeLogged",
    ),
    by(
        Code::CrmNoSender,
        "tests/it/connectors/mail_drop/answers.rs",
        "without_an_account_that_sends_the_connection_waits_for_its_person",
        "NoSender",
    ),
    by(
        Code::OtherAccount,
        "src-tauri/crates/engine/src/crm_sign_in.rs",
        "another_account_of_the_crm_is_not_signed_in_to",
        "OtherAccount",
    ),
    by(Code::KeyStoreMissing, KEY_STORE, "a_computer_without_a_message_bus_has_no_store", "key_store_missing"),
    by(Code::KeyStoreLocked, KEY_STORE, "a_locked_store_is_said_to_be_locked_and_the_data_stays", "key_store_locked"),
    by(Code::KeyStoreBroken, KEY_STORE, "an_entry_that_is_no_key_is_broken_and_not_missing", "key_store_broken"),
    by(
        Code::KeyTaken,
        "tests/it/capture.rs",
        "a_mail_with_a_message_id_that_is_taken_is_kept_apart_and_only_one_of_them_is_shared",
        "key_taken",
    ),
    by(
        Code::TooLate,
        "src-tauri/crates/domain/src/review/tests.rs",
        "what_is_in_the_crm_is_taken_back_by_retract_alone",
        "TooLate",
    ),
    by(
        Code::CannotRetract,
        "src-tauri/crates/engine/src/deliver/tests/irrevocable.rs",
        "nothing_is_promised_to_be_taken_back_from_a_crm_that_keeps_what_it_has",
        "check_irrevocable",
    ),
    by(
        Code::FileNotSaved,
        "src-tauri/crates/engine/src/reader/tests.rs",
        "a_folder_that_cannot_be_written_is_said_to_be_one_without_a_name",
        "NotSaved",
    ),
];

impl Elsewhere {
    pub fn place(&self) -> String {
        format!("{}::{}", self.file, self.test)
    }

    /// As if it were provoked here; without details.
    pub fn row(&self) -> Row {
        Row::new(&self.code.name(), &self.place(), json!(ApiError::new(self.code, "")))
    }

    /// Whether there is such a test, and its text names what it provokes.
    pub fn is_there(&self) -> bool {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read_to_string(root.join(self.file)).unwrap_or_default();
        let Some((before, after)) = text.split_once(&format!("fn {}()", self.test)) else { return false };
        let is_test = before.lines().rev().take(3).any(|line| line.contains("test]") || line.contains("test("));
        let indent = before.rsplit('\n').next().unwrap_or_default();
        let indent = &indent[..indent.len() - indent.trim_start().len()];
        let body = after.split(&format!("\n{indent}}}\n")).next().unwrap_or_default();
        is_test && body.contains(self.word)
    }
}
