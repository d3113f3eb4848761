/** Writing to a file: one at a time, and then where it is. */
import type { Host } from '../../host';
import type { SavedFile } from '../../gen/api';

export class Saving {
  busy = $state(false);
  saved = $state.raw<SavedFile | null>(null);
  reason = $state.raw<unknown>(null);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Says whether the file was written. */
  async write(work: (host: Host) => Promise<SavedFile>): Promise<boolean> {
    if (this.busy) return false;
    [this.busy, this.saved, this.reason] = [true, null, null];
    try {
      this.saved = await work(this.#host);
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Shows the file in its folder. */
  async reveal(): Promise<void> {
    if (!this.saved) return;
    const { path } = this.saved;
    await this.#host.call('app.reveal', { path }).catch((reason: unknown) => (this.reason = reason));
  }

  forget(): void {
    [this.saved, this.reason] = [null, null];
  }
}
