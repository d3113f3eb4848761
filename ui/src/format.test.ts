import { beforeEach, describe, expect, test, vi } from 'vitest';
import { clock, count, date, dateAndTime, day, duration, left, moment, size } from './format';
import { overwriteGetLocale } from './paraglide/runtime.js';

const at = (text: string): number => new Date(text).getTime();
const NOW = at('2026-11-20T10:42:00');

function speak(language: 'ja' | 'en', languages: string[]): void {
  overwriteGetLocale(() => language);
  vi.stubGlobal('navigator', { languages });
}

describe('in Japanese', () => {
  beforeEach(() => speak('ja', ['en-US', 'ja-JP']));

  test('dates and times have two digits each and 24 hours', () => {
    expect(date(NOW)).toBe('2026/11/20');
    expect(clock(at('2026-11-20T00:05:00'))).toBe('00:05');
    expect(dateAndTime(NOW)).toBe('2026/11/20 10:42');
  });

  test('the heading of a day names the two days that people name', () => {
    expect(day(at('2026-11-20T00:00:00'), NOW)).toBe('今日');
    expect(day(at('2026-11-19T23:59:59'), NOW)).toBe('昨日');
    expect(day(at('2026-11-18T23:59:59'), NOW)).toBe('2026/11/18');
  });

  test('a row has the time of today and yesterday and else the date', () => {
    expect(moment(at('2026-11-19T09:00:00'), NOW)).toBe('09:00');
    expect(moment(at('2026-11-18T09:00:00'), NOW)).toBe('2026/11/18');
  });
});

describe('in English', () => {
  beforeEach(() => speak('en', ['ja-JP', 'en-GB']));

  test('dates follow the region of the person', () => {
    expect(date(NOW)).toBe('20/11/2026');
    speak('en', ['en-US']);
    expect(date(NOW)).toBe('11/20/2026');
  });

  test('numbers are grouped, sizes have a unit', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect([0, 999, 1000, 248_310, 25_000_000].map(size)).toEqual(['0 byte', '999 byte', '1 kB', '248 kB', '25 MB']);
  });
});

test('what is left is rounded up, so that it ends with the countdown', () => {
  expect([30_000, 29_001, 61_000, 1, 0, -5].map(left)).toEqual(['0:30', '0:30', '1:01', '0:01', '0:00', '0:00']);
});

test.each([
  ['ja', [30, 60, 900, 3600, 90], ['30秒', '1分', '15分', '1時間', '90秒']],
  ['en', [30, 60, 900, 3600, 90], ['30 seconds', '1 minute', '15 minutes', '1 hour', '90 seconds']],
] as const)('a length of time in %s has its largest whole unit', (language, seconds, expected) => {
  speak(language, []);
  expect(seconds.map(duration)).toEqual(expected);
});
