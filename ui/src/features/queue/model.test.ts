import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, ConnectionView, QueueRow, State } from '../../gen/api';
import { Scripted } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { isApiError } from '../../words';
import { QueueModel } from './model.svelte';

const error = (action: ApiError['action']): ApiError => ({
  code: 'crm_rejected',
  message: { en: '', ja: '' },
  hint: { en: '', ja: '' },
  action,
  detail: '',
  certificate: null,
});
const row = (id: number, state: State, more: Partial<QueueRow> = {}): QueueRow =>
  ({ id, state, error: null, remote: null, connection: 1, decision_id: null, deeds: [], ...more }) as QueueRow;

async function queued(rows: QueueRow[]) {
  const host = new Scripted().always('queue.list', () => rows);
  const desk = new Desk(host);
  const queue = new QueueModel(desk);
  await queue.live.ask();
  return { host, desk, queue };
}

vi.stubGlobal('navigator', { languages: ['en'] });
beforeEach(() => {
  vi.useRealTimers();
  overwriteGetLocale(() => 'en');
});

test('what needs the rep comes first, and what is decided elsewhere is not there', async () => {
  const { queue } = await queued([
    row(1, 'scheduled'),
    row(2, 'uploading'),
    row(3, 'failed_retry'),
    row(4, 'failed_perm'),
    row(5, 'retracting'),
    row(6, 'logged'),
  ]);
  expect(queue.groups.map(([group, rows]) => [group, rows.map(({ id }) => id)])).toEqual([
    ['attention', [4]],
    ['scheduled', [1]],
    ['sending', [2, 5]],
    ['retry', [3]],
  ]);
});

test('J and K go through all groups and stop at the ends', async () => {
  const { queue } = await queued([row(1, 'scheduled'), row(2, 'uploading'), row(3, 'failed_perm')]);
  expect(queue.row?.id).toBe(3);
  queue.move(-1);
  expect(queue.row?.id).toBe(3);
  queue.move(1);
  queue.move(1);
  queue.move(1);
  expect(queue.row?.id).toBe(2);
});

test('when the chosen row has left, the first is chosen', async () => {
  const rows = [row(1, 'scheduled'), row(2, 'scheduled')];
  const { queue } = await queued(rows);
  queue.choose(2);
  rows.pop();
  await queue.live.ask();
  expect(queue.row?.id).toBe(1);
});

test.each([
  [row(1, 'scheduled'), 'send_now'],
  [row(1, 'uploading'), null],
  [row(1, 'failed_retry', { error: error('wait') }), 'retry'],
  [row(1, 'failed_retry', { error: error('sign_in') }), 'connections'],
  [row(1, 'failed_perm', { error: error('sign_in') }), 'connections'],
  [row(1, 'failed_perm', { error: error('review') }), 'review'],
  [row(1, 'retract_failed', { error: error('review') }), 'retry'],
  [row(1, 'failed_perm', { error: error('open_crm') }), 'retry'],
  [row(1, 'failed_perm', { error: { ...error('open_crm'), code: 'crm_maybe_logged' } }), null],
  [row(1, 'failed_perm', { error: error('open_crm'), remote: { id: '7', url: 'https://crm.example/7', already_known: true } }), 'open_crm'],
] as const)('one thing brings a row on: %#', async (of, deed) => {
  expect((await queued([])).queue.deedFor(of)).toBe(deed);
});

describe('a mail that may be in the CRM', () => {
  const of = row(7, 'failed_perm', { error: { ...error('open_crm'), code: 'crm_maybe_logged' }, deeds: ['retry', 'cancel', 'say_logged'] });

  test('asks the rep which it is, and nothing else does', async () => {
    const { queue } = await queued([of]);
    expect(queue.answersFor(of)).toEqual(['say_logged', 'send_again']);
    expect(queue.answersFor(row(1, 'failed_perm', { deeds: ['retry', 'cancel'] }))).toEqual([]);
  });

  test.each([
    ['say_logged', 'queue.say_logged', 'Shared: you found it in the CRM.'],
    ['send_again', 'queue.retry', 'It is sent again.'],
  ] as const)('is settled by %s', async (answer, command, said) => {
    const { host, desk, queue } = await queued([of]);
    host.always(command, () => row(7, 'logged'));
    await queue.act(of, answer);
    expect([host.argsOf(command), desk.said]).toEqual([[{ id: 7 }], said]);
  });
});

