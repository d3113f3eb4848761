import { untrack } from 'svelte';
import type { Desk } from '../../desk.svelte';
import { day } from '../../format';
import type { ConnectionView, HistoryAfter, QueueRow, Retraction } from '../../gen/api';
import { concerns } from '../../live.svelte';
import { m } from '../../paraglide/messages.js';
import { EVERYTHING, filterOf, isNarrowed, type Query } from './filter';

/** A line of the list: the heading of a day, or a decision. */
export type Line = { day: string } | { row: QueueRow };

/** How many rows are asked for at once, and at most. */
const PAGE = 100;
const LARGEST_PAGE = 1000;
/** Typing that pauses this long is worth a question. */
const PAUSE = 250;

type Course = { state: 'loading' } | { state: 'ready' } | { state: 'failed'; reason: unknown };

export class HistoryModel {
  course = $state.raw<Course>({ state: 'loading' });
  rows = $state.raw<readonly QueueRow[]>([]);
  query = $state.raw<Query>(EVERYTHING);
  /** The decision that the rep is asked about before it is taken back. */
  asking = $state.raw<QueueRow | null>(null);
  /** The decision whose steps are shown. */
  tracing = $state.raw<QueueRow | null>(null);
  /** The decision that other records are chosen for. */
  relinking = $state.raw<QueueRow | null>(null);
  /** Why taking back didn't work. */
  problem = $state.raw<unknown>(null);
  /** Why a record of the CRM could not be opened, and of which decision. */
  unopened = $state.raw<{ id: number; reason: unknown } | null>(null);
  busy = $state(false);
  #next = $state.raw<HistoryAfter | null>(null);
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #reloadWaits = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** Counts what makes an answer useless: it was to another question. */
  #questions = 0;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  readonly lines = $derived.by((): Line[] => {
    let last = '';
    return this.rows.flatMap((row): Line[] => {
      const heading = day(row.changed_at);
      if (heading === last) return [{ row }];
      last = heading;
      return [{ day: heading }, { row }];
    });
  });

  /** There are older decisions. */
  readonly hasMore = $derived.by(() => this.#next !== null);
  /** Not everything is listed. */
  readonly isNarrowed = $derived.by(() => isNarrowed(this.query));

  /** Keeps the list fresh; gives back how to stop. */
  watch(): () => void {
    void untrack(this.reload);
    const leave = this.#desk.host.on((event) => {
      if (event.event === 'changed' && concerns('history.list', event.tags)) void this.reload();
    });
    return () => {
      leave();
      clearTimeout(this.#typing);
    };
  }

  /** Asks anew for as much as was there. However many ask meanwhile, once more is enough. */
  reload = async (): Promise<void> => {
    if (this.#reloadWaits) return;
    this.#reloadWaits = true;
    await this.#inTurn(async () => {
      this.#reloadWaits = false;
      await this.#load({ limit: Math.min(Math.max(this.rows.length, PAGE), LARGEST_PAGE) }, []);
    });
  };

  /** Asks for older decisions, if there are any and nothing is under way. */
  more = async (): Promise<void> => {
    if (this.#pending > 0 || !this.#next) return;
    await this.#inTurn(async () => {
      if (this.#next) await this.#load({ after: this.#next, limit: PAGE }, this.rows);
    });
  };

  /** Lists others. Words are looked for once typing pauses. */
  choose(change: Partial<Query>): void {
    const typed = Object.keys(change).every((key) => key === 'text');
    this.query = { ...this.query, ...change };
    this.#questions += 1;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#restart(), typed ? PAUSE : 0);
  }

  connectionOf = ({ connection }: QueueRow): ConnectionView | null =>
    this.#desk.connections.value?.find(({ id }) => id === connection) ?? null;

  /** What becomes of a mail that is taken back from its CRM. */
  retractionOf(row: QueueRow): Retraction {
    const connection = this.connectionOf(row);
    return connection?.identity?.can_unlog === false ? 'none' : (connection?.info?.retraction ?? 'delete');
  }

  /** Takes the mail in question back; says whether that was taken up. */
  retract = async (): Promise<boolean> => {
    const row = this.asking;
    if (!row || this.busy) return false;
    this.busy = true;
    try {
      await this.#desk.host.call('history.retract', { id: row.id });
      this.asking = null;
      this.#desk.said = m.history_retract_said();
      return true;
    } catch (reason) {
      this.problem = reason;
      return false;
    } finally {
      this.busy = false;
    }
  };

  /** Opens what a mail became in its CRM; says at the row why that was refused. */
  open = async ({ id, remote }: QueueRow): Promise<void> => {
    this.unopened = null;
    try {
      await this.#desk.host.call('app.open_link', { url: remote?.url ?? '' });
    } catch (reason) {
      this.unopened = { id, reason };
    }
  };

  ask = (row: QueueRow | null): void => {
    [this.asking, this.problem] = [row, null];
  };

  #restart(): void {
    // What was listed stays until the answer is there: nothing flickers.
    this.#next = null;
    void this.reload();
  }

  /** One question after the other: pages belong behind each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    this.#last = this.#last.then(work).finally(() => (this.#pending -= 1));
    return this.#last;
  }

  async #load(page: { after?: HistoryAfter; limit: number }, before: readonly QueueRow[]): Promise<void> {
    const filter = filterOf(this.query);
    const question = this.#questions;
    try {
      const { rows, next } = await this.#desk.host.call('history.list', { ...page, ...(Object.keys(filter).length > 0 && { filter }) });
      if (question === this.#questions) [this.rows, this.#next, this.course] = [[...before, ...rows], next, { state: 'ready' }];
    } catch (reason) {
      if (question === this.#questions) this.course = { state: 'failed', reason };
    }
  }
}
