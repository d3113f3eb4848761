/** `stats.*`: how much was shared. */
import { mondays } from '../../features/history/coverage';
import type { CoverageRow } from '../../gen/api';
import { wait, type Handlers } from './handlers';
import { saved } from './history';
import type { Program } from './program';

export const statsHandlers = (program: Program): Handlers => ({
  'stats.coverage': ({ weeks = 12 }) => {
    if (program.mails.length === 0 || program.connections.length === 0) return [];
    return program.mailboxes.all.flatMap(({ id }) => mondays(weeks).map((week, index) => weekOf(id, week, weeks - 1 - index)));
  },
  'stats.matching': () => ({ mails: program.mails.length, matched: program.mails.length, milliseconds: 12 }),
  'stats.export': async () => {
    await wait(200);
    return saved('otomo-coverage.csv');
  },
});

/** So much each week, and always the same. */
function weekOf(account: number, week: number, ago: number): CoverageRow {
  const wave = (seed: number, most: number): number => Math.round(((Math.sin((ago + 1) * seed * account) + 1) / 2) * most);
  return {
    week,
    account,
    shared_by_rep: account === 1 ? 14 + wave(1.7, 22) : 3 + wave(2.3, 4),
    shared_by_itself: account === 1 ? 0 : 22 + wave(1.3, 18),
    private: 3 + wave(2.9, 8),
    failed: ago % 5 === 2 ? 1 : 0,
    retracted: ago % 4 === 1 ? 1 : 0,
    waiting: ago === 0 ? 7 : 0,
  };
}
