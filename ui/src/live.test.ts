import { expect, test } from 'vitest';
import type { Event } from './gen/api';
import { Scripted } from './host/scripted';
import { concerns, Live } from './live.svelte';

const CHANGED: Event = { event: 'changed', tags: ['review'] };

function watched(): { host: Scripted; live: Live<'app.status'>; leave: () => void } {
  const host = new Scripted();
  const live = new Live(host, 'app.status', () => ({}));
  return { host, live, leave: live.watch() };
}

test('before the first answer it is loading', () => {
  const { live } = watched();
  expect(live.shown).toEqual({ state: 'loading' });
  expect(live.value).toBeNull();
});

test('the answer is shown', async () => {
  const { host, live } = watched();
  await host.answer(0, { waiting: 3 });
  expect(live.value).toEqual({ waiting: 3 });
});

test('a hundred changes during one question lead to one more', async () => {
  const { host, live } = watched();
  for (let i = 0; i < 100; i++) void host.tell(CHANGED);
  expect(host.asked.length).toBe(1);
  await host.answer(0, { waiting: 3 });
  expect(host.asked.length).toBe(2);
  await host.answer(1, { waiting: 4 });
  expect(host.asked.length).toBe(2);
  expect(live.value).toEqual({ waiting: 4 });
});

test('what it does not show and the end of an operation ask nothing', async () => {
  const { host } = watched();
  await host.answer(0, { waiting: 3 });
  await host.tell({ event: 'changed', tags: ['rules'] });
  await host.tell({ event: 'ended', op: 1, code: null });
  expect(host.asked.length).toBe(1);
});

test('why there is no answer is shown until a later answer takes its place', async () => {
  const { host, live } = watched();
  await host.refuse(0, { code: 'key_store_locked' });
  expect(live.shown).toEqual({ state: 'failed', reason: { code: 'key_store_locked' } });
  void live.ask();
  await host.answer(1, { waiting: 3 });
  expect(live.shown).toEqual({ state: 'ready', value: { waiting: 3 } });
});

test('a refused question does not take the last answer away', async () => {
  const { host, live } = watched();
  await host.answer(0, { waiting: 3 });
  void live.ask();
  await host.refuse(1, { code: 'engine_stopped' });
  expect(live.shown).toEqual({ state: 'failed', reason: { code: 'engine_stopped' } });
  expect(live.value).toEqual({ waiting: 3 });
});

test('each question is asked with the arguments of its moment', async () => {
  const host = new Scripted();
  let connection = 1;
  const live = new Live(host, 'review.list', () => ({ connection }));
  void live.ask();
  connection = 2;
  void live.ask();
  await host.answer(0, {});
  expect(host.argsOf('review.list')).toEqual([{ connection: 1 }, { connection: 2 }]);
});

test('a screen that was left hears nothing more', () => {
  const { host, leave } = watched();
  leave();
  expect(host.listeners.size).toBe(0);
});

test('an answer is concerned by the tags of its query', () => {
  expect(concerns('queue.list', ['queue'])).toBe(true);
  expect(concerns('queue.list', ['mail', 'rules'])).toBe(false);
});
