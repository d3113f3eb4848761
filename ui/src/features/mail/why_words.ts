/** What each check of a mail is called, what it looks at, and what it found. */
import type { Ask, CheckName, Evidence, Origin, Rule, RuleField, Why, WhyStep } from '../../gen/api';
import { decoded } from '../../folders';
import { m } from '../../paraglide/messages.js';
import { whyOf } from './asks';
import { exclusionWords, ROLE_WORDS } from './words';

interface Check {
  name: () => string;
  /** What it looks at. */
  looks: () => string;
}

export const CHECKS: Record<CheckName, Check> = {
  policy_never_log: { name: m.why_policy_never_log, looks: m.why_policy_never_log_looks },
  never_log: { name: m.why_never_log, looks: m.why_never_log_looks },
  target: { name: m.why_target, looks: m.why_target_looks },
  internal: { name: m.why_internal, looks: m.why_internal_looks },
  automated: { name: m.why_automated, looks: m.why_automated_looks },
  match: { name: m.why_match, looks: m.why_match_looks },
  private_rule: { name: m.why_private_rule, looks: m.why_private_rule_looks },
  private_thread: { name: m.why_private_thread, looks: m.why_private_thread_looks },
  look: { name: m.why_look, looks: m.why_look_looks },
  ask_rule: { name: m.why_ask_rule, looks: m.why_ask_rule_looks },
  share_rule: { name: m.why_share_rule, looks: m.why_share_rule_looks },
  mode: { name: m.why_mode, looks: m.why_mode_looks },
};

const FIELDS: Record<RuleField, () => string> = {
  ...ROLE_WORDS,
  record: m.why_field_record,
  company: m.why_field_company,
  subject: m.side_subject,
  list: m.why_field_list,
  folder: m.why_field_folder,
  thread: m.why_field_thread,
  account: m.why_field_account,
  body: m.side_body,
  header: m.why_field_header,
};

/** Where in the mail it was met, and what stands there. */
export function evidenceOf({ field, value }: Evidence, names: ReadonlyMap<string, string>): { field: string; value: string } {
  if (field === 'thread' || field === 'account') return { field: FIELDS[field](), value: '' };
  const named = field === 'record' || field === 'company' ? names.get(value) : undefined;
  return { field: FIELDS[field](), value: named ?? (field === 'folder' ? decoded(value) : value) };
}

/** What an account's mode asks about, whatever else is to be looked at. */
const BY_MODE: readonly Ask['ask'][] = ['mode', 'practising', 'first_contact', 'past', 'sent'];

/** What a check that applies found; `who` is the other side. */
export function foundBy({ check, rule }: WhyStep, { triage, advice }: Why, who: string): string[] {
  const asks = advice.advice === 'ask' ? advice.because : [];
  switch (check) {
    case 'target':
    case 'internal':
    case 'automated':
      return triage.triage === 'excluded' ? [exclusionWords(triage.why)] : [];
    case 'private_thread':
      return [m.why_private_thread_found()];
    case 'look':
      return asks.filter(({ ask }) => ask !== 'rule' && !BY_MODE.includes(ask)).map((ask) => whyOf(ask, who));
    case 'mode': {
      const said = asks.filter(({ ask }) => BY_MODE.includes(ask)).map((ask) => whyOf(ask, who));
      return said.length > 0 ? said : [m.why_mode_shares()];
    }
    case 'share_rule':
      return rule ? asks.filter(({ ask }) => ask === 'past' || ask === 'sent' || ask === 'mode').map((ask) => whyOf(ask, who)) : [];
    default:
      return [];
  }
}

/** What the records are called that rules and evidence name by their numbers. */
export function namesOf({ candidates, always }: Why, company: string | null): ReadonlyMap<string, string> {
  const companies = candidates.flatMap((candidate) => (candidate.company && company ? [[candidate.company.id, company] as const] : []));
  const told = always.find((option) => option.always === 'company')?.name;
  const first = candidates.find((candidate) => candidate.company)?.company;
  return new Map([...companies, ...(told && first ? [[first.id, told] as const] : []), ...candidates.map(({ record, name }) => [record.id, name] as const)]);
}

/** What a rule is about, as a name; `null` where its value says it. */
export function nameOf(rule: Rule, names: ReadonlyMap<string, string>): string | null {
  if (rule.kind === 'contact' || rule.kind === 'company') return names.get(rule.value.record.id) ?? rule.value.record.id;
  return rule.kind === 'thread' ? m.why_this_thread() : null;
}

/** Whose decision stands, or would. */
export function decidedBy(origin: Origin | null): string {
  switch (origin?.by) {
    case 'user':
      return m.why_by_user();
    case 'rule':
      return m.why_by_rule();
    case 'policy':
      return m.why_by_policy();
    case 'mode':
      return m.why_by_mode();
    case 'thread':
      return m.why_by_thread();
    default:
      return '';
  }
}

/** The mark of a step in words. */
export const outcomeOf = ({ applies, wins }: WhyStep): string => (wins ? m.why_wins() : applies ? m.why_applies() : m.why_not());
