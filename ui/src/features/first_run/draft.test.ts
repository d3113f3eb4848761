import { describe, expect, test } from 'vitest';
import type { PolicyView } from '../../gen/api';
import { AccountDraft, importSince, narrow } from './draft.svelte';

const policy: PolicyView = { error: null, grace_seconds: 30, max_level: null, preset_domains: ['preset.example'] };

function filled(change: Partial<AccountDraft> = {}): AccountDraft {
  return Object.assign(new AccountDraft(() => policy), { address: 'mori@example.co.jp', password: 'pw' }, change);
}

describe('the guess', () => {
  test('for the server follows the address until the person writes another', () => {
    const draft = filled();
    expect(draft.host).toBe('imap.example.co.jp');
    draft.host = 'mail.example.co.jp';
    draft.address = 'mori@other.example';
    expect(draft.host).toBe('mail.example.co.jp');
  });

  test('for the port follows the protection until the person writes another', () => {
    const draft = filled();
    expect(draft.port).toBe('993');
    draft.security = 'start_tls';
    expect(draft.port).toBe('143');
    draft.port = '1143';
    draft.security = 'tls';
    expect(draft.port).toBe('1143');
  });

  test('is empty while there is no domain', () => {
    expect(filled({ address: 'mori' }).host).toBe('');
  });
});

test('full-width characters are put right on leaving the field, and said', () => {
  const draft = filled({ address: ' ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ ', port: '９９３', host: 'imap。example。jp' });
  draft.leave('address');
  expect(draft.address).toBe('mori@example.co.jp');
  expect([...draft.corrected]).toEqual(['address']);
  draft.check();
  expect([draft.host, draft.port]).toEqual(['imap.example.jp', '993']);
});

test('a blank at the end is taken away without a word', () => {
  const draft = filled({ address: 'mori@example.co.jp ' });
  draft.leave('address');
  expect([draft.address, draft.corrected.size]).toEqual(['mori@example.co.jp', 0]);
});

test('characters that nobody sees are taken out', () => {
  expect(narrow('imap\u200B.ex\u00ADample\u202E.jp\u3000')).toBe('imap.example.jp');
});

test('a password is never changed', () => {
  const draft = filled({ password: '　ｐｗ ' });
  draft.check();
  expect(draft.args().password).toBe('　ｐｗ ');
});

describe('a rule', () => {
  test.each([
    ['address', { address: 'mori' }],
    ['address', { address: '@example.jp' }],
    ['password', { password: '' }],
    ['host', { host: 'https://imap.example.jp/' }],
    ['host', { host: '' }],
    ['port', { port: '0' }],
    ['port', { port: '65536' }],
    ['port', { port: 'imap' }],
    ['path', { kind: 'files' }],
  ] as const)('of %s is broken by %o', (field, change) => {
    const draft = filled(change);
    expect(draft.check()).toBe(field);
    expect([...draft.flaws]).toEqual([field]);
  });

  test('that was broken is looked at again on leaving the field, not while writing', () => {
    const draft = filled({ port: '0' });
    draft.check();
    draft.port = '993';
    expect(draft.flaws.has('port')).toBe(true);
    draft.leave('port');
    expect(draft.flaws.size).toBe(0);
  });

  test('holds for a server of one name and for one of numbers', () => {
    expect([filled({ host: 'mailserver' }).check(), filled({ host: '192.168.0.10' }).check()]).toEqual([null, null]);
  });
});

describe('what is asked for', () => {
  const now = new Date('2026-11-20T10:42:00').getTime();

  test('has the server, the password and the beginning of the day to import from', () => {
    expect(filled().args(now)).toEqual({
      address: 'mori@example.co.jp',
      password: 'pw',
      endpoint: { host: 'imap.example.co.jp', port: 993, security: 'tls' },
      import_since: new Date('2026-10-21T00:00:00').getTime(),
    });
  });

  test('leaves the server to the company where the policy has it', () => {
    const draft = filled({ address: 'mori@preset.example', host: '' });
    expect(draft.check()).toBeNull();
    expect(draft.args(now).endpoint).toBeUndefined();
  });

  test('is a folder and no password for mail files', () => {
    const draft = filled({ kind: 'files', path: '/mail', since: 'all' });
    expect(draft.check()).toBeNull();
    expect(draft.args(now)).toEqual({ address: 'mori@example.co.jp', path: '/mail' });
  });

  test('has a user name only where one was written', () => {
    expect(filled({ user: ' mori01 ' }).args(now).user).toBe('mori01');
    expect('user' in filled().args(now)).toBe(false);
  });

  test('goes back as far as was chosen', () => {
    const days = (['today', '7', '365'] as const).map((since) => importSince(since, now));
    expect(days).toEqual(['2026-11-20', '2026-11-13', '2025-11-20'].map((day) => new Date(`${day}T00:00:00`).getTime()));
    expect(importSince('all', now)).toBeNull();
  });
});
