import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, ConnectorInfo, Field, FieldKind, Words } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { Arrival, type Start } from './model.svelte';

const WRONG = { code: 'database_failed', action: 'retry' } as ApiError;
const KINDS: ConnectorInfo[] = [
  kind('rest', [field('url', 'url'), field('token', 'secret')]),
  kind('folder', [field('path', 'folder')]),
];

function kind(kind: string, fields: Field[]): ConnectorInfo {
  const name = words(kind);
  return { kind, name, text: name, fields, retraction: 'delete', creates_contacts: false, searches: false, browser: false, relinks: false, records: [], notices: [], captures: words(''), granted_by: words(''), remarks: [] };
}

function field(name: string, kind: FieldKind): Field {
  return { name, kind, label: words(name), hint: words(''), required: true, preset: '' };
}

function words(text: string): Words {
  return { ja: text, en: text };
}

function arrived(start: Start = 'welcome') {
  const host = new Scripted().always('crm.kinds', () => KINDS);
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
    host.always('crm.test', () => ({ user_id: '42', email: null, name: null, can_unlog: true, can_create_contacts: true, max_attachment_bytes: null, remarks: [] }));
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
    host.always('crm.test', () => ({ user_id: '42', email: null, name: null, can_unlog: true, can_create_contacts: true, max_attachment_bytes: null, remarks: [] }));
    crm.values.rest = { url: 'https://crm.example/', token: 'abc' };
    await crm.test();
    crm.touch();
    expect([crm.identity, await crm.connect()]).toEqual([null, false]);
  });

  test('takes the folder that was chosen, and none where none was', async () => {
    const { host, crm } = await choosing();
    crm.choose('folder');
    host.always('app.choose_folder', () => ({ path: '/home/mori/crm' }));
    await crm.chooseFolder();
    host.always('app.choose_folder', () => ({ path: null }));
    await crm.chooseFolder();
    expect(crm.args()?.settings).toEqual({ path: '/home/mori/crm' });
  });
});
