//! Mails as they leave the outbox, and their files.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use otomo_domain::address::Address;
use otomo_domain::connector::{Files, Outgoing, RemoteMail, Sought};
use otomo_domain::contact::{RecordRef, RecordType};
use otomo_domain::digest::Digest;
use otomo_domain::error::CrmFault;
use otomo_domain::mail::{Direction, MailKey};
use otomo_domain::payload::{Frozen, Level, Named, Payload, SharedFile};
use otomo_domain::ports::CrmConnector;

/// The frozen files of a mail, as the store would lend them.
#[derive(Default)]
pub struct Kept {
    files: BTreeMap<Digest, Vec<u8>>,
    /// The largest piece that was asked for at once.
    pub largest_read: Arc<AtomicUsize>,
}

impl Files for Kept {
    fn open(&self, sha256: &Digest) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.files.get(sha256).ok_or(io::ErrorKind::NotFound)?.clone();
        Ok(Box::new(Watched { bytes: Cursor::new(bytes), largest_read: self.largest_read.clone() }))
    }
}

struct Watched {
    bytes: Cursor<Vec<u8>>,
    largest_read: Arc<AtomicUsize>,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.largest_read.fetch_max(into.len(), Ordering::Relaxed);
        self.bytes.read(into)
    }
}

/// A mail on its way.
pub struct Sample {
    pub payload: Payload,
    pub frozen: Frozen,
    pub kept: Kept,
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|| panic!("{text} is no address"))
}

impl Sample {
    /// A mail with this Message-ID, shared in full.
    pub fn new(message_id: &str) -> Self {
        let named = |email: &str, name: &str| Named { email: address(email), name: name.into() };
        Self::of(Payload {
            message_id: message_id.into(),
            in_reply_to: Some("<before@x.jp>".into()),
            references: vec!["<first@x.jp>".into(), "<before@x.jp>".into()],
            direction: Direction::Incoming,
            date: "2026-11-22T05:00:00Z".into(),
            from: named("hanako@x.jp", "髙橋 花子"),
            to: vec![named("rep@own.example", "営業 一郎")],
            cc: vec![named("cc@x.jp", "")],
            subject: "御見積書の件 \"①\" 🍙".into(),
            share_level: Level::Full,
            body_text: Some("いつもお世話になっております。\r\n\u{2028}<b>&amp;</b>".into()),
            body_html: Some("<p>いつもお世話になっております。</p>".into()),
            attachments: Vec::new(),
            links: vec![RecordRef { kind: RecordType::Deal, id: "41".into() }],
            digest: None,
        })
    }

    fn of(payload: Payload) -> Self {
        let frozen = payload.clone().freeze();
        let payload = Payload { digest: Some(frozen.sha256), ..payload };
        Self { payload, frozen, kept: Kept::default() }
    }

    /// The same with something else in it.
    pub fn but(self, change: impl FnOnce(&mut Payload)) -> Self {
        let mut payload = self.payload;
        change(&mut payload);
        Self { kept: self.kept, ..Self::of(payload) }
    }

    /// The same with one more file.
    pub fn with_file(self, name: &str, bytes: &[u8]) -> Self {
        let file = SharedFile {
            sha256: Digest::of(bytes),
            name: name.into(),
            content_type: "application/pdf".into(),
            size: bytes.len() as u64,
            inline: false,
            content_id: None,
        };
        let mut sample = self.but(|payload| payload.attachments.push(file));
        sample.kept.files.insert(Digest::of(bytes), bytes.to_vec());
        sample
    }

    /// The same after its files were changed behind its back; `None` loses them.
    pub fn with_damaged_files(mut self, damage: Option<fn(&mut Vec<u8>)>) -> Self {
        match damage {
            Some(damage) => self.kept.files.values_mut().for_each(damage),
            None => self.kept.files.clear(),
        }
        self
    }

    pub fn key(&self) -> MailKey {
        MailKey::of_message_id(&self.payload.message_id)
    }

    pub fn sought(&self) -> Sought<'_> {
        Sought { key: self.key(), payload: &self.payload }
    }

    pub fn outgoing(&self) -> Outgoing<'_> {
        Outgoing { key: self.key(), frozen: &self.frozen, payload: &self.payload, files: &self.kept }
    }

    /// Puts the files, then logs the mail, as the engine does.
    pub async fn deliver(&self, crm: &dyn CrmConnector) -> Result<RemoteMail, CrmFault> {
        for meta in &self.payload.attachments {
            crm.put_attachment(otomo_domain::connector::OutgoingFile { meta, files: &self.kept }).await?;
        }
        crm.log_mail(self.outgoing()).await
    }
}
