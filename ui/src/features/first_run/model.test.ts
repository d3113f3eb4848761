import { beforeEach, describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, ConnectorInfo, Event, Step, StepOutcome } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { helpFor } from './help';
import { Arrival, type Start } from './model.svelte';
import { requestText } from './request';

const WRONG: ApiError = {
  code: 'sign_in_refused',
  message: { en: 'Not accepted.', ja: '受け付けられませんでした。' },
  hint: { en: '', ja: '' },
  action: 'sign_in',
  detail: 'AUTHENTICATIONFAILED',
};
const KINDS: ConnectorInfo[] = [
  { kind: 'rest', fields: [field('url', false), field('token', true)], retraction: 'delete' },
  { kind: 'folder', fields: [field('path', false)], retraction: 'delete' },
];

function field(name: string, secret: boolean) {
  return { name, secret, required: true };
}

function arrived(start: Start = 'welcome') {
  const host = new Scripted().always('crm.kinds', () => KINDS).always('op.cancel', () => ({ done: true }));
  const arrival = new Arrival(new Desk(host), start);
  Object.assign(arrival.draft, { address: 'mori@example.co.jp', password: 'pw' });
  return { host, arrival };
}

/** A test that is under way. */
function probing() {
  const { host, arrival } = arrived();
  arrival.probe();
  const op = host.argsOf('accounts.test')[0]?.op ?? 0;
  const tell = (step: Step, outcome: StepOutcome): Promise<void> => host.tell({ event: 'step', op, step, outcome } as Event);
  const asked = (): number => host.asked.findIndex(({ name }) => name === 'accounts.test');
  return { host, arrival, op, tell, asked };
}

beforeEach(() => overwriteGetLocale(() => 'ja'));

test('a form that breaks a rule is not sent; its first wrong field is shown', () => {
  const { host, arrival } = arrived();
  arrival.edit();
  arrival.draft.address = 'mori';
  arrival.probe();
  expect([arrival.stage, arrival.focus, host.asked.length]).toEqual(['account', 'address', 0]);
});

test('only the steps of one’s own way are counted', () => {
  const { arrival } = arrived();
  expect(arrival.progress).toBeNull();
  arrival.probe();
  expect(arrival.progress).toEqual({ step: 2, of: 3 });
  expect(arrived('account').arrival.progress).toEqual({ step: 1, of: 2 });
  expect(arrived('crm').arrival.progress).toEqual({ step: 1, of: 1 });
});

describe('the test of a mailbox', () => {
  test('shows each step as it is told, and only those of its own number', async () => {
    const { host, arrival, op, tell } = probing();
    await tell('name', { outcome: 'passed', detail: '192.0.2.14' });
    await tell('connect', { outcome: 'running' });
    await host.tell({ event: 'step', op: op + 1, step: 'folders', outcome: { outcome: 'running' } });
    expect(arrival.test.outcomes).toEqual({ name: { outcome: 'passed', detail: '192.0.2.14' }, connect: { outcome: 'running' } });
  });

  test('that passed connects exactly what was tested, and goes on to the CRM', async () => {
    const { host, arrival, asked } = probing();
    await host.answer(asked(), { folders: [], inbox: 7 });
    expect([arrival.test.course, arrival.test.tested?.inbox]).toEqual(['passed', 7]);
    arrival.draft.address = 'somebody@else.example';
    host.always('accounts.add', () => ({}) as never);
    expect(await arrival.addAccount()).toBe(true);
    expect(host.argsOf('accounts.add')[0]?.address).toBe('mori@example.co.jp');
    expect([arrival.stage, arrival.draft.password]).toEqual(['crm', '']);
  });

  test('that failed offers the one button of its cause', async () => {
    const { host, arrival, asked, tell } = probing();
    await tell('sign_in', { outcome: 'running' });
    await host.refuse(asked(), WRONG);
    expect([arrival.test.course, arrival.test.failedAt]).toEqual(['failed', 'sign_in']);
    helpFor(arrival).act();
    expect([arrival.stage, arrival.focus, arrival.draft.address]).toEqual(['account', 'password', 'mori@example.co.jp']);
  });

  test.each([
    ['host_unknown', 'host'],
    ['connection_refused', 'port'],
  ])('that failed with %s leads to the field %s', async (code, focus) => {
    const { host, arrival, asked } = probing();
    await host.refuse(asked(), { ...WRONG, code, action: 'edit_settings' });
    helpFor(arrival).act();
    expect(arrival.focus).toBe(focus);
  });

  test('that failed before its first step says why all the same', async () => {
    const { host, arrival, asked } = probing();
    await host.refuse(asked(), new Error('rpc'));
    expect([arrival.test.course, arrival.test.failedAt, arrival.test.action]).toEqual(['failed', null, 'retry']);
    helpFor(arrival).act();
    expect(host.argsOf('accounts.test').length).toBe(2);
  });

  test('stops at once, and its late end changes nothing', async () => {
    const { host, arrival, op, asked, tell } = probing();
    await tell('name', { outcome: 'running' });
    arrival.test.stop();
    expect([arrival.test.course, arrival.test.outcomes.name]).toEqual(['stopped', undefined]);
    expect(host.argsOf('op.cancel')).toEqual([{ op }]);
    await host.refuse(asked(), WRONG);
    expect(arrival.test.course).toBe('stopped');
    expect(await arrival.addAccount()).toBe(false);
  });

  test('of a folder has the steps that a folder has', () => {
    const { arrival } = arrived();
    Object.assign(arrival.draft, { kind: 'files', path: '/mail' });
    arrival.probe();
    expect(arrival.test.steps).toEqual(['connect', 'inbox', 'folders']);
  });
});

