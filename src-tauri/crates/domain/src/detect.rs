//! What is found out about an address before anything is typed: who hosts its mail, and how to get at it.
//!
//! The sources are asked beside each other (`otomo-mail`); which of them counts is decided here. Google and Microsoft
//! by MX beat what the domain itself publishes: a web host answers `autoconfig.` for mail that moved away long ago.
//!
//! | module | holds |
//! |---|---|
//! | `evidence` | what the sources said |
//! | `offer` | ways to connect, from the policy and from the services that are known by name |
//! | `verdict` | which of the findings counts |

mod evidence;
mod offer;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::account::{Endpoint, SignIn};
use crate::address::Address;

pub use evidence::{Answer, Cloud, Evidence, Hints};
pub use offer::Inquiry;

/// Where settings may come from, in the order in which they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SettingsOrigin {
    /// The company's policy.
    Policy,
    /// A domain that is known by itself: gmail.com.
    KnownDomain,
    /// The hosts that take the domain's mail (RFC 5321 §5.1).
    Mx,
    /// Whether Microsoft knows the domain, and what its SPF record (RFC 7208) names.
    Tenant,
    /// The domain's own autoconfig page.
    Autoconfig,
    /// Mozilla's public list of providers.
    Ispdb,
    /// RFC 6186.
    Srv,
    /// Usual names, tried; a valid certificate is required.
    Guess,
    /// A Thunderbird on this computer; taken over where the rep says so, never asked by itself.
    Thunderbird,
}

impl SettingsOrigin {
    /// Those that are asked.
    pub const ALL: [Self; 8] = [
        Self::Policy,
        Self::KnownDomain,
        Self::Mx,
        Self::Tenant,
        Self::Autoconfig,
        Self::Ispdb,
        Self::Srv,
        Self::Guess,
    ];
}

/// What one source said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Finding {
    Running,
    /// It knows something; a host name or a service, for people to read.
    Found {
        detail: String,
    },
    Nothing,
    /// It could not be asked.
    Failed {
        detail: String,
    },
    /// Something better was found meanwhile.
    Stopped,
}

/// Hears what the sources say.
pub trait Watcher: Send + Sync {
    fn heard(&self, origin: SettingsOrigin, finding: Finding);
}

/// Nobody watches.
impl Watcher for () {
    fn heard(&self, _: SettingsOrigin, _: Finding) {}
}

/// What was found about an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Detected {
    /// The address as it will be used.
    pub address: Address,
    /// What was typed had full-width or stray characters, and was put right.
    pub normalised: bool,
    /// `info@`, `sales@`, `support@` …: more than one person may read it.
    pub looks_shared: bool,
    pub verdict: Verdict,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Verdict {
    /// Ways to connect, the recommended one first. Never empty.
    Offers { offers: Vec<Offer> },
    /// The mail passes a gateway that hides who hosts it: the rep knows. `likely` is the first choice.
    Ask { gateway: String, likely: Option<Hosting>, offers: Vec<Offer> },
    /// It can't be connected.
    Unsupported { why: Unsupported },
    /// Nothing certain: the form, filled in as far as can be guessed.
    Manual { guess: Option<Box<Offer>> },
    /// There is no network to ask; the address is kept for later.
    Offline,
}

/// Who may host a mailbox behind a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Hosting {
    Google,
    Microsoft,
    Other,
}

/// Why a mailbox can't be connected; each has its own sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Unsupported {
    /// Microsoft's clouds for the US government.
    MicrosoftGovernment,
    /// Microsoft's cloud in China.
    MicrosoftChina,
    /// Proton without its Bridge on this computer.
    ProtonWithoutBridge,
    /// Mail is only forwarded: there is no mailbox.
    ForwarderOnly,
    /// Amazon takes the mail and keeps no mailbox (SES).
    NoMailbox,
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// The carrier lets only its own app in.
    OwnAppOnly,
}

/// A way to connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Offer {
    /// The service as people call it, where it is known.
    pub service: Option<String>,
    pub protocol: Protocol,
    /// Where mail is received; `None` where only sending was found.
    pub receive: Option<Endpoint>,
    pub send: Option<Endpoint>,
    /// The name the server wants.
    pub user: String,
    /// The name the sending server wants, where it is another.
    pub send_user: Option<String>,
    pub sign_in: SignIn,
    /// A password that the provider makes for mail programs is needed.
    pub app_password: Option<AppPassword>,
    pub origin: SettingsOrigin,
    /// The servers are neither on the domain of the address nor on that of the hosts which take its mail, and nothing
    /// but a page or the DNS says so: to be looked at before a password is typed (RFC 6186 §6).
    pub foreign: bool,
    pub warning: Option<Warning>,
    /// The policy fixed it: nothing can be changed.
    pub locked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Protocol {
    Imap,
    Pop3,
}

/// How a rep gets an app password; the words for each provider stand in the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AppPassword {
    /// The provider's key in the messages: `google`, `yahoo`, `icloud`, `lineworks`, …
    pub guide: String,
    /// The page where it is made.
    pub page: Option<String>,
}

/// What a rep should know before connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Warning {
    /// Amazon WorkMail ends on 31 March 2027.
    WorkMailEnds,
    /// IMAP has to be switched on at the provider first.
    EnableImapFirst,
    /// The certificate usually shows the hoster's name.
    HosterCertificate,
    /// There is no client for this provider: Google by app password, Microsoft by asking IT.
    NoClient,
    /// The server was found without TLS.
    ClearText,
}

impl Detected {
    /// Reads what was typed: full-width characters are the same letters, and blanks around or inside are slips.
    /// Gives the address and whether anything was changed; `None` if it is not an address.
    pub fn address(typed: &str) -> Option<(Address, bool)> {
        let narrow: String = typed.chars().map(narrow).filter(|c| !c.is_whitespace()).collect();
        let address = Address::parse(&narrow)?;
        Some((address, narrow != typed))
    }
}

/// The ordinary form of a full-width character (Unicode block "Halfwidth and Fullwidth Forms").
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '。' | '｡' => '.',
        other => other,
    }
}

/// Names that usually belong to a team.
const SHARED: &[&str] = &[
    "contact", "eigyo", "hr", "info", "inquiry", "jinji", "office", "recruit", "sales", "saiyo", "service", "shop",
    "soumu", "support", "team", "toiawase",
];

/// Whether an address looks as if several people read it.
pub fn looks_shared(address: &Address) -> bool {
    let local = address.local_part();
    SHARED
        .iter()
        .any(|name| local == *name || local.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '.', '_'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str, changed: bool) {
        let read = Detected::address(typed).map(|(address, changed)| (address.to_string(), changed));
        assert_eq!(read, Some((expected.to_owned(), changed)), "{typed:?}");
    }

    #[test]
    fn full_width_letters_and_stray_blanks_are_put_right_and_told() {
        check("taro@example.jp", "taro@example.jp", false);
        check("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", true);
        check(" taro@example。jp ", "taro@example.jp", true);
        check("taro@\u{3000}example.jp", "taro@example.jp", true);
        assert_eq!(Detected::address("taro"), None);
    }

    #[test]
    fn a_team_address_is_known_by_its_name() {
        let looks = |text: &str| Address::parse(text).is_some_and(|address| looks_shared(&address));
        assert!(looks("info@x.jp") && looks("sales-tokyo@x.jp") && looks("SUPPORT@x.jp"));
        assert!(!looks("informatik@x.jp") && !looks("taro.sales@x.jp"));
    }
}
