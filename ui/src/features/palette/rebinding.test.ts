import { beforeEach, describe, expect, test } from 'vitest';
import { Actions, type Bindings } from '../../actions.svelte';
import { Rebinding } from './rebinding.svelte';

let actions: Actions;
let rebinding: Rebinding;

beforeEach(() => {
  actions = new Actions();
  const offer = (id: string, ...keys: string[]) => ({ id, label: id, keys, act: () => {} });
  actions.offer([offer('share', '1', 's'), offer('keep', '2'), offer('go', 'g q'), offer('help', '?')]);
  rebinding = new Rebinding(actions, {
    get bindings() {
      return actions.bindings;
    },
    bind: (bindings: Bindings) => void (actions.bindings = bindings),
  });
});

const keys = (id: string): readonly string[] | undefined => actions.offered.find((action) => action.id === id)?.keys;

describe('a new key', () => {
  test('takes the place of the old ones', () => {
    rebinding.begin('share');
    rebinding.press('y');
    expect([keys('share'), rebinding.waiting, rebinding.isChanged('share')]).toEqual([['y'], null, true]);
  });

  test.each(['2', 'g'])('%s that another action has is asked about first', (key) => {
    rebinding.begin('share');
    rebinding.press(key);
    expect([rebinding.refused?.holder?.id, keys('share')]).toEqual([key === '2' ? 'keep' : 'go', ['1', 's']]);
    rebinding.replace();
    expect([keys('share'), keys(key === '2' ? 'keep' : 'go'), rebinding.refused]).toEqual([[key], [], null]);
  });

  test('that belongs to the system is refused', () => {
    rebinding.begin('share');
    rebinding.press('Mod+c');
    rebinding.replace();
    expect([rebinding.refused, keys('share')]).toEqual([{ key: 'Mod+c', holder: null }, ['1', 's']]);
  });

  test('that nobody waits for changes nothing', () => {
    rebinding.press('y');
    expect(actions.bindings).toEqual({});
  });
});

test('an action can go without a key, and gets its own back', () => {
  rebinding.begin('keep');
  rebinding.none();
  expect([keys('keep'), actions.keyOf('keep')]).toEqual([[], undefined]);
  rebinding.reset('keep');
  expect([keys('keep'), rebinding.isAnyChanged]).toEqual([['2'], false]);
});

test('all keys can be set back at once', () => {
  rebinding.begin('keep');
  rebinding.press('y');
  rebinding.resetAll();
  expect([keys('keep'), rebinding.isAnyChanged]).toEqual([['2'], false]);
});
