/** Giving actions other keys. */
import type { Action, Actions, Bindings } from '../../actions.svelte';

/** Where the choice is kept. */
export interface Keeper {
  bindings: Bindings;
  bind: (bindings: Bindings) => void;
}

/** Keys that mean the same in every program, or lead out of this one. */
const RESERVED = ['Tab', 'Shift+Tab', 'Mod+c', 'Mod+v', 'Mod+x', 'Mod+q', 'Alt+F4'];

/** A key that another action has, or that none may have. */
interface Refused {
  key: string;
  holder: Action | null;
}

export class Rebinding {
  /** The action that waits for its new key. */
  waiting = $state<string | null>(null);
  refused = $state.raw<Refused | null>(null);
  readonly #actions: Actions;
  readonly #keeper: Keeper;

  constructor(actions: Actions, keeper: Keeper) {
    [this.#actions, this.#keeper] = [actions, keeper];
  }

  begin(id: string): void {
    [this.waiting, this.refused] = [id, null];
  }

  stop(): void {
    [this.waiting, this.refused] = [null, null];
  }

  /** Gives the waiting action this key, or says who has it. */
  press(key: string): void {
    if (this.waiting === null) return;
    const holder = this.#actions.holder(key, this.waiting) ?? null;
    if (holder || RESERVED.includes(key)) this.refused = { key, holder: RESERVED.includes(key) ? null : holder };
    else this.#give(key);
  }

  /** Takes the key from whoever has it. */
  replace(): void {
    const { key, holder } = this.refused ?? {};
    if (key === undefined || !holder) return;
    const left = holder.keys.filter((other) => other !== key && !other.startsWith(`${key} `) && !key.startsWith(`${other} `));
    this.#keeper.bind({ ...this.#keeper.bindings, [holder.id]: left });
    // Another may have it too, on another screen that is open at the same time.
    this.press(key);
  }

  /** Leaves the waiting action without a key; the palette still has it. */
  none(): void {
    if (this.waiting !== null) this.#keeper.bind({ ...this.#keeper.bindings, [this.waiting]: [] });
    this.stop();
  }

  isChanged(id: string): boolean {
    return id in this.#keeper.bindings;
  }

  get isAnyChanged(): boolean {
    return Object.keys(this.#keeper.bindings).length > 0;
  }

  reset(id: string): void {
    const { [id]: _, ...rest } = this.#keeper.bindings;
    this.#keeper.bind(rest);
    this.stop();
  }

  resetAll(): void {
    this.#keeper.bind({});
    this.stop();
  }

  #give(key: string): void {
    if (this.waiting !== null) this.#keeper.bind({ ...this.#keeper.bindings, [this.waiting]: [key] });
    this.stop();
  }
}
