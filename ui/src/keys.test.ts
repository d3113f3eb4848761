import { describe, expect, test, vi } from 'vitest';

/** The keys as they are on one kind of computer. */
async function keysOn(platform: string): Promise<typeof import('./keys')> {
  vi.resetModules();
  vi.stubGlobal('navigator', { platform });
  return import('./keys');
}

const pressed = (key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key, isComposing: false, keyCode: 0, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }) as KeyboardEvent;

describe('a pressed key', async () => {
  const { composes, keyOf, label, namesOf, types } = await keysOn('Linux x86_64');

  test.each([
    ['j', pressed('j')],
    ['j', pressed('J')],
    ['Shift+j', pressed('J', { shiftKey: true })],
    ['?', pressed('?', { shiftKey: true })],
    ['Shift+Tab', pressed('Tab', { shiftKey: true })],
    ['Mod+k', pressed('k', { ctrlKey: true })],
    ['k', pressed('k', { metaKey: true })],
    ['Mod+Alt+Shift+k', pressed('K', { ctrlKey: true, altKey: true, shiftKey: true })],
    [null, pressed('Control', { ctrlKey: true })],
  ])('is called %s', (name, event) => {
    expect(keyOf(event)).toBe(name);
  });

  test.each([
    [['j'], pressed('j', { code: 'KeyJ' })],
    [['1'], pressed('1', { code: 'Digit1' })],
    [['!', 'Shift+1'], pressed('!', { code: 'Digit1', shiftKey: true })],
    [['"', 'Shift+2'], pressed('"', { code: 'Digit2', shiftKey: true })],
    [['&', '1'], pressed('&', { code: 'Digit1' })],
    [['1'], pressed('1', { code: 'Digit1', shiftKey: true })],
    [['Mod+1'], pressed('1', { code: 'Digit1', ctrlKey: true })],
    [[], pressed('Shift', { shiftKey: true })],
  ])('goes by %j, whatever the keyboard types with it', (names, event) => {
    expect(namesOf(event)).toEqual(names);
  });

  test('belongs to the input method while a word is composed, also where the browser forgets to say so', () => {
    expect(composes(pressed('Enter', { isComposing: true }))).toBe(true);
    expect(composes(pressed('Enter', { keyCode: 229 }))).toBe(true);
    expect(keyOf(pressed('Enter', { keyCode: 229 }))).toBeNull();
    expect(composes(pressed('Enter'))).toBe(false);
  });

  test('types, unless it is Escape, a function key or held with Ctrl or Alt', () => {
    expect(['j', '1', 'Enter', 'Space'].map(types)).toEqual([true, true, true, true]);
    expect(['Mod+k', 'Alt+1', 'Escape', 'F5'].map(types)).toEqual([false, false, false, false]);
  });

  test('is shown as it stands on the keyboard', () => {
    expect(['Mod+k', 'j', 'ArrowDown', 'Escape', 'g i'].map(label)).toEqual(['Ctrl+K', 'J', '↓', 'Esc', 'G I']);
  });
});

test('on a Mac the Command key does what Ctrl does elsewhere', async () => {
  const { keyOf, label } = await keysOn('MacIntel');
  expect(keyOf(pressed('k', { metaKey: true }))).toBe('Mod+k');
  expect(keyOf(pressed('k', { ctrlKey: true }))).toBe('k');
  expect(label('Mod+k')).toBe('⌘K');
});
