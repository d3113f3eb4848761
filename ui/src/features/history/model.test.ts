import { beforeEach, describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ConnectionView, HistoryArgs, QueueRow, Retraction, State } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { HistoryModel } from './model.svelte';

const HOUR = 3_600_000;
const noon = new Date().setHours(12, 0, 0, 0);
const row = (id: number, state: State, changed_at = noon): QueueRow => ({ id, state, changed_at, connection: 1, remote: null }) as QueueRow;

/** A program that has these decisions, newest first. */
function decided(rows: QueueRow[], retraction: Retraction = 'delete', can_unlog = true) {
  const host = new Scripted()
    .always('history.list', ({ after, limit = 100 }: HistoryArgs) => {
      const start = after ? rows.findIndex(({ id }) => id === after.id) + 1 : 0;
      const page = rows.slice(start, start + limit);
      const last = page.at(-1);
      return { rows: page, next: last && start + limit < rows.length ? { changed_at: last.changed_at, id: last.id } : null };
    })
    .always('crm.kinds', () => [{ kind: 'rest', fields: [], retraction }])
    .always('crm.list', () => [{ id: 1, kind: 'rest', name: 'Minato CRM', identity: { can_unlog } } as ConnectionView]);
  const desk = new Desk(host);
  void desk.connections.ask();
  return { host, history: new HistoryModel(desk) };
}

beforeEach(() => overwriteGetLocale(() => 'ja'));

test('each day has its heading once', async () => {
  const { history } = decided([row(3, 'logged'), row(2, 'private'), row(1, 'logged', noon - 24 * HOUR)]);
  await history.reload();
  expect(history.lines.map((line) => ('day' in line ? line.day : line.row.id))).toEqual(['今日', 3, 2, '昨日', 1]);
});

test('a filter shows its own states, private ones with their own', async () => {
  const { history } = decided([row(5, 'logged'), row(4, 'private'), row(3, 'retracted'), row(2, 'already_in_crm'), row(1, 'retracting')]);
  await history.reload();
  const ids = (): number[] => history.shown.map(({ id }) => id);
  expect(ids()).toEqual([5, 4, 3, 2, 1]);
  history.choose('shared');
  expect(ids()).toEqual([5, 2]);
  history.choose('private');
  expect(ids()).toEqual([4]);
  history.choose('retracted');
  expect(ids()).toEqual([3, 1]);
});

describe('pages', () => {
  const rows = Array.from({ length: 2500 }, (_, index) => row(2500 - index, 'logged', noon - index * HOUR));

  test('are loaded until the picture is whole, and then as they are asked for', async () => {
    const { host, history } = decided(rows);
    await history.reload();
    expect([history.isWhole, history.rows.length]).toEqual([true, 1100]);
    await history.more();
    await history.more();
    expect([history.rows.length, history.hasMore]).toEqual([2500, false]);
    await history.more();
    expect(host.argsOf('history.list').length).toBe(4);
    expect(new Set(history.rows.map(({ id }) => id)).size).toBe(2500);
  });

  test('are asked for one after the other, however many changes come in meanwhile', async () => {
    const host = new Scripted();
    const history = new HistoryModel(new Desk(host));
    const asked = (): number => host.argsOf('history.list').length;
    for (let i = 0; i < 10; i++) void history.reload();
    void history.more();
    await settled();
    expect(asked()).toBe(1);
    void history.reload();
    void history.reload();
    await host.answer(0, { rows: [row(1, 'logged')], next: null });
    expect(asked()).toBe(2);
    await host.answer(1, { rows: [row(2, 'logged'), row(1, 'logged')], next: null });
    expect([asked(), history.rows.map(({ id }) => id)]).toEqual([2, [2, 1]]);
  });
});

test('a change of the history asks again, other changes do not', async () => {
  const { host, history } = decided([row(1, 'logged')]);
  const leave = history.watch();
  await settled();
  await host.tell({ event: 'changed', tags: ['rules'] });
  await host.tell({ event: 'changed', tags: ['history'] });
  expect(host.argsOf('history.list').length).toBe(2);
  leave();
  await host.tell({ event: 'changed', tags: ['history'] });
  expect(host.argsOf('history.list').length).toBe(2);
});

test('the bars count each of the last days, the newest at the end', async () => {
  const { history } = decided([
    row(5, 'logged'),
    row(4, 'private'),
    row(3, 'retracted'),
    row(2, 'logged', noon - 13 * 24 * HOUR),
    row(1, 'logged', noon - 15 * 24 * HOUR),
  ]);
  await history.reload();
  const bars = history.bars();
  expect(bars.length).toBe(14);
  expect([bars[0]?.shared, bars[13]?.shared, bars[13]?.private]).toEqual([1, 1, 1]);
  expect(bars.reduce((sum, bar) => sum + bar.shared, 0)).toBe(2);
});

describe('taking back', () => {
  test.each([
    ['delete', true, true],
    ['recycle', true, true],
    ['none', true, false],
    ['delete', false, false],
  ] as const)('with retraction %s and the right %s is possible: %s', async (retraction, right, possible) => {
    const { history } = decided([row(1, 'logged')], retraction, right);
    history.watch();
    await settled();
    expect(history.canRetract(row(1, 'logged'))).toBe(possible);
  });

  test('is asked for once and closes the question', async () => {
    const { host, history } = decided([row(1, 'logged')]);
    history.ask(row(1, 'logged'));
    void history.retract();
    void history.retract();
    expect(host.argsOf('history.retract')).toEqual([{ id: 1 }]);
    host.asked.at(-1)?.resolve({});
    await settled();
    expect(history.asking).toBeNull();
  });

  test('that failed leaves the question open and says why', async () => {
    const { host, history } = decided([row(1, 'logged')]);
    history.ask(row(1, 'logged'));
    host.always('history.retract', () => {
      throw 'no';
    });
    await history.retract();
    expect([history.asking?.id, history.problem, history.busy]).toEqual([1, 'no', false]);
  });
});

test('why there is no history is said', async () => {
  const { host, history } = decided([]);
  host.always('history.list', () => {
    throw 'disk';
  });
  await history.reload();
  expect(history.course).toEqual({ state: 'failed', reason: 'disk' });
});
