import { expect, test } from 'vitest';
import { languageOf, visible } from './plain';

test.each([
  ['請求書\u202Egpj.exe', '請求書\ufffdgpj.exe'],
  ['\u2066abc\u2069', '\ufffdabc\ufffd'],
  ['pay\u200Bpal\u2060.\uFEFFexample', 'paypal.example'],
  ['a\u00ADb\u034Fc\u3164d\u{E0041}e', 'abcde'],
  ['line one\r\nline two\u2028three\u0000\u001b[31m', 'line one line two three [31m'],
  ['\u200E田中\u200F 美咲', '田中 美咲'],
  ['  spaces  ', 'spaces'],
  ['', ''],
])('%j is shown as %j', (text, shown) => expect(visible(text)).toBe(shown));

test.each(['田中 美咲', 'Ünïcödé – “quotes”', 'نص عربي', '👩‍💻 ❤️‍🔥 👩🏽‍🚀', '葛\u{E0100}城'])('%s stays as it is', (text) =>
  expect(visible(text)).toBe(text),
);

test('nothing that hides or turns is left of any character', () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join('a');
  expect(visible(all)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/);
});

test('a very long text is done at once', () => {
  const start = performance.now();
  visible('\u202E長い件名 \u200B'.repeat(100_000));
  expect(performance.now() - start).toBeLessThan(1000);
});

test.each([
  ['秋モデルのお見積り', 'ja'],
  ['田中 美咲', 'ja'],
  ['Contract draft v3 – two open points', 'en'],
  ['견적서', 'ko'],
  ['2026/11/20', undefined],
  ['Привет', undefined],
] as const)('%s is taken for %s', (text, language) => expect(languageOf(text)).toBe(language));
