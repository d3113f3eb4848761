/** Whether mail that goes by itself waits for the end of the quiet hours. */
import type { AccountView, QueueRow, Quiet } from '../../gen/api';

const MINUTE = 60_000;

/** By the clock on the wall (`domain::sharing::Quiet::holds`). */
export function isQuiet({ from, to, weekends }: Quiet, time: number): boolean {
  const wall = new Date(time);
  if (weekends && (wall.getDay() === 0 || wall.getDay() === 6)) return true;
  const minute = wall.getHours() * 60 + wall.getMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** It is released at the moment at which the quiet hours of its account end, or of any account where that is not known. */
export function waitsForQuiet({ state, origin, release_at }: QueueRow, accounts: readonly Pick<AccountView, 'id' | 'sharing'>[]): boolean {
  if (state !== 'scheduled' || release_at === null || origin === null || origin.by === 'user') return false;
  const own = origin.by === 'mode' ? accounts.filter(({ id }) => id === origin.id) : accounts;
  return own.some(({ sharing: { quiet } }) => quiet !== null && isQuiet(quiet, release_at - MINUTE) && !isQuiet(quiet, release_at));
}
