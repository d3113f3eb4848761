//! What a provider's refusal means for the rep.
//!
//! The `error` of RFC 6749 §4.1.2.1 and §5.2 decides; Microsoft's numbers and Google's names in the description only
//! choose among hints, as Microsoft asks (its page "Microsoft Entra authentication and authorization error codes").

use std::collections::HashMap;
use std::sync::LazyLock;

use otomo_domain::error::OAuthFaultKind::{self, *};

/// Microsoft's numbers, as they stand after `AADSTS`.
const NUMBERS: &[(OAuthFaultKind, &[u32])] = &[
    (ApprovalNeeded, &[65001, 90008, 90094, 90095, 650056, 50105]),
    (Denied, &[65004]),
    (WrongOrganisation, &[16000, 50020, 50034, 51004, 90072]),
    (Blocked, &[50005, 50097, 50131, 53000, 53001, 53002, 53003, 530032, 530035]),
    (SecondStep, &[50072, 50074, 50076, 50078, 50079]),
    (SetupWrong, &[50011, 50194, 70001, 90130, 700016, 700022, 700025, 7000112, 7000218]),
    (Expired, &[50089, 50132, 50133, 50173, 54005, 70000, 70008, 70043, 700082]),
    (CloudUnsupported, &[90038, 900432]),
    (AccountLocked, &[50053, 50055, 50057]),
    (Temporary, &[50196, 90006, 90033, 90055]),
];

/// Google's names, which stand in the description.
const NAMES: &[(OAuthFaultKind, &str)] = &[
    (ApprovalNeeded, "admin_policy_enforced"),
    (ProtectedAccount, "policy_enforced"),
    (WrongOrganisation, "org_internal"),
    (SetupWrong, "redirect_uri_mismatch"),
    (SetupWrong, "disallowed_useragent"),
];

/// What `error` says by itself (RFC 6749, OpenID Connect Core §3.1.2.6).
const ERRORS: &[(OAuthFaultKind, &str)] = &[
    (Denied, "access_denied"),
    (ApprovalNeeded, "consent_required"),
    (ApprovalNeeded, "admin_policy_enforced"),
    (ProtectedAccount, "policy_enforced"),
    (WrongOrganisation, "org_internal"),
    (WrongOrganisation, "account_selection_required"),
    (SecondStep, "interaction_required"),
    (SecondStep, "login_required"),
    (Expired, "invalid_grant"),
    (Expired, "invalid_token"),
    (SetupWrong, "invalid_client"),
    (SetupWrong, "invalid_request"),
    (SetupWrong, "invalid_scope"),
    (SetupWrong, "unauthorized_client"),
    (SetupWrong, "unsupported_grant_type"),
    (SetupWrong, "unsupported_response_type"),
    (SetupWrong, "redirect_uri_mismatch"),
    (SetupWrong, "disallowed_useragent"),
    (Temporary, "server_error"),
    (Temporary, "slow_down"),
    (Temporary, "temporarily_unavailable"),
];

static BY_NUMBER: LazyLock<HashMap<u32, OAuthFaultKind>> = LazyLock::new(|| {
    let rows = NUMBERS.iter().flat_map(|(kind, numbers)| numbers.iter().map(|number| (*number, *kind)));
    rows.collect()
});

/// What a refusal means. `numbers` are those the answer lists besides the ones in its description.
pub fn kind(error: &str, description: &str, numbers: &[u32]) -> OAuthFaultKind {
    let named = |table: &[(OAuthFaultKind, &str)], matches: &dyn Fn(&str) -> bool| {
        table.iter().find(|(_, name)| matches(name)).map(|(kind, _)| *kind)
    };
    let plain = named(ERRORS, &|name| name == error);
    if plain == Some(Temporary) {
        return Temporary;
    }
    let told = numbers_in(description).chain(numbers.iter().copied());
    let by_number = told.into_iter().find_map(|number| BY_NUMBER.get(&number).copied());
    by_number.or_else(|| named(NAMES, &|name| description.contains(name))).or(plain).unwrap_or(Protocol)
}

/// Every number of the form `AADSTS12345`.
fn numbers_in(description: &str) -> impl Iterator<Item = u32> {
    description.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &str, description: &str, expected: OAuthFaultKind) {
        assert_eq!(kind(error, description, &[]), expected, "{error}: {description}");
    }

    #[test]
    fn no_number_has_two_meanings() {
        assert_eq!(BY_NUMBER.len(), NUMBERS.iter().map(|(_, numbers)| numbers.len()).sum::<usize>());
    }

    #[test]
    fn a_number_tells_more_than_the_error() {
        check("access_denied", "AADSTS65004: User declined to consent.", Denied);
        check("access_denied", "AADSTS53003: Blocked by Conditional Access.", Blocked);
        check("consent_required", "AADSTS90094: Administrator consent is required.", ApprovalNeeded);
        check("invalid_grant", "AADSTS50076: second step", SecondStep);
        check("invalid_grant", "AADSTS700082: The refresh token has expired", Expired);
        check("unauthorized_client", "AADSTS700016: no such application", SetupWrong);
        check("invalid_request", "AADSTS90038: tenant in another cloud", CloudUnsupported);
        assert_eq!(kind("invalid_grant", "", &[1, 50057]), AccountLocked);
    }

    #[test]
    fn googles_names_are_known_wherever_they_stand() {
        check("access_denied", "policy_enforced", ProtectedAccount);
        check("access_denied", "admin_policy_enforced", ApprovalNeeded);
        check("org_internal", "", WrongOrganisation);
    }

    #[test]
    fn the_error_alone_is_enough_and_an_unknown_one_is_told_as_such() {
        check("access_denied", "", Denied);
        check("invalid_grant", "Token has been expired or revoked.", Expired);
        check("invalid_grant", "AADSTS1: nobody knows this one", Expired);
        check("temporarily_unavailable", "AADSTS90033: later", Temporary);
        check("something_new", "AADSTS and AADSTSx", Protocol);
    }

    #[test]
    fn what_the_provider_calls_temporary_is_tried_again_whatever_number_it_has() {
        check("temporarily_unavailable", "AADSTS50057: disabled", Temporary);
    }
}
