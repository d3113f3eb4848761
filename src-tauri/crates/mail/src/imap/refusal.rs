//! Why a server refused a command, by response codes (RFC 5530) and the words that big providers use.

use otomo_domain::error::{MailFault, MailFaultKind};

use crate::wording;

/// The server is not able or not willing right now; the password was not even looked at.
const LATER: &[&str] = &["[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]"];

/// All that Exchange says of a refused sign-in.
const EXCHANGE: &[&str] = &["LOGIN failed.", "AUTHENTICATE failed."];

/// What the server's words about a refused password mean. Whatever is not clearly something else counts as a wrong
/// password: trying that again by itself would lock the account. Exchange Online takes no passwords at all, and shows it
/// only by `tokens`: that it offers to take a token.
pub fn of_password(words: &str, tokens: bool) -> MailFault {
    match of_sign_in(words) {
        fault if fault.kind == MailFaultKind::SignInRefused && tokens && EXCHANGE.contains(&words.trim()) => {
            MailFault { kind: MailFaultKind::OAuthNeeded, ..fault }
        }
        fault => fault,
    }
}

/// The same for any proof.
pub fn of_sign_in(words: &str) -> MailFault {
    let upper = words.to_uppercase();
    let by_code = || {
        if LATER.iter().any(|code| upper.contains(code)) {
            MailFaultKind::ServerRefused
        } else if upper.contains("[PRIVACYREQUIRED]") {
            MailFaultKind::NoSignInMethod
        } else {
            MailFaultKind::SignInRefused
        }
    };
    MailFault::new(wording::meaning(words).unwrap_or_else(by_code), wording::shown(words))
}

/// What a NO to anything else means. There LIMIT is a limit on what the command asks for (RFC 5530 §3).
pub fn of_command(words: String) -> MailFault {
    let meaning = wording::meaning(&words).filter(|kind| *kind != MailFaultKind::TooManyConnections);
    MailFault::new(meaning.unwrap_or(MailFaultKind::ServerRefused), words)
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
        assert_eq!(of_password(words, false).kind, expected, "{words:?}");
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
        check("[LIMIT] Too many simultaneous connections", TooManyConnections);
        check("Too many failed logins, locked", SignInRefused);
    }

    #[test]
    fn exchange_online_wants_a_sign_in_at_the_provider_and_an_exchange_in_the_cellar_the_right_password() {
        for words in EXCHANGE {
            assert_eq!(of_password(words, true).kind, OAuthNeeded, "{words}");
            assert_eq!(of_password(words, false).kind, SignInRefused, "{words}");
        }
        assert_eq!(of_password("[AUTHENTICATIONFAILED] Invalid credentials", true).kind, SignInRefused);
    }

    #[test]
    fn the_words_are_found_in_the_librarys_message() {
        assert_eq!(words(r#"code: None, info: Some("[X] Say \"please\".")"#), r#"[X] Say "please"."#);
        assert_eq!(words("code: Some(Alert), info: None"), "");
    }
}
