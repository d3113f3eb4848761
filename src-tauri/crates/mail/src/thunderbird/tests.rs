use std::fs;

use super::*;

const PREFS: &str = r#"// Mozilla User Preferences
user_pref("mail.accountmanager.accounts", "account1,account2,account3,account4,account5");
user_pref("mail.account.account1.identities", "id1,id2");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account3.identities", "id3");
user_pref("mail.account.account3.server", "server3");
user_pref("mail.account.account4.identities", "id4");
user_pref("mail.account.account4.server", "server4");
user_pref("mail.account.account5.identities", "id5");
user_pref("mail.account.account5.server", "server5");
user_pref("mail.identity.id1.fullName", "山田 太郎");
user_pref("mail.identity.id1.useremail", "Taro@corp.jp");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id3.useremail", "taro@gmail.com");
user_pref("mail.identity.id4.useremail", "old@corp.jp");
user_pref("mail.identity.id4.smtpServer", "smtp2");
user_pref("mail.identity.id5.useremail", "taro@m365.example");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.hostname", "IMAP.corp.jp");
user_pref("mail.server.server1.port", 993);
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.server.server1.userName", "taro");
user_pref("mail.server.server1.authMethod", 3);
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server3.type", "imap");
user_pref("mail.server.server3.hostname", "imap.gmail.com");
user_pref("mail.server.server3.socketType", 3);
user_pref("mail.server.server3.userName", "taro@gmail.com");
user_pref("mail.server.server3.authMethod", 10);
user_pref("mail.server.server4.type", "pop3");
user_pref("mail.server.server4.hostname", "pop.corp.jp");
user_pref("mail.server.server4.userName", "old");
user_pref("mail.server.server5.type", "imap");
user_pref("mail.server.server5.hostname", "outlook.office365.com");
user_pref("mail.server.server5.socketType", 3);
user_pref("mail.server.server5.userName", "taro@m365.example");
user_pref("mail.server.server5.authMethod", 3);
user_pref("mail.smtp.defaultserver", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.corp.jp");
user_pref("mail.smtpserver.smtp1.port", 587);
user_pref("mail.smtpserver.smtp1.try_ssl", 2);
user_pref("mail.smtpserver.smtp1.username", "taro@corp.jp");
user_pref("mail.smtpserver.smtp2.hostname", "bad host/");
"#;

/// A home with a profile of these settings at a place of it.
fn home(place: &str, ini: &str, prefs: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(place);
    fs::create_dir_all(folder.join("Profiles/x.default")).unwrap();
    fs::write(folder.join("profiles.ini"), ini).unwrap();
    fs::write(folder.join("Profiles/x.default/prefs.js"), prefs).unwrap();
    home
}

const INI: &str =
    "[General]\nStartWithLastProfile=1\n\n[Profile0]\nName=default\nIsRelative=1\nPath=Profiles/x.default\n";

/// An account in a line.
fn shown(account: &ImportedAccount) -> String {
    let at = |endpoint: &Option<Endpoint>| {
        endpoint.as_ref().map_or("-".into(), |e| format!("{}:{} {:?}", e.host, e.port, e.security))
    };
    let ImportedAccount { address, offer } = account;
    let by = match &offer.sign_in {
        SignIn::OAuth { provider } => provider.as_str(),
        SignIn::Password => "password",
    };
    format!("{address} {} {} {} {by} {:?}", offer.user, at(&offer.receive), at(&offer.send), offer.warning)
}

fn check(home: &Path, expected: &[&str]) {
    assert_eq!(found(home).iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn the_accounts_of_a_profile_are_found_with_their_servers() {
    let smtp = "smtp.corp.jp:587 StartTls";
    let expected = [
        format!("taro@corp.jp taro imap.corp.jp:993 Tls {smtp} password None"),
        format!("taro@gmail.com taro@gmail.com imap.gmail.com:993 Tls {smtp} google None"),
        "old@corp.jp old pop.corp.jp:110 Clear - password Some(ClearText)".into(),
        format!("taro@m365.example taro@m365.example outlook.office365.com:993 Tls {smtp} microsoft None"),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    for place in [".thunderbird", "AppData/Roaming/Thunderbird", "Library/Thunderbird"] {
        check(home(place, INI, PREFS).path(), &expected);
    }
}

#[test]
fn a_name_for_sending_is_kept_only_where_it_is_another() {
    let home = home(".thunderbird", INI, PREFS);
    let names: Vec<_> = found(home.path()).into_iter().map(|account| account.offer.send_user).collect();
    assert_eq!(names.first(), Some(&Some("taro@corp.jp".to_owned())));
}

#[test]
fn a_home_without_thunderbird_or_with_a_broken_one_has_no_accounts() {
    let empty = tempfile::tempdir().unwrap();
    check(empty.path(), &[]);
    check(home(".thunderbird", "", PREFS).path(), &[]);
    check(home(".thunderbird", "[Profile0]\nPath=\n[Profile1]\nPath=nowhere\n", PREFS).path(), &[]);
    check(home(".thunderbird", INI, "\0\u{fffd}user_pref(").path(), &[]);
    let half: String = PREFS.chars().take(700).collect();
    check(home(".thunderbird", INI, &half).path(), &[]);
    let folder = home(".thunderbird", INI, PREFS);
    let prefs = folder.path().join(".thunderbird/Profiles/x.default/prefs.js");
    fs::remove_file(&prefs).unwrap();
    fs::create_dir(&prefs).unwrap();
    check(folder.path(), &[]);
}

#[test]
fn one_account_in_two_profiles_is_found_once() {
    let twice = format!("{INI}\n[Profile1]\nName=again\nIsRelative=1\nPath=Profiles/x.default\n");
    assert_eq!(found(home(".thunderbird", &twice, PREFS).path()).len(), 4);
}
