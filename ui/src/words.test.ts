import type { ConnectorInfo } from './gen/api';
import { crmName } from './words_crm';
import { beforeEach, describe, expect, test } from 'vitest';
import en from '../messages/en.json';
import ja from '../messages/ja.json';
import { overwriteGetLocale } from './paraglide/runtime.js';
import { explain, failureOf } from './words';

type Words = Record<string, string>;
const english: Words = en;
const japanese: Words = ja;

/** The window as it is written. */
const SOURCES = Object.values(
  import.meta.glob<string>(['./**/*.svelte', './**/*.ts', '!./paraglide/**'], { query: '?raw', import: 'default', eager: true }),
);

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, group]) => group ?? '');

/** The words on buttons: all that stands inside a `<Button>`, and the labels of what helps after a failure. */
const ON_BUTTONS = SOURCES.flatMap((source) => [
  ...all(source, /<Button\b(?:=>|[^>])*>([\s\S]*?)<\/Button>/g).flatMap((inside) => all(inside, /\bm\.(\w+)\(/g)),
  ...all(source, /label: m\.(\w+)\([^)]*\), act/g),
]);

/** What a translator may get wrong, and what the product calls it instead (the product's glossary, 4.3). */
const FORBIDDEN: [wrong: RegExp, right: string][] = [
  [/スタートルズ/, 'STARTTLS'],
  [/無地|輸入品/, '—'],
  [/Eメール|イーメール|電子メール/, 'メール'],
  [/サーバ(?!ー)/, 'サーバー'],
  [/フォルダ(?!ー)/, 'フォルダー'],
  [/ユーザ(?!ー)/, 'ユーザー'],
  [/アクティビティ(?!ー)/, 'アクティビティー'],
  [/することができ|することが可能/, 'できます'],
  [/させていただ/, 'します'],
  [/不正な/, '正しくない'],
  [/くださいませ/, 'ください'],
  [/[０-９Ａ-Ｚａ-ｚ]/, 'half width'],
  [/\.\.\./, '…'],
  [/取込み|取りこみ/, '取り込み'],
  [/アップロード中|共有済み/, '送信中 / シェア済み'],
];

/** Names that are written the same in every language. */
const PROTOCOLS = ['STARTTLS', 'SSL/TLS', 'IMAP', 'TLS 1.2', 'Message-ID', 'VPN', 'Bcc', '.eml', 'contacts.csv', 'https://'];

const placeholders = (text = ''): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the two languages', () => {
  test('have the same words, in alphabetical order', () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(Object.keys(en).toSorted());
  });

  test('name the same values in every sentence', () => {
    const keys = Object.keys(en).filter((key) => `${placeholders(japanese[key])}` !== `${placeholders(english[key])}`);
    expect(keys).toEqual([]);
  });

  test.each(PROTOCOLS)('leave %s as it is', (name) => {
    const keys = Object.keys(en).filter((key) => english[key]?.includes(name) && !japanese[key]?.includes(name));
    expect(keys).toEqual([]);
  });

  test('have no word that nothing uses', () => {
    const code = SOURCES.join('\n');
    /** Said by the program, or looked up by a name that it gives. */
    const found = ['error_', 'export_', ...all(code, /`([a-z_]+_)\$\{/g)];
    const isFound = (key: string): boolean => found.some((prefix) => key.startsWith(prefix));
    const unused = Object.keys(en).filter((key) => !isFound(key) && !new RegExp(`\\bm\\.${key}\\b`).test(code));
    expect(unused).toEqual([]);
  });
});

describe('in Japanese', () => {
  test.each(FORBIDDEN)('%s is never written', (wrong) => {
    expect(Object.entries(ja).filter(([, text]) => wrong.test(text))).toEqual([]);
  });

  test('sentences end politely', () => {
    const polite = /(です|ます|ません|ました|でした|ください|でしょう|ましょう)(か)?[）」］]*$/;
    const rude = Object.entries(ja).filter(([, text]) => text.split('。').slice(0, -1).some((sentence) => !polite.test(sentence)));
    expect(rude).toEqual([]);
  });

  test('a button has at most ten characters and no full stop', () => {
    const wrong = ON_BUTTONS.filter((key) => [...(japanese[key] ?? '')].length > 10 || japanese[key]?.includes('。'));
    expect(wrong).toEqual([]);
  });
});

describe('in English', () => {
  test('an ellipsis is one character', () => {
    expect(Object.entries(en).filter(([, text]) => text.includes('...'))).toEqual([]);
  });

  test('a button has no full stop and is written as a sentence begins', () => {
    const wrong = ON_BUTTONS.filter((key) => /\.$/.test(english[key] ?? '') || !/^[A-Z{]/.test(english[key] ?? ''));
    expect(wrong).toEqual([]);
  });
});

test('the words on buttons are found', () => {
  expect(ON_BUTTONS).toEqual(expect.arrayContaining(['common_cancel', 'common_try_again', 'history_retract']));
});

test('a failure that the window finds itself has the words of the program, in both languages', () => {
  overwriteGetLocale(() => 'ja');
  const failure = failureOf('too_late');
  expect([failure.message, failure.hint]).toEqual([
    { en: en.error_too_late, ja: ja.error_too_late },
    { en: en.error_too_late_hint, ja: ja.error_too_late_hint },
  ]);
  expect(explain(failure).sentence).toBe(ja.error_too_late);
});

describe('a CRM is called', () => {
  const info = { name: { ja: 'みなと', en: 'Harbour' } } as ConnectorInfo;

  test.each([
    ['ja', { name: 'harbour', kind: 'harbour', info }, 'みなと'],
    ['en', { name: 'harbour', kind: 'harbour', info }, 'Harbour'],
    ['ja', { name: '本社', kind: 'harbour', info }, '本社'],
    ['ja', { name: 'harbour', kind: 'harbour', info: null }, 'harbour'],
  ] as const)('in %s as the rep named it, else as its kind is, else by the kind itself', (language, connection, expected) => {
    overwriteGetLocale(() => language);
    expect(crmName(connection)).toBe(expected);
  });
});

describe('an error', () => {
  const locked = {
    code: 'key_store_locked',
    message: { en: 'It is locked.', ja: 'ロックされています。' },
    hint: { en: 'Unlock it.', ja: '解除してください。' },
    action: 'unlock',
    detail: 'Prompt',
  };
  beforeEach(() => overwriteGetLocale(() => 'ja'));

  test('of the program is said in the language of the window, with its code for IT', () => {
    const expected = { sentence: 'ロックされています。', hint: '解除してください。', detail: 'key_store_locked · Prompt' };
    expect(explain(locked)).toEqual(expected);
    expect(explain({ ...locked, detail: '' }).detail).toBe('key_store_locked');
  });

  test.each([new Error('rpc is not allowed'), 'rpc is not allowed', { code: 1 }, null, undefined])(
    'of the window itself is an internal one: %s',
    (reason) => {
      const { sentence, hint, detail } = explain(reason);
      expect([sentence, hint]).toEqual([ja.error_internal, ja.error_internal_hint]);
      expect(detail).toBe(String(reason));
    },
  );
});
