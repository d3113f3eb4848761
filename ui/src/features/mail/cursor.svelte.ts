/** Where in the list a person is, and which rows were chosen for a decision together. */
import type { MailRowView } from '../../gen/api';
import { isOlder, type Pages } from './pages.svelte';

export class Cursor {
  /** The row as it was last seen: when it leaves, its place is still known. */
  #seen = $state.raw<MailRowView | null>(null);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());
  readonly #pages: Pages;

  /** The row's place; `-1` in an empty list. */
  readonly index = $derived.by((): number => {
    const seen = this.#seen;
    if (!seen) return this.#pages.rows.length > 0 ? 0 : -1;
    const index = this.#pages.rows.findIndex((row) => row.mail === seen.mail);
    if (index >= 0) return index;
    const next = this.#pages.rows.findIndex((row) => isOlder(row, seen));
    return next >= 0 ? next : this.#pages.rows.length - 1;
  });
  /** The row that is read; the one after a row that has left. */
  readonly row = $derived.by((): MailRowView | null => this.#pages.rows[this.index] ?? null);
  readonly next = $derived.by((): MailRowView | null => this.#pages.rows[this.index + 1] ?? null);
  /** The chosen rows that are in the list. */
  readonly chosen = $derived.by((): readonly MailRowView[] =>
    this.#chosen.size > 0 ? this.#pages.rows.filter(({ mail }) => this.#chosen.has(mail)) : [],
  );

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  /** Takes a stand: without it the cursor follows whatever is on top. */
  go(index: number): void {
    const last = this.#pages.rows.length - 1;
    this.#seen = this.#pages.rows[Math.min(Math.max(index, 0), last)] ?? null;
  }

  move(step: number): void {
    this.go(this.index + step);
  }

  /** Stands on this row as soon as it is in the list. */
  follow(row: MailRowView | null): void {
    this.#seen = row;
  }

  isChosen(mail: number): boolean {
    return this.#chosen.has(mail);
  }

  /** Chooses a row or no longer. */
  toggle(mail: number): void {
    const chosen = new Set(this.#chosen);
    if (!chosen.delete(mail)) chosen.add(mail);
    this.#chosen = chosen;
  }

  /** Moves and chooses both the row that was left and the one that was reached. */
  extend(step: number): void {
    const left = this.row;
    this.move(step);
    const reached = this.row;
    this.#chosen = new Set([...this.#chosen, ...[left, reached].flatMap((row) => (row ? [row.mail] : []))]);
  }

  /** Chooses everything from the cursor to this row, and goes there. */
  extendTo(index: number): void {
    const rows = this.#pages.rows.slice(Math.min(this.index, index), Math.max(this.index, index) + 1);
    this.#chosen = new Set([...this.#chosen, ...rows.map(({ mail }) => mail)]);
    this.go(index);
  }

  all(): void {
    this.#chosen = new Set(this.#pages.rows.map(({ mail }) => mail));
  }

  none(): void {
    this.#chosen = new Set();
  }
}
