import type { Desk } from '../../desk.svelte';
import type { ConnectionView, FormerView, QueueRow, State } from '../../gen/api';
import { Live } from '../../live.svelte';
import { m } from '../../paraglide/messages.js';
import { failureOf } from '../../words';
import { undoneOf } from '../mail/said';
import { endOf, isLate } from '../mail/undone';
import { waitsForQuiet } from './quiet';

export type Group = 'attention' | 'scheduled' | 'sending' | 'retry';

/** What the rep has to see first comes first. */
export const GROUPS: readonly Group[] = ['attention', 'scheduled', 'sending', 'retry'];

const GROUP_OF: Partial<Record<State, Group>> = {
  scheduled: 'scheduled',
  queued: 'sending',
  uploading: 'sending',
  verifying: 'sending',
  retract_queued: 'sending',
  retracting: 'sending',
  failed_retry: 'retry',
  failed_perm: 'attention',
  retract_failed: 'attention',
  remote_missing: 'attention',
};

/** What can be done with a row. */
export type Deed = 'send_now' | 'retry' | 'review' | 'open_crm' | 'connections' | 'say_logged' | 'send_again';

export class QueueModel {
  readonly live: Live<'queue.list'>;
  /** The present, to the second, while something counts down. */
  now = $state(Date.now());
  /** Rows that the program has been asked about. */
  busy = $state.raw<ReadonlySet<number>>(new Set());
  /** Why the last deed didn't succeed, and on which row. */
  problem = $state.raw<{ id: number; reason: unknown } | null>(null);
  #at = $state<number | null>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.live = new Live(desk.host, 'queue.list', () => ({}));
  }

  readonly groups = $derived.by((): [Group, QueueRow[]][] => {
    const rows = this.live.value ?? [];
    const groups = GROUPS.map((group): [Group, QueueRow[]] => [group, rows.filter(({ state }) => GROUP_OF[state] === group)]);
    return groups.filter(([, members]) => members.length > 0);
  });

  /** What went wrong with a row that has left the list since: it can't be said there. */
  readonly left = $derived.by(() => (this.problem && !this.rows.some(({ id }) => id === this.problem?.id) ? this.problem : null));

  /** Every row in the order it is shown. */
  readonly rows = $derived.by(() => this.groups.flatMap(([, members]) => members));

  /** The row that keys act on; the first while none was chosen or the chosen one has left. */
  readonly row = $derived.by(() => this.rows.find(({ id }) => id === this.#at) ?? this.rows[0] ?? null);

  /** No connection gets through to its CRM. */
  readonly offline = $derived.by(() => {
    const connections = this.#desk.connections.value ?? [];
    return connections.length > 0 && connections.every(({ doing }) => doing.state === 'waiting');
  });

  readonly paused = $derived.by(() => (this.#desk.connections.value ?? []).some(({ status }) => status === 'paused'));

  /** Where mail goes, or went. */
  get connections(): readonly (ConnectionView | FormerView)[] {
    return [...(this.#desk.connections.value ?? []), ...(this.#desk.former.value ?? [])];
  }

  /** Keeps the list fresh and the countdowns running; gives back how to stop. */
  watch(): () => void {
    const leave = this.live.watch();
    const ticking = setInterval(() => (this.now = Date.now()), 1000);
    return () => {
      leave();
      clearInterval(ticking);
    };
  }

  choose = (id: number): void => void (this.#at = id);

  /** Goes `by` rows on; stays at the ends. Gives back the row that is chosen now. */
  move(by: 1 | -1): QueueRow | null {
    const index = this.rows.findIndex(({ id }) => id === this.row?.id);
    const next = this.rows[Math.min(Math.max(index + by, 0), this.rows.length - 1)] ?? null;
    if (next) this.#at = next.id;
    return next;
  }

  /** The one thing that brings a row on; `null` while it is on its way. */
  deedFor({ state, error, remote }: QueueRow): Deed | null {
    if (GROUP_OF[state] === 'sending') return null;
    if (state === 'scheduled') return 'send_now';
    if (error?.action === 'sign_in' || error?.action === 'edit_settings') return 'connections';
    if (GROUP_OF[state] === 'retry') return 'retry';
    if (error?.action === 'open_crm' && remote?.url) return 'open_crm';
    // It may be there: whoever sends it again must have looked.
    if (error?.code === 'crm_maybe_logged') return null;
    if (error?.action === 'review' && state === 'failed_perm') return 'review';
    return 'retry';
  }

  /** What the rep can answer of a mail that may be in the CRM, once they have looked there. */
  answersFor = ({ deeds }: QueueRow): Deed[] => (deeds.includes('say_logged') ? ['say_logged', 'send_again'] : []);

  /** Whether the decision can be taken back as if it had not been made: until its grace period is over. */
  canUndo = ({ state, decision_id }: QueueRow): boolean => state === 'scheduled' && decision_id !== null;

  /** Whether the mail can be kept from leaving: it becomes private. */
  canKeep = ({ deeds }: QueueRow): boolean => deeds.includes('cancel');

  /** How many mails were decided together with this one and wait like it. */
  together({ decision_id, connection }: QueueRow): number {
    const same = this.rows.filter((row) => row.decision_id === decision_id && row.connection === connection && row.state === 'scheduled');
    return decision_id === null ? 1 : same.length;
  }

  /** It goes by itself, and not before the quiet hours end. */
  isQuiet = (row: QueueRow): boolean => waitsForQuiet(row, this.#desk.accounts.value ?? []);

  async act(row: QueueRow, deed: Deed): Promise<void> {
    const { host } = this.#desk;
    if (deed === 'connections') this.#desk.go('connections');
    else if (deed === 'send_now') await this.#trying(row.id, () => host.call('queue.send_now', { id: row.id }));
    else if (deed === 'say_logged') await this.#trying(row.id, () => host.call('queue.say_logged', { id: row.id }), m.queue_there_said());
    else if (deed === 'send_again') await this.#trying(row.id, () => host.call('queue.retry', { id: row.id }), m.queue_not_there_said());
    // What could not be taken back is taken back again, not sent.
    else if (deed === 'retry') await this.#trying(row.id, () => host.call(row.state === 'retract_failed' ? 'history.retract' : 'queue.retry', { id: row.id }));
    else if (deed === 'open_crm') await this.#trying(row.id, () => host.call('app.open_link', { url: row.remote?.url ?? '' }));
    else this.#desk.show(row);
  }

  /** Takes the decision back, with everything that was decided and said together with it; says whether that worked for all. */
  undo = (row: QueueRow): Promise<boolean> => {
    const { decision_id } = row;
    if (decision_id === null) return Promise.resolve(false);
    return this.#trying(row.id, async () => {
      const rows = await this.#desk.host.call('review.undo', { decision_id });
      this.#desk.said = undoneOf(endOf(rows));
      if (rows.some(isLate)) throw failureOf('too_late');
    });
  };

  /** Keeps the mail from leaving. */
  keep = (row: QueueRow): Promise<boolean> => this.#trying(row.id, () => this.#desk.host.call('queue.cancel', { id: row.id }), m.queue_kept());

  /** `said`: what a screen reader says once it is done. */
  async #trying(id: number, work: () => Promise<unknown>, said = ''): Promise<boolean> {
    if (this.busy.has(id)) return false;
    this.busy = new Set([...this.busy, id]);
    this.problem = null;
    try {
      await work();
      if (said) this.#desk.said = said;
      return true;
    } catch (reason) {
      this.problem = { id, reason };
      return false;
    } finally {
      this.busy = new Set([...this.busy].filter((other) => other !== id));
    }
  }
}
