import { describe, expect, test } from 'vitest';
import { linkTarget, pieces } from './links';

const links = (text: string): string[] => pieces(text).flatMap(({ text, url }) => (url ? [text] : []));

describe('links in a text', () => {
  test.each([
    ['資料はこちら: https://files.minato.example/2026/autumn-240.pdf\n', ['https://files.minato.example/2026/autumn-240.pdf']],
    ['（https://a.example/x）をご覧ください', ['https://a.example/x']],
    ['https://a.example/日本語', ['https://a.example/']],
    ['See (https://a.example/wiki/B_(c)), please.', ['https://a.example/wiki/B_(c)']],
    ['https://a.example. https://b.example!', ['https://a.example', 'https://b.example']],
    ['mailto:mori@example.co.jp', ['mailto:mori@example.co.jp']],
    ['HTTP://A.example/?q=1#f', ['HTTP://A.example/?q=1#f']],
    ['https://аpple.example', []],
    ['https:// http://', []],
    ['javascript:alert(1) data:text/html,x file:///etc/passwd vbscript:x intent://x', []],
    ['a.example/x without a scheme', []],
    ['xhttps://a.example', []],
  ])('of %j are %j', (text, found) => expect(links(text)).toEqual(found));

  test('lose nothing of the text', () => {
    const text = 'a https://a.example/(x) b. mailto: https://[::1]/) http://\n<script>';
    expect(pieces(text).map(({ text }) => text).join('')).toBe(text);
  });

  test('of a very long text are found at once', () => {
    const start = performance.now();
    pieces('https://a.example/((((('.repeat(20_000));
    pieces('https://a.example/' + ')'.repeat(20_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('where a link leads', () => {
  test.each([
    ['https://a.example/x', 'a.example', []],
    ['https://www.bank.example@evil.example/', 'evil.example', ['user_info']],
    ['https://аpple.example/', 'xn--pple-43d.example', ['international']],
    ['mailto:mori@example.co.jp?subject=x', 'mori@example.co.jp', []],
  ] as const)('%s is %s', (url, host, warnings) => expect(linkTarget(url)).toMatchObject({ host, warnings }));

  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://a.example', 'x', '', '//a.example', 'mailto:'])(
    '%j is not opened',
    (url) => expect(linkTarget(url)).toBeNull(),
  );

  test.each([
    ['https://evil.example/', 'https://bank.example/login', true],
    ['https://evil.example/', 'www.bank.example', true],
    ['https://evil.example/', 'bank.example', true],
    ['https://bank.example.evil.example/', 'bank.example', true],
    ['https://login.bank.example/', 'bank.example', false],
    ['https://bank.example/', 'www.bank.example', false],
    ['https://evil.example/', '申し込む', false],
    ['https://files.example/', 'report.pdf', false],
    ['https://evil.example/', 'Sign in at the bank', false],
  ])('%s under the words %s is suspicious: %s', (url, words, suspicious) =>
    expect(linkTarget(url, words)?.warnings.includes('other_host')).toBe(suspicious),
  );
});
