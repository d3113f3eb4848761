import { expect, test } from 'vitest';
import type { Event, Status } from '../../gen/api';
import type { Host } from '../../host';
import { StatusModel } from './model.svelte';

const STATUS: Status = {
  version: '1',
  home: '/h',
  accounts: 1,
  connections: 0,
  mails: 7,
  waiting: 3,
  scheduled: 0,
  logged: 0,
  needs_attention: 0,
  sharing_allowed: true,
};

/** A program whose answers the test gives one by one. */
class Scripted implements Host {
  readonly asked: { resolve: (status: Status) => void; reject: (reason: unknown) => void }[] = [];
  readonly listeners = new Set<(event: Event) => void>();

  call<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve: (status) => resolve(status as Answer), reject });
    });
  }

  on(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  tell(event: Event): void {
    this.listeners.forEach((listener) => listener(event));
  }

  async answer(question: number, status: Status): Promise<void> {
    this.asked[question]?.resolve(status);
    await settled();
  }

  async refuse(question: number, reason: unknown): Promise<void> {
    this.asked[question]?.reject(reason);
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));
const CHANGED: Event = { event: 'changed', tags: ['review'] };

function watched(): { host: Scripted; model: StatusModel; leave: () => void } {
  const host = new Scripted();
  const model = new StatusModel(host);
  return { host, model, leave: model.watch() };
}

test('a window that just opened says that the program is starting', () => {
  expect(watched().model.shown).toEqual({ state: 'starting' });
});

test('the answer is shown', async () => {
  const { host, model } = watched();
  await host.answer(0, STATUS);
  expect(model.shown).toEqual({ state: 'running', status: STATUS });
});

test('a hundred changes during one question lead to one more', async () => {
  const { host, model } = watched();
  for (let i = 0; i < 100; i++) host.tell(CHANGED);
  expect(host.asked.length).toBe(1);
  await host.answer(0, STATUS);
  expect(host.asked.length).toBe(2);
  await host.answer(1, { ...STATUS, waiting: 4 });
  expect(host.asked.length).toBe(2);
  expect(model.shown).toMatchObject({ status: { waiting: 4 } });
});

test('the end of an operation asks nothing', async () => {
  const { host } = watched();
  await host.answer(0, STATUS);
  host.tell({ event: 'ended', op: 1, code: null });
  expect(host.asked.length).toBe(1);
});

test('why the program does not start is shown until a later answer takes its place', async () => {
  const { host, model } = watched();
  await host.refuse(0, { code: 'key_store_locked' });
  expect(model.shown).toEqual({ state: 'failed', reason: { code: 'key_store_locked' } });
  void model.ask();
  await host.answer(1, STATUS);
  expect(model.shown).toEqual({ state: 'running', status: STATUS });
});

test('a screen that was left hears nothing more', () => {
  const { host, leave } = watched();
  leave();
  expect(host.listeners.size).toBe(0);
});
