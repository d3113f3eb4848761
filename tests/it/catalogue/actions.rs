//! The button that helps, by what a person can do: written down apart from the program, which is held against it.

const ACTIONS: &[(&str, &[&str])] = &[
    // The same again may work, now or when something outside has changed.
    (
        "retry",
        &[
            "timed_out",
            "unreachable",
            "private_unreachable",
            "proxy_refused",
            "connection_closed",
            "provider_unavailable",
            "mail_protocol",
            "folder_gone",
            "server_refused",
            "sending_refused",
            "crm_protocol",
            "crm_clock_wrong",
            "key_store_broken",
            "database_failed",
            "home_unusable",
            "file_not_saved",
            "engine_stopped",
        ],
    ),
    // It goes on by itself.
    ("wait", &["too_many_connections", "crm_unavailable", "crm_rate_limited", "crm_outcome_unknown"]),
    // Another password, another token.
    ("sign_in", &["sign_in_refused", "crm_sign_in_needed"]),
    // The provider's own page puts it right.
    (
        "sign_in_at_provider",
        &[
            "sign_in_denied",
            "wrong_organisation",
            "second_step_needed",
            "sign_in_expired",
            "provider_account_locked",
            "permission_missing",
            "sign_in_timed_out",
            "sign_in_mismatch",
            "oauth_needed",
        ],
    ),
    // A person may agree to it after a look; never to a key that changed, to a revoked or an unreadable one.
    (
        "compare_certificate",
        &["certificate_expired", "certificate_not_yet_valid", "certificate_wrong_name", "certificate_unknown_issuer"],
    ),
    ("send_by_graph", &["smtp_auth_disabled"]),
    ("make_app_password", &["app_password_needed"]),
    // A name, a port, a kind of protection or a folder is wrong.
    (
        "edit_settings",
        &[
            "host_unknown",
            "connection_refused",
            "starttls_missing",
            "files_unreadable",
            "uidl_missing",
            "relay_denied",
            "crm_folder_unusable",
            "crm_no_sender",
        ],
    ),
    // Only an administrator can change it.
    (
        "ask_it",
        &[
            "tls_failed",
            "certificate_revoked",
            "certificate_invalid",
            "certificate_key_changed",
            "approval_needed",
            "blocked_by_organisation",
            "sign_in_set_up_wrong",
            "loopback_blocked",
            "no_client",
            "sign_in_protocol",
            "greeting_refused",
            "no_sign_in_method",
            "mailbox_missing",
            "protocol_disabled",
            "send_as_denied",
            "crm_forbidden",
            "key_missing",
            "database_key_wrong",
            "database_damaged",
            "policy_invalid",
            "policy_forbids",
        ],
    ),
    ("unlock", &["key_store_missing", "key_store_locked", "passphrase_needed", "passphrase_wrong"]),
    // Look at it again, and decide.
    (
        "review",
        &[
            "crm_not_found",
            "crm_too_large",
            "crm_rejected",
            "crm_attachment_missing",
            "conflict",
            "preview_stale",
            "too_late",
            "key_taken",
            "no_sender",
            "no_link",
            "unknown_attachment",
            "cannot_redact",
        ],
    ),
    ("open_crm", &["crm_conflict", "crm_unsupported", "crm_maybe_logged", "cannot_retract"]),
    ("free_space", &["mailbox_full", "disk_full"]),
    ("update", &["database_newer"]),
    (
        "none",
        &[
            // Looking into the sent folder is not done here.
            "sending_unknown",
            "cloud_unsupported",
            "protected_account",
            "home_in_use",
            "unknown_command",
            "bad_arguments",
            "no_such",
            "not_possible_now",
            "already_connected",
            "other_account",
            "link_refused",
        ],
    ),
];

/// The button of a code; empty where none was thought of.
pub fn action(code: &str) -> &'static str {
    ACTIONS.iter().find(|(_, codes)| codes.contains(&code)).map(|(action, _)| *action).unwrap_or_default()
}
