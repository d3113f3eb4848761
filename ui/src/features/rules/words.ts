import Ban from '@lucide/svelte/icons/ban';
import BriefcaseBusiness from '@lucide/svelte/icons/briefcase-business';
import Eye from '@lucide/svelte/icons/eye';
import Building from '@lucide/svelte/icons/building';
import Lock from '@lucide/svelte/icons/lock';
import Send from '@lucide/svelte/icons/send';
import type { Fate, RuleView, Then } from '../../gen/api';
import { decoded } from '../../folders';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';
import type { Group, Kind } from './about';
import type { Expiry } from './draft.svelte';

interface Look {
  name: () => string;
  text: () => string;
  icon: typeof Ban;
  tone: 'plain' | 'ok' | 'wait' | 'private' | 'bad' | 'info';
}

export const GROUP_LOOKS: Record<Group, Look> = {
  never_log: { name: m.rules_group_never_log, text: m.rules_group_never_log_text, icon: Ban, tone: 'bad' },
  internal: { name: m.rules_group_internal, text: m.rules_group_internal_text, icon: Building, tone: 'plain' },
  share: { name: m.rules_group_share, text: m.rules_group_share_text, icon: Send, tone: 'ok' },
  ask: { name: m.rules_group_ask, text: m.rules_group_ask_text, icon: Eye, tone: 'info' },
  private: { name: m.rules_group_private, text: m.rules_group_private_text, icon: Lock, tone: 'private' },
  policy: { name: m.rules_group_policy, text: m.settings_policy_lead, icon: BriefcaseBusiness, tone: 'wait' },
};

export const KIND_WORDS: Record<Kind, () => string> = {
  address: m.rules_kind_address,
  domain: m.rules_kind_domain,
  list: m.rules_kind_list,
  subject: m.rules_kind_subject,
  folder: m.rules_kind_folder,
  contact: m.rules_kind_contact,
  company: m.rules_kind_company,
  thread: m.rules_kind_thread,
  account: m.rules_kind_account,
};

export const THEN_WORDS: Record<Then, () => string> = {
  never_log: m.rules_then_never_log,
  internal: m.rules_then_internal,
  private: m.rules_then_private,
  ask: m.rules_then_ask,
  share: m.rules_then_share,
};

export const EXPIRY_WORDS: Record<Expiry, () => string> = {
  never: m.rules_expiry_never,
  '30': m.rules_expiry_30,
  '90': m.rules_expiry_90,
  date: m.rules_expiry_date,
};

/** Where mail goes, as a word. */
export const FATE_WORDS: Record<Fate, () => string> = {
  excluded: m.fate_excluded,
  unmatched: m.fate_unmatched,
  asked: m.fate_asked,
  shared: m.fate_shared,
  kept_private: m.fate_kept_private,
};

/** How much mail goes there by a change. */
export const EFFECT_WORDS: Record<Fate, (inputs: { count: string }) => string> = {
  excluded: m.rules_effect_excluded,
  unmatched: m.rules_effect_unmatched,
  asked: m.rules_effect_asked,
  shared: m.rules_effect_shared,
  kept_private: m.rules_effect_kept_private,
};

const ABOUT_WORDS: Record<Kind, (inputs: { value: string }) => string> = {
  address: m.rules_about_address,
  domain: m.rules_about_domain,
  list: m.rules_about_list,
  subject: m.rules_about_subject,
  folder: m.rules_about_folder,
  contact: m.rules_about_contact,
  company: m.rules_about_company,
  thread: m.rules_about_thread,
  account: m.rules_about_account,
};

/** Which mail a rule is about, in words. */
export function aboutWords({ rule, name }: RuleView): string {
  const value = quoted(name ?? valueOf(rule));
  return rule.then === 'internal' ? m.rules_about_internal({ value }) : ABOUT_WORDS[rule.kind]({ value });
}

/** Numbers say nothing to a person. */
function valueOf(rule: RuleView['rule']): string {
  if (rule.kind === 'folder') return decoded(rule.value);
  return rule.kind === 'address' || rule.kind === 'domain' || rule.kind === 'list' || rule.kind === 'subject' ? rule.value : m.rules_unknown();
}
