/** The rules as they hold now, and what was last done with them, which can be undone. */
import { untrack } from 'svelte';
import type { Desk } from '../../desk.svelte';
import type { RuleAdded, RuleView } from '../../gen/api';
import { Live } from '../../live.svelte';
import { m } from '../../paraglide/messages.js';
import { anew, groupOf, GROUPS, type Group } from './about';
import { Simulation } from './simulation.svelte';

/** What was done last; `undo` where it changed anything. */
interface Done {
  what: 'added' | 'removed';
  undo: (() => Promise<unknown>) | null;
}

export class RulesModel {
  readonly live: Live<'rules.list'>;
  readonly simulation: Simulation;
  /** The rule that the person is asked about before it goes. */
  removing = $state.raw<RuleView | null>(null);
  done = $state.raw<Done | null>(null);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.live = new Live(desk.host, 'rules.list', () => ({}));
    this.simulation = new Simulation(desk.host);
  }

  readonly groups = $derived.by((): [Group, RuleView[]][] => {
    const rules = this.live.value ?? [];
    const groups = GROUPS.map((group): [Group, RuleView[]] => [group, rules.filter((view) => groupOf(view) === group)]);
    return groups.filter(([, members]) => members.length > 0);
  });

  /** The person has made none; the company may have. */
  readonly hasOwn = $derived.by(() => this.groups.some(([group]) => group !== 'policy'));

  watch(): () => void {
    return this.live.watch();
  }

  /** Asks before a rule goes, and shows what its going would change; `null` asks no more. */
  ask = (view: RuleView | null): void => {
    [this.removing, this.problem] = [view, null];
    this.simulation.stop();
    const connection = untrack(() => this.#desk.connection?.id);
    if (view && view.rule.id !== null && connection !== undefined) void this.simulation.now({ connection, without: view.rule.id });
  };

  remove = async (): Promise<boolean> => {
    const view = this.removing;
    if (!view || !(await this.#withdraw(view))) return false;
    const { host } = this.#desk;
    [this.removing, this.done] = [null, { what: 'removed', undo: () => host.call('rules.add', anew(view.rule)) }];
    this.simulation.stop();
    this.#desk.said = m.rules_removed();
    return true;
  };

  /** A rule has been added. Undoing that brings back what it replaced. */
  added({ decision_id }: RuleAdded): void {
    const { host } = this.#desk;
    const undo = decision_id === null ? null : () => host.call('review.undo', { decision_id });
    [this.done, this.problem] = [{ what: 'added', undo }, null];
    this.#desk.said = m.rules_added();
  }

  /** Takes back what was done last. */
  undo = async (): Promise<boolean> => {
    const done = this.done;
    if (!done?.undo) return false;
    const undone = await this.#during(done.undo);
    if (undone) this.#desk.said = m.rules_undone();
    if (undone && this.done === done) this.done = null;
    return undone;
  };

  #withdraw({ rule: { id } }: RuleView): Promise<boolean> {
    return id === null ? Promise.resolve(false) : this.#during(() => this.#desk.host.call('rules.remove', { id }));
  }

  async #during(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    [this.busy, this.problem] = [true, null];
    try {
      await work();
      return true;
    } catch (reason) {
      this.problem = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
