//! Each service: its servers, its sign-in, what to know before. Ports say how the way is protected.

use super::{Kind, Server, Service};
use crate::detect::{Unsupported, Warning};
use crate::oauth::{GOOGLE, MICROSOFT};
use crate::policy::UserForm;

/// A service with servers of its own.
const fn servers(name: &'static str) -> Service {
    Service::new(name, Kind::Servers)
}

/// A service whose servers differ from customer to customer.
const fn hoster(name: &'static str) -> Service {
    let guess = Service::new(name, Kind::Hoster).imap("mail.{domain}").smtp("mail.{domain}", 465);
    guess.warning(Warning::HosterCertificate)
}

pub(super) const fn gateway(name: &'static str) -> Service {
    Service::new(name, Kind::Gateway)
}

pub(super) const fn unsupported(name: &'static str, why: Unsupported) -> Service {
    Service::new(name, Kind::Unsupported(why))
}

impl Service {
    const fn imap(mut self, host: &'static str) -> Self {
        self.imap = Some(Server { host, port: 993 });
        self
    }

    const fn pop3(mut self, host: &'static str) -> Self {
        self.pop3 = Some(Server { host, port: 995 });
        self
    }

    const fn smtp(mut self, host: &'static str, port: u16) -> Self {
        self.smtp = Some(Server { host, port });
        self
    }

    /// The part before the `@`.
    const fn local_part(mut self) -> Self {
        self.user = Some(UserForm::LocalPart);
        self
    }

    const fn send_as_address(mut self) -> Self {
        self.send_user = Some(UserForm::Address);
        self
    }

    /// The service gives a name that the address does not tell.
    const fn own_name(mut self) -> Self {
        self.user = None;
        self
    }

    const fn guide(mut self, guide: &'static str) -> Self {
        self.guide = Some(guide);
        self
    }

    const fn warning(mut self, warning: Warning) -> Self {
        self.warning = Some(warning);
        self
    }
}

// The two that sign in by the browser; the guide is for Google without a client.
pub const GOOGLE_MAIL: Service = Service::new("Google", Kind::SignIn(GOOGLE)).guide("google");
pub const MICROSOFT_365: Service = Service::new("Microsoft 365", Kind::SignIn(MICROSOFT));
pub(super) const OUTLOOK_COM: Service =
    Service::new("Outlook.com", Kind::SignIn(MICROSOFT)).smtp("smtp-mail.outlook.com", 587);

/// Where Proton's Bridge listens on this computer, unless it was told otherwise.
pub const PROTON_BRIDGE: Service = Service {
    imap: Some(Server { host: "127.0.0.1", port: 1143 }),
    smtp: Some(Server { host: "127.0.0.1", port: 1025 }),
    guide: Some("proton"),
    ..Service::new("Proton Mail", Kind::Bridge)
};

// Services around the world.
pub(super) const AOL: Service =
    servers("AOL").imap("imap.aol.com").pop3("pop.aol.com").smtp("smtp.aol.com", 465).guide("aol");
pub(super) const FASTMAIL: Service =
    servers("Fastmail").imap("imap.fastmail.com").smtp("smtp.fastmail.com", 465).guide("fastmail");
pub(super) const GANDI: Service = servers("Gandi").imap("mail.gandi.net").smtp("mail.gandi.net", 465);
pub(super) const GODADDY: Service =
    servers("GoDaddy").imap("imap.secureserver.net").smtp("smtpout.secureserver.net", 465);
pub(super) const HETZNER: Service = servers("Hetzner").imap("mail.your-server.de").smtp("mail.your-server.de", 465);
pub(super) const HOSTINGER: Service = servers("Hostinger").imap("imap.hostinger.com").smtp("smtp.hostinger.com", 465);
pub(super) const ICLOUD: Service = servers("iCloud")
    .imap("imap.mail.me.com")
    .smtp("smtp.mail.me.com", 587)
    .local_part()
    .send_as_address()
    .guide("icloud");
pub(super) const IONOS: Service = servers("IONOS").imap("imap.ionos.com").smtp("smtp.ionos.com", 465);
pub(super) const IONOS_DE: Service = servers("IONOS").imap("imap.ionos.de").smtp("smtp.ionos.de", 465);
pub(super) const MAIL_RU: Service = servers("Mail.ru")
    .imap("imap.mail.ru")
    .smtp("smtp.mail.ru", 465)
    .guide("mail_ru")
    .warning(Warning::EnableImapFirst);
