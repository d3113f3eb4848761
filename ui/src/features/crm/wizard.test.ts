import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, ConnectionView, ConnectorInfo, Field, FieldKind, Words } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { CrmWizard } from './wizard.svelte';

const KINDS: ConnectorInfo[] = [
  kind('rest', [field('url', 'url'), field('token', 'secret')]),
  { ...kind('taking', [field('token', 'secret')]), captures: words('it takes mail in') },
  kind('folder', [field('path', 'folder')]),
  { ...kind('signed', [field('client', 'text'), field('secret', 'secret')]), browser: true },
];

function kind(kind: string, fields: Field[]): ConnectorInfo {
  const name = words(kind);
  return { kind, name, text: name, beta: false, fields, retraction: 'delete', creates_contacts: false, searches: false, browser: false, relinks: false, records: [], notices: [], captures: words(''), granted_by: words(''), remarks: [] };
}

function field(name: string, kind: FieldKind): Field {
  return { name, kind, label: words(name), hint: words(''), required: true, preset: '' };
}

function words(text: string): Words {
  return { ja: text, en: text };
}

const IDENTITY = { user_id: '42', email: null, name: null, can_unlog: true, can_create_contacts: true, max_attachment_bytes: null, remarks: [] };
const REFUSED = { code: 'crm_forbidden', action: 'ask_it' } as ApiError;

async function begun(kinds = KINDS) {
  const host = new Scripted().always('crm.kinds', () => kinds).always('crm.test', () => IDENTITY);
  host.always('crm.connect', () => ({ id: 7 }) as ConnectionView).always('crm.say_captures', () => ({ id: 7 }) as ConnectionView);
  const wizard = new CrmWizard(new Desk(host));
  await wizard.load();
  await settled();
  return { host, wizard, draft: wizard.draft };
}

describe('the way', () => {
  test('to a CRM that takes mail in by itself asks about that before it is connected', async () => {
    const { host, wizard, draft } = await begun();
    draft.choose('taking');
    draft.values.taking = { token: 'abc' };
    const passed: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      await wizard.next();
      passed.push(wizard.step);
    }
    wizard.captures = 'yes';
    expect([passed, host.argsOf('crm.connect')]).toEqual([['sign_in', 'check', 'captures'], []]);
    await wizard.next();
    expect([wizard.step, host.argsOf('crm.say_captures')]).toEqual(['sync', [{ id: 7, captures: 'yes' }]]);
  });

  test('to a CRM that is signed in to in the browser goes there before it is tested, and takes along what came back', async () => {
    const { host, wizard, draft } = await begun();
    host.always('crm.authorise', () => ({ ticket: 5 }));
    draft.choose('signed');
    draft.values.signed = { client: 'id', secret: 's' };
    await wizard.next();
    await wizard.next();
    const form = { kind: 'signed', settings: { client: 'id' }, token: 's' };
    expect(host.argsOf('crm.authorise')).toEqual([{ new: form, op: expect.any(Number) as number }]);
    expect([wizard.step, host.argsOf('crm.test')]).toEqual(['check', [{ ...form, ticket: 5 }]]);
    await wizard.next();
    expect(host.argsOf('crm.connect')).toEqual([{ ...form, ticket: 5 }]);
  });

  test('does not go on without the browser, and asks it anew when the form has changed', async () => {
    const { host, wizard, draft } = await begun();
    host.always('crm.authorise', () => {
      throw { code: 'sign_in_denied', action: 'sign_in' } as ApiError;
    });
    draft.choose('signed');
    draft.values.signed = { client: 'id', secret: 's' };
    await wizard.next();
    await wizard.next();
    expect([wizard.step, draft.browser.course, host.argsOf('crm.test')]).toEqual(['sign_in', 'failed', []]);
    host.always('crm.authorise', () => ({ ticket: 6 }));
    await wizard.next();
    expect(wizard.step).toBe('check');
    wizard.back();
    draft.touch();
    expect([draft.browser.course, draft.args()?.ticket]).toEqual(['idle', undefined]);
  });

  test('to a folder has three steps', async () => {
    const { host, wizard, draft } = await begun();
    draft.choose('folder');
    draft.values.folder = { path: '/crm' };
    await wizard.next();
    await wizard.next();
    expect([wizard.steps, wizard.step, host.argsOf('crm.connect').length]).toEqual([['choose', 'sign_in', 'sync'], 'sync', 1]);
    expect(await wizard.next()).toBe(true);
  });

  test('begins with the sign-in where there is one kind only', async () => {
    const { wizard } = await begun(KINDS.slice(0, 1));
    expect([wizard.step, wizard.canGoBack, wizard.progress.step]).toEqual(['sign_in', false, 1]);
  });

  test('leads back until it is connected, and then as far as the answer that can still be changed', async () => {
    const { host, wizard, draft } = await begun();
    draft.choose('taking');
    draft.values.taking = { token: 'abc' };
    for (let step = 0; step < 2; step += 1) await wizard.next();
    wizard.back();
    expect(wizard.step).toBe('sign_in');
    for (let step = 0; step < 2; step += 1) await wizard.next();
    wizard.captures = 'no';
    await wizard.next();
    wizard.back();
    expect([wizard.step, wizard.canGoBack]).toEqual(['captures', false]);
    await wizard.next();
    expect([wizard.step, host.argsOf('crm.connect').length]).toEqual(['sync', 1]);
  });

  test('stays where the CRM refuses', async () => {
    const { host, wizard, draft } = await begun();
    host.always('crm.test', () => {
      throw REFUSED;
    });
    draft.choose('rest');
    await wizard.next();
    draft.values.rest = { url: 'https://crm.example/', token: 'abc' };
    await wizard.next();
    expect([wizard.step, draft.reason]).toEqual(['sign_in', REFUSED]);
  });
});

