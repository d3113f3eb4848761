import { describe, expect, test } from 'vitest';
import type { NewAccountArgs, SurveyRow } from '../../gen/api';
import { Scripted } from '../../host/scripted';
import { beginning, PastDraft } from './past.svelte';

const ACCOUNT: NewAccountArgs = { address: 'mori@example.jp' };
const row = (name: string, role: SurveyRow['role'], messages: number, bytes: number | null = messages * 1_000_000): SurveyRow => ({
  name,
  role,
  survey: { messages, bytes, since: [1, 2, 3, 4, 5], oldest: 1000 + messages },
});

async function surveyed(rows: SurveyRow[]) {
  const host = new Scripted();
  const past = new PastDraft(host);
  const asking = past.survey(ACCOUNT);
  await host.answer(0, rows);
  await asking;
  return { host, past };
}

const ROWS = [row('INBOX', 'inbox', 100), row('Sent', 'sent', 50), row('x', 'other', 10), row('Trash', 'trash', 7)];

describe('how much would be taken in', () => {
  test('is counted over the inbox and what was sent, from the chosen day on', async () => {
    const { past } = await surveyed(ROWS);
    expect(past.estimate).toEqual({ mails: 6, bytes: 6_000_000, minutes: 1 });
    past.range = 'all';
    expect(past.estimate).toEqual({ mails: 150, bytes: 150_000_000, minutes: 3 });
    past.toggle('Sent');
    past.toggle('x');
    expect([past.estimate?.mails, past.oldest]).toEqual([110, 1010]);
  });

  test('leaves the size out where the server does not tell it', async () => {
    const { past } = await surveyed([row('INBOX', 'inbox', 100, null)]);
    expect(past.estimate).toEqual({ mails: 3, bytes: null, minutes: 1 });
  });

  test('is not made up where the server counts nothing, or another day was chosen since', async () => {
    const silent = await surveyed([{ name: 'INBOX', role: 'inbox', survey: null }]);
    expect(silent.past.estimate).toBeNull();
    const { past, host } = await surveyed(ROWS);
    [past.range, past.day] = ['date', '2026-01-15'];
    expect(past.estimate).toBeNull();
    const asking = past.survey(ACCOUNT);
    await host.answer(1, ROWS.map((r) => ({ ...r, survey: r.survey && { ...r.survey, since: [1, 2, 3, 4, 5, 6] } })));
    await asking;
    expect([host.argsOf('accounts.survey')[1]?.since.length, past.estimate?.mails]).toEqual([6, 12]);
  });
});

test('folders are named to the program only where they are not the usual ones', async () => {
  const { past } = await surveyed(ROWS);
  expect(past.folders()).toBeNull();
  past.toggle('x');
  expect(past.folders()).toEqual(['INBOX', 'Sent', 'x']);
  past.toggle('x');
  expect(past.folders()).toBeNull();
});

test('a late answer to an earlier question changes nothing', async () => {
  const host = new Scripted();
  const past = new PastDraft(host);
  void past.survey(ACCOUNT);
  void past.survey(ACCOUNT);
  await host.answer(1, ROWS);
  await host.answer(0, []);
  expect([past.course, past.rows.length]).toEqual(['done', 4]);
  past.reset();
  expect([past.course, past.rows.length]).toEqual(['idle', 0]);
});

test('a server that cannot count is no obstacle', async () => {
  const host = new Scripted();
  const past = new PastDraft(host);
  void past.survey(ACCOUNT);
  await host.refuse(0, 'no');
  expect([past.course, past.folders()]).toEqual(['failed', null]);
});

test('a range begins with the start of its day', () => {
  const now = new Date('2026-11-20T10:42:00').getTime();
  const days = (['today', '7', '365'] as const).map((range) => beginning(range, '', now));
  expect(days).toEqual(['2026-11-20', '2026-11-13', '2025-11-20'].map((day) => new Date(`${day}T00:00:00`).getTime()));
  expect([beginning('all', '', now), beginning('date', '', now)]).toEqual([null, null]);
  expect(beginning('date', '2026-02-03', now)).toBe(new Date('2026-02-03T00:00:00').getTime());
});
