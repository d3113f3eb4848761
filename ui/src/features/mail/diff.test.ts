import { expect, test } from 'vitest';
import { compare, type Block } from './diff';

function check(original: string, sent: string, redactions: string[], expected: [Block['fate'], ...string[]][]): void {
  const blocks = compare(original, sent, redactions);
  expect(blocks?.map(({ fate, lines }) => [fate, ...lines])).toEqual(expected);
}

test('a text that goes as it is has only lines that are kept', () => check('a\nb', 'a\nb', [], [['kept', 'a', 'b']]));

test('older mail and a signature are cut', () =>
  check('Hi\n\n> old\n> older\n--\nMori', 'Hi', [], [['kept', 'Hi'], ['cut', '', '> old', '> older', '--', 'Mori']]));

test('a line with something blacked out stays in its place', () =>
  check('a\nPIN 1234\nb\n> c', 'a\nPIN ■■■\nb', ['1234'], [['kept', 'a'], ['redacted', 'PIN ■■■'], ['kept', 'b'], ['cut', '> c']]));

test('a line that is blacked out as a whole is not taken for another one', () =>
  check('x\nsecret\ny', '■■■\ny', ['secret'], [['cut', 'x'], ['redacted', '■■■'], ['kept', 'y']]));

test('what is blacked out over the end of a line is told', () =>
  check('a one\ntwo b', 'a ■■■ b', ['one two'], [['cut', 'a one', 'two b'], ['redacted', 'a ■■■ b']]));

test('other ends of lines are no difference', () => check('a\r\nb \r\nc', 'a\nb\nc', [], [['kept', 'a', 'b', 'c']]));

test('something that is not in the original is told apart', () => check('a', 'a\nb', [], [['kept', 'a'], ['added', 'b']]));

test('nothing is sent of a mail at a lower level', () => check('a\nb', '', [], [['cut', 'a', 'b']]));

test('ten thousand quoted lines are compared at once', () => {
  const quote = Array.from({ length: 10_000 }, (_, line) => `> ${line}`).join('\n');
  const start = performance.now();
  expect(compare(`new\n${quote}`, 'new', [])?.[1]?.lines).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('what is too much to be compared in time is not begun', () => expect(compare('x'.repeat(600_000), 'x', [])).toBeNull());
