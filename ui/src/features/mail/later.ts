/** When mail that is put off may come back, by the clock on the wall. */
export type When = 'evening' | 'tomorrow' | 'monday';

export interface Choice {
  when: When;
  /** Milliseconds since 1970. */
  time: number;
}

const at = (now: number, days: number, hour: number): number => {
  const day = new Date(now);
  // Days are counted on the calendar, so that a change of the clock moves nothing.
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime();
};

/** An evening that is nearly here is none to wait for. */
const SOON = 30 * 60_000;

/** What can be chosen now: this evening at 18:00, tomorrow at 9:00, next Monday at 9:00. */
export function choicesAt(now: number): Choice[] {
  const weekday = new Date(now).getDay();
  const choices: Choice[] = [
    { when: 'evening', time: at(now, 0, 18) },
    { when: 'tomorrow', time: at(now, 1, 9) },
    { when: 'monday', time: at(now, (8 - weekday) % 7 || 7, 9) },
  ];
  // On a Sunday tomorrow is that Monday.
  return choices.filter(({ when, time }) => time > now + SOON && !(when === 'monday' && weekday === 0));
}

/** A time as a field for a date and a time has it, in the person's own zone. */
export function typed(time: number): string {
  const zone = new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - zone).toISOString().slice(0, 16);
}

/** What was typed there; `null` where it is no time to come. */
export function timeOf(typed: string, now: number): number | null {
  const time = new Date(typed).getTime();
  return Number.isFinite(time) && time > now ? time : null;
}
