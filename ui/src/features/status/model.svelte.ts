import type { Status } from '../../gen/api';
import type { Host } from '../../host';

/** What the screen shows: no answer yet, the answer, or why there is none. */
export type Shown =
  | { state: 'starting' }
  | { state: 'running'; status: Status }
  | { state: 'failed'; reason: unknown };

export class StatusModel {
  shown = $state.raw<Shown>({ state: 'starting' });
  readonly #host: Host;
  #asking = false;
  #outOfDate = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks now, and again whenever something changed; gives back how to stop. */
  watch(): () => void {
    void this.ask();
    return this.#host.on(({ event }) => {
      if (event === 'changed') void this.ask();
    });
  }

  /** Asks for the status. However many ask meanwhile, one question is under way and at most one more follows. */
  async ask(): Promise<void> {
    this.#outOfDate = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#outOfDate) {
      this.#outOfDate = false;
      this.shown = await this.#answer();
    }
    this.#asking = false;
  }

  async #answer(): Promise<Shown> {
    try {
      return { state: 'running', status: await this.#host.call('app.status', {}) };
    } catch (reason) {
      return { state: 'failed', reason };
    }
  }
}
