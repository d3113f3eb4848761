/** What was decided about each mail at each connection, and how far it has come. */
import type { Choice, Origin, QueueRow, State } from '../../gen/api';
import { error } from './errors';

export interface Review {
  id: number;
  connection: number;
  mail: number;
  state: State;
  rev: number;
  decision: number | null;
  origin: Origin | null;
  choice: Choice | null;
  release_at: number | null;
  snoozed_until: number | null;
  /** The rep wants to decide on it although a rule keeps it out. */
  included: boolean;
  changed_at: number;
  failed?: QueueRow['error'];
  /** The names of the records it was moved to. */
  relinked?: string[];
  /** The rep said that it is in the CRM. */
  found?: boolean;
}

export const FULL: Choice = { level: 'full', links: [], attachments: [], quotes: false, signature: false, redactions: [] };

export class Reviews {
  /** By connection, then by mail. */
  readonly #all = new Map<number, Map<number, Review>>();
  #made = 1000;
  #decisions = 0;

  get(mail: number, connection: number): Review | undefined {
    return this.#all.get(connection)?.get(mail);
  }

  all(): Review[] {
    return [...this.#all.values()].flatMap((mails) => [...mails.values()]);
  }

  byId(id: number): Review {
    const review = this.all().find((review) => review.id === id);
    if (!review) throw error('no_such', 'none');
    return review;
  }

  /** Keeps what has changed; whatever changes counts one further. */
  put(before: Review, change: Partial<Review>): Review {
    const id = this.get(before.mail, before.connection) ? before.id : ++this.#made;
    const next = { ...before, id, rev: before.rev + 1, changed_at: Date.now(), ...change };
    const mails = this.#all.get(before.connection) ?? new Map<number, Review>();
    this.#all.set(before.connection, mails.set(before.mail, next));
    return next;
  }

  /** The number of a new decision. */
  decide(): number {
    return ++this.#decisions;
  }

  ofDecision(decision: number): Review[] {
    return this.all().filter((review) => review.decision === decision);
  }
}
