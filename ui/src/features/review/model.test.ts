import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { Ask, MailRowView } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { row } from '../mail/model.fixture';
import { ReviewModel, TABS, type Tab } from './model.svelte';

vi.stubGlobal('navigator', { languages: ['en'] });
beforeEach(() => overwriteGetLocale(() => 'en'));

const asking = (mail: number, ask: Ask): MailRowView => ({ ...row(mail), asks: [ask] });

/** The review desk, where every tab has the same mail. */
async function review(rows: MailRowView[] = []) {
  const host = new Scripted()
    .always('crm.list', () => [{ id: 1, name: 'CRM' } as never])
    .always('review.counts', () => ({ all: rows.length, first: 0, alert: 0, later: 0, unmatched: 0, excluded: 0 }))
    .always('review.list', () => ({ rows, next: null, total: rows.length }));
  const desk = new Desk(host);
  desk.watch();
  await settled();
  const model = new ReviewModel(desk, 1);
  model.watch();
  await settled();
  return { host, model };
}

test.each<[Tab, object]>([
  ['all', { states: ['pending'], pile: 'all' }],
  ['first', { states: ['pending'], pile: 'first' }],
  ['alert', { states: ['pending'], pile: 'alert' }],
  ['later', { states: ['pending'], pile: 'later' }],
  ['unmatched', { states: ['unmatched'], pile: 'all' }],
  ['excluded', { states: ['excluded'], pile: 'all' }],
])('the tab %s asks for %j', async (tab, part) => {
  const { host, model } = await review();
  model.open(tab);
  await settled();
  expect(host.argsOf('review.list').at(-1)).toEqual({ connection: 1, limit: 200, ...part });
});

test('the tabs go round in both directions', async () => {
  const { model } = await review();
  const seen = TABS.map(() => (model.step(1), model.tab));
  expect(seen).toEqual(['first', 'alert', 'later', 'unmatched', 'excluded', 'all']);
  model.step(-1);
  expect(model.tab).toBe('excluded');
});

describe('a mail that was decided on', () => {
  test.each<Tab>(['all', 'first', 'alert'])('leaves the tab %s at once when it is put off', async (tab) => {
    const { model } = await review([asking(2, { ask: 'sensitive', kinds: ['card'] }), asking(1, { ask: 'first_contact' })]);
    model.open(tab);
    await settled();
    model.postpone(99);
    expect(model.pages.rows.map(({ mail }) => mail)).toEqual([1]);
  });

  test('stays among what was put off when it is put off anew', async () => {
    const { model } = await review([{ ...row(1), snoozed_until: 5 }]);
    model.open('later');
    await settled();
    model.postpone(99);
    expect(model.pages.rows.map(({ snoozed_until }) => snoozed_until)).toEqual([99]);
  });
});

test('the counts are asked for anew with every change', async () => {
  const { host } = await review();
  await host.tell({ event: 'changed', tags: ['review'] });
  expect(host.argsOf('review.counts')).toEqual([{ id: 1 }, { id: 1 }]);
});
