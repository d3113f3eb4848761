import { beforeEach, expect, test } from 'vitest';
import { RedactModel } from './redact.svelte';

let now: readonly string[];
let model: RedactModel;
beforeEach(() => {
  now = [];
  model = new RedactModel(
    () => now,
    (redactions) => (now = redactions),
  );
});

test('what is chosen is blacked out, without the blanks around it', () => {
  expect(model.add(' 普通 1234567\n')).toBe('added');
  expect(now).toEqual(['普通 1234567']);
});

test('blanks alone are nothing to black out', () => {
  expect([model.add(' \u200b\n'), model.canUndo]).toEqual(['nothing', false]);
});

test('what is blacked out already is not blacked out twice, however it is written', () => {
  model.add('090-1234');
  expect(model.add('０９０－１２３４')).toBe('there');
  expect(now).toEqual(['090-1234']);
});

test('a part of a longer piece stays blacked out where it stands alone', () => {
  model.add('美咲');
  model.add('田中 美咲');
  expect(now).toEqual(['美咲', '田中 美咲']);
});

test('what nobody could see any more is not listed twice', () => {
  model.add('佐藤 佐藤');
  model.add('佐藤');
  expect(now).toEqual(['佐藤']);
});

test('each step is taken back, the latest first', () => {
  model.add('a');
  model.add('b');
  model.remove('a');
  model.undo();
  expect(now).toEqual(['a', 'b']);
  model.undo();
  model.undo();
  expect([now, model.canUndo]).toEqual([[], false]);
  model.undo();
  expect(now).toEqual([]);
});

test('a found piece is blacked out and let stand again in turn', () => {
  model.toggle('4111 1111');
  expect([now, model.isOut('41111111')]).toEqual([['4111 1111'], true]);
  model.toggle('4111 1111');
  expect(now).toEqual([]);
  for (const part of ['4111', '1111']) model.add(part);
  model.toggle('4111 1111');
  expect(now).toEqual([]);
});

test('no more is blacked out than the program takes', () => {
  now = Array.from({ length: 200 }, (_, index) => `x${index}.`);
  expect(model.add('y')).toBe('full');
});
