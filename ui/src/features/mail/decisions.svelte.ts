/**
 * What the rep decides: seen in the same frame, carried out behind, taken back as long as there is time. It belongs to the
 * desk, so that what was decided in one list can be taken back in another.
 */
import type { AlwaysOption, MailRowView, NewRule, QueueRow, State, WishArgs } from '../../gen/api';
import type { Host } from '../../host';
import { failureOf } from '../../words';
import type { Pages } from './pages.svelte';
import { endOf, isLate, type Undone } from './undone';

export type Verb = 'share' | 'keep_private' | 'later' | 'include' | 'never_log';

/** The states that a verb is possible in; the program has the last word (`domain::review`). */
const FROM: Record<Verb, readonly (State | null)[]> = {
  share: ['pending', 'private', 'retracted', 'failed_perm'],
  keep_private: ['pending', 'unmatched', 'scheduled', 'queued', 'failed_retry', 'failed_perm'],
  later: ['pending'],
  include: ['excluded'],
  never_log: ['pending', 'unmatched', 'private'],
};

export const isPossible = (verb: Verb, { state }: MailRowView): boolean => FROM[verb].includes(state);

/** What is to be done with which mail. */
export interface Order {
  verb: Verb;
  connection: number;
  rows: readonly MailRowView[];
  /** How long it can be taken back, in milliseconds, until the program says so itself. */
  grace: number;
  wish?: WishArgs;
  /** The digest of the preview that the rep looked at. */
  previewed?: string;
  /** The same from now on, of the only mail. */
  always?: AlwaysOption;
  /** When mail that is put off comes back. */
  until?: number;
  /** What is never logged from now on. */
  rule?: NewRule;
}

/** A decision that can be taken back. */
export class Made {
  readonly order: Order;
  /** When it can't be taken back any more. */
  until = $state(0);
  /** How to take it back; `null` where the program refused it. */
  answered: Promise<TakeBack | null> = Promise.resolve(null);
  /** How taking it back ended; `null` where nothing was taken back. */
  undone: Promise<Undone | null> = Promise.resolve(null);

  constructor(order: Order, until: number) {
    this.order = order;
    this.until = until;
  }
}

type TakeBack = () => Promise<readonly QueueRow[]>;

/** A decision, or the undoing of one, that the program refused. */
export interface Refused {
  what: Verb | 'undo';
  rows: readonly MailRowView[];
  reason: unknown;
}

export class Decisions {
  /** What can be taken back, the latest first. */
  made = $state.raw<readonly Made[]>([]);
  refused = $state.raw<Refused | null>(null);
  /** The last undoing, where it came when mail was on its way already. */
  overtaken = $state.raw<Undone | null>(null);
  readonly #host: Host;
  /** The list in sight, and whose mail it shows. */
  #shown: { pages: Pages; connection: () => number | null } | null = null;
  /** Revisions that this window's own decisions led to; the list may not have followed yet. */
  readonly #revisions = new Map<string, number>();
  /** Decisions are told one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Shows what is decided in this list from now on; gives back how to stop. */
  show(pages: Pages, connection: () => number | null): () => void {
    const shown = { pages, connection };
    this.#shown = shown;
    return () => {
      if (this.#shown !== shown) return;
      this.#shown = null;
      this.dismiss();
    };
  }

  /** Shows no longer what went another way than the rep wanted. */
  dismiss(): void {
    [this.refused, this.overtaken] = [null, null];
  }

  /** Decides, and says whether the program took it. */
  async take(order: Order): Promise<boolean> {
    const made = new Made(order, Date.now() + order.grace);
    this.dismiss();
    this.made = [made, ...this.made];
    this.#update(became(order));
    this.#last = made.answered = this.#last.then(() => this.#tell(made));
    return (await made.answered) !== null;
  }

  /** Takes the latest decision back; gives back what it was. Whether there still was time shows in its `undone`. */
  undo(): Made | null {
    const [latest] = this.made;
    if (!latest) return null;
    this.#forget(latest);
    this.dismiss();
    this.#update(latest.order.rows);
    this.#last = latest.undone = this.#last.then(() => this.#takeBack(latest));
    return latest;
  }

  /** Forgets what can't be taken back any more. */
  tick(now: number): void {
    if (this.made.some(({ until }) => until <= now)) this.made = this.made.filter(({ until }) => until > now);
  }

  async #tell(made: Made): Promise<TakeBack | null> {
    const { verb, rows } = made.order;
    try {
      return await this.#call(made);
    } catch (reason) {
      this.#forget(made);
      this.#update(rows);
      this.refused = { what: verb, rows, reason };
      return null;
    } finally {
      this.#settle(rows);
    }
  }

