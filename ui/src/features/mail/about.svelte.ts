/** What the program knows about single mails. The next one's answer is asked for ahead, so that it is there at once. */
import type { Commands } from '../../gen/api';
import type { Host } from '../../host';
import { concerns, type Answer, type Shown } from '../../live.svelte';

type Name = 'mail.get' | 'review.why';

/** Answers that are kept at the same time: the one in sight, its neighbours, and a few on the way. */
const KEPT = 8;

export class About<N extends Name> {
  #shown = $state.raw<{ mail: number; answer: Shown<Answer<N>> } | null>(null);
  readonly #host: Host;
  readonly #name: N;
  readonly #args: (mail: number) => Commands[N]['args'];
  readonly #kept = new Map<number, Shown<Answer<N>>>();
  #here: number | null = null;
  #next: number | null = null;
  #asking = false;
  /** Counts the changes that make an answer under way out of date. */
  #changes = 0;

  constructor(host: Host, name: N, args: (mail: number) => Commands[N]['args']) {
    this.#host = host;
    this.#name = name;
    this.#args = args;
  }

  watch(): () => void {
    return this.#host.on((event) => {
      if (event.event === 'changed' && concerns(this.#name, event.tags)) this.retry();
    });
  }

  /** What is known about this mail now; never another one's answer. */
  of(mail: number): Shown<Answer<N>> {
    if (this.#shown?.mail === mail) return this.#shown.answer;
    return this.#kept.get(mail) ?? { state: 'loading' };
  }

  /** Turns to a mail, and to the one that comes after it. */
  show(here: number | null, next: number | null): void {
    [this.#here, this.#next] = [here, next];
    const kept = here === null ? undefined : this.#kept.get(here);
    if (here !== null && kept) this.#shown = { mail: here, answer: kept };
    void this.#work();
  }

  /** Asks anew. What is in sight stays until its answer has changed. */
  retry(): void {
    this.#changes += 1;
    this.#kept.clear();
    void this.#work();
  }

  /** One question at a time: a person who runs through the list is not followed by a queue of answers. */
  async #work(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    for (let mail = this.#wanted(); mail !== null; mail = this.#wanted()) {
      const changes = this.#changes;
      const told = await this.#answer(mail);
      // A refusal does not take away what is in sight.
      const stays = told.state === 'failed' && this.#shown?.mail === mail && this.#shown.answer.state === 'ready';
      const answer = stays && this.#shown ? this.#shown.answer : told;
      if (changes === this.#changes) this.#keep(mail, answer);
      if (mail === this.#here) this.#shown = { mail, answer };
    }
    this.#asking = false;
  }

  #wanted(): number | null {
    return [this.#here, this.#next].find((mail) => mail !== null && !this.#kept.has(mail)) ?? null;
  }

  #keep(mail: number, answer: Shown<Answer<N>>): void {
    this.#kept.set(mail, answer);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  async #answer(mail: number): Promise<Shown<Answer<N>>> {
    try {
      return { state: 'ready', value: await this.#host.call(this.#name, this.#args(mail)) };
    } catch (reason) {
      return { state: 'failed', reason };
    }
  }
}
