import { expect, test } from 'vitest';
import type { CoverageRow } from '../../gen/api';
import { charts, mondays } from './coverage';

const at = (text: string): number => new Date(text).getTime();
/** A Friday. */
const NOW = at('2026-11-20T10:42:00');

const row = (week: string, account: number | null, counts: Partial<CoverageRow>): CoverageRow => ({
  week: at(`${week}T00:00`),
  account,
  shared_by_rep: 0,
  shared_by_itself: 0,
  private: 0,
  failed: 0,
  retracted: 0,
  waiting: 0,
  ...counts,
});

test('weeks begin on Monday, the current one comes last', () => {
  expect(mondays(3, NOW)).toEqual([at('2026-11-02T00:00'), at('2026-11-09T00:00'), at('2026-11-16T00:00')]);
  expect(mondays(1, at('2026-11-22T23:59'))).toEqual([at('2026-11-16T00:00')]);
  expect(mondays(1, at('2026-11-23T00:00'))).toEqual([at('2026-11-23T00:00')]);
});

test('each account has a bar for every week, with and without mail', () => {
  const rows = [row('2026-11-16', 2, { private: 3 }), row('2026-11-02', 1, { shared_by_rep: 2 }), row('2026-11-16', 1, { shared_by_itself: 4, failed: 1 })];
  const made = charts(rows, 3, NOW);
  expect(made.map(({ account, total }) => [account, total])).toEqual([[1, 7], [2, 3]]);
  expect(made[0]?.weeks.map(({ total }) => total)).toEqual([2, 0, 5]);
  expect(made[0]?.sums).toMatchObject({ shared_by_rep: 2, shared_by_itself: 4, failed: 1 });
});

test('mail that is on no account any more comes last, and an account without mail has no chart', () => {
  const rows = [row('2026-11-16', null, { private: 1 }), row('2026-11-16', 4, { waiting: 1 }), row('2026-11-16', 3, {})];
  expect(charts(rows, 2, NOW).map(({ account }) => account)).toEqual([4, null]);
});

test('what is older than the weeks that are shown is left out', () => {
  expect(charts([row('2026-10-05', 1, { private: 9 })], 2, NOW)).toEqual([]);
});
