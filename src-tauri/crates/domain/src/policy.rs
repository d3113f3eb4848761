//! What the company's administrator fixed on this computer (`policy.json`).
//!
//! A policy can force privacy and defaults; it can't shorten the grace period, nor hide the queue or the history. A
//! policy that can't be read fails closed: mail is still captured, and nothing is shared.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::account::{Account, Endpoint, Security, ShareMode};
use crate::address::Address;
use crate::oauth::{Client, Provider, ProviderPolicy};
use crate::payload::Level;
use crate::rules::{About, Rule, Then};
use crate::sharing::AttachmentRule;

/// The policy file, version 1. Unknown fields are errors: a rule that is misspelt must not be silently off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Mail server settings by the domain of the address.
    pub server_presets: BTreeMap<String, Preset>,
    /// PEM files of certificate authorities to trust besides the system's.
    pub extra_ca: Vec<PathBuf>,
    /// A DNS server to ask instead of the system's.
    pub resolver: Option<SocketAddr>,
    /// The proxy that HTTP goes through instead of the system's.
    pub proxy: Option<String>,
    pub never_log: NeverLog,
    pub internal_domains: Vec<String>,
    /// The least grace period in seconds.
    pub min_grace: Option<u64>,
    /// The most that may be shared of a mail.
    pub max_level: Option<Level>,
    /// Kinds of CRM that may be connected; absent allows every kind.
    pub allowed_crms: Option<Vec<String>>,
    /// Providers to sign in at, by name: the organisation's own client for `google` and `microsoft`, or another provider.
    pub oauth: BTreeMap<String, ProviderPolicy>,
    /// What nobody may agree to on this computer.
    pub forbid: Forbidden,
    /// The mode that every account has, whatever the rep would choose.
    pub share_mode: Option<ShareMode>,
    /// Rules that hold besides the rep's.
    pub rules: Vec<PolicyRule>,
    /// What is in the CRM already is taken back when the policy comes to forbid it.
    pub retract_on_never_log: bool,
    /// What may go along of attachments at most.
    pub attachments: Option<AttachmentRule>,
    /// Whether the history and the audit trace may be written to files.
    pub export_allowed: Option<bool>,
}

/// A rule of the policy: about whom, and what then.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    /// `address`, `domain`, `list`, `subject` or `folder`.
    pub kind: String,
    pub value: String,
    pub then: Then,
    #[serde(default)]
    pub level: Option<Level>,
    /// Shown to the rep.
    #[serde(default)]
    pub reason: String,
}

impl PolicyRule {
    fn rule(&self) -> Option<Rule> {
        let about = About::parse(&self.kind, &self.value).filter(|about| about.allows(self.then))?;
        Some(Rule { level: self.level, reason: self.reason.clone(), ..Rule::of_policy(about, self.then) })
    }
}

/// Exceptions that a policy takes away. False leaves them to the rep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Forbidden {
    /// A connection without TLS, to anybody.
    pub clear_text: bool,
    /// A connection without TLS to an address that is not a private one.
    pub clear_text_outside: bool,
    /// Trusting one certificate, or another name in it.
    pub certificate_exceptions: bool,
    /// Servers other than those of `server_presets`, where the domain has one.
    pub other_servers: bool,
}

/// Where the mail of a domain is read, and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preset {
    pub imap: Option<Endpoint>,
    pub pop3: Option<Endpoint>,
    pub smtp: Option<Endpoint>,
    pub user: UserForm,
    /// The name of a provider to sign in at, instead of a password.
    pub oauth: Option<String>,
    /// Nothing of it can be changed.
    pub locked: bool,
}

/// What a server wants as the user name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserForm {
    #[default]
    Address,
    LocalPart,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeverLog {
    pub addresses: Vec<Address>,
    pub domains: Vec<String>,
    /// Mailing lists by their List-Id.
    pub lists: Vec<String>,
    pub subject_words: Vec<String>,
    pub folders: Vec<String>,
    /// The rep may share single mails all the same.
    pub user_override: bool,
}

/// The grace period of a decision made by the rep, unless a policy wants more.
pub const GRACE: Duration = Duration::from_secs(30);

/// The policy file is not one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InvalidPolicy(pub String);

impl Policy {
    /// Reads a policy and checks every value in it.
    pub fn parse(json: &str) -> Result<Self, InvalidPolicy> {
        let policy: Self = serde_json::from_str(json).map_err(|e| InvalidPolicy(e.to_string()))?;
        for (kind, value, then) in policy.denied() {
            if About::parse(kind, value).is_none_or(|about| !about.allows(then)) {
                return Err(InvalidPolicy(format!("{value:?} is not a {kind}")));
            }
        }
        if let Some(rule) = policy.rules.iter().find(|rule| rule.rule().is_none()) {
            let PolicyRule { kind, value, .. } = rule;
            return Err(InvalidPolicy(format!("rules: this cannot be said of the {kind} {value:?}")));
        }
        policy.servers_are_named()?;
        policy.providers_can_be_asked()?;
        Ok(policy)
    }

