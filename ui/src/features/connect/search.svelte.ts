/** The search for a mailbox's settings, source by source as the program tells it. */
import type { Detected, Finding, SettingsOrigin } from '../../gen/api';
import type { Host } from '../../host';
import { newOperation } from './operation';

/** The sources in the order in which they count (`SettingsOrigin`). */
export const ORIGINS: readonly SettingsOrigin[] = ['policy', 'known_domain', 'mx', 'tenant', 'autoconfig', 'ispdb', 'srv', 'guess', 'thunderbird'];

export class Search {
  course = $state<'idle' | 'running' | 'found' | 'failed' | 'stopped'>('idle');
  findings = $state<Partial<Record<SettingsOrigin, Finding>>>({});
  detected = $state.raw<Detected | null>(null);
  reason = $state.raw<unknown>(null);
  readonly #host: Host;
  #op = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Searches from the beginning; what an earlier search still says is not listened to. Says whether it came to an end. */
  async start(address: string): Promise<boolean> {
    const op = (this.#op = newOperation());
    [this.course, this.findings, this.detected, this.reason] = ['running', {}, null, null];
    const stop = this.#host.on((event) => {
      if (event.event === 'finding' && event.op === op && this.#isOn(op)) this.findings[event.origin] = event.finding;
    });
    try {
      const detected = await this.#host.call('accounts.detect', { address, op });
      if (!this.#isOn(op)) return false;
      [this.course, this.detected] = ['found', detected];
      return true;
    } catch (reason) {
      if (this.#isOn(op)) [this.course, this.reason] = ['failed', reason];
      return false;
    } finally {
      stop();
    }
  }

  /** There is nothing to search for: the settings are known. */
  know(detected: Detected): void {
    this.stop();
    [this.course, this.findings, this.detected, this.reason] = ['found', {}, detected, null];
  }

  /** Gives up at once; the program is told to stop as well. */
  stop(): void {
    if (this.course !== 'running') return;
    void this.#host.call('op.cancel', { op: this.#op }).catch(() => {});
    this.course = 'stopped';
  }

  #isOn(op: number): boolean {
    return this.#op === op && this.course === 'running';
  }
}
