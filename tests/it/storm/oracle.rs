//! Counts in the CRM what became of each share.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::crm::Crm;

/// What happened, and what came of it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How often the program was killed.
    pub kills: usize,
    /// How often the CRM said that it was busy, as was planned.
    pub limits: usize,
    /// Replies lost after the CRM had taken a mail: what sending again blindly would have doubled.
    pub lost_replies: usize,
    /// What the program says is logged.
    pub logged: usize,
    /// What it gave back to the rep.
    pub given_up: usize,
    /// Shares that are not in the CRM.
    pub lost: usize,
    /// Shares that are there more than once.
    pub doubled: usize,
    /// Mails that are there and nobody shared.
    pub strangers: usize,
    /// How often somebody came faster than allowed.
    pub exceeded: usize,
    /// How many requests came before a wait was over that the CRM had asked for, where it counts them.
    pub early: usize,
}

impl Verdict {
    /// Holds what the CRM took against what was shared.
    pub fn judge(&mut self, crm: &dyn Crm, shared: impl Iterator<Item = String>) {
        let mut took: BTreeMap<String, usize> = BTreeMap::new();
        for message_id in crm.took() {
            *took.entry(message_id).or_default() += 1;
        }
        for message_id in shared {
            match took.remove(&message_id) {
                None => self.lost += 1,
                Some(1) => {}
                Some(_) => self.doubled += 1,
            }
        }
        self.strangers = took.len();
        self.exceeded = crm.exceeded();
        self.early = crm.front().came_early();
        self.lost_replies = crm.front().unanswered(crm.logs());
    }

    pub fn print(&self, kind: &str, shares: usize, passed: Duration, took: Duration) {
        let Self { kills, limits, lost_replies, logged, given_up, lost, doubled, strangers, exceeded, early } = self;
        println!(
            "{kind}: {shares} shares, {kills} kills, {lost_replies} lost replies, {limits} times busy; {logged} logged, \
             {given_up} given up, {lost} lost, {doubled} doubled, {strangers} not shared, {exceeded} times too fast, \
             {early} before a wait was over; {:.1} h in {:.0} s",
            passed.as_secs_f64() / 3600.0,
            took.as_secs_f64()
        );
    }
}
