//! What the numbers in an answer mean. Resources ("Result Code List") and the sign-in ("Authentication and
//! Authorization Error") have numbers of their own.

use std::ops::RangeInclusive;

use otomo_domain::error::{CrmFault, CrmFaultKind};

use crate::http::answer::Silence;

/// The token ran out, or is not known.
pub const TOKEN_EXPIRED: u32 = 401;
pub const TOKEN_INVALID: u32 = 402;

/// The numbers of a read that asks for what there is not ("パラメータの値が無効" and its like).
pub const NO_SUCH_QUESTION: RangeInclusive<u32> = 100..=133;

/// With what was deleted, changes of more than 90 days ago are not told.
pub const OUT_OF_RANGE: u32 = 124;

/// The longest text of the CRM that is kept, in characters.
const LONGEST_WORDS: usize = 300;

/// What to do about 406, for whoever reads it.
const UNREGISTERED: &str = "このコンピューターのグローバル IP アドレスは Connect API の実行環境として登録されていません。PORTERS に登録を申請してください / \
    this computer's public IP address is not registered for the Connect API: ask PORTERS to register it (a fixed address \
    of the company, by VPN if need be)";

/// An answer with a number other than 0, or none at all (0).
#[derive(Debug)]
pub struct Refused {
    pub code: u32,
    pub fault: CrmFault,
}

impl From<CrmFault> for Refused {
    fn from(fault: CrmFault) -> Self {
        Self { code: 0, fault }
    }
}

impl From<Refused> for CrmFault {
    fn from(refused: Refused) -> Self {
        refused.fault
    }
}

/// A resource's number.
pub fn of_resource(code: u32, silence: Silence) -> CrmFaultKind {
    use CrmFaultKind::*;
    match code {
        // 9: not available for the moment. A token that is not accepted is got anew the next time.
        9 | TOKEN_EXPIRED | TOKEN_INVALID => Transient,
        // 302 is a transaction that failed, 1000 "処理失敗": what was done of it nobody says.
        302 | 1000 if silence == Silence::LeavesOpen => OutcomeUnknown,
        302 | 1000 => Transient,
        // 404 is the partition, 406 this computer's address: both are a matter of what was applied for.
        6 | 400 | 403 | 404 | 406 | 601 => Forbidden,
        7 => NotFound,
        301 => Conflict,
        5 | 8 | 100..=133 | 146 | 303 | 304 | 500 => Rejected,
        // A number that is not in the list refuses as the others do.
        _ => Protocol,
    }
}

/// A status other than 200 without a number: somebody on the way speaks, a gateway or a firewall.
pub fn of_status(status: u16, silence: Silence) -> CrmFaultKind {
    use CrmFaultKind::*;
    match status {
        401 => SignInNeeded,
        403 | 407 => Forbidden,
        404 => NotFound,
        409 => Conflict,
        400 | 415 | 422 => Rejected,
        413 | 414 | 431 => TooLarge,
        429 => RateLimited,
        // 501 and 505: not that method, not that version; it would be the same the next time.
        501 | 505 => Protocol,
        200..=299 if silence == Silence::LeavesOpen => OutcomeUnknown,
        // It may have been done and the answer have got lost behind the gateway.
        408 | 500..=599 if silence == Silence::LeavesOpen => OutcomeUnknown,
        408 | 500..=599 => Transient,
        _ => Protocol,
    }
}

/// The sign-in's number.
pub fn of_sign_in(error: u32) -> CrmFaultKind {
    match error {
        // 103: the code took longer than its 30 seconds; 108: their server; 109: their session.
        103 | 107 | 108 | 109 | 401 => CrmFaultKind::Transient,
        // Nobody let the app in yet, or from here.
        113..=116 | 402 | 406 => CrmFaultKind::Forbidden,
        _ => CrmFaultKind::SignInNeeded,
    }
}

/// The CRM's own words about a number, on one line, cut, and without the secret that it may repeat.
pub fn words(code: u32, said: &str, secret: &str) -> String {
    let said = said.replace(secret, "…");
    let said: String = said.chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect();
    let known = match code {
        404 => "the partition is not there, or not in use",
        406 => UNREGISTERED,
        _ => "",
    };
    [known, said.as_str()]
        .iter()
        .filter(|text| !text.is_empty())
        .fold(format!("code {code}"), |all, text| format!("{all}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_may_have_been_done_is_never_said_to_be_harmless() {
        for code in [302, 1000] {
            assert_eq!(of_resource(code, Silence::LeavesOpen), CrmFaultKind::OutcomeUnknown, "{code}");
        }
        assert_eq!(of_resource(302, Silence::Harmless), CrmFaultKind::Transient);
        for status in [202, 408, 500, 502, 503, 504, 524] {
            assert_eq!(of_status(status, Silence::LeavesOpen), CrmFaultKind::OutcomeUnknown, "{status}");
        }
        assert_eq!(of_status(503, Silence::Harmless), CrmFaultKind::Transient);
    }

    #[test]
    fn what_would_be_refused_again_is_not_asked_for_again() {
        use CrmFaultKind::*;
        for silence in [Silence::LeavesOpen, Silence::Harmless] {
            assert_eq!(of_resource(777, silence), Protocol);
            for (status, kind) in [(302, Protocol), (400, Rejected), (401, SignInNeeded), (403, Forbidden)] {
                assert_eq!(of_status(status, silence), kind, "{status}");
            }
            for (status, kind) in [(405, Protocol), (413, TooLarge), (429, RateLimited), (501, Protocol)] {
                assert_eq!(of_status(status, silence), kind, "{status}");
            }
        }
    }

    #[test]
    fn the_same_number_means_something_else_at_the_sign_in() {
        assert_eq!(of_resource(103, Silence::Harmless), CrmFaultKind::Rejected);
        assert_eq!(of_sign_in(103), CrmFaultKind::Transient);
        assert_eq!(of_resource(402, Silence::Harmless), CrmFaultKind::Transient);
        assert_eq!(of_sign_in(402), CrmFaultKind::Forbidden);
        assert_eq!(of_sign_in(105), CrmFaultKind::SignInNeeded);
    }

    #[test]
    fn the_crms_words_are_cut_and_hold_no_secret() {
        assert_eq!(words(105, "Wrong secret s3cret\r\n", "s3cret"), "code 105: Wrong secret …");
        assert_eq!(words(100, "", "s3cret"), "code 100");
        let unregistered = words(406, "", "s3cret");
        assert!(unregistered.contains("not registered") && unregistered.contains("登録を申請"));
        assert!(words(1, &"あ".repeat(1000), "s3cret").chars().count() < 320);
    }
}
