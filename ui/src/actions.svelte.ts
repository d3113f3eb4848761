/**
 * Everything that can be done here and now. A screen offers its actions while it is shown; the keyboard, the command
 * palette and the list of shortcuts all read the same list.
 */
import { untrack } from 'svelte';
import { isWritable, keyOf, types } from './keys';

export interface Action {
  /** Stable, never shown. */
  id: string;
  /** What it does, in the person's language. */
  label: string;
  /** Which keys do it (see `keys.ts`); the first one is shown. */
  keys: readonly string[];
  act: () => void;
  /** Whether it can be done now; always where it is left out. */
  ready?: () => boolean;
  /** Whether it is done again and again while the key is held. A decision never is. */
  repeats?: boolean;
  /** Whether it can be done on every screen; the list of shortcuts tells these apart. */
  everywhere?: boolean;
}

export class Actions {
  #offers = $state.raw<readonly (readonly Action[])[]>([]);
  /** Keys without Ctrl or Command can be switched off (WCAG 2.2, 2.1.4). */
  singleKeys = $state(true);

  /** What can be done now; what was offered last comes first. */
  get all(): readonly Action[] {
    return this.#offers.flat().filter((action) => action.ready?.() ?? true);
  }

  /** Every action that is offered, ready or not: for the list of shortcuts. */
  get offered(): readonly Action[] {
    return this.#offers.flat();
  }

  /** Offers actions until the function it gives back is called. */
  offer(actions: readonly Action[]): () => void {
    // Untracked: an effect that offers must not run again because of what others offer.
    untrack(() => (this.#offers = [actions, ...this.#offers]));
    return () => untrack(() => (this.#offers = this.#offers.filter((offer) => offer !== actions)));
  }

  /** Does what the pressed key stands for. */
  handle = (event: KeyboardEvent): void => {
    const key = keyOf(event);
    if (!key || event.defaultPrevented || this.#isForElsewhere(event, key)) return;
    const action = this.all.find(({ keys }) => keys.includes(key));
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || action.repeats) action.act();
  };

  /** A key may belong to a field, to a button in focus, to an open dialog, or be switched off. */
  #isForElsewhere(event: KeyboardEvent, key: string): boolean {
    if (document.querySelector('dialog:modal')) return true;
    if (isWritable(event.target) && (types(key) || EDITING.includes(key))) return true;
    if (!types(key)) return false;
    if (/^(Shift\+)?Arrow/.test(key) && isScrolled(event.target)) return true;
    if ((key === 'Enter' || key === ' ') && event.target instanceof Element && event.target.closest(PRESSABLE)) return true;
    return !this.singleKeys && /^(Shift\+)?.$/u.test(key);
  }
}

/** What a field does by itself. */
const EDITING = ['Mod+a', 'Mod+z'];
/** What Enter and the space bar press by themselves. */
const PRESSABLE = 'button, a[href], summary, input, label';

/** Whether arrow keys scroll or choose something there by themselves. In a list, or among rows marked so, they are ours. */
const isScrolled = (target: EventTarget | null): boolean =>
  target instanceof Element && target !== document.body && !target.closest('[role=listbox], [data-rows]');
