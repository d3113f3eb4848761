/**
 * Everything that can be done here and now. A screen offers its actions while it is shown; the keyboard, the command
 * palette and the list of shortcuts all read the same list.
 */
import { untrack } from 'svelte';
import { isWritable, namesOf, types } from './keys';

export interface Action {
  /** Stable, never shown. */
  id: string;
  /** What it does, in the person's language. */
  label: string;
  /** Which keys do it (see `keys.ts`), unless the person chose others; the first one is shown. */
  keys: readonly string[];
  act: () => void;
  /** Whether it can be done now; always where it is left out. */
  ready?: () => boolean;
  /** Whether it is done again and again while the key is held. A decision never is. */
  repeats?: boolean;
  /** Whether it can be done on every screen; the list of shortcuts tells these apart. */
  everywhere?: boolean;
}

/** The keys that a person chose, by action. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

/** How long the second key of a pair is waited for, in milliseconds. */
const PAIR = 1500;

export class Actions {
  #offers = $state.raw<readonly (readonly Action[])[]>([]);
  /** Keys without Ctrl or Command can be switched off (WCAG 2.2, 2.1.4). */
  singleKeys = $state(true);
  bindings = $state.raw<Bindings>({});
  /** The first key of a pair, and until when its second one counts. */
  #begun: { keys: string[]; until: number } | null = null;

  /** What can be done now; what was offered last comes first. */
  get all(): readonly Action[] {
    return this.offered.filter((action) => action.ready?.() ?? true);
  }

  /** Every action that is offered, ready or not: for the list of shortcuts. */
  get offered(): readonly Action[] {
    return this.#offers.flat().map((action) => ({ ...action, keys: this.bindings[action.id] ?? action.keys }));
  }

  /** The key that stands on an action's button; none where the person took it away, or switched single keys off. */
  keyOf(id: string): string | undefined {
    const key = this.offered.find((action) => action.id === id)?.keys[0];
    return key !== undefined && (this.singleKeys || !isSingle(key)) ? key : undefined;
  }

  /** Offers actions until the function it gives back is called. */
  offer(actions: readonly Action[]): () => void {
    // Untracked: an effect that offers must not run again because of what others offer.
    untrack(() => (this.#offers = [actions, ...this.#offers]));
    return () => untrack(() => (this.#offers = this.#offers.filter((offer) => offer !== actions)));
  }

  /** Who else has a key, among all that can be pressed at the same time. */
  holder(key: string, id: string): Action | undefined {
    const clashes = (other: string): boolean => other === key || other.startsWith(`${key} `) || key.startsWith(`${other} `);
    return this.offered.find((action) => action.id !== id && action.keys.some(clashes));
  }

  /** Does what the pressed key stands for. */
  handle = (event: KeyboardEvent): void => {
    const pressed = namesOf(event);
    const [key] = pressed;
    if (!key || event.defaultPrevented || this.#isForElsewhere(event, key)) return;
    const before = this.#begun && this.#begun.until > Date.now() ? this.#begun.keys : [];
    this.#begun = null;
    const names = [...before.flatMap((first) => pressed.map((second) => `${first} ${second}`)), ...(before.length > 0 ? [] : pressed)];
    const { all } = this;
    const action = names.map((name) => all.find(({ keys }) => keys.includes(name))).find(Boolean);
    if (action) {
      event.preventDefault();
      if (!event.repeat || action.repeats) action.act();
    } else if (before.length === 0 && all.some(({ keys }) => keys.some((pair) => pressed.includes(pair.split(' ')[0] ?? '') && pair.includes(' ')))) {
      this.#begun = { keys: pressed, until: Date.now() + PAIR };
    }
  };

  /** A key may belong to a field, to a button in focus, to an open dialog, or be switched off. */
  #isForElsewhere(event: KeyboardEvent, key: string): boolean {
    if (document.querySelector('dialog:modal')) return true;
    if (isWritable(event.target) && (types(key) || EDITING.includes(key))) return true;
    if (!types(key)) return false;
    if (/^(Shift\+)?Arrow/.test(key) && isScrolled(event.target)) return true;
    if ((key === 'Enter' || key === 'Space') && event.target instanceof Element && event.target.closest(PRESSABLE)) return true;
    return !this.singleKeys && isSingle(key);
  }
}

/** What a field does by itself. */
const EDITING = ['Mod+a', 'Mod+z'];
/** What Enter and the space bar press by themselves. */
const PRESSABLE = 'button, a[href], summary, input, label';

/** Whether a key is a letter, a digit or a sign alone, or a pair that begins so. */
export const isSingle = (key: string): boolean => /^(Shift\+)?.( |$)/u.test(key);

/** Whether arrow keys scroll or choose something there by themselves. In a list, or among rows marked so, they are ours. */
const isScrolled = (target: EventTarget | null): boolean =>
  target instanceof Element && target !== document.body && !target.closest('[role=listbox], [data-rows]');
