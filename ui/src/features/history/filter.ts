/** Which decisions are listed, as a person chooses and as the program is asked. */
import type { DecidedBy, HistoryFilter, State } from '../../gen/api';

export type Shown = 'all' | 'shared' | 'private' | 'retracted';
export const SHOWN: readonly Shown[] = ['all', 'shared', 'private', 'retracted'];

export type Who = 'anybody' | DecidedBy;
export const WHO: readonly Who[] = ['anybody', 'rep', 'by_itself'];

export type Period = 'all' | 'today' | '7' | '30' | '90' | 'dates';
export const PERIODS: readonly Period[] = ['all', 'today', '7', '30', '90', 'dates'];

export interface Query {
  shown: Shown;
  who: Who;
  period: Period;
  /** `YYYY-MM-DD`, or empty. */
  since: string;
  /** `YYYY-MM-DD`, or empty; the day itself is listed, too. */
  until: string;
  connection: number | null;
  text: string;
}

export const EVERYTHING: Query = { shown: 'all', who: 'anybody', period: 'all', since: '', until: '', connection: null, text: '' };

const STATES: Record<Exclude<Shown, 'all'>, State[]> = {
  shared: ['logged', 'already_in_crm', 'remote_missing'],
  private: ['private'],
  retracted: ['retracted'],
};

/** Whether anything is left out. */
export const isNarrowed = (query: Query): boolean => Object.keys(filterOf(query)).length > 0;

export function filterOf(query: Query, now = Date.now()): HistoryFilter {
  const { shown, who, connection, text } = query;
  return {
    ...(shown !== 'all' && { states: STATES[shown] }),
    ...(who !== 'anybody' && { by: who }),
    ...(connection !== null && { connection }),
    ...(text.trim() !== '' && { text: text.trim() }),
    ...timesOf(query, now),
  };
}

function timesOf({ period, since, until }: Query, now: number): Pick<HistoryFilter, 'since' | 'until'> {
  if (period === 'all') return {};
  if (period !== 'dates') return { since: daysBefore(now, period === 'today' ? 0 : Number(period) - 1) };
  return { ...(since && { since: startOf(since) }), ...(until && { until: daysBefore(startOf(until), -1) }) };
}

const startOf = (day: string): number => new Date(`${day}T00:00`).getTime();

/** The start of the day so many days before, through every change of the clocks. */
function daysBefore(time: number, days: number): number {
  const day = new Date(time);
  day.setHours(0, 0, 0, 0);
  return day.setDate(day.getDate() - days);
}
