//! The files of a mail: which ones are taken, and under which name they lie at their record.
//!
//! A file hangs on the person or company, not on the activity (whether an activity can have files is not documented).
//! Its name carries the beginning of its digest, so that the same file is put there once, and two files of one name
//! are kept apart.

use std::io::Read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use otomo_domain::connector::Files;
use otomo_domain::error::{CrmFault, CrmFaultKind};
use otomo_domain::payload::SharedFile;

use super::people::Place;
use super::session::Query;
use super::xml::{self, Element};
use crate::chosen::{Chosen, Unsendable};

/// The largest file, in bytes, and the longest name, in bytes of UTF-8.
pub const LARGEST: u64 = 10 << 20;
const LONGEST_NAME: usize = 255;

/// "Attachment - Mime Type List", with the endings by which a file of no stated kind is known.
const TYPES: [(&str, &[&str]); 13] = [
    ("text/plain", &["txt"]),
    ("text/html", &["html", "htm"]),
    ("application/pdf", &["pdf"]),
    ("application/msword", &["doc"]),
    ("application/vnd.ms-excel", &["xls"]),
    ("application/vnd.ms-powerpoint", &["ppt"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    ("image/gif", &["gif"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/bmp", &["bmp"]),
];

/// The type under which a file is taken, or why it isn't.
pub fn content_type(file: &SharedFile) -> Result<&'static str, CrmFault> {
    if file.size > LARGEST {
        return Err(CrmFault::new(CrmFaultKind::TooLarge, format!("a file may have {LARGEST} bytes")));
    }
    let stated = file.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let fits = |(known, endings): &&(&str, &[&str])| {
        *known == stated || (stated == "application/octet-stream" && endings.contains(&ending.as_str()))
    };
    let refused = || CrmFault::new(CrmFaultKind::Rejected, format!("no files of the type {stated} are taken"));
    TYPES.iter().find(fits).map(|(known, _)| *known).ok_or_else(refused)
}

/// What the name of a file must not have ("Windows のファイル名として使えない文字").
const NEVER: [char; 11] = ['\\', '/', ':', '*', '?', '"', '<', '>', '|', '\n', '\t'];

/// The name at the record: `見積書 [3f2a91bc].pdf`.
pub fn name(file: &SharedFile) -> String {
    let name = xml::sendable(&file.name).replace(NEVER, " ");
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => (stem, format!(".{ending}")),
        _ => (name.as_str(), String::new()),
    };
    let digits: String = file.sha256.to_string().chars().take(8).collect();
    let rest = format!(" [{digits}]{ending}");
    let mut room = LONGEST_NAME.saturating_sub(rest.len());
    let fits = |character: &char| match room.checked_sub(character.len_utf8()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    stem.chars().take_while(fits).collect::<String>() + &rest
}

/// The parameters that ask for files of candidates, without their content.
pub const ANY: [(&str, &str); 2] = [("requestType", "1"), ("resource", "1")];

/// The parameters that list the files of a record, without their content.
pub fn query(partition: &str, place: Place, start: usize) -> Query<'static> {
    vec![
        ("partition", partition.to_owned()),
        ("requestType", "1".to_owned()),
        ("resource", place.resource.value().to_owned()),
        ("resourceId", place.id.to_string()),
        ("count", "200".to_owned()),
        ("start", start.to_string()),
    ]
}

/// The names on a page of files.
pub fn names(page: &Element) -> impl Iterator<Item = String> {
    page.items().map(|item| item.text_of("FileName").to_owned())
}

/// The XML that puts a file to a record.
pub fn compose(file: &SharedFile, content: &[u8], place: Place) -> Result<String, CrmFault> {
    let elements = [
        ("Id", "-1".to_owned()),
        ("Resource", place.resource.value().to_owned()),
        ("ResourceId", place.id.to_string()),
        ("ContentType", content_type(file)?.to_owned()),
        ("FileName", name(file)),
    ];
    let elements: String = elements.iter().map(|(name, value)| xml::element(name, value)).collect();
    let content = BASE64_STANDARD.encode(content);
    Ok(format!("<Attachment><Item>{elements}<Content>{content}</Content></Item></Attachment>"))
}

/// The whole file, proved to be the one that was chosen. It goes into one element, so it is held whole, one at a time.
pub async fn content(files: &dyn Files, file: &SharedFile) -> Result<Vec<u8>, CrmFault> {
    let mut chosen = Chosen::open(files, file).map_err(|e| CrmFault::from(&e))?;
    let read = tokio::task::spawn_blocking(move || {
        let mut content = Vec::new();
        chosen.read_to_end(&mut content).map(|_| content)
    });
    let broken = |detail: String| CrmFault::new(CrmFaultKind::AttachmentMissing, detail);
    match read.await {
        Ok(Ok(content)) => Ok(content),
        Ok(Err(e)) => Err(Unsendable::among_causes(&e).map_or_else(|| broken(e.to_string()), CrmFault::from)),
        Err(e) => Err(broken(format!("the reading broke off: {e}"))),
    }
}

#[cfg(test)]
mod tests {
    use otomo_domain::digest::Digest;

    use super::*;

    fn file(name: &str, content_type: &str, size: u64) -> SharedFile {
        SharedFile {
            sha256: Digest::of(b"x"),
            name: name.into(),
            content_type: content_type.into(),
            size,
            inline: false,
            content_id: None,
        }
    }

    #[test]
    fn what_the_crm_does_not_take_is_refused_before_anything_is_sent() {
        let check = |name, stated, size| content_type(&file(name, stated, size)).map_err(|fault| fault.kind);
        assert_eq!(check("a.pdf", "application/pdf", 1), Ok("application/pdf"));
        assert_eq!(check("a", "Text/Plain; charset=utf-8", 1), Ok("text/plain"));
        assert_eq!(check("a.PDF", "application/octet-stream", 1), Ok("application/pdf"));
        assert_eq!(check("a.zip", "application/zip", 1), Err(CrmFaultKind::Rejected));
        assert_eq!(check("a.pdf.exe", "application/octet-stream", 1), Err(CrmFaultKind::Rejected));
        assert_eq!(check("a.pdf", "application/pdf", LARGEST + 1), Err(CrmFaultKind::TooLarge));
    }

    #[test]
    fn a_name_tells_which_file_it_is_and_fits() {
        let digits = format!("{:.8}", Digest::of(b"x").to_string());
        let check = |given: &str, expected: &str| {
            assert_eq!(name(&file(given, "", 1)), expected.replace('#', &format!("[{digits}]")));
        };
        check("見積書.pdf", "見積書 #.pdf");
        check("a\r\nb", "a b #");
        check("Q3: a/b <final?>.pdf", "Q3  a b  final   #.pdf");
        check(".htaccess", ".htaccess #");
        check("", " #");
        let long = name(&file(&format!("{}.pdf", "見".repeat(200)), "", 1));
        assert!(long.len() <= LONGEST_NAME && long.ends_with("].pdf"), "{long}");
    }
}