describe('the choice of a CRM', () => {
  async function choosing() {
    const { host, draft } = await begun();
    draft.choose('rest');
    return { host, crm: draft };
  }

  test('names what is missing and asks nothing', async () => {
    const { host, crm } = await choosing();
    await crm.test();
    expect([...crm.missing]).toEqual(['url', 'token']);
    expect(host.argsOf('crm.test')).toEqual([]);
  });

  test('names the field that cannot be taken as it is written, until it is changed', async () => {
    const { host, crm } = await choosing();
    crm.values.rest = { url: 'crm', token: 'abc' };
    const refuse = (detail: string) => () => {
      throw { code: 'bad_arguments', detail, message: words(''), hint: words(''), action: 'none' } as unknown as ApiError;
    };
    host.always('crm.test', refuse('url: is not an https address'));
    await crm.test();
    expect(crm.wrong).toBe('url');
    crm.touch();
    expect(crm.wrong).toBe(null);
    host.always('crm.test', refuse('kind: there is no such kind'));
    await crm.test();
    expect([crm.wrong, crm.reason === null]).toEqual([null, false]);
  });

  test('leads to the folder where that can’t be read, and else to where the CRM is', async () => {
    const kinds = [kind('both', [field('drawer', 'text'), field('url', 'url'), field('place', 'folder')]), kind('plain', [field('to', 'text')])];
    const { host, draft } = await begun(kinds);
    for (const [chosen, code, expected] of [['both', 'crm_folder_unusable', 'place'], ['both', 'host_unknown', 'url'], ['plain', 'crm_no_sender', 'to']] as const) {
      draft.choose(chosen);
      draft.values[chosen] = { drawer: 'A', url: 'https://crm.example/', place: '/crm', to: 'log@crm.example' };
      host.always('crm.test', () => {
        throw { code, detail: '', message: words(''), hint: words(''), action: 'edit_settings' } as unknown as ApiError;
      });
      await draft.test();
      expect(draft.doubtful?.name).toBe(expected);
    }
  });

  test('keeps the secret apart from the settings, and connects what was tested', async () => {
    const { host, crm } = await choosing();
    crm.values.rest = { url: 'https://crm.example/', token: ' abc ' };
    await crm.test();
    expect(crm.identity?.user_id).toBe('42');
    expect(await crm.connect()).toEqual({ id: 7 });
    const expected = { kind: 'rest', settings: { url: 'https://crm.example/' }, token: 'abc' };
    expect([host.argsOf('crm.test')[0], host.argsOf('crm.connect')[0]]).toEqual([expected, expected]);
  });

  test('asks again after a change', async () => {
    const { crm } = await choosing();
    crm.values.rest = { url: 'https://crm.example/', token: 'abc' };
    await crm.test();
    crm.touch();
    expect([crm.identity, await crm.connect()]).toEqual([null, null]);
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
