/** What records, roles, rules and returns are called. */
import type { DenyRule, RecordType, Returned, Role } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';

export const RECORD_WORDS: Record<RecordType, () => string> = {
  contact: m.record_contact,
  company: m.record_company,
  deal: m.record_deal,
  lead: m.record_lead,
  ticket: m.record_ticket,
  candidate: m.record_candidate,
  other: m.record_other,
};

export const ROLE_WORDS: Record<Role, () => string> = {
  from: m.role_from,
  sender: m.role_sender,
  reply_to: m.role_reply_to,
  to: m.role_to,
  cc: m.role_cc,
  bcc: m.role_bcc,
};

/** Why a mail came back after a decision. */
export const RETURNED_WORDS: Record<Returned, () => string> = {
  payload_changed: m.side_returned_payload_changed,
  denied: m.side_returned_denied,
  mail_gone: m.side_returned_mail_gone,
  key_taken: m.side_returned_key_taken,
};

/** Which rule keeps a mail out, and whose rule it is. */
export function ruleWords(address: string, rule: DenyRule): string {
  const values = { address: quoted(address), value: quoted(rule.value) };
  return rule.origin.by === 'policy' ? m.side_never_log_policy(values) : m.side_never_log(values);
}
