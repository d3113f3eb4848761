import { untrack } from 'svelte';
import type { Desk } from '../../desk.svelte';
import { day } from '../../format';
import type { ConnectionView, ConnectorInfo, HistoryAfter, QueueRow, State, Verified } from '../../gen/api';
import { concerns } from '../../live.svelte';

export type Filter = 'all' | 'shared' | 'private' | 'retracted';
export const FILTERS: readonly Filter[] = ['all', 'shared', 'private', 'retracted'];

const SHOWN_BY: Record<Exclude<Filter, 'all'>, readonly State[]> = {
  shared: ['logged', 'already_in_crm', 'remote_missing', 'retract_failed'],
  private: ['private'],
  retracted: ['retract_queued', 'retracting', 'retracted'],
};

/** A line of the list: the heading of a day, or a decision. */
export type Line = { day: string } | { row: QueueRow };

/** How many rows are asked for at once, and at most. */
const PAGE = 100;
const LARGEST_PAGE = 1000;
/** How many rows are loaded for the sake of the picture alone. */
const MOST_FOR_PICTURE = 5000;

/** How many days the picture shows. */
export const DAYS = 14;
const DAY = 86_400_000;

export interface Bar {
  /** The start of the day. */
  time: number;
  shared: number;
  private: number;
}

type Course = { state: 'loading' } | { state: 'ready' } | { state: 'failed'; reason: unknown };

export class HistoryModel {
  course = $state.raw<Course>({ state: 'loading' });
  rows = $state.raw<readonly QueueRow[]>([]);
  filter = $state<Filter>('all');
  /** The decision that the rep is asked about before it is taken back. */
  asking = $state.raw<QueueRow | null>(null);
  /** Why taking back didn't work. */
  problem = $state.raw<unknown>(null);
  busy = $state(false);
  verified = $state.raw<Verified | null>(null);
  verifyFailed = $state.raw<unknown>(null);
  #next = $state.raw<HistoryAfter | null>(null);
  #kinds = $state.raw<readonly ConnectorInfo[]>([]);
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #reloadWaits = false;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  readonly shown = $derived.by(() => {
    const { filter } = this;
    return filter === 'all' ? this.rows : this.rows.filter(({ state }) => SHOWN_BY[filter].includes(state));
  });

  readonly lines = $derived.by((): Line[] => {
    let last = '';
    return this.shown.flatMap((row): Line[] => {
      const heading = day(row.changed_at);
      if (heading === last) return [{ row }];
      last = heading;
      return [{ day: heading }, { row }];
    });
  });

  /** There are older decisions. */
  readonly hasMore = $derived.by(() => this.#next !== null);

  /** Everything that the picture shows has been loaded. */
  readonly isWhole = $derived.by(() => {
    const oldest = this.rows.at(-1);
    return this.#next === null || (oldest !== undefined && oldest.changed_at < startOfDay(Date.now(), DAYS - 1));
  });

  /** Decisions by day, oldest first, of what has been loaded. */
  bars(now = Date.now()): Bar[] {
    const today = startOfDay(now, 0);
    const bars = Array.from({ length: DAYS }, (_, i): Bar => ({ time: startOfDay(now, DAYS - 1 - i), shared: 0, private: 0 }));
    for (const { changed_at, state } of this.rows) {
      const ago = Math.round((today - startOfDay(changed_at, 0)) / DAY);
      const bar = bars[DAYS - 1 - ago];
      if (bar && SHOWN_BY.shared.includes(state)) bar.shared += 1;
      if (bar && state === 'private') bar.private += 1;
    }
    return bars;
  }

  /** Keeps the list fresh; gives back how to stop. */
  watch(): () => void {
    void untrack(this.reload);
    void this.#loadKinds();
    return this.#desk.host.on((event) => {
      if (event.event === 'changed' && concerns('history.list', event.tags)) void this.reload();
    });
  }

  /** Asks anew for as much as was there, and for what the picture needs. However many ask meanwhile, once more is enough. */
  reload = async (): Promise<void> => {
    if (this.#reloadWaits) return;
    this.#reloadWaits = true;
    await this.#inTurn(async () => {
      this.#reloadWaits = false;
      await this.#load({ limit: Math.min(Math.max(this.rows.length, PAGE), LARGEST_PAGE) }, []);
      while (!this.isWhole && this.rows.length < MOST_FOR_PICTURE && this.course.state === 'ready') await this.#loadNext();
    });
  };

  /** Asks for older decisions, if there are any and nothing is under way. */
  more = async (): Promise<void> => {
    if (this.#pending === 0 && this.#next) await this.#inTurn(() => this.#loadNext());
  };

  choose = (filter: Filter): void => void (this.filter = filter);

  connectionOf = ({ connection }: QueueRow): ConnectionView | null =>
    this.#desk.connections.value?.find(({ id }) => id === connection) ?? null;

  /** Whether the CRM lets a mail be taken back. */
  canRetract(row: QueueRow): boolean {
    const connection = this.connectionOf(row);
    const kind = this.#kinds.find(({ kind }) => kind === connection?.kind);
    return kind?.retraction !== 'none' && connection?.identity?.can_unlog !== false;
  }

  /** Takes the mail in question back. */
  retract = async (): Promise<void> => {
    const row = this.asking;
    if (!row || this.busy) return;
    this.busy = true;
    try {
      await this.#desk.host.call('history.retract', { id: row.id });
      this.asking = null;
    } catch (reason) {
      this.problem = reason;
    } finally {
      this.busy = false;
    }
  };

  ask = (row: QueueRow | null): void => {
    [this.asking, this.problem] = [row, null];
  };

  /** Checks that the trace is as it was written. */
  verify = async (): Promise<void> => {
    [this.verified, this.verifyFailed] = [null, null];
    try {
      this.verified = await this.#desk.host.call('audit.verify', {});
    } catch (reason) {
      this.verifyFailed = reason;
    }
  };

  /** One question after the other: pages belong behind each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    this.#last = this.#last.then(work).finally(() => (this.#pending -= 1));
    return this.#last;
  }

  async #loadNext(): Promise<void> {
    if (this.#next) await this.#load({ after: this.#next, limit: LARGEST_PAGE }, this.rows);
  }

  async #load(args: { after?: HistoryAfter; limit: number }, before: readonly QueueRow[]): Promise<void> {
    try {
      const { rows, next } = await this.#desk.host.call('history.list', args);
      [this.rows, this.#next, this.course] = [[...before, ...rows], next, { state: 'ready' }];
    } catch (reason) {
      this.course = { state: 'failed', reason };
    }
  }

  async #loadKinds(): Promise<void> {
    this.#kinds = await this.#desk.host.call('crm.kinds', {}).catch(() => []);
  }
}

/** The start of the day that was `days` before. */
function startOfDay(time: number, days: number): number {
  const day = new Date(time);
  day.setHours(0, 0, 0, 0);
  return day.setDate(day.getDate() - days);
}
