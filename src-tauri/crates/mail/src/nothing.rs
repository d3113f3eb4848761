//! The mailbox of an account that only sends: nothing is in it.

use async_trait::async_trait;
use otomo_domain::error::MailFault;
use otomo_domain::ports::{MailSession, MailSink, MailSource};
use otomo_domain::step::Observer;
use otomo_domain::sync::{Folder, Listed, MailboxStatus, Window};

pub struct NothingSource;

#[async_trait]
impl MailSource for NothingSource {
    async fn open(&self, _: &dyn Observer) -> Result<Box<dyn MailSession>, MailFault> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl MailSession for NothingSource {
    async fn folders(&mut self) -> Result<Vec<Folder>, MailFault> {
        Ok(Vec::new())
    }

    async fn examine(&mut self, _: &Folder) -> Result<MailboxStatus, MailFault> {
        Ok(MailboxStatus { uid_validity: 1, uid_next: 1, exists: 0 })
    }

    async fn list(&mut self, _: Window) -> Result<Vec<Listed>, MailFault> {
        Ok(Vec::new())
    }

    async fn fetch(&mut self, _: &[Vec<Listed>], _: &mut dyn MailSink) -> Result<(), MailFault> {
        Ok(())
    }

    async fn close(self: Box<Self>) {}
}