    fn servers_are_named(&self) -> Result<(), InvalidPolicy> {
        for (domain, preset) in &self.server_presets {
            if preset.imap.is_none() && preset.pop3.is_none() {
                return Err(InvalidPolicy(format!("server_presets: {domain:?} names no server to read from")));
            }
            if let Some(name) = preset.oauth.as_deref().filter(|name| self.provider(name).is_none()) {
                return Err(InvalidPolicy(format!("server_presets: nothing is known of the provider {name:?}")));
            }
        }
        Ok(())
    }

    /// A provider is asked over TLS, and only over TLS.
    fn providers_can_be_asked(&self) -> Result<(), InvalidPolicy> {
        for name in self.oauth.keys() {
            let Some(provider) = self.provider(name) else {
                return Err(InvalidPolicy(format!("oauth: {name:?} needs \"authorize\" and \"token\"")));
            };
            let addresses = [Some(&provider.authorize), Some(&provider.token), provider.revoke.as_ref()];
            let further = [provider.graph.as_ref(), provider.gmail.as_ref()];
            if let Some(url) = addresses.into_iter().chain(further).flatten().find(|url| !url.starts_with("https://")) {
                return Err(InvalidPolicy(format!("oauth: {name:?} has {url:?}, which is not https")));
            }
        }
        Ok(())
    }

    /// The rules it states.
    pub fn rules(&self) -> Vec<Rule> {
        let addresses = self.never_log.addresses.iter().cloned().map(About::Address);
        let never = addresses.map(|about| Rule::of_policy(about, Then::NeverLog));
        let denied =
            self.denied().filter_map(|(kind, value, then)| Some(Rule::of_policy(About::parse(kind, value)?, then)));
        never.chain(denied).chain(self.rules.iter().filter_map(PolicyRule::rule)).collect()
    }

    /// What it denies, besides addresses: kind, value and how.
    fn denied(&self) -> impl Iterator<Item = (&'static str, &String, Then)> {
        let (never, internal) = (&self.never_log, &self.internal_domains);
        let lists = [
            ("domain", &never.domains, Then::NeverLog),
            ("list", &never.lists, Then::NeverLog),
            ("subject", &never.subject_words, Then::NeverLog),
            ("folder", &never.folders, Then::NeverLog),
            ("domain", internal, Then::Internal),
        ];
        lists.into_iter().flat_map(|(kind, values, then)| values.iter().map(move |value| (kind, value, then)))
    }

    /// The least time for which any decision can be undone.
    pub fn least_grace(&self) -> Duration {
        Duration::from_secs(self.min_grace.unwrap_or(0))
    }

    /// How long a decision of the rep can be undone, where the rep has chosen nothing else.
    pub fn grace(&self) -> Duration {
        GRACE.max(self.least_grace())
    }

    pub fn allows_level(&self, level: Level) -> bool {
        self.max_level.is_none_or(|most| level <= most)
    }

    pub fn allows_crm(&self, kind: &str) -> bool {
        self.allowed_crms.as_ref().is_none_or(|kinds| kinds.iter().any(|k| k == kind))
    }

    /// The preset for an address, with the user name its server wants.
    pub fn preset(&self, address: &Address) -> Option<(&Preset, String)> {
        let preset = self.server_presets.get(address.domain())?;
        Some((preset, preset.user.of(address)))
    }

    /// The rule that an account breaks, by its name in the file.
    pub fn objects(&self, account: &Account) -> Option<&'static str> {
        let (receive, send) = (account.source.endpoint(), account.settings.sending.endpoint());
        let endpoints = || receive.into_iter().chain(send);
        let clear = || endpoints().filter(|endpoint| endpoint.security == Security::Clear);
        if self.forbid.clear_text && clear().next().is_some() {
            return Some("forbid.clear_text");
        }
        if self.forbid.clear_text_outside && clear().any(|endpoint| !endpoint.is_private()) {
            return Some("forbid.clear_text_outside");
        }
        if self.forbid.certificate_exceptions && endpoints().any(|endpoint| endpoint.trust.is_exception()) {
            return Some("forbid.certificate_exceptions");
        }
        let preset = self.server_presets.get(account.address.domain());
        if let Some(preset) = preset.filter(|preset| preset.locked || self.forbid.other_servers)
            && !preset.allows(receive, send)
        {
            return Some("server_presets");
        }
        None
    }

    /// A provider by its name, with what this policy says of it.
    pub fn provider(&self, name: &str) -> Option<Provider> {
        Provider::named(name, self.oauth.get(name))
    }

    /// The client that this program was built with counts where the policy names none.
    pub fn with_client(mut self, name: &str, client: Option<Client>) -> Self {
        if client.is_some() {
            let provider = self.oauth.entry(name.into()).or_default();
            provider.client = provider.client.take().or(client);
        }
        self
    }

    /// The provider at which the addresses of a domain sign in.
    pub fn provider_of(&self, domain: &str) -> Option<&str> {
        let named = |(_, policy): &(&String, &ProviderPolicy)| policy.domains.iter().any(|d| d == domain);
        self.oauth.iter().find(named).map(|(name, _)| name.as_str())
    }
}

