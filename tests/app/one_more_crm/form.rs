//! The wizard, step by step.

use otomo_domain::connector::Field;
use serde_json::{Value, json};

use super::*;

impl Office {
    /// Chooses the box among the kinds there are.
    pub async fn chooses_kind(&self) {
        self.act("review_connect_crm").await;
        self.act("connections_add_crm").await;
        self.comes_to("first_run_crm_title").await;
        self.reads(self.words(self.info.text)).await;
        self.desk.choose(self.name()).await;
        self.looks("choose").await;
        self.act("common_next").await;
        self.comes_to("crm_sign_in_title").await;
    }

    /// Every field stands there as it is described, in its order.
    pub async fn sees_form(&self) {
        let expected = |field: &Field| json!([self.words(field.label), self.words(field.hint), field.preset]);
        let expected: Vec<Value> = self.info.fields.iter().map(expected).collect();
        let shown =
            "[...document.querySelectorAll('#crm input')].filter(({ name }) => name !== 'name').map((input) => [
            input.labels[0].innerText.trim(),
            document.getElementById(input.getAttribute('aria-describedby')).innerText.trim(),
            input.value,
        ])";
        assert_eq!(self.desk.runs(shown).await["ok"], json!(expected));
        for notice in &self.info.notices {
            self.reads(self.words(*notice)).await;
        }
        self.looks("form").await;
    }

    /// Just these fields are marked, and the first of them has the focus.
    async fn is_led_to(&self, fields: &[&str]) {
        let names = json!(fields);
        let marked = "[...document.querySelectorAll('#crm input[aria-invalid]')].map(({ name }) => name)";
        self.desk.until(&format!("JSON.stringify({marked}) === JSON.stringify({names})")).await;
        self.desk.is_at(self.label(fields[0])).await;
    }

    pub async fn is_led_to_what_is_missing(&self) {
        self.act("first_run_test").await;
        self.is_led_to(&["place", "site", "key"]).await;
        self.looks("missing").await;
    }

    pub async fn is_led_to_what_is_written_wrong(&self) {
        self.desk.fill(self.label("place"), &self.elsewhere().display().to_string()).await;
        self.desk.fill(self.label("site"), "http://cards.example").await;
        self.desk.fill(self.label("key"), "iron").await;
        for (field, right) in [("site", SITE), ("drawer", "B")] {
            if field == "drawer" {
                self.desk.fill(self.label(field), "12").await;
            }
            self.act("first_run_test").await;
            self.is_led_to(&[field]).await;
            let hint = self.words(self.field(field).hint);
            self.reads(&self.wizard().says("crm_flaw_wrong").replace("{hint}", hint)).await;
            self.desk.picture(&format!("app-one-more-crm-wrong-{field}-{}.png", self.language)).await;
            self.desk.fill(self.label(field), right).await;
        }
    }

    /// There is no box in the folder, then the key is another box's: the way on leads to the field.
    pub async fn is_led_to_what_is_refused(&self) {
        self.act("first_run_test").await;
        self.reads(&self.says("error_crm_folder_unusable")).await;
        self.looks("no-box").await;
        self.act("first_run_edit").await;
        self.desk.is_at(self.label("place")).await;
        self.desk.fill(self.label("place"), &self.place.path().display().to_string()).await;
        self.act("first_run_test").await;
        self.reads(&self.says("error_crm_sign_in_needed")).await;
        self.looks("refused").await;
        self.desk.act(&self.says("crm_secret_again").replace("{secret}", self.label("key"))).await;
        self.desk.is_at(self.label("key")).await;
        self.desk.fill(self.label("key"), KEY).await;
    }

    pub async fn hears_which_rights_are_missing(&self, rights: &[&str]) {
        self.act("first_run_test").await;
        self.reads(&self.says("error_crm_forbidden")).await;
        self.reads(&rights.join(", ")).await;
        let who = self.words(self.info.granted_by);
        self.reads(&self.says("crm_granted_by").replace("{who}", who)).await;
        self.looks("rights").await;
    }

    pub async fn sees_whom_the_crm_knows(&self) {
        self.comes_to("crm_check_title").await;
        self.reads(KEEPER).await;
        self.reads(&self.says("first_run_cannot_retract")).await;
        self.reads(&self.begins("first_run_largest")).await;
        self.reads(&format!("{}", LARGEST_FILE / 1_000_000)).await;
        self.reads(self.remark()).await;
        self.looks("check").await;
    }

    pub fn remark(&self) -> &'static str {
        let remark = self.info.remarks.iter().find(|remark| remark.key == NO_TAKING_BACK).expect("a remark");
        self.words(remark.words)
    }

    pub async fn says_what_the_crm_takes_in(&self) {
        self.comes_to("crm_captures_title").await;
        self.reads(self.words(self.info.captures)).await;
        self.desk.choose(self.wizard().says("crm_captures_yes")).await;
        self.looks("captures").await;
        self.act("first_run_crm_connect").await;
    }

    pub async fn sees_contacts_come_in(&self) {
        self.comes_to("crm_sync_done").await;
        self.reads(&self.says("crm_sync_count").replace("{count}", &CARDS.to_string())).await;
        self.reads(&self.begins("crm_sync_time")).await;
        self.looks("sync").await;
        self.act("common_next").await;
    }

    pub async fn sees_accounts(&self) {
        self.comes_to("crm_choices_title").await;
        self.reads("mori@own.example").await;
        for record in &self.info.records {
            self.reads(self.words(record.words)).await;
        }
        self.looks("choices").await;
        self.act("common_next").await;
    }

    /// The sample is the rep's own mail, at the record that its address fits, which is called as the CRM calls it.
    pub async fn sees_sample(&self) {
        self.comes_to("crm_sample_title").await;
        self.reads(&self.says("crm_sample_real")).await;
        self.reads(SUBJECT).await;
        self.reads(self.words(self.info.records[0].words)).await;
        self.looks("sample").await;
        assert!(self.held().mails.is_empty(), "nothing was sent");
    }
}
