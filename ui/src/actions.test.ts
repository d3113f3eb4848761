import { beforeEach, expect, test, vi } from 'vitest';

/** As much of a page as a key needs. */
class Node {
  constructor(
    readonly type = '',
    readonly pressable = false,
  ) {}
  closest(): Node | null {
    return this.pressable ? this : null;
  }
}
class Input extends Node {}

let open: Node | null = null;
vi.stubGlobal('navigator', { platform: 'Linux' });
vi.stubGlobal('document', { querySelector: () => open });
Object.entries({ Element: Node, HTMLElement: Node, HTMLInputElement: Input }).forEach(([name, kind]) => vi.stubGlobal(name, kind));
vi.stubGlobal('HTMLTextAreaElement', class {});
vi.stubGlobal('HTMLSelectElement', class {});

const { Actions } = await import('./actions.svelte');

function press(key: string, target: Node = new Node(), more: object = {}) {
  const event = { key, target, keyCode: 0, defaultPrevented: false, preventDefault: vi.fn(), ...more };
  return event as typeof event & KeyboardEvent;
}

function offered(keys: string[]) {
  const [actions, act] = [new Actions(), vi.fn()];
  const leave = actions.offer([{ id: 'a', label: 'A', keys, act }]);
  return { actions, act, leave };
}

beforeEach(() => void (open = null));

test('a key does what is offered for it, and nothing else happens', () => {
  const { actions, act } = offered(['1', 's']);
  const event = press('s');
  actions.handle(event);
  expect(act).toHaveBeenCalledOnce();
  expect(event.preventDefault).toHaveBeenCalledOnce();
  actions.handle(press('2'));
  expect(act).toHaveBeenCalledOnce();
});

test('what was offered last goes first, and a screen that was left offers nothing', () => {
  const { actions, act } = offered(['1']);
  const later = vi.fn();
  const leave = actions.offer([{ id: 'b', label: 'B', keys: ['1'], act: later }]);
  actions.handle(press('1'));
  expect([act, later].map((it) => it.mock.calls.length)).toEqual([0, 1]);
  leave();
  actions.handle(press('1'));
  expect([act, later].map((it) => it.mock.calls.length)).toEqual([1, 1]);
});

test('what cannot be done now is in the list of shortcuts and does nothing', () => {
  const [actions, act] = [new Actions(), vi.fn()];
  actions.offer([{ id: 'a', label: 'A', keys: ['1'], act, ready: () => false }]);
  actions.handle(press('1'));
  expect(act).not.toHaveBeenCalled();
  expect([actions.all.length, actions.offered.length]).toEqual([0, 1]);
});

test('letters typed into a field stay there; with Ctrl they act', () => {
  const { actions, act } = offered(['j', 'Mod+j']);
  actions.handle(press('j', new Input('text')));
  expect(act).not.toHaveBeenCalled();
  actions.handle(press('j', new Input('text'), { ctrlKey: true }));
  actions.handle(press('j', new Input('checkbox')));
  expect(act).toHaveBeenCalledTimes(2);
});

test('Enter presses the button in focus', () => {
  const { actions, act } = offered(['Enter']);
  actions.handle(press('Enter', new Node('', true)));
  expect(act).not.toHaveBeenCalled();
  actions.handle(press('Enter'));
  expect(act).toHaveBeenCalledOnce();
});

test('while a dialog is open nothing behind it acts', () => {
  const { actions, act } = offered(['1', 'Mod+k']);
  open = new Node();
  actions.handle(press('1'));
  actions.handle(press('k', new Node(), { ctrlKey: true }));
  expect(act).not.toHaveBeenCalled();
});

test('single keys can be switched off; all others stay', () => {
  const { actions, act } = offered(['1', 'Mod+k', 'Enter']);
  actions.singleKeys = false;
  actions.handle(press('1'));
  expect(act).not.toHaveBeenCalled();
  actions.handle(press('k', new Node(), { ctrlKey: true }));
  actions.handle(press('Enter'));
  expect(act).toHaveBeenCalledTimes(2);
});

test('a key that confirms a composed word does nothing', () => {
  const { actions, act } = offered(['Enter']);
  actions.handle(press('Enter', new Node(), { keyCode: 229 }));
  expect(act).not.toHaveBeenCalled();
});

test('Shift with a digit is its own key, whatever the keyboard types with it', () => {
  const { actions, act } = offered(['Shift+1']);
  actions.handle(press('!', new Node(), { code: 'Digit1', shiftKey: true }));
  actions.handle(press('1', new Node(), { code: 'Digit1' }));
  expect(act).toHaveBeenCalledOnce();
});

test('two keys one after the other are a pair; anything else between them breaks it', () => {
  const { actions, act } = offered(['g i']);
  const single = vi.fn();
  actions.offer([{ id: 'i', label: 'I', keys: ['i'], act: single }]);
  for (const key of ['g', 'i']) actions.handle(press(key));
  expect([act, single].map((it) => it.mock.calls.length)).toEqual([1, 0]);
  for (const key of ['g', 'x', 'i']) actions.handle(press(key));
  expect([act, single].map((it) => it.mock.calls.length)).toEqual([1, 1]);
});

test('the second key of a pair is not waited for forever', () => {
  vi.useFakeTimers();
  const { actions, act } = offered(['g i']);
  actions.handle(press('g'));
  vi.advanceTimersByTime(2000);
  actions.handle(press('i'));
  vi.useRealTimers();
  expect(act).not.toHaveBeenCalled();
});

test('the keys that a person chose take the place of an action’s own', () => {
  const { actions, act } = offered(['1']);
  actions.bindings = { a: ['y'] };
  for (const key of ['1', 'y']) actions.handle(press(key));
  expect([act.mock.calls.length, actions.keyOf('a')]).toEqual([1, 'y']);
});

test('a button shows no key that does nothing', () => {
  const { actions } = offered(['1']);
  actions.singleKeys = false;
  expect([actions.keyOf('a'), actions.keyOf('b')]).toEqual([undefined, undefined]);
});

test.each([
  ['1', 'a'],
  ['g', 'pair'],
  ['g i', 'pair'],
  ['i', undefined],
])('%s is held by %s', (key, holder) => {
  const { actions } = offered(['1']);
  actions.offer([{ id: 'pair', label: 'P', keys: ['g i'], act: vi.fn() }]);
  expect(actions.holder(key, 'new')?.id).toBe(holder);
});
