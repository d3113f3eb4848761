/** Answers of the program that are kept fresh. */
import { commands, type Commands, type Tag } from './gen/api';
import type { Host } from './host';

export type Answer<Name extends keyof Commands> = Commands[Name]['answer'];

/** What a screen shows: no answer yet, the last answer, or why there is none. */
export type Shown<Value> =
  | { state: 'loading' }
  | { state: 'ready'; value: Value }
  | { state: 'failed'; reason: unknown };

/** The answer to one query: asked for at once, and again whenever something that it shows has changed. */
export class Live<Name extends keyof Commands> {
  shown = $state.raw<Shown<Answer<Name>>>({ state: 'loading' });
  #last = $state.raw<Answer<Name> | null>(null);
  readonly #host: Host;
  readonly #name: Name;
  readonly #args: () => Commands[Name]['args'];
  #asking = false;
  #outOfDate = false;

  constructor(host: Host, name: Name, args: () => Commands[Name]['args']) {
    this.#host = host;
    this.#name = name;
    this.#args = args;
  }

  /** The last answer, also while a later question was refused; `null` while there is none. */
  get value(): Answer<Name> | null {
    return this.#last;
  }

  /** Keeps the answer fresh from now on; gives back how to stop. */
  watch(): () => void {
    void this.ask();
    return this.#host.on((event) => {
      if (event.event === 'changed' && concerns(this.#name, event.tags)) void this.ask();
    });
  }

  /** Asks anew. However many ask meanwhile, one question is under way and at most one more follows. */
  async ask(): Promise<void> {
    this.#outOfDate = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#outOfDate) {
      this.#outOfDate = false;
      this.shown = await this.#answer();
      if (this.shown.state === 'ready') this.#last = this.shown.value;
    }
    this.#asking = false;
  }

  async #answer(): Promise<Shown<Answer<Name>>> {
    try {
      return { state: 'ready', value: await this.#host.call(this.#name, this.#args()) };
    } catch (reason) {
      return { state: 'failed', reason };
    }
  }
}

/** Whether the answer to a query may have changed with these pieces of the picture. */
export function concerns(name: keyof Commands, tags: readonly Tag[]): boolean {
  return commands[name].tags.some((tag) => tags.includes(tag));
}
