/** What a decision is called once it is made: in the bar that takes it back, and to screen readers. */
import { count, duration, left, upcoming } from '../../format';
import { m } from '../../paraglide/messages.js';
import { quoted } from '../../plain';
import type { Order } from './decisions.svelte';
import type { LeftOut } from './model.svelte';
import type { Undone } from './undone';

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
  const made = verb === 'share' ? m.mail_said_shared({ n: rows.length, time: duration(grace / 1000) }) : madeOf(order, 0);
  return [made, ...fromNowOn(order)].join(' ');
}

/** What undoing a decision did; empty where it came too late for all of it. */
export function undoneOf(undone: Undone, { always, rule }: Pick<Order, 'always' | 'rule'> = {}): string {
  const back = undone.back > 0 ? [m.mail_said_undone({ n: undone.back })] : [];
  return [...back, ...overtakenOf(undone), ...(always || rule ? [m.mail_said_rule_removed()] : [])].join(' ');
}

/** How much of the chosen mail is not shared with the rest, and why. */
export function staysBehind({ linked, state }: LeftOut): string[] {
  return [...(linked > 0 ? [m.mail_some_linked({ n: count(linked) })] : []), ...(state > 0 ? [m.mail_some_sharable({ n: count(state) })] : [])];
}

/** What became of mail that was on its way. */
export function overtakenOf({ kept, retracts }: Undone): string[] {
  return [...(kept > 0 ? [m.mail_undo_kept({ n: kept })] : []), ...(retracts > 0 ? [m.mail_undo_retracts({ n: retracts })] : [])];
}
