/** The rows of a list of mail that is longer than anybody reads: they are asked for as they come into sight. */
import type { AfterView, MailPage, MailRowView } from '../../gen/api';
import type { Host } from '../../host';
import { concerns } from '../../live.svelte';

export interface Source {
  /** The query that is asked; its tags tell when the rows are out of date. */
  name: 'review.list' | 'mail.list';
  ask: (after: AfterView | undefined, limit: number) => Promise<MailPage>;
  /** Whether a row stands in the list as it is now. */
  shows: (row: MailRowView) => boolean;
}

/** Rows asked for at once: at least, and at most (the program's own limit). */
const PAGE = 200;
const MOST = 1000;
/** Rows before and after those in sight that are there before they are needed. */
const AHEAD = 100;
/** How often is asked on for a mail that is further down. */
const REACH = 20;

export class Pages {
  /** Newest first, without a gap, as far as they were asked for. */
  rows = $state.raw<readonly MailRowView[]>([]);
  /** How many rows there are, asked for or not. */
  total = $state(0);
  loaded = $state(false);
  /** Why the last question was refused. The rows that were there stay. */
  failure = $state.raw<{ reason: unknown } | null>(null);
  /** Rows came in above those that were there: what is in sight should stay where it is. */
  grewAbove = $state(false);
  readonly #host: Host;
  #source: Source;
  #sight = { from: 0, to: 0 };
  /** The part of `rows` that the program told since the last change. */
  #fresh: { from: number; to: number } | null = null;
  /** Rows as they will be once the program has followed a decision; its answers may still lag behind. */
  readonly #ahead = new Map<number, MailRowView>();
  #filling: Promise<void> | null = null;
  /** Counts what makes an answer out of date that is under way, and what makes it useless. */
  #changes = 0;
  #starts = 0;

  constructor(host: Host, source: Source) {
    this.#host = host;
    this.#source = source;
  }

  /** Keeps the rows fresh from now on; gives back how to stop. */
  watch(): () => void {
    void this.retry();
    return this.#host.on((event) => {
      if (event.event !== 'changed' || !concerns(this.#source.name, event.tags)) return;
      this.#again();
    });
  }

  /** Lists something else, from its top. */
  restart(source: Source): void {
    this.#source = source;
    this.#starts += 1;
    this.#fresh = null;
    this.#sight = { from: 0, to: 0 };
    [this.rows, this.total, this.loaded] = [[], 0, false];
    void this.retry();
  }

  /** Says which rows are in sight (the last one not included). */
  look(from: number, to: number): void {
    this.#sight = { from, to };
    if (!this.failure) void this.#fill();
  }

  async retry(): Promise<void> {
    this.failure = null;
    await this.#fill();
  }

  /** Asks on until this mail is there; `null` where it is not among the first rows that are worth asking for. */
  async reach(mail: number): Promise<MailRowView | null> {
    for (let asked = 0; asked <= REACH; asked++) {
      const row = this.rows.find((row) => row.mail === mail);
      if (row || (this.loaded && this.rows.length >= this.total) || this.failure) return row ?? null;
      if (this.loaded) this.#sight = { from: this.rows.length, to: Math.min(this.total, this.rows.length + MOST - AHEAD) };
      await this.#fill();
    }
    return null;
  }

  /** Shows rows as they are after a decision: changed in their place, gone, or back again. */
  update(changed: readonly MailRowView[]): void {
    for (const row of changed) this.#ahead.set(row.mail, row);
    const mails = new Set(changed.map(({ mail }) => mail));
    const others = this.rows.filter(({ mail }) => !mails.has(mail));
    const last = this.rows.at(-1);
    const isLoaded = (row: MailRowView): boolean => this.rows.length >= this.total || (!!last && !isOlder(row, last));
    const shown = changed.filter((row) => this.#source.shows(row) && isLoaded(row));
    const rows = shown.length > 0 ? [...others, ...shown].sort((a, b) => (isOlder(a, b) ? 1 : -1)) : others;
    this.#grow(rows, this.total + rows.length - this.rows.length);
  }

  /** The program has followed, or refused: its answers count again, and it is asked, for nothing tells of a refusal. */
  settle(rows: readonly MailRowView[]): void {
    if (rows.length === 0) return;
    for (const { mail } of rows) this.#ahead.delete(mail);
    this.#again();
  }

  /** Nothing that was told is fresh any more. */
  #again(): void {
    this.#changes += 1;
    this.#fresh = null;
    void this.retry();
  }

  /** Asks until everything in sight is there and fresh. However many call, one question is under way. */
  #fill(): Promise<void> {
    this.#filling ??= this.#work().finally(() => (this.#filling = null));
    return this.#filling;
  }

  async #work(): Promise<void> {
    for (let from = this.#wanted(); from !== null; from = this.#wanted()) {
      const start = this.#starts;
      try {
        await this.#ask(from);
      } catch (reason) {
        if (start !== this.#starts) continue;
        this.failure = { reason };
        break;
      }
    }
  }

  /** The first row that has to be asked for. */
  #wanted(): number | null {
    if (!this.loaded) return 0;
    const from = Math.max(0, this.#sight.from - AHEAD);
    const to = Math.min(this.total, this.#sight.to + AHEAD);
    if (!this.#fresh || from < this.#fresh.from || from > this.#fresh.to) return Math.min(from, this.rows.length);
    return to > this.#fresh.to ? this.#fresh.to : null;
  }

  async #ask(from: number): Promise<void> {
    const [changes, starts] = [this.#changes, this.#starts];
    const limit = Math.min(MOST, Math.max(PAGE, this.#sight.to + AHEAD - from));
    const before = this.rows[from - 1];
    let page = await this.#source.ask(before && { date: before.date, mail: before.mail }, limit);
    while (starts === this.#starts && page.next && !page.rows.some((row) => this.#stands(row))) {
      page = await this.#source.ask(page.next, limit);
    }
    if (starts !== this.#starts) return;
    const got = this.#take(from, page);
    const continues = this.#fresh && from >= this.#fresh.from && from <= this.#fresh.to;
    const to = from + got;
    this.#fresh = changes === this.#changes ? { from: continues && this.#fresh ? this.#fresh.from : from, to } : null;
  }

  /** Puts a page in the place of what was there; gives back how many rows it has. */
  #take(from: number, page: MailPage): number {
    const got = page.rows.filter((row) => this.#stands(row)).map((row) => this.#ahead.get(row.mail) ?? row);
    const last = page.rows.at(-1);
    const older = last && page.next ? this.rows.slice(from).filter((row) => isOlder(row, last)) : [];
    const rows = [...this.rows.slice(0, from), ...got, ...older];
    const total = page.next ? Math.max(rows.length, page.total - page.rows.length + got.length) : rows.length;
    this.#grow(rows, total);
    this.loaded = true;
    return got.length;
  }

  #stands(row: MailRowView): boolean {
    const ahead = this.#ahead.get(row.mail);
    return !ahead || this.#source.shows(ahead);
  }

  #grow(rows: readonly MailRowView[], total: number): void {
    const first = this.rows[0];
    this.grewAbove = !!first && rows[0]?.mail !== first.mail && total > this.total;
    if (this.#fresh) this.#fresh.to = Math.max(this.#fresh.from, this.#fresh.to + rows.length - this.rows.length);
    [this.rows, this.total] = [rows, total];
  }
}

/** Whether a row comes after another in a list, newest first. */
export const isOlder = (row: MailRowView, than: MailRowView): boolean =>
  row.date < than.date || (row.date === than.date && row.mail < than.mail);
