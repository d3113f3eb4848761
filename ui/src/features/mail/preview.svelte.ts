/** Exactly what would be sent of a mail by the present choice, asked anew with each change of it. */
import type { Preview, PreviewArgs } from '../../gen/api';
import type { Host } from '../../host';
import { read, type Payload } from './payload';

export class PreviewModel {
  /** The last answer; it stays in sight while the next one is on its way. */
  answer = $state.raw<Preview | null>(null);
  failure = $state.raw<{ reason: unknown } | null>(null);
  asking = $state(false);
  /** The rep wants older mail to go along although some of it is private or undecided. */
  agreed = $state(false);

  readonly payload = $derived.by((): Payload | null => (this.answer ? read(this.answer.payload) : null));
  /** Quotes go along that need the rep's word first. */
  readonly quotesWait = $derived(this.answer?.quotes_undecided === true && !this.agreed);
  /** The digest of what is in sight, once it is what would be sent. */
  readonly digest = $derived(this.asking || this.failure || this.quotesWait ? null : (this.answer?.sha256 ?? null));

  readonly #host: Host;
  #last: PreviewArgs | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks what would be sent. An answer that was overtaken is not shown. */
  async ask(args: PreviewArgs): Promise<void> {
    this.#last = args;
    this.asking = true;
    let failure: PreviewModel['failure'] = null;
    let answer: Preview | null = null;
    try {
      answer = await this.#host.call('review.preview', args);
    } catch (reason) {
      failure = { reason };
    }
    if (this.#last !== args) return;
    if (answer) this.answer = answer;
    if (answer?.quotes_undecided !== true) this.agreed = false;
    this.failure = failure;
    this.asking = false;
  }

  again(): void {
    if (this.#last) void this.ask(this.#last);
  }
}
