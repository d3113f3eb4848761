/** A sign-in at a provider, in the browser. Nothing of it but a ticket comes back to the window. */
import type { AuthorisedView, AuthoriseArgs } from '../../gen/api';
import type { Host } from '../../host';
import { newOperation } from './operation';

export type BrowserCourse = 'idle' | 'waiting' | 'done' | 'failed' | 'cancelled';

export class BrowserSignIn {
  course = $state<BrowserCourse>('idle');
  /** Where the browser was sent: to be copied where it did not open. */
  url = $state<string | null>(null);
  done = $state.raw<AuthorisedView | null>(null);
  reason = $state.raw<unknown>(null);
  /** The person wants to connect who signed in, though it isn't who was typed. */
  accepted = $state(false);
  readonly #host: Host;
  #op = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Signed in, and it is settled who. */
  readonly ready = $derived(this.course === 'done' && (this.done?.matches === true || this.accepted));

  /** Opens the browser and waits. A page that is still open from before no longer counts. */
  start(args: Omit<AuthoriseArgs, 'op'>): Promise<boolean> {
    return this.startBy((op) => this.#host.call('accounts.authorise', { ...args, op }));
  }

  /** The same for whoever asks in another way. */
  async startBy(ask: (op: number) => Promise<AuthorisedView>): Promise<boolean> {
    this.cancel();
    const op = (this.#op = newOperation());
    this.reset('waiting');
    const stop = this.#host.on((event) => {
      if (event.event === 'browse' && event.op === op && this.#isOn(op)) this.url = event.url;
    });
    try {
      const done = await ask(op);
      if (!this.#isOn(op)) return false;
      [this.course, this.done] = ['done', done];
      return this.ready;
    } catch (reason) {
      if (this.#isOn(op)) [this.course, this.reason] = ['failed', reason];
      return false;
    } finally {
      stop();
    }
  }

  /** Gives up at once. */
  cancel(): void {
    if (this.course !== 'waiting') return;
    void this.#host.call('op.cancel', { op: this.#op }).catch(() => {});
    this.course = 'cancelled';
  }

  /** Forgets who signed in. */
  reset(course: BrowserCourse = 'idle'): void {
    [this.course, this.url, this.done, this.reason, this.accepted] = [course, null, null, null, false];
  }

  #isOn(op: number): boolean {
    return this.#op === op && this.course === 'waiting';
  }
}
