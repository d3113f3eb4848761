//! The card of the connected box.

use serde_json::json;

use super::*;

/// The card, among those of mailboxes.
const CARD: &str = "[...document.querySelectorAll('section[aria-labelledby=crms] article')][0]";

const OTHER_KEY: &str = "silver-key-0099";

impl Office {
    /// Goes to the first button of the card, from where the others follow.
    async fn goes_to_card(&self) {
        self.desk.tab_to(&self.says("connections_refresh")).await;
    }

    /// Waits until the card says so beside its name.
    async fn is_doing(&self, health: &str) {
        let word = json!(self.says(health));
        self.desk.until(&format!("{CARD}.querySelector('header .chip').innerText.trim() === {word}")).await;
    }

    pub async fn sees_card(&self) {
        self.reads(&self.says("connections_contacts").replace("{count}", &CARDS.to_string())).await;
        self.is_doing("connections_active").await;
        let records: Vec<_> = self.info.records.iter().map(|record| self.words(record.words)).collect();
        let facts = [
            ("connections_identity", KEEPER.to_owned()),
            ("first_run_crm_kind", self.name().to_owned()),
            ("crm_records", records.join(&self.says("common_comma"))),
            ("connections_limits", (LARGEST_FILE / 1_000_000).to_string()),
            ("connections_place", SITE.to_owned()),
            ("connections_place", self.place.path().display().to_string()),
        ];
        for (label, value) in facts {
            let (label, value) = (json!(self.says(label)), json!(value));
            let fact = format!("[...{CARD}.querySelectorAll('dt')].find((term) => term.innerText === {label})");
            self.desk.until(&format!("{fact}?.nextElementSibling.innerText.includes({value})")).await;
        }
        self.reads(self.remark()).await;
        self.reads(&self.says("crm_captures_warning")).await;
        self.reads(self.words(self.info.captures)).await;
        self.desk.runs(&format!("void {CARD}.scrollIntoView()")).await;
        self.looks("card").await;
    }

    pub async fn answers_what_the_crm_takes_in(&self) {
        self.desk.choose(&self.says("crm_captures_no")).await;
        self.reads_no_more(&self.says("crm_captures_warning")).await;
    }

    /// The box got another lock: the card says so, asks for the key as it is described, and takes the right one only.
    pub async fn signs_in_again_in_place(&self) {
        self.locks(OTHER_KEY);
        self.act("connections_refresh").await;
        self.is_doing("connections_sign_in_needed").await;
        self.reads(&self.says("error_crm_sign_in_needed")).await;
        self.desk.runs(&format!("void {CARD}.scrollIntoView()")).await;
        self.looks("card-sign-in").await;
        self.act("connections_sign_in").await;
        self.desk.is_at(self.label("key")).await;
        self.reads(self.words(self.field("key").hint)).await;
        self.desk.fill(self.label("key"), KEY).await;
        self.act("connections_sign_in").await;
        self.desk.until("document.querySelector('dialog:modal [role=alert]') !== null").await;
        self.looks("sign-in").await;
        self.grants(&[READ, WRITE, TAKE_BACK]);
        self.desk.fill(self.label("key"), OTHER_KEY).await;
        self.act("connections_sign_in").await;
        self.desk.until("document.querySelector('dialog:modal') === null").await;
        self.is_doing("connections_active").await;
        self.reads_no_more(self.remark()).await;
    }

    /// The key lost a right: the card names it and who grants it, and goes on once it is back.
    pub async fn hears_who_grants_what_is_missing(&self) {
        self.grants(&[READ, TAKE_BACK]);
        self.act("connections_refresh").await;
        self.is_doing("connections_attention").await;
        self.reads(WRITE).await;
        let who = self.words(self.info.granted_by);
        self.reads(&self.says("crm_granted_by").replace("{who}", who)).await;
        self.desk.runs(&format!("void {CARD}.scrollIntoView()")).await;
        self.looks("card-rights").await;
        self.act("common_try_again").await;
        self.is_doing("connections_attention").await;
        self.grants(&[READ, WRITE, TAKE_BACK]);
        self.act("common_try_again").await;
        self.is_doing("connections_active").await;
    }

    pub async fn rests_and_goes_on(&self) {
        self.goes_to_card().await;
        self.act("connections_pause").await;
        self.is_doing("connections_paused").await;
        self.looks("card-paused").await;
        self.act("connections_resume").await;
        self.is_doing("connections_active").await;
    }

    pub async fn renames(&self) {
        self.act("connections_rename").await;
        self.desk.is_at(&self.says("connections_rename_title")).await;
        self.desk.fill(&self.says("connections_rename_title"), "倉庫の名刺").await;
        self.looks("rename").await;
        self.act("connections_save").await;
        self.desk.until(&format!("{CARD}.querySelector('h3').innerText === '倉庫の名刺'")).await;
    }

    /// Opens the question and answers it; `answer` chooses something before.
    pub async fn asks_to_remove(&self, picture: &str, answer: Option<&str>) {
        self.goes_to_card().await;
        self.act("connections_remove").await;
        self.reads(&self.says("connections_remove_crm_title")).await;
        if let Some(answer) = answer {
            self.desk.choose(&self.says(answer)).await;
        }
        self.looks(picture).await;
        self.act("connections_remove").await;
    }

    pub async fn removes(&self) {
        self.asks_to_remove("remove", None).await;
        self.reads(&self.says("connections_no_crm")).await;
    }
}
