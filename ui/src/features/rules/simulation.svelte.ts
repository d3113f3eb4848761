/** What a rule would change, asked for while it is being written: late answers to older questions are dropped. */
import type { SimulateArgs, Simulated } from '../../gen/api';
import type { Host } from '../../host';

/** Typing that pauses this long is worth a question. */
const PAUSE = 300;

type Course = { state: 'idle' } | { state: 'running' } | { state: 'done'; value: Simulated } | { state: 'failed'; reason: unknown };

export class Simulation {
  course = $state.raw<Course>({ state: 'idle' });
  readonly #host: Host;
  #asked = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks once nothing else was asked for a moment; `null` asks nothing. */
  ask(args: SimulateArgs | null): void {
    this.stop();
    if (!args) return;
    this.course = { state: 'running' };
    this.#waiting = setTimeout(() => void this.now(args), PAUSE);
  }

  /** Asks at once. */
  async now(args: SimulateArgs): Promise<void> {
    this.stop();
    const question = this.#asked;
    this.course = { state: 'running' };
    const course = await this.#host.call('rules.simulate', args).then(
      (value): Course => ({ state: 'done', value }),
      (reason: unknown): Course => ({ state: 'failed', reason }),
    );
    if (question === this.#asked) this.course = course;
  }

  /** Nothing that is under way counts any more. */
  stop(): void {
    clearTimeout(this.#waiting);
    this.#asked += 1;
    this.course = { state: 'idle' };
  }
}
