//! What the numbers in an answer mean. Resources ("Result Code List") and the sign-in ("Authentication and
//! Authorization Error") have numbers of their own.

use otomo_domain::error::{CrmFault, CrmFaultKind};

use crate::http::answer::Silence;

/// The token ran out, or is not known.
pub const TOKEN_EXPIRED: u32 = 401;
pub const TOKEN_INVALID: u32 = 402;

/// With what was deleted, changes of more than 90 days ago are not told.
pub const OUT_OF_RANGE: u32 = 124;

/// The longest text of the CRM that is kept, in characters.
const LONGEST_WORDS: usize = 300;

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
        _ if silence == Silence::LeavesOpen => OutcomeUnknown,
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
        406 => "this computer's address is not registered with PORTERS",
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
        for code in [302, 1000, 777] {
            assert_eq!(of_resource(code, Silence::LeavesOpen), CrmFaultKind::OutcomeUnknown, "{code}");
        }
        assert_eq!(of_resource(302, Silence::Harmless), CrmFaultKind::Transient);
        assert_eq!(of_resource(777, Silence::Harmless), CrmFaultKind::Protocol);
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
        assert!(words(406, "", "s3cret").contains("not registered"));
        assert!(words(1, &"あ".repeat(1000), "s3cret").chars().count() < 320);
    }
}
