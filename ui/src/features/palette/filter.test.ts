import { expect, test } from 'vitest';
import type { Action } from '../../actions.svelte';
import { matching } from './filter';

const action = (label: string, everywhere = false): Action => ({ id: label, label, keys: [], act: () => {}, everywhere });
const ALL = [action('ショートカット', true), action('設定へ移動', true), action('シェアする'), action('シェアしない'), action('Undo share')];
const found = (query: string): string[] => matching(ALL, query).map(({ label }) => label);

test('without a word everything is there, what belongs to the screen first', () =>
  expect(found('')).toEqual(['シェアする', 'シェアしない', 'Undo share', 'ショートカット', '設定へ移動']));

test.each([
  ['しぇあ', ['シェアする', 'シェアしない']],
  ['ｓｈａｒｅ', ['Undo share']],
  ['SHARE undo', ['Undo share']],
  ['移動', ['設定へ移動']],
  ['しょーと', ['ショートカット']],
  ['none of it', []],
])('%s finds %j', (query, labels) => expect(found(query)).toEqual(labels));
