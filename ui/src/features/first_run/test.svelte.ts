/** The test of a mailbox, step by step as the program tells it. */
import type { Action, NewAccountArgs, Step, StepOutcome, Tested } from '../../gen/api';
import type { Host } from '../../host';
import { isApiError } from '../../words';

/** The steps to a mail server, and those to a folder of mail files. */
const TO_SERVER: readonly Step[] = ['name', 'connect', 'certificate', 'sign_in', 'inbox', 'folders'];
const TO_FILES: readonly Step[] = ['connect', 'inbox', 'folders'];

export type Course = 'idle' | 'running' | 'passed' | 'failed' | 'stopped';

export class MailboxTest {
  course = $state<Course>('idle');
  steps = $state.raw<readonly Step[]>(TO_SERVER);
  outcomes = $state<Partial<Record<Step, StepOutcome>>>({});
  /** What was tested last. */
  args = $state.raw<NewAccountArgs | null>(null);
  tested = $state.raw<Tested | null>(null);
  /** Why it failed. */
  reason = $state.raw<unknown>(null);
  readonly #host: Host;
  #op = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The step that failed; `null` where it failed before the first or after the last. */
  readonly failedAt = $derived(this.steps.find((step) => this.outcomes[step]?.outcome === 'failed') ?? null);

  /** The one thing that helps. */
  readonly action = $derived<Action>(isApiError(this.reason) ? this.reason.action : 'retry');

  /** Tests from the beginning; what is under way is left alone and no longer listened to. */
  async start(args: NewAccountArgs): Promise<void> {
    // Numbers below 2^32 are the callers' own (`api::operation`).
    const op = (this.#op = Date.now() % 2 ** 32);
    [this.course, this.outcomes, this.reason, this.tested] = ['running', {}, null, null];
    this.args = args;
    this.steps = args.path === undefined ? TO_SERVER : TO_FILES;
    const stop = this.#host.on((event) => {
      if (event.event === 'step' && event.op === op && this.#op === op) this.outcomes[event.step] = event.outcome;
    });
    try {
      const tested = await this.#host.call('accounts.test', { ...args, op });
      if (this.#isOn(op)) [this.course, this.tested] = ['passed', tested];
    } catch (reason) {
      if (this.#isOn(op)) this.#failed(reason);
    } finally {
      stop();
    }
  }

  /** Gives up at once; the program is told to stop as well. */
  stop(): void {
    if (this.course !== 'running') return;
    void this.#host.call('op.cancel', { op: this.#op }).catch(() => {});
    this.course = 'stopped';
    const running = this.steps.find((step) => this.outcomes[step]?.outcome === 'running');
    if (running) delete this.outcomes[running];
  }

  #isOn(op: number): boolean {
    return this.#op === op && this.course === 'running';
  }

  #failed(reason: unknown): void {
    [this.course, this.reason] = ['failed', reason];
    const running = this.steps.find((step) => this.outcomes[step]?.outcome === 'running');
    if (running && isApiError(reason)) this.outcomes[running] = { outcome: 'failed', error: reason };
  }
}
