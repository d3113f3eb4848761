import { describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { AccountView, PolicyView } from '../../gen/api';
import { SHARING } from '../../host/fake/sample';
import { Scripted } from '../../host/scripted';
import { AccountEdit } from './edit.svelte';

const ACCOUNT: AccountView = {
  id: 3,
  address: 'mori@example.co.jp',
  source: { kind: 'imap', endpoint: { host: 'imap.example.co.jp', port: 993, security: 'tls', trust: { by: 'key', spki: 'ab' } }, user: 'mori' },
  sign_in: { kind: 'password' },
  sending: { kind: 'smtp', endpoint: { host: 'smtp.example.co.jp', port: 465, security: 'tls' }, auth: { with: 'own', user: 'relay' } },
  role: 'rep',
  share_mode: 'ask_once',
  sharing: SHARING,
  practice_left: 0,
  import_since: new Date('2026-10-01T00:00:00').getTime(),
  senders: [{ address: 'mori@example.co.jp', name: '森', from_provider: false }],
  doing: { state: 'in_step' },
  folders: [{ name: 'INBOX', role: 'inbox', captured_at: null }],
  captured_at: null,
};

async function editing(change: Partial<AccountView> = {}, policy: Partial<PolicyView> = {}) {
  const host = new Scripted().always('policy.get', () => ({ share_mode: null, providers: [], ...policy }) as unknown as PolicyView);
  const desk = new Desk(host);
  await desk.policy.ask();
  return { host, edit: new AccountEdit(desk, { ...ACCOUNT, ...change }) };
}

describe('the servers', () => {
  test('are saved as they are, without a password that was not typed anew', async () => {
    const { host, edit } = await editing();
    expect(edit.complete).toBe(true);
    host.always('accounts.change', () => ACCOUNT);
    expect(await edit.saveServer()).toBe(true);
    const source = ACCOUNT.source.kind === 'imap' ? ACCOUNT.source : null;
    expect(host.argsOf('accounts.change')).toEqual([{ id: 3, protocol: 'imap', endpoint: source?.endpoint, user: 'mori', sending: ACCOUNT.sending }]);
    expect(edit.saved).toBe(true);
  });

  test('that break a rule are not sent', async () => {
    const { host, edit } = await editing();
    edit.servers.receive.port = '0';
    expect(await edit.saveServer()).toBe(false);
    expect(host.argsOf('accounts.change')).toEqual([]);
  });

  test('lose their protection only after an agreement', async () => {
    const { edit } = await editing();
    edit.servers.receive.security = 'clear';
    expect(edit.complete).toBe(false);
    edit.servers.clearAgreed = true;
    expect(edit.complete).toBe(true);
  });
});

describe('the way of signing in', () => {
  test('becomes the browser with a finished sign-in, the mail that is here stays', async () => {
    const { host, edit } = await editing({}, { providers: ['acme'] });
    expect(edit.methods).toEqual(['password', 'at acme']);
    edit.method = 'at acme';
    expect(edit.complete).toBe(false);
    edit.authorise();
    await host.answer(host.asked.length - 1, { ticket: 9, address: ACCOUNT.address, matches: true, missing: [] });
    expect(edit.complete).toBe(true);
    host.always('accounts.change', () => ACCOUNT);
    await edit.saveServer();
    expect(host.argsOf('accounts.change')[0]).toMatchObject({ id: 3, ticket: 9 });
    expect(host.argsOf('accounts.remove')).toEqual([]);
  });

  test('becomes a password once one is typed', async () => {
    const { edit } = await editing({ sign_in: { kind: 'oauth', provider: 'acme' } });
    edit.method = 'password';
    expect(edit.complete).toBe(false);
    edit.password = 'pw';
    expect(edit.complete).toBe(true);
  });

  test('is no password where the provider takes none', async () => {
    const source = { kind: 'imap', endpoint: { host: 'imap.gmail.com', port: 993, security: 'tls' }, user: 'mori' } as const;
    const { edit } = await editing({ source }, { providers: ['google'] });
    expect(edit.methods).toEqual(['at google']);
  });

  test('of somebody else is not taken', async () => {
    const { host, edit } = await editing({}, { providers: ['acme'] });
    edit.method = 'at acme';
    edit.authorise();
    await host.answer(host.asked.length - 1, { ticket: 9, address: 'b@example.co.jp', matches: false, missing: [] });
    expect(edit.complete).toBe(false);
  });
});

test('folders and range are told as they are chosen', async () => {
  const { host, edit } = await editing();
  edit.past.range = 'all';
  void edit.savePast();
  expect(host.argsOf('accounts.adjust')).toEqual([{ id: 3, folders: ['INBOX'], import_since: 0 }]);
});

test('a mode that the company set is left to it', async () => {
  const { host, edit } = await editing({}, { share_mode: 'manual' });
  edit.role = 'executive';
  void edit.saveShare();
  expect(host.argsOf('accounts.adjust')).toEqual([{ id: 3, role: 'executive', sharing: SHARING }]);
});

describe('getting used to sharing by itself', () => {
  test.each([
    ['share', 'rep', null, 12],
    ['share', 'shared_address', null, 0],
    ['ask_once', 'rep', null, 0],
    ['manual', 'rep', 'share', 12],
  ] as const)('in the mode %s, as %s, with the company saying %s, leaves %s to ask about', async (mode, role, fixed, left) => {
    const { edit } = await editing({ share_mode: mode, role, practice_left: 12 }, { share_mode: fixed });
    expect(edit.practiceLeft).toBe(left);
  });

  test('ends with the next saving once the person says so', async () => {
    const { host, edit } = await editing({ share_mode: 'share', practice_left: 12 });
    edit.sharing.practised = true;
    void edit.saveShare();
    expect(host.argsOf('accounts.adjust')[0]?.sharing?.practised).toBe(true);
  });
});

describe('sender addresses', () => {
  test('typed by hand are put right, looked at, and kept once', async () => {
    const { edit } = await editing();
    edit.sender = 'ＳＡＬＥＳ＠example.co.jp ';
    edit.addSender();
    edit.sender = 'sales@example.co.jp';
    edit.addSender();
    expect(edit.senders.map(({ address }) => address)).toEqual(['mori@example.co.jp', 'sales@example.co.jp']);
    edit.sender = 'sales';
    edit.addSender();
    expect([edit.senderFlaw, edit.senders.length]).toEqual([true, 2]);
  });

  test('that the provider tells join those typed by hand', async () => {
    const { host, edit } = await editing();
    edit.sender = 'team@example.co.jp';
    edit.addSender();
    const refreshing = edit.refreshSenders();
    await host.answer(host.asked.length - 1, { ...ACCOUNT, senders: [{ address: 'alias@example.co.jp', name: '', from_provider: true }] });
    await refreshing;
    expect(edit.senders.map(({ address }) => address)).toEqual(['alias@example.co.jp', 'mori@example.co.jp', 'team@example.co.jp']);
  });
});

test('what is refused is said, and nothing counts as saved', async () => {
  const { host, edit } = await editing();
  const saving = edit.saveServer();
  await host.refuse(host.asked.length - 1, 'no');
  expect([await saving, edit.reason, edit.saved, edit.busy]).toEqual([false, 'no', false, false]);
});
