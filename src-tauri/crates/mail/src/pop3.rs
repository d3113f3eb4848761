//! Reading a mailbox over POP3 (RFC 1939). Mail is left there: no command here deletes any.

use std::sync::Arc;

use async_trait::async_trait;
use otomo_domain::account::Endpoint;
use otomo_domain::error::{MailFault, MailFaultKind};
use otomo_domain::ports::{Credential, MailSession, MailSource, UidBook};
use otomo_domain::step::Observer;
use otomo_net::Net;

/// A mailbox on a POP3 server, and what opens it.
pub struct Pop3Source {
    net: Arc<Net>,
    endpoint: Endpoint,
    user: String,
    credential: Credential,
    book: Arc<dyn UidBook>,
}

impl Pop3Source {
    pub fn new(
        net: Arc<Net>,
        endpoint: Endpoint,
        user: String,
        credential: Credential,
        book: Arc<dyn UidBook>,
    ) -> Self {
        Self { net, endpoint, user, credential, book }
    }
}

#[async_trait]
impl MailSource for Pop3Source {
    async fn open(&self, observer: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        let _ = (&self.net, &self.endpoint, &self.user, &self.credential, &self.book, observer);
        Err(MailFault::new(MailFaultKind::Protocol, "not built yet"))
    }
}
