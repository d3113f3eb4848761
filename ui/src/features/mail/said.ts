/** What a decision is called once it is made: in the bar that takes it back, and to screen readers. */
import { left, upcoming } from '../../format';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';
import type { Order } from './decisions.svelte';

/** What holds from now on, and that undoing takes it back, too; empty where nothing does. */
export function fromNowOn({ verb, always, rule }: Order): string[] {
  if (rule) return [m.mail_always_undo_rule()];
  if (!always) return [];
  const values = { name: quoted(always.name) };
  const shares = verb === 'share';
  const thread = shares ? m.mail_always_share_thread : m.mail_always_keep_thread;
  const other = shares ? m.mail_always_share : m.mail_always_keep;
  return [always.always === 'thread' ? thread() : other(values), m.mail_always_undo_rule()];
}

/** What was decided, with how long a share can be taken back. */
export function madeOf({ verb, rows, until = 0, rule }: Order, milliseconds: number): string {
  const n = rows.length;
  switch (verb) {
    case 'share':
      return m.mail_undo_share({ n, left: left(milliseconds) });
    case 'keep_private':
      return m.mail_undo_keep({ n });
    case 'later':
      return m.mail_undo_later({ n, time: upcoming(until) });
    case 'include':
      return m.mail_undo_include();
    case 'never_log':
      return m.mail_undo_never_log({ value: rule && 'value' in rule.about ? quoted(String(rule.about.value)) : '' });
  }
}

/** The same, as it is heard once. */
export function saidOf(order: Order): string {
  const { verb, rows, grace } = order;
  const made = verb === 'share' ? m.mail_said_shared({ n: rows.length, seconds: grace / 1000 }) : madeOf(order, 0);
  return [made, ...fromNowOn(order)].join(' ');
}

export function undoneOf({ rows, always, rule }: Order): string {
  const undone = rule ? [] : [m.mail_said_undone({ n: rows.length })];
  return [...undone, ...(always || rule ? [m.mail_said_rule_removed()] : [])].join(' ');
}