  async #call(made: Made): Promise<TakeBack> {
    const { verb, connection, rows, wish, previewed, always, until = 0, rule } = made.order;
    if (verb === 'never_log' && rule) {
      const { decision_id } = await this.#host.call('rules.add', rule);
      // The same was said already: that is not this decision's to take back.
      if (decision_id === null) this.#forget(made);
      return decision_id === null ? async () => [] : () => this.#host.call('review.undo', { decision_id });
    }
    const items = rows.map((row) => ({ mail: row.mail, expected_rev: Math.max(row.rev, this.#revisions.get(nameOf(row)) ?? 0) }));
    const order = { connection, items };
    const from_now_on = always && { always: always.always };
    const looked = previewed !== undefined && { payload_sha256: previewed };
    const answer = await (verb === 'share'
      ? this.#host.call('review.share', { ...order, ...(wish && { wish }), ...looked, ...from_now_on })
      : verb === 'later'
        ? this.#host.call('review.later', { ...order, until })
        : verb === 'include'
          ? this.#host.call('review.include', order)
          : this.#host.call('review.keep_private', { ...order, ...from_now_on }));
    this.#note(answer.items);
    made.until = answer.release_at ?? made.until;
    return () => this.#host.call('review.undo', { decision_id: answer.decision_id });
  }

  async #takeBack(made: Made): Promise<Undone | null> {
    const takeBack = await made.answered;
    if (!takeBack) return null;
    const { rows } = made.order;
    try {
      const answer = await takeBack();
      this.#note(answer);
      const late = new Set(answer.filter(isLate).map(({ mail }) => mail));
      if (late.size > 0) this.refused = { what: 'undo', rows: rows.filter(({ mail }) => late.has(mail)), reason: failureOf('too_late') };
      const undone = endOf(answer);
      if (undone.kept + undone.retracts > 0) this.overtaken = undone;
      return undone;
    } catch (reason) {
      this.#update(became(made.order));
      this.refused = { what: 'undo', rows, reason };
      return null;
    } finally {
      this.#settle(made.order.rows);
    }
  }

  #update(rows: readonly MailRowView[]): void {
    this.#shown?.pages.update(this.#inSight(rows));
  }

  #settle(rows: readonly MailRowView[]): void {
    this.#shown?.pages.settle(this.#inSight(rows));
  }

  /** Another connection's list has nothing to say of them. */
  #inSight = (rows: readonly MailRowView[]): readonly MailRowView[] => rows.filter(({ connection }) => connection === this.#shown?.connection());

  #note(rows: readonly { connection: number; mail: number | null; rev: number }[]): void {
    for (const row of rows) if (row.mail !== null) this.#revisions.set(nameOf(row), row.rev);
  }

  #forget(made: Made): void {
    this.made = this.made.filter((other) => other !== made);
  }
}

const nameOf = ({ connection, mail }: { connection: number | null; mail: number | null }): string => `${connection}/${mail}`;

/** The rows as they will be once the program has followed. */
function became({ verb, rows, until, grace }: Order): MailRowView[] {
  const becomes: Record<Verb, Partial<MailRowView>> = {
    share: { state: 'scheduled', snoozed_until: null, release_at: Date.now() + grace },
    keep_private: { state: 'private', snoozed_until: null, release_at: null },
    later: { snoozed_until: until ?? null },
    include: { state: 'pending' },
    never_log: { state: 'excluded' },
  };
  return rows.map((row) => ({ ...row, ...becomes[verb] }));
}
