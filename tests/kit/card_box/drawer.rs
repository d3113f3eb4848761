//! The box as it lies on the disk: one file, which a test may change under the program's hands.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use otomo_domain::contact::{Contact, RecordRef};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

const FILE: &str = "box.json";

/// The right to look at cards.
pub const READ: &str = "cards.read";

/// The right to log mail.
pub const WRITE: &str = "mail.write";

/// The right to take mail back.
pub const TAKE_BACK: &str = "mail.take_back";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CardBox {
    /// Who may open it.
    pub key: String,
    /// Whose key that is.
    pub keeper: String,
    /// What the key is good for.
    pub rights: Vec<String>,
    pub cards: Vec<Contact>,
    /// What was logged, by the key of the mail.
    #[serde(default)]
    pub mails: BTreeMap<String, Logged>,
}

/// A mail in the box.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Logged {
    pub links: Vec<RecordRef>,
    /// The approved bytes.
    pub payload: String,
}

impl CardBox {
    pub fn grants(&self, right: &str) -> bool {
        self.rights.iter().any(|granted| granted == right)
    }

    pub fn read(place: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(place.join(FILE))?)?)
    }

    /// Whoever reads meanwhile sees the box before or after.
    pub fn write(&self, place: &Path) -> io::Result<()> {
        let file = NamedTempFile::new_in(place)?;
        serde_json::to_writer_pretty(&file, self)?;
        file.persist(place.join(FILE))?;
        Ok(())
    }
}
