//! Why a server refused a sign-in, by response codes (RFC 5530) and the words that big providers use.

use otomo_domain::error::{MailFault, MailFaultKind};

use super::fault;

/// Words of servers whose mail programs need a password of their own. Compared in lower case, `-` as a blank.
const APP_PASSWORD: &[&str] = &["application specific password", "app specific password", "app password"];

/// The server is not able or not willing right now; the password was not even looked at.
const LATER: &[&str] = &["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]"];

/// What the server's words about a refused sign-in mean. Whatever is not clearly something else counts as a wrong
/// password: trying that again by itself would lock the account.
pub fn of_sign_in(words: &str) -> MailFault {
    let upper = words.to_uppercase();
    let plain = words.to_lowercase().replace('-', " ");
    let kind = if APP_PASSWORD.iter().any(|text| plain.contains(text)) {
        MailFaultKind::AppPasswordNeeded
    } else if LATER.iter().any(|code| upper.contains(code)) {
        MailFaultKind::ServerRefused
    } else if upper.contains("[PRIVACYREQUIRED]") {
        MailFaultKind::NoSignInMethod
    } else {
        MailFaultKind::SignInRefused
    };
    MailFault::new(kind, fault::words(words))
}

/// The server's words in an error of async-imap, which prints them as `code: …, info: Some("…")`.
pub fn words(message: &str) -> String {
    let quoted = message.split_once("info: Some(\"").and_then(|(_, rest)| rest.strip_suffix("\")"));
    quoted.unwrap_or_default().replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailFaultKind::*;

    fn check(words: &str, expected: MailFaultKind) {
        assert_eq!(of_sign_in(words).kind, expected, "{words:?}");
    }

    #[test]
    fn a_wrong_password_is_told_from_a_missing_app_password() {
        check("[AUTHENTICATIONFAILED] Authentication failed.", SignInRefused);
        check("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", SignInRefused);
        check("LOGIN failed.", SignInRefused);
        check("", SignInRefused);
        check("[AUTHORIZATIONFAILED] not your mailbox", SignInRefused);
        check("Application-specific password required: https://support.google.com/", AppPasswordNeeded);
        check("[AUTHENTICATIONFAILED] Use an App Password", AppPasswordNeeded);
    }

    #[test]
    fn a_server_that_cannot_look_at_the_password_is_asked_again_later() {
        check("[UNAVAILABLE] Temporary authentication failure.", ServerRefused);
        check("[inuse] try again", ServerRefused);
        check("[LIMIT] Too many simultaneous connections", ServerRefused);
        check("Too many failed logins, locked", SignInRefused);
    }

    #[test]
    fn the_words_are_found_in_the_librarys_message() {
        assert_eq!(words(r#"code: None, info: Some("[X] Say \"please\".")"#), r#"[X] Say "please"."#);
        assert_eq!(words("code: Some(Alert), info: None"), "");
    }
}
