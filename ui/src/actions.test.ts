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
