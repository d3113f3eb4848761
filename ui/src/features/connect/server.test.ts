import { describe, expect, test } from 'vitest';
import type { CertificateInfo, Offer } from '../../gen/api';
import { grouped, serverOf, trustOf } from './certificate';
import { isPrivate, ServerDraft } from './server.svelte';

const OFFER = {
  protocol: 'imap',
  receive: { host: 'imap.example.jp', port: 993, security: 'tls' },
  send: { host: 'smtp.example.jp', port: 587, security: 'start_tls' },
  user: 'mori',
  send_user: null,
} as Offer;
const SHOWN = { host: 'smtp.example.jp', port: 587, usable_name: null, spki: 'ab' } as CertificateInfo;

function filled(change: Partial<Offer> = {}): ServerDraft {
  const servers = new ServerDraft();
  servers.fill({ ...OFFER, ...change });
  return servers;
}

test('the usual port follows protocol and protection until the person writes another', () => {
  const draft = new ServerDraft();
  expect([draft.receive.port, draft.send.port]).toEqual(['993', '465']);
  draft.protocol = 'pop3';
  draft.send.security = 'start_tls';
  expect([draft.receive.port, draft.send.port]).toEqual(['995', '587']);
  draft.receive.port = '1995';
  draft.receive.security = 'start_tls';
  expect(draft.receive.port).toBe('1995');
});

test('full-width characters are put right', () => {
  const servers = filled();
  [servers.receive.host, servers.receive.port] = ['imap。example。jp ', '９９３'];
  expect([servers.check(), servers.receive.value()]).toEqual([null, { host: 'imap.example.jp', port: 993, security: 'tls' }]);
});

describe('a rule', () => {
  test.each([
    ['host', (servers: ServerDraft): void => void (servers.receive.host = 'https://imap.example.jp/')],
    ['host', (servers: ServerDraft): void => void (servers.receive.host = '')],
    ['port', (servers: ServerDraft): void => void (servers.receive.port = '0')],
    ['port', (servers: ServerDraft): void => void (servers.receive.port = '65536')],
    ['send_host', (servers: ServerDraft): void => void (servers.send.host = '')],
    ['send_port', (servers: ServerDraft): void => void (servers.send.port = 'smtp')],
    ['send_user', (servers: ServerDraft): void => void (servers.auth = 'own')],
  ] as const)('of %s is broken', (field, breakIt) => {
    const servers = filled();
    breakIt(servers);
    expect([servers.check(), [...servers.flaws]]).toEqual([field, [field]]);
  });

  test.each(['mailserver', '192.168.0.10', '[fe80::1]', 'メール.example'])('holds for %s', (host) => {
    const servers = filled();
    servers.receive.host = host;
    expect(servers.check()).toBeNull();
  });

  test('of the server that sends counts only where mail is sent', () => {
    const servers = filled();
    servers.send.host = '';
    servers.sending = 'off';
    expect([servers.check(), servers.sendingValue()]).toEqual([null, { kind: 'off' }]);
  });
});

test('another name for sending is an account of its own there', () => {
  expect(filled({ send_user: 'mori@example.jp' }).sendingValue()).toMatchObject({ kind: 'smtp', auth: { with: 'own', user: 'mori@example.jp' } });
  expect(filled().sendingValue()).toMatchObject({ auth: { with: 'mailbox' } });
});

describe('an exception', () => {
  test('is agreed to for the server that showed the certificate alone', () => {
    const servers = filled();
    serverOf(servers, SHOWN).agree(trustOf(SHOWN, false));
    expect([servers.send.value().trust, servers.receive.value().trust]).toEqual([{ by: 'key', spki: 'ab' }, undefined]);
  });

  test('of two servers of one name is for the one whose port it is', () => {
    const host = 'mail.example.jp';
    const servers = filled({ receive: { host, port: 993, security: 'tls' }, send: { host, port: 465, security: 'tls' } });
    expect(serverOf(servers, { ...SHOWN, host, port: 465 })).toBe(servers.send);
    expect(serverOf(servers, { ...SHOWN, host, port: 993 })).toBe(servers.receive);
    expect(serverOf(filled(), { ...SHOWN, port: 465 }).host).toBe('smtp.example.jp');
  });

  test('ends as soon as the server has another name', () => {
    const servers = filled();
    servers.send.agree({ by: 'key', spki: 'ab' });
    servers.send.host = 'smtp.other.example';
    expect(servers.send.value().trust).toBeUndefined();
  });

  test('is another name only where an authority vouches for it', () => {
    expect(trustOf({ ...SHOWN, usable_name: 'minato.sakura.ne.jp' }, true)).toEqual({ by: 'name', name: 'minato.sakura.ne.jp' });
    expect(trustOf(SHOWN, true)).toEqual({ by: 'key', spki: 'ab' });
  });
});

test('a way without TLS is known on either server, and every new setting asks for agreement anew', () => {
  const servers = filled();
  expect(servers.isClear).toBe(false);
  servers.send.security = 'clear';
  servers.clearAgreed = true;
  expect(servers.isClear).toBe(true);
  servers.fill(OFFER);
  expect([servers.isClear, servers.clearAgreed]).toEqual([false, false]);
});

test.each([
  ['10.0.0.1', true],
  ['172.31.9.9', true],
  ['172.32.0.1', false],
  ['192.168.0.10', true],
  ['203.0.113.5', false],
  ['[fd00::1]', true],
  ['2001:db8::1', false],
  ['mailserver', true],
  ['mail.minato.local', true],
  ['10.example.jp', false],
  ['mail.example.jp', false],
])('%s is private: %s', (host, expected) => {
  expect(isPrivate(host)).toBe(expected);
});

test('a digest is written as people compare it', () => {
  expect(grouped('8f4ac0d1e2')).toBe('8F4A C0D1 E2');
});
