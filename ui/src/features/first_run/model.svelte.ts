import type { Desk } from '../../desk.svelte';
import { Connecting } from '../connect';
import { CrmWizard } from '../crm';

export type Stage = 'welcome' | 'account' | 'crm' | 'done';
/** Where it begins: at the very start, or to add one thing more. */
export type Start = 'welcome' | 'account' | 'crm';

/** A mailbox that was begun and not connected: adding one again goes on there. */
const begun = new WeakMap<Desk, Connecting>();

export class Arrival {
  stage = $state<Stage>('welcome');
  /** Opening the sample data is under way. */
  busy = $state(false);
  reason = $state.raw<unknown>(null);
  readonly start: Start;
  readonly connecting: Connecting;
  readonly crm: CrmWizard;
  readonly #desk: Desk;

  constructor(desk: Desk, start: Start) {
    this.#desk = desk;
    this.start = start;
    this.stage = start;
    this.connecting = begun.get(desk) ?? new Connecting(desk);
    begun.set(desk, this.connecting);
    this.crm = new CrmWizard(desk);
    if (start === 'crm') void this.crm.load();
  }

  /** A CRM has been connected. */
  readonly connected = $derived.by(() => (this.#desk.connections.value?.length ?? 0) > 0);

  /** One may look around before anything is connected. */
  openSample = async (): Promise<boolean> => {
    [this.busy, this.reason] = [true, null];
    try {
      await this.#desk.host.call('app.open_sample', {});
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  };

  /** To the mailbox. */
  connect = (): void => {
    [this.stage, this.reason] = ['account', null];
  };

  /** Away from the mailbox: what was filled in is kept, but for secrets. Says whether the window itself is left. */
  leaveAccount = (): boolean => {
    this.connecting.leave();
    if (this.start !== 'welcome') return true;
    this.stage = 'welcome';
    return false;
  };

  /** The mailbox is connected. Says whether the window is left with that. */
  finishAccount = (): boolean => {
    begun.delete(this.#desk);
    if (this.start !== 'welcome') return true;
    this.stage = 'crm';
    void this.crm.load();
    return false;
  };
}
