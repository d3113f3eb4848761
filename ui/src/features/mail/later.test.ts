import { expect, test } from 'vitest';
import { choicesAt, timeOf, typed } from './later';

const at = (text: string): number => new Date(text).getTime();
const said = (now: string): string[] => choicesAt(at(now)).map(({ when, time }) => `${when} ${typed(time)}`);

test.each([
  ['2026-11-23T10:00', ['evening 2026-11-23T18:00', 'tomorrow 2026-11-24T09:00', 'monday 2026-11-30T09:00']],
  ['2026-11-23T17:45', ['tomorrow 2026-11-24T09:00', 'monday 2026-11-30T09:00']],
  ['2026-11-27T20:00', ['tomorrow 2026-11-28T09:00', 'monday 2026-11-30T09:00']],
  ['2026-11-29T00:30', ['evening 2026-11-29T18:00', 'tomorrow 2026-11-30T09:00']],
  ['2026-12-31T23:59', ['tomorrow 2027-01-01T09:00', 'monday 2027-01-04T09:00']],
])('at %s mail can be put off until %j', (now, choices) => expect(said(now)).toEqual(choices));

test.each([
  ['2026-11-24T09:00', at('2026-11-24T09:00')],
  ['2026-11-22T09:00', null],
  ['', null],
  ['soon', null],
])('%j is the time %j', (text, time) => expect(timeOf(text, at('2026-11-23T10:00'))).toBe(time));
