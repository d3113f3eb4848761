import { describe, expect, test } from 'vitest';
import type { Offer } from '../../gen/api';
import { hostingOf, wayOf } from './ways';

const server = (host: string): Offer['receive'] => ({ host, port: 993, security: 'tls' });
const offer = (host: string, change: Partial<Offer> = {}): Offer => ({ receive: server(host), sign_in: { kind: 'password' }, app_password: null, warning: null, ...change }) as Offer;
const way = (offer: Offer | null, registered: string[] = [], host = offer?.receive?.host ?? ''): string => {
  const found = wayOf({ offer, host, registered });
  return found.kind === 'password' ? `password ${found.guide?.guide ?? ''}`.trim() : `${found.kind} ${found.provider}`;
};
const at = (provider: string): Offer['sign_in'] => ({ kind: 'oauth', provider });
const guide = { guide: 'google', page: null };

describe('one signs in', () => {
  test.each([
    ['browser google', offer('imap.gmail.com', { sign_in: at('google') }), []],
    ['password google', offer('imap.gmail.com', { app_password: guide, warning: 'no_client' }), []],
    ['password google', offer('imap.gmail.com', { sign_in: at('google'), app_password: guide, warning: 'no_client' }), []],
    ['browser google', offer('imap.gmail.com', { app_password: guide, warning: 'no_client' }), ['google']],
    ['browser microsoft', offer('outlook.office365.com', { sign_in: at('microsoft') }), []],
    ['ask_it microsoft', offer('outlook.office365.com', { sign_in: at('microsoft'), warning: 'no_client' }), []],
    ['ask_it microsoft', offer('outlook.office365.com'), []],
    ['ask_it microsoft', offer('outlook.office365.com', { app_password: guide }), []],
    ['browser microsoft', offer('outlook.office365.com'), ['microsoft']],
    ['browser acme', offer('imap.acme.example', { sign_in: at('acme') }), []],
    ['password icloud', offer('imap.mail.me.com', { app_password: { guide: 'icloud', page: null } }), ['google']],
    ['password', offer('imap.example.jp'), ['google', 'microsoft']],
  ] as const)('by %s', (expected, offered, registered) => {
    expect(way(offered, [...registered])).toBe(expected);
  });

  test.each([
    ['imap.gmail.com', ['google'], 'browser google'],
    ['imap.gmail.com', [], 'password google'],
    ['OUTLOOK.office365.com', [], 'ask_it microsoft'],
    ['imap-mail.outlook.com', [], 'ask_it microsoft'],
    ['notgmail.com', ['google'], 'password'],
    ['gmail.com.evil.example', ['google'], 'password'],
  ])('at %s typed by hand, registered at %s: %s', (host, registered, expected) => {
    expect(way(null, registered, host)).toBe(expected);
  });
});

test('behind a gateway an offer belongs to the service of its sign-in or its server', () => {
  expect([offer('x', { sign_in: at('google') }), offer('smtp.office365.com'), offer('mail.example.jp', { sign_in: at('acme') })].map(hostingOf)).toEqual(['google', 'microsoft', 'other']);
});
