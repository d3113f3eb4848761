import { beforeEach, describe, expect, test, vi } from 'vitest';
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
    .always('crm.list', () => [{ id: 1, kind: 'rest', info: { retraction }, name: 'Minato CRM', identity: { can_unlog } } as ConnectionView]);
  const desk = new Desk(host);
  void desk.connections.ask();
  return { host, history: new HistoryModel(desk) };
}

beforeEach(() => overwriteGetLocale(() => 'ja'));

test('a record that can not be opened is told at its row, until another try', async () => {
  const { host, history } = decided([]);
  const of = { ...row(7, 'logged'), remote: { id: '1', url: 'https://crm.example/1', already_known: false } };
  host.always('app.open_link', () => {
    throw 'refused';
  });
  await history.open(of);
  expect([history.unopened, host.argsOf('app.open_link')]).toEqual([{ id: 7, reason: 'refused' }, [{ url: 'https://crm.example/1' }]]);
  host.always('app.open_link', () => ({ done: true }));
  await history.open(of);
  expect(history.unopened).toBeNull();
});

test('each day has its heading once', async () => {
  const { history } = decided([row(3, 'logged'), row(2, 'private'), row(1, 'logged', noon - 24 * HOUR)]);
  await history.reload();
  expect(history.lines.map((line) => ('day' in line ? line.day : line.row.id))).toEqual(['今日', 3, 2, '昨日', 1]);
});

describe('a filter', () => {
  test('is asked of the program, from the top', async () => {
    const { host, history } = decided([row(2, 'logged'), row(1, 'private')]);
    await history.reload();
    history.choose({ shown: 'private' });
    await settled();
    history.choose({ who: 'by_itself', connection: 1 });
    await settled();
    expect(host.argsOf('history.list').map(({ filter }) => filter)).toEqual([
      undefined,
      { states: ['private'] },
      { states: ['private'], by: 'by_itself', connection: 1 },
    ]);
    expect(history.isNarrowed).toBe(true);
  });

  test('leaves what was listed in sight until its answer is there', async () => {
    const host = new Scripted();
    const history = new HistoryModel(new Desk(host));
    void history.reload();
    await settled();
    await host.answer(0, { rows: [row(1, 'logged')], next: null });
    history.choose({ shown: 'private' });
    await settled();
    expect(history.rows.map(({ id }) => id)).toEqual([1]);
    await host.answer(1, { rows: [], next: null });
    expect(history.rows).toEqual([]);
  });

  test('that was chosen meanwhile makes the answer to the one before useless', async () => {
    const host = new Scripted();
    const history = new HistoryModel(new Desk(host));
    void history.reload();
    await settled();
    history.choose({ shown: 'private' });
    await settled();
    await host.answer(0, { rows: [row(1, 'logged')], next: null });
    expect([history.rows.length, history.course.state]).toEqual([0, 'loading']);
    await host.answer(1, { rows: [row(2, 'private')], next: null });
    expect(history.rows.map(({ id }) => id)).toEqual([2]);
  });

  test('for words waits until typing pauses', async () => {
    vi.useFakeTimers();
    const { host, history } = decided([row(1, 'logged')]);
    for (const text of ['見', '見積', '見積書']) history.choose({ text });
    await vi.advanceTimersByTimeAsync(300);
    vi.useRealTimers();
    expect(host.argsOf('history.list').map(({ filter }) => filter)).toEqual([{ text: '見積書' }]);
  });
});

describe('pages', () => {
  const rows = Array.from({ length: 250 }, (_, index) => row(250 - index, 'logged', noon - index * HOUR));

  test('are loaded as they are asked for', async () => {
    const { host, history } = decided(rows);
    await history.reload();
    expect(history.rows.length).toBe(100);
    await history.more();
    await history.more();
    expect([history.rows.length, history.hasMore]).toEqual([250, false]);
    await history.more();
    expect(host.argsOf('history.list').length).toBe(3);
    expect(new Set(history.rows.map(({ id }) => id)).size).toBe(250);
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

describe('taking back', () => {
  test.each([
    ['delete', true, 'delete'],
    ['recycle', true, 'recycle'],
    ['none', true, 'none'],
    ['delete', false, 'none'],
  ] as const)('where the CRM can %s and the right is %s means: %s', async (retraction, right, expected) => {
    const { history } = decided([row(1, 'logged')], retraction, right);
    history.watch();
    await settled();
    expect(history.retractionOf(row(1, 'logged'))).toBe(expected);
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
