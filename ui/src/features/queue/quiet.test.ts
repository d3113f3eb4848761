import { expect, test } from 'vitest';
import type { QueueRow, Quiet, Sharing } from '../../gen/api';
import { isQuiet, waitsForQuiet } from './quiet';

/** 2026-11-20 was a Friday. */
const at = (day: number, clock: string): number => new Date(`2026-11-${day}T${clock}:00`).getTime();
const NIGHT: Quiet = { from: 20 * 60, to: 8 * 60, weekends: true };
const NOON: Quiet = { from: 12 * 60, to: 13 * 60, weekends: false };

test.each([
  [NIGHT, at(20, '19:59'), false],
  [NIGHT, at(20, '20:00'), true],
  [NIGHT, at(20, '07:59'), true],
  [NIGHT, at(20, '08:00'), false],
  [NIGHT, at(21, '12:00'), true],
  [NIGHT, at(22, '12:00'), true],
  [NOON, at(20, '12:30'), true],
  [NOON, at(21, '13:00'), false],
] as const)('hours %o are quiet at their time: %#', (quiet, time, expected) => {
  expect(isQuiet(quiet, time)).toBe(expected);
});

const account = (id: number, quiet: Quiet | null) => ({ id, sharing: { quiet } as Sharing });
const row = (origin: QueueRow['origin'], release_at: number, state: QueueRow['state'] = 'scheduled') => ({ origin, release_at, state }) as QueueRow;

test.each([
  ['by the mode of its account', row({ by: 'mode', id: 1 }, at(23, '08:00')), true],
  ['by the mode of another account', row({ by: 'mode', id: 2 }, at(23, '08:00')), false],
  ['by a rule', row({ by: 'rule', id: 9 }, at(23, '08:00')), true],
  ['by the rep', row({ by: 'user' }, at(23, '08:00')), false],
  ['in the middle of the day', row({ by: 'mode', id: 1 }, at(20, '10:00')), false],
  ['already on its way', row({ by: 'mode', id: 1 }, at(23, '08:00'), 'queued'), false],
] as const)('mail that is shared %s waits for the end of quiet hours: %#', (_, of, expected) => {
  expect(waitsForQuiet(of, [account(1, NIGHT), account(2, null)])).toBe(expected);
});
