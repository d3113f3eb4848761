import { beforeEach, describe, expect, test, vi } from 'vitest';

/** A window with its storage and a system that is light or dark. */
function window(stored: Record<string, string>, dark: boolean) {
  const listeners = new Set<() => void>();
  const system = {
    matches: dark,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  const kept = new Map(Object.entries(stored));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal('matchMedia', () => system);
  const turn = (matches: boolean): void => {
    system.matches = matches;
    for (const listener of listeners) listener();
  };
  return { kept, listeners, turn };
}

async function model() {
  const { AppearanceModel } = await import('./model.svelte');
  return new AppearanceModel();
}

beforeEach(() => vi.resetModules());

describe('light and dark', () => {
  test('follow the system, also while the window is open', async () => {
    const { turn } = window({}, true);
    const appearance = await model();
    appearance.watchSystem();
    expect(appearance.shown).toBe('dark');
    turn(false);
    expect(appearance.shown).toBe('light');
  });

  test('follow the person who chose, and the choice is kept', async () => {
    const { kept } = window({}, true);
    const appearance = await model();
    appearance.watchSystem();
    appearance.paint('light');
    expect(appearance.shown).toBe('light');
    expect((await model()).theme).toBe('light');
    expect(kept.get('otomo.theme')).toBe('light');
  });

  test('a stored choice that no longer exists is the system', async () => {
    window({ 'otomo.theme': 'sepia' }, false);
    expect((await model()).theme).toBe('system');
  });

  test('a closed window no longer listens', async () => {
    const { listeners } = window({}, false);
    const stop = (await model()).watchSystem();
    expect(listeners.size).toBe(1);
    stop();
    expect(listeners.size).toBe(0);
  });
});

test('single keys act until the person switches them off, and the choice is kept', async () => {
  window({}, false);
  const appearance = await model();
  expect(appearance.singleKeys).toBe(true);
  appearance.useSingleKeys(false);
  expect((await model()).singleKeys).toBe(false);
  appearance.useSingleKeys(true);
  expect((await model()).singleKeys).toBe(true);
});

test.each([
  ['{"mail.share":["y"]}', { 'mail.share': ['y'] }],
  ['{"mail.share":"y","mail.keep":[1],"mail.later":[]}', { 'mail.later': [] }],
  ['[', {}],
  ['null', {}],
])('of %s as the keys that were kept, %j is taken', async (kept, bindings) => {
  window({ 'otomo.keys': kept }, false);
  expect((await model()).bindings).toEqual(bindings);
});

test('the keys that a person chose are kept', async () => {
  window({}, false);
  (await model()).bind({ 'mail.share': ['y'] });
  expect((await model()).bindings).toEqual({ 'mail.share': ['y'] });
});
