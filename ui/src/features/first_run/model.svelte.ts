import type { Desk } from '../../desk.svelte';
import { CrmDraft } from './crm.svelte';
import { AccountDraft, type Field } from './draft.svelte';
import { MailboxTest } from './test.svelte';

export type Stage = 'welcome' | 'account' | 'test' | 'crm' | 'done';
/** Where it begins: at the very start, or to add one thing more. */
export type Start = 'welcome' | 'account' | 'crm';

/** The stages that count as steps, by where it began. */
const STEPS: Record<Start, readonly Stage[]> = {
  welcome: ['account', 'test', 'crm'],
  account: ['account', 'test'],
  crm: ['crm'],
};

export class Arrival {
  stage = $state<Stage>('welcome');
  /** The field that the form begins with; the first where it is left out. */
  focus = $state<Field | null>(null);
  /** Adding the mailbox or opening the sample data is under way. */
  busy = $state(false);
  reason = $state.raw<unknown>(null);
  readonly start: Start;
  readonly draft: AccountDraft;
  readonly test: MailboxTest;
  readonly crm: CrmDraft;
  readonly #desk: Desk;

  constructor(desk: Desk, start: Start) {
    this.#desk = desk;
    this.start = start;
    this.stage = start;
    this.draft = new AccountDraft(() => desk.policy.value);
    this.test = new MailboxTest(desk.host);
    this.crm = new CrmDraft(desk.host);
    if (start === 'crm') void this.crm.load();
  }

  /** Which step of how many this is; `null` where there is nothing to count. */
  readonly progress = $derived.by(() => {
    const steps = STEPS[this.start];
    const step = steps.indexOf(this.stage) + 1;
    return step > 0 ? { step, of: steps.length } : null;
  });

  /** A CRM has been connected. */
  readonly connected = $derived.by(() => (this.#desk.connections.value?.length ?? 0) > 0);

  /** One may look around before anything is connected. */
  openSample = (): Promise<boolean> => this.#trying(async () => void (await this.#desk.host.call('app.open_sample', {})));

  /** Shows the form, with one field in focus. */
  edit = (field: Field | null = null): void => {
    this.test.stop();
    [this.focus, this.reason] = [field, null];
    this.stage = 'account';
  };

  /** Tests what the form says; the form stays where something breaks its rule. */
  probe = (): void => {
    const flaw = this.draft.check();
    if (flaw) {
      this.focus = flaw;
      return;
    }
    [this.stage, this.focus, this.reason] = ['test', null, null];
    void this.test.start(this.draft.args());
  };

  /** Tests the same again. */
  again = (): void => {
    if (this.test.args) void this.test.start(this.test.args);
  };

  /** Connects the mailbox that was tested; says whether that worked. */
  addAccount = async (): Promise<boolean> => {
    const { args, course } = this.test;
    if (!args || course !== 'passed') return false;
    const added = await this.#trying(async () => void (await this.#desk.host.call('accounts.add', args)));
    if (!added) return false;
    this.draft.password = '';
    if (this.start === 'welcome') {
      this.stage = 'crm';
      void this.crm.load();
    }
    return true;
  };

  /** Lets the person choose the folder with mail files. */
  chooseFiles = async (): Promise<void> => {
    const { path } = await this.#desk.host.call('app.choose_folder', {});
    if (path !== null) this.draft.path = path;
    this.draft.leave('path');
  };

  async #trying(work: () => Promise<void>): Promise<boolean> {
    [this.busy, this.reason] = [true, null];
    try {
      await work();
      return true;
    } catch (reason) {
      this.reason = reason;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
