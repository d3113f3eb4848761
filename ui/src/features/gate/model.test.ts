import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import { Scripted, settled } from '../../host/scripted';
import { GateModel } from './model.svelte';

const refusal = (code: string) => ({ code, message: {}, hint: {}, action: 'unlock', detail: '' });

/** A gate in front of a program that doesn't start for this reason. */
async function before(reason: unknown) {
  const host = new Scripted();
  const desk = new Desk(host);
  const gate = new GateModel(desk);
  void desk.status.ask();
  if (reason) await host.refuse(0, reason);
  return { host, gate, desk };
}

test('before the first answer the program is starting', async () => {
  expect((await before(null)).gate.barrier).toEqual({ is: 'starting' });
});

test.each([
  ['database_failed', 'failed'],
  ['key_store_locked', 'failed'],
  ['passphrase_needed', 'passphrase'],
  ['passphrase_wrong', 'passphrase'],
  ['key_store_missing', 'no_passphrase_yet'],
])('%s is a barrier of its kind: %s', async (code, is) => {
  expect((await before(refusal(code))).gate.barrier.is).toBe(is);
});

test('what the program did not say itself is a failure too', async () => {
  expect((await before(new Error('rpc'))).gate.barrier).toEqual({ is: 'failed', reason: new Error('rpc') });
});

test('trying again asks for everything once, however often it is pressed', async () => {
  const { host, gate } = await before(refusal('database_failed'));
  void gate.retry();
  void gate.retry();
  expect(gate.busy).toBe(true);
  expect(host.argsOf('app.status').length).toBe(2);
});

describe('a passphrase', () => {
  test('that is right opens the data and is forgotten by the window', async () => {
    const { host, gate } = await before(refusal('passphrase_needed'));
    host.always('app.unlock', () => ({ done: true }));
    gate.passphrase = 'correct horse battery';
    void gate.unlock();
    void gate.unlock();
    await settled();
    expect(host.argsOf('app.unlock')).toEqual([{ passphrase: 'correct horse battery' }]);
    expect([gate.passphrase, host.argsOf('app.status').length]).toEqual(['', 2]);
  });

  test('that is wrong is said and can be mended', async () => {
    const { host, gate } = await before(refusal('passphrase_needed'));
    host.always('app.unlock', () => {
      throw refusal('passphrase_wrong');
    });
    gate.passphrase = 'correct horse';
    await gate.unlock();
    expect(gate.barrier).toMatchObject({ is: 'passphrase', reason: { code: 'passphrase_wrong' } });
    expect([gate.passphrase, gate.busy]).toEqual(['correct horse', false]);
  });

  test('that is new is written twice and is long enough, counted in characters', async () => {
    const { host, gate } = await before(refusal('key_store_missing'));
    [gate.passphrase, gate.again] = ['🔑🔑🔑🔑🔑🔑', '🔑🔑🔑🔑🔑🔑'];
    await gate.unlock();
    expect(gate.flaw).toBe('short');
    [gate.passphrase, gate.again] = ['twelve chars', 'twelve char'];
    await gate.unlock();
    expect(gate.flaw).toBe('unequal');
    expect(host.argsOf('app.unlock')).toEqual([]);
    gate.again = 'twelve chars';
    void gate.unlock();
    expect([gate.flaw, host.argsOf('app.unlock').length]).toEqual([null, 1]);
  });
});
