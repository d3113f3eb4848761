//! The lab that other tests stand on: real servers, apart from each other, gone with their owner.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use kit::lab::{BOB, Lab, Service};
use kit::mailbox;
use otomo_domain::address::Address;
use otomo_domain::policy::Policy;

/// Runs a Python script beside the lab and gives what it printed.
fn python(lab: &Lab, arguments: &[&str]) -> String {
    let mut command = Command::new("python3");
    let output = command.args(arguments).envs(lab.environment()).output().expect("python3 can be run");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

#[test]
fn every_server_of_the_lab_behaves_like_the_real_one() {
    let lab = Lab::start(&Service::ALL);
    let prove = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/prove.py");
    let printed = python(&lab, &[prove.to_str().expect("a path in UTF-8")]);
    assert!(printed.ends_with("all good\n"), "{printed}");
}

#[test]
fn a_generated_maildir_is_in_the_inbox_with_its_bytes_and_times() {
    let lab = Lab::start(&[Service::Dovecot]);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let truth = mailbox::generate(&dir.path().join("box"), &["--count", "20"]);
    assert_eq!(lab.deliver_maildir(BOB.address, &dir.path().join("box")), 20);
    lab.deliver(BOB.address, "Sent", b"Subject: sent\n\nhello\n");
    let listing = "
import imaplib, ssl, sys
host, port, ca, user, password = sys.argv[1:]
imap = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
imap.login(user, password)
print(imap.select('Sent', readonly=True)[1][0].decode())
print(imap.select('INBOX', readonly=True)[1][0].decode())
for answer in imap.fetch('1:*', '(INTERNALDATE RFC822.SIZE)')[1]:
    print(int(__import__('time').mktime(imaplib.Internaldate2tuple(answer))))
";
    let (host, port) = (lab.dns().ip().to_string(), lab.imaps().port.to_string());
    let ca = lab.ca().display().to_string();
    let printed = python(&lab, &["-c", listing, &host, &port, &ca, BOB.address, BOB.password]);
    let mut times: Vec<_> = truth.iter().map(|t| t.epoch.to_string()).collect();
    times.splice(0..0, ["1".into(), "20".into()]);
    assert_eq!(printed.lines().collect::<Vec<_>>(), times);
}

#[test]
fn labs_stand_side_by_side_and_each_ends_with_its_owner() {
    let (one, other) = (Lab::start(&[Service::Dnsmasq]), Lab::start(&[Service::Dnsmasq]));
    let (here, there) = (one.dns(), other.dns());
    assert_ne!(here.ip(), there.ip());
    let taken = |at: SocketAddr| TcpListener::bind(at).is_err();
    assert_eq!((taken(here), taken(there)), (true, true));
    drop(one);
    assert_eq!((taken(here), taken(there)), (false, true));
}

#[test]
fn the_policy_of_the_lab_is_a_policy_and_leads_to_it() {
    let lab = Lab::shared();
    let policy = Policy::parse(&lab.policy_json()).expect("a policy");
    let address = Address::parse(BOB.address).expect("an address");
    let preset = policy.preset(&address).map(|(preset, user)| (preset.imap.clone(), user));
    assert_eq!(preset, Some((Some(lab.imaps()), BOB.address.to_owned())));
    assert_eq!(policy.resolver, Some(lab.dns()));
    assert!(policy.extra_ca.iter().all(|ca| ca.is_file()));
}

#[test]
fn every_generated_message_carries_its_canaries_and_big_ones_have_their_size() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let out = dir.path().join("box");
    let truth = mailbox::generate(&out, &["--count", "50", "--canary", "cnry", "--big", "12", "--format", "eml"]);
    assert_eq!(truth.len(), 51);
    let mut tokens: Vec<_> = truth.iter().flat_map(|t| t.canaries.values()).collect();
    let (all, least) = (tokens.len(), 3 * truth.len());
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), all, "a token stands in one place only");
    assert!(all > least, "{all}");
    let ccs = truth.iter().filter(|t| t.canaries.get("cc").is_some_and(|cc| t.cc.contains(cc)));
    assert_eq!(ccs.count(), 51);
    let big = std::fs::read(out.join(&truth[50].file)).expect("the big message");
    let wire = big.len() + big.iter().filter(|b| **b == b'\n').count();
    assert!((11_900_000..12_100_000).contains(&wire), "{wire}");
}
