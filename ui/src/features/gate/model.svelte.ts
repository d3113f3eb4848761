import type { Desk } from '../../desk.svelte';
import type { ApiError, Code } from '../../gen/api';
import { isApiError } from '../../words';

/** A new passphrase has at least this many characters. */
export const SHORTEST = 12;

/** What stands between the person and the program. */
export type Barrier =
  | { is: 'starting' }
  | { is: 'failed'; reason: unknown }
  /** The data is protected by a passphrase; `reason` is there once one was refused. */
  | { is: 'passphrase'; reason: ApiError | null }
  /** Nothing keeps the key on this computer: a passphrase has to be made. */
  | { is: 'no_passphrase_yet' };

export type Flaw = 'short' | 'unequal';

export class GateModel {
  passphrase = $state('');
  again = $state('');
  /** What is wrong with what was entered; `null` before it was sent and when it was right. */
  flaw = $state<Flaw | null>(null);
  busy = $state(false);
  /** Why the program didn't take the passphrase. */
  #refused = $state.raw<unknown>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  readonly barrier = $derived.by((): Barrier => {
    const { shown } = this.#desk.status;
    if (shown.state !== 'failed') return { is: 'starting' };
    const reason = this.#refused ?? shown.reason;
    if (is(reason, 'passphrase_needed')) return { is: 'passphrase', reason: null };
    if (is(reason, 'passphrase_wrong')) return { is: 'passphrase', reason };
    if (is(reason, 'key_store_missing')) return { is: 'no_passphrase_yet' };
    return { is: 'failed', reason };
  });

  /** Asks again whether the program is there. */
  retry = async (): Promise<void> => {
    await this.#during(async () => {
      this.#refused = null;
      await this.#desk.retry();
    });
  };

  /** Opens the data with the passphrase, or makes it the passphrase of new data. */
  unlock = async (): Promise<void> => {
    this.flaw = this.barrier.is === 'no_passphrase_yet' ? flawOf(this.passphrase, this.again) : null;
    if (this.flaw) return;
    await this.#during(async () => {
      try {
        await this.#desk.host.call('app.unlock', { passphrase: this.passphrase });
        this.#refused = null;
        [this.passphrase, this.again] = ['', ''];
      } catch (reason) {
        this.#refused = reason;
        return;
      }
      await this.#desk.retry();
    });
  };

  async #during(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await work();
    this.busy = false;
  }
}

function flawOf(passphrase: string, again: string): Flaw | null {
  if ([...passphrase].length < SHORTEST) return 'short';
  return passphrase === again ? null : 'unequal';
}

function is(reason: unknown, code: Code): reason is ApiError {
  return isApiError(reason) && reason.code === code;
}
