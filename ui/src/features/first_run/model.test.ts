import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError } from '../../gen/api';
import { Scripted } from '../../host/scripted';
import { Arrival, type Start } from './model.svelte';

const WRONG = { code: 'database_failed', action: 'retry' } as ApiError;
function arrived(start: Start = 'welcome') {
  const host = new Scripted().always('crm.kinds', () => []);
  const desk = new Desk(host);
  return { host, desk, arrival: new Arrival(desk, start) };
}

test('the sample data opens, or it is said why not', async () => {
  const { host, arrival } = arrived();
  const opening = arrival.openSample();
  await host.refuse(0, WRONG);
  expect([await opening, arrival.reason]).toEqual([false, WRONG]);
});

describe('a mailbox', () => {
  test('is followed by the CRM on the first run, and leads back where it came from later', () => {
    const first = arrived('welcome').arrival;
    first.connect();
    expect([first.finishAccount(), first.stage]).toEqual([false, 'crm']);
    expect(arrived('account').arrival.finishAccount()).toBe(true);
  });

  test('that was begun is gone on with, without its secrets', () => {
    const { desk, arrival } = arrived('account');
    Object.assign(arrival.connecting, { address: 'mori@example.co.jp', password: 'pw' });
    expect(arrival.leaveAccount()).toBe(true);
    const { connecting } = new Arrival(desk, 'account');
    expect([connecting.address, connecting.password]).toEqual(['mori@example.co.jp', '']);
  });

  test('that is connected is followed by an empty one', () => {
    const { desk, arrival } = arrived('account');
    arrival.connecting.address = 'mori@example.co.jp';
    arrival.finishAccount();
    expect(new Arrival(desk, 'account').connecting.address).toBe('');
  });
});
