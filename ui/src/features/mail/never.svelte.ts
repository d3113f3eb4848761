/** What is never logged from now on, while the rep chooses how much of it: it is added once it is known what it reaches. */
import type { Address, NewRule, Simulated } from '../../gen/api';
import type { Host } from '../../host';
import { Simulation } from '../rules/simulation.svelte';

export type Reach = 'address' | 'domain';

export class NeverModel {
  readonly address: Address;
  readonly domain: string;
  readonly simulation: Simulation;
  /** The person means nearly all of the mail. */
  agreed = $state(false);
  readonly #connection: number;
  #reach = $state<Reach>('address');

  constructor(host: Host, connection: number, address: Address) {
    this.simulation = new Simulation(host);
    this.#connection = connection;
    this.address = address;
    this.domain = address.split('@').at(-1) ?? '';
  }

  get reach(): Reach {
    return this.#reach;
  }
  set reach(reach: Reach) {
    [this.#reach, this.agreed] = [reach, false];
    this.count();
  }

  readonly rule = $derived.by((): NewRule => ({ about: { kind: this.#reach, value: this.valueOf(this.#reach) }, then: 'never_log' }));
  readonly found = $derived.by((): Simulated | null => (this.simulation.course.state === 'done' ? this.simulation.course.value : null));
  readonly isWide = $derived.by(() => this.found?.nearly_everything ?? false);
  /** Where the count can't be had, the rep decides without it. */
  readonly ready = $derived.by(() => (this.found !== null || this.simulation.course.state === 'failed') && (!this.isWide || this.agreed));

  valueOf(reach: Reach): string {
    return reach === 'address' ? this.address : this.domain;
  }

  /** Asks how much mail it reaches. */
  count(): void {
    void this.simulation.now({ connection: this.#connection, rule: this.rule });
  }
}