describe('a deed', () => {
  test('is asked for once, however often it is pressed', async () => {
    const of = row(7, 'scheduled');
    const { host, queue } = await queued([of]);
    void queue.act(of, 'send_now');
    void queue.act(of, 'send_now');
    expect(host.argsOf('queue.send_now')).toEqual([{ id: 7 }]);
    expect(queue.busy.has(7)).toBe(true);
  });

  test('that failed is said at its row', async () => {
    const of = row(7, 'scheduled');
    const { host, queue } = await queued([of]);
    host.always('queue.send_now', () => {
      throw error('none');
    });
    await queue.act(of, 'send_now');
    expect(queue.problem).toEqual({ id: 7, reason: error('none') });
    expect(queue.busy.size).toBe(0);
  });

  test('of looking again opens that very mail and decides nothing', async () => {
    const of = row(7, 'failed_perm', { error: error('review'), mail: 12 });
    const { host, desk, queue } = await queued([of]);
    const before = host.asked.length;
    desk.go('queue');
    await queue.act(of, 'review');
    expect([desk.screen, desk.wanted, host.asked.length]).toEqual(['mailbox', 12, before]);
    desk.go('queue');
    expect(desk.wanted).toBeNull();
  });
});

const STATES: State[] = ['scheduled', 'queued', 'failed_retry', 'uploading', 'failed_perm', 'retracting'];

test('only what waits out its grace period is taken back, by the decision it came of', async () => {
  const { host, queue } = await queued([]);
  expect(STATES.filter((state) => queue.canUndo(row(1, state, { decision_id: 5 })))).toEqual(['scheduled']);
  expect(queue.canUndo(row(1, 'scheduled', { decision_id: null }))).toBe(false);
  void queue.undo(row(1, 'scheduled', { decision_id: 5 }));
  expect(host.argsOf('review.undo')).toEqual([{ decision_id: 5 }]);
});

test.each([
  ['logged', false, true, ''],
  ['pending', true, null, 'Undone: 1.'],
] as const)('taking back says what it did: the mail is %s now', async (state, worked, problem, said) => {
  const { host, desk, queue } = await queued([]);
  host.always('review.undo', () => [row(1, state)]);
  expect(await queue.undo(row(1, 'scheduled', { decision_id: 5 }))).toBe(worked);
  expect([queue.problem && isApiError(queue.problem.reason) && queue.problem.reason.code === 'too_late', desk.said]).toEqual([problem, said]);
  expect(queue.left === null).toBe(worked);
});

test('what has not arrived can be kept private one by one', async () => {
  const { host, queue } = await queued([]);
  expect([queue.canKeep(row(1, 'queued', { deeds: ['cancel'] })), queue.canKeep(row(1, 'queued'))]).toEqual([true, false]);
  void queue.keep(row(1, 'queued'));
  expect(host.argsOf('queue.cancel')).toEqual([{ id: 1 }]);
});

test('mail that was decided on together is counted together', async () => {
  const rows = [row(1, 'scheduled', { decision_id: 5 }), row(2, 'scheduled', { decision_id: 5 }), row(3, 'queued', { decision_id: 5 })];
  const { queue } = await queued([...rows, row(4, 'scheduled', { decision_id: 6 }), row(5, 'scheduled', { decision_id: null })]);
  expect(queue.rows.map((of) => [of.id, queue.together(of)])).toEqual([[1, 2], [2, 2], [4, 1], [5, 1], [3, 2]]);
});

test('the countdown runs while the screen is open', async () => {
  const { queue } = await queued([]);
  vi.useFakeTimers({ now: 5000 });
  const leave = queue.watch();
  vi.advanceTimersByTime(2000);
  expect(queue.now).toBe(7000);
  leave();
  vi.advanceTimersByTime(2000);
  expect(queue.now).toBe(7000);
});

test('it is offline only where no connection gets through', async () => {
  const { host, desk, queue } = await queued([]);
  const waiting = { doing: { state: 'waiting' } } as ConnectionView;
  host.always('crm.list', () => [waiting, { ...waiting, doing: { state: 'in_step' } }]);
  await desk.connections.ask();
  expect(queue.offline).toBe(false);
  host.always('crm.list', () => [waiting]);
  await desk.connections.ask();
  expect(queue.offline).toBe(true);
});