test('a request to the IT department has both languages and everything but the password', async () => {
  const { host, arrival, asked, tell } = probing();
  await tell('sign_in', { outcome: 'running' });
  await host.refuse(asked(), WRONG);
  const { args, failedAt, reason } = arrival.test;
  const text = args ? requestText({ args: { ...args, password: 'geheim' }, step: failedAt, reason }, 'ja') : '';
  for (const part of ['imap.example.co.jp', '993', 'SSL/TLS', 'sign_in_refused · AUTHENTICATIONFAILED', 'Not accepted.', '受け付けられませんでした。']) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('geheim');
  expect(text.indexOf('ホスト名')).toBeLessThan(text.indexOf('Host name'));
});

test('the sample data opens, or it is said why not', async () => {
  const { host, arrival } = arrived();
  const opening = arrival.openSample();
  await host.refuse(0, WRONG);
  expect([await opening, arrival.reason]).toEqual([false, WRONG]);
});

describe('the choice of a CRM', () => {
  async function choosing() {
    const { host, arrival } = arrived('crm');
    await settled();
    arrival.crm.choose('rest');
    return { host, crm: arrival.crm };
  }

  test('names what is missing and asks nothing', async () => {
    const { host, crm } = await choosing();
    await crm.test();
    expect([...crm.missing]).toEqual(['url', 'token']);
    expect(host.argsOf('crm.test')).toEqual([]);
  });

  test('keeps the secret apart from the settings, and connects what was tested', async () => {
    const { host, crm } = await choosing();
    host.always('crm.test', () => ({ user_id: '42', email: null, name: null, can_unlog: true, max_attachment_bytes: null }));
    host.always('crm.connect', () => ({}) as never);
    crm.values.rest = { url: 'https://crm.example/', token: ' abc ' };
    await crm.test();
    expect(crm.identity?.user_id).toBe('42');
    expect(await crm.connect()).toBe(true);
    const expected = { kind: 'rest', settings: { url: 'https://crm.example/' }, token: 'abc' };
    expect([host.argsOf('crm.test')[0], host.argsOf('crm.connect')[0]]).toEqual([expected, expected]);
  });

  test('asks again after a change', async () => {
    const { host, crm } = await choosing();
    host.always('crm.test', () => ({ user_id: '42', email: null, name: null, can_unlog: true, max_attachment_bytes: null }));
    crm.values.rest = { url: 'https://crm.example/', token: 'abc' };
    await crm.test();
    crm.touch();
    expect([crm.identity, await crm.connect()]).toEqual([null, false]);
  });

  test('takes the folder that was chosen, and none where none was', async () => {
    const { host, crm } = await choosing();
    crm.choose('folder');
    host.always('app.choose_folder', () => ({ path: '/home/mori/crm' }));
    await crm.chooseFolder('path');
    host.always('app.choose_folder', () => ({ path: null }));
    await crm.chooseFolder('path');
    expect(crm.args()?.settings).toEqual({ path: '/home/mori/crm' });
  });
});
