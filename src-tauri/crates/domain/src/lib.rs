//! What is true: values in, values out.
//!
//! This crate knows no network, no file, no clock and no randomness: time and identifiers come in as values,
//! and the few traits of [`ports`] only name what the outside must offer. What a rule decides is decided here.
//!
//! | module | holds |
//! |---|---|
//! | [`address`], [`mail`], [`contact`], [`account`] | the nouns |
//! | [`sync`], [`utf7`] | which part of a mailbox to fetch next; how a folder's name is read |
//! | [`detect`], [`oauth`] | what is found out about an address, and the providers that a rep signs in at |
//! | [`hosting`] | the services that are known by name: their hosts, and how to get at a mailbox there |
//! | [`step`] | how far a connection to a mailbox has come |
//! | [`file_name`] | under which name an attachment is saved |
//! | [`link`] | which links of a mail may be opened |
//! | [`fold`] | text as it is compared |
//! | [`search`] | a contact as it is looked for: in kanji, kana or Latin letters |
//! | [`matching`], [`rules`] | who a mail belongs to; what people said about mail in general |
//! | [`automated`], [`sensitive`] | whether a machine wrote a mail; what in a text has to be looked at before it leaves |
//! | [`judge`] | all of it together: what becomes of a mail nobody has decided on, and why |
//! | [`sharing`] | how an account shares |
//! | [`payload`], [`redaction`] | exactly what a CRM will be sent, and what is taken out of it |
//! | [`review`], [`retry`], [`audit`] | the state of a decision, when to try again, its trace |
//! | [`awake`] | how long the machine has really been running |
//! | [`policy`] | what the company's administrator fixed |
//! | [`connector`], [`ports`], [`error`], [`secret`], [`words`] | the shape of the outside |

pub mod account;
pub mod address;
pub mod audit;
pub mod automated;
pub mod awake;
pub mod connector;
pub mod contact;
pub mod detect;
pub mod digest;
pub mod error;
pub mod file_name;
pub mod fold;
pub mod hosting;
pub mod judge;
pub mod link;
pub mod mail;
pub mod matching;
pub mod oauth;
pub mod payload;
pub mod policy;
pub mod ports;
pub mod redaction;
pub mod retry;
pub mod review;
pub mod rules;
pub mod search;
pub mod secret;
pub mod sensitive;
pub mod sharing;
pub mod step;
pub mod sync;
pub mod time;
pub mod utf7;
pub mod words;
