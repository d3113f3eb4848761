/** A rule that is being written: what it is about, what then, and what it would change. */
import type { Desk } from '../../desk.svelte';
import type { AboutArgs, Level, NewRule, RecordRef, RuleAdded, Then } from '../../gen/api';
import { isApiError } from '../../words';
import { narrow } from '../connect';
import { thensOf, type Kind } from './about';
import { Simulation } from './simulation.svelte';

export type Expiry = 'never' | '30' | '90' | 'date';
export const EXPIRIES: readonly Expiry[] = ['never', '30', '90', 'date'];
const DAY = 86_400_000;

/** A record that was found in the index. */
export interface Named {
  record: RecordRef;
  name: string;
}

/** What a rule begins with. */
export interface Beginning {
  kind?: Kind;
  value?: string;
  then?: Then;
  reason?: string;
}

/** Which part of the rule the program could not take. */
export type Flaw = 'about' | 'then' | null;

export class RuleDraft {
  /** What was typed or chosen, whatever the kind; a record stands in `record`. */
  value = $state('');
  record = $state.raw<Named | null>(null);
  level = $state<Level | 'account'>('account');
  expiry = $state<Expiry>('never');
  /** `YYYY-MM-DD`, the last day on which it holds. */
  day = $state('');
  reason = $state('');
  /** The person means a rule about nearly everything. */
  agreed = $state(false);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  readonly simulation: Simulation;
  readonly #desk: Desk;
  #kind = $state<Kind>('address');
  #then = $state<Then>('never_log');

  constructor(desk: Desk, { kind = 'address', value = '', then = 'never_log', reason = '' }: Beginning = {}) {
    this.#desk = desk;
    this.simulation = new Simulation(desk.host);
    [this.#kind, this.value, this.#then, this.reason] = [kind, value, then, reason];
  }

  get kind(): Kind {
    return this.#kind;
  }
  /** Another kind: what was chosen for the one before doesn't fit. */
  set kind(kind: Kind) {
    [this.#kind, this.value, this.record] = [kind, '', null];
  }

  get then(): Then {
    return thensOf(this.#kind).includes(this.#then) ? this.#then : 'never_log';
  }
  set then(then: Then) {
    this.#then = then;
  }

  /** What it is about; `null` while that is not filled in. */
  readonly about = $derived.by((): AboutArgs | null => {
    const kind = this.#kind;
    if (kind === 'contact' || kind === 'company') {
      const connection = this.#desk.connection?.id;
      return this.record && connection !== undefined ? { kind, connection, record: this.record.record } : null;
    }
    const value = kind === 'address' || kind === 'domain' ? narrow(this.value) : this.value.trim();
    if (value === '') return null;
    return kind === 'account' ? { kind, value: Number(value) } : { kind, value };
  });

  readonly rule = $derived.by((): NewRule | null => {
    const { about, then, reason } = this;
    const expires_at = this.#expires();
    if (!about || expires_at === undefined) return null;
    const level = then === 'share' && this.level !== 'account' ? { level: this.level } : {};
    return { about, then, ...level, ...(expires_at !== null && { expires_at }), ...(reason.trim() && { reason: reason.trim() }) };
  });

  /** What the program could not take of the rule as it stands. */
  readonly flaw = $derived.by((): Flaw => {
    const course = this.simulation.course;
    const reason = this.problem ?? (course.state === 'failed' ? course.reason : null);
    if (!isApiError(reason) || reason.code !== 'bad_arguments') return null;
    return reason.detail === 'then' ? 'then' : 'about';
  });

  readonly isWide = $derived.by(() => this.simulation.course.state === 'done' && this.simulation.course.value.nearly_everything);

  /** It can be saved once it is known what it changes, and a rule about nearly everything only if it is meant. */
  readonly ready = $derived.by(() => {
    if (!this.rule || this.busy || this.flaw) return false;
    return (this.simulation.course.state !== 'running') && (!this.isWide || this.agreed);
  });

  /** Looks what the rule as it stands would change. */
  simulate(): void {
    const { rule } = this;
    const connection = this.#desk.connection?.id;
    [this.agreed, this.problem] = [false, null];
    this.simulation.ask(rule && connection !== undefined ? { connection, rule } : null);
  }

  /** Saves it; `null` where it was refused. */
  async save(): Promise<RuleAdded | null> {
    const { rule } = this;
    if (!rule || !this.ready) return null;
    [this.busy, this.problem] = [true, null];
    try {
      return await this.#desk.host.call('rules.add', rule);
    } catch (reason) {
      this.problem = reason;
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** When it ends; `null` for never, `undefined` while no day is chosen. It holds until the end of its last day. */
  #expires(now = Date.now()): number | null | undefined {
    const { expiry, day } = this;
    if (expiry === 'never') return null;
    if (expiry === 'date') return day === '' ? undefined : new Date(`${day}T00:00`).getTime() + DAY;
    return new Date(now).setHours(0, 0, 0, 0) + (Number(expiry) + 1) * DAY;
  }
}