impl Preset {
    fn allows(&self, receive: Option<&Endpoint>, send: Option<&Endpoint>) -> bool {
        let known = [self.imap.as_ref(), self.pop3.as_ref()];
        receive.is_none_or(|endpoint| known.contains(&Some(endpoint)))
            && send.is_none_or(|endpoint| self.smtp.as_ref().is_none_or(|smtp| smtp == endpoint))
    }
}

impl UserForm {
    pub fn of(self, address: &Address) -> String {
        match self {
            Self::Address => address.as_str().to_owned(),
            Self::LocalPart => address.local_part().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_is_an_error_and_not_a_rule_that_is_off() {
        assert!(Policy::parse(r#"{"never_logs": {}}"#).is_err());
        assert!(Policy::parse(r#"{"never_log": {"domains": ["*.jp"]}}"#).is_err());
        assert!(Policy::parse("").is_err());
    }

    fn check_invalid(json: &str, expected: &str) {
        let error = Policy::parse(json).err().map(|error| error.0).unwrap_or_default();
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }

    #[test]
    fn a_server_or_a_provider_that_could_not_be_used_is_an_error_with_its_reason() {
        check_invalid(r#"{"server_presets": {"x.jp": {}}}"#, "names no server");
        let preset =
            r#"{"server_presets": {"x.jp": {"oauth": "acme", "imap": {"host": "m", "port": 993, "security": "tls"}}}}"#;
        check_invalid(preset, "nothing is known of the provider");
        check_invalid(r#"{"oauth": {"acme": {}}}"#, "needs");
        check_invalid(r#"{"oauth": {"google": {"token": "http://x/token"}}}"#, "not https");
        check_invalid(r#"{"oauth": {"google": {"clients": {}}}}"#, "unknown field");
        assert!(Policy::parse(r#"{"oauth": {"google": {"client": {"id": "ours"}}}}"#).is_ok());
    }

    fn account(json: &str) -> Account {
        let source = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}"));
        Account {
            id: crate::account::AccountId(1),
            address: Address::parse("taro@x.jp").unwrap_or_else(|| panic!("an address")),
            source,
            import_since: None,
            connected_at: crate::time::Timestamp(0),
            paused: false,
            settings: crate::account::AccountSettings::default(),
        }
    }

    fn check_objection(policy: &str, endpoint: &str, expected: Option<&str>) {
        let policy = Policy::parse(policy).unwrap_or_else(|e| panic!("{e}"));
        let account = account(&format!(r#"{{"kind": "imap", "user": "taro", "endpoint": {endpoint}}}"#));
        assert_eq!(policy.objects(&account), expected, "{endpoint}");
    }

    #[test]
    fn what_a_policy_forbids_is_named_by_its_rule() {
        let (clear, outside) = (r#"{"forbid": {"clear_text": true}}"#, r#"{"forbid": {"clear_text_outside": true}}"#);
        let lan = r#"{"host": "192.168.1.5", "port": 143, "security": "clear"}"#;
        let web = r#"{"host": "mail.example.jp", "port": 143, "security": "clear"}"#;
        check_objection("{}", web, None);
        check_objection(clear, lan, Some("forbid.clear_text"));
        check_objection(outside, lan, None);
        check_objection(outside, web, Some("forbid.clear_text_outside"));
        let pinned = r#"{"host": "m", "port": 993, "security": "tls", "trust": {"by": "name", "name": "n"}}"#;
        check_objection(
            r#"{"forbid": {"certificate_exceptions": true}}"#,
            pinned,
            Some("forbid.certificate_exceptions"),
        );
        let locked =
            r#"{"server_presets": {"x.jp": {"locked": true, "imap": {"host": "m", "port": 993, "security": "tls"}}}}"#;
        check_objection(locked, r#"{"host": "m", "port": 993, "security": "tls"}"#, None);
        check_objection(locked, r#"{"host": "other", "port": 993, "security": "tls"}"#, Some("server_presets"));
    }

    #[test]
    fn a_policy_lengthens_the_grace_period_and_cannot_shorten_it() {
        let grace = |json: &str| Policy::parse(json).map(|p| p.grace().as_secs());
        assert_eq!(grace(r#"{"min_grace": 5}"#), Ok(30));
        assert_eq!(grace(r#"{"min_grace": 600}"#), Ok(600));
    }

    #[test]
    fn a_preset_gives_the_user_name_in_the_form_the_server_wants() {
        let json = r#"{"server_presets": {"x.jp": {"imap": {"host": "mail.x.jp", "port": 993, "security": "tls"}, "user": "local_part"}}}"#;
        let policy = Policy::parse(json).unwrap_or_else(|e| panic!("{e}"));
        let address = Address::parse("Taro@X.jp");
        let preset = address.as_ref().and_then(|a| policy.preset(a));
        let found = preset.map(|(preset, user)| (preset.imap.as_ref().map(|imap| imap.host.as_str()), user));
        assert_eq!(found, Some((Some("mail.x.jp"), "taro".into())));
    }
}