pub(super) const ONE_COM: Service = servers("one.com").imap("imap.one.com").smtp("send.one.com", 465);
pub(super) const OVH: Service = servers("OVHcloud").imap("ssl0.ovh.net").smtp("ssl0.ovh.net", 465);
pub(super) const RACKSPACE: Service =
    servers("Rackspace").imap("secure.emailsrvr.com").smtp("secure.emailsrvr.com", 465);
pub(super) const STRATO: Service = servers("STRATO").imap("imap.strato.de").smtp("smtp.strato.de", 465);
pub(super) const YAHOO: Service = servers("Yahoo Mail")
    .imap("imap.mail.yahoo.com")
    .pop3("pop.mail.yahoo.com")
    .smtp("smtp.mail.yahoo.com", 465)
    .guide("yahoo");
pub(super) const YANDEX: Service = servers("Yandex")
    .imap("imap.yandex.com")
    .smtp("smtp.yandex.com", 465)
    .guide("yandex")
    .warning(Warning::EnableImapFirst);

/// Zoho keeps each region by itself, with servers of its own for companies' domains.
pub(super) const fn zoho(imap: &'static str, smtp: &'static str) -> Service {
    servers("Zoho Mail").imap(imap).smtp(smtp, 465).guide("zoho").warning(Warning::EnableImapFirst)
}

/// Amazon WorkMail. The same host takes mail for SES, which keeps no mailbox: only the rep can tell.
pub(super) const fn workmail(imap: &'static str, smtp: &'static str) -> Service {
    servers("Amazon WorkMail").imap(imap).smtp(smtp, 465).warning(Warning::WorkMailEnds)
}

// Services in Japan.
pub(super) const BIGLOBE: Service = servers("BIGLOBE").pop3("mail.biglobe.ne.jp").smtp("mail.biglobe.ne.jp", 465);
pub(super) const DOCOMO: Service =
    servers("ドコモメール").imap("imap.spmode.ne.jp").smtp("smtp.spmode.ne.jp", 465).own_name().guide("docomo");
pub(super) const LINE_WORKS: Service = servers("LINE WORKS")
    .imap("imap.worksmobile.com")
    .smtp("smtp.worksmobile.com", 465)
    .guide("lineworks")
    .warning(Warning::EnableImapFirst);
pub(super) const LOLIPOP: Service =
    servers("ロリポップ！").imap("imap.lolipop.jp").pop3("pop.lolipop.jp").smtp("smtp.lolipop.jp", 465);
pub(super) const MUUMUU: Service =
    servers("ムームーメール").imap("imap4.muumuu-mail.com").smtp("smtp.muumuu-mail.com", 465);
pub(super) const NIFTY: Service = servers("@nifty").pop3("pop.nifty.com").smtp("smtp.nifty.com", 465).local_part();
pub(super) const OCN: Service = servers("OCN").pop3("pop.ocn.ne.jp").smtp("smtp.ocn.ne.jp", 465);
pub(super) const ONAMAE: Service = servers("お名前.com")
    .imap("imap.{domain}")
    .pop3("pop.{domain}")
    .smtp("smtp.{domain}", 465)
    .warning(Warning::HosterCertificate);
pub(super) const SAKURA: Service = servers("さくらインターネット").imap("{mx}").pop3("{mx}").smtp("{mx}", 465);
pub(super) const SOFTBANK: Service =
    servers("ソフトバンク").imap("imap.softbank.jp").smtp("smtp.softbank.jp", 465).local_part();
pub(super) const XSERVER: Service = servers("エックスサーバー").imap("{mx}").pop3("{mx}").smtp("{mx}", 465);
pub(super) const YAHOO_JAPAN: Service = servers("Yahoo!メール")
    .imap("imap.mail.yahoo.co.jp")
    .pop3("pop.mail.yahoo.co.jp")
    .smtp("smtp.mail.yahoo.co.jp", 465)
    .local_part()
    .warning(Warning::EnableImapFirst);

// Hosters that tell each customer the servers, by letter or in a control panel.
pub(super) const CONOHA: Service = hoster("ConoHa");
pub(super) const CPI: Service = hoster("CPI");
pub(super) const HETEML: Service = hoster("ヘテムル");
pub(super) const IIJ: Service = hoster("IIJ");
pub(super) const KAGOYA: Service = hoster("KAGOYA");
pub(super) const PLALA: Service = hoster("ぷらら");
pub(super) const SO_NET: Service = hoster("So-net");
pub(super) const WADAX: Service = hoster("WADAX");
