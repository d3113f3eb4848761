//! What mail servers mean by their words, whatever protocol they say them in.
//!
//! Response codes come first where a protocol has them; the big providers refuse in plain English all the same.

use otomo_domain::error::MailFaultKind;

/// How much of a server's words is kept.
const KEPT: usize = 300;

/// Words, and what they mean. Compared in lower case, `-` as a blank; the first that fits counts.
const MEANINGS: &[(&str, MailFaultKind)] = &[
    ("application specific password", MailFaultKind::AppPasswordNeeded),
    ("app specific password", MailFaultKind::AppPasswordNeeded),
    ("application password", MailFaultKind::AppPasswordNeeded),
    ("app password", MailFaultKind::AppPasswordNeeded),
    ("authorized code", MailFaultKind::AppPasswordNeeded),
    ("authorization code", MailFaultKind::AppPasswordNeeded),
    ("smtpclientauthentication is disabled", MailFaultKind::SmtpAuthDisabled),
    ("basic authentication is", MailFaultKind::OAuthNeeded),
    ("basicauthblocked", MailFaultKind::OAuthNeeded),
    ("[webalert", MailFaultKind::OAuthNeeded),
    ("web login required", MailFaultKind::OAuthNeeded),
    ("log in via your web browser", MailFaultKind::OAuthNeeded),
    ("authenticated but not connected", MailFaultKind::MailboxMissing),
    ("[limit]", MailFaultKind::TooManyConnections),
    ("too many simultaneous connections", MailFaultKind::TooManyConnections),
    ("too many connections", MailFaultKind::TooManyConnections),
    ("too many concurrent connections", MailFaultKind::TooManyConnections),
    ("maximum number of connections", MailFaultKind::TooManyConnections),
    ("[overquota]", MailFaultKind::MailboxFull),
];

/// How servers say that a protocol is switched off, in words around its name.
const SWITCHED_OFF: &[&str] = &["disabled", "not enabled", "enable imap", "enable pop", "not activated"];

/// What the words clearly mean; `None` for everything else.
pub fn meaning(words: &str) -> Option<MailFaultKind> {
    let plain = words.to_lowercase().replace('-', " ");
    let off = || {
        let about = plain.contains("imap") || plain.contains("pop");
        (about && SWITCHED_OFF.iter().any(|text| plain.contains(text))).then_some(MailFaultKind::ProtocolDisabled)
    };
    MEANINGS.iter().find(|(text, _)| plain.contains(text)).map(|(_, kind)| *kind).or_else(off)
}

/// A server's own words, fit to be shown: one line of limited length, without control characters.
pub fn shown(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(KEPT);
    plain.collect::<String>().trim().to_owned()
}

/// The words without these secrets: some servers quote what they did not like.
pub fn without<'a>(words: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let hidden = |words: String, secret: &str| if secret.is_empty() { words } else { words.replace(secret, "…") };
    secrets.into_iter().fold(words.to_owned(), hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailFaultKind::*;

    fn check(words: &str, expected: Option<MailFaultKind>) {
        assert_eq!(meaning(words), expected, "{words:?}");
    }

    #[test]
    fn a_provider_that_wants_another_way_in_is_understood() {
        check("[ALERT] Application-specific password required: https://support.google.com/", Some(AppPasswordNeeded));
        check("[AUTHENTICATIONFAILED] Application password is REQUIRED", Some(AppPasswordNeeded));
        check("[WEBALERT https://accounts.google.com/] Web login required. (Failure)", Some(OAuthNeeded));
        check("[ALERT] Please log in via your web browser: https://support.google.com/", Some(OAuthNeeded));
        check("Authentication unsuccessful, basic authentication is disabled.", Some(OAuthNeeded));
        check("LOGIN failed. BasicAuthBlocked", Some(OAuthNeeded));
    }

    #[test]
    fn a_mailbox_that_is_not_to_be_had_is_understood() {
        check("[ALERT] Your account is not enabled for IMAP use.", Some(ProtocolDisabled));
        check("[SYS/PERM] Your account is not enabled for POP access.", Some(ProtocolDisabled));
        check("access to your mailbox via IMAP is disabled", Some(ProtocolDisabled));
        check("You are yet to enable IMAP for your account.", Some(ProtocolDisabled));
        check("User is authenticated but not connected.", Some(MailboxMissing));
        check("[LIMIT] Too many simultaneous connections", Some(TooManyConnections));
        check("[UNAVAILABLE] Maximum number of connections from user+IP exceeded", Some(TooManyConnections));
        check("[OVERQUOTA] no room", Some(MailboxFull));
    }

    #[test]
    fn what_says_nothing_clear_means_nothing() {
        for words in ["", "LOGIN failed.", "[AUTHENTICATIONFAILED] Invalid credentials", "IMAP server busy"] {
            check(words, None);
        }
    }

    #[test]
    fn words_are_one_short_line_without_secrets() {
        assert_eq!(shown(" a\r\nb\u{7} "), "a  b");
        assert_eq!(shown(&"é".repeat(1000)).chars().count(), KEPT);
        assert_eq!(without("bad word geheim in xyz", ["geheim", "", "xyz"]), "bad word … in …");
    }
}
