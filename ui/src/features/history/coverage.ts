/** Counts of the weeks, by account: as bars and as a table. */
import type { CoverageRow } from '../../gen/api';

/** What a bar is made of, from the ground up. */
export const PARTS = ['shared_by_rep', 'shared_by_itself', 'private', 'waiting', 'failed', 'retracted'] as const;
export type Part = (typeof PARTS)[number];

export interface Week {
  /** Monday, 0 o'clock. */
  time: number;
  counts: Record<Part, number>;
  total: number;
}

export interface Chart {
  /** `null` for mail that is not on this computer any more. */
  account: number | null;
  weeks: Week[];
  sums: Record<Part, number>;
  total: number;
}

const NOTHING: Record<Part, number> = { shared_by_rep: 0, shared_by_itself: 0, private: 0, waiting: 0, failed: 0, retracted: 0 };

const sum = (counts: Record<Part, number>): number => PARTS.reduce((all, part) => all + counts[part], 0);

const plus = (a: Record<Part, number>, b: Record<Part, number>): Record<Part, number> =>
  Object.fromEntries(PARTS.map((part) => [part, a[part] + b[part]])) as Record<Part, number>;

/** The last so many Mondays at 0 o'clock on the wall, the oldest first. */
export function mondays(weeks: number, now = Date.now()): number[] {
  const monday = new Date(now);
  monday.setHours(0, 0, 0, 0);
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  return Array.from({ length: weeks }, (_, i) => new Date(monday).setDate(monday.getDate() - 7 * (weeks - 1 - i)));
}

/** A chart for each account that has any mail in these weeks, accounts first as they are numbered. */
export function charts(rows: readonly CoverageRow[], weeks: number, now = Date.now()): Chart[] {
  const times = mondays(weeks, now);
  const accounts = [...new Set(rows.map(({ account }) => account))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const made = accounts.map((account): Chart => {
    const own = rows.filter((row) => row.account === account);
    const all = times.map((time): Week => {
      const next = new Date(time).setDate(new Date(time).getDate() + 7);
      const counts = own.filter(({ week }) => week >= time && week < next).reduce(plus, NOTHING);
      return { time, counts, total: sum(counts) };
    });
    const sums = all.map(({ counts }) => counts).reduce(plus, NOTHING);
    return { account, weeks: all, sums, total: sum(sums) };
  });
  return made.filter(({ total }) => total > 0);
}
