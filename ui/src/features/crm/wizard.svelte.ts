/** The way to a connected CRM. Which steps there are follows from what the chosen kind describes. */
import type { Desk } from '../../desk.svelte';
import type { Captures, ConnectionView } from '../../gen/api';
import { secretOf } from '../../words_crm';
import { CrmDraft } from './draft.svelte';

export type Step = 'choose' | 'sign_in' | 'check' | 'captures' | 'sync' | 'choices' | 'sample';

/** Up to here nothing has been saved. */
const BEFORE: readonly Step[] = ['choose', 'sign_in', 'check', 'captures'];

export class CrmWizard {
  step = $state<Step>('choose');
  /** Whether the mailbox is connected to the CRM itself; `null` until the rep has said. */
  captures = $state<Captures | null>(null);
  /** The connection, once it is made, and when that was. */
  made = $state.raw<{ id: number; at: number } | null>(null);
  readonly draft: CrmDraft;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.draft = new CrmDraft(desk.host);
  }

  /** The steps of the chosen kind. One that asks for no secret and takes nothing in is connected as soon as it is tested. */
  readonly steps = $derived.by((): readonly Step[] => {
    const { info, kinds } = this.draft;
    const start: Step[] = kinds.length === 1 ? ['sign_in'] : ['choose', 'sign_in'];
    const asks = info?.captures.en !== '';
    if (info && !asks && !secretOf(info)) return [...start, 'sync'];
    const accounts = (this.#desk.accounts.value?.length ?? 0) > 0;
    return [...start, 'check', ...(info && asks ? ['captures' as const] : []), 'sync', ...(accounts ? ['choices' as const] : []), 'sample'];
  });

  readonly progress = $derived({ step: this.steps.indexOf(this.step) + 1, of: this.steps.length });
  /** The connection as the program shows it. */
  readonly connection = $derived.by(
    (): ConnectionView | null => this.#desk.connections.value?.find(({ id }) => id === this.made?.id) ?? null,
  );
  readonly #before = $derived(this.steps[this.steps.indexOf(this.step) - 1]);
  /** What was connected is not unmade by going back: its card changes or removes it. */
  readonly canGoBack = $derived(this.#before !== undefined && (!this.made || !BEFORE.includes(this.#before) || this.#before === 'captures'));
  readonly isLast = $derived(this.steps.at(-1) === this.step);

  async load(): Promise<void> {
    await this.draft.load();
    if (this.draft.kinds.length === 1) this.step = 'sign_in';
  }

  back = (): void => {
    if (!this.#before || !this.canGoBack) return;
    this.draft.browser.cancel();
    this.step = this.#before;
  };

  /** On to the next step, with what has to be done before it. Says whether the end is reached. */
  async next(): Promise<boolean> {
    const from = this.step;
    if (from === 'sign_in') await this.draft.test();
    // The rep went elsewhere meanwhile.
    if (this.step !== from) return false;
    if (this.step === 'sign_in' && !this.draft.identity) return false;
    const after = this.steps[this.steps.indexOf(this.step) + 1];
    if (after === undefined) return true;
    if (after === 'sync' && !(await this.#connect())) return false;
    this.step = after;
    return false;
  }

  /** Connects it once, and tells what the rep said of the CRM's own capture. */
  async #connect(): Promise<boolean> {
    if (!this.made) {
      const made = await this.draft.connect();
      if (!made) return false;
      this.made = { id: made.id, at: Date.now() };
    }
    const { captures, made } = this;
    return captures === null || this.draft.trying(async () => {
      await this.#desk.host.call('crm.say_captures', { id: made.id, captures });
    });
  }
}
