import { beforeEach, describe, expect, test } from 'vitest';
import en from '../messages/en.json';
import ja from '../messages/ja.json';
import { overwriteGetLocale } from './paraglide/runtime.js';
import { explain } from './words';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
const values = (words: object, key: string): string[] => placeholders((words as Record<string, string>)[key] ?? '');

describe('the two languages', () => {
  test('have the same words, in alphabetical order', () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(Object.keys(en).toSorted());
  });

  test('name the same values in every sentence', () => {
    expect(Object.keys(en).filter((key) => `${values(ja, key)}` !== `${values(en, key)}`)).toEqual([]);
  });

  test('write the way the product does', () => {
    const wrong = Object.entries(ja).filter(([, text]) => /\.\.\.|[０-９]|Eメール|電子メール|サーバ(?!ー)/.test(text));
    expect(wrong).toEqual([]);
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
