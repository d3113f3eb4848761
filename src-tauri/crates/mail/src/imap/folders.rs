//! Folders, their names, and what they are for.

use std::collections::HashSet;

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};
use otomo_domain::error::MailFault;
use otomo_domain::sync::{Folder, FolderRole};

use super::dialogue::Dialogue;
use super::guard::Allowance;
use crate::role;

/// How many folders are listed at most.
const FOLDERS: u64 = 20_000;

/// A folder as LIST shows it.
#[derive(Debug)]
struct Listed {
    name: String,
    delimiter: Option<char>,
    /// What the server says it is for.
    special_use: Option<FolderRole>,
}

/// The folders that can be opened.
pub async fn list(dialogue: &mut Dialogue) -> Result<Vec<Folder>, MailFault> {
    // RFC 6154 §2: without being asked, a server need not say what its folders are for.
    let extended = dialogue.has(&["LIST-EXTENDED", "SPECIAL-USE"]).await?;
    let command = if extended { r#"LIST "" "*" RETURN (SPECIAL-USE)"# } else { r#"LIST "" "*""# };
    let mut listed = Vec::new();
    let each = |answer: &Response<'_>| listed.extend(folder(answer));
    dialogue.exchange(command, Allowance::lines(FOLDERS), each).await?.or_fault()?;
    Ok(with_roles(listed))
}

/// The argument of a command that names this folder (RFC 9051 §4.3), or `None` if no command could.
pub fn quoted(name: &str) -> Option<String> {
    let speakable = !name.is_empty() && !name.contains(['\r', '\n', '\0', char::REPLACEMENT_CHARACTER]);
    speakable.then(|| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn folder(answer: &Response<'_>) -> Option<Listed> {
    let Response::MailboxData(MailboxDatum::List(list)) = answer else { return None };
    let closed = |attribute: &NameAttribute<'_>| match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    };
    let name = unescaped(&list.name);
    if list.name_attributes.iter().any(closed) || quoted(&name).is_none() {
        return None;
    }
    let delimiter = list.delimiter.as_deref().and_then(|text| text.chars().last());
    Some(Listed { name, delimiter, special_use: list.name_attributes.iter().find_map(special_use) })
}

fn special_use(attribute: &NameAttribute<'_>) -> Option<FolderRole> {
    match attribute {
        NameAttribute::Sent => Some(FolderRole::Sent),
        NameAttribute::Drafts => Some(FolderRole::Drafts),
        NameAttribute::Junk => Some(FolderRole::Junk),
        NameAttribute::Trash => Some(FolderRole::Trash),
        NameAttribute::Archive => Some(FolderRole::Archive),
        NameAttribute::All => Some(FolderRole::All),
        _ => None,
    }
}

/// imap-proto leaves the escapes of a quoted name in it, and does not tell a quoted name from a literal. In a quoted one
/// every backslash escapes a backslash or a quote (RFC 9051 §9); a name where that holds was quoted.
fn unescaped(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('\\', Some(escaped @ ('\\' | '"'))) => {
                plain.push(escaped);
                characters.next();
            }
            ('\\' | '"', _) => return name.to_owned(),
            _ => plain.push(character),
        }
    }
    plain
}

/// Gives every folder its role: the server's word first. A name counts only for a role that the server gave to none.
fn with_roles(listed: Vec<Listed>) -> Vec<Folder> {
    let given: HashSet<FolderRole> = listed.iter().filter_map(|folder| folder.special_use).collect();
    let mut seen = HashSet::new();
    let mut folders = Vec::new();
    for folder in listed {
        let guessed = || Some(role::by_name(&folder.name, folder.delimiter)).filter(|role| !given.contains(role));
        let role = if folder.name.eq_ignore_ascii_case("INBOX") {
            FolderRole::Inbox
        } else {
            folder.special_use.or_else(guessed).unwrap_or(FolderRole::Other)
        };
        if seen.insert(folder.name.clone()) {
            folders.push(Folder { name: folder.name, role });
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folders a server's LIST answers stand for.
    fn check(answers: &[&str], expected: &[(&str, FolderRole)]) {
        let lines: Vec<String> = answers.iter().map(|answer| format!("* LIST {answer}\r\n")).collect();
        let listed = lines.iter().filter_map(|line| folder(&Response::parse(line.as_bytes()).unwrap().1)).collect();
        let folders = with_roles(listed);
        let seen: Vec<_> = folders.iter().map(|folder| (folder.name.as_str(), folder.role)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_servers_word_comes_before_the_name() {
        check(
            &[r#"(\HasNoChildren) "/" INBOX"#, r#"(\Sent) "/" "Postausgang""#, r#"() "/" Sent"#, r#"() "/" Trash"#],
            &[
                ("INBOX", FolderRole::Inbox),
                ("Postausgang", FolderRole::Sent),
                ("Sent", FolderRole::Other),
                ("Trash", FolderRole::Trash),
            ],
        );
    }

    #[test]
    fn a_name_in_modified_utf_7_is_recognised_and_kept_as_the_server_spells_it() {
        check(&[r#"() "." "INBOX.&kAFP4W4IMH8-""#], &[("INBOX.&kAFP4W4IMH8-", FolderRole::Sent)]);
        check(&[r#"() "/" "[Gmail]/Sent Mail""#], &[("[Gmail]/Sent Mail", FolderRole::Sent)]);
    }

    #[test]
    fn a_server_without_hierarchy_has_flat_names() {
        check(
            &[r#"() NIL "Sent/Old""#, r#"() NIL Sent"#],
            &[("Sent/Old", FolderRole::Other), ("Sent", FolderRole::Sent)],
        );
    }

    #[test]
    fn what_cannot_be_opened_is_left_out() {
        check(&[r#"(\Noselect) "/" "[Gmail]""#, r#"(\NonExistent) "/" Gone"#, r#"() "/" """#], &[]);
        check(
            &["() \"/\" {7}\r\na\r\nNOOP", "() \"/\" {3}\r\na\0b", "() \"/\" {2}\r\n\u{e9}"],
            &[("é", FolderRole::Other)],
        );
    }

    #[test]
    fn a_folder_that_is_listed_twice_is_there_once() {
        check(&[r#"() "/" INBOX"#, r#"() "/" inbox"#], &[("INBOX", FolderRole::Inbox)]);
    }

    #[test]
    fn a_name_survives_the_way_from_the_server_and_back() {
        let round = |wire: &str| quoted(&unescaped(wire));
        assert_eq!(round(r#"a \"b\" \\c"#).as_deref(), Some(r#""a \"b\" \\c""#));
        assert_eq!(round(r"from a literal: \c").as_deref(), Some(r#""from a literal: \\c""#));
        assert_eq!(quoted("a\r\nA1 DELETE INBOX"), None);
    }
}
