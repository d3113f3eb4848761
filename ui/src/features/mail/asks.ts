/** Why a mail waits for the rep, in a mark and in a sentence. */
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import Copy from '@lucide/svelte/icons/copy';
import Files from '@lucide/svelte/icons/files';
import History from '@lucide/svelte/icons/history';
import Bot from '@lucide/svelte/icons/bot';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import SearchX from '@lucide/svelte/icons/search-x';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserSearch from '@lucide/svelte/icons/user-search';
import UserX from '@lucide/svelte/icons/user-x';
import type { Ask } from '../../gen/api';
import { count } from '../../format';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';
import { SENSITIVE_WORDS } from './redact_words';
import { AUTOMATED_WORDS } from './words';

/** What is seen of it in a list. */
export interface Mark {
  label: string;
  icon: typeof Copy;
  /** `wait` where one should look closely. */
  tone: 'plain' | 'wait' | 'info';
}

const kinds = (ask: Ask & { ask: 'sensitive' }): string => ask.kinds.map((kind) => SENSITIVE_WORDS[kind]()).join(m.mail_separator());

/** The mark in a list; `null` for what holds of all mail of an account. */
export function markOf(ask: Ask): Mark | null {
  switch (ask.ask) {
    case 'sensitive':
      return { label: m.ask_sensitive({ kinds: kinds(ask) }), icon: ShieldAlert, tone: 'wait' };
    case 'new_participant':
      return { label: m.ask_new_participant(), icon: UserPlus, tone: 'wait' };
    case 'many_records':
      return { label: m.ask_many_records({ count: count(ask.count) }), icon: Files, tone: 'wait' };
    case 'twin':
      return { label: m.ask_twin(), icon: Copy, tone: 'wait' };
    case 'dubious':
      return { label: m.ask_dubious(), icon: UserX, tone: 'wait' };
    case 'rule':
      return { label: m.ask_rule(), icon: ScrollText, tone: 'wait' };
    case 'automated':
      return { label: m.ask_automated(), icon: Bot, tone: 'plain' };
    case 'past':
      return { label: m.ask_past(), icon: History, tone: 'plain' };
    case 'unexamined':
      return { label: m.ask_unexamined(), icon: SearchX, tone: 'wait' };
    case 'first_contact':
      return { label: m.ask_first_contact(), icon: UserSearch, tone: 'info' };
    case 'practising':
      return { label: m.ask_practising(), icon: CalendarClock, tone: 'plain' };
    case 'sent':
    case 'mode':
      return null;
  }
}

/** The marks of all of them, the most urgent first. */
export const marksOf = (asks: readonly Ask[]): Mark[] => asks.flatMap((ask) => markOf(ask) ?? []);

const MODES = { share: m.ask_mode_none_why, ask_once: m.ask_mode_once_why, manual: m.ask_mode_manual_why };

/** The sentence; `who` is the other side. */
export function whyOf(ask: Ask, who: string): string {
  switch (ask.ask) {
    case 'sensitive':
      return m.ask_sensitive_why({ kinds: kinds(ask) });
    case 'new_participant':
      return m.ask_new_participant_why({ address: quoted(ask.address) });
    case 'many_records':
      return m.ask_many_records_why({ count: count(ask.count) });
    case 'twin':
      return m.ask_twin_why();
    case 'dubious':
      return m.ask_dubious_why();
    case 'rule':
      return m.ask_rule_why();
    case 'automated':
      return m.ask_automated_why({ sign: AUTOMATED_WORDS[ask.sign]() });
    case 'past':
      return m.ask_past_why();
    case 'unexamined':
      return m.ask_unexamined_why();
    case 'first_contact':
      return m.ask_first_contact_why({ name: quoted(who) });
    case 'practising':
      return m.ask_practising_why();
    case 'sent':
      return m.ask_sent_why();
    case 'mode':
      return (ask.mode ? MODES[ask.mode] : m.ask_mode_none_why)();
  }
}
