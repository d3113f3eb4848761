/** What records, roles, rules and returns are called. */
import type { Automated, ConnectorInfo, Exclusion, RecordType, Returned, Role } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';
import { inWords } from '../../words_crm';

const RECORD_WORDS: Record<RecordType, () => string> = {
  contact: m.record_contact,
  company: m.record_company,
  deal: m.record_deal,
  lead: m.record_lead,
  ticket: m.record_ticket,
  candidate: m.record_candidate,
  other: m.record_other,
};

/** What a type of record is called: the CRM's own word, where it has one. */
export function recordWord(type: RecordType, info: ConnectorInfo | null | undefined): string {
  const own = info?.records.find((one) => one.type === type);
  return own ? inWords(own.words) : RECORD_WORDS[type]();
}

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
  rule_changed: m.side_returned_rule_changed,
};

/** How it shows that a machine wrote a mail. */
export const AUTOMATED_WORDS: Record<Automated, () => string> = {
  auto_submitted: m.automated_auto_submitted,
  bounce: m.automated_bounce,
  mailing_list: m.automated_mailing_list,
  bulk: m.automated_bulk,
  calendar: m.automated_calendar,
  no_reply: m.automated_no_reply,
  sign_in_notice: m.automated_sign_in_notice,
};

/** Why a mail is not for the CRM; of a rule, whose it is. */
export function exclusionWords(why: Exclusion): string {
  if (why.reason === 'internal') return m.side_internal();
  if (why.reason === 'not_a_target') return m.side_not_a_target();
  if (why.reason === 'automated') return m.side_automated({ sign: AUTOMATED_WORDS[why.sign]() });
  const values = { address: quoted(why.evidence.value), value: quoted(String(why.rule.value)) };
  return why.rule.id === null ? m.side_never_log_policy(values) : m.side_never_log(values);
}
