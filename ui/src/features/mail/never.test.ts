import { expect, test } from 'vitest';
import type { Simulated } from '../../gen/api';
import { Scripted } from '../../host/scripted';
import { NeverModel } from './never.svelte';

const found = (nearly_everything: boolean) => ({ days: 90, looked_at: 40, matched: 3, changes: [], examples: [], nearly_everything }) satisfies Simulated;

function open() {
  const host = new Scripted();
  const never = new NeverModel(host, 4, 'a@x.example');
  never.count();
  return { host, never };
}

test('nothing is added before it is known how much it reaches', async () => {
  const { host, never } = open();
  expect([never.ready, host.argsOf('rules.simulate')]).toEqual([false, [{ connection: 4, rule: never.rule }]]);
  await host.answer(0, found(false));
  expect(never.ready).toBe(true);
  never.reach = 'domain';
  expect([never.ready, never.rule.about]).toEqual([false, { kind: 'domain', value: 'x.example' }]);
});

test('nearly everything is added only where it is meant, and that is said of each reach anew', async () => {
  const { host, never } = open();
  await host.answer(0, found(true));
  expect([never.isWide, never.ready]).toEqual([true, false]);
  never.agreed = true;
  expect(never.ready).toBe(true);
  never.reach = 'domain';
  await host.answer(1, found(true));
  expect(never.ready).toBe(false);
});

test('a count that can not be had keeps nobody from it', async () => {
  const { host, never } = open();
  await host.refuse(0, 'disk');
  expect(never.ready).toBe(true);
});
