import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { AccountView, ApiError, ConnectionView, DoingView } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { ConnectionsModel, healthOf } from './model.svelte';

const ACCOUNT = { id: 3, address: 'mori@example.co.jp', doing: { state: 'in_step' } } as AccountView;
const CRM = { id: 4, name: 'Minato CRM', status: 'active', doing: { state: 'in_step' } } as ConnectionView;
const error = { code: 'sign_in_refused', action: 'sign_in' } as ApiError;

function opened() {
  const host = new Scripted();
  const model = new ConnectionsModel(new Desk(host));
  return { host, model, leave: model.watch() };
}

test.each([
  [{ state: 'starting' }, 'active', 'active'],
  [{ state: 'in_step' }, 'active', 'active'],
  [{ state: 'working' }, 'active', 'working'],
  [{ state: 'waiting', error, until: 0 }, 'active', 'unreachable'],
  [{ state: 'needs_person', error }, 'active', 'sign_in'],
  [{ state: 'needs_person', error: { ...error, action: 'ask_it' } }, 'active', 'attention'],
  [{ state: 'in_step' }, 'sign_in_needed', 'sign_in'],
  [{ state: 'paused' }, 'sign_in_needed', 'sign_in'],
  [{ state: 'needs_person', error: { ...error, action: 'ask_it' } }, 'sign_in_needed', 'attention'],
  [{ state: 'needs_person', error }, 'paused', 'paused'],
  [{ state: 'in_step' }, 'paused', 'paused'],
  [{ state: 'paused' }, 'active', 'paused'],
] as const)('what does %o with the status %s is %s', (doing, status, health) => {
  expect(healthOf(doing as DoingView, status)).toBe(health);
});

describe('what takes long', () => {
  test('keeps its card busy until its own end is told', async () => {
    const { host, model } = opened();
    void model.sync(ACCOUNT);
    await host.answer(0, { op: 9 });
    await host.tell({ event: 'ended', op: 8, code: null });
    expect([...model.busy]).toEqual(['account 3']);
    await host.tell({ event: 'ended', op: 9, code: null });
    expect(model.busy.size).toBe(0);
  });

  test('may end before its number is known', async () => {
    const { host, model } = opened();
    void model.refresh(CRM);
    await host.tell({ event: 'ended', op: 9, code: null });
    expect([...model.busy]).toEqual(['crm 4']);
    await host.answer(0, { op: 9 });
    expect(model.busy.size).toBe(0);
  });

  test('is asked for once, and says at its card why it could not begin', async () => {
    const { host, model } = opened();
    void model.refresh(CRM);
    void model.refresh(CRM);
    expect(host.argsOf('crm.refresh')).toEqual([{ id: 4 }]);
    await host.refuse(0, 'no');
    expect([model.problems['crm 4'], model.busy.size]).toEqual(['no', 0]);
  });
});

test('what runs is paused, what is paused goes on', () => {
  const { host, model } = opened();
  void model.toggleAccount(ACCOUNT);
  void model.toggleCrm({ ...CRM, status: 'paused' });
  expect(host.asked.map(({ name }) => name)).toEqual(['accounts.pause', 'crm.resume']);
});

describe('signing in anew', () => {
  test('sends a password to a mailbox and a token to a CRM', async () => {
    const { host, model } = opened();
    model.ask({ key: 'account 3', id: 3, name: '' });
    void model.signIn('pw');
    await host.answer(0, ACCOUNT);
    expect(model.signingIn).toBeNull();
    model.ask({ key: 'crm 4', id: 4, name: '' });
    void model.signIn('tok');
    expect(host.asked.map(({ args }) => args)).toEqual([{ id: 3, password: 'pw' }, { id: 4, token: 'tok' }]);
  });

  test('goes on asking where it was not accepted', async () => {
    const { host, model } = opened();
    model.ask({ key: 'account 3', id: 3, name: '' });
    void model.signIn('pw');
    await host.refuse(0, error);
    expect([model.signingIn?.id, model.problems['account 3']]).toEqual([3, error]);
    model.ask(null);
    model.ask({ key: 'account 3', id: 3, name: '' });
    await settled();
    expect(model.problems['account 3']).toBeUndefined();
  });
});

test('a screen that was left hears nothing more', () => {
  const { host, leave } = opened();
  leave();
  expect(host.listeners.size).toBe(0);
});

test('a CRM is renamed, answered for and removed; what is refused is shown on its card', async () => {
  const host = new Scripted().always('crm.rename', () => ({}) as never).always('crm.say_captures', () => ({}) as never);
  const model = new ConnectionsModel(new Desk(host));
  const crm = { id: 3 } as ConnectionView;
  expect([await model.rename(crm, 'Harbour'), await model.sayCaptures(crm, 'no')]).toEqual([true, true]);
  expect([host.argsOf('crm.rename'), host.argsOf('crm.say_captures')]).toEqual([[{ id: 3, name: 'Harbour' }], [{ id: 3, captures: 'no' }]]);
  host.always('crm.remove', () => {
    throw error;
  });
  expect([await model.removeCrm(3, true), model.problems['crm 3'], host.argsOf('crm.remove')]).toEqual([false, error, [{ id: 3, retract: true }]]);
});
