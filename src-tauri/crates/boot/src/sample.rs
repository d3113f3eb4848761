//! A first look: a small mailbox as mail files and a folder CRM with its contacts, connected and running.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use otomo_api::{ApiError, Code};
use otomo_domain::ports::Clock;
use serde_json::json;

use crate::clock::MachineClock;
use crate::home::{Home, TestHome};
use crate::key::KeyPlace;
use crate::start::{Options, Running, start};

/// Where the samples were written.
#[derive(Debug)]
pub struct Sample {
    /// The rep of the sample mailbox.
    pub address: &'static str,
    pub mailbox: PathBuf,
    pub crm: PathBuf,
}

const ADDRESS: &str = "kenji.mori@mori-trading.example";

const MAILS: &[(&str, &[u8])] = &[
    ("01.eml", include_bytes!("sample/01.eml")),
    ("02.eml", include_bytes!("sample/02.eml")),
    ("03.eml", include_bytes!("sample/03.eml")),
    ("04.eml", include_bytes!("sample/04.eml")),
    ("05.eml", include_bytes!("sample/05.eml")),
    ("06.eml", include_bytes!("sample/06.eml")),
    ("07.eml", include_bytes!("sample/07.eml")),
    ("08.eml", include_bytes!("sample/08.eml")),
    ("09.eml", include_bytes!("sample/09.eml")),
];

/// Starts the program on sample data in `folder`, everything connected. The key is kept nowhere: what the databases hold
/// is gone when the process ends. `options` say everything else; a higher clock rate is for a demonstration that nobody
/// wants to wait for.
pub async fn start_on(folder: &Path, crm: &Path, options: Options) -> Result<(Running, Sample), ApiError> {
    let unusable = |e: io::Error| ApiError::new(Code::HomeUnusable, e.to_string());
    let sample = write(&folder.join("mailbox"), crm).map_err(unusable)?;
    let home = folder.join("home");
    Home::open(&home)?.mark_for_tests(TestHome { epoch: MachineClock::default().now().0 })?;
    let running = start(Options { home: Some(home), key: KeyPlace::Memory, sample: true, ..options }).await?;
    let connection = json!({ "kind": "folder", "settings": { "path": sample.crm } });
    running.api().dispatch("crm.connect", connection).await?;
    let account = json!({ "address": sample.address, "path": sample.mailbox });
    running.api().dispatch("accounts.add", account).await?;
    Ok((running, sample))
}

/// Writes the sample mailbox and the sample CRM's contacts. Files that are there already are written anew.
fn write(mailbox: &Path, crm: &Path) -> io::Result<Sample> {
    fs::create_dir_all(mailbox)?;
    fs::create_dir_all(crm)?;
    for (name, bytes) in MAILS {
        fs::write(mailbox.join(name), bytes)?;
    }
    fs::write(crm.join("contacts.csv"), include_bytes!("sample/contacts.csv"))?;
    Ok(Sample { address: ADDRESS, mailbox: mailbox.to_owned(), crm: crm.to_owned() })
}
