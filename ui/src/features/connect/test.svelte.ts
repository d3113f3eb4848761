/** The test of a mailbox, step by step as the program tells it. */
import type { Action, CertificateInfo, NewAccountArgs, Step, StepOutcome, Tested } from '../../gen/api';
import type { Host } from '../../host';
import { isApiError } from '../../words';
import { newOperation } from './operation';

/** The steps to a mail server, to one that sends, and to mail files. */
const TO_SERVER: readonly Step[] = ['name', 'connect', 'certificate', 'sign_in', 'inbox', 'folders'];
const TO_SENDING: readonly Step[] = ['send_server', 'send_sign_in', 'send_as'];
const TO_FILES: readonly Step[] = ['connect', 'inbox', 'folders'];

export type Course = 'idle' | 'running' | 'passed' | 'failed' | 'stopped';

export class MailboxTest {
  course = $state<Course>('idle');
  steps = $state.raw<readonly Step[]>(TO_SERVER);
  outcomes = $state<Partial<Record<Step, StepOutcome>>>({});
  /** What was tested last. */
  args = $state.raw<NewAccountArgs | null>(null);
  tested = $state.raw<Tested | null>(null);
  /** Why receiving failed. */
  reason = $state.raw<unknown>(null);
  readonly #host: Host;
  #op = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The step that failed; `null` where it failed before the first or after the last. */
  readonly failedAt = $derived(this.steps.find((step) => this.outcomes[step]?.outcome === 'failed') ?? null);

  /** Mail comes in, and can't be sent. */
  readonly sendingFault = $derived(this.tested?.sending.state === 'failed' ? this.tested.sending.error : null);

  /** What is wrong: with receiving, else with sending. */
  readonly fault = $derived<unknown>(this.reason ?? this.sendingFault);

  /** The one thing that helps. */
  readonly action = $derived<Action>(isApiError(this.fault) ? this.fault.action : 'retry');

  /** The certificate that was refused. */
  readonly certificate = $derived<CertificateInfo | null>(isApiError(this.fault) ? this.fault.certificate : null);

  /** The steps to show: at the end, those that there were. */
  readonly shown = $derived(this.course === 'passed' ? this.steps.filter((step) => this.outcomes[step]) : this.steps);

  /** Tests from the beginning; what is under way is left alone and no longer listened to. */
  async start(args: NewAccountArgs): Promise<void> {
    const op = (this.#op = newOperation());
    [this.course, this.outcomes, this.reason, this.tested] = ['running', {}, null, null];
    this.args = args;
    this.steps = stepsOf(args);
    const stop = this.#host.on((event) => {
      if (event.event === 'step' && event.op === op && this.#op === op) this.outcomes[event.step] = event.outcome;
    });
    try {
      const tested = await this.#host.call('accounts.test', { ...args, op });
      if (this.#isOn(op)) this.#passed(tested);
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
    const running = this.#running();
    if (running) delete this.outcomes[running];
  }

  #isOn(op: number): boolean {
    return this.#op === op && this.course === 'running';
  }

  #running(): Step | undefined {
    return this.steps.find((step) => this.outcomes[step]?.outcome === 'running');
  }

  #passed(tested: Tested): void {
    [this.course, this.tested] = ['passed', tested];
    if (tested.sending.state === 'failed') this.#mark(tested.sending.error);
  }

  #failed(reason: unknown): void {
    [this.course, this.reason] = ['failed', reason];
    this.#mark(reason);
  }

  /** A step that began and did not pass has failed. */
  #mark(reason: unknown): void {
    const running = this.#running();
    if (running && isApiError(reason)) this.outcomes[running] = { outcome: 'failed', error: reason };
  }
}

function stepsOf({ path, send_only, sending }: NewAccountArgs): readonly Step[] {
  if (path !== undefined) return TO_FILES;
  const sends = sending?.kind === 'smtp' ? TO_SENDING : sending?.kind === 'graph' ? (['send_sign_in'] as const) : [];
  return send_only ? sends : [...TO_SERVER, ...sends];
}
