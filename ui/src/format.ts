/** Dates, times, numbers and sizes as the person's language writes them. Times are milliseconds since 1970. */
import { getLocale } from './paraglide/runtime.js';
import { m } from './paraglide/messages.js';

/** The person's own region where it speaks the window's language; else the language alone. */
function region(): string {
  const language = getLocale();
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' };
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

const formats = new Map<string, Intl.DateTimeFormat>();

function written(time: number, name: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${region()} ${name}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(region(), options)));
  return format.format(time);
}

export const clock = (time: number): string => written(time, 'time', TIME);
export const date = (time: number): string => written(time, 'day', DAY);
export const dateAndTime = (time: number): string => written(time, 'both', { ...DAY, ...TIME });
export const count = (value: number): string => new Intl.NumberFormat(region()).format(value);

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** The heading of a day in a list: today, yesterday, or its date. */
export function day(time: number, now = Date.now()): string {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days === 0) return m.common_today();
  if (days === 1) return m.common_yesterday();
  return date(time);
}

/** The time of today and yesterday, of what is older the date. */
export function moment(time: number, now = Date.now()): string {
  return startOfDay(now) - startOfDay(time) <= 86_400_000 + 3_600_000 ? clock(time) : date(time);
}

/** A time to come: of today and the days after as people say it, of what is further away the date. */
export function upcoming(time: number, now = Date.now()): string {
  const days = Math.round((startOfDay(time) - startOfDay(now)) / 86_400_000);
  if (days === 0) return `${m.common_today()} ${clock(time)}`;
  if (days === 1) return `${m.common_tomorrow()} ${clock(time)}`;
  return days < 7 ? `${written(time, 'weekday', { weekday: 'short', month: 'numeric', day: 'numeric' })} ${clock(time)}` : dateAndTime(time);
}

/** A size in bytes. */
export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const options = { style: 'unit', unit: units[power] ?? 'byte', maximumFractionDigits: power > 1 ? 1 : 0 } as const;
  return new Intl.NumberFormat(region(), { ...options, unitDisplay: 'short' }).format(bytes / 1000 ** power);
}

/** A length of time in seconds, as a person says it: `30 seconds`, `15 minutes`, `1 hour`. */
export function duration(seconds: number): string {
  const [value, unit] = seconds % 3600 === 0 ? [seconds / 3600, 'hour'] : seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  const words = new Intl.NumberFormat(region(), { style: 'unit', unit: String(unit), unitDisplay: 'long' }).format(Number(value));
  // Japanese puts no space before a unit.
  return getLocale() === 'ja' ? words.replace(/\s/g, '') : words;
}

/** Minutes and seconds that are left, `0:29`. */
export function left(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
