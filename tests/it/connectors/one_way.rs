//! What a connector owes the engine from which nothing comes back: neither whether a mail is logged, nor what became of
//! it. The checks of `suite` that ask nothing of the CRM hold for it as well.

use otomo_domain::connector::{RemoteMail, Retraction};
use otomo_domain::error::CrmFaultKind;

use super::sample::Sample;
use super::world::World;

/// What becomes of a kept file; `None` loses it.
type Damage = Option<fn(&mut Vec<u8>)>;

pub async fn it_says_that_nothing_comes_back(world: impl World) {
    let (info, sample) = (world.crm().describe(), Sample::new("<1@x.jp>"));
    assert_eq!(info.retraction, Retraction::None);
    assert!(!info.notices.is_empty() && !info.relinks && !info.searches);
    let identity = world.crm().check().await.unwrap();
    assert!(!identity.can_unlog && !identity.user_id.is_empty());
    let remote = RemoteMail { id: "1".into(), url: None, already_known: false };
    let faults = [
        world.crm().find_logged(sample.sought()).await.unwrap_err(),
        world.crm().unlog(sample.sought(), &remote).await.unwrap_err(),
        world.crm().relink(sample.sought(), &remote, &sample.payload.links).await.unwrap_err(),
    ];
    assert!(faults.iter().all(|fault| fault.kind == CrmFaultKind::Unsupported), "{faults:?}");
    assert_eq!(world.mails(), 0, "a check or a question tells nothing");
}

pub async fn a_mail_is_told_once_each_time_it_is_logged(world: impl World) {
    let [one, two] = ["<1@x.jp>", "<2@x.jp>"].map(Sample::new);
    let remote = one.deliver(world.crm()).await.unwrap();
    assert!(!remote.already_known && !remote.id.is_empty());
    assert_eq!(world.mails(), 1);
    two.deliver(world.crm()).await.unwrap();
    assert_eq!(world.mails(), 2);
    assert_eq!(one.deliver(world.crm()).await.unwrap().id, remote.id, "whoever gets it twice can see that");
}

pub async fn a_file_that_is_not_the_chosen_one_stays_here_with_its_mail(world: impl World) {
    let damages: [Damage; 3] = [Some(|bytes| bytes[9] ^= 1), Some(|bytes| bytes.truncate(9)), None];
    for damage in damages {
        let sample = Sample::new("<1@x.jp>").with_file("a.bin", &[7; 200]).with_damaged_files(damage);
        let fault = sample.deliver(world.crm()).await.unwrap_err();
        assert_eq!(fault.kind, CrmFaultKind::AttachmentMissing);
        assert!(fault.detail.contains(&sample.payload.attachments[0].sha256.to_string()), "{fault}");
        assert_eq!(world.mails(), 0);
    }
}

pub async fn what_never_left_is_told_apart_from_what_may_have(mut world: impl World) {
    world.put_out_of_reach().await;
    for fault in [
        world.crm().check().await.map(drop).unwrap_err(),
        Sample::new("<1@x.jp>").deliver(world.crm()).await.map(drop).unwrap_err(),
    ] {
        assert!(fault.is_temporary() && !fault.is_about_connection(), "{fault}");
    }
}
