//! A mail that goes to the box.

use std::time::Duration;

use fantoccini::key::Key;

use super::*;

/// A minute of running before the first release, half a minute of grace, and room for a busy machine.
const RELEASE: Duration = Duration::from_secs(180);

impl Office {
    pub async fn shares(&self) {
        self.desk.press(&[Key::Control], '1').await;
        self.desk.until("document.querySelector('[role=option]') !== null").await;
        self.desk.press(&[], '1').await;
        self.reads(&self.says("mail_undo")).await;
        assert!(self.held().mails.is_empty(), "it waits for its grace");
        self.holds(RELEASE, |held| held.mails.len() == 1).await;
    }

    /// The mail is exchanged from the card that its address fits to another one.
    pub async fn moves_to_another_record(&self) {
        self.desk.press(&[Key::Control], '4').await;
        self.reads(&self.says("state_logged")).await;
        self.act("history_relink").await;
        self.desk.fill(&self.says("link_search"), "Client 007").await;
        self.desk.until("document.querySelectorAll('dialog [role=option]').length === 1").await;
        self.desk.press(&[], Key::Enter.into()).await;
        self.looks("relink").await;
        self.act("history_relink_go").await;
        let moved = |held: &kit::card_box::drawer::CardBox| {
            held.mails.values().all(|mail| mail.links.iter().any(|link| link.id == "K-7"))
        };
        self.holds(RELEASE, moved).await;
    }

    pub async fn removes_and_takes_back(&self) {
        self.desk.press(&[Key::Control], '6').await;
        self.asks_to_remove("remove-shared", Some("connections_remove_retract")).await;
        self.holds(RELEASE, |held| held.mails.is_empty()).await;
        self.reads(&self.says("connections_no_crm")).await;
    }
}
