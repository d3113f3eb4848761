import { expect, test } from 'vitest';
import { covers, fold, marked, occurrences, redact, wordAt } from './redaction';

const same: [string, string][] = [
  ['ＡＢＣ１２３', 'abc123'],
  ['ﾀﾅｶ ｶﾞｸ', 'たなかがく'],
  ['Pass\u200bword', 'password'],
  ['090 1234\u00a05678', '09012345678'],
  ['cafe\u0301', 'Café'],
  ['㈱田中', '(株)田中'],
  ['a\u202eb', 'ab'],
];

test.each(same)('%s is read as %s', (one, other) => expect(fold(one)).toBe(fold(other)));

const redacted: [redactions: string[], text: string, expected: string][] = [
  [['暗証番号'], '暗証番号は1234。暗証 番号', '■■■は1234。■■■'],
  [['090-1234-5678'], '電話０９０－１２３４－５６７８まで', '電話■■■まで'],
  [['secret'], 'Sec\u200bRET and secretary', '■■■ and ■■■ary'],
  [['タナカ'], 'たなか ﾀﾅｶ タナカ', '■■■'],
  [['abc', 'cde'], 'xabcdey', 'x■■■y'],
  [['aa'], 'aaaa b', '■■■ b'],
  [['aba'], 'ababa', '■■■'],
  [['', ' \u200b'], 'a b', 'a b'],
  [['😀'], 'x😀y', 'x■■■y'],
];

test.each(redacted)('%j is taken out of %s, however it is written', (redactions, text, expected) =>
  expect(redact(text, redactions)).toBe(expected),
);

test('what is inside of something blacked out need not be blacked out again', () => {
  expect(covers(['カード番号 4111'], '4111')).toBe(false);
  expect(covers(['4111 1111'], '４１１１１１１１')).toBe(true);
});

const words: [text: string, caret: number, expected: string | null][] = [
  ['電話は 090-1234-5678 です。', 8, '090-1234-5678'],
  ['mail to a.b@x.example.', 12, 'a.b@x.example'],
  ['来週の会議', 4, '会議'],
  ['来週', 2, '来週'],
  ['番号：１２３４。', 5, '１２３４'],
  ['  。', 1, null],
];

test.each(words)('in %s at %i the word is %s', (text, caret, expected) => {
  const range = wordAt(text, caret);
  expect(range && text.slice(range.start, range.end)).toBe(expected);
});

test('a text is cut where something is to be said of it, and is whole all the same', () => {
  const marks = [
    { start: 2, end: 4, kind: 'redacted' as const, mark: 0 },
    { start: 3, end: 6, kind: 'sensitive' as const, mark: 1 },
  ];
  const pieces = marked('abcdefgh', marks);
  expect(pieces.map(({ text, kind }) => [text, kind])).toEqual([['ab', null], ['cd', 'redacted'], ['ef', 'sensitive'], ['gh', null]]);
  expect(marked('', marks)).toEqual([]);
});

test('a piece is found wherever it stands', () => {
  expect(occurrences('4111 and 4111', '4111').map(({ start }) => start)).toEqual([0, 9]);
  expect(occurrences('x', '')).toEqual([]);
});
