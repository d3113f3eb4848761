/** What the rep decides: seen in the same frame, carried out behind, taken back as long as there is time. */
import type { DecidedView, MailRowView, State, WishArgs } from '../../gen/api';
import type { Host } from '../../host';
import type { Pages } from './pages.svelte';

export type Verb = 'share' | 'keep_private';

const BECOMES = { share: 'scheduled', keep_private: 'private' } as const satisfies Record<Verb, State>;

/** The states that a verb is possible in; the program has the last word (`domain::review`). */
const FROM: Record<Verb, readonly (State | null)[]> = {
  share: ['pending', 'private', 'retracted', 'failed_perm'],
  keep_private: ['pending', 'unmatched', 'scheduled', 'queued', 'failed_retry', 'failed_perm'],
};

export const isPossible = (verb: Verb, { state }: MailRowView): boolean => FROM[verb].includes(state);

/** A decision that can be taken back. */
export class Made {
  readonly verb: Verb;
  /** The rows as they were. */
  readonly rows: readonly MailRowView[];
  /** When it can't be taken back any more. */
  until = $state(0);
  /** The program's answer; `null` where it refused. */
  answered: Promise<DecidedView | null> = Promise.resolve(null);

  constructor(verb: Verb, rows: readonly MailRowView[], until: number) {
    this.verb = verb;
    this.rows = rows;
    this.until = until;
  }
}

/** A decision, or the undoing of one, that the program refused. */
export interface Refused {
  what: Verb | 'undo';
  rows: readonly MailRowView[];
  reason: unknown;
}

export interface Order {
  connection: number;
  rows: readonly MailRowView[];
  /** How long it can be taken back, in milliseconds, until the program says so itself. */
  grace: number;
}

export class Decisions {
  /** What can be taken back, the latest first. */
  made = $state.raw<readonly Made[]>([]);
  refused = $state.raw<Refused | null>(null);
  readonly #host: Host;
  readonly #pages: Pages;
  /** Revisions that this window's own decisions led to; the list may not have followed yet. */
  readonly #revisions = new Map<number, number>();
  /** Decisions are told one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: Host, pages: Pages) {
    this.#host = host;
    this.#pages = pages;
  }

  /** Shares; with a preview's digest exactly what was looked at. Gives back whether it was taken. */
  share(order: Order, wish: WishArgs, previewed?: string): Promise<boolean> {
    const looked = previewed === undefined ? {} : { payload_sha256: previewed };
    return this.#decide('share', order, (items) =>
      this.#host.call('review.share', { connection: order.connection, items, wish, ...looked }),
    );
  }

  keepPrivate(order: Order): Promise<boolean> {
    return this.#decide('keep_private', order, (items) =>
      this.#host.call('review.keep_private', { connection: order.connection, items }),
    );
  }

  /** Takes the latest decision back; gives back what it was. */
  undo(): Made | null {
    const [latest] = this.made;
    if (!latest) return null;
    this.#forget(latest);
    this.refused = null;
    this.#pages.update(latest.rows);
    this.#last = this.#last.then(() => this.#takeBack(latest));
    return latest;
  }

  /** Forgets what can't be taken back any more. */
  tick(now: number): void {
    if (this.made.some(({ until }) => until <= now)) this.made = this.made.filter(({ until }) => until > now);
  }

  async #decide(verb: Verb, { rows, grace }: Order, call: (items: Items) => Promise<DecidedView>): Promise<boolean> {
    const made = new Made(verb, rows, Date.now() + grace);
    this.refused = null;
    this.made = [made, ...this.made];
    this.#pages.update(became(made));
    this.#last = made.answered = this.#last.then(() => this.#tell(made, () => call(this.#items(rows))));
    return (await made.answered) !== null;
  }

  async #tell(made: Made, call: () => Promise<DecidedView>): Promise<DecidedView | null> {
    try {
      const answer = await call();
      this.#note(answer.items);
      made.until = answer.release_at ?? made.until;
      return answer;
    } catch (reason) {
      this.#forget(made);
      this.#pages.update(made.rows);
      this.refused = { what: made.verb, rows: made.rows, reason };
      return null;
    } finally {
      this.#pages.settle(made.rows);
    }
  }

  async #takeBack(made: Made): Promise<void> {
    const answer = await made.answered;
    if (!answer) return;
    try {
      this.#note(await this.#host.call('review.undo', { decision_id: answer.decision_id }));
    } catch (reason) {
      this.#pages.update(became(made));
      this.refused = { what: 'undo', rows: made.rows, reason };
    } finally {
      this.#pages.settle(made.rows);
    }
  }

  #items(rows: readonly MailRowView[]): Items {
    return rows.map(({ mail, rev }) => ({ mail, expected_rev: Math.max(rev, this.#revisions.get(mail) ?? 0) }));
  }

  #note(rows: readonly { mail: number | null; rev: number }[]): void {
    for (const { mail, rev } of rows) if (mail !== null) this.#revisions.set(mail, rev);
  }

  #forget(made: Made): void {
    this.made = this.made.filter((other) => other !== made);
  }
}

type Items = { mail: number; expected_rev: number }[];

const became = ({ verb, rows }: Made): MailRowView[] => rows.map((row) => ({ ...row, state: BECOMES[verb] }));
