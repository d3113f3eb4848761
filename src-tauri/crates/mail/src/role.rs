//! What a folder is for, by what servers and mail programs called it before SPECIAL-USE (RFC 6154).

use otomo_domain::sync::FolderRole;
use otomo_domain::utf7;

/// The role of a folder by its name as a server or a Maildir spells it; of a path, only its last part counts.
pub fn by_name(name: &str, delimiter: Option<char>) -> FolderRole {
    let name = utf7::decode(name).to_lowercase();
    let leaf = delimiter.and_then(|delimiter| name.rsplit(delimiter).next()).unwrap_or(&name);
    match leaf {
        "sent" | "sent items" | "sent mail" | "sent messages" | "sent-mail" => FolderRole::Sent,
        "送信済み" | "送信済みメール" | "送信済みアイテム" | "送信済みトレイ" | "送信メール" | "送信箱" => {
            FolderRole::Sent
        }
        "drafts" | "draft" | "下書き" | "下書きメール" | "草稿" => FolderRole::Drafts,
        "junk" | "junk e-mail" | "junk email" | "spam" | "bulk mail" | "迷惑メール" | "迷惑メールフォルダ" => {
            FolderRole::Junk
        }
        "trash" | "deleted items" | "deleted messages" => FolderRole::Trash,
        "ゴミ箱" | "ごみ箱" | "削除済み" | "削除済みアイテム" | "削除済みメール" => {
            FolderRole::Trash
        }
        "archive" | "archives" | "アーカイブ" => FolderRole::Archive,
        "all mail" | "すべてのメール" => FolderRole::All,
        _ => FolderRole::Other,
    }
}
