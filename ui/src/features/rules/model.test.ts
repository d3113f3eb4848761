import { beforeEach, describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ConnectionView, Rule, RuleView } from '../../gen/api';
import { Scripted } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { RulesModel } from './model.svelte';
import { aboutWords } from './words';

const view = (id: number | null, change: Partial<Rule> = {}, name: string | null = null): RuleView => ({
  rule: { kind: 'domain', value: 'bank.example', then: 'never_log', level: null, expires_at: null, created_at: 5, reason: '', ...change, id } as Rule,
  name,
  expired: false,
});

async function listed(rules: RuleView[]) {
  const host = new Scripted().always('rules.list', () => rules).always('crm.list', () => [{ id: 4 } as ConnectionView]);
  const desk = new Desk(host);
  await desk.connections.ask();
  const model = new RulesModel(desk);
  await model.live.ask();
  return { host, model };
}

beforeEach(() => overwriteGetLocale(() => 'ja'));

test('rules stand in groups by what they say, those of the company in one of their own', async () => {
  const { model } = await listed([view(null), view(1, { then: 'share' }), view(2), view(null, { then: 'ask' }), view(3)]);
  expect(model.groups.map(([group, rules]) => [group, rules.map(({ rule }) => rule.id)])).toEqual([
    ['never_log', [2, 3]],
    ['share', [1]],
    ['policy', [null, null]],
  ]);
  expect(model.hasOwn).toBe(true);
  expect((await listed([view(null)])).model.hasOwn).toBe(false);
});

describe('a rule that goes', () => {
  test('is asked about first, with what its going changes', async () => {
    const { host, model } = await listed([view(2)]);
    model.ask(view(2));
    expect([model.removing?.rule.id, host.argsOf('rules.simulate')]).toEqual([2, [{ connection: 4, without: 2 }]]);
    model.ask(null);
    expect([model.removing, host.argsOf('rules.remove')]).toEqual([null, []]);
  });

  test('comes back as it was when that is undone', async () => {
    const { host, model } = await listed([view(2)]);
    host.always('rules.remove', () => ({ done: true })).always('rules.add', () => ({ ...view(9), decision_id: 4 }));
    model.ask(view(2, { then: 'share', level: 'subject', expires_at: 77, reason: '銀行' }));
    expect(await model.remove()).toBe(true);
    expect([model.removing, model.done?.what]).toEqual([null, 'removed']);
    expect(await model.undo()).toBe(true);
    expect(host.argsOf('rules.add')).toEqual([
      { about: { kind: 'domain', value: 'bank.example' }, then: 'share', level: 'subject', expires_at: 77, reason: '銀行' },
    ]);
    expect(model.done).toBeNull();
  });

  test('that was refused stays in question, and why is said', async () => {
    const { host, model } = await listed([view(2)]);
    model.ask(view(2));
    const removing = model.remove();
    await host.refuse(host.asked.length - 1, 'no');
    expect([await removing, model.problem, model.removing?.rule.id, model.done]).toEqual([false, 'no', 2, null]);
  });

  test('is never the company’s', async () => {
    const { host, model } = await listed([view(null)]);
    model.ask(view(null));
    expect([await model.remove(), host.argsOf('rules.remove'), host.argsOf('rules.simulate')]).toEqual([false, [], []]);
  });
});

test('a rule that was added goes again when that is undone, and what it replaced is back', async () => {
  const { host, model } = await listed([]);
  host.always('review.undo', () => []);
  model.added({ ...view(7), decision_id: 3 });
  expect(await model.undo()).toBe(true);
  expect([host.argsOf('review.undo'), host.argsOf('rules.remove'), model.done]).toEqual([[{ decision_id: 3 }], [], null]);
});

test('a rule that was there before stays: nothing is undone', async () => {
  const { host, model } = await listed([view(7)]);
  model.added({ ...view(7), decision_id: null });
  expect([model.done, await model.undo()]).toEqual([{ what: 'added', undo: null }, false]);
  expect(host.asked.filter(({ name }) => name !== 'rules.list' && name !== 'crm.list')).toEqual([]);
});

test.each([
  [view(1), '\u2068bank.example\u2069 とその下のドメインの相手とのメール'],
  [view(1, { then: 'internal' }), '\u2068bank.example\u2069 の中だけのメール'],
  [view(1, { kind: 'folder', value: 'INBOX/&ecF1KA-' } as Partial<Rule>), 'フォルダー「\u2068INBOX/私用\u2069」のメール'],
  [view(1, { kind: 'subject', value: 'a\u202eb' } as Partial<Rule>), '件名に「\u2068a\ufffdb\u2069」を含むメール'],
  [view(1, { kind: 'contact', value: { connection: 1, record: { type: 'contact', id: '7' } } } as Partial<Rule>, '田中 美咲'), '\u2068田中 美咲\u2069 とのメール'],
  [view(1, { kind: 'account', value: 3 } as Partial<Rule>), 'アカウント \u2068（このパソコンにはもうありません）\u2069 のメール'],
])('which mail a rule is about is said in words: %#', (of, words) => {
  expect(aboutWords(of)).toBe(words);
});
